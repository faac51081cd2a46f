"""The folders of mailboxes and what is in them: read only where a spec manages it, or somebody asked for it.

Requests per mailbox: one for the places of its folders, one for each folder. Ten of them travel in one request. What
several parts of a reading want of one folder is read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sharedbox_cli.core.errors import NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, Right
from sharedbox_cli.core.observed import LevelSpan, ObservedMailbox
from sharedbox_cli.core.reach import FolderKind, Reach
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.forms import Row, all_understood, optional_text, text_of, understood
from sharedbox_cli.providers.microsoft365.exchange_admin import BATCH
from sharedbox_cli.providers.microsoft365.folder_rights import (
    FOLDER_OF,
    FOLDER_RIGHTS,
    SETTING_OF,
    Entry,
    Folder,
    Place,
    places_of,
    settings_row,
    span_of,
)
from sharedbox_cli.providers.microsoft365.folders import SLASH, items_in
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.folder_entries import RawEntry
from sharedbox_cli.providers.microsoft365.observe.folder_failures import FolderFailures
from sharedbox_cli.providers.microsoft365.observe.folder_lists import PERMISSION_CALL, STATISTICS_CALL
from sharedbox_cli.providers.microsoft365.observe.folder_reader import FolderReader
from sharedbox_cli.providers.microsoft365.observe.mailboxes import Mailboxes
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.unread import UnreadLog

RIGHTS = frozenset(FOLDER_OF)
_PLACES = {"Inbox": FolderKind.INBOX, "Calendar": FolderKind.CALENDAR, "Contacts": FolderKind.CONTACTS}
_ROOT = Folder.ROOT.value


class ListedFolder(NamedTuple):
    """A folder of a mailbox, as an audit shows it."""

    id: str
    name: str
    kind: str
    content: str
    items: int | None = None

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


@dataclass(frozen=True, slots=True)
class FolderRights:
    """What was read of one mailbox for what its spec manages."""

    id: str
    places: Mapping[Folder, Place]
    entries: Mapping[Folder, list[Entry]]
    """The rows of people and groups, by folder."""
    rights: frozenset[Right]
    """The rights that these entries are read for."""

    @property
    def levels(self) -> frozenset[Right]:
        """Return the rights with levels that were read."""
        return self.rights & frozenset(LEVELLED)


@dataclass(slots=True)
class ReadFolders:
    """What was read in the folders of a tenant."""

    managed: dict[Address, FolderRights] = field(default_factory=dict)
    audited: dict[Address, list[tuple[ListedFolder, list[RawEntry]]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be read of a mailbox."""

    address: Address
    fields: frozenset[Field]
    rights: frozenset[Right]
    is_needed: bool
    """Whether a spec manages some of it: without it, nothing is planned."""
    reach: Reach

    @property
    def folders(self) -> frozenset[Folder]:
        """Return the folders in which something is managed."""
        return frozenset({SETTING_OF[name][0] for name in self.fields} | {FOLDER_OF[right] for right in self.rights})

    @property
    def listed(self) -> frozenset[Folder]:
        """Return the folders that have to be found: an audit finds them all."""
        return frozenset(Folder) if self.reach else self.folders


@dataclass(slots=True)
class _Found:
    """The folders of a mailbox of which the entries are read."""

    managed: dict[Folder, str] = field(default_factory=dict)
    """The identity of each."""
    places: Mapping[Folder, Place] = field(default_factory=dict)
    audited: dict[str, ListedFolder] = field(default_factory=dict)
    """By identity."""


def requests_of(mailboxes: int, folders: int, asked: int = 0) -> int:
    """Return how many requests it takes to read some folders of each mailbox, and to ask for so many holders."""
    return -(-mailboxes // BATCH) + -(-mailboxes * folders // BATCH) + -(-asked // BATCH)


async def read_folders(
    graph: Graph,
    reader: FolderReader,
    mailboxes: Mailboxes,
    granted: Iterable[Address],
    scope: Scope,
    unread: UnreadLog,
) -> ReadFolders:
    """Return what is in the folders that specs manage or that the scope reaches, and add the settings among it.

    `granted`: the mailboxes whose rights are read. Raises CloudError, ObserveError.
    """
    audited = frozenset(granted) if scope.folders else frozenset[Address]()
    wanted = {
        row.id: part
        for address, row in mailboxes.rows.items()
        if (part := _wanted_of(address, scope, scope.folders if address in audited else Reach.NONE))
    }
    needed = {key for key, part in wanted.items() if part.is_needed}
    failures = FolderFailures(graph, unread, needed, {key: part.address for key, part in wanted.items()})
    lists = await reader.lists_of({key: part.listed for key, part in wanted.items()})
    found = _found(wanted, failures.successes(lists, {key: key for key in lists}), failures, unread)
    owners = {identity: key for key, one in found.items() for identity in (*one.managed.values(), *one.audited)}
    managed = {identity for one in found.values() for identity in one.managed.values()}
    results = await reader.entries(owners)
    # A folder that is gone since the list was read has no entries.
    there = {one: many for one, many in results.items() if one in managed or not isinstance(many, NotFound)}
    entries = failures.successes(there, owners)
    read = ReadFolders()
    for key, one in found.items():
        part = wanted[key]
        if one.managed and entries.keys() >= set(one.managed.values()):
            _add_managed(key, part, one, entries, mailboxes, unread, read)
        if part.reach and key not in failures.refused:
            read.audited[part.address] = [
                (folder, entries[identity]) for identity, folder in one.audited.items() if identity in entries
            ]
    return read


def _wanted_of(address: Address, scope: Scope, reach: Reach) -> _Wanted | None:
    fields = frozenset(name for name in SETTING_OF if scope.wants(name, address))
    rights = scope.inside_of(address) & RIGHTS
    if not fields and not rights and not reach:
        return None
    is_needed = bool(fields - scope.dispensable or scope.inside.get(address, frozenset()) & RIGHTS)
    return _Wanted(address, fields, rights, is_needed, reach)


def _found(
    wanted: Mapping[str, _Wanted], lists: Mapping[str, list[Fields]], failures: FolderFailures, unread: UnreadLog
) -> dict[str, _Found]:
    """Return the folders to read of each mailbox that was listed."""
    found: dict[str, _Found] = {}
    for key, rows in lists.items():
        part = wanted[key]
        one = found[key] = _Found()
        try:
            if part.reach:
                where = f"{part.address} · {STATISTICS_CALL}"
                listed = [understood(row, where, _listed, own_name=False) for row in rows]
                shown = (folder for folder in listed if part.reach is Reach.EVERY or folder.is_main)
                one.audited = {folder.identity(key): folder for folder in shown}
            one.places = places_of_mailbox(str(part.address), rows) if part.folders else {}
        except ObserveError as error:
            unread.add_mailbox(part.address, error)
            continue
        missing = sorted((folder for folder in part.folders if folder not in one.places), key=lambda item: item.value)
        if missing:
            failures.lacks_folder(key, no_folder(str(part.address), missing[0]))
        else:
            one.managed = {folder: one.places[folder].identity(key) for folder in part.folders}
    return found


def _listed(row: Row) -> ListedFolder:
    name = text_of(row, "FolderPath").lstrip("/").replace(SLASH, "/")
    identity, kind, content = text_of(row, "FolderId"), text_of(row, "FolderType"), optional_text(row, "ContainerClass")
    return ListedFolder(identity, name, kind, content, items_in(row))


def places_of_mailbox(where: str, rows: list[Fields]) -> dict[Folder, Place]:
    """Return the places of the folders of a mailbox, by type. Raises ObserveError."""
    kept = all_understood(rows, f"{where} · {STATISTICS_CALL}", lambda row: row)
    try:
        return places_of(kept)
    except (KeyError, ValueError) as error:
        raise ObserveError(where=f"{where} · {STATISTICS_CALL}", why=f"A folder has no {error}.") from error


def no_folder(where: str, folder: Folder) -> ObserveError:
    """Return the error for a mailbox without one of the folders that every mailbox gets."""
    return ObserveError(
        where=f"{where} · {STATISTICS_CALL}",
        why=f"The mailbox has no folder of the type {folder.value}.",
        hint="A mailbox that is minutes old may not have it yet. Open it once in Outlook, and run the command again.",
    )


def entries_in(rows: list[RawEntry], where: str) -> list[Entry]:
    """Return all rows of a folder with their single rights. Raises ObserveError."""
    return understood({}, where, lambda _: [row.entry for row in rows])


def spans_in(mailboxes: Iterable[ObservedMailbox]) -> dict[str, LevelSpan]:
    """Return what the words of Exchange allow that mailboxes have in place of levels."""
    words: set[str] = set()
    for mailbox in mailboxes:
        words |= {grant.detail for grant in mailbox.grants or () if grant.right in LEVELLED}
        words |= {str(mailbox.settings[name]) for name in FOLDER_RIGHTS if name in mailbox.settings}
    return {word: span for word in words if (span := span_of(word)) is not None}


def _add_managed(
    key: str,
    part: _Wanted,
    one: _Found,
    entries: Mapping[str, list[RawEntry]],
    mailboxes: Mailboxes,
    unread: UnreadLog,
    read: ReadFolders,
) -> None:
    """Add the entries of people in the folders of a mailbox; those of everybody become settings."""
    row = mailboxes.rows[part.address]
    where = f"{part.address} · {PERMISSION_CALL}"
    try:
        found = {folder: entries_in(entries[identity], where) for folder, identity in one.managed.items()}
        settings: Mapping[Field, Value] = read_row(FOLDER_RIGHTS, settings_row(found), part.fields, where)
    except ObserveError as error:
        unread.add_mailbox(part.address, error)
        return
    mailboxes.rows[part.address] = replace(row, settings={**row.settings, **settings})
    people = {folder: [entry for entry in many if not entry.everybody] for folder, many in found.items()}
    read.managed[part.address] = FolderRights(key, one.places, people, part.rights)
