"""Get-MailboxFolderStatistics: the folders of a mailbox with their sizes.

The JSON of this cmdlet was recorded nowhere: its keys are those that clients read.
"""

from __future__ import annotations

import sqlite3

from sharedbox_cli.emulator.microsoft import folders
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import not_modelled
from sharedbox_cli.emulator.microsoft.exchange_admin.folder_identity import SLASH, folder_id
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import find_mailbox

_EVERY = "All"
_SCOPES = {"ConversationHistory": "CommunicatorHistory"}
"""The scopes that are not named as the type of their folder."""


def get_folder_statistics(call: Call) -> Result:
    """Return the folders of one mailbox: all, the root first, or one with those below it.

    In which order they come was not recorded. `folder_order` of the tenant chooses the other one: `reversed`.
    """
    mailbox = find_mailbox(call, call.text("Identity"))
    root = folders.root_of(call.tenant, mailbox["id"])
    rows = [_row(call, mailbox, root, f"/{root['name']}")]
    paths = {root["id"]: ""}
    every = folders.below(call.tenant, mailbox["id"], root["id"])
    for folder in every:
        path = f"{paths[folder['parent_id']]}/{folder['name'].replace('/', SLASH)}"
        paths[folder["id"]] = path
        rows.append(_row(call, mailbox, folder, path))
    scope = call.text("FolderScope")
    if scope not in ("", _EVERY):
        inside = _within(every, scope)
        rows = [row for folder, row in zip([root, *every], rows, strict=True) if folder["id"] in inside]
    return Result(rows[::-1] if call.tenant.meta("folder_order") == "reversed" else rows)


def _within(every: list[sqlite3.Row], scope: str) -> set[str]:
    """Return the ids of one default folder and of all folders below it. Raises CmdletError."""
    kind = _SCOPES.get(scope, scope)
    if kind not in {name for name, *_ in folders.DEFAULTS} - {folders.ROOT}:
        raise not_modelled(f"Get-MailboxFolderStatistics -FolderScope {scope}")
    inside = {folder["id"] for folder in every if folder["type"] == kind}
    for folder in every:
        if folder["parent_id"] in inside:
            inside.add(folder["id"])
    return inside


def _row(call: Call, mailbox: sqlite3.Row, folder: sqlite3.Row, path: str) -> Row:
    return {
        "Name": folder["name"],
        "Identity": f"{mailbox['cn']}{path.replace('/', chr(92))}",
        "FolderId": folder_id(folder["id"]),
        "FolderPath": path,
        "FolderType": _type_of(call, folder),
        "ContainerClass": folder["class"],
        "ItemsInFolder": folder["items"],
        "DeletedItemsInFolder": 0,
        "FolderSize": "0 B (0 bytes)",
        "ItemsInFolderAndSubfolders": folder["items"],
        "FolderAndSubfolderSize": "0 B (0 bytes)",
        "OldestItemReceivedDate": None,
        "NewestItemReceivedDate": None,
        "DeletePolicy": None,
        "ArchivePolicy": None,
        "RetentionFlags": None,
    }


def _type_of(call: Call, folder: sqlite3.Row) -> str:
    """Return the type, in English. Whether the archive folder has one is assumed (`archive_folder_type`: `user`)."""
    if folder["type"] == "Archive" and call.tenant.meta("archive_folder_type") == "user":
        return folders.USER
    return str(folder["type"])
