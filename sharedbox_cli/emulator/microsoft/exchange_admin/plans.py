"""Which mail plan a mailbox's licences bring."""

from __future__ import annotations

import json

from sharedbox_cli.emulator.tenant import Tenant

PLAN_TWO = frozenset({
    "efb87545-963c-4e0d-99df-69c6916d9eb0", "176a09a6-7ec5-4039-ac02-b2791c6ba793",
})  # fmt: skip
"""Plan 2, and Archiving, which brings hold and archive to Plan 1."""


def has_plan_two(tenant: Tenant, identity: str) -> bool:
    """Return whether hold and archive are possible, and the mailbox may hold 100 GB."""
    return identity in licensed(tenant, identity)[1]


def licensed(tenant: Tenant, identity: str = "") -> tuple[set[str], set[str]]:
    """Return who has any licence, and who has plan 2: of one account, or of all."""
    plans = {row["id"]: {plan for plan, _ in json.loads(row["plans"])} for row in tenant.rows("select * from skus")}
    one = "where user_id = ?" if identity else "where ? = ''"
    rows = tenant.rows(f"select user_id, sku_id from licences {one}", identity)
    anyone = {row["user_id"] for row in rows}
    return anyone, {row["user_id"] for row in rows if plans.get(row["sku_id"], set()) & PLAN_TWO}
