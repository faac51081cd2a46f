"""Carrying out plans: order, failures, doubt, deadlines, and what the journal cannot take."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping

import pytest

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Ambiguous, AuthError, CloudError, JournalError
from sharedbox_cli.core.events import Listener
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, Platform, Right
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.run import RunOptions, run_plan
from sharedbox_cli.engine.summary import RunSummary
from sharedbox_cli.providers.base import Provider
from sharedbox_cli.providers.safe_write import outcome_of
from tests.engine.fakes import Cloud, FakeProvider, Hook, plan_with
from tests.engine.observations import create, grant, licence, mailbox, observed, plan_of, rename, revoke, twelve

DONE, FAILED, SKIPPED, UNKNOWN = Status.DONE, Status.FAILED, Status.SKIPPED, Status.UNKNOWN


def provider_with(hook: Hook = lambda _point, _change: None, *names: str) -> FakeProvider:
    """Return a provider of a cloud with these mailboxes."""
    return FakeProvider(Cloud(observed(*(mailbox(name) for name in names or ("support", "sales")))), hook)


def run(
    journal: Journal,
    provider: FakeProvider,
    *changes: Change,
    options: RunOptions | None = None,
    providers: Mapping[Platform, Provider] | None = None,
    listener: Listener | None = None,
) -> RunSummary:
    """Return what came of some changes."""
    options = options or RunOptions("prod", concurrency=1)
    found = {MICROSOFT365: provider} if providers is None else providers
    return run_plan(plan_with(*changes), found, journal, options, listener or Listener())


def statuses(summary: RunSummary) -> list[Status]:
    """Return the outcomes in the order of the plan."""
    return [outcome.status for _, outcome in summary.results]


def failing(*keys: str, stops: bool = False) -> Hook:
    """Return a hook that fails changes whose key starts so."""
    reason = "no"
    return lambda point, change: (
        Outcome(FAILED, reason, stops_run=stops) if point == "sent" and change.key.startswith(keys) else None
    )


def test_run_when_all_goes_well_then_complete_and_noted(journal: Journal) -> None:
    desired, there = twelve()
    provider = FakeProvider(Cloud(there))
    plan = plan_of(desired, there)
    summary = run_plan(plan, {MICROSOFT365: provider}, journal, RunOptions("prod"))
    assert (summary.exit_code, summary.is_complete, summary.unwritten) == (0, True, ())
    assert plan_of(desired, provider.cloud.observed).is_empty
    assert [step.key for step in journal.steps(summary.run)] == [change.key for change in plan.changes]
    assert {step.status for step in journal.steps(summary.run)} == {"done"}


def test_intent_when_a_request_is_sent_then_it_is_durable_already(journal: Journal) -> None:
    path = str(journal._connection.execute("pragma database_list").fetchone()["file"])
    seen: list[tuple[str, str | None]] = []

    def look(point: str, change: Change) -> None:
        if point == "sent":
            reader = sqlite3.connect(path)
            seen.extend(reader.execute("select key, status from steps where key = ?", (change.key,)).fetchall())
            reader.close()

    changes = [grant("support"), rename("sales")]
    run(journal, provider_with(look), *changes)
    assert sorted(seen) == sorted((change.key, None) for change in changes)


def test_request_id_when_sent_then_it_is_the_journals(journal: Journal) -> None:
    provider = provider_with()
    run(journal, provider, grant("support"))
    rows = journal._connection.execute("select request_id from steps").fetchall()
    assert [row["request_id"] for row in rows] == [request for request, _ in provider.requests]


def test_mailbox_when_made_then_later_changes_carry_its_id(journal: Journal) -> None:
    made = create("new")
    later = grant("new", mailbox_id="", needs=(made.key,))
    provider = provider_with()
    assert statuses(run(journal, provider, made, later)) == [DONE, DONE]
    assert provider.requests[1][1].mailbox_id == "new:new@contoso.example"


def test_changes_of_one_mailbox_when_run_in_parallel_then_one_after_another(journal: Journal) -> None:
    at_work: set[str] = set()
    lock = threading.Lock()

    def hook(point: str, change: Change) -> None:
        with lock:
            if point == "sent":
                assert change.mailbox.key not in at_work
                at_work.add(change.mailbox.key)
            else:
                at_work.remove(change.mailbox.key)

    names = [f"box{number}" for number in range(6)]
    changes = [grant(name, number) for number in range(5) for name in names]
    summary = run(journal, provider_with(hook, *names), *changes, options=RunOptions("prod", concurrency=6))
    assert set(statuses(summary)) == {DONE}


def test_mailboxes_when_run_then_they_go_in_parallel(journal: Journal) -> None:
    together = threading.Barrier(3, timeout=10)

    def hook(point: str, _change: Change) -> None:
        if point == "sent":
            together.wait()

    changes = [grant("support"), grant("sales"), grant("info")]
    summary = run(
        journal, provider_with(hook, "support", "sales", "info"), *changes, options=RunOptions("prod", concurrency=3)
    )
    assert statuses(summary) == [DONE] * 3


def test_licences_when_mailboxes_go_in_parallel_then_one_at_a_time(journal: Journal) -> None:
    at_work: list[str] = []

    def hook(point: str, change: Change) -> None:
        if point == "sent":
            at_work.append(change.key)
            assert len(at_work) == 1
        else:
            at_work.remove(change.key)

    names = [f"box{number}" for number in range(8)]
    summary = run(journal, provider_with(hook, *names), *map(licence, names), options=RunOptions("prod", concurrency=8))
    assert set(statuses(summary)) == {DONE}


def test_failure_when_others_need_it_then_they_are_skipped_and_strangers_go_on(journal: Journal) -> None:
    given = grant("support", 1)
    taken = revoke("support", 0, needs=(given.key,))
    provider = provider_with(failing(given.key))
    summary = run(journal, provider, given, taken, rename("support"), grant("sales"))
    assert statuses(summary) == [FAILED, SKIPPED, DONE, DONE]
    assert given.key in summary.results[1][1].reason
    assert summary.exit_code == 3


def test_need_when_it_is_not_in_the_plan_then_the_change_is_not_sent(journal: Journal) -> None:
    provider = provider_with()
    summary = run(journal, provider, revoke("support", needs=("grant of somebody",)))
    assert statuses(summary) == [SKIPPED]
    assert provider.requests == []


def test_creation_when_it_fails_then_nothing_else_of_the_mailbox_is_sent(journal: Journal) -> None:
    provider = provider_with(failing("create"))
    summary = run(journal, provider, create("new"), grant("new", mailbox_id=""), grant("sales"))
    assert statuses(summary) == [FAILED, SKIPPED, DONE]


def test_doubt_when_one_change_is_unknown_then_nothing_else_of_the_mailbox_is_sent(journal: Journal) -> None:
    def hook(point: str, change: Change) -> Outcome | None:
        is_it = point == "effect" and change.kind is Kind.GRANT and change.mailbox.local == "support"
        return Outcome(UNKNOWN, "no answer") if is_it else None

    summary = run(
        journal, provider_with(hook), grant("support"), rename("support"), revoke("support", 1), grant("sales")
    )
    assert statuses(summary) == [UNKNOWN, SKIPPED, SKIPPED, DONE]
    assert summary.exit_code == 3


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CloudError("refused"), FAILED),
        (AuthError(), FAILED),
        (Ambiguous("no answer", request_id="v1"), UNKNOWN),
        (RuntimeError("a bug"), UNKNOWN),
        (MemoryError(), UNKNOWN),
    ],
)
def test_exception_when_a_provider_raises_it_then_it_is_an_outcome(
    journal: Journal, error: Exception, status: Status
) -> None:
    def hook(point: str, _change: Change) -> None:
        if point == "sent":
            raise error

    summary = run(journal, provider_with(hook), grant("support"))
    assert statuses(summary) == [status]
    assert [step.status for step in journal.steps(summary.run)] == [status]


def test_exception_when_it_is_a_bug_then_its_words_are_not_kept(journal: Journal) -> None:
    def hook(_point: str, _change: Change) -> None:
        raise RuntimeError("canary-7f3a")

    summary = run(journal, provider_with(hook), grant("support"))
    assert "canary" not in summary.results[0][1].reason
    assert "canary" not in str(journal.steps(summary.run))


def test_platform_when_it_has_no_provider_then_skipped_and_others_go_on(journal: Journal) -> None:
    provider = provider_with()
    summary = run(journal, provider, grant("support", platform=GOOGLE_DELEGATED), grant("sales"))
    assert statuses(summary) == [SKIPPED, DONE]


def test_listener_when_it_raises_then_the_run_goes_on(journal: Journal) -> None:
    class Closed(Listener):
        def change_started(self, change: Change) -> None:
            raise BrokenPipeError

        def change_finished(self, change: Change, outcome: Outcome) -> None:
            raise BrokenPipeError

    summary = run(journal, provider_with(), grant("support"), rename("support"), listener=Closed())
    assert statuses(summary) == [DONE, DONE]


@pytest.mark.parametrize(("failures", "sent"), [(19, 126), (20, 120), (21, 120)])
def test_reason_when_it_comes_twenty_times_then_the_run_stops(journal: Journal, failures: int, sent: int) -> None:
    names = [f"box{number:03}" for number in range(126)]
    bad = {f"{name}@contoso.example" for name in names[5::6][:failures]}  # a sixth: below the limit of shares

    def hook(point: str, change: Change) -> Outcome | None:
        if point == "sent" and change.mailbox.key in bad:
            return Outcome(FAILED, f"{change.mailbox} is in the way ({change.mailbox_id})")
        return None

    provider = provider_with(hook, *names)
    summary = run(journal, provider, *(grant(name) for name in names))
    assert len(provider.requests) == sent
    assert statuses(summary).count(SKIPPED) == 126 - sent


@pytest.mark.parametrize(("failures", "is_stopped"), [(4, False), (5, True)])
def test_share_when_over_a_fifth_of_twenty_failed_then_the_run_stops(
    journal: Journal, failures: int, is_stopped: bool
) -> None:
    names = [f"box{number:02}" for number in range(40)]
    kinds = "abcdefgh"
    of_box = {f"{name}@contoso.example": kinds[number] for number, name in enumerate(names[:failures])}

    def hook(point: str, change: Change) -> Outcome | None:
        kind = of_box.get(change.mailbox.key)
        return Outcome(FAILED, f"reason {kind}") if point == "sent" and kind else None

    provider = provider_with(hook, *names)
    run(journal, provider, *(grant(name) for name in names))
    assert (len(provider.requests) == 20) is is_stopped


def test_provider_when_it_says_stop_then_all_its_platforms_stop_and_no_other(journal: Journal) -> None:
    google = provider_with(failing("grant", stops=True))
    microsoft = provider_with()
    summary = run(
        journal,
        microsoft,
        grant("support", 1, platform=GOOGLE_DELEGATED),
        grant("sales", 2, platform=GOOGLE_COLLABORATIVE),
        grant("info", 3),
        providers={GOOGLE_DELEGATED: google, GOOGLE_COLLABORATIVE: google, MICROSOFT365: microsoft},
    )
    assert len(google.requests) == 1
    assert len(microsoft.requests) == 1
    assert statuses(summary)[:2] == [FAILED, SKIPPED]


class Told(FakeProvider):
    """A provider that keeps what it is told of the run's end, and when."""

    def __init__(self, there: Cloud) -> None:
        super().__init__(there, self._sent)
        self.told: list[float | str | None] = []

    def _sent(self, point: str, _: Change) -> None:
        if point == "sent":
            self.told.append("sent")

    def finish_within(self, seconds: float | None) -> None:
        """Keep it."""
        self.told.append(seconds)


def test_provider_knows_the_deadline_for_the_length_of_the_run(journal: Journal) -> None:
    provider = Told(Cloud(observed(mailbox("support"), mailbox("sales"))))
    run(journal, provider, rename("support"), options=RunOptions("prod", concurrency=1, deadline_seconds=60.0))
    assert provider.told == [60.0, "sent", None]


def test_deadline_when_it_passes_then_nothing_more_is_started(journal: Journal) -> None:
    at = [0.0]

    def hook(point: str, _change: Change) -> None:
        if point == "effect":
            at[0] += 40.0

    provider = provider_with(hook)
    options = RunOptions("prod", concurrency=1, deadline_seconds=60.0, monotonic=lambda: at[0])
    summary = run(journal, provider, *(grant("support", number) for number in range(4)), options=options)
    assert statuses(summary) == [DONE, DONE, SKIPPED, SKIPPED]
    assert summary.exit_code == 3


def test_disk_when_full_at_an_intent_then_nothing_is_sent_and_every_provider_stops(journal: Journal) -> None:
    google, microsoft = provider_with(), provider_with()

    def fill(point: str, _change: Change) -> None:
        if point == "effect":
            pages = journal._connection.execute("pragma page_count").fetchone()[0]
            journal._connection.execute(f"pragma max_page_count = {pages}")

    microsoft.hook = fill
    long = "x" * 20_000
    changes = [rename("support"), grant("support", 1, why=long), grant("sales", 2, platform=GOOGLE_DELEGATED, why=long)]
    summary = run(journal, microsoft, *changes, providers={MICROSOFT365: microsoft, GOOGLE_DELEGATED: google})
    assert statuses(summary) == [DONE, SKIPPED, SKIPPED]
    assert len(microsoft.requests) == 1
    assert google.requests == []
    assert summary.exit_code == 3
    assert summary.unwritten == (f"{changes[1].key}: skipped, 2 in all",)


def test_outcome_when_the_journal_takes_it_late_then_nothing_is_left_unwritten(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = journal.conclude, [0]

    def once(run: str, seq: int, outcome: Outcome) -> None:
        calls[0] += 1
        if calls[0] == 1:
            raise JournalError(why="disk full")
        real(run, seq, outcome)

    monkeypatch.setattr(journal, "conclude", once)
    summary = run(journal, provider_with(), grant("support"))
    assert summary.unwritten == ()
    assert [step.status for step in journal.steps(summary.run)] == ["done"]


def test_outcome_when_the_journal_never_takes_it_then_it_is_told(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(run: str, seq: int, outcome: Outcome) -> None:
        raise JournalError(why="disk full")

    monkeypatch.setattr(journal, "conclude", never)
    change = grant("support")
    summary = run(journal, provider_with(), change)
    assert statuses(summary) == [DONE]
    assert len(summary.unwritten) == 1
    assert change.key in summary.unwritten[0]
    assert summary.exit_code == 3


def test_journal_when_it_takes_no_probe_then_nothing_is_sent(journal: Journal) -> None:
    provider = provider_with()
    journal._connection.execute("pragma query_only = on")
    with pytest.raises(JournalError):
        run(journal, provider, grant("support"))
    assert provider.requests == []


def test_skipped_change_when_its_note_is_cut_off_then_it_never_looks_sent(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "conclude", lambda *_: (_ for _ in ()).throw(JournalError(why="gone")))
    given = grant("support", 1)
    summary = run(journal, provider_with(failing(given.key)), given, revoke("support", needs=(given.key,)))
    assert [step.key for step in journal.steps(summary.run) if not step.status] == [given.key]


@pytest.mark.parametrize(
    ("found", "is_interrupted", "code"),
    [
        ([], False, 0),
        ([DONE, Status.ALREADY_SO], False, 0),
        ([DONE, FAILED], False, 3),
        ([UNKNOWN], False, 3),
        ([FAILED, SKIPPED], False, 1),
        ([DONE, SKIPPED], True, 130),
        ([FAILED], True, 130),
    ],
)
def test_exit_code_when_changes_ended_so_then_by_the_table(
    journal: Journal, found: list[Status], is_interrupted: bool, code: int
) -> None:
    from tests.strategies import NOW

    results = tuple((grant("support", right=Right.SEND_AS), Outcome(status, "r")) for status in found)
    assert RunSummary("run", NOW, NOW, results, is_interrupted).exit_code == code


@pytest.mark.parametrize(
    "error", [AuthError("sign-in failed", why="AADSTS700082"), AuthError("the service refused the token")]
)
def test_exit_code_when_only_denied_then_five(journal: Journal, error: AuthError) -> None:
    hook = lambda _point, _change: outcome_of(error)  # noqa: E731
    summary = run(journal, provider_with(hook), grant("support"), grant("sales"))
    assert statuses(summary) == [FAILED, SKIPPED]
    assert summary.exit_code == 5


def test_skipped_changes_when_a_run_stops_then_one_commit_takes_them_all(journal: Journal) -> None:
    commits: list[str] = []
    journal._connection.set_trace_callback(lambda text: commits.append(text) if text == "commit" else None)
    first = grant("support")
    changes = [grant("support", needs=(first.key,), right=right, why=str(number)) for number, right in enumerate(Right)]
    summary = run(journal, provider_with(failing(first.key)), first, *changes[1:])
    assert statuses(summary) == [FAILED, *[SKIPPED] * (len(Right) - 1)]
    assert len(commits) == 5  # probe, run, intent, outcome, and the rest
    assert [step.status for step in journal.steps(summary.run)] == statuses(summary)
