"""The Exchange Online admin API: what Graph cannot do. Cmdlets by POST; batches of ten.

Which door is used stands here alone: `/adminapi/beta/{tenant}/InvokeCommand` for all cmdlets.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import Ambiguous, CloudError, ObserveError, Refused
from sharedbox_cli.providers.microsoft365.errors import exchange_error
from sharedbox_cli.providers.microsoft365.quirks import is_truncated, odata_quoted, without_sidecars
from sharedbox_cli.providers.responses import (
    Answer,
    Fields,
    Pages,
    Renewed,
    body_of,
    first_concern,
    items_of,
    judge,
    transport_error,
)
from sharedbox_cli.providers.transport import CONNECT_SECONDS, SILENCE_SECONDS, Policy

if TYPE_CHECKING:
    import httpx

BATCH = 10
PAGE = 1000
SYSTEM_MAILBOX = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"
"""Anchor of app-only calls: the same for a whole run, so that one back end answers all of them."""
_SPLITTABLE = frozenset({"Get-Mailbox", "Get-Recipient"})
"""Reads that take a filter on `Name`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a cmdlet returned."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    request_id: str = ""


class ExchangeAdmin:
    """One tenant's door; use inside the provider's loop."""

    def __init__(self, auth: httpx.Auth, origin: str, tenant: str, policy: Policy) -> None:
        import httpx

        self._origin = origin
        self._base = f"{origin}/adminapi/beta/{tenant}"
        self._anchor = f"APP:{SYSTEM_MAILBOX}@{tenant}"
        self._policy = policy
        timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
        self._http = httpx.AsyncClient(auth=auth, timeout=timeout, follow_redirects=False)
        self._session = str(uuid.uuid4())
        policy.breaker.probe = self._probe

    async def close(self) -> None:
        """Give back connections."""
        await self._http.aclose()

    def _headers(self, request_id: str = "") -> dict[str, str]:
        return {
            "X-AnchorMailbox": self._anchor,
            "Prefer": f"odata.maxpagesize={PAGE}",
            "connection-id": self._session,
            "client-request-id": request_id or str(uuid.uuid4()),
        }

    async def _post(self, url: str, body: Any, call: str, mailbox: str, headers: Mapping[str, str]) -> Answer:
        import httpx

        try:
            request = self._http.build_request("POST", url, json=body, headers=dict(headers))
            response = await self._http.send(request, stream=True)
            try:
                # Raw bytes: a 403 says it is gzip and is not.
                raw = b"".join([part async for part in response.aiter_raw()])
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            raise transport_error(error, call, mailbox) from None
        answer = Answer(response.status_code, response.headers, _unpacked(raw, response.headers), str(response.url))
        _judge(answer, call, mailbox)
        return answer

    async def _probe(self) -> None:
        """Read something small: whether the service works again."""
        await self._post(self._url(), _command("Get-AcceptedDomain", {}), "Get-AcceptedDomain", "", self._headers())

    def _url(self, select: tuple[str, ...] = ()) -> str:
        return f"{self._base}/InvokeCommand" + (f"?$select={','.join(select)}" if select else "")

    async def read(
        self, cmdlet: str, parameters: Mapping[str, Any], *, select: tuple[str, ...] = (), mailbox: str = ""
    ) -> list[dict[str, Any]]:
        """Return all rows of a read, complete. Raises ObserveError where they are not, CloudError."""
        try:
            return await self._read_pages(cmdlet, parameters, select, mailbox)
        except PagingBroken:
            if cmdlet not in _SPLITTABLE or "Filter" in parameters or "Identity" in parameters:
                raise
        return await self._read_ranges(cmdlet, parameters, select)

    async def _read_pages(
        self, cmdlet: str, parameters: Mapping[str, Any], select: tuple[str, ...], mailbox: str
    ) -> list[dict[str, Any]]:
        pages = Pages(self._base, cmdlet)
        body = _command(cmdlet, parameters)
        url, found = self._url(select), list[dict[str, Any]]()
        while url:
            try:
                data = await self._page(url, body, cmdlet, mailbox, is_first=not found)
            except PagingBroken as broken:
                broken.seen = found
                raise
            found += [Fields(without_sidecars(row), cmdlet) for row in items_of(data, cmdlet)]
            url = pages.next(data)
            if not url and is_truncated(data.get("@adminapi.warnings") or ()):
                raise ObserveError(where=cmdlet, why="The service cut the list short.")
            self._policy.listener.reading(cmdlet, len(found), None)
        return found

    async def _page(self, url: str, body: Any, cmdlet: str, mailbox: str, *, is_first: bool) -> dict[str, Any]:
        async def once() -> dict[str, Any]:
            return body_of(await self._post(url, body, cmdlet, mailbox, self._headers()), cmdlet, mailbox)

        try:
            return await self._policy.call(once, is_write=False)
        except Refused as error:
            if is_first:
                raise
            raise PagingBroken(where=cmdlet, why=f"A page could not be followed. {error.why}".strip()) from error

    async def _read_ranges(
        self, cmdlet: str, parameters: Mapping[str, Any], select: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        """Return a list in ranges of names, each halved until it fits one page."""
        found: list[dict[str, Any]] = []
        columns = tuple(dict.fromkeys((*select, "Name"))) if select else ()
        todo = [("", "")]
        while todo:
            low, high = todo.pop()
            parts = [f"Name -ge {odata_quoted(low)}"] if low else []
            parts += [f"Name -lt {odata_quoted(high)}"] if high else []
            more = {"Filter": " -and ".join(parts)} if parts else {}
            try:
                found += await self._read_pages(cmdlet, {**parameters, **more}, columns, "")
            except PagingBroken as broken:
                names = sorted(str(row["Name"]).lower() for row in broken.seen)
                middle = names[len(names) // 2]
                if middle in (low, names[0]):
                    raise
                todo += [(middle, high), (low, middle)]
        return found

    async def write(self, cmdlet: str, parameters: Mapping[str, Any], mailbox: str, request_id: str = "") -> Reply:
        """Run a cmdlet that changes something. Raises CloudError; Ambiguous where the effect is not known."""

        async def once() -> Reply:
            answer = await self._post(
                self._url(), _command(cmdlet, parameters), cmdlet, mailbox, self._headers(request_id)
            )
            data = body_of(answer, cmdlet, mailbox)
            rows = [without_sidecars(row) for row in data.get("value") or []]
            return Reply(rows, tuple(data.get("@adminapi.warnings") or ()), answer.headers.get("request-id", ""))

        return await self._policy.call(once, is_write=True)

    async def read_batch(
        self, commands: Mapping[str, tuple[str, Mapping[str, Any]]], *, select: tuple[str, ...] = (), what: str = ""
    ) -> dict[str, list[dict[str, Any]] | CloudError]:
        """Return the rows of many reads by id, ten a request; what failed for good is returned as its error."""
        keys = list(commands)
        chunks = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
        done: dict[str, list[dict[str, Any]] | CloudError] = {}

        async def one(chunk: list[str]) -> None:
            done.update(await self._chunk({key: commands[key] for key in chunk}, select, what))
            self._policy.listener.reading(what or "mailboxes", len(done), len(keys))

        await asyncio.gather(*(one(chunk) for chunk in chunks))
        return done

    async def _chunk(
        self, commands: Mapping[str, tuple[str, Mapping[str, Any]]], select: tuple[str, ...], what: str
    ) -> dict[str, list[dict[str, Any]] | CloudError]:
        left = dict(commands)
        done: dict[str, list[dict[str, Any]] | CloudError] = {}

        async def once() -> None:
            found = await self._ask(left, select, what)
            done.update({key: item for key, item in found.items() if not _is_passing(item)})
            again = [item for item in found.values() if isinstance(item, CloudError) and _is_passing(item)]
            for key in [key for key, item in found.items() if not _is_passing(item)]:
                del left[key]
            if again:
                raise first_concern(again)

        await self._policy.call(once, is_write=False)
        return done

    async def _ask(
        self, commands: Mapping[str, tuple[str, Mapping[str, Any]]], select: tuple[str, ...], what: str
    ) -> dict[str, list[dict[str, Any]] | CloudError]:
        body = {
            "requests": [
                {
                    "id": key,
                    "method": "POST",
                    "url": self._url(select),
                    "headers": {"Content-Type": "application/json", **self._headers()},
                    "body": _command(cmdlet, parameters),
                }
                for key, (cmdlet, parameters) in commands.items()
            ]
        }
        headers = {**self._headers(), "Prefer": "odata.continue-on-error"}
        answer = await self._post(f"{self._base}/$batch", body, what or "$batch", "", headers)
        return _matched(body_of(answer, what or "$batch"), commands)


class PagingBroken(ObserveError):
    """A next link that the service refuses: seen at once, where the link names a server that the next call misses."""

    seen: list[dict[str, Any]]


def _is_passing(item: list[dict[str, Any]] | CloudError) -> bool:
    from sharedbox_cli.core.errors import Throttled

    return isinstance(item, (Throttled, Ambiguous, Renewed))


def _command(cmdlet: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"CmdletInput": {"CmdletName": cmdlet, "Parameters": dict(parameters)}}


def _judge(answer: Answer, call: str, mailbox: str) -> None:
    if answer.status >= 400 and answer.status != 401:
        known = exchange_error(answer, call, mailbox)
        if known is not None:
            raise known
    judge(answer, call, mailbox)


def _unpacked(raw: bytes, headers: Mapping[str, str]) -> bytes:
    if headers.get("content-encoding", "").lower() != "gzip":
        return raw
    import gzip

    try:
        return gzip.decompress(raw)
    except (OSError, EOFError):
        return raw


def _matched(
    data: Mapping[str, Any], commands: Mapping[str, tuple[str, Mapping[str, Any]]]
) -> dict[str, list[dict[str, Any]] | CloudError]:
    answers = data.get("responses")
    if not isinstance(answers, list):
        raise Ambiguous("the answer has another shape than expected", call="$batch")
    found: dict[str, list[dict[str, Any]] | CloudError] = {}
    for item in answers:
        key = str(item.get("id"))
        if key not in commands or key in found:
            raise ObserveError(where="$batch", why=f"A batch answered with the id {key}, not asked or twice.")
        found[key] = _part(item, *commands[key])
    for key, (cmdlet, _) in commands.items():
        found.setdefault(key, Ambiguous("an answer of a batch is missing", call=cmdlet))
    return found


def _part(item: Mapping[str, Any], cmdlet: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]] | CloudError:
    headers = {str(name).lower(): str(value) for name, value in (item.get("headers") or {}).items()}
    body = item.get("body")
    mailbox = str(parameters.get("Identity", ""))
    try:
        _judge(Answer(int(item.get("status") or 0), headers, json.dumps(body).encode()), cmdlet, mailbox)
    except CloudError as error:
        return error
    if not isinstance(body, dict):
        return Ambiguous("an answer of a batch is cut short", call=cmdlet, mailbox=mailbox)
    if body.get("@odata.nextLink") or is_truncated(body.get("@adminapi.warnings") or ()):
        raise ObserveError(where=f"{mailbox} · {cmdlet}", why="The service cut the list short.")
    return [Fields(without_sidecars(row), cmdlet) for row in items_of(body, cmdlet)]
