"""Stopping: the first signal starts nothing more, the second leaves at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class StopFlag:
    """Set by signals, read by the run between two changes."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    @property
    def is_set(self) -> bool:
        """Return whether nothing more may be started."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Ask for a stop; the second time, interrupt."""
        if self._asked.is_set():
            raise KeyboardInterrupt
        self._asked.set()


@contextlib.contextmanager
def stop_on_signals(flag: StopFlag) -> Iterator[None]:
    """Route signals to a flag while a run is on."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        flag.ask()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
