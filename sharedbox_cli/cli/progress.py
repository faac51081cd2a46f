"""Progress on stderr: a progress bar on a terminal, and an occasional line in a pipeline."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from sharedbox_cli.core.change_words import words
from sharedbox_cli.core.events import Listener
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.reports.safe import one_line as safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress, TaskID

    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.core.change import Change
    from sharedbox_cli.core.outcome import Outcome

QUIET_SECONDS = 10.0
"""In pipelines: at most one line in this time."""
SILENT_FOR = 2.0
"""The longest time without any output. Shorter waits are not reported."""


def progress_listener(terminal: Terminal) -> Listener:
    """Return a progress bar on a terminal, otherwise plain lines."""
    return MovingProgress(terminal) if terminal.shows_progress else PlainProgress(terminal)


def stop_progress(listener: Listener) -> None:
    """Remove a progress bar before anything else is written."""
    if isinstance(listener, MovingProgress):
        listener.stop()


class PlainProgress(Listener):
    """At most one line every ten seconds. Failures are reported at once."""

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = terminal
        self._clock = clock
        self._lock = threading.Lock()
        self._started = self._last = clock()
        self._done = 0

    def reading(self, what: str, done: int, total: int | None) -> None:
        """Report how much has been read."""
        of = f" of {total}" if total is not None else ""
        self._report(f"reading {what}: {done}{of}")

    def waiting(self, seconds: float, why: str) -> None:
        """Report a wait that a person would notice."""
        if seconds >= SILENT_FOR:
            self._say(f"waiting {seconds:.0f} s: {safe(why)}")

    def warning(self, text: str) -> None:
        """Report it at once."""
        self._say(f"warning: {safe(text)}")

    def change_finished(self, change: Change, outcome: Outcome) -> None:
        """Report failures at once, and other changes occasionally."""
        self._done += 1
        if outcome.status in (Status.FAILED, Status.UNKNOWN):
            self._say(_failure(change, outcome))
        else:
            self._report(f"{self._done} changes done")

    def _report(self, text: str) -> None:
        with self._lock:
            now = self._clock()
            if now - self._last < QUIET_SECONDS:
                return
            self._last = now
        self._say(f"{safe(text)} ({now - self._started:.0f} s)")

    def _say(self, text: str) -> None:
        with self._lock:
            self._terminal.say(text)


def _failure(change: Change, outcome: Outcome) -> str:
    """Return one line: an auto-reply or the message of a vendor must not add lines."""
    reason = " ".join(outcome.reason.split("\n"))
    return f"{outcome.status}: {change.mailbox}: {safe(words(change))}: {safe(reason)}"


class MovingProgress(Listener):
    """A progress bar that is removed at the end."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._lock = threading.Lock()
        self._display: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._done = 0

    def _shown(self) -> Progress:
        if self._display is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            colour = self._terminal.has_colour(self._terminal.err)
            console = Console(file=self._terminal.err, no_color=not colour, highlight=False, emoji=False)
            self._display = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=console,
                transient=True,
            )
            self._display.start()
        return self._display

    def reading(self, what: str, done: int, total: int | None) -> None:
        """Move the bar of this part."""
        self._move(f"reading {safe(what)}", done, total)

    def waiting(self, seconds: float, why: str) -> None:
        """Report why nothing moves."""
        if seconds >= SILENT_FOR:
            self._print(f"waiting {seconds:.0f} s: {safe(why)}")

    def warning(self, text: str) -> None:
        """Print it above the bar."""
        self._print(f"warning: {safe(text)}")

    def change_finished(self, change: Change, outcome: Outcome) -> None:
        """Count the change, and print it if it failed."""
        with self._lock:
            self._done += 1
        if not outcome.is_success:
            self._print(_failure(change, outcome))
        self._move("applying", self._done, None)

    def stop(self) -> None:
        """Remove the bar."""
        with self._lock:
            if self._display is not None:
                self._display.stop()
            self._display = None
            self._tasks.clear()

    def _move(self, what: str, done: int, total: int | None) -> None:
        with self._lock:
            display = self._shown()
            if what not in self._tasks:
                self._tasks[what] = display.add_task(what, total=total)
            display.update(self._tasks[what], completed=done, total=total)

    def _print(self, text: str) -> None:
        with self._lock:
            self._shown().console.print(text, markup=False, highlight=False)
