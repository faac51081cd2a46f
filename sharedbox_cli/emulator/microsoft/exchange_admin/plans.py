"""Which mail plan a mailbox's licences bring."""

from __future__ import annotations

import json

from sharedbox_cli.emulator.tenant import Tenant

PLAN_TWO = frozenset({
    "efb87545-963c-4e0d-99df-69c6916d9eb0", "176a09a6-7ec5-4039-ac02-b2791c6ba793",
})  # fmt: skip
"""Plan 2, and Archiving, which brings hold and archive to Plan 1."""


def is_licensed(tenant: Tenant, identity: str) -> bool:
    """Return whether any licence is assigned."""
    return tenant.row("select 1 from licences where user_id = ?", identity) is not None


def has_plan_two(tenant: Tenant, identity: str) -> bool:
    """Return whether hold and archive are possible, and the mailbox may hold 100 GB."""
    rows = tenant.rows("select s.plans from licences l join skus s on s.id = l.sku_id where l.user_id = ?", identity)
    return any(plan in PLAN_TWO for row in rows for plan, _ in json.loads(row["plans"]))
