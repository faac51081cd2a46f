"""The mailbox plans that licences include, once they are active (`lag:licence`)."""

from __future__ import annotations

import json

from sharedbox_cli.emulator.microsoft.licensing import PLAN_TWO, plans_in_force
from sharedbox_cli.emulator.tenant import Tenant

_FOUNDATION = "EXCHANGE_S_FOUNDATION"
"""Part of many products, and no mailbox."""


def has_plan_two(tenant: Tenant, identity: str) -> bool:
    """Return whether hold and archive are available, and the quota is 100 GB."""
    return identity in licensed(tenant, identity)[1]


def licensed(tenant: Tenant, identity: str = "") -> tuple[set[str], set[str]]:
    """Return the accounts with an active plan of Exchange and those with Plan 2: of one account, or of all."""
    listed = [plan for row in tenant.rows("select plans from skus") for plan in json.loads(row["plans"])]
    mail = {plan for plan, name in listed if name.startswith("EXCHANGE_") and name != _FOUNDATION}
    in_force = plans_in_force(tenant, identity)
    two = {user for user, plans in in_force.items() if plans & PLAN_TWO}
    return {user for user, plans in in_force.items() if plans & mail}, two
