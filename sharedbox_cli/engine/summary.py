"""The result of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.outcome import Outcome, Status


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Each change with its outcome, and the exit code of the process."""

    run: str
    started_at: datetime
    ended_at: datetime
    results: tuple[tuple[Change, Outcome], ...]
    is_interrupted: bool = False
    was_denied: bool = False
    unwritten: tuple[str, ...] = field(default=())
    """Outcomes that could not be recorded in the journal."""

    @property
    def counts(self) -> Mapping[Status, int]:
        """Return how many changes ended with each outcome."""
        counts = Counter(outcome.status for _, outcome in self.results)
        return {status: counts[status] for status in Status}

    @property
    def is_complete(self) -> bool:
        """Return whether every change has succeeded."""
        return all(outcome.is_success for _, outcome in self.results)

    @property
    def exit_code(self) -> int:
        """Return 0 if complete, 130 if interrupted, 3 if partly applied, and 1 or 5 if nothing was changed."""
        if self.is_interrupted:
            return 130
        if self.is_complete:
            return 3 if self.unwritten else 0
        counts = self.counts
        if counts[Status.DONE] or counts[Status.UNKNOWN]:
            return 3
        return 5 if self.was_denied else 1
