"""The plans that licences enable: without those that are disabled, and once they are active (`lag:licence`)."""

from __future__ import annotations

import json

from sharedbox_cli.emulator.microsoft.replication import PLANS, still_seen
from sharedbox_cli.emulator.tenant import Tenant

PLAN_TWO = frozenset({"efb87545-963c-4e0d-99df-69c6916d9eb0", "176a09a6-7ec5-4039-ac02-b2791c6ba793"})
"""Plan 2, and Archiving, which adds hold and archive to Plan 1."""
UNLICENSED = "UnlicensedFrom"
"""When a mailbox lost the plan that archive and litigation hold need: its document has them, and nobody sees them."""


def plans_in_force(tenant: Tenant, identity: str = "") -> dict[str, set[str]]:
    """Return the active plans per user, without those that are disabled: of one user, or of all."""
    plans = assigned_plans(tenant, identity)
    for user, old in still_seen(tenant).items():
        if PLANS in old and identity in ("", user):
            plans[user] = set(old[PLANS])
    return plans


def assigned_plans(tenant: Tenant, identity: str = "") -> dict[str, set[str]]:
    """Return the plans that each user's licences enable, active or not yet: of one user, or of all."""
    one = "where user_id = ?" if identity else "where ? = ''"
    products = {row["id"]: {plan for plan, _ in json.loads(row["plans"])} for row in tenant.rows("select * from skus")}
    disabled: dict[tuple[str, str, str], set[str]] = {}
    for row in tenant.rows(f"select * from disabled_plans {one}", identity):
        key = (row["user_id"], row["sku_id"], row["by_group"] or "")
        disabled.setdefault(key, set()).add(row["plan_id"])
    plans: dict[str, set[str]] = {}
    for row in tenant.rows(f"select user_id, sku_id, by_group from licences {one}", identity):
        key = (row["user_id"], row["sku_id"], row["by_group"] or "")
        enabled = products.get(row["sku_id"], set()) - disabled.get(key, set())
        plans.setdefault(row["user_id"], set()).update(enabled)
    return plans
