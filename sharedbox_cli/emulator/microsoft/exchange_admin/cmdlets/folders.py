"""Get-MailboxFolderStatistics: the folders of a mailbox with their sizes.

The JSON of this cmdlet was recorded nowhere: its keys are those that clients read.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft import folders
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import find_mailbox

_SLASH = "\uf8ff"
"""What Exchange writes for a slash in a name: `/` separates folders."""
_DEFAULT_RESULTS = 1000


def get_folder_statistics(call: Call) -> Result:
    """Return all folders of one mailbox, the root first."""
    mailbox = find_mailbox(call, call.text("Identity"))
    root = folders.root_of(call.tenant, mailbox["id"])
    rows = [_row(call, mailbox, root, f"/{root['name']}")]
    paths = {root["id"]: ""}
    for folder in folders.below(call.tenant, mailbox["id"], root["id"]):
        path = f"{paths[folder['parent_id']]}/{folder['name'].replace('/', _SLASH)}"
        paths[folder["id"]] = path
        rows.append(_row(call, mailbox, folder, path))
    size: Any = call.parameters.get("ResultSize", _DEFAULT_RESULTS)
    return Result(rows if str(size).lower() == "unlimited" else rows[: int(size)])


def _row(call: Call, mailbox: sqlite3.Row, folder: sqlite3.Row, path: str) -> Row:
    return {
        "Name": folder["name"],
        "Identity": f"{mailbox['cn']}{path.replace('/', chr(92))}",
        "FolderId": f"LgAAAA{folder['id'][4:]}",
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
