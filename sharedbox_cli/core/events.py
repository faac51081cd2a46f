"""What observe and apply report to a listener; the default listener does nothing."""

from __future__ import annotations

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.outcome import Outcome


class Listener:
    """Override the methods of interest. Methods may be called from several threads and must not raise."""

    def reading(self, what: str, done: int, total: int | None) -> None:
        """Called when `done` of `total` (None: unknown) parts of `what` have been read."""

    def waiting(self, seconds: float, why: str) -> None:
        """Called when nothing is sent for `seconds`, with the reason."""

    def warning(self, text: str) -> None:
        """Called with a message about something that does not stop the work."""

    def change_started(self, change: Change) -> None:
        """Called before a change is sent."""

    def change_finished(self, change: Change, outcome: Outcome) -> None:
        """Called with the outcome of a change."""


SILENT = Listener()
