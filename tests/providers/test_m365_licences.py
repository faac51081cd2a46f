"""Licences of Microsoft 365: only a product whose mail plan is enabled is the licence of a mailbox."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations, product

import pytest

from sharedbox_cli.core.change import inverse
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.core.values import LICENCE_NONE, PLAN_1, PLAN_2
from sharedbox_cli.providers.microsoft365.provider import Microsoft365
from tests.asked import each, every
from tests.providers.m365_specs import plan, shared
from tests.providers.setting import Setting, at, licence_of, scope, trustee_id

SKUS = {
    "EXCHANGESTANDARD": ("4b9405b0-7788-4568-add1-99614e613b69", "9aaf7827-d63c-4b61-89c3-182f06f82e5c", PLAN_1),
    "EXCHANGEENTERPRISE": ("19ec0d23-8335-4cbd-94ac-6050e30712fa", "efb87545-963c-4e0d-99df-69c6916d9eb0", PLAN_2),
    "SPE_E3": ("05e9a617-0261-4cee-bb44-138d3ef5d965", "efb87545-963c-4e0d-99df-69c6916d9eb0", PLAN_2),
}
"""By part number: the product, its mail plan, and the name of that plan."""
Assignment = tuple[str, bool, bool]
"""A product, whether its mail plan is enabled, and whether a group assigns it."""


def hold(setting: Setting, *assignments: Assignment) -> None:
    """Give sales exactly these products."""
    mailbox, group = trustee_id(setting, "sales"), trustee_id(setting, "sg-audit")
    setting.tenant.run("delete from licences where user_id = ?", mailbox)
    setting.tenant.run("delete from disabled_plans where user_id = ?", mailbox)
    for part, is_on, by_group in assignments:
        sku, plan, _ = SKUS[part]
        source = group if by_group else None
        setting.tenant.run("insert into licences values (?, ?, ?)", mailbox, sku, source)
        if not is_on:
            setting.tenant.run("insert into disabled_plans values (?, ?, ?, ?)", mailbox, sku, plan, source)


def held(setting: Setting) -> set[tuple[str, bool]]:
    """Return the products of sales, and whether a group assigns each."""
    sql = "select s.part, l.by_group from licences l join skus s on s.id = l.sku_id where l.user_id = ?"
    rows = setting.tenant.rows(sql, trustee_id(setting, "sales"))
    return {(row["part"], row["by_group"] is not None) for row in rows}


def licence(setting: Setting, provider: Microsoft365 | None = None) -> object:
    """Return the licence of sales."""
    observed = (provider or setting.provider()).observe(scope("sales", fields=(Field.LICENCE,), grants=False))
    return observed.mailboxes[at("sales")].settings[Field.LICENCE]


ONE = [(part, is_on, by_group) for part, is_on, by_group in product(SKUS, (True, False), (True, False))]
HELD = [(), *((one,) for one in ONE), *(pair for pair in combinations(ONE, 2) if pair[0][0] != pair[1][0])]


def is_possible(assignments: tuple[Assignment, ...]) -> bool:
    """Return whether the service allows it: mail plans exclude each other."""
    return len({SKUS[part][2] for part, is_on, _ in assignments if is_on}) < 2


@pytest.mark.slow
@pytest.mark.parametrize("wanted", [LICENCE_NONE, PLAN_1, PLAN_2])
def test_licence_from_any_products_ends_as_requested(demo: Setting, wanted: str) -> None:
    provider = demo.provider()
    for assignments in each(filter(is_possible, HELD)):
        hold(demo, *assignments)
        before = held(demo)
        current = {SKUS[part][2] for part, is_on, _ in assignments if is_on}
        outcome = provider.apply(licence_of(demo, "sales", wanted))
        assert held(demo) >= {(part, by_group) for part, is_on, by_group in assignments if not is_on}, assignments
        if outcome.is_success:
            assert licence(demo, provider) == wanted, (assignments, outcome)
        else:
            assert current != {wanted}, (assignments, outcome)
            assert held(demo) == before, (assignments, outcome)
        if not any(is_on and (by_group or part == "SPE_E3") for part, is_on, by_group in assignments):
            assert outcome.is_success, (assignments, outcome)


@pytest.mark.parametrize(
    ("assignments", "wanted", "expected"),
    [
        ([("SPE_E3", False, False), ("EXCHANGESTANDARD", True, False)], LICENCE_NONE, {("SPE_E3", False)}),
        (
            [("SPE_E3", False, False), ("EXCHANGESTANDARD", True, False)],
            PLAN_2,
            {("SPE_E3", False), ("EXCHANGEENTERPRISE", False)},
        ),
        ([("SPE_E3", False, True), ("EXCHANGESTANDARD", True, False)], LICENCE_NONE, {("SPE_E3", True)}),
        ([("SPE_E3", False, False)], PLAN_2, {("SPE_E3", False), ("EXCHANGEENTERPRISE", False)}),
    ],
)
def test_product_without_its_mail_plan_stays(
    demo: Setting, assignments: list[Assignment], wanted: str, expected: set[tuple[str, bool]]
) -> None:
    hold(demo, *assignments)
    assert demo.provider().apply(licence_of(demo, "sales", wanted)).status is Status.DONE
    assert held(demo) == expected
    assert licence(demo) == wanted


def test_inverse_brings_the_suite_back(demo: Setting) -> None:
    hold(demo, ("SPE_E3", True, False))
    provider, spec = demo.provider(), replace(shared("sales", {Field.LICENCE: LICENCE_NONE}), suite="spe_e3")
    [change] = plan(demo, provider, spec)
    assert (change.before[Field.PRODUCT], change.after[Field.PRODUCT]) == ("SPE_E3", LICENCE_NONE)
    back = inverse(change)
    assert back is not None
    assert every(provider.apply(one).status is Status.DONE for one in (change, back))
    assert held(demo) == {("SPE_E3", False)}


def test_assignment_in_error_is_no_licence() -> None:
    from sharedbox_cli.providers.microsoft365.plans import held_products

    sku_id, plan, name = SKUS["SPE_E3"]
    sku = {"skuId": sku_id, "skuPartNumber": "SPE_E3", "servicePlans": [{"servicePlanId": plan}]}
    for state, count in (("Active", 1), ("ActiveWithError", 1), ("Error", 0), ("Disabled", 0), ("error", 0)):
        user = {"licenseAssignmentStates": [{"skuId": sku_id.upper(), "assignedByGroup": "g", "state": state}]}
        assert [one.plans for one in held_products(user, [sku])] == [{name}] * count, state


@pytest.mark.parametrize("status", ["Active", "None"])
def test_archive_is_known_by_its_id(demo: Setting, status: str) -> None:
    doc = json.dumps({"ArchiveGuid": "7d5d9f8e-0000-4000-8000-000000000001", "ArchiveStatus": status})
    demo.tenant.run("update mailboxes set doc = ? where id = ?", doc, trustee_id(demo, "sales"))
    for mailbox, expected in (("sales", True), ("billing", False)):
        observed = demo.provider().observe(scope(mailbox, facts=(Fact.HAS_ARCHIVE,), fields=(), grants=False))
        assert observed.mailboxes[at(mailbox)].facts[Fact.HAS_ARCHIVE] is expected
