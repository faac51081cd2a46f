"""Licences of every product with Gmail: none is taken for "no licence", and one replaces another in any product."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.checks.registry import run_checks
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Desired, Fact
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.values import LICENCE_NONE
from sharedbox_cli.emulator.google.access import MAIL_SKUS
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.providers.google_workspace.skus import (
    SKUS,
    WITHOUT_GMAIL,
    licence_name,
    licences_name,
    mail_plans,
    product_of,
    skus_in,
)
from tests.asked import every
from tests.providers.google_setting import NOW, Fill, GoogleSetting, at, delegated, id_of
from tests.slow_rest import crossed, in_turn

Workspaces = Callable[[Fill], GoogleSetting]
PLUS, STANDARD_EDU = "1010310008", "1010310005"
STANDARD, STARTER = "1010020028", "1010020027"


def press_with(*skus: str, domain_wide: str = "") -> Fill:
    """Return what makes a mailbox with two delegates and some licences."""

    def fill(make: GoogleBuilder) -> None:
        for sku in {*skus, PLUS, STANDARD_EDU} - {STANDARD, STARTER}:
            make.store.run("insert into g_seats values (?, ?, 100)", product_of(sku), sku)
        press = make.person("press", "Press Team", unit="/Shared mailboxes", licence="")
        for sku in skus:
            make.store.run("insert into g_licences values (?, ?, ?)", product_of(sku), sku, press)
        for name in ("anna", "ben"):
            make.delegate(press, make.person(name, name.title()))
        make.store.tenant.set_meta("google:domain_licence", domain_wide)

    return fill


def observe(workspace: GoogleSetting) -> Observed:
    """Return the mailbox with its licences."""
    return workspace.observe(delegated("press", {Field.LICENCE: LICENCE_NONE}, ()), facts=(Fact.MAILBOX_PLANS,))


def is_missing(observed: Observed) -> bool:
    """Return whether `check` reports that the licence is missing."""
    findings = run_checks(Desired({}, "", 0), {GOOGLE_DELEGATED: observed}, NOW).findings
    return "licence-missing" in {finding.check for finding in findings}


def licences_of(workspace: GoogleSetting) -> set[str]:
    """Return the licences of the mailbox."""
    return set(workspace.make.store.skus_of(id_of(workspace.make, "press")))


@pytest.mark.parametrize("sku", in_turn(sorted(MAIL_SKUS), 0, 3))
def test_licence_with_gmail_is_not_missing(workspace_of: Workspaces, sku: str) -> None:
    observed = observe(workspace_of(press_with(sku)))
    mailbox = observed.mailboxes[at("press")]
    assert mailbox.settings[Field.LICENCE] == licence_name(sku)
    assert mailbox.facts[Fact.MAILBOX_PLANS] == (licence_name(sku),)
    assert not is_missing(observed)


@pytest.mark.parametrize("sku", ["", *sorted(WITHOUT_GMAIL)])
def test_licence_without_gmail_is_missing(workspace_of: Workspaces, sku: str) -> None:
    assert is_missing(observe(workspace_of(press_with(*filter(None, [sku])))))


def test_licence_of_the_whole_organisation_is_not_missing(workspace_of: Workspaces) -> None:
    observed = observe(workspace_of(press_with(domain_wide="1010070001")))
    assert observed.mailboxes[at("press")].settings[Field.LICENCE] == LICENCE_NONE
    assert not is_missing(observed)


def test_product_that_the_organisation_never_had(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press_with(STANDARD))
    refusal = {"route": "google.licensing.licenseAssignments.listForProduct", "kind": "status", "status": 404}
    workspace.faults({**refusal, "body": "json", "reason": "notFound", "n": 2, "count": 1})
    assert observe(workspace).mailboxes[at("press")].settings[Field.LICENCE] == licence_name(STANDARD)


HELD = ((), (STARTER,), (STANDARD,), (PLUS,), (STANDARD_EDU,), (STARTER, PLUS))


AFTER = [(), (STARTER,), (STANDARD,), (PLUS,), (STANDARD_EDU,)]


@pytest.mark.parametrize(
    ("before", "after"), crossed(*({licences_name(held): held for held in one} for one in (HELD, AFTER)))
)
def test_replace_licences_of_any_product(
    workspace_of: Workspaces, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    workspace = workspace_of(press_with(*before))
    spec = delegated("press", {Field.LICENCE: licences_name(after)})
    outcomes = workspace.run(spec).values()
    if set(before) == set(after):
        assert not outcomes
    else:
        assert every(outcome.is_success for outcome in outcomes)
    assert licences_of(workspace) == set(after)
    assert workspace.plan(spec) == ()


def test_new_licence_comes_before_the_old_one_goes(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press_with(STARTER))
    refusal = {"route": "google.licensing.licenseAssignments.insert", "n": 1, "count": 9, "kind": "status"}
    workspace.faults({**refusal, "status": 403, "body": "json", "reason": "forbidden"})
    (change,) = workspace.plan(delegated("press", {Field.LICENCE: licence_name(PLUS)}))
    assert not workspace.shared.apply(change).is_success
    assert licences_of(workspace) == {STARTER}


@given(st.sets(st.sampled_from(sorted({*SKUS, *WITHOUT_GMAIL, "Google-Apps-Lite", "1010310002"}))))
def test_licences_read_back(skus: set[str]) -> None:
    assert set(skus_in(licences_name(skus))) == skus
    assert len(mail_plans(skus)) == len(skus - WITHOUT_GMAIL.keys())
