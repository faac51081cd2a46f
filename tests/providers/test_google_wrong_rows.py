"""One row in an unknown form in what is read once for the whole account: it concerns its account, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Fact
from sharedbox_cli.core.observed import Observed
from tests.conftest import Cloud, CloudMaker
from tests.providers.google_setting import at, everything
from tests.providers.test_wrong_values import MISSING, Recorder, connector, fill

USAGE = "google.reports.userUsageReport.get"
POOL = "google.reports.customerUsageReports.get"
LICENCES = "google.licensing.licenseAssignments.listForProduct"
POLICIES = "google.cloudidentity.policies.list"
FACTS = (
    Fact.USED_BYTES,
    Fact.USED_AT,
    Fact.POOL_USED_BYTES,
    Fact.POOL_TOTAL_BYTES,
    Fact.LICENCES,
    Fact.MAILBOX_PLANS,
    Fact.DELEGATION,
)
Read = Callable[[str, tuple[str | int, ...], object], Observed]


@pytest.fixture
def altered(cloud_of: CloudMaker) -> Read:
    """Return what reads the tenant while one value of one answer is another one."""
    cloud = cloud_of(fill)

    def read(route: str, path: tuple[str | int, ...], value: object) -> Observed:
        recorder = Recorder(cloud)
        provider = connector(cloud, GOOGLE_DELEGATED)()
        try:
            if any(isinstance(part, str) and "@" in part for part in path):
                provider.observe(everything(GOOGLE_DELEGATED, facts=FACTS))
                path = _numbered(recorder.answers[route][0], path)
            recorder.change = (route, path, value)
            observed = provider.observe(everything(GOOGLE_DELEGATED, facts=FACTS))
            assert recorder.was_met
            return observed
        finally:
            provider.close()
            _restore(cloud)

    def _restore(cloud: Cloud) -> None:
        emulator: Any = cloud.emulator
        del emulator._answer

    return read


def _numbered(answer: Any, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return a path in which the address of a row is its number."""
    key, address, *rest = path
    (number,) = [number for number, row in enumerate(answer[key]) if str(address) in str(row)]
    return (key, number, *rest)


WRONG = [True, ["x"], {"x": 1}, "many", -1, 10**30, "9" * 40]


@pytest.mark.parametrize("value", WRONG, ids=str)
def test_size_of_one_account_in_an_unknown_form(altered: Read, value: object) -> None:
    observed = altered(USAGE, ("usageReports", "press@contoso.example", "parameters", 0, "intValue"), value)
    assert [(item.kind, item.name) for item in observed.unread] == [("mailbox", "press@contoso.example")]
    assert "reports.userUsageReport.get" in observed.unread[0].where
    assert Fact.USED_BYTES not in observed.mailboxes[at("press")].facts
    assert observed.mailboxes[at("news")].facts[Fact.USED_BYTES] == 0
    assert Fact.POOL_USED_BYTES in observed.mailboxes[at("news")].facts


@pytest.mark.parametrize("value", [*WRONG, None], ids=str)
def test_size_of_a_person_in_an_unknown_form_matters_to_nobody(altered: Read, value: object) -> None:
    observed = altered(USAGE, ("usageReports", "emi@contoso.example", "parameters"), value or [{"name": 7}])
    assert observed.unread == ()
    assert observed.mailboxes[at("press")].facts[Fact.USED_BYTES] == 0


@pytest.mark.parametrize("value", [True, None, MISSING, "", 7])
def test_row_of_an_unknown_account_is_named_as_such(altered: Read, value: object) -> None:
    observed = altered(USAGE, ("usageReports", "press@contoso.example", "entity", "userEmail"), value)
    assert [(item.kind, item.name, item.mailbox) for item in observed.unread] == [("row", "of the usage report", None)]
    assert observed.mailboxes[at("news")].facts[Fact.USED_BYTES] == 0


@pytest.mark.parametrize(
    ("route", "path", "name"),
    [
        (USAGE, ("usageReports",), "on the storage of accounts"),
        (USAGE, ("usageReports", 0), "on the storage of accounts"),
        (POOL, ("usageReports",), "on the pooled storage"),
        (POOL, ("usageReports", 0), "on the pooled storage"),
        (POOL, ("usageReports", 0, "parameters", 0, "intValue"), "on the pooled storage"),
    ],
)
def test_report_in_an_unknown_form(altered: Read, route: str, path: tuple[str | int, ...], name: str) -> None:
    observed = altered(route, path, True)
    assert [(item.kind, item.name) for item in observed.unread] == [("report", name)]
    assert set(observed.mailboxes) == {at("press"), at("news")}
    assert (Fact.USED_BYTES in observed.mailboxes[at("press")].facts) == (route == POOL)


def test_licence_of_one_account_in_an_unknown_form(altered: Read) -> None:
    observed = altered(LICENCES, ("items", "press@contoso.example", "skuId"), True)
    assert [(item.kind, item.name) for item in observed.unread] == [("mailbox", "press@contoso.example")]
    assert observed.mailboxes[at("news")].facts[Fact.LICENCES]


def test_licence_of_nobody_could_be_anybodys(altered: Read) -> None:
    with pytest.raises(ObserveError, match="userId"):
        altered(LICENCES, ("items", "press@contoso.example", "userId"), True)


def test_policy_in_an_unknown_form_is_named(altered: Read) -> None:
    observed = altered(POLICIES, ("policies", 0, "policyQuery"), True)
    assert [(item.kind, item.name) for item in observed.unread] == [("policy", "for mail delegation")]
    assert observed.mailboxes[at("news")].facts[Fact.DELEGATION] == "unknown"
