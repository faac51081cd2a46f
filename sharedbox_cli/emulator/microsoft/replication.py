"""What readers of the directory still see: a write shows after a lag on the emulator's clock.

Settings of the tenant, in seconds: `lag:directory` (users that are new, changed, deleted or restored, in Graph) and
`lag:licence` (until a licence brings its plans: `assignedPlans`, quota, hold and archive). Both are 0 unless set:
the vendor promises no figure (learn.microsoft.com/graph/api/user-list, read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sharedbox_cli.emulator.tenant import Tenant

TABLES = (
    "create table if not exists directory_before (id text not null, property text not null, value text not null, "
    "until real not null)",
    "create index if not exists directory_before_until on directory_before (until)",
)
IS_THERE = "is_there"
"""Property of an object that is new: it was not there."""
PLANS = "plans"
"""Property of a user: the licences that bring plans."""


def moment(seconds: float | None) -> str | None:
    """Return a time as the directory writes it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def prepare(tenant: Tenant) -> None:
    """Make the table."""
    for sql in TABLES:
        tenant.run(sql)


def show_later(tenant: Tenant, kind: str, identity: str, before: Mapping[str, Any]) -> None:
    """Let readers see these values until the lag of a kind is over."""
    lag = tenant.lag(kind)
    if lag:
        until = tenant.clock.now() + lag
        tenant.many(
            "insert into directory_before values (?, ?, ?, ?)",
            [(identity, name, json.dumps(value), until) for name, value in before.items()],
        )


def still_seen(tenant: Tenant) -> dict[str, dict[str, Any]]:
    """Return old values by object and property; the oldest write that is still on its way decides."""
    found: dict[str, dict[str, Any]] = {}
    sql = "select * from directory_before where until > ? order by until desc, rowid desc"
    for row in tenant.rows(sql, tenant.clock.now()):
        found.setdefault(row["id"], {})[row["property"]] = json.loads(row["value"])
    return found


def licences_in_force(tenant: Tenant, identity: str = "") -> dict[str, set[str]]:
    """Return the products that bring their plans by user: of one, or of all."""
    one = "where user_id = ?" if identity else "where ? = ''"
    found: dict[str, set[str]] = {}
    for row in tenant.rows(f"select user_id, sku_id from licences {one}", identity):
        found.setdefault(row["user_id"], set()).add(row["sku_id"])
    for user, old in still_seen(tenant).items():
        if PLANS in old and identity in ("", user):
            found[user] = set(old[PLANS])
    return found
