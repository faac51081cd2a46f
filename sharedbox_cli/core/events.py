"""What observe and apply tell whoever listens; the default listens to nothing."""

from __future__ import annotations

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.outcome import Outcome


class Listener:
    """Override what is of interest. Methods may be called from several threads and must not raise."""

    def reading(self, what: str, done: int, total: int | None) -> None:
        """Say that `done` of `total` (None: not known) parts of `what` have been read."""

    def waiting(self, seconds: float, why: str) -> None:
        """Say that nothing is sent for `seconds`, and why."""

    def warning(self, text: str) -> None:
        """Say something that does not stop the work."""

    def change_started(self, change: Change) -> None:
        """Say that a change is about to be sent."""

    def change_finished(self, change: Change, outcome: Outcome) -> None:
        """Say what became of a change."""


SILENT = Listener()
