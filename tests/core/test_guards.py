"""Each guard below, at and above its number, waived, and where it cannot be computed."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards import GUARDS, GuardInput, GuardLimits, Waivers, guard
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_DELEGATED,
    MICROSOFT365,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Fact,
    Grant,
    Platform,
    Right,
    State,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import AddressHolder, Observed, ObservedMailbox
from sharedbox_cli.core.values import ALLOWED, BLOCKED, KIND_SHARED, KIND_USER, LICENCE_NONE, PLAN_2, Value
from tests.asked import every
from tests.strategies import NOW, address

GIB = 1024**3
SUPPORT = address("support")


def person(number: int, *, outside: bool = False, **more: Any) -> Trustee:
    domain = "partner.example" if outside else "contoso.example"
    return Trustee(TrusteeId(f"id-{number}"), TrusteeKind.USER, Address.of(f"p{number}@{domain}"), f"P{number}", **more)


def world_of(
    people: int,
    holders: int,
    *,
    settings: dict[Field, Value] | None = None,
    facts: dict[Fact, Value] | None = None,
    extra: tuple[Trustee, ...] = (),
) -> Observed:
    known = {item.id: item for item in (*(person(number) for number in range(people)), *extra)}
    held = frozenset(Grant(TrusteeId(f"id-{number}"), Right.FULL_ACCESS) for number in range(holders))
    mailbox = ObservedMailbox(
        "id-box", SUPPORT, MICROSOFT365, {Field.KIND: KIND_SHARED, **(settings or {})}, held, facts=facts or {}
    )
    return Observed(
        "tenant-1",
        "Contoso",
        frozenset({MICROSOFT365}),
        frozenset({"contoso.example"}),
        NOW,
        mailboxes={SUPPORT: mailbox},
        trustees=known,
        directory={item.address: key for key, item in known.items() if item.address},
    )


def wish(number: int, *, outside: bool = False) -> DesiredGrant:
    known = person(number, outside=outside)
    assert known.address
    return DesiredGrant(known.address, TrusteeKind.USER, Right.FULL_ACCESS)


def desired_of(mailbox: DesiredMailbox, total: int = 1) -> Desired:
    return Desired({mailbox.address: mailbox}, "digest", total)


def refused(
    desired: Desired,
    observed: Observed,
    *waivers: str,
    limits: GuardLimits | None = None,
    expected_tenants: dict[Platform, str] | None = None,
    last_managed: int | None = None,
) -> list[str]:
    plan = make_plan(desired, {MICROSOFT365: observed}, NOW, "0")
    facts = GuardInput(
        plan,
        {MICROSOFT365: observed},
        NOW,
        limits or GuardLimits(),
        Waivers.parse(waivers, GUARDS),
        expected_tenants or {},
        last_managed,
    )
    return [item.guard for item in guard(facts)]


def keeping(kept: int, observed: Observed) -> Desired:
    grants = tuple(wish(number) for number in range(kept))
    return desired_of(DesiredMailbox(SUPPORT, MICROSOFT365, grants=grants))


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (8, []),
        (7, []),
        (6, ["mass-revocation"]),
        (5, ["mass-revocation"]),
        (4, ["mass-revocation", "mailbox-revocation"]),
    ],
)
def test_revocation_when_share_rises_then_guards_refuse_above_their_limit(kept: int, expected: list[str]) -> None:
    observed = world_of(10, 10)
    assert refused(keeping(kept, observed), observed) == expected


@pytest.mark.parametrize(
    ("held", "kept", "expected"),
    [
        (9, 6, []),
        (9, 5, ["mass-revocation"]),
        (9, 4, ["mass-revocation"]),
        (9, 3, ["mass-revocation", "mailbox-revocation"]),
        (4, 1, []),
        (5, 1, ["mass-revocation"]),
        (7, 1, ["mass-revocation", "mailbox-revocation"]),
    ],
)
def test_revocation_of_a_few_grants_counts_as_a_share_of_ten(held: int, kept: int, expected: list[str]) -> None:
    observed = world_of(held, held)
    assert refused(keeping(kept, observed), observed) == expected


def test_same_revocations_of_more_grants_are_never_refused_more() -> None:
    for taken in range(1, 12):
        refusals = []
        for held in range(taken + 1, 40):
            observed = world_of(held, held)
            refusals.append(set(refused(keeping(held - taken, observed), observed)))
        assert every(later <= earlier for earlier, later in pairwise(refusals)), taken


def test_revocations_that_an_unfinished_run_was_allowed_stay_allowed() -> None:
    observed = world_of(10, 10)
    plan = make_plan(keeping(2, observed), {MICROSOFT365: observed}, NOW, "0")
    facts = GuardInput(plan, {MICROSOFT365: observed}, NOW)
    keys = frozenset(change.key for change in plan.changes)
    assert {item.guard for item in guard(facts)} >= {"mass-revocation", "mailbox-revocation"}
    assert guard(replace(facts, continued=keys)) == ()
    one_more = {item.guard for item in guard(replace(facts, continued=keys - {min(keys)}))}
    assert one_more == {"mass-revocation", "mailbox-revocation"}


def test_revocation_of_a_share_that_cannot_be_computed_is_refused() -> None:
    observed = world_of(2, 2)
    plan = make_plan(keeping(1, observed), {MICROSOFT365: observed}, NOW, "0")
    facts = GuardInput(replace(plan, grants_before={}), {MICROSOFT365: observed}, NOW)
    assert [item.guard for item in guard(facts)] == ["mass-revocation"]
    assert guard(replace(facts, plan=plan)) == ()


@pytest.mark.parametrize(("kept", "expected"), [(100, []), (99, ["mass-revocation"])])
def test_revocation_when_more_than_a_hundred_then_refused_whatever_the_share(kept: int, expected: list[str]) -> None:
    observed = world_of(200, 200)
    wide = replace(keeping(kept, observed), grants_elsewhere=10_000)
    assert [name for name in refused(wide, observed) if name == "mass-revocation"] == expected


def test_narrow_filter_does_not_trip_the_share_of_revocations() -> None:
    observed = world_of(10, 10)
    assert refused(replace(keeping(6, observed), grants_elsewhere=100), observed) == []


@pytest.mark.parametrize(
    ("waiver", "passes"),
    [
        ("mass-revocation=4", True),
        ("mass-revocation=3", False),
        ("mass-revocation=40", True),
        ("mass-revocation", False),
    ],
)
def test_waiver_when_its_number_is_at_least_what_was_found_then_it_passes(waiver: str, passes: bool) -> None:
    observed = world_of(10, 10)
    assert (refused(keeping(6, observed), observed, waiver) == []) is passes


def test_waiver_when_the_guard_does_not_exist_then_it_is_an_error() -> None:
    with pytest.raises(UsageError, match="no such guard"):
        Waivers.parse(["mass-revokation=3"], GUARDS)


@pytest.mark.parametrize("waiver", ["mass-revocation=l2", "mass-revocation=-1", "convert=orders", "delete:*"])
def test_waiver_when_its_size_is_neither_number_nor_address_then_it_is_an_error(waiver: str) -> None:
    with pytest.raises(UsageError, match="not a size of a guard"):
        Waivers.parse([waiver], GUARDS)


def test_last_access_when_nobody_is_left_then_refused_and_waived_by_address() -> None:
    observed = world_of(1, 1)
    nobody = desired_of(DesiredMailbox(SUPPORT, MICROSOFT365, grants=()))
    assert refused(nobody, observed) == ["last-access"]
    assert refused(nobody, observed, "last-access:SUPPORT@contoso.example") == []
    assert refused(nobody, observed, "last-access:sales@contoso.example") == ["last-access"]


def test_last_access_when_the_last_one_is_disabled_then_refused() -> None:
    observed = world_of(1, 1, extra=(person(7, is_enabled=False),))
    mailbox = DesiredMailbox(SUPPORT, MICROSOFT365, grants=(wish(7),))
    assert refused(desired_of(mailbox), observed) == ["last-access"]


@pytest.mark.parametrize(
    ("count", "members", "expected"),
    [
        (2, None, ["external-trustee"]),
        (0, None, ["last-access", "external-trustee"]),
        (None, None, ["last-access", "wide-trustee"]),
        (None, ("id-0",), []),
        (2, (), ["last-access"]),
    ],
)
def test_last_access_when_a_group_is_left_then_it_needs_a_known_member(
    count: int | None, members: tuple[str, ...] | None, expected: list[str]
) -> None:
    group = Trustee(TrusteeId("g"), TrusteeKind.GROUP, address("group"), "Group", member_count=count)
    observed = world_of(1, 1, extra=(group,))
    if members is not None:
        observed = replace(observed, members={group.id: frozenset(TrusteeId(one) for one in members)})
    wanted = DesiredGrant(address("group"), TrusteeKind.GROUP, Right.FULL_ACCESS)
    assert refused(desired_of(DesiredMailbox(SUPPORT, MICROSOFT365, grants=(wanted,))), observed) == expected


def test_external_trustee_when_outside_or_guest_then_refused_once_an_address() -> None:
    outside = person(9, outside=True)
    observed = world_of(1, 1, extra=(outside, person(8, is_guest=True)))
    both = DesiredMailbox(SUPPORT, MICROSOFT365, grants=(wish(0), wish(9, outside=True), wish(8)))
    assert refused(desired_of(both), observed) == ["external-trustee", "external-trustee"]
    assert (
        refused(desired_of(both), observed, "external:p9@partner.example", "external-trustee=p8@contoso.example") == []
    )
    limits = GuardLimits(external_domains=frozenset({"partner.example"}))
    assert refused(desired_of(both), observed, limits=limits) == ["external-trustee"]


def test_delete_when_asked_then_only_by_address() -> None:
    observed = world_of(1, 1, facts={Fact.ITEM_COUNT: 12400, Fact.LAST_ACTIVITY: "2026-11-23"})
    gone = desired_of(DesiredMailbox(SUPPORT, MICROSOFT365, State.ABSENT))
    assert refused(gone, observed) == ["delete"]
    assert refused(gone, observed, "delete") == ["delete"]
    assert refused(gone, observed, "delete:support@contoso.example") == []


def test_convert_and_restore_when_asked_then_only_by_address() -> None:
    observed = world_of(1, 1, settings={Field.KIND: KIND_USER})
    mailbox = desired_of(DesiredMailbox(SUPPORT, MICROSOFT365))
    assert refused(mailbox, observed) == ["convert"]
    assert refused(mailbox, observed, "convert:support@contoso.example") == []
    soft_deleted = AddressHolder("id-box", "soft-deleted mailbox", "Support", SUPPORT, is_soft_deleted=True)
    grave = replace(observed, mailboxes={}, taken={SUPPORT: (soft_deleted,)})
    assert refused(mailbox, grave) == ["restore"]
    assert refused(mailbox, grave, "restore:support@contoso.example") == []


def test_sign_in_when_it_would_be_allowed_then_refused() -> None:
    observed = world_of(1, 1, settings={Field.SIGN_IN: BLOCKED})
    mailbox = desired_of(DesiredMailbox(SUPPORT, MICROSOFT365, settings={Field.SIGN_IN: ALLOWED}))
    assert refused(mailbox, observed) == ["privileged"]


@pytest.mark.parametrize(
    ("facts", "expected", "waivable"),
    [
        ({Fact.USED_BYTES: 49 * GIB, Fact.USED_AT: "2026-11-23"}, [], True),
        ({Fact.USED_BYTES: 49 * GIB + 1, Fact.USED_AT: "2026-11-23"}, ["licence-drop"], False),
        ({Fact.USED_BYTES: GIB, Fact.USED_AT: "2026-11-20"}, ["licence-drop"], True),
        ({Fact.USED_BYTES: GIB}, ["licence-drop"], True),
        ({}, ["licence-drop"], False),
    ],
)
def test_licence_drop_when_large_stale_or_unknown_then_refused(
    facts: dict[Fact, Value], expected: list[str], waivable: bool
) -> None:
    observed = world_of(1, 1, settings={Field.LICENCE: PLAN_2}, facts=facts)
    mailbox = desired_of(DesiredMailbox(SUPPORT, MICROSOFT365, settings={Field.LICENCE: LICENCE_NONE}))
    assert refused(mailbox, observed) == expected
    assert (refused(mailbox, observed, "licence-drop:support@contoso.example") == []) is waivable


@pytest.mark.parametrize(
    ("total", "last", "least", "expected"),
    [(0, None, 1, True), (1, None, 1, False), (4, None, 5, True), (2, 4, 1, False), (1, 3, 1, False), (3, 7, 1, True)],
)
def test_empty_spec_when_documents_are_missing_then_refused(
    total: int, last: int | None, least: int, expected: bool
) -> None:
    observed = world_of(0, 0)
    limits = GuardLimits(min_mailboxes=least)
    found = refused(Desired({}, "", total), observed, limits=limits, last_managed=last)
    assert found == (["empty-spec"] if expected else [])
    assert refused(Desired({}, "", total), observed, "empty-spec", limits=limits, last_managed=last) == []


def test_wrong_tenant_is_refused_and_never_waived() -> None:
    observed = world_of(1, 1)
    mailbox = desired_of(DesiredMailbox(SUPPORT, MICROSOFT365))
    assert refused(mailbox, observed, expected_tenants={MICROSOFT365: "CONTOSO.example"}) == []
    assert refused(mailbox, observed, expected_tenants={MICROSOFT365: "Tenant-1"}) == []
    assert refused(mailbox, observed, expected_tenants={MICROSOFT365: "fabrikam.example"}) == ["tenant-mismatch"]
    foreign = replace(observed, domains=frozenset({"fabrikam.example"}))
    assert refused(mailbox, foreign, "tenant-mismatch") == ["tenant-mismatch"]


def test_tenant_mismatch_when_a_saved_plan_is_of_another_tenant_then_refused() -> None:
    observed = world_of(1, 1)
    plan = make_plan(desired_of(DesiredMailbox(SUPPORT, MICROSOFT365)), {MICROSOFT365: observed}, NOW, "0")
    other = replace(observed, tenant_id="tenant-2")
    assert [item.guard for item in guard(GuardInput(plan, {MICROSOFT365: other}, NOW))] == ["tenant-mismatch"]


@pytest.mark.parametrize(("gone", "total", "expected"), [(3, 9, 0), (4, 9, 1), (1, 10, 0), (2, 10, 1)])
def test_mass_delete_when_many_would_go_then_refused_by_number(gone: int, total: int, expected: int) -> None:
    observed = world_of(1, 1)
    mailboxes = {address(f"b{n}"): replace(observed.mailboxes[SUPPORT], address=address(f"b{n}")) for n in range(gone)}
    wanted = {key: DesiredMailbox(key, MICROSOFT365, State.ABSENT) for key in mailboxes}
    desired, one = Desired(wanted, "digest", total), replace(observed, mailboxes=mailboxes)
    allowed = [f"delete={key}" for key in mailboxes]
    assert refused(desired, one, *allowed) == ["mass-delete"] * expected
    assert refused(desired, one, *allowed, f"mass-delete={gone}") == []


def test_last_access_ignores_a_plan_that_takes_nothing() -> None:
    observed = world_of(1, 0)
    assert refused(desired_of(DesiredMailbox(SUPPORT, MICROSOFT365, grants=())), observed) == []


@pytest.mark.parametrize(("after", "expected"), [(ALLOWED, ["privileged"]), (BLOCKED, [])], ids=["opens", "shuts"])
def test_sign_in_when_its_state_was_not_read_then_opening_is_refused_all_the_same(
    after: str, expected: list[str]
) -> None:
    observed = world_of(1, 1, settings={Field.SIGN_IN: "unknown"})
    mailbox = desired_of(DesiredMailbox(SUPPORT, MICROSOFT365, settings={Field.SIGN_IN: after}))
    assert refused(mailbox, observed) == expected
    assert refused(mailbox, observed, "privileged:support@contoso.example") == []


def test_guards_when_listed_then_each_is_seen_to_refuse_in_a_test() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_guards*.py"))
    expectations = re.findall(r"\[(?:\"[a-z-]+\"(?:, )?)+\]", texts)
    seen = {name for found in expectations for name in re.findall(r'"([a-z-]+)"', found)}
    assert set(GUARDS) <= seen, "a guard that no test has seen refuse"


def test_waivers_when_told_then_they_read_as_on_the_command_line() -> None:
    told = Waivers.parse(["empty-spec", "external:a@b.example", "mass-revocation=3", "mass-revocation=2"], GUARDS)
    assert told.texts() == ("empty-spec", "external-trustee=a@b.example", "mass-revocation=3")


@pytest.mark.parametrize(("before", "expected"), [(MICROSOFT365, []), (GOOGLE_DELEGATED, ["platform-change"])])
def test_mailbox_that_was_managed_on_another_platform_is_refused(before: Platform, expected: list[str]) -> None:
    observed = world_of(10, 10)
    plan = make_plan(keeping(9, observed), {MICROSOFT365: observed}, NOW, "0")
    facts = GuardInput(plan, {MICROSOFT365: observed}, NOW, managed_on={SUPPORT: before})
    assert [item.guard for item in guard(facts)] == expected
    assert guard(replace(facts, waivers=Waivers.parse(["platform-change=support@contoso.example"], GUARDS))) == ()
    assert guard(replace(facts, plan=replace(plan, changes=()))) == ()
