"""One policy for every call of every SDK: what counts as a response, what is repeated, how long it may take.

The table of responses and the numbers: docs/reliability.md. The retries of the SDKs are disabled, because they
repeat writes whose effect is unknown.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from sharedbox_cli.core.errors import Ambiguous, AuthError, CloudError, SharedboxError, Throttled
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.providers.breaker import Breaker, ServiceDown, is_failure, was_reached
from sharedbox_cli.providers.responses import DOCTOR, Renewed, Unreachable

T = TypeVar("T")

READ_ATTEMPTS = 5
WRITE_ATTEMPTS = 3
BACKOFF_CAP_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 3600.0
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 60.0
REQUEST_SECONDS = 120.0
"""For a complete response, however slowly it arrives."""
EXCHANGE_SILENCE_SECONDS = 300.0
EXCHANGE_REQUEST_SECONDS = 960.0
"""The vendor's module waits 960 s for a cmdlet, and one page of a large tenant takes minutes."""
SETTLE_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


class Clock(Protocol):
    """Time as an argument, so that tests do not wait."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class Budget:
    """A tenth of all first attempts may be repeated, so that a failing service is not flooded with retries."""

    tokens: float = 10.0
    cap: float = 100.0

    def first(self) -> None:
        """Count a first attempt."""
        self.tokens = min(self.cap, self.tokens + 0.1)

    def spend(self) -> bool:
        """Return whether one more repetition is allowed."""
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Gate:
    """How many requests may be in flight to a host: one more after 50 clean responses, half after a throttled one."""

    def __init__(self, start: int, most: int) -> None:
        self._limit = float(start)
        self._most = most
        self._flying = 0
        self._clean = 0
        self._free = asyncio.Condition()

    async def __aenter__(self) -> None:
        async with self._free:
            await self._free.wait_for(lambda: self._flying < int(self._limit))
            self._flying += 1

    async def __aexit__(self, *_: object) -> None:
        async with self._free:
            self._flying -= 1
            self._free.notify(int(self._limit) - self._flying)

    def clean(self) -> None:
        """Count a clean response."""
        self._clean += 1
        if self._clean >= 50:
            self._clean = 0
            self._limit = min(self._most, self._limit + 1)

    def throttled(self) -> None:
        """Halve the limit, to one at least."""
        self._clean = 0
        self._limit = max(1.0, self._limit / 2)


@dataclass(slots=True)
class Policy:
    """How requests are sent to one host."""

    clock: Clock
    rng: random.Random
    gate: Gate
    renew: Callable[[str], None]
    """Asks the credential for a new token."""
    listener: Listener = SILENT
    budget: Budget = field(default_factory=Budget)
    deadline: float | None = None
    """When the run ends, by the clock's `monotonic`: no wait goes beyond it."""
    paused_until: float = 0.0
    request_seconds: float = REQUEST_SECONDS
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        """Create the breaker of this host."""
        self.breaker = Breaker(self.clock, self._wait)

    async def call(self, send: Callable[[], Awaitable[T]], *, is_write: bool) -> T:
        """Return what `send` returns, repeated if that is safe. Raises CloudError, AuthError.

        A write is repeated only if it was certainly not carried out; Ambiguous is raised to the caller.
        """
        attempts = WRITE_ATTEMPTS if is_write else READ_ATTEMPTS
        self.budget.first()
        is_renewed = False
        started, failures = self.clock.monotonic(), self.breaker.failures
        number = 0
        while True:
            number += 1
            try:
                async with self.breaker.passage(is_write=is_write, since=failures):
                    return await self._attempt(send)
            except (GaveUp, ServiceDown):
                raise
            except Renewed as error:
                if is_renewed:
                    raise AuthError("the service refused the token", where=error.where, hint=DOCTOR) from error
                is_renewed = True
                number -= 1
                self.renew(error.claims)
            except (Throttled, Unreachable, Ambiguous) as error:
                if isinstance(error, Ambiguous) and is_write:
                    raise
                tried = self.clock.monotonic() - started
                if number >= attempts or not (isinstance(error, Throttled) or self.budget.spend()):
                    raise _given_up(error, number, tried) from error
                await self._back_off(error, number)

    async def _attempt(self, send: Callable[[], Awaitable[T]]) -> T:
        """Send once, and count the result."""
        try:
            async with self.gate:
                await self._pause()
                result = await self._in_time(send)
        except SharedboxError as error:
            if is_failure(error):
                self.breaker.failed(was_reached=was_reached(error))
            elif not isinstance(error, GaveUp):
                self.breaker.clean()
            raise
        self.gate.clean()
        self.breaker.clean()
        return result

    async def _in_time(self, send: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self.request_seconds):
                return await send()
        except TimeoutError:
            why = f"No complete response within {self.request_seconds:.0f} s."
            raise Ambiguous("no response", why=why) from None

    async def _pause(self) -> None:
        wait = self.paused_until - self.clock.monotonic()
        if wait > 0:
            await self._wait(wait, "the service is throttling requests", is_reported=True)

    async def _wait(self, seconds: float, why: str, *, is_reported: bool = False) -> None:
        """Wait, unless the run ends before that. Raises GaveUp, which names the time to continue."""
        if seconds <= 0:
            return
        if self.deadline is not None and self.clock.monotonic() + seconds > self.deadline:
            at = self.clock.now() + timedelta(seconds=seconds)
            raise GaveUp(
                f"{why}, for longer than this run may take",
                retry_after=seconds,
                why=f"The run ends before {at:%Y-%m-%d %H:%M:%S} UTC.",
                hint=f"Continue after {at:%Y-%m-%d %H:%M:%S} UTC: the same command then plans what is left.",
            )
        if not is_reported:
            self.listener.waiting(seconds, why)
        await self.clock.sleep(seconds)

    async def _back_off(self, error: CloudError, number: int) -> None:
        requested = error.retry_after
        if requested is not None and self._is_accepted(requested):
            wait = requested * self.rng.uniform(1.0, 1.1)
        else:
            base = 2.0 if isinstance(error, Throttled) else 0.5
            wait = self.rng.uniform(0.0, min(BACKOFF_CAP_SECONDS, base * 2**number))
        if isinstance(error, Throttled):
            self.gate.throttled()
            # A wait of hours ends this run; the next run asks the service again.
            pause = wait if requested is None or requested <= LONGEST_WAIT_SECONDS else 0.0
            self.paused_until = max(self.paused_until, self.clock.monotonic() + pause)
        await self._wait(wait, "the service is throttling requests" if requested is not None else error.summary)

    def _is_accepted(self, seconds: float) -> bool:
        """Return whether a requested wait is respected: up to an hour, or any that outlasts the run."""
        is_decisive = self.deadline is not None and self.clock.monotonic() + seconds > self.deadline
        return 0 <= seconds <= LONGEST_WAIT_SECONDS or (seconds >= 0 and is_decisive)


class GaveUp(Throttled):
    """A wait that would outlast the run: nothing was sent, and the run stops."""


def _given_up(error: CloudError, number: int, seconds: float) -> CloudError:
    kind = type(error)
    return kind(
        error.summary,
        mailbox=error.mailbox,
        call=error.call,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        why=f"Given up after {number} tries in {seconds:.0f} s. {error.why}".strip(),
        hint=error.hint,
        retry_after=error.retry_after,
    )


class Loop:
    """One event loop in its own thread, so that callers in many threads share its connections."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="sharedbox-io")
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what a coroutine returns."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise

    def close(self) -> None:
        """Stop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
