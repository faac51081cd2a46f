"""What a response means: statuses, bodies, links to pages. Pure functions; each adapter adds its vendor's words."""

from __future__ import annotations

import base64
import email.utils
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sharedbox_cli.core.errors import (
    Ambiguous,
    CloudError,
    Conflict,
    NotFound,
    ObserveError,
    PermissionDenied,
    Refused,
    Throttled,
)
from sharedbox_cli.core.errors import Unreachable as Unreachable
from sharedbox_cli.providers.forms import Row as Row
from sharedbox_cli.providers.forms import missing, understood

MAX_PAGES = 10_000
T = TypeVar("T")
Failure = CloudError | ObserveError
"""Why a part of a batch was not read."""

PORTAL = "portal"
"""Code of a response that a proxy or a sign-in page gave in place of the service."""
CERTIFICATE = "certificate"
"""Code of a connection to a server whose certificate is not trusted."""
DAILY = "dailyLimitExceeded"
"""Code of a daily quota that is used up."""
STOPPING = frozenset({PORTAL, CERTIFICATE, DAILY})
"""With these, every other change would fail too: the run stops."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = ""


class Fields(dict[str, Any]):
    """One object of a response. Reading a field that was left out is an error; there is no default."""

    def __init__(self, data: Mapping[str, Any], call: str) -> None:
        super().__init__(data)
        self._call = call

    def __missing__(self, name: str) -> Any:
        raise missing(self, self._call, name)


def reduced(rows: Iterable[object], call: str, reduce: Callable[[Row], T | None], name: str = "") -> list[T]:
    """Return what `reduce` makes of each row, without None. Raises ObserveError for a row that is not understood."""
    items = (understood(row, call, reduce, name) for row in rows)
    return [item for item in items if item is not None]


class Unready(CloudError):
    """What this run created is not available everywhere yet: nothing was done, and a later run continues."""

    summary = "waiting"


class Renewed(CloudError):
    """The token was refused: one more try with a new one may succeed."""

    summary = "the service refused the token"
    claims = ""
    """What the service asks of the new token, as JSON; empty: nothing special."""


def claims_of(headers: Mapping[str, str]) -> str:
    """Return what a challenge asks of the next token, or nothing where it asks nothing readable.

    learn.microsoft.com/entra/identity-platform/claims-challenge, read 2026-11.
    """
    found = re.search(r'claims="([A-Za-z0-9+/=_-]+)"', headers.get("www-authenticate", ""))
    if found is None:
        return ""
    text = found[1].replace("-", "+").replace("_", "/")
    try:
        claims = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
        return claims if isinstance(json.loads(claims), dict) else ""
    except (ValueError, RecursionError):
        return ""


def is_transient(error: CloudError) -> bool:
    """Return whether a failed part of a batch is worth another try."""
    return isinstance(error, (Throttled, Ambiguous, Renewed))


def first_concern(errors: Iterable[CloudError]) -> CloudError:
    """Return the error that decides how a batch is repeated: a refused token first, then the longest wait."""
    return max(errors, key=lambda error: (isinstance(error, Renewed), error.retry_after or 0.0))


async def parts_of(
    work: Awaitable[None], results: dict[str, T | Failure], failed: Mapping[str, CloudError]
) -> dict[str, T | Failure]:
    """Return the results of a batch after its last attempt: what still fails then is the error of that part.

    Raises the error of the batch itself, and of a service that is busy, down or refuses the token.
    """
    try:
        await work
    except Ambiguous as error:
        if not failed or not all(isinstance(item, Ambiguous) for item in failed.values()):
            raise
        results |= {key: _given_up_with(item, error) for key, item in failed.items()}
    return results


def _given_up_with(error: CloudError, last: CloudError) -> CloudError:
    """Return the error of a part, with the reason why it is not tried again."""
    if last.why.startswith("Given up"):
        error.why = f"{last.why.partition('. ')[0].removesuffix('.')}. {error.why}".strip()
    return error


DOCTOR = "To see everything that is missing, and where to set it:\n    sharedbox doctor"


def transport_error(error: Exception, call: str, mailbox: str = "") -> CloudError:
    """Return the error for a failure below HTTP."""
    import httpx

    text = f"{type(error).__name__}: {error}".split("\n")[0]
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        if "CERTIFICATE_VERIFY_FAILED" in text or "SSL" in text:
            return Refused(
                "the service's certificate is not trusted",
                call=call,
                mailbox=mailbox,
                code=CERTIFICATE,
                why="A proxy decrypts the traffic, or the certificate authority is unknown.",
                hint="Point SSL_CERT_FILE at the certificate of your proxy.",
            )
        return Unreachable(call=call, mailbox=mailbox, why=text)
    return Ambiguous("no response", call=call, mailbox=mailbox, why=text)


def judge(answer: Answer, call: str, mailbox: str = "", *, now: datetime | None = None) -> None:
    """Raise the error that a status means; 2xx passes. Each adapter adds its vendor's words."""
    status = answer.status
    if 200 <= status < 300 or status == 302:
        return
    more: dict[str, Any] = {
        "call": call,
        "mailbox": mailbox,
        "status": status,
        "request_id": answer.headers.get("request-id", ""),
        "retry_after": retry_after(answer.headers, now),
    }
    match status:
        case 401:
            refused = Renewed(**more)
            refused.claims = claims_of(answer.headers)
            raise refused
        case 403:
            raise PermissionDenied("not allowed", **more, hint=DOCTOR)
        case 404:
            raise NotFound("not found", **more)
        case 409 | 412:
            raise Conflict("conflicts with the current state", **more)
        case 423 | 429:
            raise Throttled("the service is throttling requests", **more)
        case 408 | 500 | 502 | 503 | 504:
            raise Ambiguous("the service failed", **more)
        case _:
            raise Refused("the service refused the request", **more)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that a response asks to wait, or nothing if it gives no readable value.

    A date is compared with the `Date` of the response, not with our clock (RFC 9110 §10.2.3).
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):  # a fraction is against the standard, and services send it
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
    """Return the JSON object of a response. Raises Ambiguous if it is incomplete or not JSON."""
    more: dict[str, Any] = {"call": call, "mailbox": mailbox, "request_id": answer.headers.get("request-id", "")}
    kind = answer.headers.get("content-type", "")
    if "json" not in kind:
        why = f"The response is `{kind or 'empty'}`. It may come from a proxy or a sign-in portal."
        raise Ambiguous("not a response from the service", status=answer.status, code=PORTAL, why=why, **more)
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise Ambiguous("the response is truncated", status=answer.status, **more) from error
    if not isinstance(data, dict):
        raise Ambiguous("the response has an unexpected shape", status=answer.status, **more)
    return data


def rows_of(data: Mapping[str, Any], call: str) -> Sequence[Row]:
    """Return the collection of a response, as parsed. Raises ObserveError if it is missing: never an empty list."""
    value = data.get("value")
    if not isinstance(value, list):
        raise ObserveError(where=call, why="The response has no `value`, so it is incomplete.")
    return value


def items_of(data: Mapping[str, Any], call: str) -> list[Fields]:
    """Return the collection of a response. Raises ObserveError if it is missing: never an empty list."""
    return reduced(rows_of(data, call), call, lambda row: Fields(row, call))


def part_answer(item: Mapping[str, Any]) -> Answer:
    """Return one response of a batch; its body is there only if the part failed, where errors are read from it."""
    given, status = item.get("headers"), item.get("status")
    headers = {str(name).lower(): str(value) for name, value in given.items()} if isinstance(given, Mapping) else {}
    if not isinstance(status, int):
        status = int(status) if isinstance(status, str) and status.isascii() and status.isdecimal() else 0
    return Answer(status, headers, json.dumps(item.get("body")).encode() if not 200 <= status < 300 else b"")


class Pages:
    """Follows the links of one list: only below the root of the API, each link once, up to a limit."""

    def __init__(self, root: str, call: str) -> None:
        self._origin = _origin(root)
        self._path = urlsplit(root).path.lower().rstrip("/") + "/"
        self._call = call
        self._seen: set[str] = set()

    def next(self, data: Mapping[str, Any]) -> str:
        """Return the next link, or nothing at the end. Raises ObserveError for a link that must not be followed."""
        link = data.get("@odata.nextLink")
        if not link:
            return ""
        shown = str(link).partition("?")[0]
        if not isinstance(link, str) or _origin(link) != self._origin:
            raise ObserveError(where=self._call, why=f"A page links to another host: {shown}.")
        if not urlsplit(link).path.lower().startswith(self._path) or "/../" in link:
            raise ObserveError(where=self._call, why=f"A page links outside the API: {shown}.")
        if link in self._seen or len(self._seen) >= MAX_PAGES:
            raise ObserveError(where=self._call, why=f"The pages form a loop: {shown}.")
        self._seen.add(link)
        return link


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
