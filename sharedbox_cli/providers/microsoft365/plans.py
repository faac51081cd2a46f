"""Mail plans: which plan an account has, by service plan id and never by product name.

learn.microsoft.com/entra/identity/users/licensing-service-plan-reference, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.core.values import LICENCE_NONE, PLAN_1, PLAN_2
from sharedbox_cli.providers.forms import rows_in, text_of

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


_IN_FORCE = ("enabled", "warning")
"""`warning`: the subscription has ended, and its plans work until its grace period is over."""
ARCHIVING = "exchange-online-archiving"
_INACTIVE = ("error", "disabled")
"""States of an assignment that gives no plan: a group has no seat for it, or the subscription is suspended."""


@dataclass(frozen=True, slots=True)
class HeldProduct:
    """One assignment of a product whose mail plans are enabled for an account."""

    id: str
    name: str
    plans: frozenset[str]
    """The names of its mail plans that are enabled."""
    group: str
    """The id of the group that assigns it; empty: assigned to the account."""


def sku_plans(sku: Mapping[str, Any], disabled: Iterable[str] = ()) -> frozenset[str]:
    """Return the names of the mail plans of a product, without those that are disabled."""
    ids = {str(plan["servicePlanId"]).lower() for plan in sku["servicePlans"]}
    return frozenset(PLAN_NAMES[plan] for plan in ids - {str(plan).lower() for plan in disabled} if plan in PLAN_NAMES)


def is_suite(part_number: str) -> bool:
    """Return whether a product includes more than mail: those that do not are named `EXCHANGE…`."""
    return not part_number.casefold().startswith("exchange")


def held_products(user: Mapping[str, Any], skus: Iterable[Mapping[str, Any]]) -> tuple[HeldProduct, ...]:
    """Return the products that give an account a mail plan, sorted by name.

    A product whose mail plans are disabled (`disabledPlans`) is not among them: it is not the mailbox's licence.
    """
    known = {str(sku["skuId"]).lower(): sku for sku in skus}
    held = set()
    for state in rows_in(user, "licenseAssignmentStates"):
        sku = known.get(text_of(state, "skuId").lower())
        if sku is None or str(state.get("state") or "").lower() in _INACTIVE:
            continue
        if plans := sku_plans(sku, state.get("disabledPlans") or ()):
            group = str(state.get("assignedByGroup") or "")
            held.add(HeldProduct(str(sku["skuId"]), str(sku["skuPartNumber"]), plans, group))
    return tuple(sorted(held, key=lambda item: (item.name, item.group)))


def free_seats(sku: Mapping[str, Any]) -> int:
    """Return how many seats of a product are left; those of a subscription in its grace period count."""
    return max(0, total_seats(sku) - int(sku["consumedUnits"]))


def total_seats(sku: Mapping[str, Any]) -> int:
    """Return how many seats of a product can be used."""
    units = sku["prepaidUnits"]
    return int(units.get("enabled") or 0) + int(units.get("warning") or 0)


def mailbox_plans(user: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the mail plans that are enabled for an account."""
    names = {
        PLAN_NAMES[identity]
        for plan in rows_in(user, "assignedPlans")
        if text_of(plan, "capabilityStatus").lower() in _IN_FORCE
        and (identity := text_of(plan, "servicePlanId").lower()) in PLAN_NAMES
    }
    return tuple(sorted(names))


def licence_of(user: Mapping[str, Any]) -> str:
    """Return the mailbox licence of an account as a spec names it; other plans keep their own name."""
    plans = mailbox_plans(user)
    for name in (PLAN_2, PLAN_1):
        if name in plans:
            return name
    return plans[0] if plans else LICENCE_NONE
