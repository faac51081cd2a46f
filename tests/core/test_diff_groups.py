"""Roles in a group: one step from one to another, an owner before an owner goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sharedbox_cli.core.change import Change, Kind, inverse
from sharedbox_cli.core.change_words import words
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    MembersMode,
    Right,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.simulate import simulate
from sharedbox_cli.core.values import KIND_GROUP, KIND_SHARED
from tests.field_values import DOMAIN
from tests.strategies import NOW, address, trustees

INBOX = address("orders")
MEMBER, MANAGER, OWNER = Right.MEMBER, Right.MANAGER, Right.OWNER


def held(number: int, right: Right, delivery: str | None = None) -> Grant:
    return Grant(TrusteeId(f"id-person{number}"), right, delivery=delivery)


def wish(number: int, right: Right, delivery: str | None = None) -> DesiredGrant:
    return DesiredGrant(address(f"person{number}"), TrusteeKind.USER, right, delivery=delivery)


def observed(*grants: Grant, kind: str = KIND_SHARED) -> Observed:
    known = trustees()
    mailbox = ObservedMailbox("g1", INBOX, GOOGLE_COLLABORATIVE, {Field.KIND: kind}, frozenset(grants))
    return Observed(
        "C01",
        "contoso.example",
        frozenset({GOOGLE_COLLABORATIVE}),
        frozenset({DOMAIN}),
        NOW,
        {INBOX: mailbox},
        trustees=known,
        directory={item.address: key for key, item in known.items() if item.address},
    )


def plan(there: Observed, *options: DesiredGrant, mode: MembersMode = MembersMode.EXACT) -> Plan:
    mailbox = DesiredMailbox(INBOX, GOOGLE_COLLABORATIVE, grants=options, members_mode=mode)
    return make_plan(Desired({INBOX: mailbox}, "", 1), {GOOGLE_COLLABORATIVE: there}, NOW, "0")


def only(found: Plan) -> Change:
    (change,) = found.changes
    return change


def test_role_when_it_rises_then_it_is_one_change_before_revocations() -> None:
    change = only(plan(observed(held(0, MEMBER), held(1, OWNER)), wish(0, MANAGER), wish(1, OWNER)))
    assert (change.kind, change.phase) == (Kind.UPDATE, Phase.GRANT)
    assert words(change) == "change role member -> manager for Person0 <person0@contoso.example>"


def test_role_when_it_falls_then_it_comes_with_the_revocations() -> None:
    change = only(plan(observed(held(0, MANAGER), held(1, OWNER)), wish(0, MEMBER), wish(1, OWNER)))
    assert (change.kind, change.phase) == (Kind.UPDATE, Phase.REVOKE)


def test_role_when_undone_then_it_is_as_before() -> None:
    there = observed(held(0, MEMBER, "all"), held(1, OWNER))
    change = only(plan(there, wish(0, MANAGER, "none"), wish(1, OWNER)))
    back = inverse(change)
    assert back is not None
    assert simulate(simulate(there, change), back) == there


def test_owner_when_replaced_then_the_new_one_comes_first_and_is_needed() -> None:
    given, fallen = plan(observed(held(0, OWNER)), wish(0, MEMBER), wish(1, OWNER)).changes
    assert (given.kind, fallen.before[Field.ROLE]) == (Kind.GRANT, "owner")
    assert fallen.needs == (given.key,)


def test_owner_when_another_one_stays_then_nothing_is_waited_for() -> None:
    changes = plan(observed(held(0, OWNER), held(2, OWNER)), wish(1, OWNER), wish(2, OWNER)).changes
    assert [(change.kind, change.needs) for change in changes] == [(Kind.GRANT, ()), (Kind.REVOKE, ())]


@pytest.mark.parametrize(("now", "wished", "count"), [(MEMBER, OWNER, 1), (OWNER, MEMBER, 0)])
def test_role_when_members_are_at_least_then_it_only_rises(now: Right, wished: Right, count: int) -> None:
    assert len(plan(observed(held(0, now)), wish(0, wished), mode=MembersMode.AT_LEAST).changes) == count


def test_delivery_when_it_differs_then_it_is_one_change_and_undoable() -> None:
    there = observed(held(0, OWNER, "all"))
    change = only(plan(there, wish(0, OWNER, "none")))
    assert words(change) == "change delivery all -> none for Person0 <person0@contoso.example>"
    back = inverse(change)
    assert back is not None
    assert simulate(simulate(there, change), back) == there


@pytest.mark.parametrize("seen", [None, "all"])
def test_delivery_when_not_wished_or_not_read_then_it_is_untouched(seen: str | None) -> None:
    wished = None if seen else "none"
    assert plan(observed(held(0, OWNER, seen)), wish(0, OWNER, wished)).changes == ()


def test_group_when_it_is_a_plain_one_then_making_it_an_inbox_comes_first() -> None:
    first, second = plan(observed(held(0, OWNER), kind=KIND_GROUP), wish(0, OWNER), wish(1, MEMBER)).changes
    assert words(first) == "convert the group to a shared inbox"
    assert first.why.endswith("and it is an ordinary group now")
    assert second.kind is Kind.GRANT


def test_member_of_a_deleted_account_when_not_wished_then_untouched_and_said() -> None:
    orphan = Grant(TrusteeId("S-1-5-21-9"), MEMBER)
    there = observed(held(0, OWNER), orphan)
    found = plan(there, wish(0, OWNER))
    assert found.changes == ()
    assert [note.text for note in found.notes] == ["rights of 1 deleted account are not touched"]
    assert replace(there).mailboxes[INBOX].grants == frozenset({held(0, OWNER), orphan})
