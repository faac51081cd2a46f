"""Get-, Add-, Set- and Remove-MailboxFolderPermission: who can do what in one folder.

learn.microsoft.com/powershell/module/exchangepowershell: the pages of these cmdlets, read 2026-11. No answer was
recorded completely: the keys are those of the v2.0 page, and of what two clients read.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft import folder_rights, folders
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_parameter, out_of_range, refused, store_task
from sharedbox_cli.emulator.microsoft.exchange_admin.folder_identity import find_folder
from sharedbox_cli.emulator.microsoft.exchange_admin.folder_trustees import name_of, require_trustee, whom
from sharedbox_cli.emulator.microsoft.folder_rights import DELEGATE, EDITOR, NONE, PRIVATE, ROLES, Entry

_MOST = 500
_NOTIFIED = frozenset({"Editor", "Reviewer", *folder_rights.OF_CALENDARS})
"""The roles in calendars that an invitation can be sent for."""


def get_folder_permission(call: Call) -> Result:
    """Return the entries of one folder, or that of one trustee."""
    mailbox, folder = find_folder(call, call.text("Identity"))
    if "User" not in call.parameters:
        entries = folder_rights.entries_of(call.tenant, folder)
    else:
        entries = [_held(call, folder, whom(call, folder, call.text("User")))]
    return Result([_row(call, mailbox, folder, entry) for entry in entries])


def add_folder_permission(call: Call) -> Result:
    """Give rights to somebody who has none in the folder."""
    mailbox, folder = find_folder(call, call.text("Identity"))
    who = whom(call, folder, call.text("User"))
    if folder_rights.entry_of(call.tenant, folder, who) is not None:
        sentence = f"An existing permission entry was found for user: {name_of(call, who)}."
        raise store_task("UserAlreadyExistsInPermissionEntryException", sentence)
    require_trustee(call, call.text("User"), who)
    rights, flags = _wanted(call, folder, who)
    if len(folder_rights.entries_of(call.tenant, folder)) >= _most_entries(call):
        raise store_task("ACLTooBigException", "The permission table of the folder is full.")
    folder_rights.write(call.tenant, folder["id"], who, rights, flags or ())
    row = _row(call, mailbox, folder, _held(call, folder, who))
    return Result([row], effect=_effect("give", call, mailbox, folder, who))


def set_folder_permission(call: Call) -> Result:
    """Replace the rights of somebody who has an entry.

    An invitation, sent or not, resets flags that are not given. Assumed: so do rights other than those of an editor.
    """
    mailbox, folder = find_folder(call, call.text("Identity"))
    who = whom(call, folder, call.text("User"))
    before = _held(call, folder, who)
    rights, flags = _wanted(call, folder, who)
    if flags is None:
        is_reset = "SendNotificationToUser" in call.parameters or rights != ROLES[EDITOR]
        flags = () if is_reset else before.flags
    if Entry(who, rights, flags) == before:
        return Result()
    folder_rights.write(call.tenant, folder["id"], who, rights, flags)
    return Result(effect=_effect("set", call, mailbox, folder, who))


def remove_folder_permission(call: Call) -> Result:
    """Remove an entry. Those for everybody stay."""
    mailbox, folder = find_folder(call, call.text("Identity"))
    who = whom(call, folder, call.text("User"))
    _held(call, folder, who)
    if who in folder_rights.SPECIAL:
        sentence = f"You can't remove the permission entry of {who}. Set its rights to None."
        raise store_task("CannotRemoveSpecialUserException", sentence)
    folder_rights.remove(call.tenant, folder["id"], who)
    return Result(effect=_effect("take", call, mailbox, folder, who))


def _held(call: Call, folder: sqlite3.Row, who: str) -> Entry:
    entry = folder_rights.entry_of(call.tenant, folder, who)
    if entry is None:
        sentence = f"There is no existing permission entry found for user: {name_of(call, who)}."
        raise store_task("UserNotFoundInPermissionEntryException", sentence)
    return entry


def _wanted(call: Call, folder: sqlite3.Row, who: str) -> tuple[frozenset[str], tuple[str, ...] | None]:
    """Return the rights and the flags, None without the parameter. Raises CmdletError for what a folder has not."""
    names = list(dict.fromkeys(call.parameters["AccessRights"]))
    if len(names) > 1 and any(name in ROLES for name in names):
        raise bad_parameter("Cannot bind parameter 'AccessRights': a role is not combined with other rights.")
    is_calendar = folder["class"] == folders.CALENDAR
    if not is_calendar and any(name in folder_rights.OF_CALENDARS for name in names):
        raise out_of_range("memberRights")
    rights = frozenset(ROLES.get(names[0], names))
    if call.has("SendNotificationToUser") and not (is_calendar and names[0] in _NOTIFIED):
        raise refused("SendNotificationToUser is only valid on calendars, and not with these rights.")
    if "SharingPermissionFlags" not in call.parameters:
        return rights, None
    given = call.text("SharingPermissionFlags").split(", ")
    flags = tuple(name for name in (DELEGATE, PRIVATE) if name in given)
    if flags and not (is_calendar and names == [EDITOR] and who not in folder_rights.SPECIAL):
        raise refused("SharingPermissionFlags is only valid on calendars, with the rights of an Editor.")
    if PRIVATE in flags and DELEGATE not in flags:
        raise refused("CanViewPrivateItems needs Delegate.")
    return rights, flags


def _most_entries(call: Call) -> int:
    """Return the size of a folder's table. No page has a number (`folder_entries` of the tenant)."""
    return int(call.tenant.meta("folder_entries", str(_MOST)))


def _row(call: Call, mailbox: sqlite3.Row, folder: sqlite3.Row, entry: Entry) -> Row:
    return {
        "Identity": f"{mailbox['cn']}:\\{folder['name'] if folder['type'] != folders.ROOT else ''}",
        "FolderName": folder["name"],
        "User": name_of(call, entry.who),
        "AccessRights": _rights_form(call, entry.names),
        "SharingPermissionFlags": _flags_form(call, entry.flags),
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


def _rights_form(call: Call, names: list[str]) -> Any:
    """Return rights as a row has them: a list, or a text (`folder_rights_form` of the tenant: `text`)."""
    return ", ".join(names) if call.tenant.meta("folder_rights_form") == "text" else names


def _flags_form(call: Call, flags: tuple[str, ...]) -> Any:
    """Return flags as a row has them, which was not recorded: null or a text.

    `sharing_flags_form` of the tenant chooses another form: `compact` (without a space), `word` (`None`) or `list`.
    """
    match call.tenant.meta("sharing_flags_form"):
        case "list":
            return list(flags)
        case "word":
            return ", ".join(flags) or NONE
        case "compact":
            return ",".join(flags) or None
        case _:
            return ", ".join(flags) or None


def _effect(verb: str, call: Call, mailbox: sqlite3.Row, folder: sqlite3.Row, who: str) -> str:
    return f"{verb} rights of {name_of(call, who)} in {folder['name']} of {mailbox['mail'].lower()}"
