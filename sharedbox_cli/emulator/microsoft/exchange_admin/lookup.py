"""Finds recipients by id, GUID, name, alias, address or SID. An ambiguous identity is rejected."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping
from typing import Any

from sharedbox_cli.emulator.microsoft import folders, inbox_rules, replication
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import ambiguous, not_found, proxy_not_available
from sharedbox_cli.emulator.microsoft.exchange_admin.forms import is_guid, name_in
from sharedbox_cli.emulator.tenant import Tenant

SOFT_DELETED_SECONDS = 30 * 86400.0
LEGACY_DN = "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn="
MAILBOXES = (
    "select m.*, o.upn, o.mail, o.name display_name, o.sid, o.doc user_doc, o.deleted_at from mailboxes m "
    "join objects o on o.id = m.id where "
)
_BY_KEY = (
    "in (select id from objects where id in (?1, ?4) or lower(upn) = ?2 or sid = ?3 union select id from mailboxes "
    "where guid = ?2 or lower(cn) = ?2 or lower(alias) = ?2 union select id from addresses where key = ?2 "
    "and lower(prefix) = 'smtp')"
)
"""Each part uses its own index. One condition over two tables would scan both."""
TABLES = (
    "create table if not exists exchange_anchors (mailbox_id text primary key, anchor text not null)",
    "create table if not exists exchange_before (mailbox_id text not null, property text not null, "
    "value text not null, until real not null)",
    "create table if not exists exchange_released (key text not null, owner text not null, until real not null)",
    "create index if not exists mailboxes_guid on mailboxes (guid)",
    "create index if not exists mailboxes_alias on mailboxes (lower(alias))",
)
"""Data that only this service stores: the creator of a mailbox, and the settings that readers still see."""


def prepare(tenant: Tenant) -> None:
    """Create the tables of the service."""
    for sql in TABLES:
        tenant.run(sql)
    replication.prepare(tenant)
    folders.prepare(tenant)
    inbox_rules.prepare(tenant)


def find_mailbox(call: Call, identity: str) -> sqlite3.Row:
    """Return an active, visible mailbox by any of its identities. Raises CmdletError."""
    return _only([row for row in _candidates(call.tenant, identity) if is_visible(call, row)], identity)


_STORE_WRITES = frozenset({"Set-Mailbox", "Set-CASMailbox"})


def require_routing(call: Call, headers: Mapping[str, str]) -> None:
    """Raise CmdletError for a write to the store on a server that does not hold the mailbox (`hosted_elsewhere`).

    Assumed: these two cmdlets, whatever their parameters; no page documents which are writes to the store.
    """
    if call.cmdlet not in _STORE_WRITES or call.tenant.meta("hosted_elsewhere") != "1":
        return
    mailbox = find_mailbox(call, call.text("Identity"))
    is_routed = headers.get("parameter-based-routing", "").lower() == "true"
    if not is_routed or call.anchor.lower() != f"mbx:{mailbox['guid']}@{call.tenant.id}".lower():
        raise proxy_not_available(call.cmdlet)


def _only(candidates: list[sqlite3.Row], identity: str) -> sqlite3.Row:
    if not candidates:
        raise not_found(identity)
    if len({row["id"] for row in candidates}) > 1:
        raise ambiguous(identity)
    return candidates[0]


def _candidates(tenant: Tenant, identity: str) -> list[sqlite3.Row]:
    key = identity.lower()
    exact = tenant.rows(f"{MAILBOXES}o.deleted_at is null and m.id {_BY_KEY}", legacy_id(key), key, "", guid_of(key))
    return exact or tenant.rows(MAILBOXES + "o.deleted_at is null and lower(o.name) = ?", key)


def legacy_id(key: str) -> str:
    """Return the id in a LegacyExchangeDN, or the key itself."""
    prefix = LEGACY_DN.lower()
    return key.removeprefix(prefix) if key.startswith(prefix) else key


_GUIDS = 0x5B2D << 112
"""The difference between the two ids of an object."""


def guid_of(identity: str) -> str:
    """Return the `Guid` of an object from its `ExternalDirectoryObjectId`, or the other way round: they differ."""
    return str(uuid.UUID(int=uuid.UUID(identity).int ^ _GUIDS)) if is_guid(identity) else identity


def is_visible(call: Call, row: sqlite3.Row) -> bool:
    """Return whether this caller sees a mailbox.

    A new mailbox is not visible until the lag is over. With `lag_scope` set to `other_anchors`, the anchor that
    created it sees it immediately.
    """
    if row["visible_at"] <= call.now:
        return True
    if not call.anchor or call.tenant.meta("lag_scope") != "other_anchors":
        return False
    creation = call.tenant.row("select anchor from exchange_anchors where mailbox_id = ?", row["id"])
    return creation is not None and bool(creation["anchor"] == call.anchor)


def is_kept(call: Call, row: sqlite3.Row) -> bool:
    """Return whether a deleted mailbox can still be restored. This is possible for 30 days, if it is not inactive."""
    is_recent = row["deleted_at"] is not None and call.now - row["deleted_at"] < SOFT_DELETED_SECONDS
    return is_recent and not is_inactive(row)


HOLDS: dict[str, Any] = {
    "InPlaceHolds": [],
    "ComplianceTagHoldApplied": False,
    "DelayHoldApplied": False,
    "DelayReleaseHoldApplied": False,
}
"""Holds that policies set, and no parameter of Set-Mailbox."""


def is_inactive(mailbox: sqlite3.Row) -> bool:
    """Return whether a deleted mailbox is kept by a hold. Assumed: a list of soft-deleted mailboxes leaves it out."""
    own = doc_of(mailbox)
    places = [hold for hold in own.get("InPlaceHolds", ()) if not str(hold).startswith("-")]
    on = any(own.get(name) for name in (*HOLDS, "LitigationHoldEnabled") if name != "InPlaceHolds")
    return mailbox["deleted_at"] is not None and bool(on or places)


def keeps_address(call: Call, identity: str) -> bool:
    """Return whether a deleted object still has its addresses: it can be restored, or it is an inactive mailbox."""
    row = call.tenant.row(MAILBOXES + "m.id = ?", identity)
    if row is not None and is_inactive(row):
        return True
    row = row or call.tenant.row("select o.deleted_at, '{}' doc from objects o where o.id = ?", identity)
    return row is not None and is_kept(call, row)


def find_soft_deleted(call: Call, identity: str) -> sqlite3.Row:
    """Return a soft-deleted mailbox. Raises CmdletError."""
    key = identity.lower()
    rows = call.tenant.rows(
        MAILBOXES
        + "o.deleted_at is not null and (m.id in (?, ?) or m.guid = ? or lower(m.cn) = ? or lower(o.mail) = ?)",
        legacy_id(key),
        guid_of(key),
        key,
        key,
        key,
    )
    return _only([row for row in rows if is_kept(call, row)], identity)


def find_object(call: Call, identity: str) -> sqlite3.Row:
    """Return an active user, group or contact by id, address, UPN, SID or name. Raises CmdletError."""
    identity = name_in(identity)
    key = identity.lower()
    sql = f"select * from objects where deleted_at is null and id {_BY_KEY}"
    exact = call.tenant.rows(sql, legacy_id(key), key, identity.upper(), guid_of(key))
    candidates = exact or call.tenant.rows("select * from objects where deleted_at is null and lower(name) = ?", key)
    return _only(candidates, identity)


def doc_of(row: sqlite3.Row, column: str = "doc") -> dict[str, Any]:
    """Return the JSON document of a row."""
    document: dict[str, Any] = json.loads(row[column])
    return document


def legacy_dn(identity: str) -> str:
    """Return the LegacyExchangeDN of an object."""
    return f"{LEGACY_DN}{identity}"
