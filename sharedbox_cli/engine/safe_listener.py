"""A listener that cannot fail: an error while reporting must not affect the run."""

from __future__ import annotations

import contextlib

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.events import Listener
from sharedbox_cli.core.outcome import Outcome


class SafeListener(Listener):
    """Forwards to another listener. A closed terminal or a bug there does not stop a run."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def reading(self, what: str, done: int, total: int | None) -> None:
        """Forward it."""
        with contextlib.suppress(Exception):
            self._listener.reading(what, done, total)

    def waiting(self, seconds: float, why: str) -> None:
        """Forward it."""
        with contextlib.suppress(Exception):
            self._listener.waiting(seconds, why)

    def warning(self, text: str) -> None:
        """Forward it."""
        with contextlib.suppress(Exception):
            self._listener.warning(text)

    def change_started(self, change: Change) -> None:
        """Forward it."""
        with contextlib.suppress(Exception):
            self._listener.change_started(change)

    def change_finished(self, change: Change, outcome: Outcome) -> None:
        """Forward it."""
        with contextlib.suppress(Exception):
            self._listener.change_finished(change, outcome)
