"""What a cmdlet is given, what it returns, and how it finds recipients."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.errors import ambiguous, not_found
from sharedbox_cli.emulator.service import World
from sharedbox_cli.emulator.tenant import Tenant

Row = dict[str, Any]


@dataclass(slots=True)
class Call:
    """One cmdlet with its bound parameters."""

    world: World
    cmdlet: str
    parameters: dict[str, Any]
    anchor: str = ""

    @property
    def tenant(self) -> Tenant:
        """Return the tenant."""
        return self.world.tenant

    def text(self, name: str) -> str:
        """Return a parameter as text."""
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def has(self, name: str) -> bool:
        """Return whether a switch is on."""
        return bool(self.parameters.get(name))


@dataclass(slots=True)
class Result:
    """What comes back."""

    rows: list[Row] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    effect: str = ""


def find_mailbox(call: Call, identity: str, *, kinds: tuple[str, ...] = ()) -> sqlite3.Row:
    """Return a living mailbox by any of its identities. Raises CmdletError."""
    found = [row for row in _candidates(call, identity) if _is_visible(call, row)]
    if kinds:
        found = [row for row in found if row["type"] in kinds]
    if not found:
        raise not_found(identity)
    if len({row["id"] for row in found}) > 1:
        raise ambiguous(identity)
    return found[0]


_MAILBOX = (
    "select m.*, o.upn, o.mail, o.name display_name, o.sid, o.doc user_doc, o.deleted_at from mailboxes m "
    "join objects o on o.id = m.id where o.deleted_at is null and "
)


def _candidates(call: Call, identity: str) -> list[sqlite3.Row]:
    key = identity.lower()
    tenant = call.tenant
    exact = tenant.rows(
        _MAILBOX + "(m.id = ? or m.guid = ? or lower(m.cn) = ? or lower(m.alias) = ? or lower(o.upn) = ? "
        "or m.id in (select id from addresses where key = ? and lower(prefix) = 'smtp'))",
        key, key, key, key, key, key,
    )  # fmt: skip
    return exact or tenant.rows(_MAILBOX + "lower(o.name) = ?", key)


def _is_visible(call: Call, row: sqlite3.Row) -> bool:
    return bool(row["visible_at"] <= call.world.clock.now())


def find_trustee(call: Call, identity: str) -> sqlite3.Row:
    """Return a user or group by id, address, UPN, SID or name. Raises CmdletError."""
    key = identity.lower()
    exact = call.tenant.rows(
        "select * from objects where deleted_at is null and (id = ? or lower(upn) = ? or sid = ? or id in "
        "(select id from addresses where key = ? and lower(prefix) = 'smtp'))",
        key, key, identity, key,
    )  # fmt: skip
    found = exact or call.tenant.rows("select * from objects where deleted_at is null and lower(name) = ?", key)
    if not found:
        raise not_found(identity)
    if len({row["id"] for row in found}) > 1:
        raise ambiguous(identity)
    return found[0]


def settings(row: sqlite3.Row) -> dict[str, Any]:
    """Return the settings of a mailbox row."""
    found: dict[str, Any] = json.loads(row["doc"])
    return found


def gigabytes(size: int) -> str:
    """Return a size as Exchange writes it: `49.5 GB (53,150,220,288 bytes)`."""
    for unit, power in (("GB", 3), ("MB", 2), ("KB", 1)):
        if size >= 1024**power:
            return f"{size / 1024**power:.4g} {unit} ({size:,} bytes)"
    return f"{size} B ({size:,} bytes)"
