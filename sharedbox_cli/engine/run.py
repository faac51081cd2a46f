"""From plan to run: intent, request, outcome. Mailboxes run in parallel, the changes of one strictly in order."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from queue import Empty, SimpleQueue

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Ambiguous, ExitCode, JournalError, SharedboxError
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.redact import redacted_outcome
from sharedbox_cli.engine.safe_listener import SafeListener
from sharedbox_cli.engine.stop import StopFlag
from sharedbox_cli.engine.summary import RunSummary
from sharedbox_cli.providers.base import Bounded, Provider

MAILBOXES_AT_ONCE = 8
SAME_REASON_LIMIT = 20
SENT_BEFORE_SHARE = 20
FAILED_PERCENT = 20
LOOK_SECONDS = 0.2


@dataclass(slots=True)
class RunOptions:
    """The options of a run."""

    profile: str
    waivers: tuple[str, ...] = ()
    concurrency: int = MAILBOXES_AT_ONCE
    deadline_seconds: float = 4 * 3600.0
    stop: StopFlag = field(default_factory=StopFlag)
    monotonic: Callable[[], float] = time.monotonic


class Runner:
    """One run."""

    def __init__(
        self,
        plan: Plan,
        providers: Mapping[Platform, Provider],
        journal: Journal,
        options: RunOptions,
        listener: Listener,
    ) -> None:
        self._plan = plan
        self._providers = providers
        self._journal = journal
        self._options = options
        self._listener = SafeListener(listener)
        self._outcomes: dict[int, Outcome] = {}
        self._lock = threading.Lock()
        self._licence_queue = threading.Lock()
        self._stopped: dict[Platform, str] = {}
        self._reasons: Counter[tuple[int, str]] = Counter()
        self._sent: Counter[int] = Counter()
        self._failed: Counter[int] = Counter()
        self._bugs: list[BaseException] = []
        self._intended: set[int] = set()
        self._owed: list[tuple[str, Callable[[], None]]] = []
        self._end = options.monotonic() + options.deadline_seconds
        self._was_denied = False
        self._run = ""

    def go(self, plan_id: str) -> RunSummary:
        """Return the result. Raises JournalError before anything was sent."""
        started = datetime.now(UTC)
        self._run = self._journal.begin_run(self._plan, plan_id, self._options.profile, self._options.waivers)
        queues: dict[Address, list[tuple[int, Change]]] = {}
        for number, change in enumerate(self._plan.changes):
            queues.setdefault(change.mailbox, []).append((number, change))
        waiting: SimpleQueue[list[tuple[int, Change]]] = SimpleQueue()
        for queue in queues.values():
            waiting.put(queue)
        # Daemons: a call that never returns must not keep the process from ending.
        self._set_end(self._options.deadline_seconds)
        count = min(max(1, self._options.concurrency), len(queues))
        threads = [threading.Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            self._wait(threads)
        finally:
            self._set_end(None)
        self._note_skipped()
        results = tuple((change, self._outcomes[number]) for number, change in enumerate(self._plan.changes))
        return RunSummary(
            self._run,
            started,
            datetime.now(UTC),
            results,
            self._options.stop.is_set,
            self._was_denied,
            tuple(self._write_owed()),
        )

    def _set_end(self, seconds: float | None) -> None:
        """Set how long the run may last in each provider: no call may wait longer."""
        for provider in self._providers.values():
            if isinstance(provider, Bounded):
                provider.finish_within(seconds)

    def _wait(self, threads: list[threading.Thread]) -> None:
        """Wait for all threads; after a stop, only for the grace period. Raises KeyboardInterrupt when it is over."""
        stop, leave_at = self._options.stop, float("inf")
        for thread in threads:
            while thread.is_alive():
                thread.join(LOOK_SECONDS)
                if stop.is_set:
                    leave_at = min(leave_at, self._options.monotonic() + stop.grace_seconds)
                if self._options.monotonic() >= leave_at and thread.is_alive():
                    raise KeyboardInterrupt
        if self._bugs:
            raise self._bugs[0]

    def _work(self, waiting: SimpleQueue[list[tuple[int, Change]]]) -> None:
        try:
            while True:
                self._mailbox(waiting.get_nowait())
        except Empty:
            return
        except BaseException as bug:  # noqa: BLE001 - raised again by the thread that waits
            self._bugs.append(bug)

    @property
    def id(self) -> str:
        """Return the ID of the run."""
        return self._run

    def _mailbox(self, queue: list[tuple[int, Change]]) -> None:
        """Apply the changes of one mailbox, one after another."""
        done: dict[str, Outcome] = {}
        mailbox_id, doubt = "", ""
        for number, change in queue:
            if mailbox_id and not change.mailbox_id:
                change = replace(change, mailbox_id=mailbox_id)
            why = doubt or self._why_not(change, done)
            outcome = Outcome(Status.SKIPPED, why) if why else self._one(number, change)
            done[change.key] = outcome
            mailbox_id = outcome.mailbox_id or mailbox_id
            if outcome.status is Status.UNKNOWN:
                doubt = "the outcome of an earlier change is not known"
            elif change.kind is Kind.CREATE and not outcome.is_success:
                doubt = doubt or f"needs `{change.key}`"
            with self._lock:
                self._outcomes[number] = outcome
            self._listener.change_finished(change, outcome)
            self._judge(change, outcome)

    def _why_not(self, change: Change, done: Mapping[str, Outcome]) -> str:
        if self._options.stop.is_set:
            return "stopped by you"
        if self._options.monotonic() >= self._end:
            return "the deadline was reached"
        with self._lock:
            if change.platform in self._stopped:
                return self._stopped[change.platform]
        if change.platform not in self._providers:
            return f"no provider for {change.platform}"
        unmet = [key for key in change.needs if key not in done or not done[key].is_success]
        return f"needs `{unmet[0]}`" if unmet else ""

    def _note_skipped(self) -> None:
        skipped = [
            (number, change, self._outcomes[number])
            for number, change in enumerate(self._plan.changes)
            if self._outcomes[number].status is Status.SKIPPED and number not in self._intended
        ]
        if skipped:
            words = f"skipped, {len(skipped)} in all"
            self._note(skipped[0][1], lambda: self._journal.skip(self._run, skipped), words)

    def _note(self, change: Change, write: Callable[[], None], words: str) -> None:
        """Write to the journal. Keep what cannot be written now for the end of the run."""
        try:
            if not self._owed:
                write()
                return
        except JournalError:
            self._halt(None, "the journal cannot be written")
        with self._lock:
            self._owed.append((f"{change.key}: {words}", write))

    def _write_owed(self) -> Iterator[str]:
        """Write again what could not be written, and yield a text for what still cannot."""
        for words, write in self._owed:
            try:
                write()
            except JournalError:
                yield words

    def _one(self, number: int, change: Change) -> Outcome:
        try:
            request = self._journal.intend(self._run, number, change)
        except JournalError as error:
            self._halt(None, f"the journal cannot be written: {error.why}")
            return Outcome(Status.SKIPPED, f"nothing was sent: {error.summary}")
        self._intended.add(number)
        self._listener.change_started(change)
        outcome = redacted_outcome(self._send(change, request))
        self._note(change, lambda: self._journal.conclude(self._run, number, outcome), str(outcome.status))
        return outcome

    def _send(self, change: Change, request: str) -> Outcome:
        provider = self._providers[change.platform]
        try:
            if change.kind is Kind.LICENCE:
                with self._licence_queue:  # only one thread may count seats at a time
                    return provider.apply(change, self._listener, request_id=request)
            return provider.apply(change, self._listener, request_id=request)
        except Ambiguous as error:
            return Outcome(Status.UNKNOWN, f"{error.summary}. {error.why}".strip(), error.request_id)
        except SharedboxError as error:
            is_denial = error.exit_code == ExitCode.DENIED
            words = f"{error.summary}. {error.why}".strip()
            return Outcome(Status.FAILED, words, stops_run=is_denial, is_denial=is_denial)
        except Exception as error:  # noqa: BLE001 - the intent is stored, so the effect is unknown
            return Outcome(Status.UNKNOWN, _bug_words(change.platform, error))

    def _judge(self, change: Change, outcome: Outcome) -> None:
        """Stop if continuing is pointless: a missing role, the same failure many times, or a fifth of all failing."""
        if outcome.status is Status.SKIPPED:
            return
        name = self._cloud_of(change.platform)
        is_bad = outcome.status in (Status.FAILED, Status.UNKNOWN)
        with self._lock:
            self._sent[name] += 1
            self._failed[name] += is_bad
            if is_bad:
                self._reasons[name, _shape(outcome.reason, change)] += 1
            same = self._reasons[name, _shape(outcome.reason, change)]
            failed, sent = self._failed[name], self._sent[name]
            self._was_denied |= is_bad and outcome.is_denial
        if outcome.stops_run:
            self._halt(change.platform, f"stopped: {outcome.reason}")
        elif same >= SAME_REASON_LIMIT:
            self._halt(change.platform, f"stopped: {SAME_REASON_LIMIT} changes failed for the same reason")
        elif sent >= SENT_BEFORE_SHARE and 100 * failed > FAILED_PERCENT * sent:
            self._halt(change.platform, f"stopped: {failed} of the first {sent} changes failed")

    def _cloud_of(self, platform: Platform) -> int:
        """Return an ID of the cloud of a platform: one provider can have several platforms."""
        return id(self._providers[platform])

    def _halt(self, platform: Platform | None, why: str) -> None:
        """Send nothing more to the cloud of a platform, or to any cloud."""
        with self._lock:
            for other in self._providers:
                if platform is None or self._cloud_of(other) == self._cloud_of(platform):
                    self._stopped.setdefault(other, why)


def _bug_words(platform: Platform, error: Exception) -> str:
    from sharedbox_cli.providers.plugin_errors import foreign_plugin

    plugin = foreign_plugin(platform)
    part = f"the provider plug-in `{plugin}`" if plugin else "sharedbox"
    return f"{type(error).__name__}: this is a bug in {part}"


def _shape(reason: str, change: Change) -> str:
    """Return a reason without the parts that differ between mailboxes."""
    who = change.party.id if change.party else ""
    for name in filter(None, (change.mailbox.text, change.mailbox_id, who)):
        reason = reason.replace(name, "…")
    return re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+", "#", reason)


def run_plan(
    plan: Plan,
    providers: Mapping[Platform, Provider],
    journal: Journal,
    options: RunOptions,
    listener: Listener = SILENT,
    *,
    plan_id: str = "",
) -> RunSummary:
    """Return the result of applying a plan, recorded under `plan_id` (of the file it came from).

    Raises JournalError if the journal cannot be written. Nothing was sent then.
    """
    journal.probe()
    return Runner(plan, providers, journal, options, listener).go(plan_id or plan.id)
