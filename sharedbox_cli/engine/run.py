"""From plan to run: intent, request, outcome.

Mailboxes run in parallel; the changes of one mailbox, and those that need each other, strictly in order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from queue import Empty, SimpleQueue

from sharedbox_cli.core.change import Change, Kind, inverse
from sharedbox_cli.core.errors import Ambiguous, ExitCode, JournalError, SharedboxError
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.engine.brake import Brake
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.queues import Progress, Queue, queues
from sharedbox_cli.engine.redact import redacted_outcome
from sharedbox_cli.engine.safe_listener import SafeListener
from sharedbox_cli.engine.stop import StopFlag
from sharedbox_cli.engine.summary import RunSummary
from sharedbox_cli.providers.base import Bounded, Provider

MAILBOXES_AT_ONCE = 8
LOOK_SECONDS = 0.2
MOVE_SECONDS = 60.0
"""Before the deadline, no address is released any more: the change that gives it away needs time."""


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
        self._brake = Brake(providers)
        self._bugs: list[BaseException] = []
        self._intended: set[int] = set()
        self._owed: list[tuple[str, Callable[[], None]]] = []
        self._end = options.monotonic() + options.deadline_seconds
        self._run = ""

    def go(self, plan_id: str) -> RunSummary:
        """Return the result. Raises JournalError before anything was sent."""
        started = datetime.now(UTC)
        self._run = self._journal.begin_run(self._plan, plan_id, self._options.profile, self._options.waivers)
        ordered = queues(self._plan.changes)
        waiting: SimpleQueue[Queue] = SimpleQueue()
        for queue in ordered:
            waiting.put(queue)
        # Daemons: a call that never returns must not keep the process from ending.
        self._set_end(self._options.deadline_seconds)
        count = min(max(1, self._options.concurrency), len(ordered))
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
            self._brake.was_denied,
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

    def _work(self, waiting: SimpleQueue[Queue]) -> None:
        try:
            while True:
                self._queue(waiting.get_nowait())
        except Empty:
            return
        except BaseException as bug:  # noqa: BLE001 - raised again by the thread that waits
            self._bugs.append(bug)

    @property
    def id(self) -> str:
        """Return the ID of the run."""
        return self._run

    def _queue(self, queue: Queue) -> None:
        """Apply the changes of mailboxes that depend on each other, one after another."""
        progress = Progress()
        for place, (number, change) in enumerate(queue):
            takes = [item for item in queue[place + 1 : place + 2] if change.is_release and change.key in item[1].needs]
            why = self._why_not(change, progress) or self._why_not_both(takes, change, progress)
            self._step(number, change, why, progress)
            if takes and progress.done[change.key].is_success:
                self._finish_move(number, change, *takes[0], progress)

    def _step(self, number: int, change: Change, why: str, progress: Progress) -> None:
        """Send one change, unless there is a reason not to, and note what came of it."""
        if number in self._outcomes:
            return
        if not change.mailbox_id and change.mailbox in progress.ids:
            change = replace(change, mailbox_id=progress.ids[change.mailbox])
        outcome = Outcome(Status.SKIPPED, why) if why else self._one(number, change)
        progress.note(change, outcome)
        with self._lock:
            self._outcomes[number] = outcome
        self._listener.change_finished(change, outcome)
        self._brake.judge(change, outcome)

    def _finish_move(self, released: int, release: Change, number: int, take: Change, progress: Progress) -> None:
        """Give a released address to its new mailbox, even when the run is being stopped; else, give it back."""
        self._step(number, take, progress.unmet(take), progress)
        outcome = progress.done[take.key]
        back = inverse(release)
        if outcome.status not in (Status.FAILED, Status.SKIPPED) or back is None:
            return
        returned = self._one(len(self._plan.changes) + released, back)
        if not returned.is_success:
            reason = f"{outcome.reason} {release.moved} belongs to nobody now: {returned.reason}"
            outcome = self._outcomes[number] = replace(outcome, reason=reason)
            return
        reason = f"given back, because {take.mailbox} could not get it"
        self._outcomes[released] = progress.done[release.key] = Outcome(Status.FAILED, reason)

    def _why_not_both(self, takes: Queue, release: Change, progress: Progress) -> str:
        """Return why an address is not released yet: the change that gives it away could not be sent."""
        for _, take in takes:
            others = replace(take, needs=tuple(key for key in take.needs if key != release.key))
            if why := self._why_not(others, progress):
                return why
            if self._options.monotonic() >= self._end - min(MOVE_SECONDS, self._options.deadline_seconds / 2):
                return "the deadline is too near to move an address"
        return ""

    def _why_not(self, change: Change, progress: Progress) -> str:
        if self._options.stop.is_set:
            return "stopped by you"
        if self._options.monotonic() >= self._end:
            return "the deadline was reached"
        if why := self._brake.stopped.get(change.platform):
            return why
        if change.platform not in self._providers:
            return f"no provider for {change.platform}"
        return progress.unmet(change)

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
            self._brake.halt(None, "the journal cannot be written")
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
            self._brake.halt(None, f"the journal cannot be written: {error.why}")
            return Outcome(Status.SKIPPED, f"nothing was sent: {error.summary}")
        self._intended.add(number)
        self._listener.change_started(change)
        outcome = redacted_outcome(self._send(change, request))
        self._note(change, lambda: self._journal.conclude(self._run, number, outcome), str(outcome.status))
        return outcome

    def _send(self, change: Change, request: str) -> Outcome:
        provider = self._providers[change.platform]
        try:
            # Only one thread may count seats at a time.
            with self._licence_queue if change.kind is Kind.LICENCE else nullcontext():
                outcome = provider.apply(change, self._listener, request_id=request)
            if isinstance(outcome, Outcome):
                return outcome
            message = f"apply() returned {type(outcome).__name__}, not an Outcome"  # type: ignore[unreachable]
            raise TypeError(message)
        except Ambiguous as error:
            return Outcome(Status.UNKNOWN, f"{error.summary}. {error.why}".strip(), error.request_id)
        except SharedboxError as error:
            is_denial = error.exit_code == ExitCode.DENIED
            words = f"{error.summary}. {error.why}".strip()
            return Outcome(Status.FAILED, words, stops_run=is_denial, is_denial=is_denial)
        except Exception as error:  # noqa: BLE001 - the intent is stored, so the effect is unknown
            return Outcome(Status.UNKNOWN, _bug_words(change.platform, error))


def _bug_words(platform: Platform, error: Exception) -> str:
    from sharedbox_cli.providers.plugin_errors import foreign_plugin

    plugin = foreign_plugin(platform)
    part = f"the provider plug-in `{plugin}`" if plugin else "sharedbox"
    return f"{type(error).__name__}: this is a bug in {part}"


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
