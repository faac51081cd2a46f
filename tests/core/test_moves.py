"""Addresses that move within a set of specs, and addresses that somebody else has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.core.change import Kind, aliases_of
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, Desired, DesiredMailbox, State
from sharedbox_cli.core.observed import AddressHolder, Observed
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.simulate import simulate, simulate_all
from sharedbox_cli.engine.queues import queues
from tests.asked import each
from tests.engine.observations import mailbox, observed
from tests.strategies import NOW, address

BOXES = ("a", "b", "c")
NAMES = ("x", "y", "z")


def spec(name: str, *aliases: str, **more: object) -> DesiredMailbox:
    """Return a document that manages aliases."""
    settings = {Field.ALIASES: tuple(sorted(address(one).key for one in aliases))}
    return replace(DesiredMailbox(address(name), MICROSOFT365, settings=settings), **more)  # type: ignore[arg-type]


def tenant(**aliases: tuple[str, ...]) -> Observed:
    """Return a tenant with these mailboxes and their aliases."""
    return observed(
        *(mailbox(name, ALIASES=tuple(sorted(address(one).key for one in held))) for name, held in aliases.items())
    )


def planned(there: Observed, *specs: DesiredMailbox) -> Plan:
    desired = Desired({one.address: one for one in specs}, "digest", len(specs))
    return make_plan(desired, {MICROSOFT365: there}, NOW, "0")


def problem_of(there: Observed, *specs: DesiredMailbox, desired: Desired | None = None) -> str:
    with pytest.raises(SpecError) as error:
        if desired is not None:
            make_plan(desired, {MICROSOFT365: there}, NOW, "0")
        planned(there, *specs)
    (problem,) = error.value.problems
    return f"{problem.summary}: {problem.why} {problem.hint}"


def steps(plan: Plan) -> list[str]:
    """Return the moves of addresses in their order, in short."""
    return [
        f"{change.mailbox.local} {'-' if change.is_release else '+'}{change.moved.local}"
        for change in plan.changes
        if change.moved
    ]


def owners(state: Observed) -> Mapping[str, list[str]]:
    """Return which mailboxes have each address."""
    found: dict[str, list[str]] = {}
    for key, one in state.mailboxes.items():
        for text in (key.key, *aliases_of(one.settings)):
            found.setdefault(text, []).append(key.key)
    return found


CASES: Mapping[str, tuple[Observed, tuple[DesiredMailbox, ...], list[str]]] = {
    "move": (tenant(a=("x", "y"), b=()), (spec("a", "y"), spec("b", "x")), ["a -x", "b +x"]),
    "swap": (tenant(a=("x",), b=("y",)), (spec("a", "y"), spec("b", "x")), ["a -x", "b +x", "b -y", "a +y"]),
    "ring of three": (
        tenant(a=("x",), b=("y",), c=("z",)),
        (spec("a", "z"), spec("b", "x"), spec("c", "y")),
        ["a -x", "b +x", "b -y", "c +y", "c -z", "a +z"],
    ),
    "all to one": (
        tenant(a=("x",), b=("y",), c=()),
        (spec("a"), spec("b"), spec("c", "x", "y")),
        ["a -x", "c +x", "b -y", "c +y"],
    ),
    "own mailbox": (tenant(a=("x",)), (spec("a"), spec("x")), ["a -x", "x +x"]),
    "own mailbox, and an alias of it": (
        tenant(a=("x", "y")),
        (spec("a"), spec("x", "y")),
        ["a -x", "x +x", "a -y", "x +y"],
    ),
    "to a new mailbox": (tenant(a=("x",)), (spec("a"), spec("new", "x")), ["a -x", "new +x"]),
}


@pytest.mark.parametrize("name", CASES)
def test_address_when_it_moves_then_two_changes_follow_each_other(name: str) -> None:
    there, specs, wanted = CASES[name]
    plan = planned(there, *specs)
    assert steps(plan) == wanted
    assert planned(simulate_all(there, plan.changes), *specs).is_empty
    assert len({change.key for change in plan.changes}) == len(plan.changes)
    (queue,) = queues(plan.changes)
    assert [change.key for _, change in queue] == [change.key for change in plan.changes]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Observed, tuple[DesiredMailbox, ...]]:
    """Return mailboxes of which all are in the specs, with addresses that move between them or become mailboxes."""
    held = {name: draw(st.sampled_from([None, *BOXES])) for name in NAMES}
    wanted = {name: draw(st.sampled_from([None, "own", *BOXES, "new"])) for name in NAMES}
    there = tenant(**{box: tuple(name for name in NAMES if held[name] == box) for box in BOXES})
    names = [*BOXES, "new", *(name for name in NAMES if wanted[name] == "own")]
    return there, tuple(spec(box, *(name for name in NAMES if wanted[name] == box)) for box in names)


@given(worlds())
def test_addresses_when_the_plan_runs_then_no_two_have_one_and_none_is_away_longer_than_two_calls(
    world: tuple[Observed, tuple[DesiredMailbox, ...]],
) -> None:
    there, specs = world
    changes = planned(there, *specs).changes
    states = [there]
    for change in changes:
        states.append(simulate(states[-1], change))
    end = owners(states[-1])
    for state in states:
        assert all(len(one) == 1 for one in owners(state).values())
    for text in set(owners(there)) & set(end):
        away = [text not in owners(state) for state in states]
        assert sum(away) <= 1
    assert planned(states[-1], *specs).is_empty
    for first, second in pairwise(changes):
        if first.is_release:
            assert (second.moved, second.is_release) == (first.moved, False)
            assert first.key in second.needs


@given(worlds(), st.data())
def test_addresses_when_the_run_stops_anywhere_then_the_next_plan_ends_the_same(
    world: tuple[Observed, tuple[DesiredMailbox, ...]], data: st.DataObject
) -> None:
    there, specs = world
    changes = planned(there, *specs).changes
    halfway = simulate_all(there, changes[: data.draw(st.integers(0, len(changes)))])
    resumed = simulate_all(halfway, planned(halfway, *specs).changes)
    assert owners(resumed) == owners(simulate_all(there, changes))


def test_addresses_and_settings_are_separate_changes() -> None:
    there = tenant(a=("x",))
    both = spec("a", "y")
    plan = planned(there, replace(both, settings={**both.settings, Field.DISPLAY_NAME: "New"}))
    assert [sorted(change.after) for change in plan.changes] == [[Field.DISPLAY_NAME], [Field.ALIASES]]


def with_holder(there: Observed, **more: object) -> Observed:
    holder = replace(AddressHolder("u", "user mailbox", "Anna", address("anna")), **more)  # type: ignore[arg-type]
    return replace(there, taken={address("x"): (holder,)})


HOLDERS: Mapping[str, tuple[Observed, tuple[DesiredMailbox, ...], str]] = {
    "a person": (with_holder(tenant(a=())), (spec("a", "x"),), "belongs to the user mailbox `Anna` (anna@"),
    "the primary address": (tenant(a=(), b=()), (spec("a", "b"),), "primary address there: choose another one"),
    "a rename": (
        with_holder(tenant(), address=address("x")),
        (spec("new", "x"),),
        "If new@contoso.example is its new name, change the primary address there first",
    ),
    "aliases are not managed there": (
        tenant(a=(), b=("x",)),
        (spec("a", "x"), DesiredMailbox(address("b"), MICROSOFT365)),
        "List the other aliases of b@contoso.example in its spec",
    ),
    "not in the specs": (tenant(a=(), b=("x",)), (spec("a", "x"),), "Release it there first"),
    "deleted in this run": (
        tenant(a=(), b=("x",)),
        (spec("a", "x"), DesiredMailbox(address("b"), MICROSOFT365, State.ABSENT)),
        "Apply the deletion alone",
    ),
    "soft-deleted": (
        with_holder(tenant(a=()), kind="soft-deleted mailbox", is_soft_deleted=True, hint="Wait."),
        (spec("a", "x"),),
        "soft-deleted mailbox `Anna` (anna@contoso.example). Wait.",
    ),
    "a new mailbox at the alias of a soft-deleted one": (
        with_holder(tenant(), kind="soft-deleted mailbox", is_soft_deleted=True, hint="Wait."),
        (spec("x"),),
        "soft-deleted mailbox `Anna`",
    ),
}


@pytest.mark.parametrize("name", HOLDERS)
def test_address_of_somebody_else_is_a_problem_with_the_holder(name: str) -> None:
    there, specs, words = HOLDERS[name]
    found = problem_of(there, *specs)
    assert found.startswith("address is taken: ")
    assert words in found


def test_address_of_a_deleted_account_that_can_be_taken_is_a_note() -> None:
    there = with_holder(tenant(a=()), kind="deleted account", is_soft_deleted=True, is_takeable=True)
    plan = planned(there, spec("a", "x"))
    assert plan.count(Kind.UPDATE) == 1
    assert [note.text for note in plan.notes if "cannot be restored" in note.text]


def test_half_of_a_move_is_refused() -> None:
    there, specs, _ = CASES["move"]
    whole = Desired({one.address: one for one in specs}, "digest", 2)
    giving, taking = (whole.part({address(name)}) for name in ("a", "b"))
    assert "half of a move is selected" in problem_of(there, desired=giving)
    only = observed(*(there.mailboxes[address("b")],))
    holder = AddressHolder("id-a", "shared mailbox", "a", address("a"))
    found = problem_of(replace(only, taken={address("x"): (holder,)}), desired=taking)
    assert "Select a@contoso.example as well" in found


def test_mailbox_when_a_part_is_chosen_then_claims_of_the_rest_are_kept() -> None:
    specs = (spec("a", "y"), spec("b", "x"), DesiredMailbox(address("c"), MICROSOFT365, State.ABSENT))
    whole = Desired({one.address: one for one in specs}, "digest", 3)
    part = whole.part({address("a")})
    assert {key.local: claim.mailbox.local for key, claim in part.claims_elsewhere.items()} == {"b": "b", "x": "b"}
    assert part.of_platforms(frozenset()).claims_elsewhere.keys() >= part.claims_elsewhere.keys()


def test_other_tenant_has_addresses_of_its_own() -> None:
    from sharedbox_cli.core.model import GOOGLE_DELEGATED

    google = replace(tenant(b=("x",)), tenant_id="g", platforms=frozenset({GOOGLE_DELEGATED}))
    other = replace(spec("b"), platform=GOOGLE_DELEGATED)
    specs = {one.address: one for one in (spec("a", "x"), other)}
    plan = make_plan(Desired(specs, "digest", 2), {MICROSOFT365: tenant(a=()), GOOGLE_DELEGATED: google}, NOW, "0")
    assert steps(plan) == []
    assert {change.mailbox.local for change in each(plan.changes)} == {"a", "b"}


def test_two_platforms_of_one_tenant_share_addresses() -> None:
    from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED

    user = replace(tenant(a=("x",)), platforms=frozenset({GOOGLE_DELEGATED}))
    group = replace(tenant(b=()), platforms=frozenset({GOOGLE_COLLABORATIVE}))
    specs = (replace(spec("a"), platform=GOOGLE_DELEGATED), replace(spec("b", "x"), platform=GOOGLE_COLLABORATIVE))
    desired = Desired({one.address: one for one in specs}, "digest", 2)
    plan = make_plan(desired, {GOOGLE_DELEGATED: user, GOOGLE_COLLABORATIVE: group}, NOW, "0")
    assert steps(plan) == ["a -x", "b +x"]


def test_fingerprint_tells_who_has_a_new_alias() -> None:
    there, specs, _ = CASES["move"]
    released = simulate_all(there, planned(there, *specs).changes[:1])
    first, second = (planned(state, *specs).fingerprints[address("b")] for state in (there, released))
    assert first != second
