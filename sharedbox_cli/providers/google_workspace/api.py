"""Google's APIs through google-api-python-client: packaged discovery documents, one HTTP object a thread.

The client's own retries are off: they repeat writes whose effect is not known. Its batches are not used: they save
no quota, lose the retry of single parts, and leave for Google's own host whatever endpoint is set.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.providers.answers import MAX_PAGES, Fields, Renewed
from sharedbox_cli.providers.google_workspace.errors import connection_error, google_error
from sharedbox_cli.providers.google_workspace.scopes import DOORS, GMAIL, LICENSING, SETTINGS
from sharedbox_cli.providers.transport import SILENCE_SECONDS, Policy

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection
    from sharedbox_cli.auth.google import GoogleCredentials

THREADS = 16
MOST = {GMAIL: (8, 16), SETTINGS: (6, 10), LICENSING: (1, 1)}
"""Requests in flight at the start and at most, by API (the limits pages of each API, read 2026-11)."""
Make = Callable[[Any], Any]
"""Gets an API's resource, returns the request."""


class Google:
    """One Workspace account; use inside the provider's loop."""

    def __init__(
        self, connection: GoogleConnection, credentials: GoogleCredentials, policies: Mapping[str, Policy]
    ) -> None:  # fmt: skip
        import httplib2

        httplib2.RETRIES = 1  # it repeats a POST on a new connection otherwise
        self.admin = connection.admin
        self.customer = connection.customer
        self.shared_units = connection.shared_org_units
        self._urls = connection.api_urls
        self._connection = connection
        self._credentials = credentials
        self._policies = policies
        self._threads = ThreadPoolExecutor(THREADS, "sharedbox-google")
        self._local = threading.local()
        self._lock = threading.Lock()
        self._refreshing: dict[int, threading.Lock] = {}
        self._services: dict[str, Any] = {}

    def close(self) -> None:
        """Give back threads and connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _service(self, api: str) -> Any:
        with self._lock:
            if api not in self._services:
                import httplib2
                from googleapiclient.discovery import build

                door = DOORS[api]
                options = {"api_endpoint": url} if (url := self._urls.get(door.service)) else {}
                self._services[api] = build(
                    door.service, door.version, http=httplib2.Http(), client_options=options, static_discovery=True,
                    cache_discovery=False,
                )  # fmt: skip
            return self._services[api]

    async def read(self, api: str, make: Make, call: str, *, subject: str = "", mailbox: str = "") -> Fields:
        """Return the answer to one read. Raises CloudError, AuthError."""
        found = await self._call(api, make, call, subject, mailbox, is_write=False)
        return Fields(found, call)

    async def write(self, api: str, make: Make, call: str, *, subject: str = "", mailbox: str = "") -> dict[str, Any]:
        """Send one write. Raises CloudError; Ambiguous where the effect is not known."""
        return await self._call(api, make, call, subject, mailbox, is_write=True)

    async def read_all(
        self, api: str, make: Callable[[Any, str | None], Any], key: str, call: str, *, most_pages: int = MAX_PAGES
    ) -> tuple[list[Fields], bool]:
        """Return the items of a list and whether these are all. Raises ObserveError for pages without end."""
        found: list[Fields] = []
        seen: set[str] = set()
        token: str | None = None
        for _ in range(most_pages):
            data = await self.read(api, partial(_paged, make, token), call)
            items = data.get(key, [])
            if not isinstance(items, list):
                raise ObserveError(where=call, why=f"`{key}` is not a list: it is not the whole truth.")
            found += [Fields(item, call) for item in items]
            token = data.get("nextPageToken")
            if not token:
                return found, True
            if token in seen:
                raise ObserveError(where=call, why="The pages go round in a circle.")
            seen.add(token)
            self._policies[api].listener.reading(call, len(found), None)
        return found, False

    async def _call(
        self, api: str, make: Make, call: str, subject: str, mailbox: str, *, is_write: bool
    ) -> dict[str, Any]:  # fmt: skip
        loop = asyncio.get_running_loop()

        async def once() -> dict[str, Any]:
            return await loop.run_in_executor(
                self._threads, self._execute, api, make, call, subject or self.admin, mailbox, is_write
            )  # fmt: skip

        return await self._policies[api].call(once, is_write=is_write)

    def _execute(
        self, api: str, make: Make, call: str, subject: str, mailbox: str, is_write: bool
    ) -> dict[str, Any]:  # fmt: skip
        from google.auth.exceptions import GoogleAuthError
        from google_auth_httplib2 import AuthorizedHttp
        from googleapiclient.errors import HttpError

        door = DOORS[api]
        scopes = door.write if is_write else door.read
        try:
            credentials = self._fresh(subject, scopes)
            http = AuthorizedHttp(credentials, http=self._http(), refresh_status_codes=(), max_refresh_attempts=0)
            found = make(self._service(api)).execute(http=http, num_retries=0)
        except HttpError as error:
            meant = google_error(error, call, mailbox)
            if isinstance(meant, Renewed):
                self._credentials.forget(subject)
            raise meant from None
        except GoogleAuthError as error:
            from sharedbox_cli.auth.google import words_of_refresh_error

            raise words_of_refresh_error(error, subject, scopes, self._connection) from None
        except Exception as error:
            if not isinstance(error, (OSError, ValueError, *_broken())):
                raise
            raise connection_error(error, call, mailbox) from None
        return found if isinstance(found, dict) else {}

    def _http(self) -> Any:
        import httplib2

        if not hasattr(self._local, "http"):
            self._local.http = httplib2.Http(timeout=SILENCE_SECONDS)
        return self._local.http

    def _fresh(self, subject: str, scopes: tuple[str, ...]) -> Any:
        """Return credentials with a token that is good; many threads ask for one token once."""
        from google_auth_httplib2 import Request

        credentials = self._credentials.of(subject, scopes)
        with self._lock:
            lock = self._refreshing.setdefault(id(credentials), threading.Lock())
        with lock:
            if not credentials.valid:
                credentials.refresh(Request(self._http()))  # type: ignore[no-untyped-call]
        return credentials


def _paged(make: Callable[[Any, str | None], Any], token: str | None, service: Any) -> Any:
    return make(service, token)


def _broken() -> tuple[type[Exception], ...]:
    import http.client

    import httplib2

    return (http.client.HTTPException, httplib2.HttpLib2Error)
