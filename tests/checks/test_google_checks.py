"""The checks on Google mailboxes: at, above and below their limits. No check runs on another vendor's mailbox."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sharedbox_cli.checks.limits import GIB
from sharedbox_cli.checks.registry import CHECKS, needs_of, run_checks
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    MICROSOFT365,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Fact,
    Grant,
    Right,
    State,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.values import ALLOWED, KIND_GROUP, KIND_SHARED, Value
from tests.asked import each
from tests.checks.google import (
    INNER,
    MAILBOX,
    OFF,
    OUTSIDER,
    delegated,
    findings_of,
    inbox,
    observed,
    options,
    person,
    wanting,
)
from tests.checks.test_checks import CASES as GENERAL
from tests.checks.test_inside_checks import CASES as INSIDE
from tests.strategies import NOW, address

Case = tuple[str, Observed, DesiredMailbox | None, bool]


def crowd(count: int) -> tuple[Trustee, ...]:
    return tuple(person(number) for number in range(100, 100 + count))


def members(*people: Trustee, owner: Trustee | None = None) -> tuple[tuple[Trustee, Right], ...]:
    first = ((owner, Right.OWNER),) if owner else ()
    return (*first, *((one, Right.MEMBER) for one in people))


GONE = Trustee(TrusteeId("gone@contoso.example"), TrusteeKind.ORPHAN, address("gone"), is_enabled=False)
FOREIGN = Trustee(TrusteeId("otto@partner.example"), TrusteeKind.ORPHAN, OUTSIDER.address, is_enabled=False)
NEIGHBOUR = person(5, domain="contoso-mail.example")
EVERYBODY = (SpecialEntry(TrusteeId("C1"), "MEMBER: everybody in the organisation", is_everybody=True),)
PENDING = (SpecialEntry(TrusteeId("p1"), "pending invitation of p1@contoso.example as delegate"),)
OUTSIDE_GRANT = DesiredGrant(Address.of("p7@partner.example"), TrusteeKind.USER, Right.FULL_ACCESS)
RULE_OUT = (("name", "r"), ("then.forward_to", "x@partner.example"))
RULE_IN = (("name", "r"), ("then.forward_to", "x@contoso.example"))

DELEGATED: list[Case] = [
    ("many-delegates", delegated(*crowd(25)), None, False),
    ("many-delegates", delegated(*crowd(26)), None, True),
    ("many-delegates", delegated(*crowd(40)), None, True),
    ("many-delegates", delegated(*crowd(41)), None, False),
    ("many-delegates", delegated(), wanting(GOOGLE_DELEGATED, grants=options(26)), True),
    ("too-many-delegates", delegated(*crowd(40)), None, False),
    ("too-many-delegates", delegated(*crowd(41)), None, True),
    ("too-many-delegates", delegated(*crowd(1000)), None, True),
    ("delegates-beyond-limit", delegated(), wanting(GOOGLE_DELEGATED, grants=options(1000)), False),
    ("delegates-beyond-limit", delegated(), wanting(GOOGLE_DELEGATED, grants=options(1001)), True),
    ("delegate-outside", delegated(FOREIGN), None, True),
    ("delegate-outside", delegated(NEIGHBOUR), None, False),
    ("delegate-outside", delegated(GONE), None, False),
    ("delegate-outside", delegated(), wanting(GOOGLE_DELEGATED, grants=(OUTSIDE_GRANT,)), True),
    ("delegate-not-accepted", delegated(special=PENDING), None, True),
    ("delegate-not-accepted", delegated(), None, False),
    ("delegate-not-ready", delegated(person(1, caveat="must choose a new password")), None, True),
    ("delegate-not-ready", delegated(), None, False),
    ("sender-not-confirmed", delegated(facts={Fact.UNCONFIRMED_SENDERS: ("x@brand.example",)}), None, True),
    ("sender-not-confirmed", delegated(facts={Fact.UNCONFIRMED_SENDERS: ()}), None, False),
    ("member-deleted", delegated(GONE), None, True),
    ("member-deleted", delegated(FOREIGN), None, False),
    ("member-disabled", delegated(person(1), OFF), None, True),
    ("member-disabled", delegated(), None, False),
    ("no-member", delegated(OFF), None, True),
    ("no-member", delegated(), None, False),
    ("one-member", delegated(person(1)), None, True),
    ("one-member", delegated(), None, False),
    ("delegation-off", delegated(facts={Fact.DELEGATION: "off"}), None, True),
    ("delegation-off", delegated(facts={Fact.DELEGATION: "unknown"}), None, False),
    ("delegation-off", delegated(), None, False),
    ("delegation-unknown", delegated(facts={Fact.DELEGATION: "unknown"}), None, True),
    ("delegation-unknown", delegated(facts={Fact.DELEGATION: "off"}), None, False),
    ("delegation-unknown", delegated(), None, False),
    ("account-suspended", delegated(facts={Fact.IS_SUSPENDED: True}), None, True),
    ("account-suspended", delegated(), None, False),
    ("licence-missing", delegated(facts={Fact.MAILBOX_PLANS: ()}), None, True),
    ("licence-missing", delegated(facts={Fact.MAILBOX_PLANS: ("an unknown one",)}), None, False),
    ("licence-missing", delegated(facts={Fact.MAILBOX_PLANS: (), Fact.HAS_MAILBOX: True}), None, False),
    ("licence-missing", delegated(facts={Fact.MAILBOX_PLANS: (), Fact.HAS_MAILBOX: False}), None, True),
    ("licence-wasted", delegated(facts={Fact.IS_SUSPENDED: True}), None, True),
    ("licence-wasted", observed(GOOGLE_DELEGATED, frozenset()), None, True),
    ("licence-wasted", observed(GOOGLE_DELEGATED, None), None, False),
    ("licence-wasted", observed(GOOGLE_DELEGATED, frozenset(), facts={Fact.MAILBOX_PLANS: ()}), None, False),
    ("licence-wasted", delegated(), None, False),
    ("sign-in-not-hardened", delegated(settings={Field.SIGN_IN: ALLOWED}), None, True),
    ("sign-in-not-hardened", delegated(), None, False),
    (
        "sign-in-not-hardened",
        delegated(settings={Field.SIGN_IN: ALLOWED}, facts={Fact.IS_SUSPENDED: True}),
        None,
        False,
    ),
    ("forwarding-outside", delegated(settings={Field.FORWARDING_TO: "x@partner.example"}), None, True),
    ("forwarding-outside", delegated(settings={Field.FORWARDING_TO: "x@contoso-mail.example"}), None, False),
    ("forwarding-outside", delegated(), wanting(GOOGLE_DELEGATED, settings={Field.RULES: (RULE_OUT,)}), True),
    ("forwarding-outside", delegated(), wanting(GOOGLE_DELEGATED, settings={Field.RULES: (RULE_IN,)}), False),
    ("pool-full", delegated(facts={Fact.POOL_USED_BYTES: 1000 * GIB}), None, True),
    ("pool-full", delegated(facts={Fact.POOL_USED_BYTES: 1000 * GIB - 1}), None, False),
    ("pool-nearly-full", delegated(facts={Fact.POOL_USED_BYTES: 800 * GIB}), None, False),
    ("pool-nearly-full", delegated(facts={Fact.POOL_USED_BYTES: 800 * GIB + 1}), None, True),
    ("pool-nearly-full", delegated(facts={Fact.POOL_USED_BYTES: 1000 * GIB}), None, False),
    ("pool-share", delegated(facts={Fact.USED_BYTES: 100 * GIB}), None, False),
    ("pool-share", delegated(facts={Fact.USED_BYTES: 100 * GIB + 1}), None, True),
    ("nearly-full", delegated(), wanting(GOOGLE_DELEGATED, warn_at_percent=50), False),
    ("nearly-full", delegated(), wanting(GOOGLE_DELEGATED, warn_at_percent=49), True),
    ("nearly-full", delegated(facts={Fact.POOL_USED_BYTES: 900 * GIB}), None, False),
    ("nearly-full", delegated(facts={Fact.USED_BYTES: 9 * GIB, Fact.QUOTA_BYTES: 10 * GIB}), None, True),
    ("nearly-full", delegated(facts={Fact.USED_BYTES: 60 * GIB}), None, False),
    ("over-quota", delegated(facts={Fact.USED_BYTES: 10 * GIB - 1, Fact.QUOTA_BYTES: 10 * GIB}), None, False),
    ("over-quota", delegated(facts={Fact.USED_BYTES: 10 * GIB, Fact.QUOTA_BYTES: 10 * GIB}), None, True),
    ("over-quota", delegated(facts={Fact.USED_BYTES: 60 * GIB, Fact.QUOTA_BYTES: 100 * GIB}), None, False),
]

CALENDARS: list[Case] = [
    *(
        ("calendar-open-to-all", delegated(settings={Field.CALENDAR_DEFAULT: level}), None, found)
        for level, found in (("none", False), ("availability", False), ("reader", True), ("owner", True))
    ),
    *(
        ("calendar-public", delegated(settings={Field.CALENDAR_ANONYMOUS: level}), None, found)
        for level, found in (("none", False), ("availability", True), ("reader", True))
    ),
]

INBOXES: list[Case] = [
    ("viewed-by-anyone", inbox(facts={Fact.VIEWING: "anyone"}), None, True),
    ("viewed-by-anyone", inbox(facts={Fact.VIEWING: "organization"}), None, False),
    ("viewed-by-organization", inbox(facts={Fact.VIEWING: "organization"}), None, True),
    ("viewed-by-organization", inbox(facts={Fact.VIEWING: "members"}), None, False),
    ("joined-by-anyone", inbox(settings={Field.GROUP_JOINING: "anyone"}), None, True),
    ("joined-by-anyone", inbox(settings={Field.GROUP_JOINING: "on-request"}), None, False),
    ("joined-by-organization", inbox(settings={Field.GROUP_JOINING: "organization"}), None, True),
    ("joined-by-organization", inbox(), None, False),
    ("members-add-members", inbox(settings={Field.GROUP_MANAGING_MEMBERS: "members"}), None, True),
    ("members-add-members", inbox(), None, False),
    ("external-members-allowed", inbox(settings={Field.GROUP_EXTERNAL_MEMBERS: True}), None, True),
    ("external-members-allowed", inbox(), None, False),
    ("posted-by-nobody", inbox(facts={Fact.POSTING: "nobody"}), None, True),
    ("posted-by-nobody", inbox(facts={Fact.POSTING: "organization"}), None, False),
    ("owner-missing", inbox(*members(person(1), person(2))), None, True),
    ("owner-missing", inbox(*members(person(1), owner=OFF)), None, True),
    ("owner-missing", inbox(), None, False),
    ("history-missing", inbox(facts={Fact.HAS_HISTORY: False}), None, True),
    ("history-missing", inbox(facts={Fact.HAS_HISTORY: False}, settings={Field.KIND: KIND_GROUP}), None, False),
    ("history-missing", inbox(), None, False),
    ("everybody-is-member", inbox(special=EVERYBODY), None, True),
    ("everybody-is-member", inbox(), None, False),
    ("members-suspended", inbox(*members(person(1), OFF, person(9, is_enabled=False))), None, True),
    ("members-suspended", inbox(*members(person(1), person(2), OFF)), None, False),
    ("members-suspended", observed(GOOGLE_COLLABORATIVE, frozenset()), None, False),
    ("member-disabled", inbox(*members(person(1), OFF)), None, True),
    ("member-guest", inbox(*members(person(1), OUTSIDER)), None, True),
    ("member-guest", inbox(), None, False),
    (
        "group-with-outsiders",
        inbox(*members(INNER), members={INNER.id: frozenset({OUTSIDER.id, TrusteeId("p1")})}),
        None,
        True,
    ),
    ("group-with-outsiders", inbox(*members(INNER)), None, False),
    ("member-guest", inbox(*members(INNER), members={INNER.id: frozenset({OUTSIDER.id})}), None, False),
    ("no-member", inbox(*members(OFF)), None, True),
    ("no-member", inbox(*members(INNER)), None, False),
    ("no-member", observed(GOOGLE_COLLABORATIVE, frozenset(), special=EVERYBODY), None, False),
    ("one-member", inbox(*members(INNER)), None, True),
    ("one-member", inbox(*members(person(1)), special=EVERYBODY), None, False),
    ("domain-not-accepted", inbox(settings={Field.ALIASES: ("x@old.example",)}), None, True),
    ("domain-not-accepted", inbox(settings={Field.ALIASES: ("x@contoso-mail.example",)}), None, False),
]
CASES = [*DELEGATED, *CALENDARS, *INBOXES]


@pytest.mark.parametrize(
    ("check_id", "one", "spec", "expected"), CASES, ids=[f"{c[0]}-{c[3]}-{n}" for n, c in enumerate(CASES)]
)
def test_check_reports_only_its_problem_on_google(
    check_id: str, one: Observed, spec: DesiredMailbox | None, expected: bool
) -> None:
    assert (check_id in findings_of(one, spec)) is expected


_ELSEWHERE = {
    (name, is_reported)
    for name in (
        "message-limits-differ",
        "rule-takes-everything",
        "rules-too-large",
        "rule-folder-missing",
        "rule-label-missing",
    )
    for is_reported in (True, False)
}
"""Cases that need several specs, and those on mail rules (test_mail_rule_checks.py)."""


def test_every_check_has_a_case_with_and_without_finding() -> None:
    cases = (
        {(case[0], case[3]) for case in (*GENERAL, *INSIDE, *CASES)}
        | _ELSEWHERE
        | {("address-twice", True), ("address-twice", False)}
    )
    assert {check.id for check in CHECKS} == {name for name, _ in cases}
    alone = {name for name, _ in cases if not {(name, True), (name, False)} <= cases}
    assert alone == set()


@pytest.mark.parametrize("one", [delegated(), inbox()], ids=["delegated", "collaborative"])
def test_good_google_mailbox_is_fully_checked_without_findings(one: Observed) -> None:
    result = run_checks(Desired(), dict.fromkeys(one.platforms, one), NOW)
    assert result.findings == ()
    assert result.not_checked == ()


def test_exchange_checks_do_not_run_on_google() -> None:
    large = delegated(
        facts={
            Fact.USED_BYTES: 60 * GIB,
            Fact.HAS_ARCHIVE: True,
            Fact.ON_HOLD: True,
            Fact.POOL_TOTAL_BYTES: 9000 * GIB,
        },
        settings={Field.SENT_AS: "sender"},
    )
    spec = wanting(GOOGLE_DELEGATED, settings={Field.LICENCE: "google-workspace-business-plus"})
    assert findings_of(large, spec) == set()
    group = inbox(*members(replace(INNER, is_security=False), person(2), owner=person(1)))
    automapped = (DesiredGrant(address("inner"), TrusteeKind.GROUP, Right.MEMBER, automapping=True),)
    assert findings_of(group, wanting(GOOGLE_COLLABORATIVE, grants=automapped)) == set()


def test_spec_of_another_platform_is_ignored() -> None:
    spec = wanting(MICROSOFT365, settings={Field.RULES: (RULE_OUT,)}, warn_at_percent=1)
    assert findings_of(delegated(), spec) == set()


def test_tenant_wide_problem_is_reported_once() -> None:
    one = delegated(facts={Fact.DELEGATION: "off", Fact.POOL_USED_BYTES: 1001 * GIB})
    twin = replace(one.mailboxes[MAILBOX], id="c", address=address("twin"))
    both = replace(one, mailboxes={**one.mailboxes, twin.address: twin})
    findings = run_checks(Desired(), {GOOGLE_DELEGATED: both}, NOW).findings
    tenant_findings = [item for item in findings if not item.mailbox]
    assert [(item.check, item.subject) for item in tenant_findings] == [
        ("delegation-off", "contoso.example"),
        ("pool-full", "contoso.example"),
    ]
    assert "2 mailboxes with delegates" in tenant_findings[0].why


def test_address_in_two_clouds_is_reported_on_both() -> None:
    google = delegated()
    settings: dict[Field, Value] = {Field.KIND: KIND_SHARED, Field.ALIASES: ()}
    held = frozenset(Grant(TrusteeId(f"p{n}"), Right.FULL_ACCESS) for n in (1, 2))
    mailbox = ObservedMailbox("m", MAILBOX, MICROSOFT365, settings, held)
    exchange = replace(google, tenant_id="t", platforms=frozenset({MICROSOFT365}), mailboxes={MAILBOX: mailbox})
    both = run_checks(Desired(), {MICROSOFT365: exchange, GOOGLE_DELEGATED: google}, NOW).findings
    assert [(item.check, item.platform) for item in both] == [
        ("address-twice", "google-delegated"),
        ("address-twice", "microsoft365"),
    ]
    of_person = replace(mailbox, settings={**settings, Field.KIND: "user"})
    one = replace(exchange, mailboxes={MAILBOX: of_person})
    assert run_checks(Desired(), {MICROSOFT365: one, GOOGLE_DELEGATED: google}, NOW).findings == ()


def test_findings_on_google_name_google_pages() -> None:
    for one in (delegated(person(1)), inbox(*members(person(1), owner=None))):
        for item in each(run_checks(Desired(), dict.fromkeys(one.platforms, one), NOW).findings):
            assert "microsoft" not in item.source
            assert "Exchange" not in item.hint


def test_needs_of_a_platform_are_those_of_its_checks() -> None:
    fields = {need for need in needs_of(GOOGLE_DELEGATED) if isinstance(need, Field)}
    calendar = {Field.CALENDAR_DEFAULT, Field.CALENDAR_ANONYMOUS}
    assert fields == {Field.SIGN_IN, Field.ALIASES, Field.FORWARDING_TO, Field.SENDERS, Field.RULES, *calendar}
    fields = {need for need in needs_of(GOOGLE_COLLABORATIVE) if isinstance(need, Field)}
    assert fields == {Field.ALIASES, Field.GROUP_JOINING, Field.GROUP_MANAGING_MEMBERS, Field.GROUP_EXTERNAL_MEMBERS}
    assert not {Fact.POOL_USED_BYTES, Fact.USED_BYTES, Fact.DELEGATION} & needs_of(GOOGLE_COLLABORATIVE)
    assert Fact.DELEGATION not in needs_of(MICROSOFT365)


def test_spec_when_its_mailbox_is_not_there_yet_then_what_it_says_of_itself_is_checked() -> None:
    nobody = replace(delegated(), mailboxes={})
    assert findings_of(nobody, wanting(GOOGLE_DELEGATED, grants=options(41))) == {"too-many-delegates"}
    assert findings_of(nobody, wanting(GOOGLE_DELEGATED, grants=options(41), state=State.ABSENT)) == set()
    assert findings_of(replace(inbox(), mailboxes={}), wanting(GOOGLE_DELEGATED, grants=options(41))) == set()
