"""Who the entries in folders are for. A row has a display name and nothing else, and two people can have one name.

So the service is asked for each candidate by id: whoever a spec names, and whom Exchange knows by that name. What no
answer explains is not resolved, and never removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import SpecialEntry
from sharedbox_cli.core.texts import mark
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.microsoft365.errors import has_no_entry
from sharedbox_cli.providers.microsoft365.folder_rights import (
    FOLDER_OF,
    ROOT,
    Entry,
    Folder,
    Reader,
    sees,
    unresolved_id,
)
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.folder_entries import RawEntry
from sharedbox_cli.providers.microsoft365.observe.folder_lists import PERMISSION_CALL
from sharedbox_cli.providers.microsoft365.observe.folder_names import Ids
from sharedbox_cli.providers.microsoft365.observe.folder_reader import FolderReader, Question
from sharedbox_cli.providers.microsoft365.observe.folder_rights import FolderRights, entries_in
from sharedbox_cli.providers.microsoft365.observe.people import People, read_people
from sharedbox_cli.providers.microsoft365.quirks import is_guid
from sharedbox_cli.providers.responses import Failure
from sharedbox_cli.providers.unread import UnreadLog

_Spot = tuple[Address, Folder]


@dataclass(slots=True)
class Inside:
    """The rights inside mailboxes, and who holds them."""

    grants: dict[Address, frozenset[Grant]] = field(default_factory=dict)
    special: dict[Address, tuple[SpecialEntry, ...]] = field(default_factory=dict)
    levels: dict[Address, frozenset[Right]] = field(default_factory=dict)
    holders: dict[TrusteeId, Trustee] = field(default_factory=dict)


@dataclass(slots=True)
class _Rows:
    """The rows of one folder: those that an answer explained, and the others."""

    left: list[Entry]
    held: dict[TrusteeId, Entry] = field(default_factory=dict)
    asked: set[TrusteeId] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        return {entry.user.casefold() for entry in self.left if not entry.sid}

    def take(self, who: TrusteeId, entry: Entry) -> None:
        self.held[who] = entry
        if entry in self.left:
            self.left.remove(entry)


async def resolve_inside(
    graph: Graph,
    reader: FolderReader,
    read: Mapping[Address, FolderRights],
    scope: Scope,
    people: People,
    unread: UnreadLog,
) -> Inside:
    """Return the rights in folders by holder. A mailbox for which the service does not answer ends in `unread`."""
    resolver = _Resolver(graph, reader, read, people, unread)
    named = _named(read, scope, people)
    await resolver.ask(
        {spot: [who for who in named[spot[0]] if resolver.has_name(spot, who)] for spot in resolver.rows}
    )
    namesakes = await resolver.namesakes()
    await resolver.ask(
        {
            spot: [*(who for name in rows.names for who in namesakes.get(name, ())), *named[spot[0]]]
            for spot, rows in resolver.rows.items()
            if rows.names
        }
    )
    roots = await resolver.roots()
    return resolver.inside(roots)


def _named(read: Mapping[Address, FolderRights], scope: Scope, people: People) -> dict[Address, list[TrusteeId]]:
    """Return whom the spec of each mailbox names, where the address means one object."""
    found: dict[Address, list[TrusteeId]] = {address: [] for address in read}
    for trustee in sorted(scope.trustees):
        ids = people.at(trustee)
        for mailbox in scope.named_by.get(trustee, ()) if len(ids) == 1 else ():
            if mailbox in found:
                found[mailbox] += ids
    return found


class _Resolver:
    """Asks, and keeps what the answers say."""

    def __init__(
        self,
        graph: Graph,
        reader: FolderReader,
        read: Mapping[Address, FolderRights],
        people: People,
        unread: UnreadLog,
    ) -> None:
        self._graph = graph
        self._reader = reader
        self._read = dict(read)
        self._people = people
        self._unread = unread
        self.rows: dict[_Spot, _Rows] = {
            (address, folder): _Rows(list(one.entries[folder]))
            for address, one in read.items()
            for folder in (FOLDER_OF[right] for right in sorted(one.rights))
        }

    def has_name(self, spot: _Spot, who: TrusteeId) -> bool:
        """Return whether a row of a folder has the display name of somebody."""
        known = self._people.trustees.get(who)
        return known is not None and known.name.casefold() in self.rows[spot].names

    async def ask(self, wanted: Mapping[_Spot, Iterable[TrusteeId]]) -> None:
        """Ask for the entries of some people, once each."""
        asked: dict[Question, tuple[_Spot, TrusteeId]] = {}
        for spot, whom in wanted.items():
            for who in whom:
                rows = self.rows[spot]
                if who in rows.asked or spot[0] not in self._read:
                    continue
                rows.asked.add(who)
                one = self._read[spot[0]]
                asked[one.places[spot[1]].identity(one.id), str(who)] = spot, who
        for question, result in (await self._results(asked)).items():
            spot, who = asked[question]
            if isinstance(result, Entry):
                self.rows[spot].take(who, result)
            elif result is not None:
                self._lose(spot[0], result)

    async def _results(self, questions: Iterable[Question]) -> dict[Question, Entry | Failure | None]:
        """Return the entry for each question, or why there is no answer; None: there is no entry."""
        answers = await self._reader.answers(questions)
        return {question: answered(result, PERMISSION_CALL) for question, result in answers.items()}

    def _lose(self, address: Address, error: Failure) -> None:
        self._read.pop(address, None)
        self._unread.add_mailbox(address, error)

    async def namesakes(self) -> Ids:
        """Return the objects that Exchange knows by the names that are not explained yet."""
        names = (entry.user for rows in self.rows.values() for entry in rows.left if not entry.sid)
        found, errors = await self._reader.names(names)
        for name, error in errors.items():
            for address, _ in [spot for spot, rows in self.rows.items() if name.casefold() in rows.names]:
                self._lose(address, error)
        ids = {who for many in found.values() for who in many if who not in self._people.trustees and is_guid(who)}
        if ids:
            more = await read_people(self._graph, (), ids)
            self._people.trustees.update(
                {who: known for who, known in more.trustees.items() if who not in self._people.trustees}
            )
        return found

    async def roots(self) -> frozenset[tuple[Address, TrusteeId]]:
        """Return the readers of inboxes who see the root of the mailbox, too: without it, Outlook does not open it."""
        readers = [
            (address, who)
            for (address, folder), rows in self.rows.items()
            if folder is Folder.INBOX and address in self._read
            for who, entry in rows.held.items()
            if entry.reads
        ]
        questions: dict[Question, tuple[Address, TrusteeId]] = {
            (ROOT.identity(self._read[address].id), str(who)): (address, who) for address, who in readers
        }
        found = set()
        for question, result in (await self._results(questions)).items():
            address, who = questions[question]
            if isinstance(result, Entry):
                found |= {(address, who)} if sees(result) else set()
            elif result is not None:
                self._lose(address, result)
        return frozenset(found)

    def inside(self, roots: frozenset[tuple[Address, TrusteeId]]) -> Inside:
        """Return what was found."""
        found = Inside()
        for address, one in self._read.items():
            grants: set[Grant] = set()
            special: list[SpecialEntry] = []
            for right in sorted(one.rights):
                rows = self.rows[address, FOLDER_OF[right]]
                for who, entry in (*rows.held.items(), *map(self._unresolved, rows.left)):
                    holder = self._holder(who, entry)
                    found.holders[holder.id] = holder
                    self._add(right, holder, entry, (address, who) in roots, grants, special)
            found.grants[address] = frozenset(grants)
            found.special[address] = tuple(sorted(special, key=lambda item: (item.trustee, item.text)))
            found.levels[address] = one.levels
        return found

    @staticmethod
    def _unresolved(entry: Entry) -> tuple[TrusteeId, Entry]:
        return unresolved_id(entry.user), entry

    def _holder(self, who: TrusteeId, entry: Entry) -> Trustee:
        if entry.sid:
            return Trustee(TrusteeId(entry.sid), TrusteeKind.ORPHAN)
        return self._people.trustees.get(who, Trustee(who, TrusteeKind.OTHER, name=entry.user))

    @staticmethod
    def _add(
        right: Right, holder: Trustee, entry: Entry, sees_root: bool, grants: set[Grant], special: list[SpecialEntry]
    ) -> None:
        if right is Right.READ:
            if entry.reads:
                grants.add(Grant(holder.id, right, Reader(entry, sees_root).detail))
        elif entry.is_nothing:
            name = str(holder.address or holder.name or holder.id)
            text = mark("no calendar for {name}", name=name) if right is Right.CALENDAR else ""
            text = text or mark("no contacts for {name}", name=name)
            special.append(SpecialEntry(holder.id, text, is_deny=True, replaced_by=right))
        else:
            grants.add(Grant(holder.id, right, entry.word))


def answered(result: list[RawEntry] | Failure, where: str) -> Entry | Failure | None:
    """Return the entry in an answer about one trustee, None if there is none, or why that is not known."""
    if isinstance(result, CloudError) and has_no_entry(result):
        return None
    if not isinstance(result, list):
        return result
    try:
        entries = entries_in(result, where)
    except ObserveError as error:
        return error
    return entries[0] if entries else None
