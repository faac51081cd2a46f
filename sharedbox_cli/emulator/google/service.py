"""All Google services: every method of the discovery documents, selected by path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from sharedbox_cli.emulator.google import activities, batch, control, fields, schema, unmodelled
from sharedbox_cli.emulator.google.access import Access
from sharedbox_cli.emulator.google.call import NOTHING, Call
from sharedbox_cli.emulator.google.descriptions import BY_HOST, Description, Method, description, matches, text_of
from sharedbox_cli.emulator.google.errors import GoogleError, bad, envelope, no_such_page, not_modelled
from sharedbox_cli.emulator.google.handlers import HANDLERS
from sharedbox_cli.emulator.google.iam import Signing
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.google.token import TokenService
from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import ServiceContext

_PREFIXES = (
    "/admin/directory/",
    "/admin/reports/",
    "/admin/contacts/",
    "/gmail/v1/",
    "/calendar/v3/",
    "/groups/v1/groups/",
    "/apps/licensing/v1/",
    "/v1/",
)
BATCHES = ("/batch", "/batch/groupssettings/v1", "/batch/calendar/v3")
_EXACT = ("/token", "/v1/token", *BATCHES, "/$discovery/rest")
_OWN_HOSTS = {"oauth2": "oauth2", "sts": "sts"}
_MORE_HOSTS = {"groupsSettings": frozenset({"groupssettings", "www"})}


class Routes:
    """Finds the method of a request. The discovery documents are read on first use."""

    def __init__(self, google: Google) -> None:
        self._google = google
        self._own = {
            ("POST", "/token"): Route("POST", "/token", google.token, "oauth2.token"),
            ("POST", "/v1/token"): Route("POST", "/v1/token", google.exchange, "sts.token"),
            **{("POST", path): Route("POST", path, google.batch, "batch") for path in BATCHES},
            ("GET", "/$discovery/rest"): Route("GET", "/$discovery/rest", google.discovery, "discovery"),
        }

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
        """Return the route, its path parameters, and whether the path has other methods."""
        if path in _EXACT:
            own = self._own.get((method, path))
            return own, {}, True
        is_known = False
        if path.startswith("/admin/contacts/"):  # GAM creates delegates at `…/delegates/`
            path = path.removesuffix("/")
        for api in _apis(path):
            for candidate, captured in matches(api, path):
                is_known = True
                if candidate.http == method:
                    handler = partial(self._google.call, candidate)
                    return Route(method, candidate.path, handler, candidate.id), captured, True
        return None, {}, is_known


def _apis(path: str) -> tuple[str, ...]:
    for prefix, apis in (
        ("/admin/directory/", ("directory",)),
        ("/admin/reports/", ("reports",)),
        ("/admin/contacts/", ("contactDelegation",)),
        ("/gmail/", ("gmail",)),
        ("/calendar/", ("calendar",)),
        ("/groups/v1/", ("groupsSettings",)),
        ("/apps/licensing/", ("licensing",)),
        ("/v1/matters", ("vault",)),
        ("/v1/projects/", ("iamcredentials",)),
        ("/v1/", ("cloudidentity",)),
    ):
        if path.startswith(prefix):
            return apis
    return ()


class Google:
    """*.googleapis.com."""

    name = "google"

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self.store = Store(context.tenant)
        self.tokens = TokenService(self.store, context.tokens)
        self.router: Any = Routes(self)
        self._access = Access(self.store, context.tokens, self.tokens)
        self._handlers = {**HANDLERS, **Signing(self.tokens).handlers()}
        self.read_only_sent: list[tuple[str, str]] = []
        """Read-only fields in bodies, per method. Google ignores them; tests can query them."""
        """Read-only fields that a client sent. They are ignored, as at Google, and recorded for tests."""

    def owns(self, host: str, path: str) -> bool:
        """Return whether a request is for this service."""
        return host.endswith(".googleapis.com") or path in _EXACT or path.startswith(_PREFIXES)

    def route_name(self, route: Route, request: Request) -> str:
        """Return the id of the method."""
        return route.name

    def refuse(self, status: int, code: str, message: str) -> Response:
        """Return an error in the format of Google. For a path or method that does not exist, it is an HTML page."""
        if status in (404, 405):
            return no_such_page()
        reason = code if code[:1].islower() else ""
        return envelope(GoogleError(status, message, reason, is_front=True))

    def unknown(self, request: Request, status: int) -> Response:
        """Return the response for a path that has no method: 501 where Google has an API that is not modelled."""
        if what := unmodelled.api_of(request.host, request.path):
            return envelope(not_modelled(what))
        return no_such_page()

    def answer(self, route: Route, request: Request, captured: dict[str, str]) -> Response:
        """Return the response, or the vendor's error."""
        api = route.name.partition(".")[0]
        if not _is_at(request.host, api):
            return no_such_page()
        try:
            return route.handler(request, captured)
        except GoogleError as error:
            return envelope(error, api)

    def control(self, request: Request) -> Response:
        """Answer requests to the emulator itself, which tests and pipelines send."""
        return control.answer(self.store, request)

    def token(self, request: Request, captured: dict[str, str]) -> Response:
        """Answer oauth2.googleapis.com/token."""
        return self.tokens.grant(request)

    def exchange(self, request: Request, captured: dict[str, str]) -> Response:
        """Answer sts.googleapis.com/v1/token."""
        return self.tokens.exchange(request)

    def batch(self, request: Request, captured: dict[str, str]) -> Response:
        """Answer a batch."""
        return batch.answer(request, self._context.answer_part)

    def discovery(self, request: Request, captured: dict[str, str]) -> Response:
        """Return the packaged document of the API that the host serves."""
        name = request.host.partition(".")[0]
        version = request.query.get("version", "")
        for document in BY_HOST.get(name, ()):
            if document.endswith(version) or document.rpartition(".")[2] == version:
                return Response(200, text_of(document).encode(), {"Content-Type": "application/json; charset=utf-8"})
        raise GoogleError(404, "Not found.")

    def call(self, method: Method, request: Request, captured: dict[str, str]) -> Response:
        """Answer one method of an API: verify the token, the scopes and the request, then call its handler."""
        about = description(method.api)
        claims = self._access.claims(request, method)
        params = schema.parameters(method, captured, request.query_text)
        unmodelled.refuse_parameters(params)
        call = Call(method, self.store, params, {}, str(claims["sub"]), bool(claims.get("delegated")))
        call.body = _body(about, method, request, call.read_only)
        mask = fields.parse(params["fields"]) if params.get("fields") else {}  # GAM sends an empty one
        if mask and method.response:
            fields.check(about, about.schema(method.response), mask)
        self._access.may(call)
        activities.end_memberships(self.store)
        handler = self._handlers.get(method.id)
        if handler is None:
            raise not_modelled(method.id)
        try:
            data = handler(call)
        finally:
            self.read_only_sent += [(method.id, name) for name in call.read_only]
        return self._response(call, data, mask)

    def _response(self, call: Call, data: Any, mask: fields.Mask) -> Response:
        if data is NOTHING:
            return Response(204, effect=call.effect)
        data = fields.apply(data, mask)
        if call.method.api == "groupsSettings" and call.params.get("alt", "atom") == "atom":
            return Response(200, _atom(data), {"Content-Type": "application/atom+xml; charset=UTF-8"}, call.effect)
        extra = {"xNewField": {"kind": "new"}} if self.store.tenant.meta("google:extra_fields") else {}
        answer = json_response(200, self._shuffled(data, extra))
        answer.effect = call.effect
        return answer

    def _shuffled(self, data: Any, extra: Mapping[str, Any]) -> Any:
        """Return a response with the keys of all objects in random order, because Google guarantees none.

        Null values are omitted. The setting `extra_fields` adds an undocumented field to each object.
        """
        if isinstance(data, list):
            return [self._shuffled(item, extra) for item in data]
        if not isinstance(data, dict):
            return data
        names = [name for name in data if data[name] is not None]
        self._context.random.shuffle(names)
        return {**{name: self._shuffled(data[name], extra) for name in names}, **extra}


def _is_at(host: str, api: str) -> bool:
    """Return whether a host serves an API. The loopback address serves all."""
    name, _, rest = host.partition(":")[0].lower().partition(".")
    if rest != "googleapis.com" or api in ("batch", "discovery"):
        return True
    if api in _OWN_HOSTS:
        return name == _OWN_HOSTS[api]
    if api in _MORE_HOSTS:
        return name in _MORE_HOSTS[api]
    return str(description(api).document["rootUrl"]) == f"https://{name}.googleapis.com/"


def _atom(data: Any) -> bytes:
    space = "xmlns:apps='http://schemas.google.com/apps/2006'"
    items = "".join(f"<apps:{name}>{escape(str(value))}</apps:{name}>" for name, value in data.items())
    entry = f"<entry xmlns='http://www.w3.org/2005/Atom' {space}>{items}</entry>"
    return f"<?xml version='1.0' encoding='UTF-8'?>{entry}".encode("utf-8", "replace")


def _body(about: Description, method: Method, request: Request, read_only: list[str]) -> dict[str, Any]:
    if not method.request:
        if request.body:
            raise bad("Request body is not allowed.", "badRequest")
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise bad("Content-Type must be application/json.", "badContent")
    try:
        data = json.loads(request.body, parse_constant=_no_number) if request.body else {}
    except (ValueError, RecursionError) as error:
        raise bad("Parse Error", "parseError") from error
    return schema.body(about, method, data, read_only)


def _no_number(text: str) -> float:
    message = f"{text} is not JSON"
    raise ValueError(message)


def overridden(request: Request) -> Request:
    """Return a long GET that was sent as a POST (`x-http-method-override`) as a GET."""
    if request.method != "POST" or request.headers.get("x-http-method-override", "").upper() != "GET":
        return request
    query = "&".join(part for part in (request.query_text, request.body.decode("utf-8", "replace")) if part)
    return replace(request, method="GET", query_text=query, body=b"")
