"""The guard on legal holds: what takes the account or the licence of a mailbox on hold is asked for by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_hold import legal_hold
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Desired, State
from sharedbox_cli.core.values import LICENCE_NONE, UNKNOWN, Value
from tests.asked import each
from tests.core.test_guards_reach import DESK, observed, refused, spec

STANDARD, STARTER = "google-workspace-business-standard", "google-workspace-business-starter"


def wants(licence: Value) -> Desired:
    return spec(settings={Field.LICENCE: licence}, is_managed=False, platform=GOOGLE_DELEGATED)


def gone() -> Desired:
    mailbox = replace(wants(STANDARD).mailboxes[DESK], state=State.ABSENT, settings={})
    return Desired({DESK: mailbox}, "digest", 1)


def asks(desired: Desired, holds: Value, *waivers: str) -> list[str]:
    """Return the guard of holds, if it refuses; deletions and licences have others."""
    facts = {Fact.HOLDS: holds} if holds is not None else {}
    there = observed(settings={Field.LICENCE: STANDARD}, facts=facts, platform=GOOGLE_DELEGATED)
    return [name for name in refused(desired, there, *waivers) if name == "legal-hold"]


@pytest.mark.parametrize("desired", [gone(), wants(LICENCE_NONE), wants(STARTER)])
def test_what_takes_account_or_licence_is_asked_for_by_name(desired: Desired) -> None:
    assert asks(desired, ("Case 7",)) == ["legal-hold"]
    assert asks(desired, ("Case 7",), "legal-hold=other@contoso.example") == ["legal-hold"]
    assert asks(desired, ("Case 7",), f"legal-hold={DESK}") == []
    assert asks(desired, ()) == asks(desired, None) == []


@pytest.mark.parametrize("desired", [gone(), wants(LICENCE_NONE), wants(STARTER)])
def test_holds_that_could_not_be_read_are_no_proof_that_there_are_none(desired: Desired) -> None:
    assert asks(desired, UNKNOWN) == ["legal-hold"]
    assert asks(desired, UNKNOWN, f"legal-hold={DESK}") == []
    assert asks(wants(STANDARD), UNKNOWN) == []


@pytest.mark.parametrize(
    ("settings", "before", "fact", "words"),
    [
        ({Field.ORG_UNIT: "/People"}, {Field.ORG_UNIT: "/Shared"}, Fact.UNIT_HOLDS, "would leave /Shared"),
        ({Field.GROUP_HISTORY: False}, {Field.GROUP_HISTORY: True}, Fact.HOLDS, "would not be kept"),
    ],
)
def test_move_and_the_end_of_a_history_are_asked_for_by_name(
    settings: dict[Field, Value], before: dict[Field, Value], fact: Fact, words: str
) -> None:
    desired = spec(settings=settings, is_managed=False, platform=GOOGLE_DELEGATED)
    cases: list[tuple[Value, tuple[str, ...], int]] = [
        (("Case 7",), (), 1),
        (UNKNOWN, (), 1),
        ((), (), 0),
        (None, (), 0),
        (("A", "B"), (f"legal-hold={DESK}",), 0),
    ]
    for holds, waivers, asked in each(cases):
        facts: dict[Fact, Value] = {fact: holds} if holds is not None else {}
        there = observed(settings=before, facts=facts, platform=GOOGLE_DELEGATED)
        assert refused(desired, there, *waivers).count("legal-hold") == asked
        plan = make_plan(desired, {GOOGLE_DELEGATED: there}, there.read_at, "0")
        assert any("legal hold" in note.text for note in plan.notes) is (holds == UNKNOWN)
        said = [one.why for one in legal_hold(GuardInput(plan, {GOOGLE_DELEGATED: there}, there.read_at))]
        assert not asked or words in said[0]
    other = observed(settings=settings, facts={fact: ("Case 7",)}, platform=GOOGLE_DELEGATED)
    assert "legal-hold" not in refused(desired, other), "nothing changes"


def test_mailbox_that_keeps_its_licence_is_not_asked_for() -> None:
    assert asks(wants(STANDARD), ("Case 7",)) == []


@pytest.mark.parametrize(("holds", "is_said"), [(UNKNOWN, True), ((), False), (("Case 7",), False)])
def test_plan_says_where_holds_are_not_known(holds: Value, is_said: bool) -> None:
    there = observed(settings={Field.LICENCE: STANDARD}, facts={Fact.HOLDS: holds}, platform=GOOGLE_DELEGATED)
    plan = make_plan(wants(STARTER), {GOOGLE_DELEGATED: there}, there.read_at, "0")
    assert any("legal hold" in note.text for note in plan.notes) is is_said
