"""Mail plans: which plan an account has, by service plan id and never by product name.

learn.microsoft.com/entra/identity/users/licensing-service-plan-reference, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.core.values import LICENCE_NONE, PLAN_1, PLAN_2

PLAN_NAMES: Mapping[str, str] = {
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c": PLAN_1,
    "efb87545-963c-4e0d-99df-69c6916d9eb0": PLAN_2,
    "176a09a6-7ec5-4039-ac02-b2791c6ba793": "exchange-online-archiving",
    "4a82b400-a79f-41a4-b4e2-e94f5787b113": "exchange-online-kiosk",
    "1126bef5-da20-4f07-b45e-ad25d2581aa8": "exchange-online-essentials",
    "fc52cc4b-ed7d-472d-bbe7-b081c23ecc56": PLAN_1,
    "d42bdbd6-c335-4231-ab3d-c8f348d5aff5": PLAN_1,
    "e9b4930a-925f-45e2-ac2a-3f7788ca6fdd": PLAN_1,
    "8c3069c0-ccdb-44be-ab77-986203a67df2": PLAN_2,
}
"""EXCHANGE_S_FOUNDATION is left out on purpose: it includes no mailbox."""


def mailbox_plans(user: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the mail plans that are enabled for an account."""
    names = {
        PLAN_NAMES[plan["servicePlanId"]]
        for plan in user.get("assignedPlans") or ()
        if plan.get("capabilityStatus") == "Enabled" and plan.get("servicePlanId") in PLAN_NAMES
    }
    return tuple(sorted(names))


def licence_of(user: Mapping[str, Any]) -> str:
    """Return the mailbox licence of an account as a spec names it; other plans keep their own name."""
    plans = mailbox_plans(user)
    for name in (PLAN_2, PLAN_1):
        if name in plans:
            return name
    return plans[0] if plans else LICENCE_NONE
