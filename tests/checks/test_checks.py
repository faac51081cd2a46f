"""Each check reports its problem and nothing else, and has a source and a hint."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sharedbox_cli.checks.limits import GIB
from sharedbox_cli.checks.registry import CHECKS, run_checks
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    MICROSOFT365,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Fact,
    Grant,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import LicencePool, Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.values import (
    ALLOWED,
    BLOCKED,
    COPY_BOTH,
    COPY_SENDER,
    LICENCE_NONE,
    ORGANIZATION,
    PLAN_1,
    PLAN_2,
    Value,
)
from tests.strategies import NOW, address

MAILBOX = address("box")
GOOD: dict[Field, Value] = {
    Field.SIGN_IN: BLOCKED,
    Field.SENT_AS: COPY_BOTH,
    Field.SENT_ON_BEHALF: COPY_BOTH,
    Field.ALIASES: (),
    Field.LICENCE: LICENCE_NONE,
    Field.ACCESS_IMAP: True,
    Field.ACCESS_POP: True,
    Field.ACCESS_SMTP_AUTH: ORGANIZATION,
    Field.DELETED_ITEMS: "14d",
    Field.SEND_LIMIT: 35,
    Field.RECEIVE_LIMIT: 36,
}
FACTS: dict[Fact, Value] = {
    Fact.USED_BYTES: GIB,
    Fact.QUOTA_BYTES: 50 * GIB,
    Fact.MAILBOX_PLANS: (),
    Fact.HAS_ARCHIVE: False,
    Fact.ON_HOLD: False,
    Fact.FORWARDING_TO: "",
}


def person(number: int, **more: Any) -> Trustee:
    return Trustee(TrusteeId(f"p{number}"), TrusteeKind.USER, address(f"p{number}"), f"P{number}", **more)


def full(*trustees: Trustee) -> frozenset[Grant]:
    return frozenset(Grant(one.id, Right.FULL_ACCESS) for one in trustees)


def observed(
    grants: frozenset[Grant] | None = None,
    trustees: tuple[Trustee, ...] = (),
    settings: dict[Field, Value] | None = None,
    facts: dict[Fact, Value] | None = None,
    special: tuple[SpecialEntry, ...] = (),
    **more: object,
) -> Observed:
    known = {one.id: one for one in (person(1), person(2), *trustees)}
    held = full(person(1), person(2)) if grants is None else grants
    mailbox = ObservedMailbox(
        "b", MAILBOX, MICROSOFT365, {**GOOD, **(settings or {})}, held, special, {**FACTS, **(facts or {})}
    )
    tenant = Observed(
        "t",
        "T",
        frozenset({MICROSOFT365}),
        frozenset({"contoso.example"}),
        NOW,
        mailboxes={MAILBOX: mailbox},
        trustees=known,
        directory={one.address: key for key, one in known.items() if one.address},
    )
    return replace(tenant, **more)  # type: ignore[arg-type]


def findings_of(one: Observed, spec: DesiredMailbox | None = None) -> set[str]:
    desired = Desired({MAILBOX: spec} if spec else {}, "", 1)
    return {item.check for item in run_checks(desired, {MICROSOFT365: one}, NOW).findings}


def wanting(**more: object) -> DesiredMailbox:
    return DesiredMailbox(MAILBOX, MICROSOFT365, **more)  # type: ignore[arg-type]


GROUP = Trustee(TrusteeId("g"), TrusteeKind.GROUP, address("g"), "G", member_count=30)
APPLICATION = Trustee(TrusteeId("app"), TrusteeKind.APPLICATION, name="Ticket system")
UNRESOLVED = Trustee(TrusteeId("S-1-5-21-9"), TrusteeKind.OTHER, name="EURPR01A\\ghost")
CROWD = tuple(person(number) for number in range(26))


SENDERS = full(person(1), person(2)) | {Grant(person(1).id, Right.SEND_ON_BEHALF)}
BY_GROUP: dict[Fact, Value] = {Fact.PRODUCTS: ("SPE_E3",), Fact.GROUP_PRODUCTS: (("SPE_E3", "Licences"),)}

CASES: list[tuple[str, Observed, DesiredMailbox | None, bool]] = [
    ("over-50-gb", observed(facts={Fact.USED_BYTES: 50 * GIB}), None, False),
    ("over-50-gb", observed(facts={Fact.USED_BYTES: 50 * GIB + 1}), None, True),
    ("over-50-gb", observed(facts={Fact.USED_BYTES: 60 * GIB, Fact.MAILBOX_PLANS: (PLAN_2,)}), None, False),
    ("over-50-gb", observed(facts={Fact.USED_BYTES: 60 * GIB, Fact.MAILBOX_PLANS: (PLAN_1,)}), None, True),
    ("over-quota", observed(facts={Fact.USED_BYTES: 20 * GIB - 1, Fact.QUOTA_BYTES: 20 * GIB}), None, False),
    ("over-quota", observed(facts={Fact.USED_BYTES: 20 * GIB, Fact.QUOTA_BYTES: 20 * GIB}), None, True),
    ("over-quota", observed(facts={Fact.USED_BYTES: 20 * GIB + 1, Fact.QUOTA_BYTES: 20 * GIB}), None, True),
    (
        "over-quota",
        observed(facts={Fact.USED_BYTES: 100 * GIB - 1, Fact.MAILBOX_PLANS: (PLAN_2,), Fact.QUOTA_BYTES: 100 * GIB}),
        None,
        False,
    ),
    (
        "over-quota",
        observed(facts={Fact.USED_BYTES: 100 * GIB, Fact.MAILBOX_PLANS: (PLAN_2,), Fact.QUOTA_BYTES: 100 * GIB}),
        None,
        True,
    ),
    ("over-quota", observed(facts={Fact.USED_BYTES: 51 * GIB}), None, False),
    ("nearly-full", observed(facts={Fact.USED_BYTES: 40 * GIB}), None, False),
    ("nearly-full", observed(facts={Fact.USED_BYTES: 40 * GIB + 1}), None, True),
    ("nearly-full", observed(facts={Fact.USED_BYTES: 45 * GIB}), wanting(warn_at_percent=95), False),
    ("licence-not-needed", observed(facts={Fact.MAILBOX_PLANS: (PLAN_2,)}), None, True),
    ("licence-not-needed", observed(facts={Fact.MAILBOX_PLANS: (PLAN_2,), Fact.ON_HOLD: True}), None, False),
    ("licence-not-needed", observed(facts={Fact.MAILBOX_PLANS: (PLAN_2,), Fact.USED_BYTES: 49 * GIB}), None, False),
    ("licence-not-needed", observed(facts={Fact.MAILBOX_PLANS: (PLAN_2,), **BY_GROUP}), None, False),
    ("group-licence-not-needed", observed(facts={Fact.MAILBOX_PLANS: (PLAN_2,), **BY_GROUP}), None, True),
    ("group-licence-not-needed", observed(facts={Fact.MAILBOX_PLANS: (PLAN_2,)}), None, False),
    ("hidden-sender", observed(SENDERS, settings={Field.HIDDEN: True}), None, True),
    ("hidden-sender", observed(SENDERS, settings={Field.HIDDEN: False}), None, False),
    ("hidden-sender", observed(settings={Field.HIDDEN: True}), None, False),
    ("feature-without-licence", observed(facts={Fact.HAS_ARCHIVE: True}), None, True),
    ("feature-without-licence", observed(facts={Fact.ON_HOLD: True, Fact.MAILBOX_PLANS: (PLAN_2,)}), None, False),
    (
        "feature-without-licence",
        observed(facts={Fact.ON_HOLD: True, Fact.MAILBOX_PLANS: ("exchange-online-archiving", PLAN_1)}),
        None,
        False,
    ),
    ("no-free-seat", observed(), wanting(settings={Field.LICENCE: PLAN_2}), True),
    (
        "no-free-seat",
        observed(licences={"X": LicencePool("X", (PLAN_2,), 2, 1)}),
        wanting(settings={Field.LICENCE: PLAN_2}),
        False,
    ),
    (
        "no-free-seat",
        observed(licences={"S": LicencePool("S", (PLAN_2,), 9, 1, is_suite=True)}),
        wanting(settings={Field.LICENCE: PLAN_2}),
        True,
    ),
    (
        "no-free-seat",
        observed(licences={"S": LicencePool("S", (PLAN_2,), 9, 1, is_suite=True)}),
        wanting(settings={Field.LICENCE: PLAN_2}, suite="s"),
        False,
    ),
    ("too-many-members", observed(full(*CROWD), CROWD), None, True),
    ("too-many-members", observed(full(*CROWD[:25]), CROWD), None, False),
    (
        "too-many-members",
        observed(full(GROUP), (GROUP, *CROWD), members={GROUP.id: frozenset(one.id for one in CROWD)}),
        None,
        True,
    ),
    (
        "many-entries",
        observed(frozenset(Grant(TrusteeId(f"x{n}"), Right.FULL_ACCESS) for n in range(450))),
        None,
        False,
    ),
    ("many-entries", observed(frozenset(Grant(TrusteeId(f"x{n}"), Right.FULL_ACCESS) for n in range(451))), None, True),
    ("no-member", observed(frozenset()), None, True),
    ("no-member", observed(), None, False),
    ("one-member", observed(full(person(1))), None, True),
    ("one-member", observed(), None, False),
    ("member-disabled", observed(full(person(1, is_enabled=False)), (person(1, is_enabled=False),)), None, True),
    ("member-disabled", observed(), None, False),
    ("member-guest", observed(full(person(1, is_guest=True)), (person(1, is_guest=True),)), None, True),
    ("member-guest", observed(), None, False),
    (
        "group-with-outsiders",
        observed(
            full(GROUP),
            (GROUP, person(1, is_guest=True)),
            members={GROUP.id: frozenset({TrusteeId("p1"), TrusteeId("p2")})},
        ),
        None,
        True,
    ),
    ("group-with-outsiders", observed(full(person(1, is_guest=True)), (person(1, is_guest=True),)), None, False),
    ("member-deleted", observed(frozenset({Grant(TrusteeId("S-1-5-21-1"), Right.SEND_AS)})), None, True),
    ("member-deleted", observed(), None, False),
    ("member-application", observed(full(APPLICATION), (APPLICATION,)), None, True),
    ("member-application", observed(), None, False),
    ("member-unresolved", observed(full(UNRESOLVED), (UNRESOLVED,)), None, True),
    ("member-unresolved", observed(), None, False),
    ("deny-entry", observed(special=(SpecialEntry(TrusteeId("p1"), "deny", is_deny=True),)), None, True),
    ("deny-entry", observed(special=(SpecialEntry(TrusteeId("p1"), "x", is_inherited=True),)), None, False),
    (
        "group-automapping",
        observed(),
        wanting(grants=(DesiredGrant(address("g"), TrusteeKind.GROUP, Right.FULL_ACCESS, automapping=True),)),
        True,
    ),
    (
        "group-automapping",
        observed(),
        wanting(grants=(DesiredGrant(address("p1"), TrusteeKind.USER, Right.FULL_ACCESS, automapping=True),)),
        False,
    ),
    (
        "group-without-rights",
        observed(
            full(replace(GROUP, is_security=False)),
            (replace(GROUP, is_security=False),),
            members={GROUP.id: frozenset()},
        ),
        None,
        True,
    ),
    ("group-without-rights", observed(full(GROUP), (GROUP,), members={GROUP.id: frozenset()}), None, False),
    ("send-as-without-access", observed(frozenset({Grant(TrusteeId("p1"), Right.SEND_AS)})), None, True),
    ("send-as-without-access", observed(full(person(1)) | {Grant(TrusteeId("p1"), Right.SEND_AS)}), None, False),
    (
        "sent-items-lost",
        observed(full(person(1)) | {Grant(TrusteeId("p1"), Right.SEND_AS)}, settings={Field.SENT_AS: COPY_SENDER}),
        None,
        True,
    ),
    ("sent-items-lost", observed(settings={Field.SENT_AS: COPY_SENDER}), None, False),
    (
        "access-expired",
        observed(),
        wanting(expired=(DesiredGrant(address("p1"), TrusteeKind.USER, Right.FULL_ACCESS, until=NOW),)),
        True,
    ),
    (
        "access-expired",
        observed(),
        wanting(expired=(DesiredGrant(address("p9"), TrusteeKind.USER, Right.FULL_ACCESS, until=NOW),)),
        False,
    ),
    (
        "access-expiring",
        observed(),
        wanting(grants=(DesiredGrant(address("p1"), TrusteeKind.USER, Right.SEND_AS, until=NOW + timedelta(days=6)),)),
        True,
    ),
    (
        "access-expiring",
        observed(),
        wanting(grants=(DesiredGrant(address("p1"), TrusteeKind.USER, Right.SEND_AS, until=NOW + timedelta(days=8)),)),
        False,
    ),
    ("sign-in-open", observed(settings={Field.SIGN_IN: ALLOWED}), None, True),
    ("sign-in-open", observed(), None, False),
    ("forwarding-outside", observed(facts={Fact.FORWARDING_TO: "x@partner.example"}), None, True),
    ("forwarding-outside", observed(facts={Fact.FORWARDING_TO: "x@contoso.example"}), None, False),
    ("domain-not-accepted", observed(settings={Field.ALIASES: ("x@old.example",)}), None, True),
    ("domain-not-accepted", observed(), wanting(settings={Field.ALIASES: ("x@new.example",)}), True),
    ("domain-not-accepted", observed(settings={Field.ALIASES: ("x@contoso.example",)}), None, False),
]


@pytest.mark.parametrize(
    ("check_id", "one", "spec", "expected"), CASES, ids=[f"{c[0]}-{c[3]}-{n}" for n, c in enumerate(CASES)]
)
def test_check_reports_only_its_problem(
    check_id: str, one: Observed, spec: DesiredMailbox | None, expected: bool
) -> None:
    assert (check_id in findings_of(one, spec)) is expected


def test_checks_have_title_hint_and_source() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.hint
        assert check.title
        for source in (check.source, *(other.source for other in check.overrides.values() if other.source)):
            assert source.startswith(("https://", "docs/"))


def test_good_mailbox_has_no_findings() -> None:
    assert findings_of(observed()) == set()


def test_check_without_its_data_is_not_checked() -> None:
    bare = observed()
    mailbox = replace(bare.mailboxes[MAILBOX], facts={}, grants=None)
    result = run_checks(Desired(), {MICROSOFT365: replace(bare, mailboxes={MAILBOX: mailbox})}, NOW)
    assert {"over-50-gb", "no-member", "forwarding-outside"} <= set(result.not_checked)
    assert result.findings == ()


def test_finding_names_mailbox_and_subject() -> None:
    [one] = run_checks(Desired(), {MICROSOFT365: observed(full(person(1)))}, NOW).findings
    assert (one.mailbox, one.subject) == ("box@contoso.example", "p1@contoso.example")
    assert Address.of(one.subject) == address("p1")
