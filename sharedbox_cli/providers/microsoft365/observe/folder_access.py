"""What people can do in single folders, for an audit: one read per mailbox, and one per folder, ten per request.

A row names its holder with the display name alone, which several people can have. Asking for the entry of each of them
shows who it is (learn.microsoft.com/powershell/module/exchangepowershell/get-mailboxfolderpermission,
read 2026-11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from sharedbox_cli.core.errors import NotFound, PermissionDenied
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import FolderEntry, Trustee, TrusteeKind
from sharedbox_cli.core.reach import FolderKind, Reach
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.forms import optional_text, text_of
from sharedbox_cli.providers.microsoft365.errors import refusal_of_one
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Command
from sharedbox_cli.providers.microsoft365.folder_rights import unresolved_id
from sharedbox_cli.providers.microsoft365.folders import SLASH
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.folder_entries import RawEntry, raw_entry
from sharedbox_cli.providers.microsoft365.observe.folder_lists import PERMISSION_CALL, STATISTICS_CALL, collect_whole
from sharedbox_cli.providers.microsoft365.observe.folder_names import Ids, find_names
from sharedbox_cli.providers.microsoft365.observe.grants import Rows
from sharedbox_cli.providers.microsoft365.observe.people import People
from sharedbox_cli.providers.responses import Failure, Row
from sharedbox_cli.providers.unread import UnreadLog

T = TypeVar("T")
_OF_FOLDER = ("FolderPath", "FolderId", "FolderType", "ContainerClass")
_OF_ENTRY = ("User", "AccessRights", "SharingPermissionFlags")
_PLACES = {"Inbox": FolderKind.INBOX, "Calendar": FolderKind.CALENDAR, "Contacts": FolderKind.CONTACTS}
_ROOT = "Root"


class Folder(NamedTuple):
    """A folder of a mailbox."""

    id: str
    name: str
    kind: str
    content: str

    @property
    def place(self) -> FolderKind:
        """Return which folder it is."""
        return _PLACES.get(self.kind, FolderKind.OTHER)

    @property
    def is_main(self) -> bool:
        """Return whether every audit of folders reads it."""
        return self.kind == _ROOT or self.place is not FolderKind.OTHER

    def identity(self, mailbox: str) -> str:
        """Return how a cmdlet names it: by id, as names are in the language of the mailbox."""
        return f"{mailbox}:\\" if self.kind == _ROOT else f"{mailbox}:{self.id}"


class Held(NamedTuple):
    """An entry of a folder, with the id of its holder, if that is known."""

    folder: Folder
    entry: RawEntry
    holder: str = ""


@dataclass(slots=True)
class FolderAccess:
    """The entries of each mailbox that was read."""

    of: dict[Address, list[Held]] = field(default_factory=dict)

    @property
    def holders(self) -> frozenset[str]:
        """Return the ids of everybody who was found."""
        return frozenset(one.holder for many in self.of.values() for one in many if one.holder)


async def read_folder_access(
    exchange: ExchangeAdmin, mailboxes: Mapping[str, Address], reach: Reach, unread: UnreadLog
) -> FolderAccess:
    """Return the entries in the folders of mailboxes, by id. One that cannot be read ends in `unread`.

    Raises PermissionDenied if none of the mailboxes can be read, and CloudError.
    """
    commands: dict[str, Command] = {
        key: (STATISTICS_CALL, {"Identity": key, "ResultSize": "Unlimited"}) for key in mailboxes
    }
    listed = await collect_whole(exchange, commands, _folder, select=_OF_FOLDER, what="folders")
    folders: dict[str, tuple[str, Folder]] = {}
    access = FolderAccess()
    for key, found in unread.successes(_of_each(listed, mailboxes), mailboxes).items():
        access.of[mailboxes[key]] = []
        wanted = (one for one in found if reach is Reach.EVERY or one.is_main)
        folders |= {f"{key}/{number}": (key, one) for number, one in enumerate(wanted)}
    commands = {
        place: (PERMISSION_CALL, {"Identity": folder.identity(key), "ResultSize": "Unlimited"})
        for place, (key, folder) in folders.items()
    }
    read = await collect_whole(exchange, commands, raw_entry, select=_OF_ENTRY, what="rights in folders")
    owners = {place: mailboxes[key] for place, (key, _) in folders.items()}
    # A folder that is gone since the list was read has no entries.
    there = {place: result for place, result in read.items() if not isinstance(result, NotFound)}
    entries = unread.successes(_of_each(there, owners), owners)
    people = (entry.who for many in entries.values() for entry in many if entry.is_person)
    names, errors = await find_names(exchange, people)
    for name, error in errors.items():
        unread.add("person", name, error)
    unclear = {
        (place, name)
        for place, many in entries.items()
        for name, count in Counter(entry.name for entry in many).items()
        if len(names.get(name, ())) > 1 or (name in names and count > 1)
    }
    asked = await _ask(exchange, unclear, folders, names)
    for place, many in entries.items():
        key, folder = folders[place]
        held = list(_held(folder, place, many, names, asked))
        if mailboxes[key] in access.of:
            access.of[mailboxes[key]] += held
    return access


async def read_folders(
    graph: Graph, exchange: ExchangeAdmin, rows: Rows, scope: Scope, unread: UnreadLog
) -> FolderAccess:
    """Return the entries in the folders that a scope asks for. Without the permission, none, and a warning."""
    if scope.folders is Reach.NONE or not rows:
        return FolderAccess()
    try:
        return await read_folder_access(exchange, {row.id: key for key, row in rows.items()}, scope.folders, unread)
    except PermissionDenied as error:
        graph.warn(
            f"rights in folders: not read, as the permission View-Only Recipients is missing. {error.why}".strip()
        )
        return FolderAccess()


def trustees_in(access: FolderAccess, people: People) -> dict[TrusteeId, Trustee]:
    """Return the holders of entries who are not known already: deleted ones, and those who were not found."""
    found = {}
    for one in (one for many in access.of.values() for one in many):
        identity = _id_of(one)
        if identity and identity not in people.trustees:
            kind = TrusteeKind.ORPHAN if one.entry.sid else TrusteeKind.OTHER
            found[identity] = Trustee(identity, kind, name="" if one.entry.sid else one.entry.who)
    return found


def entries_of(access: FolderAccess, mailbox: Address) -> tuple[FolderEntry, ...] | None:
    """Return what people can do in the folders of a mailbox; entries that allow nothing are left out."""
    if mailbox not in access.of:
        return None
    return tuple(
        FolderEntry(
            one.folder.name,
            one.folder.place,
            one.entry.level,
            one.entry.right_in(one.folder.content),
            _id_of(one),
            one.entry.audience,
        )
        for one in access.of[mailbox]
        if one.entry.gives_more_than_usual(one.folder.content)
    )


def _id_of(one: Held) -> TrusteeId:
    """Return the id of a holder. Somebody who was not found is known by the name alone, which can be any text."""
    if one.entry.audience is not None:
        return TrusteeId("")
    return TrusteeId(one.holder) or unresolved_id(one.entry.who)


Asked = Mapping[str, Mapping[str, list[tuple[str, RawEntry]]]]
"""By folder, then by name: the entries of people with this name, each with the id."""


async def _ask(
    exchange: ExchangeAdmin, unclear: Iterable[tuple[str, str]], folders: Mapping[str, tuple[str, Folder]], names: Ids
) -> Asked:
    """Ask for the entry of each of the people who have one name."""
    asked: dict[str, dict[str, list[tuple[str, RawEntry]]]] = {}
    commands: dict[str, Command] = {}
    about: dict[str, tuple[tuple[str, str], TrusteeId]] = {}
    for place, name in sorted(unclear):
        asked.setdefault(place, {})[name] = []
        key, folder = folders[place]
        for who in names[name]:
            number = str(len(commands))
            commands[number] = (PERMISSION_CALL, {"Identity": folder.identity(key), "User": who})
            about[number] = (place, name), who
    results = await collect_whole(exchange, commands, raw_entry, select=_OF_ENTRY, what="people with the same name")
    for number, ((place, name), who) in about.items():
        result = results[number]
        if isinstance(result, list) and len(result) == 1:
            asked[place][name].append((who, result[0]))
    return asked


def _held(folder: Folder, place: str, many: Iterable[RawEntry], names: Ids, asked: Asked) -> Iterator[Held]:
    """Yield the entries of a folder with their holders. Of people with one name, each entry is somebody's once."""
    left = {name: list(found) for name, found in asked.get(place, {}).items()}
    for entry in many:
        if entry.name not in left:
            found = names.get(entry.name, ())
            yield Held(folder, entry, found[0] if len(found) == 1 else "")
            continue
        own = next((one for one in left[entry.name] if one[1].level == entry.level), None)
        if own is not None:
            left[entry.name].remove(own)
        yield Held(folder, entry, own[0] if own else "")


def _of_each(results: Mapping[str, list[T] | Failure], where: Mapping[str, Address]) -> dict[str, list[T] | Failure]:
    """Return results in which the refusal of a mailbox is about this mailbox. Raises one that is about all of them."""
    denied = {key: error for key, error in results.items() if isinstance(error, PermissionDenied)}
    if denied and len(denied) == len(results):
        raise next(iter(denied.values()))
    return {
        key: refusal_of_one(where[key], denied[key]) if key in denied else result for key, result in results.items()
    }


def _folder(row: Row) -> Folder:
    name = text_of(row, "FolderPath").lstrip("/").replace(SLASH, "/")
    return Folder(text_of(row, "FolderId"), name, text_of(row, "FolderType"), optional_text(row, "ContainerClass"))
