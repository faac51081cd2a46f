"""Microsoft Graph through msgraph-sdk: its request builders and authentication, with raw JSON and without its retries.

The SDK's typed models cost 8 to 17 ms per object, so lists are read as bytes.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

from sharedbox_cli.core.errors import CloudError, ObserveError, Refused, SharedboxError
from sharedbox_cli.providers.microsoft365.graph_batches import Parts, batch_of, judge_graph, matched
from sharedbox_cli.providers.responses import (
    Answer,
    Failure,
    Fields,
    Pages,
    Row,
    body_of,
    first_concern,
    is_transient,
    judge,
    parts_of,
    reduced,
    rows_of,
    transport_error,
)
from sharedbox_cli.providers.transport import CONNECT_SECONDS, SILENCE_SECONDS, Policy

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

    from sharedbox_cli.auth.microsoft import Renewable

T = TypeVar("T")
BATCH = 20
PAGE = 999
FRESH_STARTS = 3
"""How often a list is started over because a link to one of its pages has expired."""


class LinkExpired(ObserveError):
    """A link to a page that the service no longer knows."""


class Graph:
    """Microsoft Graph of one tenant. Use it inside the provider's loop."""

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
        """Close the connections."""
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
        judge_graph(answer, call, mailbox)
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
        """Return all items of a list, complete, each once (see `collect`)."""
        return await self.collect(make, call, lambda row: Fields(row, call), single=single)

    async def collect(
        self, make: Callable[[], RequestInformation], call: str, reduce: Callable[[Row], T], *, single: str = ""
    ) -> list[T]:
        """Return what `reduce` makes of each item of a list, each once. Raises ObserveError if they are incomplete.

        Each page is reduced as it arrives and then dropped. `single` is the path below which one object is read by its
        id (`/users`): where two pages differ about an object, that reading decides. A link that has expired starts the
        list over, up to 3 times.
        """
        for left in range(FRESH_STARTS, -1, -1):
            try:
                items, conflicts = await self._pages(make, call, reduce)
                break
            except LinkExpired as error:
                if not left:
                    raise ObserveError(where=call, why=f"Links to pages expired {FRESH_STARTS + 1} times.") from error
        for key, versions in conflicts.items():
            items[key] = await self._settled(key, versions, call, reduce, single, make)
        return list(items.values())

    async def _pages(
        self, make: Callable[[], RequestInformation], call: str, reduce: Callable[[Row], T]
    ) -> tuple[dict[str, T], dict[str, list[T]]]:
        """Return the items by id, and all versions of those about which pages differ.

        A list that changes while it is read can show one object on two pages.
        """
        pages = Pages(f"{self._origin}/v1.0", call)
        items: dict[str, T] = {}
        conflicts: dict[str, list[T]] = {}
        data = await self.read(make, call)
        while True:
            for key, item in reduced(rows_of(data, call), call, lambda row: (str(row["id"]), reduce(row))):
                known = items.setdefault(key, item)
                if known is not item and known != item:
                    versions = conflicts.setdefault(key, [known])
                    if item not in versions:
                        versions.append(item)
            self._policy.listener.reading(call, len(items), None)
            link = pages.next(data)
            if not link:
                return items, conflicts
            try:
                data = await self.read(lambda link=link: self._linked(link, make()), call)  # type: ignore[misc]
            except Refused as error:
                if error.status == 410 or error.code == "Directory_ExpiredPageToken":
                    raise LinkExpired(where=call, why=error.why) from error
                raise

    async def _settled(
        self,
        key: str,
        versions: list[T],
        call: str,
        reduce: Callable[[Row], T],
        single: str,
        make: Callable[[], RequestInformation],
    ) -> T:
        if single:
            query = urlsplit(make().url).query
            select = next(
                (part for part in query.split("&") if part.lower().startswith(("$select=", "%24select="))), ""
            )
            url = f"{self._origin}/v1.0{single}/{quote(key, safe='')}" + (f"?{select}" if select else "")
            data = await self.read(lambda: self._linked(url, make()), call)
            [now] = reduced([{name: value for name, value in data.items() if "@" not in name}], call, reduce)
            if now in versions:
                return now
        why = "Two pages differ about it, and reading it separately did not settle it."
        raise ObserveError(where=f"{call} · {key}", why=why, hint="It is being changed. Try again.")

    def _linked(self, link: str, first: RequestInformation) -> RequestInformation:
        info = self._link(link)
        info.headers.add_all(first.headers)  # the link does not carry extra headers
        return info

    def _link(self, link: str) -> RequestInformation:
        from kiota_abstractions.method import Method
        from kiota_abstractions.request_information import RequestInformation

        info = RequestInformation(Method.GET)
        info.url = link
        return info

    async def write(
        self, make: Callable[[], RequestInformation], call: str, mailbox: str, request_id: str = ""
    ) -> Answer:
        """Send one write. Raises CloudError; Ambiguous if the effect is unknown."""

        async def once() -> Answer:
            answer = await self._send(make, call, mailbox, request_id)
            if answer.status != 204:
                body_of(answer, call, mailbox)  # a sign-in portal also answers with 200
            return answer

        return await self._policy.call(once, is_write=True)

    async def batch(self, parts: Parts, call: str, reduce: Callable[[dict[str, Any]], T]) -> dict[str, T | Failure]:
        """Return what `reduce` makes of the response to each read, by id; a read that failed is its error.

        Twenty reads per request. Of a request, only what failed for now is sent again.
        """
        chunks = [list(parts)[start : start + BATCH] for start in range(0, len(parts), BATCH)]
        results: dict[str, T | Failure] = {}

        async def one(chunk: list[str]) -> None:
            results.update(await self._chunk({key: parts[key] for key in chunk}, call, reduce))
            self._policy.listener.reading(call, len(results), len(parts))

        await asyncio.gather(*(one(chunk) for chunk in chunks))
        return results

    async def batch_lists(self, parts: Parts, call: str) -> dict[str, list[Fields] | Failure]:
        """Return all items of each list, complete, by its id; a list that failed is its error."""
        results: dict[str, list[Fields] | Failure] = {}
        for key, body in (await self.batch(parts, call, dict)).items():
            if isinstance(body, SharedboxError):
                results[key] = body
                continue
            try:
                results[key] = await self._rest(body, call)
            except (CloudError, ObserveError) as error:
                results[key] = error
        return results

    async def _rest(self, data: Mapping[str, Any], call: str) -> list[Fields]:
        """Return the items of a list from its first page on."""
        pages = Pages(f"{self._origin}/v1.0", call)
        items: list[Fields] = []
        while True:
            items += reduced(rows_of(data, call), call, lambda row: Fields(row, call))
            link = pages.next(data)
            if not link:
                return items
            data = await self.read(lambda link=link: self._link(link), call)  # type: ignore[misc]

    def warn(self, text: str) -> None:
        """Say something that does not stop the reading."""
        self._policy.listener.warning(text)

    async def _chunk(
        self, parts: dict[str, tuple[str, Mapping[str, str]]], call: str, reduce: Callable[[dict[str, Any]], T]
    ) -> dict[str, T | Failure]:
        left = parts
        results: dict[str, T | Failure] = {}

        failed: dict[str, CloudError] = {}

        async def once() -> None:
            failed.clear()
            for key, result in (await self._ask(left, call, reduce)).items():
                if isinstance(result, CloudError) and is_transient(result):
                    failed[key] = result
                else:
                    results[key] = result
                    del left[key]
            if failed:
                raise first_concern(failed.values())

        return await parts_of(self._policy.call(once, is_write=False), results, failed)

    async def _ask(self, parts: Parts, call: str, reduce: Callable[[dict[str, Any]], T]) -> dict[str, T | Failure]:
        body = batch_of(parts)
        data = body_of(await self._send(lambda: self._post("/$batch", body), call, ""), call)
        return matched(data, parts, call, reduce)

    def _post(self, path: str, body: bytes) -> RequestInformation:
        from kiota_abstractions.method import Method
        from kiota_abstractions.request_information import RequestInformation

        info = RequestInformation(Method.POST)
        info.url = f"{self._origin}/v1.0{path}"
        info.set_stream_content(body, "application/json")
        return info

    async def download(self, make: Callable[[], RequestInformation], call: str) -> bytes:
        """Return what a redirect points to, fetched without a token: its address is pre-authenticated."""

        async def once() -> bytes:
            import httpx

            answer = await self._send(make, call, "")
            if answer.status != 302:
                return answer.body
            link = answer.headers.get("location", "")
            if urlsplit(link).scheme != "https":
                raise ObserveError(where=call, why="The report is not available over https.")
            try:
                response = await self._http.get(link)
            except httpx.TransportError as error:
                raise transport_error(error, call) from None
            judge(Answer(response.status_code, response.headers, b""), call)
            return response.content

        return await self._policy.call(once, is_write=False)
