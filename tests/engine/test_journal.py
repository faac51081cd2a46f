"""The diary: what it keeps, and how it refuses."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedbox_cli.core.change import Change, Kind, inverse
from sharedbox_cli.core.codec import from_plain
from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, Desired, Right
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.record import last_managed
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.memory import automapping
from sharedbox_cli.engine.redact import redacted
from sharedbox_cli.engine.run import RunOptions, run_plan
from sharedbox_cli.engine.storage import _SCHEMA
from tests.asked import each, every
from tests.engine.fakes import Cloud, FakeProvider, plan_with
from tests.engine.observations import grant, mailbox, observed, person, rename, revoke

DONE = Status.DONE


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
    assert every(found.result() >= 0 for found in written)


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


def finished(journal: Journal, *done: tuple[Change, Status], state: str = "complete", documents: int = 1) -> str:
    """Return the id of a run in which changes ended so."""
    plan = plan_with(desired=Desired(total=documents))
    run = journal.begin_run(plan, f"plan-{documents}", "prod", ())
    for number, (change, status) in enumerate(done):
        journal.intend(run, number, change)
        journal.conclude(run, number, Outcome(status, mailbox_id="id-new" if change.kind == "create" else ""))
    journal.end_run(run, state)
    return run


def wish(number: int, on: bool | None) -> Change:
    """Return a grant of full access with a wish for automapping."""
    return grant("support", number, after={} if on is None else {Field.AUTOMAPPING: on})


def test_automapping_when_granted_then_the_last_wish_that_was_done_counts(journal: Journal, path: Path) -> None:
    finished(journal, (wish(0, False), DONE), (wish(1, True), DONE), (wish(2, None), DONE), (wish(3, False), DONE))
    finished(journal, (revoke("support", 3), DONE), (wish(1, False), Status.FAILED), (wish(4, True), Status.UNKNOWN))
    finished(journal, (grant("support", 5, Right.SEND_AS), DONE), (rename("full_access"), DONE))
    ids = [("id-support", str(person(number))) for number in range(3)]
    assert automapping(path) == dict(zip(ids, [False, True, True], strict=True))


def test_last_managed_when_several_runs_then_of_the_last_complete_one_of_the_profile(journal: Journal) -> None:
    assert journal.complete_runs() == ()
    finished(journal, documents=80)
    finished(journal, documents=2, state="partly")
    [run] = journal.complete_runs()
    assert last_managed([run], "prod", run.tenants) == 80
    assert last_managed([run], "renamed", run.tenants) == 80
    assert last_managed([run], "prod", {"another tenant"}) is None
    small = replace(run, profile="small", documents=3)
    assert [last_managed([run, small], name, run.tenants) for name in ("prod", "small", "new")] == [80, 3, 80]


def test_plan_when_applied_then_it_is_used_however_it_ended(journal: Journal) -> None:
    journal.begin_run(plan_with(), "plan-of-file", "prod", ())
    assert journal.is_plan_used("plan-of-file")
    assert not journal.is_plan_used("other")


@pytest.mark.parametrize("start", ["%", "_", "'", "zz"])
def test_runs_when_asked_by_the_start_of_an_id_then_no_character_is_a_wildcard(journal: Journal, start: str) -> None:
    run = finished(journal)
    assert [found.id for found in journal.runs(run[:5])] == [run]
    assert journal.runs(start) == ()


def test_reading_when_the_file_is_not_whole_then_it_is_an_error_of_ours(journal: Journal) -> None:
    journal._connection.execute("drop table steps")
    for read in (journal.automapping, lambda: journal.steps("run"), lambda: journal.runs(finished(journal))):
        with pytest.raises(JournalError):
            read()


def test_intent_when_written_then_its_inverse_is_kept(journal: Journal) -> None:
    run = journal.begin_run(plan_with(), "plan", "prod", ())
    change = rename("support", "New")
    journal.intend(run, 0, change)
    kept = json.loads(journal._connection.execute("select inverse from steps").fetchone()["inverse"])
    assert from_plain(Change, kept["change"]) == inverse(change)
    assert from_plain(Change, dict(journal.steps(run)[0].change)) == change


@given(names=st.text(max_size=40), why=st.text(max_size=40))
@settings(max_examples=50, deadline=None)
def test_intent_when_names_are_hostile_then_they_come_back_as_they_were(names: str, why: str) -> None:
    journal = Journal(open_in_memory())
    run = journal.begin_run(plan_with(), "plan", "prod", ())
    change = rename("support", names, why=why)
    journal.intend(run, 0, change)
    assert from_plain(Change, dict(journal.steps(run)[0].change)) == change
    journal.close()


def open_in_memory() -> sqlite3.Connection:
    """Return a journal's tables without a file."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for statement in _SCHEMA.split(";\n"):
        connection.execute(statement)
    return connection


SECRETS = [
    "Bearer eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.canary",
    "the token ya29.c.b0Aaekm-canary_4711 was refused",
    "client_secret=canary~8Q",
    '{"password": "canary 1"}',
    "https://user:canary@host.example/path",
    "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_outcome_when_its_words_hold_a_secret_then_neither_journal_nor_report_keeps_it(
    journal: Journal, path: Path, secret: str
) -> None:
    cloud = Cloud(observed(mailbox("support")))
    provider = FakeProvider(cloud, lambda _point, _change: Outcome(Status.FAILED, f"the service said: {secret}"))
    summary = run_plan(plan_with(grant("support")), {MICROSOFT365: provider}, journal, RunOptions("prod"))
    assert "canary" not in summary.results[0][1].reason
    assert summary.results[0][1].reason.startswith("the service said: ")
    journal.close()
    for file in each(path.parent.iterdir()):
        assert b"canary" not in file.read_bytes()


@pytest.mark.parametrize(
    "words", ["the secretary is away", "tokens: 3 of 5", "support@contoso.example is in the way", "basic plan only"]
)
def test_words_when_they_hold_no_secret_then_they_stay(words: str) -> None:
    assert redacted(words) == words


def test_journal_knows_of_each_step_of_a_run_after_a_time(journal: Journal) -> None:
    """A run that is killed has no end: its last intent is what counts."""
    steps: list[Callable[[], object]] = [
        lambda: journal.intend(journal.begin_run(plan_with(), "plan", "prod", ()), 0, grant("support")),
        lambda: journal.intend(journal.runs()[0].id, 1, grant("support")),
        lambda: journal.conclude(journal.runs()[0].id, 1, Outcome(DONE)),
        lambda: journal.end_run(journal.runs()[0].id, "complete"),
    ]
    for step in each(steps):
        before = datetime.now(UTC)
        assert not journal.has_written_since(before)
        step()
        assert journal.has_written_since(before)
    assert not journal.has_written_since(datetime.now(UTC))


@pytest.mark.parametrize(("state", "is_kept"), [("", True), ("stopped", True), ("partly", True), ("complete", False)])
def test_journal_knows_what_an_unfinished_run_was_allowed(journal: Journal, state: str, *, is_kept: bool) -> None:
    plan = plan_with(revoke("support"), grant("support"))
    run = journal.begin_run(plan, "plan", "prod", ())
    if state:
        journal.end_run(run, state)
    keys = frozenset(change.key for change in plan.changes if change.kind is Kind.REVOKE)
    assert keys
    assert journal.continued("prod") == (keys if is_kept else frozenset())
    assert journal.continued("test") == frozenset()


def test_journal_forgets_a_revocation_that_was_done(journal: Journal) -> None:
    plan = plan_with(revoke("support"))
    run = journal.begin_run(plan, "plan", "prod", ())
    journal.intend(run, 0, plan.changes[0])
    assert journal.continued("prod")
    journal.conclude(run, 0, Outcome(DONE))
    assert journal.continued("prod") == frozenset()


def test_journal_of_an_earlier_version_gets_the_table(path: Path) -> None:
    with Journal.open(path, for_writing=True) as journal:
        journal._connection.execute("drop table allowed")
    with Journal.open(path, for_writing=False) as journal:
        assert journal.continued("prod") == frozenset()
    with Journal.open(path, for_writing=True) as journal:
        journal.begin_run(plan_with(revoke("support")), "plan", "prod", ())
        assert journal.continued("prod")
