"""Access control entries in the store: what applies, what readers see, and what each kind of trustee can be granted."""

from __future__ import annotations

import sqlite3

from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError, refused
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import SOFT_DELETED_SECONDS, doc_of, find_object

SELF, SELF_NAME = "S-1-5-10", "NT AUTHORITY\\SELF"
MOST_ENTRIES = 500
FULL_ACCESS, SEND_AS, SEND_ON_BEHALF = "full_access", "send_as", "send_on_behalf"
_SELECT = (
    "select p.rowid number, p.*, o.name, o.upn, o.mail, o.kind, o.deleted_at trustee_deleted from permissions p "
    "left join objects o on o.id = p.trustee_id where p.right = ? "
)
_SEEN = "and p.visible_at <= ? and (p.gone_at is null or p.gone_at > ?) "


def seen(call: Call, right: str, mailbox: str = "") -> list[sqlite3.Row]:
    """Return the entries that readers see: of one mailbox, or of all active ones."""
    if mailbox:
        sql = f"{_SELECT}{_SEEN}and p.mailbox_id = ? order by p.rowid"
        return call.tenant.rows(sql, right, call.now, call.now, mailbox)
    living = "select m.id from mailboxes m join objects b on b.id = m.id where b.deleted_at is null"
    sql = f"{_SELECT}{_SEEN}and p.mailbox_id in ({living} and m.visible_at <= ?) order by p.mailbox_id, p.rowid"
    return call.tenant.rows(sql, right, call.now, call.now, call.now)


def held(call: Call, right: str, mailbox: str) -> list[sqlite3.Row]:
    """Return the entries that writers see: the last written state."""
    return call.tenant.rows(f"{_SELECT}and p.mailbox_id = ? and p.gone_at is null order by p.rowid", right, mailbox)


def named(row: sqlite3.Row, own: str = SELF_NAME) -> tuple[str, str]:
    """Return the name of the trustee in an entry, and its address, which is empty on some real grants."""
    if row["sid"] == SELF:
        return own, ""
    if is_unresolved(row):
        return row["sid"], ""
    name = row["name"] if row["kind"] == "group" and row["has_address"] else row["upn"] or row["name"]
    return name, (row["mail"] or "") if row["has_address"] else ""


def self_name(call: Call) -> str:
    """Return the name of the owner's entry, in the language of the server (setting `self_name`)."""
    return call.tenant.meta("self_name", SELF_NAME)


def is_unresolved(row: sqlite3.Row) -> bool:
    """Return whether the trustee was deleted, so that only its SID remains."""
    return bool(row["sid"] != SELF and (row["kind"] is None or row["trustee_deleted"] is not None))


def is_soft_deleted(call: Call, row: sqlite3.Row) -> bool:
    """Return whether the trustee of an entry was deleted and can still be restored."""
    deleted = row["trustee_deleted"]
    return row["sid"] != SELF and deleted is not None and bool(call.now - deleted < SOFT_DELETED_SECONDS)


def is_purged(call: Call, row: sqlite3.Row) -> bool:
    """Return whether the trustee of an entry is gone for good."""
    return is_unresolved(row) and not is_soft_deleted(call, row)


def find_trustee(call: Call, right: str, who: str) -> sqlite3.Row:
    """Return a trustee that can be granted a right: a user of the tenant or a mail-enabled security group.

    A trustee that sends on behalf needs an address. Raises CmdletError.
    learn.microsoft.com/powershell/module/exchangepowershell:
    add-mailboxpermission (User), set-mailbox (GrantSendOnBehalfTo), read 2026-11.
    """
    trustee = find_object(call, who)
    if not _is_principal(trustee) or (right == SEND_ON_BEHALF and not trustee["mail"]):
        raise _no_principal(who)
    return trustee


def _is_principal(row: sqlite3.Row) -> bool:
    doc = doc_of(row)
    if row["kind"] == "servicePrincipal":
        return True
    if row["kind"] == "user":
        return bool(doc.get("user_type") != "Guest")
    is_mail_enabled = bool(row["mail"]) and doc.get("mail_enabled", True)
    is_security = doc.get("security_enabled", True) and "Unified" not in doc.get("group_types", ())
    return bool(row["kind"] == "group" and is_mail_enabled and is_security)


def _no_principal(who: str) -> CmdletError:
    return refused(f"The user or group '{who}' isn't a valid SMTP address or a security principal.")


def require_room(entries: list[sqlite3.Row]) -> None:
    """Raise CmdletError if the mailbox already has the maximum number of entries."""
    if len(entries) >= MOST_ENTRIES:
        raise refused(f"The maximum number of permission entries ({MOST_ENTRIES}) has been reached.")


def insert(
    call: Call, mailbox: str, right: str, trustee: sqlite3.Row, rights: str, *, deny: bool, automapping: bool | None
) -> None:
    """Write an entry. Readers see it after the lag."""
    call.tenant.run(
        "insert into permissions values (?, ?, ?, ?, ?, ?, 0, ?, 0, ?, null)",
        mailbox,
        right,
        trustee["id"],
        trustee["sid"] if rights else "",
        rights,
        int(deny),
        None if automapping is None else int(automapping),
        call.now + call.tenant.lag("grant"),
    )


def end(call: Call, row: sqlite3.Row) -> None:
    """Remove an entry. Readers see it until the lag is over."""
    gone = call.now + call.tenant.lag("grant")
    call.tenant.run("update permissions set gone_at = ? where rowid = ?", gone, row["number"])


def replace_rights(call: Call, row: sqlite3.Row, rights: list[str]) -> None:
    """Write the entry again with other rights. One entry contains all rights of its trustee."""
    end(call, row)
    call.tenant.run(
        "insert into permissions select mailbox_id, right, trustee_id, sid, ?, deny, inherited, automapping, "
        "has_address, ?, null from permissions where rowid = ?",
        ", ".join(rights),
        call.now + call.tenant.lag("grant"),
        row["number"],
    )


def add_self(call: Call, mailbox: str) -> None:
    """Add the entries that every mailbox has."""
    sql = f"insert into permissions values (?, ?, null, '{SELF}', ?, 0, 0, null, 1, 0, null)"
    call.tenant.run(sql, mailbox, FULL_ACCESS, "FullAccess, ReadPermission")
    call.tenant.run(sql, mailbox, SEND_AS, "SendAs")
