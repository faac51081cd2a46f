"""What the diff says of trustees and addresses that do not fit, and of incomplete data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.change_words import words
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.errors import ObserveError, SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import (
    MICROSOFT365,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    Right,
    State,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import AddressHolder, Observed, SpecialEntry
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.values import Value
from tests.asked import every
from tests.core.test_guards import SUPPORT, person, wish, world_of
from tests.strategies import NOW, address


def plan_of(mailbox: DesiredMailbox, observed: Observed) -> Plan:
    return make_plan(Desired({mailbox.address: mailbox}, "", 1), {MICROSOFT365: observed}, NOW, "0")


def member(name: str, kind: TrusteeKind = TrusteeKind.USER, line: int = 1) -> DesiredGrant:
    return DesiredGrant(address(name), kind, Right.FULL_ACCESS, place=Place("support.yaml", line, 5))


def problems(mailbox: DesiredMailbox, observed: Observed) -> list[str]:
    with pytest.raises(SpecError) as caught:
        plan_of(mailbox, observed)
    return [f"{item.place} {item.summary}: {item.hint}" for item in caught.value.problems]


def test_trustees_when_unknown_or_of_another_kind_then_all_problems_come_at_once() -> None:
    groups = (
        Trustee(TrusteeId("g1"), TrusteeKind.GROUP, address("good"), member_count=1),
        Trustee(TrusteeId("g2"), TrusteeKind.GROUP, address("plain"), is_mail_enabled=False),
    )
    observed = world_of(1, 0, extra=groups)
    mailbox = DesiredMailbox(
        SUPPORT,
        MICROSOFT365,
        grants=(member("nobody", line=3), member("good", line=4), member("plain", TrusteeKind.GROUP, 5)),
    )
    assert problems(mailbox, observed) == [
        "support.yaml:3:5 no such user: Check the spelling, or create the account first.",
        "support.yaml:4:5 not a user: Write `group: good@contoso.example`.",
        "support.yaml:5:5 this group cannot hold a right: Use a mail-enabled security group, or list its people.",
    ]


def test_trustee_when_two_addresses_name_one_account_then_it_is_a_problem() -> None:
    observed = world_of(1, 0)
    observed = replace(observed, directory={**observed.directory, address("alias"): TrusteeId("id-0")})
    mailbox = DesiredMailbox(SUPPORT, MICROSOFT365, grants=(member("p0"), member("alias", line=2)))
    assert problems(mailbox, observed) == ["support.yaml:2:5 listed twice: Keep one of them."]


@pytest.mark.parametrize(
    "pair",
    [
        ((Right.CALENDAR, "reader"), (Right.CALENDAR, "editor")),
        ((Right.CONTACTS, "reader"), (Right.CONTACTS, "editor")),
        ((Right.MEMBER, ""), (Right.OWNER, "")),
    ],
)
def test_one_account_by_two_addresses_gets_no_two_levels_or_roles(pair: tuple[tuple[Right, str], ...]) -> None:
    observed = world_of(1, 0)
    known = {**observed.directory, address("alias"): TrusteeId("id-0")}
    grants = [
        replace(member(name, line=line), right=right, detail=detail)
        for line, (name, (right, detail)) in enumerate(zip(("p0", "alias"), pair, strict=True), 4)
    ]
    mailbox = DesiredMailbox(SUPPORT, MICROSOFT365, grants=tuple(grants))
    found = problems(mailbox, replace(observed, directory=known))
    assert found == ["support.yaml:5:5 listed twice: Keep one of them."]


def test_address_when_another_recipient_holds_it_then_it_is_a_problem() -> None:
    holder = AddressHolder("id-9", "distribution group", "Help desk", SUPPORT)
    observed = replace(world_of(0, 0), mailboxes={}, taken={SUPPORT: (holder,)})
    [found] = problems(DesiredMailbox(SUPPORT, MICROSOFT365, place=Place("a.yaml", 2, 1)), observed)
    assert found.startswith("a.yaml:2:1 address is taken")


def test_reading_when_a_managed_part_is_missing_then_nothing_is_planned() -> None:
    observed = world_of(0, 0)
    with pytest.raises(ObserveError, match="display_name"):
        plan_of(DesiredMailbox(SUPPORT, MICROSOFT365, settings={Field.DISPLAY_NAME: "x"}), observed)
    unread = replace(observed, mailboxes={SUPPORT: replace(observed.mailboxes[SUPPORT], grants=None)})
    with pytest.raises(ObserveError, match="members"):
        plan_of(DesiredMailbox(SUPPORT, MICROSOFT365, grants=()), unread)
    with pytest.raises(ObserveError, match="not read completely"):
        plan_of(DesiredMailbox(SUPPORT, MICROSOFT365), replace(observed, is_complete=False))


def test_creation_when_nothing_is_there_then_all_managed_settings_follow_it() -> None:
    observed = replace(world_of(1, 0), mailboxes={})
    settings: dict[Field, Value] = {Field.DISPLAY_NAME: "Support", Field.SIGN_IN: "blocked"}
    mailbox = DesiredMailbox(SUPPORT, MICROSOFT365, settings=settings, grants=(wish(0),))
    plan = plan_of(mailbox, observed)
    assert [(change.kind, change.phase) for change in plan.changes] == [
        (Kind.CREATE, Phase.CREATE),
        (Kind.UPDATE, Phase.BLOCK_SIGN_IN),
        (Kind.GRANT, Phase.GRANT),
    ]
    assert every(change.needs == (plan.changes[0].key,) for change in plan.changes[1:])
    assert words(plan.changes[2]) == "grant full access to P0 <p0@contoso.example>"


def test_rights_of_deleted_accounts_and_special_entries_when_present_then_untouched_and_said() -> None:
    observed = world_of(1, 1)
    orphan = Trustee(TrusteeId("S-1-5-21-1"), TrusteeKind.ORPHAN)
    mailbox = observed.mailboxes[SUPPORT]
    held = (mailbox.grants or frozenset()) | {Grant(orphan.id, Right.FULL_ACCESS)}
    special = (SpecialEntry(TrusteeId("id-0"), "deny full access for P0", is_deny=True),)
    observed = replace(
        observed,
        mailboxes={SUPPORT: replace(mailbox, grants=held, special=special)},
        trustees={**observed.trustees, orphan.id: orphan},
    )
    plan = plan_of(DesiredMailbox(SUPPORT, MICROSOFT365, grants=(wish(0),)), observed)
    assert plan.is_empty
    assert plan.untouched.special_entries == 1
    assert [note.text for note in plan.notes] == [
        "not touched: deny full access for P0",
        "rights of 1 deleted account are not touched",
    ]


def test_right_that_nobody_understands_is_never_revoked() -> None:
    observed = world_of(2, 1)
    mailbox = observed.mailboxes[SUPPORT]
    held = (mailbox.grants or frozenset()) | {Grant(TrusteeId("id-1"), Right.OTHER, "DelegateAccess")}
    observed = replace(observed, mailboxes={SUPPORT: replace(mailbox, grants=held)})
    assert plan_of(DesiredMailbox(SUPPORT, MICROSOFT365, grants=(wish(0),)), observed).is_empty


def test_revocation_when_a_group_is_granted_the_same_right_then_it_waits_for_the_group() -> None:
    group = Trustee(TrusteeId("g"), TrusteeKind.GROUP, address("team"), member_count=3)
    observed = world_of(2, 2, extra=(group,))
    mailbox = DesiredMailbox(SUPPORT, MICROSOFT365, grants=(wish(0), member("team", TrusteeKind.GROUP)))
    grant, revoke = plan_of(mailbox, observed).changes
    assert (grant.kind, revoke.kind) == (Kind.GRANT, Kind.REVOKE)
    assert revoke.needs == (grant.key,)


def test_automapping_when_known_to_differ_then_it_is_one_change() -> None:
    observed = world_of(1, 0)
    held = frozenset({Grant(TrusteeId("id-0"), Right.FULL_ACCESS, automapping=True)})
    observed = replace(observed, mailboxes={SUPPORT: replace(observed.mailboxes[SUPPORT], grants=held)})
    mailbox = DesiredMailbox(SUPPORT, MICROSOFT365, grants=(replace(wish(0), automapping=False),))
    [change] = plan_of(mailbox, observed).changes
    assert words(change) == "switch automapping off for P0 <p0@contoso.example>"
    assert person(0).address == change.party.address if change.party else False


def test_addresses_when_of_no_domain_of_the_tenant_then_each_is_told_at_its_place() -> None:
    observed = world_of(1, 1)
    there = DesiredMailbox(
        SUPPORT,
        MICROSOFT365,
        settings={Field.ALIASES: ("help@typo.example", "old@gone.example", "a@contoso.example")},
        places={"aliases": Place("support.yaml", 4, 10)},
    )
    held = replace(
        observed.mailboxes[SUPPORT],
        settings={**observed.mailboxes[SUPPORT].settings, Field.ALIASES: ("old@gone.example",)},
    )
    new = DesiredMailbox(Address.of("new@typo.example"), MICROSOFT365, place=Place("new.yaml", 2, 1))
    gone = DesiredMailbox(Address.of("gone@typo.example"), MICROSOFT365, state=State.ABSENT)
    mailboxes = {mailbox.address: mailbox for mailbox in (there, new, gone)}
    with pytest.raises(SpecError) as caught:
        make_plan(Desired(mailboxes, "", 3), {MICROSOFT365: replace(observed, mailboxes={SUPPORT: held})}, NOW, "0")
    assert [(str(item.place), item.why.split(" ")[0]) for item in caught.value.problems] == [
        ("new.yaml:2:1", "new@typo.example"),
        ("support.yaml:4:10", "help@typo.example"),
    ]


def test_specs_of_another_tenant_are_left_to_the_guard() -> None:
    new = DesiredMailbox(Address.of("new@elsewhere.example"), MICROSOFT365)
    assert plan_of(new, world_of(0, 0)).changes[0].kind is Kind.CREATE


def test_absent_when_it_is_soft_deleted_then_no_note_says_that_it_comes_back() -> None:
    observed = replace(
        world_of(0, 0),
        mailboxes={},
        taken={SUPPORT: (AddressHolder("d", "deleted mailbox", "S", SUPPORT, is_soft_deleted=True),)},
    )
    notes = [note.text for note in plan_of(DesiredMailbox(SUPPORT, MICROSOFT365, state=State.ABSENT), observed).notes]
    assert notes == ["is already absent"]
