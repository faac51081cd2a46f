"""Signals and sudden death, with real processes; and the flag between them."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.lock import RunLock
from sharedbox_cli.engine.run import RunOptions, run_plan
from sharedbox_cli.engine.stop import StopFlag, stop_on_signals
from tests.engine.fakes import Cloud, FakeProvider, plan_with
from tests.engine.observations import grant, mailbox, observed

ROOT = Path(__file__).parents[2]


def struck(how: str, path: Path) -> tuple[int, list[str], str]:
    """Return exit code, outcomes and state of a run in a process of its own; no traceback may be told."""
    command = [sys.executable, "-m", "tests.engine.child", how, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    with Journal.open(path, for_writing=True) as journal:  # a whole file, which takes more
        journal.probe()
        run = journal.runs()[0]
        return done.returncode, [step.status for step in journal.steps(run.id)], run.state


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill-before", "kill-after"])
def test_process_when_killed_in_a_request_then_its_intent_is_there_and_the_lock_is_free(how: str, path: Path) -> None:
    assert struck(how, path) == (-signal.SIGKILL, ["done", ""], "running")
    with RunLock(path.with_suffix(".lock")):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_process_when_asked_to_stop_then_what_is_in_flight_is_finished_and_noted(how: str, path: Path) -> None:
    assert struck(how, path) == (130, ["done", "done", "skipped"], "running")


def test_process_when_asked_twice_then_it_leaves_a_call_that_never_comes_back(path: Path) -> None:
    assert struck("twice", path) == (130, ["done", ""], "running")


def test_run_when_the_grace_is_over_then_it_is_left_and_the_intent_stays_open(journal: Journal) -> None:
    flag, back = StopFlag(), threading.Event()

    def hang(point: str, change: Change) -> None:
        if point == "sent":
            flag.ask(0.0)
            back.wait(20)

    provider = FakeProvider(Cloud(observed(mailbox("support"))), hang)
    plan = plan_with(grant("support", 1), grant("support", 2))
    with pytest.raises(KeyboardInterrupt):
        run_plan(plan, {MICROSOFT365: provider}, journal, RunOptions("prod", stop=flag))
    assert [step.status for step in journal.steps(journal.runs()[0].id)] == [""]
    back.set()


def test_run_when_stopped_before_it_starts_then_nothing_is_sent(journal: Journal) -> None:
    flag = StopFlag()
    flag.ask()
    provider = FakeProvider(Cloud(observed(mailbox("support"))))
    summary = run_plan(plan_with(grant("support")), {MICROSOFT365: provider}, journal, RunOptions("prod", stop=flag))
    assert provider.requests == []
    assert summary.exit_code == 130


def test_run_when_stopped_in_its_last_change_then_130_all_the_same(journal: Journal) -> None:
    flag = StopFlag()

    def stop(point: str, change: Change) -> None:
        if point == "effect":
            flag.ask()

    provider = FakeProvider(Cloud(observed(mailbox("support"))), stop)
    summary = run_plan(plan_with(grant("support")), {MICROSOFT365: provider}, journal, RunOptions("prod", stop=flag))
    assert summary.is_complete
    assert summary.exit_code == 130


def test_flag_when_asked_twice_then_it_interrupts() -> None:
    flag = StopFlag()
    flag.ask()
    assert flag.is_set
    with pytest.raises(KeyboardInterrupt):
        flag.ask()


def test_handlers_when_the_run_is_over_then_they_are_as_before() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with stop_on_signals(StopFlag()):
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize(("number", "grace"), [(signal.SIGINT, 30.0), (signal.SIGTERM, 5.0)])
def test_flag_when_a_signal_comes_then_the_grace_is_that_of_the_signal(number: signal.Signals, grace: float) -> None:
    flag = StopFlag()
    with stop_on_signals(flag):
        signal.raise_signal(number)
    assert flag.is_set
    assert flag.grace_seconds == grace
