"""One policy for every call of every SDK: what is an answer, what is repeated, how long it may take.

The table of answers and the numbers: docs/reliability.md. The SDKs' own retries are switched off, as they
repeat writes whose effect is not known.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import random
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from sharedbox_cli.core.errors import (
    Ambiguous,
    AuthError,
    CloudError,
    Conflict,
    NotFound,
    ObserveError,
    PermissionDenied,
    Refused,
    Throttled,
)
from sharedbox_cli.core.events import SILENT, Listener

T = TypeVar("T")

READ_ATTEMPTS = 5
WRITE_ATTEMPTS = 3
BACKOFF_CAP_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 3600.0
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 60.0
REQUEST_SECONDS = 120.0
"""For a whole answer, however slowly it drips."""
MAX_PAGES = 10_000
PORTAL = "portal"
"""Code of an answer that some proxy or sign-in page gave in the service's place: going on is pointless."""
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = ""


class Fields(dict[str, Any]):
    """One object of an answer. A field that was left out is an error where it is read, never a default."""

    def __init__(self, data: Mapping[str, Any], call: str) -> None:
        super().__init__(data)
        self._call = call

    def __missing__(self, name: str) -> Any:
        what = self.get("PrimarySmtpAddress") or self.get("Identity") or self.get("id") or ""
        where = " · ".join(part for part in (str(what), self._call, name) if part)
        raise ObserveError(where=where, why="The service left it out.", mend="Nothing is taken for granted. Try again.")


class Unreachable(CloudError):
    """Nothing was sent: no connection, no name."""

    summary = "the service cannot be reached"


class Renewed(CloudError):
    """The token was refused; worth one more try with a new one."""

    summary = "the service refused the token"


def first_concern(errors: Iterable[CloudError]) -> CloudError:
    """Return what a batch has to be asked again for: a new token first, then the longest wait."""
    return max(errors, key=lambda error: (isinstance(error, Renewed), error.retry_after or 0.0))


@dataclass(slots=True)
class Budget:
    """A tenth of all first attempts may be repeated, so that an ailing service gets no storm of retries."""

    tokens: float = 10.0
    cap: float = 100.0

    def first(self) -> None:
        """Count a first attempt."""
        self.tokens = min(self.cap, self.tokens + 0.1)

    def spend(self) -> bool:
        """Return whether one more repetition may be."""
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Gate:
    """How many requests may be in flight to a host: one more after clean answers, half after a refusal."""

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
            self._free.notify_all()

    def clean(self) -> None:
        """Count a clean answer."""
        self._clean += 1
        if self._clean >= 50:
            self._clean = 0
            self._limit = min(self._most, self._limit + 1)

    def throttled(self) -> None:
        """Halve, never below one."""
        self._clean = 0
        self._limit = max(1.0, self._limit / 2)


@dataclass(slots=True)
class Policy:
    """How one host is called."""

    clock: Clock
    rng: random.Random
    gate: Gate
    renew: Callable[[], None]
    """Asks the credential for a new token."""
    listener: Listener = SILENT
    budget: Budget = field(default_factory=Budget)
    deadline: float | None = None
    paused_until: float = 0.0
    request_seconds: float = REQUEST_SECONDS

    async def call(self, send: Callable[[], Awaitable[T]], *, is_write: bool) -> T:
        """Return what `send` returns, repeated where that is safe. Raises CloudError, AuthError.

        A write is repeated only where it was certainly not carried out; Ambiguous goes to the caller.
        """
        attempts = WRITE_ATTEMPTS if is_write else READ_ATTEMPTS
        self.budget.first()
        is_renewed = False
        started = self.clock.monotonic()
        number = 0
        while True:
            number += 1
            try:
                async with self.gate:
                    await self._pause()
                    result = await self._in_time(send)
                self.gate.clean()
                return result
            except Renewed as error:
                if is_renewed:
                    raise AuthError("the service refused the token", where=error.where, mend=DOCTOR) from error
                is_renewed = True
                number -= 1
                self.renew()
            except (Throttled, Unreachable, Ambiguous) as error:
                if isinstance(error, Ambiguous) and is_write:
                    raise
                tried = self.clock.monotonic() - started
                if number >= attempts or not (isinstance(error, Throttled) or self.budget.spend()):
                    raise _given_up(error, number, tried) from error
                await self._back_off(error, number)

    async def _in_time(self, send: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self.request_seconds):
                return await send()
        except TimeoutError:
            why = f"No whole answer within {self.request_seconds:.0f} s."
            raise Ambiguous("no answer came", why=why) from None

    async def _pause(self) -> None:
        wait = self.paused_until - self.clock.monotonic()
        if wait > 0:
            await self.clock.sleep(wait)

    async def _back_off(self, error: CloudError, number: int) -> None:
        told = error.retry_after
        if told is not None and 0 <= told <= LONGEST_WAIT_SECONDS:
            wait = told * self.rng.uniform(1.0, 1.1)
        else:
            base = 2.0 if isinstance(error, Throttled) else 0.5
            wait = self.rng.uniform(0.0, min(BACKOFF_CAP_SECONDS, base * 2**number))
        if isinstance(error, Throttled):
            self.gate.throttled()
            self.paused_until = max(self.paused_until, self.clock.monotonic() + wait)
        self.listener.waiting(wait, "the service asks for patience" if told is not None else error.summary)
        await self.clock.sleep(wait)


DOCTOR = "To see all that is missing, and where to click:\n    sharedbox doctor"


def _given_up(error: CloudError, number: int, seconds: float) -> CloudError:
    kind = type(error)
    return kind(
        error.summary, mailbox=error.mailbox, call=error.call, status=error.status, code=error.code,
        request_id=error.request_id, why=f"Given up after {number} tries in {seconds:.0f} s. {error.why}".strip(),
        mend=error.mend, retry_after=error.retry_after,
    )  # fmt: skip


def transport_error(error: Exception, call: str, mailbox: str = "") -> CloudError:
    """Return what a failure below HTTP means."""
    import httpx

    text = f"{type(error).__name__}: {error}".split("\n")[0]
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        if "CERTIFICATE_VERIFY_FAILED" in text or "SSL" in text:
            return Refused(
                "the service's certificate is not trusted", call=call, mailbox=mailbox,
                why="A proxy that looks inside, or an unknown authority.",
                mend="Point SSL_CERT_FILE at the certificate of your proxy.",
            )  # fmt: skip
        return Unreachable(call=call, mailbox=mailbox, why=text)
    return Ambiguous("no answer came", call=call, mailbox=mailbox, why=text)


def judge(answer: Answer, call: str, mailbox: str = "", *, now: datetime | None = None) -> None:
    """Raise what a status means; 2xx passes. The vendor's own words are added by its adapter."""
    status = answer.status
    if 200 <= status < 300 or status == 302:
        return
    more: dict[str, Any] = {
        "call": call, "mailbox": mailbox, "status": status,
        "request_id": answer.headers.get("request-id", ""), "retry_after": retry_after(answer.headers, now),
    }  # fmt: skip
    match status:
        case 401:
            raise Renewed(**more)
        case 403:
            raise PermissionDenied("not allowed", **more, mend=DOCTOR)
        case 404:
            raise NotFound("not found", **more)
        case 409 | 412:
            raise Conflict("in conflict with what is there", **more)
        case 423 | 429:
            raise Throttled("the service asks for patience", **more)
        case 408 | 500 | 502 | 503 | 504:
            raise Ambiguous("the service failed", **more)
        case _:
            raise Refused("the service refused the request", **more)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that an answer asks for, or nothing where it says none that can be read.

    A date is measured against the answer's own `Date`, not against our clock (RFC 9110 §10.2.3).
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdecimal():
        return float(text)
    try:
        until = email.utils.parsedate_to_datetime(text)
        own = headers.get("date")
        base = email.utils.parsedate_to_datetime(own) if own else now
    except (ValueError, TypeError):
        return None
    seconds = (until - base).total_seconds() if base else None
    return seconds if seconds is not None and seconds >= 0 else None


def body_of(answer: Answer, call: str, mailbox: str = "") -> dict[str, Any]:
    """Return the JSON object of an answer. Raises Ambiguous where it is not whole or not JSON."""
    more: dict[str, Any] = {
        "call": call, "mailbox": mailbox, "request_id": answer.headers.get("request-id", ""),
    }  # fmt: skip
    kind = answer.headers.get("content-type", "")
    if "json" not in kind:
        why = f"It answered with `{kind or 'nothing'}`: a proxy or a portal in between?"
        raise Ambiguous("not an answer of the service", status=answer.status, code=PORTAL, why=why, **more)
    try:
        data = json.loads(answer.body)
    except ValueError as error:
        raise Ambiguous("the answer is cut short", status=answer.status, **more) from error
    if not isinstance(data, dict):
        raise Ambiguous("the answer has another shape than expected", status=answer.status, **more)
    return data


def items_of(data: Mapping[str, Any], call: str) -> list[Fields]:
    """Return the collection of an answer. Raises ObserveError where it is missing: never an empty list."""
    value = data.get("value")
    if not isinstance(value, list):
        raise ObserveError(where=call, why="The answer has no `value`: it is not the whole truth.")
    return [Fields(item, call) for item in value]


class Pages:
    """Follows the links of one list: below the API's root, each link once, a bounded number."""

    def __init__(self, root: str, call: str) -> None:
        self._origin = _origin(root)
        self._path = urlsplit(root).path.lower().rstrip("/") + "/"
        self._call = call
        self._seen: set[str] = set()

    def next(self, data: Mapping[str, Any]) -> str:
        """Return the next link, or nothing at the end. Raises ObserveError for a link that is not to be followed."""
        link = data.get("@odata.nextLink")
        if not link:
            return ""
        shown = str(link).partition("?")[0]
        if not isinstance(link, str) or _origin(link) != self._origin:
            raise ObserveError(where=self._call, why=f"A page links to another host: {shown}.")
        if not urlsplit(link).path.lower().startswith(self._path) or "/../" in link:
            raise ObserveError(where=self._call, why=f"A page links out of the API: {shown}.")
        if link in self._seen or len(self._seen) >= MAX_PAGES:
            raise ObserveError(where=self._call, why=f"The pages go round in a circle: {shown}.")
        self._seen.add(link)
        return link


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


class Loop:
    """One event loop in a thread of its own, so that callers in many threads share its connections."""

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
