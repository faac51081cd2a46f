"""Full access and send as: rows as the service writes them, oddities included."""

from __future__ import annotations

import sqlite3

from sharedbox_cli.emulator.microsoft.exchange_admin.context import (
    Call,
    Result,
    Row,
    find_mailbox,
    find_trustee,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_parameter, refused

MOST_ENTRIES = 500
_PRESENT = 'WARNING: The appropriate access control entry is already present on the object "CN={}" for account "{}".'
_GONE = (
    'WARNING: Can\'t remove the access control entry on the object "CN={}" for account "{}" '
    "because the ACE doesn't exist on the object."
)

_ROWS = (
    "select p.*, o.name, o.upn, o.mail, o.kind, o.deleted_at trustee_deleted from permissions p "
    "left join objects o on o.id = p.trustee_id where p.right = ? and p.visible_at <= ? "
    "and (p.gone_at is null or p.gone_at > ?) "
)


def _held(call: Call, right: str, mailbox: str = "") -> list[sqlite3.Row]:
    now = call.world.clock.now()
    if mailbox:
        return call.tenant.rows(_ROWS + "and p.mailbox_id = ? order by p.rowid", right, now, now, mailbox)
    return call.tenant.rows(
        _ROWS + "and p.mailbox_id in (select m.id from mailboxes m join objects b on b.id = m.id "
        "where b.deleted_at is null and m.visible_at <= ?) order by p.mailbox_id, p.rowid", right, now, now, now,
    )  # fmt: skip


def get_mailbox_permission(call: Call) -> Result:
    """Return the full-access entries of one mailbox; without Identity the service refuses."""
    if not call.text("Identity"):
        raise bad_parameter("Cannot process command because of one or more missing mandatory parameters: Identity.")
    box = find_mailbox(call, call.text("Identity"))
    return Result([_mailbox_entry(row, box["cn"]) for row in _held(call, "full_access", box["id"])])


def _mailbox_entry(row: sqlite3.Row, box: str) -> Row:
    user, address = _named(row)
    return {
        "Identity": box,
        "User": user,
        "AccessRights": [row["rights"]],
        "Deny": bool(row["deny"]),
        "InheritanceType": "All",
        "IsInherited": bool(row["inherited"]),
        "IsValid": True,
        "UserSid": row["sid"],
        "PrimarySmtpAddress": address,
    }


def _named(row: sqlite3.Row) -> tuple[str, str]:
    if row["sid"] == "S-1-5-10":
        return "NT AUTHORITY\\SELF", ""
    if row["trustee_id"] is None or row["trustee_deleted"] is not None or row["kind"] is None:
        return row["sid"], ""
    if not row["has_address"]:
        return row["upn"] or row["name"], ""
    if row["kind"] == "group":
        return row["name"], row["mail"] or ""
    return row["upn"] or row["name"], row["mail"] or ""


def get_recipient_permission(call: Call) -> Result:
    """Return the send-as entries of one recipient, or of the whole tenant."""
    box = find_mailbox(call, call.text("Identity"))["id"] if call.text("Identity") else ""
    names = {row["id"]: row["cn"] for row in call.tenant.rows("select id, cn from mailboxes")}
    return Result([_recipient_entry(row, names[row["mailbox_id"]]) for row in _held(call, "send_as", box)])


def _recipient_entry(row: sqlite3.Row, box: str) -> Row:
    trustee, address = _named(row)
    return {
        "Identity": box,
        "Trustee": trustee,
        "AccessControlType": "Deny" if row["deny"] else "Allow",
        "AccessRights": [row["rights"]],
        "TrusteeSidString": row["sid"],
        "TrusteeWithPrimarySmtpAddress": address,
    }


def add_mailbox_permission(call: Call) -> Result:
    """Give full access (or a lesser right)."""
    rights = call.parameters.get("AccessRights", [])
    return _add(call, "full_access", call.text("User"), ", ".join(rights), deny=call.has("Deny"))


def add_recipient_permission(call: Call) -> Result:
    """Give send as."""
    return _add(call, "send_as", call.text("Trustee"), "SendAs")


def _add(call: Call, right: str, who: str, rights: str, *, deny: bool = False) -> Result:
    box = find_mailbox(call, call.text("Identity"))
    trustee = find_trustee(call, who)
    if trustee["kind"] == "group" and '"security_enabled": false' in trustee["doc"]:
        raise refused(f"The user or group '{who}' isn't a valid SMTP address or a security principal.")
    held = _held(call, right, box["id"])
    if any(
        row["trustee_id"] == trustee["id"] and bool(row["deny"]) is deny and row["rights"] == rights for row in held
    ):
        return Result(warnings=[_PRESENT.format(box["cn"], trustee["name"])])
    if len(held) >= MOST_ENTRIES:
        raise refused(f"The maximum number of permission entries ({MOST_ENTRIES}) has been reached.")
    automapping = call.parameters.get("AutoMapping", True) if right == "full_access" else None
    visible = call.world.clock.now() + call.tenant.lag("grant")
    call.tenant.run(
        "insert into permissions values (?, ?, ?, ?, ?, ?, 0, ?, 1, ?, null)",
        box["id"], right, trustee["id"], trustee["sid"], rights, int(deny),
        None if automapping is None else int(automapping), visible,
    )  # fmt: skip
    row = {
        "Identity": box["cn"], "User": trustee["upn"] or trustee["name"], "AccessRights": [rights],
        "Deny": deny, "IsInherited": False,
    }  # fmt: skip
    return Result([row], effect=f"grant {right} {trustee['id']} on {box['mail'].lower()}")


def remove_mailbox_permission(call: Call) -> Result:
    """Take full access away, or switch automapping off for all."""
    if call.has("ClearAutoMapping"):
        box = find_mailbox(call, call.text("Identity"))
        call.tenant.run(
            "update permissions set automapping = 0 where mailbox_id = ? and right = 'full_access'", box["id"]
        )
        return Result(effect=f"clear automapping on {box['mail'].lower()}")
    return _remove(call, "full_access", call.text("User"), deny=call.has("Deny"))


def remove_recipient_permission(call: Call) -> Result:
    """Take send as away."""
    return _remove(call, "send_as", call.text("Trustee"))


def _remove(call: Call, right: str, who: str, *, deny: bool = False) -> Result:
    box = find_mailbox(call, call.text("Identity"))
    is_sid = who.upper().startswith("S-1-5-21-")
    trustee = None if is_sid else find_trustee(call, who)
    sid = who if trustee is None else trustee["sid"]
    gone = call.world.clock.now() + call.tenant.lag("grant")
    touched = call.tenant.run(
        "update permissions set gone_at = ? where mailbox_id = ? and right = ? and sid = ? and deny = ? "
        "and inherited = 0 and gone_at is null", gone, box["id"], right, sid, int(deny),
    )  # fmt: skip
    if not touched:
        return Result(warnings=[_GONE.format(box["cn"], who)])
    return Result(effect=f"revoke {right} {trustee['id'] if trustee else sid} on {box['mail'].lower()}")
