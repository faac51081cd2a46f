"""Whom an entry of a folder is for, and how its row names them: with the display name, and nothing else."""

from __future__ import annotations

import sqlite3

from sharedbox_cli.emulator.microsoft import folder_rights
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError, ambiguous, store_task
from sharedbox_cli.emulator.microsoft.exchange_admin.forms import is_guid
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import doc_of, find_object

_ORPHAN = "NT:"


def name_of(call: Call, who: str) -> str:
    """Return the name in a row. A deleted trustee is a SID.

    No row of one was recorded. `folder_orphans` of the tenant chooses the other form: `name`, the last display name.
    """
    if who in folder_rights.SPECIAL:
        return who
    row = call.tenant.row("select name, deleted_at from objects where sid = ? order by deleted_at limit 1", who)
    if row is None or (row["deleted_at"] is not None and call.tenant.meta("folder_orphans") != "name"):
        return f"{_ORPHAN}{who}"
    return str(row["name"])


def whom(call: Call, folder: sqlite3.Row, text: str) -> str:
    """Return who an entry is for, from what a caller wrote. Raises CmdletError."""
    special = next((name for name in folder_rights.SPECIAL if name.lower() == text.lower()), "")
    if special:
        return special
    orphans = [entry.who for entry in folder_rights.entries_of(call.tenant, folder) if _is_orphan(call, entry.who)]
    named = [who for who in orphans if name_of(call, who).lower() == text.lower()]
    try:
        row = find_object(call, text)
    except CmdletError as error:
        if error.status != 404:
            raise
        if len(named) > 1:
            raise ambiguous(text) from None
        if not named:
            raise _unknown(text) from None
        return named[0]
    if named:
        raise ambiguous(text)
    return str(row["sid"])


def _is_orphan(call: Call, who: str) -> bool:
    if who in folder_rights.SPECIAL:
        return False
    return call.tenant.row("select 1 from objects where sid = ? and deleted_at is null", who) is None


def require_trustee(call: Call, text: str, who: str) -> None:
    """Raise CmdletError unless rights can be given: to accounts with an address, and to security groups with one.

    A guest is found by id only, as somebody saw.
    """
    row = call.tenant.row("select * from objects where sid = ? and deleted_at is null", who)
    if row is None or row["kind"] == "contact":
        raise _unknown(text)
    doc = doc_of(row)
    if row["kind"] == "user" and doc.get("user_type") == "Guest" and not is_guid(text):
        raise _unknown(text)
    is_security = doc.get("security_enabled", True) and "Unified" not in doc.get("group_types", ())
    is_mail_enabled = bool(row["mail"]) and doc.get("mail_enabled", True)
    if row["kind"] not in ("user", "group") or not is_mail_enabled or (row["kind"] == "group" and not is_security):
        sentence = f'The user "{text}" isn\'t a valid security principal.'
        raise store_task("InvalidInternalUserIdException", sentence)


def _unknown(text: str) -> CmdletError:
    sentence = f'The user "{text}" is either not valid SMTP address, or there is no matching information.'
    return store_task("InvalidExternalUserIdException", sentence)
