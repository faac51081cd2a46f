"""The lag of the directory: a write becomes visible after some time on the emulator's clock.

Settings of the tenant, in seconds: `lag:directory` (users in Graph: created, changed, deleted or restored) and
`lag:licence` (until a licence adds its plans: `assignedPlans`, quota, hold and archive). The default is 0: the
vendor publishes no figure (learn.microsoft.com/graph/api/user-list, read 2026-11).
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
"""The property that marks a new object, which did not exist before."""
PLANS = "plans"
"""The property of a user with the plans that are active."""


def moment(seconds: float | None) -> str | None:
    """Return a time in the format of the directory."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def prepare(tenant: Tenant) -> None:
    """Create the table."""
    for sql in TABLES:
        tenant.run(sql)


def show_later(tenant: Tenant, kind: str, identity: str, before: Mapping[str, Any]) -> None:
    """Show these values to readers until a lag is over."""
    lag = tenant.lag(kind)
    if lag:
        until = tenant.clock.now() + lag
        tenant.many(
            "insert into directory_before values (?, ?, ?, ?)",
            [(identity, name, json.dumps(value), until) for name, value in before.items()],
        )


def still_seen(tenant: Tenant) -> dict[str, dict[str, Any]]:
    """Return the previous values per object and property. The oldest write that is not visible yet has precedence."""
    values: dict[str, dict[str, Any]] = {}
    sql = "select * from directory_before where until > ? order by until desc, rowid desc"
    for row in tenant.rows(sql, tenant.clock.now()):
        values.setdefault(row["id"], {})[row["property"]] = json.loads(row["value"])
    return values
