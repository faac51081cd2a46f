"""The rights in folders of mailboxes: read only where a spec manages them, or somebody asked for them.

Requests per mailbox: one for the places of its folders, one for each folder. Ten of them travel in one request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sharedbox_cli.core.errors import CloudError, ObserveError, PermissionDenied
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, Right
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.forms import all_understood
from sharedbox_cli.providers.microsoft365.exchange_admin import BATCH, ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Command
from sharedbox_cli.providers.microsoft365.folder_rights import (
    FOLDER_OF,
    FOLDER_RIGHTS,
    SETTING_OF,
    SPECIAL,
    STATISTICS,
    Entry,
    Folder,
    Place,
    entry_of,
    places_of,
    settings_row,
)
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.folder_lists import PERMISSION_CALL, STATISTICS_CALL, read_whole
from sharedbox_cli.providers.microsoft365.observe.mailboxes import Mailboxes
from sharedbox_cli.providers.responses import Failure, Fields
from sharedbox_cli.providers.unread import UnreadLog

RIGHTS = frozenset(FOLDER_OF)


@dataclass(frozen=True, slots=True)
class FolderRights:
    """What was read of one mailbox."""

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


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be read of a mailbox."""

    fields: frozenset[Field]
    rights: frozenset[Right]
    is_needed: bool
    """Whether a spec manages some of it: without it, nothing is planned."""

    @property
    def folders(self) -> set[Folder]:
        return {SETTING_OF[name][0] for name in self.fields} | {FOLDER_OF[right] for right in self.rights}


def requests_of(mailboxes: int, folders: int, asked: int = 0) -> int:
    """Return how many requests it takes to read some folders of each mailbox, and to ask for so many holders."""
    return -(-mailboxes // BATCH) + -(-mailboxes * folders // BATCH) + -(-asked // BATCH)


async def read_folder_rights(
    graph: Graph,
    exchange: ExchangeAdmin,
    mailboxes: Mailboxes,
    scope: Scope,
    unread: UnreadLog,
    known: Mapping[str, Mapping[Folder, Place]],
) -> dict[Address, FolderRights]:
    """Return the rights in the folders of the mailboxes that need it, and add the settings that are entries in them.

    `known` has the folders of mailboxes that were listed already. A mailbox whose folders cannot be read ends in
    `unread`, if a spec manages what is in them.
    """
    wanted = {
        row.id: (address, part) for address, row in mailboxes.rows.items() if (part := _wanted_of(address, scope))
    }
    if not wanted:
        return {}
    given = _Failures(graph, unread, wanted)
    places: dict[str, Mapping[Folder, Place]] = {
        key: known[key] for key, (_, part) in wanted.items() if part.folders <= known.get(key, {}).keys()
    }
    commands = {
        key: (STATISTICS_CALL, statistics_of(key, part.folders))
        for key, (_, part) in wanted.items()
        if key not in places
    }
    for key, rows in given.successes(await read_whole(exchange, commands, STATISTICS)).items():
        try:
            places[key] = _found(wanted[key][0], rows, wanted[key][1].folders)
        except ObserveError as error:
            given.take(key, error)
    of_folder = {f"{key} {folder.value}": (key, folder) for key in places for folder in wanted[key][1].folders}
    asked: dict[str, Command] = {
        name: (PERMISSION_CALL, {"Identity": places[key][folder].identity(key), "ResultSize": "Unlimited"})
        for name, (key, folder) in of_folder.items()
    }
    entries: dict[str, dict[Folder, list[Entry]]] = {}
    failed: set[str] = set()
    for name, result in (await read_whole(exchange, asked)).items():
        key, folder = of_folder[name]
        try:
            entries.setdefault(key, {})[folder] = _entries(wanted[key][0], result)
        except (CloudError, ObserveError) as error:
            failed.add(key)
            given.take(key, error)
    return {
        wanted[key][0]: _read(key, found, places[key], wanted[key][1], mailboxes, wanted[key][0])
        for key, found in entries.items()
        if key not in failed
    }


def _wanted_of(address: Address, scope: Scope) -> _Wanted | None:
    fields = frozenset(name for name in SETTING_OF if scope.wants(name, address))
    rights = scope.inside_of(address) & RIGHTS
    if not fields and not rights:
        return None
    is_needed = bool(fields - scope.dispensable or scope.inside.get(address, frozenset()) & RIGHTS)
    return _Wanted(fields, rights, is_needed)


class _Failures:
    """Takes what could not be read: where no spec needs it, it is left out, and that is said once."""

    def __init__(self, graph: Graph, unread: UnreadLog, wanted: Mapping[str, tuple[Address, _Wanted]]) -> None:
        self._graph = graph
        self._unread = unread
        self._wanted = wanted
        self._has_warned = False

    def successes(self, results: Mapping[str, list[Fields] | Failure]) -> dict[str, list[Fields]]:
        needed = {key: result for key, result in results.items() if self._wanted[key][1].is_needed}
        self._unread.require_one(needed.values())
        found: dict[str, list[Fields]] = {}
        for key, result in results.items():
            if isinstance(result, list):
                found[key] = result
            else:
                self.take(key, result)
        return found

    def take(self, key: str, error: Failure) -> None:
        address, part = self._wanted[key]
        if part.is_needed or not isinstance(error, (PermissionDenied, ObserveError)):
            self._unread.add_mailbox(address, error)
        elif not self._has_warned:
            self._has_warned = True
            why = "the role does not include it" if isinstance(error, PermissionDenied) else error.why
            self._graph.warn(f"rights in folders, first of {address}: not read ({why}).")


def statistics_of(mailbox: str, folders: set[Folder]) -> dict[str, Any]:
    """Return the parameters that find some folders: one kind of them, or all folders of the mailbox."""
    parameters: dict[str, Any] = {"Identity": mailbox, "ResultSize": "Unlimited"}
    if len(folders) == 1:
        parameters["FolderScope"] = next(iter(folders)).value
    return parameters


def _found(address: Address, rows: list[Fields], wanted: Iterable[Folder]) -> dict[Folder, Place]:
    """Return the places of folders. Raises ObserveError for one that the mailbox does not have."""
    places = places_of_mailbox(str(address), rows)
    for folder in sorted(wanted, key=lambda one: one.value):
        if folder not in places:
            raise no_folder(str(address), folder)
    return places


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


def entries_in(rows: list[Fields], mailbox: str) -> list[Entry]:
    """Return all rows of a folder. Raises ObserveError; also if a person has the name of an entry for everybody."""
    where = f"{mailbox} · {PERMISSION_CALL}"
    entries = all_understood(rows, where, entry_of)
    special = Counter(SPECIAL[name] for entry in entries if (name := entry.user.lower()) in SPECIAL)
    for name, count in special.items():
        if count > 1:
            raise ObserveError(
                where=where,
                why=f"A folder has {count} entries named {name}, and only one of them is for everybody.",
                hint="Change the display name of the account that has this name.",
            )
    return entries


def _entries(address: Address, result: list[Fields] | Failure) -> list[Entry]:
    if not isinstance(result, list):
        raise result
    return entries_in(result, str(address))


def _read(
    key: str,
    found: Mapping[Folder, list[Entry]],
    places: Mapping[Folder, Place],
    part: _Wanted,
    mailboxes: Mailboxes,
    address: Address,
) -> FolderRights:
    """Return the entries of people; those of everybody become settings."""
    row = mailboxes.rows[address]
    if part.fields:
        settings: Mapping[Field, Value] = read_row(
            FOLDER_RIGHTS, settings_row(found), part.fields, f"{address} · {PERMISSION_CALL}"
        )
        mailboxes.rows[address] = replace(row, settings={**row.settings, **settings})
    people = {
        folder: [entry for entry in entries if entry.user.lower() not in SPECIAL] for folder, entries in found.items()
    }
    return FolderRights(key, places, people, part.rights)
