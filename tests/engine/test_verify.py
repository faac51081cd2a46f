"""Looking for what was done: what is not there is not called done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import AuthError, CloudError, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, Grant, Platform, Right
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.simulate import simulate, simulate_all
from sharedbox_cli.engine.summary import RunSummary
from sharedbox_cli.engine.verify import verify
from tests.engine.observations import (
    create,
    delete,
    grant,
    licence,
    mailbox,
    observed,
    person,
    plan_of,
    rename,
    revoke,
    twelve,
)
from tests.strategies import NOW

BEFORE = observed(mailbox("support", Grant(person(5), Right.FULL_ACCESS)))
DONE = Outcome(Status.DONE)
AUTOMAP = replace(
    rename("support"), before={Field.AUTOMAPPING: True}, after={Field.AUTOMAPPING: False}, party=grant("support").party
)
CASES = [
    create("new"),
    grant("support"),
    revoke("support", 5),
    rename("support"),
    licence("support"),
    delete("support"),
]


def summary_of(*changes: Change, outcome: Outcome = DONE) -> RunSummary:
    """Return a run in which all changes were answered so."""
    return RunSummary("run", NOW, NOW, tuple((change, outcome) for change in changes))


def reading(*observations: Observed | SharedboxError) -> Mapping[Platform, Callable[[], Observed]]:
    """Return what gives these readings one after another; the last one for ever."""
    left = list(observations)

    def observe() -> Observed:
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, SharedboxError):
            raise found
        return found

    return {MICROSOFT365: observe}


def statuses(summary: RunSummary) -> Sequence[Status]:
    """Return the outcomes in the order of the plan."""
    return [outcome.status for _, outcome in summary.results]


@pytest.mark.parametrize("change", CASES, ids=lambda change: change.key)
def test_effect_when_it_is_there_then_done_at_the_first_look(change: Change) -> None:
    slept: list[float] = []
    found = verify(summary_of(change), reading(simulate(BEFORE, change)), slept.append)
    assert statuses(found) == [Status.DONE]
    assert sum(slept) == 0


@pytest.mark.parametrize("change", CASES, ids=lambda change: change.key)
def test_effect_when_it_never_comes_then_it_is_not_called_done(change: Change) -> None:
    slept: list[float] = []
    found = verify(summary_of(change), reading(BEFORE), slept.append)
    wanted = Status.FAILED if change.kind == "revoke" else Status.UNKNOWN
    assert statuses(found) == [wanted]
    assert ("still exists" if change.kind == "revoke" else "not visible yet") in found.results[0][1].reason
    assert found.exit_code != 0
    assert 54 <= sum(slept) <= 68


def test_effect_when_it_comes_late_then_done(  # the third look
) -> None:
    change = grant("support")
    found = verify(summary_of(change), reading(BEFORE, BEFORE, simulate(BEFORE, change)), lambda _: None)
    assert statuses(found) == [Status.DONE]


def test_effect_when_seen_once_then_a_later_reading_takes_nothing_back() -> None:
    first, second = grant("support", 1), grant("support", 2)
    one, other = simulate(BEFORE, first), simulate(BEFORE, second)
    found = verify(summary_of(first, second), reading(one, other), lambda _: None)
    assert statuses(found) == [Status.DONE, Status.DONE]


def test_automapping_when_the_access_taken_for_it_is_not_back_then_unknown() -> None:
    assert statuses(verify(summary_of(AUTOMAP), reading(BEFORE), lambda _: None)) == [Status.UNKNOWN]
    there = simulate(BEFORE, AUTOMAP)
    assert statuses(verify(summary_of(AUTOMAP), reading(there), lambda _: None)) == [Status.DONE]


@pytest.mark.parametrize("status", [Status.ALREADY_SO, Status.FAILED, Status.SKIPPED, Status.UNKNOWN])
def test_outcome_when_it_is_not_done_then_it_stays(status: Status) -> None:
    summary = summary_of(grant("support"), outcome=Outcome(status, "why"))
    assert verify(summary, reading(BEFORE), lambda _: None) == summary


def test_changes_when_their_mailbox_was_deleted_after_them_then_done() -> None:
    summary = summary_of(grant("support"), delete("support"))
    gone = simulate(BEFORE, delete("support"))
    assert statuses(verify(summary, reading(gone), lambda _: None)) == [Status.DONE, Status.DONE]


def test_platform_when_it_was_not_read_then_nothing_is_doubted() -> None:
    summary = summary_of(grant("support"))
    assert verify(summary, {}, lambda _: None) == summary


def test_reading_when_it_fails_once_then_the_next_one_counts() -> None:
    change = grant("support")
    found = verify(summary_of(change), reading(CloudError("busy"), simulate(BEFORE, change)), lambda _: None)
    assert statuses(found) == [Status.DONE]


@pytest.mark.parametrize("change", [grant("support"), revoke("support", 5)], ids=["grant", "revoke"])
@pytest.mark.parametrize("error", [CloudError("busy"), AuthError()], ids=["cloud", "sign-in"])
def test_reading_when_it_always_fails_then_unknown_and_no_exception(change: Change, error: SharedboxError) -> None:
    found = verify(summary_of(change), reading(error), lambda _: None)
    assert statuses(found) == [Status.UNKNOWN]
    assert error.summary in found.results[0][1].reason
    assert found.exit_code == 3


def test_run_of_all_kinds_when_all_is_there_then_it_is_the_same() -> None:
    desired, there = twelve()
    changes = plan_of(desired, there).changes
    summary = summary_of(*changes)
    assert verify(summary, reading(simulate_all(there, changes)), lambda _: None) == summary


def test_large_run_when_verified_then_the_work_grows_with_its_size() -> None:
    changes = [grant(f"box{number}") for number in range(5000)]
    there = observed(*(mailbox(f"box{number}", Grant(person(0), Right.FULL_ACCESS)) for number in range(5000)))
    reads = 0

    class Counted(tuple[tuple[Change, Outcome], ...]):
        def __iter__(self):  # type: ignore[no-untyped-def]  # as a tuple's
            nonlocal reads
            reads += 1
            return super().__iter__()

    summary = replace(summary_of(), results=Counted((change, DONE) for change in changes))
    verify(summary, reading(there), lambda _: None)
    assert reads < 10
