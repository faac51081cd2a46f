"""Each fault while a Workspace is read: repeated, waited for, or an error. Never a smaller world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharedbox_cli.core.errors import AuthError, CloudError, ObserveError, PermissionDenied, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Fact, Platform, Right
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from sharedbox_cli.providers.google_workspace.gmail_columns import GMAIL
from tests.asked import each
from tests.faults import table
from tests.providers.google_setting import Fill, GoogleSetting, at, company, held, id_of
from tests.slow_rest import crossed

Workspaces = Callable[[Fill], GoogleSetting]
PASSING: table.Groups = {
    "not executed": table.NOT_EXECUTED,
    "out of quota": {
        f"403 for {reason}": {"kind": "status", "status": 403, "body": "json", "reason": reason}
        for reason in ("userRateLimitExceeded", "quotaExceeded")
    },
    "failed": {
        "500": {"kind": "status", "status": 500},
        "503 in Google's shape": {"kind": "status", "status": 503, "body": "json", "reason": "backendError"},
    },
    "no answer": {**table.NO_ANSWER, "cut short": {"kind": "truncate"}},
}
REFUSALS_OF_A_TOKEN = ("not executed", "out of quota")
"""Groups that are a final word where a token is asked for, except for a busy service."""
FOR_EVER: dict[str, dict[str, Any]] = {
    "forbidden": {"kind": "forbidden"},
    "503": {"kind": "status", "status": 503},
    "the day's quota": {"kind": "status", "status": 403, "body": "json", "reason": "dailyLimitExceeded"},
    "a portal's page": {"kind": "html200"},
    "token refused": {"kind": "unauthorized"},
}
BATCHES = ("batch_missing", "batch_duplicate", "batch_unknown_id")
READS = {
    GOOGLE_DELEGATED: (
        "oauth2.token",
        "batch",
        "directory.domains.list",
        "directory.users.list",
        "directory.groups.get",
        "licensing.licenseAssignments.listForProduct",
        "reports.userUsageReport.get",
        "gmail.users.settings.delegates.list",
        "gmail.users.labels.list",
        "gmail.users.settings.filters.list",
        "gmail.users.settings.sendAs.list",
        "gmail.users.settings.getVacation",
        "gmail.users.settings.getAutoForwarding",
        "gmail.users.settings.getImap",
        "gmail.users.settings.getPop",
    ),
    GOOGLE_COLLABORATIVE: (
        "oauth2.token",
        "batch",
        "directory.domains.list",
        "directory.users.list",
        "directory.groups.list",
        "directory.members.list",
        "directory.members.get",
        "groupsSettings.groups.get",
        "cloudidentity.groups.lookup",
        "cloudidentity.groups.memberships.list",
    ),
}
EACH = [(platform, route) for platform, routes in READS.items() for route in routes]
OF_ONE_MAILBOX = {(GOOGLE_DELEGATED, "directory.groups.get"): {Address.of("sales@contoso.example")}}
"""Calls that only one mailbox of the tenant needs, with it: it is named, and the others are read."""
OF_THE_SERVICE = {"the day's quota", "a portal's page", "token refused"}
ROWS = table.matrix((f"{platform} {route}" for platform, route in EACH), PASSING)


TERMS = {Field.DELIVERY, Field.UNTIL}
"""What is read of each member of a group."""


def fill(make: GoogleBuilder) -> None:
    company(make)
    for number in range(2):
        mailbox = make.mailbox(f"box{number}", f"Box {number}")
        make.delegate(mailbox, id_of(make, "anna"))
        inbox = make.inbox(f"inbox{number}", f"Inbox {number}")
        make.member(inbox, id_of(make, "emi"), "OWNER")
        make.member(inbox, id_of(make, "all"), kind="GROUP", ends_at=make.store.now + 1_000_000)
    make.sender(id_of(make, "ben"), id_of(make, "sales"), "Sales")
    make.odd_delegate(id_of(make, "sales"), id_of(make, "news"), "news@contoso.example")


def whole(platform: Platform) -> Scope:
    """Return the scope that makes every call there is."""
    fields = {Field.KIND, Field.LICENCE, *GMAIL} if platform == GOOGLE_DELEGATED else {Field.KIND, *TERMS}
    facts = {Fact.USED_BYTES} if platform == GOOGLE_DELEGATED else set()
    rights = frozenset({Right.SEND_AS})
    return Scope(
        frozenset({platform}), None, frozenset(fields), frozenset(facts), None, with_members=True, rights=rights
    )


def told(observed: Observed) -> object:
    """Return what a plan would rest on."""
    settings = {
        key: (dict(mailbox.settings), mailbox.facts.get(Fact.USED_BYTES)) for key, mailbox in observed.mailboxes.items()
    }
    deliveries = {
        (key, one.trustee, one.delivery, one.until)
        for key, mailbox in observed.mailboxes.items()
        for one in mailbox.grants or ()
    }
    return settings, held(observed), deliveries, dict(observed.members), observed.domains


@pytest.fixture
def reading(workspace_of: Workspaces) -> GoogleSetting:
    return workspace_of(fill)


@pytest.mark.slow
@pytest.mark.parametrize(("platform", "route"), EACH)
def test_transient_failure_changes_nothing_of_what_is_read(
    reading: GoogleSetting, platform: Platform, route: str
) -> None:
    faultless = told(reading.shared.observe(whole(platform)))
    faults = [(group, fault) for call, group, fault in ROWS if call == f"{platform} {route}"]
    assert len(faults) >= len(PASSING)
    for group, name in each(faults):
        fault = PASSING[group][name]
        if route == "oauth2.token" and group in REFUSALS_OF_A_TOKEN and fault["kind"] != "throttle":
            continue
        provider = reading.provider() if route == "oauth2.token" else reading.shared
        reading.faults({"route": f"google.{route}", **fault})
        reading.forget()
        assert told(provider.observe(whole(platform))) == faultless, name
        assert route == "batch" or reading.calls()[route], "the fault was met"


@pytest.mark.slow
@pytest.mark.parametrize(("platform", "route"), EACH)
def test_call_that_fails_for_ever_is_an_error(reading: GoogleSetting, platform: Platform, route: str) -> None:
    for name, fault in FOR_EVER.items():
        provider = reading.provider() if route == "oauth2.token" else reading.shared
        reading.faults({"route": f"google.{route}", "count": 10_000, **fault})
        if (platform, route) in OF_ONE_MAILBOX and name not in OF_THE_SERVICE:
            observed = provider.observe(whole(platform))
            assert observed.unread_mailboxes == OF_ONE_MAILBOX[platform, route], name
            assert observed.mailboxes.keys() > observed.unread_mailboxes
            continue
        with pytest.raises(SharedboxError):
            provider.observe(whole(platform))
            pytest.fail(f"{name} was believed")


@pytest.mark.parametrize(("kind", "platform"), crossed(BATCHES, list(CAPABILITIES)))
def test_batch_whose_answers_do_not_match_is_repeated_then_fails(
    reading: GoogleSetting, platform: Platform, kind: str
) -> None:
    faultless = told(reading.shared.observe(whole(platform)))
    reading.faults({"route": "google.batch", "kind": kind, "count": 2})
    assert told(reading.shared.observe(whole(platform))) == faultless
    reading.faults({"route": "google.batch", "kind": kind, "count": 10_000})
    with pytest.raises((CloudError, ObserveError), match="do not match"):
        reading.shared.observe(whole(platform))


def test_observe_when_one_part_is_refused_then_only_that_part_is_sent_again(reading: GoogleSetting) -> None:
    reading.shared.observe(whole(GOOGLE_COLLABORATIVE))
    usual = reading.calls()["groupsSettings.groups.get"]
    reading.forget()
    reading.faults({"route": "google.groupsSettings.groups.get", "n": 3, "kind": "throttle", "retry_after": 4})
    reading.shared.observe(whole(GOOGLE_COLLABORATIVE))
    assert reading.calls()["groupsSettings.groups.get"] == usual + 1
    assert max(reading.clock.slept) >= 4


def test_observe_when_one_part_is_forbidden_then_it_is_named_as_not_read(reading: GoogleSetting) -> None:
    everything = reading.shared.observe(whole(GOOGLE_COLLABORATIVE))
    reading.faults({"route": "google.groupsSettings.groups.get", "n": 2, "kind": "forbidden"})
    observed = reading.shared.observe(whole(GOOGLE_COLLABORATIVE))
    [unread] = observed.unread
    assert (unread.kind, unread.summary) == ("group", "not allowed")
    assert unread.name.endswith("@contoso.example")
    assert at(unread.name) == unread.mailbox
    assert observed.mailboxes.keys() == everything.mailboxes.keys() - {unread.mailbox}


def test_observe_when_every_part_is_forbidden_then_it_is_an_error(reading: GoogleSetting) -> None:
    reading.faults({"route": "google.groupsSettings.groups.get", "count": 1000, "kind": "forbidden"})
    with pytest.raises(PermissionDenied, match=r"@contoso\.example"):
        reading.shared.observe(whole(GOOGLE_COLLABORATIVE))


@pytest.mark.slow
@pytest.mark.parametrize("platform", CAPABILITIES)
def test_observe_when_quotas_are_small_then_it_waits_and_reads_the_same(
    reading: GoogleSetting, platform: Platform
) -> None:
    faultless = told(reading.shared.observe(whole(platform)))
    reading.clock.pass_time(60)
    for api in ("directory", "gmail", "groupsSettings:project", "licensing:project"):
        reading.tenant.set_meta(f"quota:google:{api}", "3/4")
    provider = reading.provider()
    assert told(provider.observe(whole(platform))) == faultless
    assert any(line["status"] in (403, 429, 503) for line in reading.emulator.log.lines)


def test_observe_when_the_key_was_revoked_then_it_is_an_authentication_error(reading: GoogleSetting) -> None:
    provider = reading.provider()
    reading.tenant.run("update g_service_accounts set keys = '{}'")
    with pytest.raises(AuthError, match="key is not accepted"):
        provider.observe(whole(GOOGLE_DELEGATED))


def test_observe_when_the_service_is_gone_then_it_is_an_error(reading: GoogleSetting) -> None:
    reading.shared.observe(whole(GOOGLE_DELEGATED))
    reading.emulator.stop()
    with pytest.raises(CloudError):
        reading.shared.observe(whole(GOOGLE_DELEGATED))


@pytest.mark.slow
def test_observe_when_somebody_is_made_while_pages_are_read_then_nobody_is_lost(workspace_of: Workspaces) -> None:
    def many(make: GoogleBuilder) -> None:
        company(make)
        for number in range(1200):
            make.person(f"p{number:04d}", f"P {number}")

    workspace = workspace_of(many)
    observed = workspace.shared.observe(whole(GOOGLE_DELEGATED))
    assert {at("p0000"), at("p1199"), at("sales")} <= set(observed.directory)
    assert workspace.calls()["directory.users.list"] == 3
