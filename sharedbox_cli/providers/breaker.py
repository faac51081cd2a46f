"""A breaker per host: requests to a service that keeps failing are held back, tried one at a time, then refused.

It opens on 5 failures in a row or more than half of the last 20 (5xx, timeouts, no connection; never 4xx or 429).
After 30 seconds one read may try, and again every 30 seconds; after 3 minutes a call that has seen a try fail is
refused, and after 30 seconds where no connection was ever made.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from sharedbox_cli.core.errors import Ambiguous, SharedboxError, Unreachable

IN_A_ROW = 5
WINDOW = 20
REST_SECONDS = 30.0
GIVE_UP_SECONDS = 180.0
UNREACHED_SECONDS = 30.0
"""For a host to which no connection was ever made: a proxy or a name is wrong, and waiting does not help."""
Probe = Callable[[], Awaitable[object]]


class Time(Protocol):
    """Time as an argument."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...


class ServiceDown(Unreachable):
    """A service that keeps failing: nothing was sent, and the run stops."""

    summary = "the service keeps failing"


class Breaker:
    """Whether one host works, judged by its latest responses."""

    def __init__(self, clock: Time, wait: Callable[[float, str], Awaitable[None]], probe: Probe | None = None) -> None:
        self._clock = clock
        self._wait = wait
        """Waits, or raises GaveUp if the run ends before that."""
        self.probe = probe
        """A harmless read that is sent before a write; without one, the write itself is the try."""
        self.failures = 0
        self._in_a_row = 0
        self._last: deque[bool] = deque(maxlen=WINDOW)
        self._opened_at = self._next_try = 0.0
        self._is_open = False
        self._was_reached = False
        self._alone = asyncio.Lock()

    def holds_back(self) -> bool:
        """Return whether calls have to wait."""
        return self._is_open

    def clean(self) -> None:
        """Count a response: the service works, whatever the response says."""
        self._last.append(True)
        self._in_a_row = 0
        self._was_reached = True
        if self._is_open:
            self._is_open = False
            self._last.clear()

    def failed(self, *, was_reached: bool = True) -> None:
        """Count a failure. `was_reached`: there was a connection."""
        self._was_reached = self._was_reached or was_reached
        self._last.append(False)
        self._in_a_row += 1
        self.failures += 1
        now = self._clock.monotonic()
        is_bad = self._in_a_row >= IN_A_ROW or (len(self._last) == WINDOW and 2 * self._last.count(False) > WINDOW)
        if self._is_open:
            self._next_try = now + REST_SECONDS
        elif is_bad:
            self._is_open, self._opened_at, self._next_try = True, now, now + REST_SECONDS

    @asynccontextmanager
    async def passage(self, *, is_write: bool, since: int) -> AsyncIterator[None]:
        """Let one call through, at once or when the service is tried again. Raises ServiceDown.

        `since` is the number of `failures` when the call began.
        """
        while self.holds_back():
            async with self._alone:
                if not self.holds_back():
                    break
                await self._until_next_try(since)
                if not is_write or self.probe is None:
                    yield
                    return
                await self._try(self.probe)
        yield

    async def _until_next_try(self, since: int) -> None:
        open_for = self._next_try - self._opened_at
        if not self._was_reached and open_for >= UNREACHED_SECONDS and self.failures > since:
            why = f"No connection could be made, {self.failures} times in a row."
            raise ServiceDown("the service cannot be reached", why=why, hint="Check the network and the proxy.")
        if open_for >= GIVE_UP_SECONDS and self.failures > since:
            minutes = GIVE_UP_SECONDS / 60
            raise ServiceDown(
                why=f"It was tried for {minutes:.0f} minutes. Nothing more is sent to it.",
                hint="Try again later. The journal lists what was done.",
            )
        await self._wait(self._next_try - self._clock.monotonic(), "the service keeps failing")

    async def _try(self, probe: Probe) -> None:
        """Send a harmless read, and count the result."""
        try:
            await probe()
        except SharedboxError as error:
            if is_failure(error):
                self.failed(was_reached=was_reached(error))
                return
        self.clean()


def was_reached(error: SharedboxError) -> bool:
    """Return whether a failure shows that there is something at the other end."""
    return not isinstance(error, Unreachable) or bool(error.status)


def is_failure(error: SharedboxError) -> bool:
    """Return whether an error means that the service does not work: no response, or a broken one."""
    return isinstance(error, (Ambiguous, Unreachable))
