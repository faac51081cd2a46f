"""The mailbox plans that licences include, once they are active (`lag:licence`)."""

from __future__ import annotations

import json

from sharedbox_cli.emulator.microsoft.replication import licences_in_force
from sharedbox_cli.emulator.tenant import Tenant

PLAN_TWO = frozenset({"efb87545-963c-4e0d-99df-69c6916d9eb0", "176a09a6-7ec5-4039-ac02-b2791c6ba793"})
"""Plan 2, and Archiving, which adds hold and archive to Plan 1."""


def has_plan_two(tenant: Tenant, identity: str) -> bool:
    """Return whether hold and archive are available, and the quota is 100 GB."""
    return identity in licensed(tenant, identity)[1]


def licensed(tenant: Tenant, identity: str = "") -> tuple[set[str], set[str]]:
    """Return the accounts with any licence and those with Plan 2: of one account, or of all."""
    plans = {row["id"]: {plan for plan, _ in json.loads(row["plans"])} for row in tenant.rows("select * from skus")}
    held = licences_in_force(tenant, identity)
    two = {user for user, skus in held.items() if any(plans.get(sku, set()) & PLAN_TWO for sku in skus)}
    return {user for user, skus in held.items() if skus}, two
