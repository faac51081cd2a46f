"""What came of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.outcome import Outcome, Status


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Each change with its outcome; `exit_code` is the process's."""

    run: str
    started_at: datetime
    ended_at: datetime
    results: tuple[tuple[Change, Outcome], ...]
    is_interrupted: bool = False
    was_denied: bool = False
    unwritten: tuple[str, ...] = field(default=())
    """Outcomes that the journal could not take."""

    @property
    def counts(self) -> Mapping[Status, int]:
        """Return how many changes ended in each way."""
        found = Counter(outcome.status for _, outcome in self.results)
        return {status: found[status] for status in Status}

    @property
    def is_complete(self) -> bool:
        """Return whether everything wanted is there."""
        return all(outcome.is_success for _, outcome in self.results)

    @property
    def exit_code(self) -> int:
        """Return 0 when complete, 130 when interrupted, 3 when partly, 1 or 5 when nothing was changed."""
        if self.is_interrupted:
            return 130
        if self.is_complete:
            return 3 if self.unwritten else 0
        counts = self.counts
        if counts[Status.DONE] or counts[Status.UNKNOWN]:
            return 3
        return 5 if self.was_denied else 1
