"""Write the rights in folders: levels of calendar and contacts, reading alone, and what everybody can do.

`SendNotificationToUser` and `ResetDelegateUserCollection` are never sent: both take rights from delegates.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.levels import PARTIAL
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.microsoft365.apply.mailboxes import identity_of
from sharedbox_cli.providers.microsoft365.apply.writer import WAITS, Writer
from sharedbox_cli.providers.microsoft365.errors import has_entry, has_no_entry
from sharedbox_cli.providers.microsoft365.folder_rights import (
    FOLDER_OF,
    FOLDER_RIGHTS,
    ROOT,
    SETTING_OF,
    STATISTICS,
    VISIBLE,
    Entry,
    Folder,
    Place,
    Reader,
    access_rights,
    inbox_rights,
    is_only_visible,
    rights_of,
    sees,
    settings_row,
)
from sharedbox_cli.providers.microsoft365.observe.folder_entries import entry_of_person
from sharedbox_cli.providers.microsoft365.observe.folder_holders import answered
from sharedbox_cli.providers.microsoft365.observe.folder_lists import PERMISSION_CALL, STATISTICS_CALL, statistics_of
from sharedbox_cli.providers.microsoft365.observe.folder_reader import FolderReader
from sharedbox_cli.providers.microsoft365.observe.folder_rights import entries_in, no_folder, places_of_mailbox

ADD_CALL, SET_CALL = "Add-MailboxFolderPermission", "Set-MailboxFolderPermission"
Act = Callable[[Writer, Change, str], Awaitable[Outcome]]


def act_of(change: Change) -> Act:
    """Return the function that sends a change of a right in a folder."""
    return revoke if change.kind is Kind.REVOKE else give


async def give(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Give a right, or another level of it. The trustee keeps the entry in between."""
    party = _party(change)
    box = identity_of(change)
    place = await _place(writer, change, box, FOLDER_OF[party.right])
    if party.right is not Right.READ:
        return await _write(writer, change, place.identity(box), access_rights(party.detail), request_id)
    inbox = await _write(writer, change, place.identity(box), inbox_rights(party.detail), request_id)
    if party.detail == PARTIAL:
        root = await _hide_root(writer, change, box, request_id)
    else:
        root = await _show_root(writer, change, box, request_id)
    return _both(inbox, root)


async def revoke(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Remove the entry of a trustee, unless somebody changed it meanwhile.

    Of reading, also the entry that shows the root goes, if it allows nothing else.

    The root comes first: a reader who is left in the inbox is planned again, an entry that is left at the root is not.
    """
    party = _party(change)
    box = identity_of(change)
    place = await _place(writer, change, box, FOLDER_OF[party.right])
    held = await _entry(writer, change, place.identity(box))
    if held is not None and not _is_as_seen(party, held):
        who = party.address or party.name or party.id
        return Outcome(Status.SKIPPED, f"{who} now has the level {held.word}. Plan again")
    root = Outcome(Status.ALREADY_SO)
    if party.right is Right.READ:
        root = await _hide_root(writer, change, box, request_id)
    outcome = await _remove(writer, change, place.identity(box), request_id)
    if outcome.status is Status.ALREADY_SO and await _entry(writer, change, place.identity(box)) is not None:
        # The entry was not found by the id of the folder, as somebody saw: by its path, it is.
        outcome = await _remove(writer, change, place.by_path(box), request_id)
    return _both(root, outcome)


def _is_as_seen(party: Party, held: Entry) -> bool:
    """Return whether an entry is the one that the plan saw. A plan that did not say its level takes any."""
    if party.right is Right.READ:
        return held.rights == _expanded(inbox_rights(party.detail))
    return not party.detail or held.rights == _expanded(access_rights(party.detail))


def _both(first: Outcome, second: Outcome) -> Outcome:
    """Return the outcome of two requests that are one change."""
    return second if first.status is Status.ALREADY_SO else first


async def _write(writer: Writer, change: Change, folder: str, rights: list[str], request_id: str) -> Outcome:
    """Add an entry, or set the one that is there."""
    body = {"Identity": folder, "User": str(_party(change).id), "AccessRights": rights}
    first, second = (SET_CALL, ADD_CALL) if change.kind is Kind.UPDATE else (ADD_CALL, SET_CALL)
    try:
        return await _sent(writer, change, first, body, request_id)
    except CloudError as error:
        if not (has_entry(error) or has_no_entry(error)):
            raise
        if has_entry(error):
            held = await _entry(writer, change, folder)
            if held is not None and held.rights == _expanded(rights):
                return Outcome(Status.ALREADY_SO, request_id=error.request_id)
    return await _sent(writer, change, second, body, request_id)


def _expanded(rights: list[str]) -> frozenset[str]:
    return rights_of({"AccessRights": rights})


async def _show_root(writer: Writer, change: Change, box: str, request_id: str) -> Outcome:
    folder = ROOT.identity(box)
    if sees(await _entry(writer, change, folder)):
        return Outcome(Status.ALREADY_SO)
    return await _write(writer, change, folder, VISIBLE, request_id)


async def _hide_root(writer: Writer, change: Change, box: str, request_id: str) -> Outcome:
    folder = ROOT.identity(box)
    held = await _entry(writer, change, folder)
    if held is None or not is_only_visible(held):
        return Outcome(Status.ALREADY_SO)
    return await _remove(writer, change, folder, request_id)


async def _remove(writer: Writer, change: Change, folder: str, request_id: str) -> Outcome:
    body = {"Identity": folder, "User": str(_party(change).id), "Confirm": False}
    try:
        return await _sent(writer, change, "Remove-MailboxFolderPermission", body, request_id)
    except CloudError as error:
        if not has_no_entry(error):
            raise
        return Outcome(Status.ALREADY_SO, request_id=error.request_id)


async def _sent(writer: Writer, change: Change, cmdlet: str, body: dict[str, Any], request_id: str) -> Outcome:
    """Run a cmdlet. An error names the trustee as people know it, and not by the id that was sent."""
    try:
        reply = await writer.cmdlet(cmdlet, body, change.mailbox, request_id)
    except CloudError as error:
        if party := change.party:
            error.why = error.why.replace(str(party.id), str(party.address or party.name or party.id))
        raise
    return Outcome(Status.DONE, request_id=reply.request_id)


async def set_levels(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Set what everybody can do, entry by entry: both entries are always there."""
    box = identity_of(change)
    outcome = Outcome(Status.ALREADY_SO)
    for name, level in sorted(change.after.items()):
        folder, who = SETTING_OF[name]
        place = await _place(writer, change, box, folder)
        body = {"Identity": place.identity(box), "User": who, "AccessRights": access_rights(level)}
        outcome = await _sent(writer, change, SET_CALL, body, request_id)
    return outcome


async def _place(writer: Writer, change: Change, box: str, folder: Folder) -> Place:
    """Return where a folder is. A mailbox that this run created may get it only later."""
    waits = iter(WAITS)
    while (place := (await _places(writer, change, box, folder)).get(folder)) is None:
        wait = next(waits, None)
        if change.mailbox not in writer.created or wait is None:
            raise no_folder(str(change.mailbox), folder)
        writer.listener.waiting(wait, f"{change.mailbox} is new and has no {folder.value} yet")
        await writer.clock.sleep(wait)
    return place


async def _places(writer: Writer, change: Change, box: str, folder: Folder) -> dict[Folder, Place]:
    known = writer.places.setdefault(box, {})
    if folder not in known:
        known |= await _read_places(writer, change, box, folder)
    return known


async def _read_places(writer: Writer, change: Change, box: str, folder: Folder) -> dict[Folder, Place]:
    where = str(change.mailbox)
    waits = iter(WAITS)
    while True:
        try:
            rows = await writer.exchange.read(
                STATISTICS_CALL, statistics_of(box, {folder}), select=STATISTICS, mailbox=where
            )
        except NotFound:
            wait = next(waits, None)
            if change.mailbox not in writer.created or wait is None:
                raise
            await writer.clock.sleep(wait)
        else:
            return places_of_mailbox(where, rows)


async def _entry(writer: Writer, change: Change, folder: str) -> Entry | None:
    """Return the entry of the trustee of a change as it is now. Raises CloudError, ObserveError."""
    try:
        parameters = {"Identity": folder, "User": str(_party(change).id)}
        rows = await writer.exchange.collect(PERMISSION_CALL, parameters, entry_of_person, mailbox=str(change.mailbox))
    except CloudError as error:
        if has_no_entry(error):
            return None
        raise
    result = answered(rows, f"{change.mailbox} · {PERMISSION_CALL}")
    if isinstance(result, (CloudError, ObserveError)):
        raise result
    return result


async def has_folder_right(writer: Writer, change: Change, box: str) -> bool:
    """Return whether a trustee has the right of a change now, at its level; of a revocation, any."""
    party = _party(change)
    try:
        place = await _place(writer, change, box, FOLDER_OF[party.right])
    except NotFound:
        return False
    entry = await _entry(writer, change, place.identity(box))
    if entry is None or entry.is_nothing:
        return False
    if party.right is not Right.READ:
        return change.kind is Kind.REVOKE or entry.word == party.detail
    if change.kind is Kind.REVOKE:
        return entry.reads
    root = await _entry(writer, change, ROOT.identity(box))
    return entry.reads and Reader(entry, sees(root)).detail == party.detail


async def read_levels(writer: Writer, names: Iterable[Field], box: str, where: str) -> dict[Field, Value]:
    """Return what everybody can do in folders now. Raises CloudError, ObserveError."""
    wanted = frozenset(names) & FOLDER_RIGHTS.keys()
    folders = {SETTING_OF[name][0] for name in wanted}
    try:
        rows = await writer.exchange.read(
            STATISTICS_CALL, statistics_of(box, folders), select=STATISTICS, mailbox=where
        )
    except NotFound:
        return {}
    places = places_of_mailbox(where, rows)
    entries = {}
    identities = {folder: places[folder].identity(box) for folder in folders & places.keys()}
    found = await FolderReader(writer.exchange).entries(identities.values())
    for folder, identity in identities.items():
        rows_of_folder = found[identity]
        if not isinstance(rows_of_folder, list):
            raise rows_of_folder
        entries[folder] = entries_in(rows_of_folder, f"{where} · {PERMISSION_CALL}")
    return read_row(FOLDER_RIGHTS, settings_row(entries), wanted, f"{where} · {PERMISSION_CALL}")


def _party(change: Change) -> Party:
    if change.party is None:
        message = f"{change.key} is not about a trustee"
        raise ValueError(message)
    return change.party
