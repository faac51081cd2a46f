"""Get-, New-, Set-, Remove-Mailbox, Undo-SoftDeletedMailbox, statistics."""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.context import (
    Call,
    Result,
    Row,
    find_mailbox,
    find_trustee,
    gigabytes,
    settings,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import (
    bad_parameter,
    buried,
    not_accepted,
    not_found,
    refused,
    taken,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.opath import matcher
from sharedbox_cli.emulator.microsoft.exchange_admin.plans import has_plan_two, is_licensed

GIB = 1024**3
SOFT_DELETED_SECONDS = 30 * 86400
NAME_MAX = 64
_NOTHING = "WARNING: The command completed successfully but no settings of '{}' have been modified."
_PLAIN = (
    "HiddenFromAddressListsEnabled", "MessageCopyForSentAsEnabled", "MessageCopyForSendOnBehalfEnabled",
    "ForwardingSmtpAddress", "DeliverToMailboxAndForward", "LitigationHoldEnabled",
)  # fmt: skip
_MODELLED = frozenset({
    *_PLAIN, "Identity", "DisplayName", "EmailAddresses", "GrantSendOnBehalfTo", "Type", "Confirm",
})  # fmt: skip


def get_mailbox(call: Call) -> Result:
    """Return mailboxes, by identity or all of some types."""
    if call.text("Identity") and not call.has("SoftDeletedMailbox"):
        return Result([_row(call, find_mailbox(call, call.text("Identity")))])
    state = "is not null" if call.has("SoftDeletedMailbox") else "is null"
    rows = call.tenant.rows(
        "select m.*, o.upn, o.mail, o.name display_name, o.sid, o.doc user_doc, o.deleted_at from mailboxes m "
        f"join objects o on o.id = m.id where o.deleted_at {state} order by m.cn"
    )
    now = call.world.clock.now()
    rows = [row for row in rows if row["visible_at"] <= now]
    if call.has("SoftDeletedMailbox"):
        rows = [row for row in rows if now - row["deleted_at"] < SOFT_DELETED_SECONDS]
    wanted = call.parameters.get("RecipientTypeDetails")
    if wanted:
        kinds = {kind.lower() for kind in (wanted if isinstance(wanted, list) else [wanted])}
        rows = [row for row in rows if row["type"].lower() in kinds]
    bulk = _Bulk(call)
    test = matcher(call.text("Filter"))
    identity = call.text("Identity").lower()
    made = (bulk.row(row) for row in rows)
    found = [row for row in made if test(row)]
    if identity:
        found = [
            row for row in found if identity in (row["Guid"], row["ExchangeGuid"], row["PrimarySmtpAddress"].lower())
        ]
    return Result(found)


class _Bulk:
    """Rows of many mailboxes with three queries, not three a mailbox."""

    def __init__(self, call: Call) -> None:
        tenant = call.tenant
        self._call = call
        self._addresses: dict[str, list[str]] = {}
        for row in tenant.rows("select id, prefix, text from addresses order by id, prefix, key"):
            self._addresses.setdefault(row["id"], []).append(f"{row['prefix']}:{row['text']}")
        self._behalf: dict[str, list[tuple[str, str]]] = {}
        for row in _on_behalf_rows(call, ""):
            self._behalf.setdefault(row["mailbox_id"], []).append((row["name"], row["trustee_id"]))
        self._licensed = {row["user_id"] for row in tenant.rows("select distinct user_id from licences")}

    def row(self, row: sqlite3.Row) -> Row:
        """Return one mailbox."""
        return mailbox_row(
            self._call, row, self._addresses.get(row["id"], []), self._behalf.get(row["id"], []),
            is_licensed=row["id"] in self._licensed,
        )  # fmt: skip


def _row(call: Call, row: sqlite3.Row) -> Row:
    behalf = [(item["name"], item["trustee_id"]) for item in _on_behalf_rows(call, row["id"])]
    return mailbox_row(
        call, row, call.tenant.addresses(row["id"]), behalf, is_licensed=is_licensed(call.tenant, row["id"])
    )


def _on_behalf_rows(call: Call, mailbox: str) -> list[sqlite3.Row]:
    one = "and p.mailbox_id = ?" if mailbox else "and ? = ''"
    now = call.world.clock.now()
    return call.tenant.rows(
        "select p.mailbox_id, p.trustee_id, o.name from permissions p join objects o on o.id = p.trustee_id "
        f"where p.right = 'send_on_behalf' {one} and p.visible_at <= ? and (p.gone_at is null or p.gone_at > ?) "
        "order by o.name",
        mailbox, now, now,
    )  # fmt: skip


def mailbox_row(
    call: Call, row: sqlite3.Row, addresses: list[str], behalf: list[tuple[str, str]], *, is_licensed: bool
) -> Row:
    """Return a mailbox as Get-Mailbox writes it."""
    own = settings(row)
    user = json.loads(row["user_doc"])
    is_shared = row["type"] == "SharedMailbox"
    names: list[Any] = [name for name, _ in behalf]
    if call.has("IncludeGrantSendOnBehalfToWithDisplayNames"):
        names = [json.dumps({"DisplayName": name, "Identity": identity}) for name, identity in behalf]
    return {
        "Identity": row["cn"],
        "Name": row["cn"],
        "Guid": row["id"],
        "ExternalDirectoryObjectId": row["id"],
        "ExchangeGuid": row["guid"],
        "Alias": row["alias"],
        "DisplayName": row["display_name"],
        "PrimarySmtpAddress": row["mail"],
        "UserPrincipalName": row["upn"],
        "RecipientType": "UserMailbox",
        "RecipientTypeDetails": row["type"],
        "IsShared": is_shared,
        "AccountDisabled": not user.get("account_enabled", True),
        "IsDirSynced": bool(user.get("on_premises")),
        "EmailAddresses": addresses,
        "GrantSendOnBehalfTo": names,
        "HiddenFromAddressListsEnabled": bool(own.get("HiddenFromAddressListsEnabled", False)),
        "MessageCopyForSentAsEnabled": bool(own.get("MessageCopyForSentAsEnabled", False)),
        "MessageCopyForSendOnBehalfEnabled": bool(own.get("MessageCopyForSendOnBehalfEnabled", False)),
        "ForwardingSmtpAddress": own.get("ForwardingSmtpAddress"),
        "ForwardingAddress": None,
        "DeliverToMailboxAndForward": bool(own.get("DeliverToMailboxAndForward", False)),
        "LitigationHoldEnabled": bool(own.get("LitigationHoldEnabled", False)),
        "ArchiveStatus": own.get("ArchiveStatus", "None"),
        "ArchiveGuid": own.get("ArchiveGuid", "00000000-0000-0000-0000-000000000000"),
        "ProhibitSendReceiveQuota": gigabytes((100 if has_plan_two(call.tenant, row["id"]) else 50) * GIB)
        if is_licensed
        else gigabytes(50 * GIB),
        "ProhibitSendQuota": gigabytes(int(49.5 * GIB)),
        "IssueWarningQuota": gigabytes(49 * GIB),
        "RetainDeletedItemsFor": "14.00:00:00",
        "SKUAssigned": True if is_licensed else None,
        "WhenCreated": _when(row["created_at"]),
        "WhenSoftDeleted": _when(row["deleted_at"]) if row["deleted_at"] else None,
    }


def _when(seconds: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000+00:00")


def new_mailbox(call: Call) -> Result:
    """Make a shared mailbox."""
    if not call.has("Shared"):
        raise refused("Only shared mailboxes can be made here.")
    name, address = call.text("Name"), call.text("PrimarySmtpAddress")
    alias = call.text("Alias") or address.partition("@")[0]
    address = address or f"{alias}@{call.tenant.domains()[0]}"
    if not name or len(name) > NAME_MAX:
        raise bad_parameter(f"The length of the property is too long. The maximum length is {NAME_MAX}. Name: {name}")
    _require_free(call, address)
    if call.tenant.row("select id from mailboxes where lower(cn) = lower(?)", name):
        raise refused(f"The name '{name}' is already being used. Please try another name.")
    identity = _made(call, name, alias, address)
    row = call.tenant.row(
        "select m.*, o.upn, o.mail, o.name display_name, o.sid, o.doc user_doc, o.deleted_at from mailboxes m "
        "join objects o on o.id = m.id where m.id = ?",
        identity,
    )
    if row is None:
        raise not_found(address)
    return Result([_row(call, row)], effect=f"create mailbox {address.lower()}")


def _made(call: Call, name: str, alias: str, address: str) -> str:
    tenant = call.tenant
    enabled = tenant.meta("new_shared_enabled", "1") == "1"
    identity = tenant.add_object(
        "user", call.text("DisplayName") or name, address, upn=address, doc={"account_enabled": enabled}
    )
    now = call.world.clock.now()
    tenant.run(
        "insert into mailboxes values (?, ?, ?, ?, 'SharedMailbox', '{}', 0, 0, ?, ?)",
        identity, str(uuid.uuid4()), name, alias, now, now + tenant.lag("create"),
    )  # fmt: skip
    add_self(call, identity)
    return identity


def add_self(call: Call, identity: str) -> None:
    """Give a mailbox the entries that stand on each."""
    sql = "insert into permissions values (?, ?, null, 'S-1-5-10', ?, 0, 0, null, 1, 0, null)"
    call.tenant.run(sql, identity, "full_access", "FullAccess, ReadPermission")
    call.tenant.run(sql, identity, "send_as", "SendAs")


def _require_free(call: Call, address: str, own: str = "") -> None:
    domain = address.rpartition("@")[2].lower()
    if domain not in call.tenant.domains():
        raise not_accepted(domain)
    for row in call.tenant.owners(address):
        if row["id"] != own:
            raise taken(address, f"/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn={row['id']}")
    now = call.world.clock.now()
    if any(now - row["deleted_at"] < SOFT_DELETED_SECONDS for row in call.tenant.owners(address, living=False)):
        raise buried(address)


def set_mailbox(call: Call) -> Result:
    """Change settings of one mailbox."""
    row = find_mailbox(call, call.text("Identity"))
    if json.loads(row["user_doc"]).get("on_premises"):
        raise refused(
            "The operation on mailbox failed because it's out of the current user's write scope (on-premises)."
        )
    unknown = sorted(set(call.parameters) - _MODELLED)
    if unknown:
        raise refused(f"The emulator does not model Set-Mailbox -{unknown[0]}.")
    changed = _set_plain(call, row)
    changed += _set_addresses(call, row)
    changed += _set_on_behalf(call, row)
    if "DisplayName" in call.parameters and call.text("DisplayName") != row["display_name"]:
        call.tenant.run("update objects set name = ? where id = ?", call.text("DisplayName"), row["id"])
        changed.append("DisplayName")
    kind = {"shared": "SharedMailbox", "regular": "UserMailbox"}.get(call.text("Type").lower())
    if kind and kind != row["type"]:
        call.tenant.run("update mailboxes set type = ? where id = ?", kind, row["id"])
        changed.append("Type")
    if not changed:
        return Result(warnings=[_NOTHING.format(row["cn"])])
    return Result(effect=f"set {row['mail'].lower()} {' '.join(sorted(changed))}")


def _set_plain(call: Call, row: sqlite3.Row) -> list[str]:
    own = settings(row)
    if call.has("LitigationHoldEnabled") and not has_plan_two(call.tenant, row["id"]):
        raise refused("Litigation hold requires an Exchange Online Plan 2 license or Exchange Online Archiving.")
    changed = [name for name in _PLAIN if name in call.parameters and own.get(name, False) != call.parameters[name]]
    own |= {name: call.parameters[name] for name in changed}
    if changed:
        call.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(own), row["id"])
    return changed


def _set_addresses(call: Call, row: sqlite3.Row) -> list[str]:
    value = call.parameters.get("EmailAddresses")
    if value is None:
        return []
    if not isinstance(value, dict):
        raise refused("The emulator models EmailAddresses with Add and Remove only.")
    changed = False
    present = {item["key"] for item in call.tenant.rows("select key from addresses where id = ?", row["id"])}
    for text in _listed(value, "Remove"):
        address = text.partition(":")[2] or text
        if address.lower() == row["mail"].lower():
            raise refused("The primary SMTP address can't be removed.")
        sql = "delete from addresses where id = ? and key = ? and lower(prefix) = 'smtp'"
        changed |= bool(call.tenant.run(sql, row["id"], address.lower()))
    for text in _listed(value, "Add"):
        address = text.partition(":")[2] or text
        if address.lower() in present:
            continue
        _require_free(call, address, row["id"])
        call.tenant.add_address(row["id"], "smtp", address)
        changed = True
    return ["EmailAddresses"] if changed else []


def _listed(table: dict[str, Any], name: str) -> list[str]:
    value = table.get(name, table.get(name.lower(), []))
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def _set_on_behalf(call: Call, row: sqlite3.Row) -> list[str]:
    value = call.parameters.get("GrantSendOnBehalfTo")
    if value is None:
        return []
    held = {item["trustee_id"] for item in _on_behalf_rows(call, row["id"])}
    if isinstance(value, dict):
        add = {find_trustee(call, text)["id"] for text in _listed(value, "Add")}
        remove = {find_trustee(call, text)["id"] for text in _listed(value, "Remove")} - add
    else:
        add = {find_trustee(call, str(text))["id"] for text in value}
        remove = held - add
    now, lag = call.world.clock.now(), call.tenant.lag("grant")
    for identity in sorted(remove & held):
        call.tenant.run(
            "update permissions set gone_at = ? where mailbox_id = ? and right = 'send_on_behalf' and trustee_id = ? "
            "and gone_at is null", now + lag, row["id"], identity,
        )  # fmt: skip
    for identity in sorted(add - held):
        call.tenant.run(
            "insert into permissions values (?, 'send_on_behalf', ?, '', '', 0, 0, null, 1, ?, null)",
            row["id"], identity, now + lag,
        )  # fmt: skip
    moved = [*(f"+{one}" for one in sorted(add - held)), *(f"-{one}" for one in sorted(remove & held))]
    return [f"GrantSendOnBehalfTo{' '.join(moved)}"] if moved else []


def remove_mailbox(call: Call) -> Result:
    """Delete softly: it can come back for 30 days."""
    row = find_mailbox(call, call.text("Identity"))
    if call.has("PermanentlyDelete"):
        raise refused("The emulator does not model PermanentlyDelete.")
    call.tenant.run("update objects set deleted_at = ? where id = ?", call.world.clock.now(), row["id"])
    return Result(effect=f"delete mailbox {row['mail'].lower()}")


def undo_soft_deleted(call: Call) -> Result:
    """Bring a soft-deleted mailbox back."""
    key = call.text("SoftDeletedObject").lower()
    rows = call.tenant.rows(
        "select m.*, o.mail, o.deleted_at from mailboxes m join objects o on o.id = m.id "
        "where o.deleted_at is not null and (m.id = ? or m.guid = ? or lower(o.mail) = ?)", key, key, key,
    )  # fmt: skip
    now = call.world.clock.now()
    rows = [row for row in rows if now - row["deleted_at"] < SOFT_DELETED_SECONDS]
    if not rows:
        raise not_found(call.text("SoftDeletedObject"))
    if call.tenant.owners(rows[0]["mail"]):
        raise taken(rows[0]["mail"], "another recipient")
    call.tenant.run("update objects set deleted_at = null where id = ?", rows[0]["id"])
    return Result(effect=f"restore mailbox {rows[0]['mail'].lower()}")


def statistics(call: Call) -> Result:
    """Return size and count of one mailbox."""
    row = find_mailbox(call, call.text("Identity"))
    return Result([{
        "DisplayName": row["display_name"],
        "MailboxGuid": row["guid"],
        "TotalItemSize": gigabytes(row["used_bytes"]),
        "ItemCount": row["items"],
        "LastLogonTime": _when(call.world.clock.now() - 86400),
    }])  # fmt: skip
