"""Full access and send as: rows as the service returns them, quirks included."""

from __future__ import annotations

import sqlite3

from sharedbox_cli.emulator.microsoft.exchange_admin import entries
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError, bad_parameter, not_modelled
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import find_mailbox, find_object

_PRESENT = 'The appropriate access control entry is already present on the object "CN={}" for account "{}".'
_GONE = (
    'Can\'t remove the access control entry on the object "CN={}" for account "{}" because the ACE doesn\'t exist on '
    "the object."
)


def get_mailbox_permission(call: Call) -> Result:
    """Return the access entries of one mailbox. Those of purged and of soft-deleted trustees need a switch each."""
    mailbox = find_mailbox(call, call.text("Identity"))
    rows = entries.seen(call, entries.FULL_ACCESS, mailbox["id"])
    for switch, is_of in (
        ("IncludeUnresolvedPermissions", entries.is_purged),
        ("IncludeSoftDeletedUserPermissions", entries.is_soft_deleted),
    ):
        if not call.has(switch):
            rows = [row for row in rows if not is_of(call, row)]
    if call.text("User"):
        sid = _sid(call, call.text("User"))
        rows = [row for row in rows if row["sid"] == sid]
    listed = [_mailbox_entry(row, mailbox["cn"], entries.self_name(call)) for row in rows]
    if listed and _has_two_selves(mailbox) and not call.text("User"):
        twin = next((row for row in listed if row["UserSid"] == entries.SELF), None)
        if twin is not None:
            listed.append({**twin, "AccessRights": ["FullAccess, ExternalAccount"]})
    return Result(listed)


def _has_two_selves(mailbox: sqlite3.Row) -> bool:
    """Return whether the SELF entry is duplicated: it is on some mailboxes, and no page documents on which."""
    return str(mailbox["id"])[-1] in "048c"


def _mailbox_entry(row: sqlite3.Row, mailbox: str, own: str = "") -> Row:
    user, address = entries.named(row, own)
    return {
        "Identity": mailbox,
        "User": user,
        "AccessRights": [row["rights"]],
        "Deny": bool(row["deny"]),
        "InheritanceType": "All",
        "IsInherited": bool(row["inherited"]),
        "IsValid": True,
        "UserSid": row["sid"],
        "PrimarySmtpAddress": address,
    }


def get_recipient_permission(call: Call) -> Result:
    """Return the send-as entries of one recipient, or of the whole tenant."""
    mailbox = _recipient(call)["id"] if call.text("Identity") else ""
    rows = entries.seen(call, entries.SEND_AS, mailbox)
    if call.text("Trustee"):
        sid = _sid(call, call.text("Trustee"))
        rows = [row for row in rows if row["sid"] == sid]
    _require_send_as(call)
    names = {row["id"]: row["cn"] for row in call.tenant.rows("select id, cn from mailboxes")}
    own = entries.self_name(call)
    return Result([_recipient_entry(row, names[row["mailbox_id"]], own) for row in rows])


def _recipient_entry(row: sqlite3.Row, mailbox: str, own: str = "") -> Row:
    trustee, address = entries.named(row, own)
    return {
        "Identity": mailbox,
        "Trustee": trustee,
        "AccessControlType": "Deny" if row["deny"] else "Allow",
        "AccessRights": [row["rights"]],
        "TrusteeSidString": row["sid"],
        "TrusteeWithPrimarySmtpAddress": address,
    }


def _recipient(call: Call) -> sqlite3.Row:
    identity = call.text("Identity")
    try:
        return find_mailbox(call, identity)
    except CmdletError as error:
        if error.status != 404:
            raise
        row = find_object(call, identity)
        if row["kind"] == "user":
            raise
        raise not_modelled(f"{call.cmdlet} on recipients that are no mailboxes") from None


def _require_send_as(call: Call) -> None:
    wrong = [right for right in (call.parameters.get("AccessRights") or ()) if right.lower() != "sendas"]
    if wrong:
        raise bad_parameter(f"Cannot bind parameter 'AccessRights': '{wrong[0]}' is not one of SendAs.")


def _sid(call: Call, who: str) -> str:
    """Return the SID of a trustee. An unresolved SID is returned unchanged, so that orphans can be named."""
    if who.upper().startswith("S-1-5-"):
        return who.upper()
    if who.upper() in ("NT AUTHORITY\\SELF", "SELF"):
        return entries.SELF
    return str(find_object(call, who)["sid"])


def add_mailbox_permission(call: Call) -> Result:
    """Grant full access (or a lesser right)."""
    _require_whole_tree(call)
    rights = list(dict.fromkeys(call.parameters["AccessRights"]))
    mailbox = find_mailbox(call, call.text("Identity"))
    return _add(call, mailbox, entries.FULL_ACCESS, call.text("User"), rights)


def add_recipient_permission(call: Call) -> Result:
    """Grant send as."""
    _require_send_as(call)
    return _add(call, _recipient(call), entries.SEND_AS, call.text("Trustee"), ["SendAs"])


def _require_whole_tree(call: Call) -> None:
    if call.parameters.get("InheritanceType", "All") != "All":
        raise not_modelled(f"{call.cmdlet} -InheritanceType {call.text('InheritanceType')}")


def _add(call: Call, mailbox: sqlite3.Row, right: str, who: str, rights: list[str]) -> Result:
    trustee = entries.find_trustee(call, right, who)
    deny = call.has("Deny")
    held = entries.held(call, right, mailbox["id"])
    own = next((row for row in held if _is_of(row, trustee["sid"], deny=deny)), None)
    has = [] if own is None else own["rights"].split(", ")
    if set(rights) <= set(has):
        return Result(warnings=[_PRESENT.format(mailbox["cn"], trustee["name"])])
    if own is None:
        entries.require_room(held)
        # The mailbox is not mapped for members of a group, because a group has no profile.
        mapped = call.parameters.get("AutoMapping", True) and trustee["kind"] == "user"
        automapping = mapped if right == entries.FULL_ACCESS else None
        entries.insert(call, mailbox["id"], right, trustee, ", ".join(rights), deny=deny, automapping=automapping)
    else:
        entries.replace_rights(call, own, list(dict.fromkeys([*has, *rights])))
    written = next(row for row in entries.held(call, right, mailbox["id"]) if _is_of(row, trustee["sid"], deny=deny))
    as_row = _mailbox_entry if right == entries.FULL_ACCESS else _recipient_entry
    effect = f"grant {right} {trustee['id']} on {mailbox['mail'].lower()}"
    return Result([as_row(written, mailbox["cn"])], effect=effect)


def _is_of(row: sqlite3.Row, sid: str, *, deny: bool) -> bool:
    return bool(row["sid"] == sid and bool(row["deny"]) is deny and not row["inherited"])


def remove_mailbox_permission(call: Call) -> Result:
    """Revoke full access, or disable automapping for all trustees."""
    mailbox = find_mailbox(call, call.text("Identity"))
    if call.has("ClearAutoMapping"):
        call.tenant.run(
            "update permissions set automapping = 0 where mailbox_id = ? and automapping = 1", mailbox["id"]
        )
        return Result(effect=f"clear automapping on {mailbox['mail'].lower()}")
    _require_whole_tree(call)
    rights = list(call.parameters["AccessRights"])
    return _remove(call, mailbox, entries.FULL_ACCESS, call.text("User"), rights)


def remove_recipient_permission(call: Call) -> Result:
    """Revoke send as."""
    _require_send_as(call)
    return _remove(call, _recipient(call), entries.SEND_AS, call.text("Trustee"), ["SendAs"])


def _remove(call: Call, mailbox: sqlite3.Row, right: str, who: str, rights: list[str]) -> Result:
    sid = _sid(call, who)
    if sid == entries.SELF:
        raise not_modelled(f"{call.cmdlet} for SELF")
    rows = [row for row in entries.held(call, right, mailbox["id"]) if _is_of(row, sid, deny=call.has("Deny"))]
    touched = False
    for row in rows:
        has = row["rights"].split(", ")
        left = [one for one in has if one not in rights]
        if left == has:
            continue
        touched = True
        if left:
            entries.replace_rights(call, row, left)
        else:
            entries.end(call, row)
    if not touched:
        return Result(warnings=[_GONE.format(mailbox["cn"], who)])
    trustee = call.tenant.row("select id from objects where sid = ? and deleted_at is null", sid)
    return Result(effect=f"revoke {right} {trustee['id'] if trustee else sid} on {mailbox['mail'].lower()}")
