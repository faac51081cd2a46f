"""Stopping: after the first signal no change is started, and the second one ends the process at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
GRACE_SECONDS = 30.0
"""How long a change in progress may take to finish after the first signal."""
GRACE_AFTER_TERM_SECONDS = 5.0
"""The same after SIGTERM and SIGHUP, which are often followed by a kill."""


class StopFlag:
    """Set by signals, and read by the run between two changes."""

    def __init__(self) -> None:
        self._times = 0  # no lock: a signal can interrupt the code that holds it
        self.grace_seconds = GRACE_SECONDS

    @property
    def is_set(self) -> bool:
        """Return whether no change may be started."""
        return self._times > 0

    def ask(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Request a stop. The second request interrupts."""
        self._times += 1
        self.grace_seconds = min(self.grace_seconds, grace_seconds)
        if self._times > 1:
            raise KeyboardInterrupt


@contextlib.contextmanager
def stop_on_signals(flag: StopFlag) -> Iterator[None]:
    """Route signals to a flag during a run."""

    def handle(number: int, _frame: FrameType | None) -> None:
        flag.ask(GRACE_SECONDS if number == signal.SIGINT else GRACE_AFTER_TERM_SECONDS)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
