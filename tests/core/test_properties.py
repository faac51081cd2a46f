"""What must hold for every spec and every tenant."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sharedbox_cli.core.change import Change, Kind, Party, inverse
from sharedbox_cli.core.fields import Field, has_ensured
from sharedbox_cli.core.guards import GuardInput, guard
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import READING, ROLES, Desired, DesiredGrant, DesiredMailbox, Right, State, TrusteeKind
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.plan import Plan, from_json, to_json
from sharedbox_cli.core.simulate import simulate, simulate_all
from sharedbox_cli.core.values import Value
from tests.strategies import NOW, address, desired_sets, observations
from tests.strategies import planned as plan_of


@given(desired_sets(), observations())
def test_plan_when_applied_then_next_plan_is_empty(desired: Desired, observed: Observed) -> None:
    after = simulate_all(observed, plan_of(desired, observed).changes)
    assert plan_of(desired, after).changes == ()


@given(desired_sets(), observations(), st.data())
def test_plan_when_stopped_anywhere_then_planning_again_ends_in_the_same_state(
    desired: Desired, observed: Observed, data: st.DataObject
) -> None:
    changes = plan_of(desired, observed).changes
    cut = data.draw(st.integers(0, len(changes)))
    halfway = simulate_all(observed, changes[:cut])
    resumed = simulate_all(halfway, plan_of(desired, halfway).changes)
    assert plan_of(desired, resumed).changes == ()
    for key, mailbox in desired.mailboxes.items():
        if mailbox.state is State.PRESENT:
            whole = simulate_all(observed, changes).mailboxes[key]
            again = resumed.mailboxes[key]
            assert {name: again.settings[name] for name in mailbox.settings} == {
                name: whole.settings[name] for name in mailbox.settings
            }
            assert _deliveries(again) == _deliveries(whole)
            assert again.grants == whole.grants or mailbox.grants is None


@given(desired_sets(), observations(), st.randoms())
def test_plan_when_specs_are_shuffled_then_it_is_equal_to_the_byte(
    desired: Desired, observed: Observed, random: object
) -> None:
    mailboxes = list(desired.mailboxes.items())
    random.shuffle(mailboxes)  # type: ignore[attr-defined]
    shuffled = replace(
        desired,
        mailboxes={
            key: replace(mailbox, grants=None if mailbox.grants is None else tuple(reversed(mailbox.grants)))
            for key, mailbox in mailboxes
        },
    )
    first, second = plan_of(desired, observed), plan_of(shuffled, observed)
    assert first.changes == second.changes
    assert first.fingerprints == second.fingerprints


@given(desired_sets(), observations())
def test_plan_when_written_and_read_then_it_is_equal(desired: Desired, observed: Observed) -> None:
    plan = plan_of(desired, observed)
    assert from_json(to_json(plan)) == plan
    assert to_json(from_json(to_json(plan))) == to_json(plan)


@given(desired_sets(), observations())
def test_plan_when_applied_step_by_step_then_no_mailbox_is_left_naked(desired: Desired, observed: Observed) -> None:
    plan = plan_of(desired, observed)
    end = simulate_all(observed, plan.changes)
    state = observed
    for change in plan.changes:
        state = simulate(state, change)
        for key, mailbox in state.mailboxes.items():
            had, has = (_people(item.mailboxes.get(key)) for item in (observed, end))
            if had and has and key in desired.mailboxes:
                assert _people(mailbox), f"{key} has nobody after {change.key}"


def _deliveries(mailbox: ObservedMailbox) -> dict[TrusteeId, str | None]:
    return {item.trustee: item.delivery for item in mailbox.grants or ()}


@given(desired_sets(), observations())
def test_plan_when_applied_step_by_step_then_a_group_that_keeps_an_owner_always_has_one(
    desired: Desired, observed: Observed
) -> None:
    changes = plan_of(desired, observed).changes
    end, state = simulate_all(observed, changes), observed
    for change in changes:
        state = simulate(state, change)
        for key, mailbox in state.mailboxes.items():
            if key in desired.mailboxes and all(_owners(item.mailboxes.get(key)) for item in (observed, end)):
                assert _owners(mailbox), f"{key} has no owner after {change.key}"


@given(desired_sets(), observations())
def test_plan_when_applied_step_by_step_then_nobody_has_two_roles_or_is_out_in_between(
    desired: Desired, observed: Observed
) -> None:
    changes = plan_of(desired, observed).changes
    end, state = simulate_all(observed, changes), observed
    for change in changes:
        state = simulate(state, change)
        for key, mailbox in state.mailboxes.items():
            held = [item.trustee for item in mailbox.grants or () if item.right in ROLES]
            assert len(held) == len(set(held))
            assert _people(mailbox) >= _people(observed.mailboxes.get(key)) & _people(end.mailboxes.get(key))


def _owners(mailbox: ObservedMailbox | None) -> set[TrusteeId]:
    return {item.trustee for item in (mailbox.grants if mailbox else None) or () if item.right is Right.OWNER}


def _people(mailbox: object) -> set[TrusteeId]:
    held = getattr(mailbox, "grants", None) or ()
    return {item.trustee for item in held if item.right in READING}


@given(desired_sets(), observations())
def test_changes_when_sorted_then_each_need_comes_before(desired: Desired, observed: Observed) -> None:
    seen: set[str] = set()
    changes = plan_of(desired, observed).changes
    keys = {change.key for change in changes}
    assert len(keys) == len(changes)
    for change in changes:
        assert set(change.needs) <= seen
        seen.add(change.key)


@given(desired_sets(), observations())
def test_inverse_when_taken_twice_then_it_is_the_change(desired: Desired, observed: Observed) -> None:
    for change in plan_of(desired, observed).changes:
        back = inverse(change)
        if back is None:
            assert change.kind in (Kind.UPDATE, Kind.LICENCE)
            assert set(change.before) != set(change.after) or has_ensured(change.after)
            continue
        again = inverse(back)
        assert again is not None
        if change.kind in (Kind.CREATE, Kind.DELETE):
            assert (again.kind, again.mailbox) == (change.kind, change.mailbox)
            continue
        assert _bare(again) == _bare(change)


def _bare(change: Change) -> tuple[object, ...]:
    return (change.kind, change.mailbox, change.before, change.after, change.party, change.phase)


@given(desired_sets(), observations())
def test_inverse_when_applied_after_the_change_then_the_world_is_as_before(
    desired: Desired, observed: Observed
) -> None:
    state = observed
    for change in plan_of(desired, observed).changes:
        back = inverse(change)
        after = simulate(state, change)
        if back is not None and change.kind not in (Kind.CREATE, Kind.DELETE):
            assert simulate(after, back).mailboxes == state.mailboxes
        state = after


@given(observations())
def test_plan_when_the_spec_says_what_is_there_then_it_is_empty(observed: Observed) -> None:
    plan = plan_of(Desired(_as_desired(observed), "", len(observed.mailboxes)), observed)
    assert [c for c in plan.changes if Field.KIND not in c.after] == []


def _as_desired(observed: Observed) -> dict[Address, DesiredMailbox]:
    found = {}
    for key, mailbox in observed.mailboxes.items():
        wanted = tuple(
            DesiredGrant(known.address, known.kind, item.right, item.detail)
            for item in mailbox.grants or ()
            if (known := observed.trustees[item.trustee]).kind is not TrusteeKind.ORPHAN and known.address
        )
        named: dict[Field, Value] = dict(mailbox.settings)
        del named[Field.KIND]
        found[key] = DesiredMailbox(key, mailbox.platform, settings=named, grants=wanted, levels=mailbox.levels)
    return found


@settings(max_examples=50)
@given(desired_sets(), observations(), st.integers(0, 5))
def test_guard_when_more_is_revoked_then_it_never_becomes_milder(
    desired: Desired, observed: Observed, more: int
) -> None:
    plan = plan_of(desired, observed)
    (platform,) = observed.platforms
    extra = tuple(
        Change(
            Kind.REVOKE,
            Phase.REVOKE,
            address("support"),
            platform,
            party=Party(TrusteeId(f"extra-{number}"), Right.SEND_AS),
        )
        for number in range(more)
    )
    larger = replace(plan, changes=(*plan.changes, *extra))

    def refused(one: Plan) -> set[str]:
        return {item.guard for item in guard(GuardInput(one, {platform: observed}, NOW))}

    assert refused(plan) <= refused(larger)
