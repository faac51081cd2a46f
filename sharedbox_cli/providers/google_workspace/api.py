"""Google's APIs for the provider's loop: simultaneous reads are sent in batches, writes one by one.

Reads of Directory, Groups Settings and Gmail that wait at the same moment become batches. Each part has its own
outcome, and only refused parts are sent again (docs/decisions/0008-google-batches.md). A single read is a plain
request. Writes are never batched: an ambiguous one must be settled separately.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sharedbox_cli.core.errors import Ambiguous, AuthError, CloudError, ObserveError, PermissionDenied, Throttled
from sharedbox_cli.providers.google_workspace.google_client import Ask, Make, Wire
from sharedbox_cli.providers.google_workspace.scopes import (
    CALENDAR,
    CONTACTS,
    DIRECTORY,
    GMAIL,
    IDENTITY,
    LICENSING,
    SETTINGS,
)
from sharedbox_cli.providers.responses import MAX_PAGES, Fields, Renewed, Row, Unreachable, first_concern, reduced
from sharedbox_cli.providers.transport import Policy

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection
    from sharedbox_cli.auth.google import GoogleCredentials

T = TypeVar("T")
THREADS = 16
MOST = {GMAIL: (8, 16), SETTINGS: (6, 10), LICENSING: (1, 1)}
"""Requests in flight at the start and at most, by API (the limits pages of each API, read 2026-11)."""
PARTS = {DIRECTORY: 100, SETTINGS: 100, GMAIL: 50, CALENDAR: 50, CONTACTS: 50, IDENTITY: 50}
"""Parts per batch: up to 1000 are allowed, for Gmail 100 with 50 recommended. Less fails when a small batch fails."""
BATCHES = 4
"""Batches in flight per API."""
SECONDS_BETWEEN = {LICENSING: 1.0}
"""developers.google.com/workspace/admin/licensing/v1/limits, read 2026-11: one query per second, otherwise 503."""
_REPEATED = (Renewed, Throttled, Unreachable, Ambiguous)


async def together(works: Iterable[Awaitable[T]]) -> list[T]:
    """Return the results of all, in order; the first error stops the others and is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            if task.done():
                task.result()
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Google:
    """One Google Workspace account. Use it inside the provider's loop."""

    def __init__(
        self, connection: GoogleConnection, credentials: GoogleCredentials, policies: Mapping[str, Policy]
    ) -> None:
        self.admin = connection.admin
        self.customer = connection.customer
        self.shared_units = connection.shared_org_units
        self._wire = Wire(connection, credentials)
        self._policies = policies
        self._threads = ThreadPoolExecutor(THREADS, "sharedbox-google")
        self._warned: set[str] = set()
        self.alone: set[str] = set()
        """The APIs that were found to take no batches: their reads are sent one by one."""
        self._next_turn: dict[str, float] = {}
        self._waiting: dict[str, deque[tuple[Ask, asyncio.Future[dict[str, Any]]]]] = {api: deque() for api in PARTS}
        self._flying: dict[str, set[asyncio.Task[None]]] = {api: set() for api in PARTS}

    async def close(self) -> None:
        """Cancel what is in flight; release threads and connections."""
        tasks = [task for flying in self._flying.values() for task in flying]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._wire.close()

    def share_token(self, *apis: str) -> None:
        """Read these APIs with one token per account: for a reading that asks all of them about each account."""
        self._wire.joint.share(apis)

    def expect(self, scopes: Collection[str]) -> None:
        """Prepare for a reading that needs these scopes, so that it requests few tokens."""
        self._wire.joint.expect(scopes)

    def warn(self, api: str, text: str) -> None:
        """Report something once that did not stop a reading."""
        if text not in self._warned:
            self._warned.add(text)
            self._policies[api].listener.warning(text)

    async def read(
        self, api: str, make: Make, call: str, *, subject: str = "", mailbox: str = "", is_alone: bool = False
    ) -> Fields:
        """Return the response to one read; alone, it is in no batch. Raises CloudError, AuthError."""
        ask = Ask(api, make, call, subject or self.admin, mailbox)
        if is_alone or api in self.alone or api not in PARTS:
            return Fields(await self._one(ask), call)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[dict[str, Any]] = loop.create_future()
        self._waiting[api].append((ask, answer))
        loop.call_soon(self._depart, api)  # after all reads that are about to be queued
        return Fields(await answer, call)

    async def write(self, api: str, make: Make, call: str, *, subject: str = "", mailbox: str = "") -> dict[str, Any]:
        """Send one write. Raises CloudError; Ambiguous if the effect is unknown."""
        return await self._one(Ask(api, make, call, subject or self.admin, mailbox, is_write=True))

    async def read_all(
        self,
        api: str,
        make: Callable[[Any, str | None], Any],
        key: str,
        call: str,
        *,
        kind: str = "",
        subject: str = "",
        mailbox: str = "",
        most_pages: int = MAX_PAGES,
        is_alone: bool = False,
    ) -> tuple[list[Fields], bool]:
        """Return the items of a list and whether these are all (see `collect`)."""
        items = partial(Fields, call=call)
        return await self.collect(
            api,
            make,
            key,
            call,
            items,
            kind=kind,
            subject=subject,
            mailbox=mailbox,
            most_pages=most_pages,
            is_alone=is_alone,
        )

    async def collect(
        self,
        api: str,
        make: Callable[[Any, str | None], Any],
        key: str,
        call: str,
        reduce: Callable[[Row], T | None],
        *,
        kind: str = "",
        subject: str = "",
        mailbox: str = "",
        most_pages: int = MAX_PAGES,
        is_alone: bool = False,
    ) -> tuple[list[T], bool]:
        """Return what `reduce` makes of the items of a list, without None, and whether the list was read completely.

        Each page is reduced as it arrives and then dropped. In Google's responses a list without items has no key;
        `kind` proves that an empty response is one of this list. Raises ObserveError for pages that never end.
        """
        items: list[T] = []
        seen: set[str] = set()
        token: str | None = None
        for _ in range(most_pages):
            data = await self.read(
                api, partial(_paged, make, token), call, subject=subject, mailbox=mailbox, is_alone=is_alone
            )
            rows = data.get(key, [])
            if not isinstance(rows, list) or (kind and data.get("kind") != kind):
                why = f"The response is not a list of {key}, so it is incomplete."
                raise ObserveError(where=" · ".join(part for part in (mailbox, call) if part), why=why)
            items += reduced(rows, call, reduce)
            token = data.get("nextPageToken")
            if not token:
                return items, True
            if token in seen:
                raise ObserveError(where=call, why="The pages form a loop.")
            seen.add(token)
            self._policies[api].listener.reading(call, len(items), None)
        if most_pages >= MAX_PAGES:
            raise ObserveError(where=call, why=f"There are more than {MAX_PAGES} pages.")
        return items, False

    async def _one(self, ask: Ask) -> dict[str, Any]:
        loop = asyncio.get_running_loop()

        async def once() -> dict[str, Any]:
            await self._turn(ask.api)
            return await loop.run_in_executor(self._threads, self._wire.send, ask)

        return await self._policies[ask.api].call(once, is_write=ask.is_write)

    async def _turn(self, api: str) -> None:
        """Wait if an API accepts only so many calls per second."""
        if (between := SECONDS_BETWEEN.get(api)) is None:
            return
        clock = self._policies[api].clock
        now = clock.monotonic()
        at = max(now, self._next_turn.get(api, now))
        self._next_turn[api] = at + between
        if at > now:
            await clock.sleep(at - now)

    def _depart(self, api: str) -> None:
        """Send the waiting reads in as many batches as may be in flight; the others wait for the next batch."""
        waiting, flying = self._waiting[api], self._flying[api]
        while waiting and len(flying) < BATCHES:
            load: list[tuple[Ask, asyncio.Future[dict[str, Any]]]] = []
            while waiting and len(load) < PARTS[api]:
                item = waiting.popleft()
                if not item[1].done():  # otherwise its caller was cancelled
                    load.append(item)
            if load:
                task = asyncio.ensure_future(self._carry(api, load))
                flying.add(task)
                task.add_done_callback(partial(self._landed, api))

    def _landed(self, api: str, task: asyncio.Task[None]) -> None:
        self._flying[api].discard(task)
        if not task.cancelled():
            task.result()
            self._depart(api)

    async def _carry(self, api: str, load: list[tuple[Ask, asyncio.Future[dict[str, Any]]]]) -> None:
        """Give each read its response or error."""
        open_ones = dict(load)
        try:
            if len(load) == 1:
                ask, answer = load[0]
                _give(answer, await self._one(ask))
            while len(load) > 1 and open_ones:
                await self._batch(open_ones)
        except Exception as error:  # noqa: BLE001 - every caller that waits must get an error
            for ask, answer in open_ones.items():
                _give(answer, _about(error, ask) if isinstance(error, (CloudError, AuthError)) else error)

    async def _batch(self, open_ones: dict[Ask, asyncio.Future[dict[str, Any]]]) -> None:
        """Send the open parts, with retries. Raises CloudError, AuthError if none of them succeeded."""
        before = len(open_ones)
        try:
            await self._policies[next(iter(open_ones)).api].call(partial(self._round, open_ones), is_write=False)
        except (CloudError, AuthError):
            if len(open_ones) == before:
                raise

    async def _round(self, open_ones: dict[Ask, asyncio.Future[dict[str, Any]]]) -> None:
        """Send the open parts once; those that may be repeated stay open. Raises CloudError for them."""
        loop = asyncio.get_running_loop()
        asks = list(open_ones)
        first_of = {(ask.subject, ask.scopes): ask for ask in asks}
        await asyncio.gather(
            *(loop.run_in_executor(self._threads, self._wire.ready, ask) for ask in first_of.values()),
            return_exceptions=True,  # the same error comes again, per part
        )
        results = await loop.run_in_executor(self._threads, self._wire.send_all, asks)
        concerns: list[CloudError] = []
        for ask, result in zip(asks, results, strict=True):
            if isinstance(result, _REPEATED):
                concerns.append(result)
            else:
                _give(open_ones.pop(ask), result)
        if concerns:
            raise first_concern(concerns)


def _paged(make: Callable[[Any, str | None], Any], token: str | None, service: Any) -> Any:
    return make(service, token)


def _give(answer: asyncio.Future[dict[str, Any]], result: dict[str, Any] | Exception) -> None:
    if answer.done():
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)


def _about(error: CloudError | AuthError, ask: Ask) -> CloudError | AuthError:
    """Return the error of a batch as the error of one part."""
    if isinstance(error, AuthError):
        return AuthError(error.summary, where=error.where, why=error.why, hint=error.hint)
    about = type(error)(
        error.summary,
        mailbox=ask.mailbox,
        call=ask.call,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        why=error.why,
        hint=error.hint,
        retry_after=error.retry_after,
    )
    if isinstance(about, PermissionDenied):
        about.is_whole_route = not ask.mailbox
    return about
