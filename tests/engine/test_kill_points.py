"""Death at every boundary of a run: planning and applying again must end as if nothing had been."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharedbox_cli.core.model import READING, Desired, Grant, TrusteeKind
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.core.simulate import simulate_all
from sharedbox_cli.engine.run import RunOptions, run_plan
from sharedbox_cli.engine.summary import RunSummary
from tests.asked import each
from tests.engine.fakes import Cloud, DyingJournal, FakeProvider, Fate, Killed
from tests.engine.observations import four, plan_of, twelve
from tests.slow_rest import in_turn
from tests.strategies import desired_sets, observations

BOUNDARIES = 6
"""Of each write: before the intent, intent durable, sent without effect, effect without answer, answer, outcome."""


def apply_once(desired: Desired, cloud: Cloud, path: Path, *, kill_at: int = 0, threads: int = 1) -> RunSummary | None:
    """Return the summary of a process that plans and applies; nothing where it was killed."""
    plan = plan_of(desired, cloud.observed)
    fate = Fate(kill_at)
    with DyingJournal.open(path, for_writing=True) as journal:
        journal.fate = fate  # type: ignore[attr-defined]  # `open` says Journal
        provider = FakeProvider(cloud, fate=fate)
        try:
            providers = dict.fromkeys(cloud.observed.platforms, provider)
            return run_plan(plan, providers, journal, RunOptions("prod", concurrency=threads))
        except Killed:
            return None


def assert_diary_tells_what_was(cloud: Cloud, path: Path) -> None:
    """Each effect has one intent; what is called done had an effect, and nothing failed or skipped had one."""
    with contextlib.closing(sqlite3.connect(path)) as reader:
        status_of = dict(reader.execute("select request_id, status from steps where request_id != ''"))
    effects = [request for request, _ in cloud.effects]
    assert len(set(effects)) == len(effects)
    assert set(effects) <= set(status_of)
    for request, status in status_of.items():
        if status == Status.DONE:
            assert request in effects
        if status in (Status.FAILED, Status.SKIPPED, Status.ALREADY_SO):
            assert request not in effects


def holders(there: Observed, mailbox: object) -> set[Grant]:
    """Return who can open a mailbox: full access of accounts that exist."""
    found = there.mailboxes.get(mailbox)  # type: ignore[call-overload]  # an Address
    living = {key for key, item in there.trustees.items() if item.kind is not TrusteeKind.ORPHAN}
    grants = found.grants or () if found else ()
    return {item for item in grants if item.right in READING and item.trustee in living}


def assert_never_naked_and_never_more(cloud: Cloud, end: Observed) -> None:
    """No mailbox that keeps a member is without one for a moment; no right outside before and after is given."""
    start = cloud.history[0]
    for key, mailbox in end.mailboxes.items():
        before = start.mailboxes.get(key)
        allowed = (before.grants or frozenset() if before else frozenset()) | (mailbox.grants or frozenset())
        for instant in cloud.history:
            now = instant.mailboxes.get(key)
            if now is not None:
                assert (now.grants or frozenset()) <= allowed
            if holders(start, key) and holders(end, key):
                assert holders(instant, key)


def assert_converges(desired: Desired, there: Observed, *kills: int, path: Path, threads: int = 1) -> list[bool]:
    """Apply with a death at each of some boundaries, then without; assert all that must hold after that.

    Returns which of the runs died: a run can have fewer boundaries than that.
    """
    died = []
    cloud = Cloud(there)
    faultless = simulate_all(there, plan_of(desired, there).changes)
    for kill_at in kills:
        died.append(apply_once(desired, cloud, path, kill_at=kill_at, threads=threads) is None)
        assert_diary_tells_what_was(cloud, path)
    summary = apply_once(desired, cloud, path, threads=threads)
    assert summary is not None
    assert summary.exit_code == 0
    assert plan_of(desired, cloud.observed).is_empty
    for key, mailbox in desired.mailboxes.items():
        ours, theirs = cloud.observed.mailboxes.get(key), faultless.mailboxes.get(key)
        assert (ours is None) == (theirs is None)
        if ours and theirs:
            assert {name: ours.settings[name] for name in mailbox.settings} == {
                name: theirs.settings[name] for name in mailbox.settings
            }
            assert mailbox.grants is None or ours.grants == theirs.grants
    assert len([1 for _, change in cloud.effects if change.kind == "create"]) == len(
        {change.mailbox for _, change in cloud.effects if change.kind == "create"}
    )
    assert_diary_tells_what_was(cloud, path)
    assert_never_naked_and_never_more(cloud, cloud.observed)
    return died


def test_scenarios_have_the_writes_that_their_names_say() -> None:
    assert len(plan_of(*twelve()).changes) == 12
    assert len(plan_of(*four()).changes) == 4


@pytest.mark.parametrize("kill_at", range(1, 12 * BOUNDARIES + 1))
def test_run_when_killed_at_a_boundary_then_the_next_one_ends_the_same(kill_at: int, path: Path) -> None:
    desired, there = twelve()
    assert assert_converges(desired, there, kill_at, path=path) == [True]


def test_run_when_no_boundary_is_left_then_every_one_was_tried(path: Path) -> None:
    desired, there = twelve()
    assert apply_once(desired, Cloud(there), path, kill_at=12 * BOUNDARIES + 1) is not None


@pytest.mark.parametrize("first", in_turn(range(1, 4 * BOUNDARIES + 1), 0, 8))
def test_run_when_killed_twice_then_the_third_ends_the_same(first: int, tmp_path: Path) -> None:
    desired, there = four()
    for second in each(range(1, 4 * BOUNDARIES + 1)):
        died = assert_converges(desired, there, first, second, path=tmp_path / f"{second}.sqlite3")
        assert died[0]
        if not died[1]:
            return  # the rest had fewer boundaries than that


@pytest.mark.parametrize("kill_at", [1, 5, 9, 17, 26, 40, 55, 70])
def test_run_killed_in_parallel_is_finished_by_the_next(kill_at: int, path: Path) -> None:
    desired, there = twelve()
    assert_converges(desired, there, kill_at, path=path, threads=4)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(desired_sets(), observations(), st.data())
def test_run_when_any_plan_is_killed_anywhere_then_the_next_one_ends_the_same(
    desired: Desired, there: Observed, data: st.DataObject
) -> None:
    writes = len(plan_of(desired, there).changes)
    kill_at = data.draw(st.integers(1, max(1, writes * BOUNDARIES)))
    with tempfile.TemporaryDirectory() as folder:
        assert_converges(desired, there, kill_at, path=Path(folder) / "j.sqlite3")
