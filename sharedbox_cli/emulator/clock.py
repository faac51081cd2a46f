"""The clock of the emulator: real, advanced, or frozen by a test."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970, UTC."""

    def __init__(self, frozen_at: float | None = None) -> None:
        self._frozen = frozen_at
        self._offset = 0.0

    def now(self) -> float:
        """Return the time in seconds."""
        return (self._frozen if self._frozen is not None else time.time()) + self._offset

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self._offset += seconds

    def moment(self) -> datetime:
        """Return the time as UTC."""
        return datetime.fromtimestamp(self.now(), UTC)
