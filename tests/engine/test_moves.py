"""An address between two mailboxes: a run that is stopped, fails or dies there must not lose it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, Desired
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.run import RunOptions, run_plan
from sharedbox_cli.engine.stop import StopFlag
from sharedbox_cli.engine.summary import RunSummary
from tests.asked import each, every
from tests.core.test_moves import CASES, owners, spec, tenant
from tests.engine.fakes import Cloud, FakeProvider, Hook
from tests.engine.observations import plan_of
from tests.engine.test_kill_points import BOUNDARIES, apply_once, assert_converges
from tests.strategies import address

DONE, FAILED, SKIPPED, UNKNOWN = Status.DONE, Status.FAILED, Status.SKIPPED, Status.UNKNOWN
X = address("x").key


def desired_of(name: str) -> tuple[Observed, Desired]:
    there, specs, _ = CASES[name]
    return there, Desired({one.address: one for one in specs}, "digest", len(specs))


def moved(name: str, journal: Journal, hook: Hook, options: RunOptions | None = None) -> tuple[RunSummary, Cloud]:
    """Run a case with a hook, and return the summary and the cloud."""
    there, desired = desired_of(name)
    cloud = Cloud(there)
    provider = FakeProvider(cloud, hook)
    plan = plan_of(desired, there)
    return run_plan(plan, {MICROSOFT365: provider}, journal, options or RunOptions("prod")), cloud


def statuses(summary: RunSummary) -> list[Status]:
    return [outcome.status for _, outcome in summary.results]


@pytest.mark.parametrize("name", CASES)
def test_move_is_done_in_order_whatever_runs_at_the_same_time(name: str, journal: Journal) -> None:
    there, specs, _ = CASES[name]
    summary, cloud = moved(name, journal, lambda _point, _change: None)
    assert set(statuses(summary)) <= {DONE, Status.ALREADY_SO}
    for state in each(cloud.history):
        assert every(len(one) == 1 for one in owners(state).values())
    desired = Desired({one.address: one for one in specs}, "digest", len(specs))
    assert plan_of(desired, cloud.observed).is_empty
    assert there is not cloud.observed


def test_stop_between_the_two_calls_finishes_the_move(journal: Journal) -> None:
    flag = StopFlag()

    def stop(point: str, change: Change) -> None:
        if point == "effect" and change.is_release:
            flag.ask()

    summary, cloud = moved("swap", journal, stop, RunOptions("prod", stop=flag))
    assert statuses(summary) == [DONE, DONE, SKIPPED, SKIPPED]
    assert owners(cloud.observed)[X] == [address("b").key]


def test_missing_role_elsewhere_between_the_two_calls_finishes_the_move(journal: Journal) -> None:
    def deny(point: str, change: Change) -> Outcome | None:
        if point == "effect" and change.is_release:
            return Outcome(DONE, stops_run=True)
        return None

    summary, cloud = moved("swap", journal, deny)
    assert statuses(summary) == [DONE, DONE, SKIPPED, SKIPPED]
    assert owners(cloud.observed)[X] == [address("b").key]


@pytest.mark.parametrize("name", ["move", "own mailbox", "to a new mailbox"])
def test_address_that_cannot_be_taken_is_given_back(name: str, journal: Journal) -> None:
    def refuse(point: str, change: Change) -> Outcome | None:
        is_take = change.moved is not None and not change.is_release and change.mailbox != address("a")
        return Outcome(FAILED, "refused.") if point == "sent" and is_take else None

    summary, cloud = moved(name, journal, refuse)
    assert owners(cloud.observed)[X] == [address("a").key]
    by_key = {change.key: outcome for change, outcome in summary.results if change.moved}
    assert [outcome.status for outcome in by_key.values()] == [FAILED, FAILED]
    assert next(iter(by_key.values())).reason.startswith("given back, because")
    steps = [step for step in journal.steps(summary.run) if json.loads(json.dumps(step.change))["moved"]]
    assert [step.status for step in steps] == ["done", "failed", "done"]
    assert summary.exit_code != 0


def test_address_that_nobody_can_have_is_named(journal: Journal) -> None:
    released: list[Change] = []

    def refuse(point: str, change: Change) -> Outcome | None:
        if point == "sent" and released:
            return Outcome(FAILED, "no.")
        if point == "effect" and change.is_release:
            released.append(change)
        return None

    summary, cloud = moved("move", journal, refuse)
    assert statuses(summary) == [DONE, FAILED]
    assert "belongs to nobody now" in summary.results[1][1].reason
    assert X not in owners(cloud.observed)


@pytest.mark.parametrize("status", [FAILED, UNKNOWN])
def test_address_is_not_given_away_before_it_is_released(status: Status, journal: Journal) -> None:
    summary, cloud = moved(
        "move", journal, lambda point, change: Outcome(status, "no") if change.is_release and point == "sent" else None
    )
    assert statuses(summary) == [status, SKIPPED]
    assert owners(cloud.observed)[X] == [address("a").key]


def test_address_is_not_released_for_a_mailbox_that_could_not_be_created(journal: Journal) -> None:
    summary, cloud = moved(
        "to a new mailbox",
        journal,
        lambda point, change: Outcome(FAILED, "no") if change.kind == "create" and point == "sent" else None,
    )
    assert statuses(summary) == [FAILED, SKIPPED, SKIPPED]
    assert owners(cloud.observed)[X] == [address("a").key]


def test_address_is_not_released_for_a_mailbox_in_doubt(journal: Journal) -> None:
    there = tenant(a=("x",), b=())
    both = spec("b", "x")
    named = replace(both, settings={**both.settings, Field.DISPLAY_NAME: "New"})
    desired = Desired({one.address: one for one in (spec("a"), named)}, "digest", 2)
    cloud = Cloud(there)
    provider = FakeProvider(
        cloud, lambda point, change: Outcome(UNKNOWN, "?") if Field.DISPLAY_NAME in change.after else None
    )
    summary = run_plan(plan_of(desired, there), {MICROSOFT365: provider}, journal, RunOptions("prod"))
    assert statuses(summary) == [UNKNOWN, SKIPPED, SKIPPED]
    assert owners(cloud.observed)[X] == [address("a").key]


def test_address_is_not_released_shortly_before_the_deadline(journal: Journal) -> None:
    times = iter([0.0, *(95.0,) * 50])
    options = RunOptions("prod", deadline_seconds=100.0, monotonic=lambda: next(times), concurrency=1)
    summary, cloud = moved("move", journal, lambda _point, _change: None, options)
    assert statuses(summary) == [SKIPPED, SKIPPED]
    assert "deadline is too near" in summary.results[0][1].reason
    assert owners(cloud.observed)[X] == [address("a").key]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_killed_anywhere_then_the_next_run_ends_the_same(name: str, tmp_path: Path) -> None:
    there, desired = desired_of(name)
    count = len(plan_of(desired, there).changes)
    for kill_at in range(1, count * BOUNDARIES + 1):
        assert_converges(desired, there, kill_at, path=tmp_path / f"{kill_at}" / "prod.sqlite3")
    assert apply_once(desired, Cloud(there), tmp_path / "last.sqlite3", kill_at=count * BOUNDARIES + 1) is not None
