r"""Which folder an identity names: `box:\Inbox\Reports`, `box:\` for the root, or `box:` and a FolderId.

Names of folders are in the language of the mailbox: there is no English alias for `Posteingang`.
"""

from __future__ import annotations

import sqlite3

from sharedbox_cli.emulator.microsoft import folders
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError, folder_not_found
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import find_mailbox

SLASH = "\uf8ff"
"""What Exchange writes for a slash in a name: `/` separates folders."""
_ID, _OWN_ID = "LgAAAA", "AQMk"


def folder_id(identity: str) -> str:
    """Return the FolderId of a folder, which is not the id in Graph."""
    return _ID + identity.removeprefix(_OWN_ID)


def find_folder(call: Call, identity: str) -> tuple[sqlite3.Row, sqlite3.Row]:
    """Return a mailbox and its folder. Raises CmdletError."""
    box, colon, place = identity.partition(":")
    if not (box and colon and place):
        raise folder_not_found(identity)
    try:
        mailbox = find_mailbox(call, box)
    except CmdletError as error:
        raise folder_not_found(identity) if error.status == 404 else error from None
    folder = _at(call, mailbox["id"], place)
    if folder is None:
        raise folder_not_found(identity)
    return mailbox, folder


def _at(call: Call, mailbox: str, place: str) -> sqlite3.Row | None:
    if place.startswith("\\"):
        return folders.at_path(call.tenant, mailbox, place[1:])
    folders.root_of(call.tenant, mailbox)
    own = _OWN_ID + place.removeprefix(_ID)
    sql = "select * from folders where mailbox_id = ? and id = ?"
    return call.tenant.row(sql, mailbox, own) if place.startswith(_ID) else None
