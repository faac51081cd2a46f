"""The end of a run in the journal."""

from __future__ import annotations

import pytest

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.engine.finish import close_run
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.run import RunOptions, run_plan
from sharedbox_cli.engine.verify import verify
from tests.engine.fakes import Cloud, FakeProvider, plan_with
from tests.engine.observations import grant, mailbox, observed, rename


def lying(point: str, change: Change) -> Outcome | None:
    """Answer done to a grant that has no effect."""
    return Outcome(Status.DONE) if point == "sent" and change.kind == "grant" else None


def test_closing_when_verification_found_less_then_the_journal_tells_that(journal: Journal) -> None:
    cloud = Cloud(observed(mailbox("support")))
    plan = plan_with(grant("support"), rename("support"))
    ran = run_plan(plan, {MICROSOFT365: FakeProvider(cloud, lying)}, journal, RunOptions("prod"))
    assert ran.is_complete
    found = close_run(journal, ran, verify(ran, {MICROSOFT365: lambda: cloud.observed}, lambda _: None))
    assert [step.status for step in journal.steps(ran.run)] == ["unknown", "done"]
    assert journal.runs()[0].state == "partly"
    assert found.exit_code == 3
    assert journal.automapping() == ()
    assert journal.complete_runs() == ()


def test_closing_when_all_was_found_then_the_run_is_complete(journal: Journal) -> None:
    cloud = Cloud(observed(mailbox("support")))
    ran = run_plan(plan_with(rename("support")), {MICROSOFT365: FakeProvider(cloud)}, journal, RunOptions("prod"))
    assert close_run(journal, ran, ran) == ran
    assert journal.runs()[0].state == "complete"
    assert [run.documents for run in journal.complete_runs()] == [1]


def test_closing_when_the_journal_takes_nothing_then_it_is_told_and_not_raised(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud(observed(mailbox("support")))
    ran = run_plan(plan_with(rename("support")), {MICROSOFT365: FakeProvider(cloud)}, journal, RunOptions("prod"))

    def full(*_: object) -> None:
        raise JournalError(why="disk full")

    monkeypatch.setattr(journal, "end_run", full)
    found = close_run(journal, ran, ran)
    assert found.unwritten == ("the end of the run: disk full",)
    assert found.exit_code == 3
