"""The part that runs in threads: tokens, single requests and batches of google-api-python-client.

Discovery documents are the packaged ones. Each thread has its own HTTP object (httplib2's are not thread-safe).
The retries of the library are disabled, because they repeat writes whose effect is unknown.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import Ambiguous, AuthError, CloudError
from sharedbox_cli.providers.google_workspace.batches import Matching, batch_url
from sharedbox_cli.providers.google_workspace.errors import connection_error, google_error, lacks_scope
from sharedbox_cli.providers.google_workspace.joint import JointTokens
from sharedbox_cli.providers.google_workspace.scopes import APIS, Api
from sharedbox_cli.providers.google_workspace.single_send_http import http_once
from sharedbox_cli.providers.responses import PORTAL, Renewed

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection
    from sharedbox_cli.auth.google import GoogleCredentials

Make = Callable[[Any], Any]
"""Takes the resource of an API, returns the request."""
IDLE_SECONDS = 30.0
_SDK = (
    "google.auth.exceptions",
    "google_auth_httplib2",
    "googleapiclient.discovery",
    "googleapiclient.http",
    "googleapiclient.errors",
    "sharedbox_cli.auth.google_signing",
)


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One call: to which API, as which user, about which mailbox."""

    api: str
    make: Make
    call: str
    subject: str
    mailbox: str = ""
    is_write: bool = False

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return the scopes that the token needs."""
        return APIS[self.api].scopes_of(self.call, is_write=self.is_write)


Result = dict[str, Any] | CloudError | AuthError


class Resource:
    """A resource of an API that builds each of its sub-resources once.

    The library builds all methods of a sub-resource (`users()`) at each call: 17 KB in reference cycles per request.
    """

    def __init__(self, resource: Any) -> None:
        self._resource = resource
        self._parts: dict[str, Resource] = {}

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._resource, name)
        if not getattr(method, "__is_resource__", False):
            return method
        return lambda: self._part(name, method)

    def _part(self, name: str, method: Callable[[], Any]) -> Resource:
        if name not in self._parts:
            self._parts[name] = Resource(method())
        return self._parts[name]


@dataclass(slots=True)
class Wire:
    """Services, connections and tokens of one account. Use it from any thread."""

    connection: GoogleConnection
    credentials: GoogleCredentials
    joint: JointTokens = field(default_factory=JointTokens)
    _services: dict[str, Any] = field(default_factory=dict)
    _refreshing: dict[int, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _local: threading.local = field(default_factory=threading.local)
    _open: set[Any] = field(default_factory=set)
    _is_closed: bool = False

    def __post_init__(self) -> None:
        for name in _SDK:  # not later by several threads at once: these packages have import cycles
            import_module(name)

    def send(self, ask: Ask) -> dict[str, Any]:
        """Return the response to one call. Raises CloudError, AuthError."""
        from google_auth_httplib2 import AuthorizedHttp
        from googleapiclient.errors import HttpError

        credentials = self._fresh(ask)
        if ask.is_write and time.monotonic() - getattr(self._local, "used_at", 0.0) > IDLE_SECONDS:
            self._hang_up()  # the server may have closed it, and the write would end without a response
        http = AuthorizedHttp(credentials, http=self._http(), refresh_status_codes=(), max_refresh_attempts=0)
        try:
            response = ask.make(self._service(ask.api)).execute(http=http, num_retries=0)
        except HttpError as error:
            raise self._error(error, ask) from None
        except _below_http() as error:
            raise self._broken(error, ask) from None
        finally:
            self._tidy()
        return _object(response, ask)

    def raw(self, ask: Ask) -> tuple[int, str, bytes]:
        """Return status, content type and body of one read as they came. Raises CloudError, AuthError."""
        credentials = self._fresh(ask)
        request = ask.make(self._service(ask.api))
        headers = {**request.headers, "authorization": f"Bearer {credentials.token}"}
        try:
            response, body = self._http().request(request.uri, method=request.method, headers=headers)
        except _below_http() as error:
            raise self._broken(error, ask) from None
        finally:
            self._tidy()
        return response.status, str(response.get("content-type", "")), body

    def send_all(self, asks: Sequence[Ask]) -> list[Result]:
        """Return the responses to reads of one API, in order, or the error of each part.

        One batch, sent to the API's own endpoint; each part has its own token. Raises CloudError if the batch itself
        failed, or if its responses do not match.
        """
        from googleapiclient.errors import HttpError
        from googleapiclient.http import BatchHttpRequest

        results: list[Result] = [Ambiguous("no response", call=ask.call, mailbox=ask.mailbox) for ask in asks]

        def part(identity: str, response: object, error: HttpError | None) -> None:
            ask = asks[int(identity)]
            try:
                results[int(identity)] = self._error(error, ask) if error is not None else _object(response, ask)
            except CloudError as failure:
                results[int(identity)] = failure

        batch = None
        for number, ask in enumerate(asks):
            try:
                token = self._fresh(ask).token
            except (CloudError, AuthError) as error:
                results[number] = error
                continue
            request = ask.make(self._service(ask.api))
            request.headers["authorization"] = f"Bearer {token}"
            if batch is None:
                batch = BatchHttpRequest(callback=part, batch_uri=batch_url(request.uri, ask.api))
            batch.add(request, request_id=str(number))
        if batch is not None:
            whole = Ask(asks[0].api, asks[0].make, f"{asks[0].api} batch", "")
            try:
                batch.execute(http=Matching(self._http(), whole.call))
            except HttpError as error:
                raise self._error(error, whole) from None
            except _below_http() as error:
                raise self._broken(error, whole) from None
            finally:
                self._tidy()
        return results

    def ready(self, ask: Ask) -> None:
        """Get a token, so that a batch does not have to wait for it. Raises CloudError, AuthError."""
        self._fresh(ask)

    def close(self) -> None:
        """Close the connections of all threads; a thread that is busy closes its own."""
        with self._lock:
            self._is_closed = True
            for connection in self._open:
                connection.close()
            self._open.clear()
        self.credentials.close()

    def _service(self, api: str) -> Any:
        with self._lock:
            if api not in self._services:
                self._services[api] = Resource(self._built(APIS[api]))
            return self._services[api]

    def _built(self, definition: Api) -> Any:
        import httplib2
        from googleapiclient.discovery import build, build_from_document

        url = self.connection.api_urls.get(definition.service)
        options = {"api_endpoint": url} if url else {}
        if definition.document is not None:
            return build_from_document(dict(definition.document), http=httplib2.Http(), client_options=options)
        return build(
            definition.service,
            definition.version,
            http=httplib2.Http(),
            static_discovery=True,
            cache_discovery=False,
            client_options=options,
        )

    def _http(self) -> Any:
        if not hasattr(self._local, "http"):
            self._local.http = http_once()
            with self._lock:
                self._open.add(self._local.http)
        self._local.used_at = time.monotonic()
        return self._local.http

    def _error(self, error: Any, ask: Ask) -> CloudError:
        failure = google_error(error, ask.call, ask.mailbox)
        if isinstance(failure, Renewed):
            self.credentials.forget(ask.subject)
        return failure

    def _broken(self, error: Exception, ask: Ask) -> CloudError:
        """Return the error for a failure below HTTP; its connection is not used again."""
        self._hang_up()
        return connection_error(error, ask.call, ask.mailbox)

    def _tidy(self) -> None:
        if self._is_closed:
            self._hang_up()

    def _hang_up(self) -> None:
        if hasattr(self._local, "http"):
            with self._lock:
                self._open.discard(self._local.http)
            self._local.http.close()
            del self._local.http

    def _fresh(self, ask: Ask) -> Any:
        """Return credentials with a valid token; threads that need the same token request it once."""
        for scopes in self.joint.candidates(ask.api, ask.scopes, is_write=ask.is_write):
            try:
                return self._valid(ask, scopes)
            except AuthError as error:
                if scopes == ask.scopes or not lacks_scope(error):
                    raise
                self.joint.refuse(scopes)
        return self._valid(ask, ask.scopes)

    def _valid(self, ask: Ask, scopes: tuple[str, ...]) -> Any:
        from google.auth.exceptions import GoogleAuthError
        from google_auth_httplib2 import Request

        from sharedbox_cli.auth.google import words_of_refresh_error

        credentials = self.credentials.of(ask.subject, scopes)
        with self._lock:
            lock = self._refreshing.setdefault(id(credentials), threading.Lock())
        with lock:
            if not credentials.valid:
                try:
                    credentials.refresh(Request(self._http()))  # type: ignore[no-untyped-call]
                except GoogleAuthError as error:
                    raise words_of_refresh_error(error, ask.subject, scopes, self.connection) from None
                except _below_http() as error:
                    raise self._broken(error, ask) from None
        return credentials


def _below_http() -> tuple[type[Exception], ...]:
    """Return the errors that sockets and httplib2 raise, and those from parsing a truncated or endless response."""
    import httplib2

    parsing = (ValueError, IndexError, KeyError, RecursionError)
    return (OSError, *parsing, http.client.HTTPException, httplib2.HttpLib2Error)


def _object(response: object, ask: Ask) -> dict[str, Any]:
    """Return the object of a response; one without a body is empty. Raises Ambiguous."""
    if isinstance(response, dict):
        return response
    if response in ("", b"", None):
        return {}
    code = PORTAL if isinstance(response, (str, bytes)) else ""  # a web page in place of an empty response
    raise Ambiguous("not a response from the service", call=ask.call, mailbox=ask.mailbox, code=code)
