"""The diary: what it keeps, and how it refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.engine.journal import Journal
from tests.engine.fakes import plan_with
from tests.engine.worlds import grant


def test_closing_when_other_threads_write_then_they_are_refused_and_nothing_breaks(journal: Journal) -> None:
    run = journal.begin_run(plan_with(), "plan", "prod", ())
    started = threading.Barrier(5)

    def write(first: int) -> int:
        started.wait()
        for number in range(first, first + 100_000):
            try:
                journal.intend(run, number, grant("support"))
            except JournalError:
                return number - first
        return -1

    with ThreadPoolExecutor(4) as pool:
        written = [pool.submit(write, 1_000_000 * number) for number in range(4)]
        started.wait()
        journal.close()
    assert all(found.result() >= 0 for found in written)


def test_writing_when_interrupted_then_the_next_write_goes_through(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = journal.begin_run(plan_with(), "plan", "prod", ())

    def interrupted() -> Iterator[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("sharedbox_cli.engine.journal._now", interrupted)
    with pytest.raises(KeyboardInterrupt):
        journal.probe()
    monkeypatch.undo()
    journal.intend(run, 0, grant("support"))
    assert [step.status for step in journal.steps(run)] == [""]


def test_journal_when_opened_again_then_it_tells_the_same(path: Path) -> None:
    with Journal.open(path, for_writing=True) as journal:
        run = journal.begin_run(plan_with(), "plan", "prod", ("mass-create=30",))
        journal.intend(run, 0, grant("support"))
        told = journal.runs(), journal.steps(run)
    with Journal.open(path, for_writing=False) as journal:
        assert (journal.runs(), journal.steps(run)) == told
        assert journal.runs()[0].waivers == ("mass-create=30",)
        assert journal.runs()[0].counts == {"open": 1}
