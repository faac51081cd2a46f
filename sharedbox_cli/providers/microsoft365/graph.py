"""Microsoft Graph through msgraph-sdk: its request builders and authentication, raw JSON, no retries of its own.

The SDK's typed models cost 8 to 17 ms an object, so lists are read as bytes.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from sharedbox_cli.core.errors import Ambiguous, CloudError, ObserveError, Refused
from sharedbox_cli.providers.microsoft365.errors import graph_error
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
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

    from sharedbox_cli.auth.microsoft import Renewable

BATCH = 20
PAGE = 999
FRESH_STARTS = 3
"""How often a list is begun anew because a link to one of its pages has expired."""
Parts = Mapping[str, tuple[str, Mapping[str, str]]]
"""Batch reads: id → (relative URL, headers)."""


class LinkExpired(ObserveError):
    """A link to a page that the service no longer knows."""


class Graph:
    """One tenant's Graph; use inside the provider's loop."""

    def __init__(self, credential: Renewable, scope: str, origin: str, policy: Policy) -> None:
        import httpx
        from kiota_authentication_azure.azure_identity_authentication_provider import (
            AzureIdentityAuthenticationProvider,
        )
        from msgraph.graph_request_adapter import GraphRequestAdapter
        from msgraph.graph_service_client import GraphServiceClient

        self._origin = origin
        self._policy = policy
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS))
        host = urlsplit(origin).hostname or ""
        provider = AzureIdentityAuthenticationProvider(credential, scopes=[scope], allowed_hosts=[host])
        self._adapter = GraphRequestAdapter(provider, client=self._http)
        self._adapter.base_url = f"{origin}/v1.0"
        policy.breaker.probe = self._probe
        self.client: GraphServiceClient = GraphServiceClient(request_adapter=self._adapter)

    async def close(self) -> None:
        """Give back connections."""
        await self._http.aclose()

    async def _send(
        self, make: Callable[[], RequestInformation], call: str, mailbox: str, request_id: str = ""
    ) -> Answer:
        import httpx
        from kiota_abstractions.native_response_handler import NativeResponseHandler
        from kiota_http.middleware.options import ResponseHandlerOption

        info = make()
        info.headers.try_add("client-request-id", request_id or str(uuid.uuid4()))
        info.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        try:
            response: Any = await self._adapter.send_primitive_async(info, "bytes", {})
        except httpx.TransportError as error:
            raise transport_error(error, call, mailbox) from None
        answer = Answer(response.status_code, response.headers, response.content, str(response.url))
        _judge(answer, call, mailbox)
        return answer

    async def _probe(self) -> None:
        """Read something small: whether the service works again."""
        await self._send(self.client.organization.to_get_request_information, "organization", "")

    async def read(self, make: Callable[[], RequestInformation], call: str) -> dict[str, Any]:
        """Return the JSON of one GET. Raises CloudError."""

        async def once() -> dict[str, Any]:
            return body_of(await self._send(make, call, ""), call)

        return await self._policy.call(once, is_write=False)

    async def read_all(self, make: Callable[[], RequestInformation], call: str, *, single: str = "") -> list[Fields]:
        """Return all items of a list, page by page, each once. Raises ObserveError where they are not whole.

        `single` is the path below which one object is read by its id (`/users`): pages that differ about it are settled
        so. A link that has expired begins the list anew, up to 3 times.
        """
        for left in range(FRESH_STARTS, -1, -1):
            try:
                found = await self._pages(make, call)
                break
            except LinkExpired as error:
                if not left:
                    raise ObserveError(where=call, why=f"Links to pages expired {FRESH_STARTS + 1} times.") from error
        return await self._each_once(found, call, single, make)

    async def _pages(self, make: Callable[[], RequestInformation], call: str) -> list[Fields]:
        pages = Pages(f"{self._origin}/v1.0", call)
        data = await self.read(make, call)
        found = items_of(data, call)
        while link := pages.next(data):
            try:
                data = await self.read(lambda link=link: self._linked(link, make()), call)  # type: ignore[misc]
            except Refused as error:
                if error.status == 410 or error.code == "Directory_ExpiredPageToken":
                    raise LinkExpired(where=call, why=error.why) from error
                raise
            found += items_of(data, call)
            self._policy.listener.reading(call, len(found), None)
        return found

    async def _each_once(
        self, found: list[Fields], call: str, single: str, make: Callable[[], RequestInformation]
    ) -> list[Fields]:
        """Return items without those that came twice: a list that moves while it is read can show one on two pages."""
        versions: dict[str, list[Fields]] = {}
        for item in found:
            seen = versions.setdefault(str(item["id"]), [])
            if item not in seen:
                seen.append(item)
        return [
            seen[0] if len(seen) == 1 else await self._settled(key, seen, call, single, make)
            for key, seen in versions.items()
        ]

    async def _settled(
        self, key: str, seen: list[Fields], call: str, single: str, make: Callable[[], RequestInformation]
    ) -> Fields:
        if single:
            query = urlsplit(make().url).query
            select = next(
                (part for part in query.split("&") if part.lower().startswith(("$select=", "%24select="))), ""
            )
            url = f"{self._origin}/v1.0{single}/{quote(key, safe='')}" + (f"?{select}" if select else "")
            data = await self.read(lambda: self._linked(url, make()), call)
            now = Fields({name: value for name, value in data.items() if "@" not in name}, call)
            if now in seen:
                return now
        why = "Two pages differ about it, and reading it by itself did not settle it."
        raise ObserveError(where=f"{call} · {key}", why=why, hint="It is being changed. Try again.")

    def _linked(self, link: str, first: RequestInformation) -> RequestInformation:
        from kiota_abstractions.method import Method
        from kiota_abstractions.request_information import RequestInformation

        info = RequestInformation(Method.GET)
        info.url = link
        info.headers.add_all(first.headers)  # extra headers are not carried by the link
        return info

    async def write(
        self, make: Callable[[], RequestInformation], call: str, mailbox: str, request_id: str = ""
    ) -> Answer:
        """Send one write. Raises CloudError; Ambiguous where the effect is not known."""

        async def once() -> Answer:
            answer = await self._send(make, call, mailbox, request_id)
            if answer.status != 204:
                body_of(answer, call, mailbox)  # a success that is a portal's page is none
            return answer

        return await self._policy.call(once, is_write=True)

    async def batch(self, parts: Parts, call: str) -> dict[str, dict[str, Any] | CloudError]:
        """Return the body of each part, or its error; throttled and lost parts are asked again."""
        chunks = [list(parts)[start : start + BATCH] for start in range(0, len(parts), BATCH)]
        done: dict[str, dict[str, Any] | CloudError] = {}
        total = 0
        for found in await asyncio.gather(*(self._chunk({key: parts[key] for key in chunk}, call) for chunk in chunks)):
            done |= found
            total += len(found)
            self._policy.listener.reading(call, total, len(parts))
        return done

    async def _chunk(self, parts: Parts, call: str) -> dict[str, dict[str, Any] | CloudError]:
        left = dict(parts)
        done: dict[str, dict[str, Any] | CloudError] = {}

        async def once() -> None:
            found = await self._ask(left, call)
            again = [item for item in found.values() if isinstance(item, CloudError) and is_passing(item)]
            for key, item in found.items():
                if not (isinstance(item, CloudError) and is_passing(item)):
                    done[key] = item
                    del left[key]
            if again:
                raise first_concern(again)

        await self._policy.call(once, is_write=False)
        return done

    async def _ask(self, parts: Parts, call: str) -> dict[str, dict[str, Any] | CloudError]:
        body = json.dumps(
            {
                "requests": [
                    {"id": key, "method": "GET", "url": url, **({"headers": dict(headers)} if headers else {})}
                    for key, (url, headers) in parts.items()
                ]
            }
        ).encode()
        return matched(body_of(await self._send(lambda: self._post("/$batch", body), call, ""), call), parts, call)

    def _post(self, path: str, body: bytes) -> RequestInformation:
        from kiota_abstractions.method import Method
        from kiota_abstractions.request_information import RequestInformation

        info = RequestInformation(Method.POST)
        info.url = f"{self._origin}/v1.0{path}"
        info.set_stream_content(body, "application/json")
        return info

    async def download(self, make: Callable[[], RequestInformation], call: str) -> bytes:
        """Return what a redirect leads to, fetched without any token: its address is pre-authenticated."""

        async def once() -> bytes:
            import httpx

            answer = await self._send(make, call, "")
            if answer.status != 302:
                return answer.body
            link = answer.headers.get("location", "")
            if urlsplit(link).scheme != "https":
                raise ObserveError(where=call, why="The report is not offered over https.")
            try:
                response = await self._http.get(link)
            except httpx.TransportError as error:
                raise transport_error(error, call) from None
            judge(Answer(response.status_code, response.headers, b""), call)
            return response.content

        return await self._policy.call(once, is_write=False)


def _judge(answer: Answer, call: str, mailbox: str) -> None:
    if answer.status >= 400 and answer.status not in (401, 408, 429, 500, 502, 503, 504):
        known = graph_error(answer, call, mailbox)
        if known is not None:
            raise known
    judge(answer, call, mailbox)


def is_passing(error: CloudError) -> bool:
    """Return whether a failed part of a batch is worth asking again."""
    from sharedbox_cli.core.errors import Throttled

    return isinstance(error, (Throttled, Ambiguous, Renewed))


def matched(data: Mapping[str, Any], parts: Mapping[str, object], call: str) -> dict[str, dict[str, Any] | CloudError]:
    """Return the answers of a batch by id: any order; a foreign or doubled id is an error."""
    found: dict[str, dict[str, Any] | CloudError] = {}
    answers = data.get("responses")
    if not isinstance(answers, list):
        raise Ambiguous("the answer has another shape than expected", call=call)
    for item in answers:
        key = str(item.get("id"))
        if key not in parts or key in found:
            raise ObserveError(
                where=call, why=f"A batch answered with the id {key}, which was not asked or came twice."
            )
        found[key] = _part(item, call)
    for key in parts:
        found.setdefault(key, Ambiguous("an answer of a batch is missing", call=call))
    return found


def _part(item: Mapping[str, Any], call: str) -> dict[str, Any] | CloudError:
    headers = {str(name).lower(): str(value) for name, value in (item.get("headers") or {}).items()}
    body = item.get("body")
    answer = Answer(int(item.get("status") or 0), headers, json.dumps(body).encode())
    try:
        _judge(answer, call, "")
    except CloudError as error:
        return error
    return body if isinstance(body, dict) else Ambiguous("an answer of a batch is cut short", call=call)


def chunks_of(items: Sequence[str], size: int) -> list[list[str]]:
    """Return the items in pieces."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
