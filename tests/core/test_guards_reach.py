"""Guards on owners, roles, outsiders and openness: below, at and above their number, and where they are blind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from sharedbox_cli.core.change import Change, Kind, Party, Risk
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.guards import GUARDS, NEVER_WAIVED, GuardInput, GuardLimits, Waivers, guard
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Fact,
    Grant,
    Platform,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.values import KIND_GROUP, KIND_SHARED, KIND_USER, LICENCE_NONE, PLAN_2, Value
from tests.asked import each
from tests.strategies import NOW, address

DESK = address("desk")
OUTSIDER = Address.of("otto@partner.example")
BUSINESS = "google-workspace-business-standard"


def person(number: int, *, is_enabled: bool = True) -> Trustee:
    who = address(f"p{number}")
    return Trustee(TrusteeId(f"id-{number}"), TrusteeKind.USER, who, f"P{number}", is_enabled=is_enabled)


PEOPLE = {one.id: one for one in (person(0), person(1), person(2), person(9, is_enabled=False))}
OUT = Trustee(TrusteeId("out"), TrusteeKind.USER, OUTSIDER, is_guest=True)
CROWD = Trustee(TrusteeId("crowd"), TrusteeKind.GROUP, address("crowd"), "Crowd")


def observed(
    *grants: Grant,
    settings: Mapping[Field, Value] | None = None,
    facts: Mapping[Fact, Value] | None = None,
    platform: Platform = GOOGLE_COLLABORATIVE,
    special: tuple[SpecialEntry, ...] = (),
    is_there: bool = True,
    **more: object,
) -> Observed:
    mailbox = ObservedMailbox(
        "g", DESK, platform, {Field.KIND: KIND_SHARED, **(settings or {})}, frozenset(grants), special, facts or {}
    )
    known = {**PEOPLE, OUT.id: OUT, CROWD.id: CROWD}
    made = Observed(
        "C1",
        "contoso.example",
        frozenset({platform}),
        frozenset({"contoso.example"}),
        NOW,
        mailboxes={DESK: mailbox} if is_there else {},
        trustees=known,
        directory={one.address: key for key, one in known.items() if one.address},
    )
    return replace(made, **more)  # type: ignore[arg-type]


def role(number: int, right: Right = Right.MEMBER) -> Grant:
    return Grant(TrusteeId(f"id-{number}"), right)


def wish(local: str, right: Right = Right.MEMBER, kind: TrusteeKind = TrusteeKind.USER) -> DesiredGrant:
    return DesiredGrant(address(local) if "@" not in local else Address.of(local), kind, right)


def spec(
    *grants: DesiredGrant,
    settings: Mapping[Field, Value] | None = None,
    is_managed: bool = True,
    platform: Platform = GOOGLE_COLLABORATIVE,
) -> Desired:
    mailbox = DesiredMailbox(DESK, platform, settings=settings or {}, grants=grants if is_managed else None)
    return Desired({DESK: mailbox}, "digest", 1)


def refused(desired: Desired, one: Observed, *waivers: str, limits: GuardLimits | None = None) -> list[str]:
    [platform] = one.platforms
    return asked(make_plan(desired, {platform: one}, NOW, "0"), one, *waivers, limits=limits)


def asked(plan: Plan, one: Observed, *waivers: str, limits: GuardLimits | None = None) -> list[str]:
    observations = dict.fromkeys(one.platforms, one)
    facts = GuardInput(plan, observations, NOW, limits or GuardLimits(), Waivers.parse(waivers, GUARDS))
    return [item.guard for item in guard(facts)]


def plan_of(desired: Desired, one: Observed, *changes: Change) -> Plan:
    """Return a plan with just these changes, as a saved one would bring them."""
    return Plan(NOW, "0", dict.fromkeys(one.platforms, one.tenant_id), desired, changes)


def update(
    after: Mapping[Field, Value],
    before: Mapping[Field, Value] | None = None,
    phase: Phase = Phase.SETTINGS,
    platform: Platform = GOOGLE_COLLABORATIVE,
    kind: Kind = Kind.UPDATE,
) -> Change:
    return Change(kind, phase, DESK, platform, "g", before=before or {}, after=after)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [((wish("p1"),), []), ((wish("p1", Right.MANAGER),), []), ((wish("p9"),), ["last-access"]), ((), ["last-access"])],
)
def test_last_access_when_a_group_keeps_a_living_member_then_any_role_counts(
    wanted: tuple[DesiredGrant, ...], expected: list[str]
) -> None:
    one = observed(role(0), role(1, Right.MANAGER) if wanted == (wish("p1", Right.MANAGER),) else role(1))
    assert refused(spec(*wanted), one) == expected


def test_last_access_needs_a_known_member_or_everybody() -> None:
    one = observed(role(0))
    blind = replace(one, trustees={})
    revoke = Change(
        Kind.REVOKE, Phase.REVOKE, DESK, GOOGLE_COLLABORATIVE, "g", party=Party(TrusteeId("id-1"), Right.MEMBER)
    )
    plan = plan_of(spec(wish("p0")), blind, revoke)
    assert asked(plan, blind) == ["mass-revocation", "last-access"]
    all_of_them = (SpecialEntry(TrusteeId("C1"), "MEMBER: everybody in the organisation", is_everybody=True),)
    assert refused(spec(), observed(role(0), special=all_of_them)) == []


@pytest.mark.parametrize(
    ("before", "wanted", "expected"),
    [
        ((role(0, Right.OWNER), role(1)), (wish("p1"),), ["last-owner"]),
        ((role(0, Right.OWNER), role(1, Right.OWNER)), (wish("p1", Right.OWNER), wish("p0", Right.OWNER)), []),
        ((role(0, Right.OWNER), role(1, Right.OWNER)), (wish("p1", Right.OWNER),), []),
        ((role(0, Right.OWNER), role(9, Right.OWNER), role(1)), (wish("p9", Right.OWNER), wish("p1")), ["last-owner"]),
        ((role(0, Right.OWNER), role(1)), (wish("p0", Right.MANAGER), wish("p1")), ["last-owner"]),
        ((role(0, Right.OWNER), role(1)), (wish("p0"), wish("p1", Right.OWNER)), []),
        ((role(0), role(1)), (wish("p1"),), []),
        ((role(9, Right.OWNER), role(1)), (wish("p9", Right.OWNER), wish("p1"), wish("p2")), []),
    ],
)
def test_last_owner_when_the_plan_takes_the_last_living_one_then_refused_without_waiver(
    before: tuple[Grant, ...], wanted: tuple[DesiredGrant, ...], expected: list[str]
) -> None:
    assert refused(spec(*wanted), observed(*before)) == expected
    assert refused(spec(*wanted), observed(*before), f"last-owner={DESK}", "last-owner=1", "last-owner") == expected


def test_last_owner_ignores_new_and_unmanaged_inboxes() -> None:
    assert refused(spec(wish("p0")), observed(is_there=False)) == []
    assert refused(spec(is_managed=False), observed(role(0, Right.OWNER))) == []


def test_last_owner_when_it_is_not_known_who_the_other_owner_is_then_refused() -> None:
    one = observed(role(0, Right.OWNER), Grant(TrusteeId("who"), Right.OWNER), role(1))
    assert refused(spec(wish("p1")), one) == ["last-owner"]


@pytest.mark.parametrize(
    ("to", "before", "expected"),
    [
        ("inbox@contoso.example", "", []),
        ("", "otto@partner.example", []),
        ("otto@partner.example", "otto@partner.example", []),
        ("otto@partner.example", "", ["external-trustee"]),
        ("otto@partner.example", None, ["external-trustee"]),
    ],
)
def test_external_trustee_when_mail_would_be_forwarded_outside_then_refused(
    to: str, before: str | None, expected: list[str]
) -> None:
    one = observed(platform=GOOGLE_DELEGATED)
    was: dict[Field, Value] = {} if before is None else {Field.FORWARDING_TO: before}
    change = update({Field.FORWARDING_TO: to}, was, Phase.CONTENT, GOOGLE_DELEGATED)
    plan = plan_of(spec(is_managed=False, platform=GOOGLE_DELEGATED), one, change)
    assert asked(plan, one) == expected
    assert asked(plan, one, f"external-trustee={OUTSIDER}") == []
    assert asked(plan, one, limits=GuardLimits(external_domains=frozenset({"partner.example"}))) == []


def test_new_rule_that_forwards_outside_is_refused_once() -> None:
    one = observed(platform=GOOGLE_DELEGATED)
    out: Value = (("name", "a"), ("then.forward_to", "otto@partner.example"))
    inside: Value = (("name", "b"), ("then.forward_to", "p1@contoso.example"))
    desired = spec(is_managed=False, platform=GOOGLE_DELEGATED)

    def found(after: Value, before: Value) -> list[str]:
        change = update({Field.RULES: after}, {Field.RULES: before}, Phase.CONTENT, GOOGLE_DELEGATED)
        return asked(plan_of(desired, one, change), one)

    assert found((inside,), ()) == []
    assert found((inside, out), (out,)) == []
    assert found((inside, out), (inside,)) == ["external-trustee"]
    narrow: Value = (*out, ("when.from", ("a@b.example",)))  # type: ignore[misc]
    assert found((narrow,), (out,)) == []
    assert found((out,), (narrow,)) == ["external-trustee"], "of all mail, nobody has said so"


def test_external_trustee_when_replies_to_a_sender_go_outside_then_refused() -> None:
    one = observed(platform=GOOGLE_DELEGATED)
    after: dict[Field, Value] = {Field.SENDERS: (("desk2@contoso.example", "", "otto@partner.example", False),)}
    change = update(after, {Field.SENDERS: ()}, Phase.CONTENT, GOOGLE_DELEGATED)
    assert asked(plan_of(spec(is_managed=False, platform=GOOGLE_DELEGATED), one, change), one) == ["external-trustee"]


def test_external_trustee_when_an_outsider_joins_a_group_then_refused_by_name() -> None:
    assert refused(spec(wish("p0"), wish(OUTSIDER.text)), observed(role(0))) == ["external-trustee"]
    assert refused(spec(wish("p0"), wish(OUTSIDER.text)), observed(role(0)), f"external:{OUTSIDER}") == []


def test_external_trustee_when_no_address_is_known_then_refused_without_waiver() -> None:
    grant = Change(
        Kind.GRANT, Phase.GRANT, DESK, GOOGLE_COLLABORATIVE, "g", party=Party(TrusteeId("id-1"), Right.MEMBER)
    )
    one = observed(role(0))
    plan = plan_of(spec(wish("p0")), one, grant)
    assert asked(plan, one, "external-trustee", "external-trustee=1") == ["external-trustee"]


@pytest.mark.parametrize(("count", "expected"), [(499, []), (500, []), (501, ["wide-trustee"])])
def test_wide_trustee_when_a_group_has_very_many_members_then_refused(count: int, expected: list[str]) -> None:
    people = frozenset(TrusteeId(f"x{number}") for number in range(count))
    one = observed(role(0), members={CROWD.id: people})
    wanted = spec(wish("p0"), wish("crowd", kind=TrusteeKind.GROUP))
    assert refused(wanted, one) == expected
    assert refused(wanted, one, "wide:crowd@contoso.example") == []
    told = replace(one, members={}, trustees={**one.trustees, CROWD.id: replace(CROWD, member_count=count)})
    assert refused(wanted, told) == ["external-trustee", *expected]  # who they are is not known


def test_wide_trustee_when_it_is_not_known_how_many_members_then_refused() -> None:
    wanted = spec(wish("p0"), wish("crowd", kind=TrusteeKind.GROUP))
    assert refused(wanted, observed(role(0))) == ["wide-trustee"]


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        (Field.GROUP_VIEWING, "managers", "members", []),
        (Field.GROUP_VIEWING, "members", "organization", ["wide-trustee"]),
        (Field.GROUP_VIEWING, "members", "anyone", ["wide-trustee"]),
        (Field.GROUP_VIEWING, "organization", "anyone", ["wide-trustee"]),
        (Field.GROUP_VIEWING, "anyone", "organization", []),
        (Field.GROUP_VIEWING, None, "anyone", ["wide-trustee"]),
        (Field.GROUP_JOINING, "invited", "on-request", []),
        (Field.GROUP_JOINING, "invited", "anyone", ["wide-trustee"]),
        (Field.GROUP_POSTING, "members", "anyone", []),
        (Field.GROUP_EXTERNAL_MEMBERS, False, True, ["wide-trustee"]),
        (Field.GROUP_EXTERNAL_MEMBERS, None, True, ["wide-trustee"]),
        (Field.GROUP_EXTERNAL_MEMBERS, True, False, []),
        (Field.CALENDAR_DEFAULT, "none", "availability", []),
        (Field.CALENDAR_DEFAULT, "availability", "details", ["wide-trustee"]),
        (Field.CALENDAR_DEFAULT, "editor", "reader", []),
        (Field.CALENDAR_DEFAULT, "Contributor", "reader", ["wide-trustee"]),
        (Field.CALENDAR_DEFAULT, "Contributor", "availability", []),
        (Field.CALENDAR_ANONYMOUS, "none", "availability", ["wide-trustee"]),
        (Field.CONTACTS_DEFAULT, None, "reader", ["wide-trustee"]),
        (Field.CONTACTS_DEFAULT, "reader", "Owner", ["wide-trustee"]),
    ],
)
def test_wide_trustee_when_everybody_is_let_in_then_refused(
    name: Field, before: Value, after: Value, expected: list[str]
) -> None:
    one = observed(role(0))
    change = update({name: after}, {} if before is None else {name: before})
    plan = plan_of(spec(wish("p0")), one, change)
    assert asked(plan, one) == expected
    assert asked(plan, one, f"wide-trustee={DESK}") == []


def test_wide_trustee_when_a_spec_names_its_outsiders_then_only_they_are_asked_about() -> None:
    one = observed(role(0), settings={Field.GROUP_EXTERNAL_MEMBERS: False})
    named = spec(wish("p0"), wish(OUTSIDER.text), settings={Field.GROUP_EXTERNAL_MEMBERS: True})
    assert refused(named, one) == ["external-trustee"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (BUSINESS, LICENCE_NONE, ["licence-drop"]),
        (BUSINESS, "google-workspace-business-starter", []),
        ("an unknown one", LICENCE_NONE, ["licence-drop"]),
    ],
)
def test_licence_that_carries_the_account_is_never_dropped(before: str, after: str, expected: list[str]) -> None:
    facts: dict[Fact, Value] = {Fact.USED_BYTES: 1, Fact.USED_AT: "2026-11-23"}
    one = observed(platform=GOOGLE_DELEGATED, facts=facts)
    change = update({Field.LICENCE: after}, {Field.LICENCE: before}, Phase.LICENCE_DOWN, GOOGLE_DELEGATED, Kind.LICENCE)
    plan = plan_of(spec(is_managed=False, platform=GOOGLE_DELEGATED), one, change)
    assert asked(plan, one) == expected
    assert asked(plan, one, f"licence-drop={DESK}") == []


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        (KIND_GROUP, {}, "an ordinary group"),
        (KIND_USER, {Fact.SIGN_IN_STATE: "x", Fact.LAST_LOGIN: "2026-11-20"}, "last signed in to 2026-11-20"),
        (KIND_USER, {Fact.SIGN_IN_STATE: "x"}, "no sign-in is known"),
        (KIND_USER, {}, "the person can still sign in"),
    ],
)
def test_convert_when_refused_then_it_says_what_becomes_of_it(kind: str, facts: dict[Fact, Value], words: str) -> None:
    one = observed(role(0), facts=facts)
    change = update({Field.KIND: KIND_SHARED}, {Field.KIND: kind}, Phase.CREATE)
    plan = plan_of(spec(wish("p0")), one, change)
    observations = dict.fromkeys(one.platforms, one)
    [refusal] = guard(GuardInput(plan, observations, NOW))
    assert (refusal.guard, refusal.waiver) == ("convert", f"convert={DESK}")
    assert words in refusal.why


def test_guards_when_never_waived_then_they_exist() -> None:
    assert set(GUARDS) >= NEVER_WAIVED


@pytest.mark.parametrize(
    ("settings", "platform", "expected"),
    [
        ({Field.GROUP_REPLY_TO: "eve@outside.example"}, GOOGLE_COLLABORATIVE, Risk.HIGH),
        ({Field.GROUP_REPLY_TO: "desk@contoso.example"}, GOOGLE_COLLABORATIVE, Risk.LOW),
        ({Field.GROUP_REPLY_TO: "managers"}, GOOGLE_COLLABORATIVE, Risk.LOW),
        ({Field.SENDERS: (("b@contoso.example", "", "eve@outside.example", False),)}, GOOGLE_DELEGATED, Risk.HIGH),
        ({Field.SENDERS: (("b@contoso.example", "", "", False),)}, GOOGLE_DELEGATED, Risk.LOW),
        ({Field.RULES: ((("name", "x"), ("then.forward_to", "eve@outside.example")),)}, GOOGLE_DELEGATED, Risk.HIGH),
        ({Field.RULES: ((("name", "x"), ("then.archive", True)),)}, GOOGLE_DELEGATED, Risk.LOW),
    ],
)
def test_mark_when_mail_or_answers_would_go_outside_then_it_is_there(
    settings: Mapping[Field, Value], platform: Platform, expected: Risk
) -> None:
    one = observed(role(0), settings=dict.fromkeys(settings, ()), platform=platform)
    plan = make_plan(spec(settings=settings, is_managed=False, platform=platform), {platform: one}, NOW, "0")
    assert [change.risk for change in plan.changes] == [expected]


EVE = Address.of("eve@evil.example")
OUTSIDE = Trustee(TrusteeId("eve"), TrusteeKind.USER, EVE)
REPLIES: dict[str, dict[Field, Value]] = {
    "forwarding": {Field.FORWARDING_TO: EVE.text, Field.FORWARDING_KEEP_COPY: True},
    "rule": {Field.RULES: ((("name", "x"), ("then.forward_to", EVE.text), ("when.from", ("a@b.example",))),)},
    "reply-to of a group": {Field.GROUP_REPLY_TO: EVE.text},
    "reply-to of a sender": {Field.SENDERS: ((DESK.text, "", EVE.text, False),)},
    "sender": {Field.SENDERS: ((EVE.text, "", "", False),)},
}


def with_group(*members: TrusteeId) -> Observed:
    """Return a mailbox of two people, and a group with these members."""
    one = observed(role(0), role(1))
    known = {**one.trustees, OUTSIDE.id: OUTSIDE}
    return replace(one, trustees=known, members={CROWD.id: frozenset(members)})


@pytest.mark.parametrize("outsider", [OUT, OUTSIDE], ids=["guest", "other domain"])
@pytest.mark.parametrize("right", [Right.MEMBER, Right.MANAGER, Right.OWNER])
def test_external_trustee_sees_whoever_is_behind_a_group(outsider: Trustee, right: Right) -> None:
    one = with_group(TrusteeId("id-0"), outsider.id)
    wanted = spec(wish("p0"), wish("p1"), wish("crowd", right, TrusteeKind.GROUP))
    assert refused(wanted, one) == ["external-trustee"]
    assert refused(wanted, one, f"external:{outsider.address}") == []


@pytest.mark.parametrize(("before", "after"), [(Right.MEMBER, Right.OWNER), (Right.MEMBER, Right.MANAGER)])
def test_external_trustee_sees_an_outsider_who_gets_a_higher_role(before: Right, after: Right) -> None:
    one = observed(role(0, Right.OWNER), Grant(OUT.id, before))
    raised, lowered = spec(wish("p0", Right.OWNER), wish(OUTSIDER.text, after)), spec(wish("p0", Right.OWNER))
    assert refused(raised, one) == ["external-trustee"]
    assert refused(lowered, one) == []


@pytest.mark.parametrize("settings", REPLIES.values(), ids=REPLIES)
def test_external_trustee_sees_every_way_by_which_mail_leaves(settings: dict[Field, Value]) -> None:
    one = observed(role(0))
    plan = plan_of(spec(is_managed=False), one, update(settings))
    assert asked(plan, one) == ["external-trustee"]
    assert asked(plan, one, f"external:{EVE}") == []


def test_owner_from_outside_is_no_owner() -> None:
    one = observed(role(0, Right.OWNER), Grant(OUT.id, Right.OWNER))
    assert refused(spec(wish(OUTSIDER.text, Right.OWNER)), one) == ["last-access", "last-owner"]
    partner = GuardLimits(external_domains=frozenset({OUTSIDER.domain}))
    assert refused(spec(wish(OUTSIDER.text, Right.OWNER)), one, limits=partner) == []


def test_mailbox_that_only_outsiders_can_read_has_lost_its_access() -> None:
    one = with_group(OUT.id)
    wanted = spec(wish("crowd", kind=TrusteeKind.GROUP))
    assert refused(wanted, one) == ["last-access", "replaced-people", "external-trustee"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("p0",), ("p1",), []),
        (("p0", "p1"), ("p2",), ["replaced-people"]),
        (("p0", "p1"), ("p1", "p2"), []),
        (("p0", "p9"), ("p2",), []),
    ],
    ids=["one person", "both", "one stays", "one of two was disabled"],
)
def test_replaced_people_counts_people(before: tuple[str, ...], after: tuple[str, ...], expected: list[str]) -> None:
    one = observed(*(role(int(who[1:])) for who in before))
    assert refused(spec(*map(wish, after)), one) == expected
    assert refused(spec(*map(wish, after)), one, f"replaced-people={DESK}") == []


@pytest.mark.parametrize("kind", [TrusteeKind.ORPHAN, TrusteeKind.APPLICATION, TrusteeKind.OTHER])
def test_replaced_people_counts_no_holder_that_is_no_person(kind: TrusteeKind) -> None:
    rest = Trustee(TrusteeId("rest"), kind)
    one = observed(role(0), role(1), Grant(rest.id, Right.FULL_ACCESS))
    one = replace(one, trustees={**one.trustees, rest.id: rest})
    assert refused(spec(wish("p2")), one) == ["replaced-people"]


def test_replaced_people_follows_groups() -> None:
    one = with_group(TrusteeId("id-0"), TrusteeId("id-1"))
    assert refused(spec(wish("crowd", kind=TrusteeKind.GROUP)), one) == []


CUT_OFF: dict[str, tuple[dict[Field, Value], dict[Field, Value], bool]] = {
    "all mail forwarded, no copy": (
        {Field.FORWARDING_TO: "p1@contoso.example", Field.FORWARDING_KEEP_COPY: False},
        {},
        True,
    ),
    "forwarded with a copy": ({Field.FORWARDING_TO: "p1@contoso.example", Field.FORWARDING_KEEP_COPY: True}, {}, False),
    "the copy goes": (
        {Field.FORWARDING_KEEP_COPY: False},
        {Field.FORWARDING_TO: "p1@contoso.example", Field.FORWARDING_KEEP_COPY: True},
        True,
    ),
    "delete by size": ({Field.RULES: ((("then.delete", True), ("when.larger_than", 1000)),)}, {}, True),
    "delete one sender": ({Field.RULES: ((("then.delete", True), ("when.from", ("a@b.example",))),)}, {}, False),
    **{
        f"delete {name} {text}": (
            {Field.RULES: ((("then.delete", True), (f"when.{name}", text if isinstance(text, str) else tuple(text))),)},
            {},
            is_refused,
        )
        for name, text, is_refused in (
            ("to", [str(DESK)], True),
            ("to", [str(DESK).upper()], True),
            ("to", ["other@contoso.example"], False),
            ("from", ["@"], True),
            ("from", ["*"], True),
            ("from", ["*@b.example"], True),
            ("from", ["example"], True),
            ("from", ["@contoso.example"], True),
            ("from", ["contoso.example"], True),
            ("from", ["a@b.example", "@"], True),
            ("from", ["a@b.example", "c@b.example"], False),
            ("from", ["spam.example"], False),
            ("subject_contains", ["e"], True),
            ("subject_contains", ["newsletter", "a"], True),
            ("subject_contains", ["newsletter"], False),
            ("subject_contains", ["退订"], False),
            ("has_words", "a OR -a", True),
            ("has_words", "in:inbox", True),
            ("has_words", "larger:1", True),
            ("has_words", "{spam ham}", True),
            ("has_words", "unsubscribe now", False),
            ("without_words", "zzzqqq", True),
            ("from_contains", ["spam.example"], False),
            ("from_contains", ["so.example"], True),
            ("from_contains", ["contoso.example"], True),
            ("to_contains", ["K@contoso.example"], True),
            ("to_contains", ["@contoso.exam"], True),
            ("to_contains", ["old@contoso.example"], False),
            ("header_contains", ["Received"], True),
        )
    },
    **{
        f"all mail to {path}": ({Field.RULES: ((("then.move_to", path), ("when.everything", True)),)}, {}, is_refused)
        for path, is_refused in (("Deleted Items", True), ("junk email/x", True), ("Archive", False))
    },
    "one sender to the bin": (
        {Field.RULES: ((("then.move_to", "Deleted Items"), ("when.from", ("a@b.example",))),)},
        {},
        False,
    ),
    "only owners may post": ({Field.GROUP_POSTING: "owners"}, {Field.GROUP_POSTING: "anyone"}, True),
    "from managers to owners": ({Field.GROUP_POSTING: "owners"}, {Field.GROUP_POSTING: "managers"}, True),
    "nobody approves": ({Field.GROUP_MODERATION: "all", Field.GROUP_MODERATING: "nobody"}, {}, True),
    "nobody may post": ({Field.GROUP_POSTING: "nobody"}, {Field.GROUP_POSTING: "anyone"}, True),
    "managers alone read": ({Field.GROUP_VIEWING: "managers"}, {Field.GROUP_VIEWING: "members"}, True),
    "it was so before": ({Field.GROUP_VIEWING: "managers"}, {Field.GROUP_VIEWING: "managers"}, False),
}


@pytest.mark.parametrize(("after", "before", "is_refused"), CUT_OFF.values(), ids=CUT_OFF)
def test_cut_off_asks_for_settings_that_keep_mail_from_the_team(
    after: dict[Field, Value], before: dict[Field, Value], is_refused: bool
) -> None:
    one = observed(role(0), settings=before)
    plan = plan_of(spec(is_managed=False), one, update(after, before))
    assert asked(plan, one) == (["cut-off"] if is_refused else [])
    assert asked(plan, one, f"cut-off={DESK}") == []


@pytest.mark.parametrize("name", [name for name in Field if SETTINGS[name].opens and name is not Field.SIGN_IN])
def test_wide_trustee_asks_for_every_value_that_opens_access(name: Field) -> None:
    for value in each(SETTINGS[name].opens):
        one = observed(role(0))
        assert asked(plan_of(spec(is_managed=False), one, update({name: value})), one) == ["wide-trustee"], value


KEPT = {"archive": {Fact.HAS_ARCHIVE: True}, "hold": {Fact.ON_HOLD: True}}


@pytest.mark.parametrize("facts", KEPT.values(), ids=KEPT)
def test_licence_drop_keeps_the_licence_of_an_archive_or_hold(facts: dict[Fact, Value]) -> None:
    known = {Fact.USED_BYTES: 1, Fact.USED_AT: NOW.date().isoformat(), **facts}
    one = observed(role(0), facts=known)
    change = update({Field.LICENCE: LICENCE_NONE}, {Field.LICENCE: PLAN_2}, Phase.LICENCE_DOWN, kind=Kind.LICENCE)
    assert asked(plan_of(spec(is_managed=False), one, change), one, f"licence-drop={DESK}") == ["licence-drop"]


@pytest.mark.parametrize("kind", [KIND_USER, KIND_GROUP])
def test_delete_of_what_is_no_shared_mailbox_has_no_waiver(kind: str) -> None:
    one = observed(role(0), settings={Field.KIND: kind})
    change = Change(Kind.DELETE, Phase.DELETE, DESK, GOOGLE_COLLABORATIVE, "g")
    assert asked(plan_of(spec(is_managed=False), one, change), one, f"delete={DESK}") == ["delete"]
    shared = observed(role(0))
    assert asked(plan_of(spec(is_managed=False), shared, change), shared, f"delete={DESK}") == []


def test_delete_names_archive_and_hold() -> None:
    one = observed(role(0), facts={Fact.HAS_ARCHIVE: True, Fact.ON_HOLD: True, Fact.USED_BYTES: 20 * 1024**3})
    change = Change(Kind.DELETE, Phase.DELETE, DESK, GOOGLE_COLLABORATIVE, "g")
    plan = plan_of(spec(is_managed=False), one, change)
    [refusal] = guard(GuardInput(plan, dict.fromkeys(one.platforms, one), NOW))
    assert all(words in refusal.why for words in ("20.0 GB", "has an archive", "is on hold"))
