"""The Exchange Online admin API, for what Graph cannot do: cmdlets by POST, reads also in batches of ten.

Only this module knows the endpoint: `/adminapi/beta/{tenant}/InvokeCommand` for all cmdlets.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sharedbox_cli.core.errors import CloudError, ObserveError, Refused
from sharedbox_cli.providers.microsoft365.errors import is_elsewhere
from sharedbox_cli.providers.microsoft365.exchange_answers import (
    Command,
    command,
    fields,
    judge_exchange,
    matched,
    unpacked,
    warnings_of,
    whole_body,
)
from sharedbox_cli.providers.microsoft365.quirks import is_truncated, odata_quoted, without_sidecars
from sharedbox_cli.providers.responses import (
    Answer,
    Failure,
    Fields,
    Pages,
    Row,
    first_concern,
    is_transient,
    parts_of,
    reduced,
    rows_of,
    transport_error,
)
from sharedbox_cli.providers.transport import CONNECT_SECONDS, EXCHANGE_SILENCE_SECONDS, Policy

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
BATCH = 10
PAGE = 1000
SYSTEM_MAILBOX = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"
"""Anchor of app-only calls: the same for the whole run, so that one back end answers all of them."""
_SPLITTABLE = frozenset({"Get-Mailbox", "Get-Recipient"})
"""Reads that accept a filter on `Name`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a cmdlet returned."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    request_id: str = ""


class ExchangeAdmin:
    """The admin API of one tenant. Use it inside the provider's loop."""

    def __init__(self, auth: httpx.Auth, origin: str, tenant: str, policy: Policy) -> None:
        import httpx

        self._origin = origin
        self._base = f"{origin}/adminapi/beta/{tenant}"
        self._tenant = tenant
        self._anchor = f"APP:{SYSTEM_MAILBOX}@{tenant}"
        self._policy = policy
        timeout = httpx.Timeout(EXCHANGE_SILENCE_SECONDS, connect=CONNECT_SECONDS)
        self._http = httpx.AsyncClient(auth=auth, timeout=timeout, follow_redirects=False)
        self._session = str(uuid.uuid4())
        policy.breaker.probe = self._probe

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _headers(self, request_id: str = "") -> dict[str, str]:
        return {
            "X-AnchorMailbox": self._anchor,
            "Accept-Language": "en-US",  # warnings are localized otherwise
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
                # Raw bytes: a 403 claims to be gzip and is not.
                raw = b"".join([part async for part in response.aiter_raw()])
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            raise transport_error(error, call, mailbox) from None
        answer = Answer(response.status_code, response.headers, unpacked(raw, response.headers), str(response.url))
        judge_exchange(answer, call, mailbox)
        return answer

    async def _probe(self) -> None:
        """Read something small: whether the service works again."""
        await self._post(self._url(), command("Get-AcceptedDomain", {}), "Get-AcceptedDomain", "", self._headers())

    def _url(self, select: tuple[str, ...] = ()) -> str:
        return f"{self._base}/InvokeCommand" + (f"?$select={','.join(select)}" if select else "")

    async def read(
        self, cmdlet: str, parameters: Mapping[str, Any], *, select: tuple[str, ...] = (), mailbox: str = ""
    ) -> list[Fields]:
        """Return all rows of a read, complete. Raises ObserveError if they are not, CloudError."""
        return await self.collect(cmdlet, parameters, fields(cmdlet), select=select, mailbox=mailbox)

    async def collect(
        self,
        cmdlet: str,
        parameters: Mapping[str, Any],
        reduce: Callable[[Row], T | None],
        *,
        select: tuple[str, ...] = (),
        mailbox: str = "",
    ) -> list[T]:
        """Return what `reduce` makes of each row of a read, without None. Raises ObserveError, CloudError.

        Each page is reduced as it arrives and then dropped.
        """
        try:
            return await self._read_pages(cmdlet, parameters, reduce, select, mailbox)
        except PagingBroken:
            if cmdlet not in _SPLITTABLE or "Filter" in parameters or "Identity" in parameters:
                raise
        return await self._read_ranges(cmdlet, parameters, reduce, select)

    async def _read_pages(
        self,
        cmdlet: str,
        parameters: Mapping[str, Any],
        reduce: Callable[[Row], T | None],
        select: tuple[str, ...],
        mailbox: str,
    ) -> list[T]:
        pages = Pages(self._base, cmdlet)
        body = command(cmdlet, parameters)
        url, items, names, count = self._url(select), list[T](), list[str](), 0
        while url:
            try:
                data = await self._page(url, body, cmdlet, mailbox, is_first=not count)
            except PagingBroken as broken:
                broken.names = names
                raise
            rows = rows_of(data, cmdlet)
            items += reduced(rows, cmdlet, reduce)
            if "Name" in select:
                names += [str(row["Name"]).lower() for row in rows]
            count += len(rows)
            url = pages.next(data)
            if not url and is_truncated(warnings_of(data)):
                raise ObserveError(where=cmdlet, why="The service truncated the list.")
            self._policy.listener.reading(cmdlet, count, None)
        return items

    async def _page(self, url: str, body: Any, cmdlet: str, mailbox: str, *, is_first: bool) -> dict[str, Any]:
        async def once() -> dict[str, Any]:
            return whole_body(await self._post(url, body, cmdlet, mailbox, self._headers()), cmdlet, mailbox)

        try:
            return await self._policy.call(once, is_write=False)
        except Refused as error:
            if is_first:
                raise
            raise PagingBroken(where=cmdlet, why=f"A page could not be read. {error.why}".strip()) from error

    async def _read_ranges(
        self, cmdlet: str, parameters: Mapping[str, Any], reduce: Callable[[Row], T | None], select: tuple[str, ...]
    ) -> list[T]:
        """Return a list read in ranges of names, each halved until it fits one page."""
        items: list[T] = []
        columns = tuple(dict.fromkeys((*select, "Name"))) if select else ()
        todo = [("", "")]
        while todo:
            low, high = todo.pop()
            parts = [f"Name -ge {odata_quoted(low)}"] if low else []
            parts += [f"Name -lt {odata_quoted(high)}"] if high else []
            more = {"Filter": " -and ".join(parts)} if parts else {}
            try:
                items += await self._read_pages(cmdlet, {**parameters, **more}, reduce, columns, "")
            except PagingBroken as broken:
                names = sorted(broken.names)
                middle = names[len(names) // 2]
                if middle in (low, names[0]):
                    raise
                todo += [(middle, high), (low, middle)]
        return items

    async def write(self, cmdlet: str, parameters: Mapping[str, Any], mailbox: str, request_id: str = "") -> Reply:
        """Run a cmdlet that changes something. Raises CloudError; Ambiguous if the effect is unknown.

        Where another server holds the mailbox, nothing was run: the request is sent again, anchored at the mailbox. The
        identity of a rule begins with the one of its mailbox.
        """
        routing: dict[str, str] = {}

        async def once() -> Reply:
            headers = {**self._headers(request_id), **routing}
            answer = await self._post(self._url(), command(cmdlet, parameters), cmdlet, mailbox, headers)
            data = whole_body(answer, cmdlet, mailbox)
            rows = [without_sidecars(row) for row in data.get("value") or []]
            return Reply(rows, warnings_of(data), answer.headers.get("request-id", ""))

        try:
            return await self._policy.call(once, is_write=True)
        except CloudError as error:
            owner = str(parameters.get("Mailbox") or parameters.get("Identity") or "").partition("\\")[0]
            if not is_elsewhere(error.code) or not owner:
                raise
        routing |= await self._routing_to(owner, mailbox)
        return await self._policy.call(once, is_write=True)

    async def _routing_to(self, identity: str, mailbox: str) -> dict[str, str]:
        """Return the headers that lead a request to the server of a mailbox."""
        rows = await self.read("Get-Mailbox", {"Identity": identity}, select=("ExchangeGuid",), mailbox=mailbox)
        anchor = f"MBX:{rows[0]['ExchangeGuid']}@{self._tenant}" if rows else self._anchor
        return {"X-AnchorMailbox": anchor, "parameter-based-routing": "true"}

    async def read_batch(
        self, commands: Mapping[str, Command], *, select: tuple[str, ...] = (), what: str = ""
    ) -> dict[str, list[Fields] | Failure]:
        """Return the rows of many reads by id, ten reads per request; a read that failed is its error."""
        return await self.collect_batch(commands, fields(what), select=select, what=what)

    async def collect_batch(
        self,
        commands: Mapping[str, Command],
        reduce: Callable[[Row], T | None],
        *,
        select: tuple[str, ...] = (),
        what: str = "",
    ) -> dict[str, list[T] | Failure]:
        """Return what `reduce` makes of the rows of many reads, by id; a read that failed is its error.

        The rows of each request are reduced as they arrive and then dropped.
        """
        keys = list(commands)
        chunks = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
        results: dict[str, list[T] | Failure] = {}

        async def one(chunk: list[str]) -> None:
            results.update(await self._chunk({key: commands[key] for key in chunk}, reduce, select, what))
            self._policy.listener.reading(what or "mailboxes", len(results), len(keys))

        await asyncio.gather(*(one(chunk) for chunk in chunks))
        return results

    async def _chunk(
        self, commands: dict[str, Command], reduce: Callable[[Row], T | None], select: tuple[str, ...], what: str
    ) -> dict[str, list[T] | Failure]:
        left = commands
        results: dict[str, list[T] | Failure] = {}
        failed: dict[str, CloudError] = {}

        async def once() -> None:
            failed.clear()
            for key, result in (await self._ask(left, reduce, select, what)).items():
                if isinstance(result, CloudError) and is_transient(result):
                    failed[key] = result
                else:
                    results[key] = result
                    del left[key]
            if failed:
                raise first_concern(failed.values())

        return await parts_of(self._policy.call(once, is_write=False), results, failed)

    async def _ask(
        self, commands: Mapping[str, Command], reduce: Callable[[Row], T | None], select: tuple[str, ...], what: str
    ) -> dict[str, list[T] | Failure]:
        body = {
            "requests": [
                {
                    "id": key,
                    "method": "POST",
                    "url": self._url(select),
                    "headers": {"Content-Type": "application/json", **self._headers()},
                    "body": command(cmdlet, parameters),
                }
                for key, (cmdlet, parameters) in commands.items()
            ]
        }
        headers = {**self._headers(), "Prefer": "odata.continue-on-error"}
        answer = await self._post(f"{self._base}/$batch", body, what or "$batch", "", headers)
        return matched(whole_body(answer, what or "$batch"), commands, reduce)


class PagingBroken(ObserveError):
    """A link to a page that the service refuses: the link names a server, and the next call reaches another one."""

    names: list[str]
    """The names in the rows read so far, in lower case."""
