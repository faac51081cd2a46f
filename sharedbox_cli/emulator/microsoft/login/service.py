"""The token service: discovery, the sign-in of applications, and the routes of the sign-in of people.

Formats and codes: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow and
…/reference-error-codes, read 2026-11.
"""

from __future__ import annotations

import uuid

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.login import applications
from sharedbox_cli.emulator.microsoft.login.forms import HOSTS, Refusal, form_of
from sharedbox_cli.emulator.microsoft.login.people import DEVICE_CODE, REFRESH_TOKEN, People
from sharedbox_cli.emulator.microsoft.origin import origin_of
from sharedbox_cli.emulator.router import Route, Router
from sharedbox_cli.emulator.service import ServiceContext


class Login:
    """login.microsoftonline.com."""

    name = "login"

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self.router = Router(
            (
                Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", self._discovery, "discovery"),
                Route("GET", "/{tenant}/.well-known/openid-configuration", self._older_discovery, "discovery"),
                Route("GET", "/common/discovery/instance", self._instance, "instance"),
                Route("POST", "/{tenant}/oauth2/v2.0/token", self._token, "token"),
                Route("POST", "/{tenant}/oauth2/v2.0/devicecode", self._device_code, "devicecode"),
                Route("POST", "/{tenant}/oauth2/token", self._unmodelled, "unmodelled"),
                Route("GET", "/{tenant}/oauth2/authorize", self._unmodelled, "unmodelled"),
                Route("GET", "/{tenant}/oauth2/v2.0/authorize", self._unmodelled, "unmodelled"),
            )
        )
        self._people = People(context)

    def owns(self, host: str, path: str) -> bool:
        """Return whether a request is for this service."""
        return (
            host in HOSTS
            or path.endswith("/oauth2/token")
            or "/oauth2/v2.0/" in path
            or "/.well-known/" in path
            or path.startswith("/common/")
        )

    def route_name(self, route: Route, request: Request) -> str:
        """Return the name of the route."""
        return route.name

    def refuse(self, status: int, code: str, message: str) -> Response:
        """Return an OAuth error."""
        return _error(Refusal("invalid_request", 900144, message, status))

    def unknown(self, request: Request, status: int) -> Response:
        """Return the response for a path or method that does not exist."""
        return self.refuse(status, "BadRequest", f"Resource not found for the segment {request.path}.")

    def answer(self, route: Route, request: Request, captured: dict[str, str]) -> Response:
        """Return the response. Errors have their AADSTS code."""
        try:
            return route.handler(request, captured)
        except Refusal as refusal:
            return _error(refusal)

    def _unmodelled(self, request: Request, _: dict[str, str]) -> Response:
        """Answer that the vendor has the route, but the emulator does not."""
        text = f"The emulator does not model {request.path} (docs/emulator.md)."
        return json_response(501, {"error": "not_implemented", "error_description": text})

    def _tenant(self, captured: dict[str, str]) -> str:
        name = captured["tenant"].lower()
        known = {self._context.tenant.id.lower(), *self._context.tenant.domains()}
        if name not in known | {"organizations", "common"}:
            raise Refusal("invalid_tenant", 90002, f"Tenant '{captured['tenant']}' not found.")
        return self._context.tenant.id

    def _discovery(self, request: Request, captured: dict[str, str]) -> Response:
        tenant = self._tenant(captured)
        base = f"{origin_of(request, self._context, HOSTS)}/{tenant}/oauth2/v2.0"
        return json_response(
            200,
            {
                "token_endpoint": f"{base}/token",
                "authorization_endpoint": f"{base}/authorize",
                "device_authorization_endpoint": f"{base}/devicecode",
                "issuer": f"{origin_of(request, self._context, HOSTS)}/{tenant}/v2.0",
                "jwks_uri": f"{origin_of(request, self._context, HOSTS)}/{tenant}/discovery/v2.0/keys",
                "response_types_supported": ["code", "id_token"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            },
        )

    def _older_discovery(self, request: Request, captured: dict[str, str]) -> Response:
        """Return the discovery of version 1.0: clients look up the id of a tenant there."""
        tenant = self._tenant(captured)
        base = f"{origin_of(request, self._context, HOSTS)}/{tenant}/oauth2"
        return json_response(
            200,
            {
                "token_endpoint": f"{base}/token",
                "authorization_endpoint": f"{base}/authorize",
                "issuer": f"https://sts.windows.net/{tenant}/",
            },
        )

    def _instance(self, request: Request, captured: dict[str, str]) -> Response:
        host = request.host
        aliases = list(HOSTS) if host in HOSTS else [host]
        preferred = aliases[0]
        origin = origin_of(request, self._context, HOSTS)
        endpoint = f"{origin}/{self._context.tenant.id}/v2.0/.well-known/openid-configuration"
        return json_response(
            200,
            {
                "tenant_discovery_endpoint": endpoint,
                "api-version": "1.1",
                "metadata": [{"preferred_network": preferred, "preferred_cache": preferred, "aliases": aliases}],
            },
        )

    def _token(self, request: Request, captured: dict[str, str]) -> Response:
        self._tenant(captured)
        form = form_of(request)
        match form.get("grant_type"):
            case None:
                text = "The request body must contain the following parameter: 'grant_type'."
                raise Refusal("invalid_request", 900144, text)
            case "client_credentials":
                return json_response(200, applications.signed_in(self._context, form, captured["tenant"]))
            case grant if grant in DEVICE_CODE:
                return json_response(200, self._people.signed_in_by_code(form))
            case grant if grant == REFRESH_TOKEN:
                return json_response(200, self._people.refreshed(form))
            case other:
                raise Refusal("unsupported_grant_type", 70003, f"The grant type '{other}' is not supported.")

    def _device_code(self, request: Request, captured: dict[str, str]) -> Response:
        self._tenant(captured)
        origin = origin_of(request, self._context, HOSTS)
        return json_response(200, self._people.new_code(form_of(request), origin))


def _error(refusal: Refusal) -> Response:
    trace = str(uuid.uuid4())
    text = f"AADSTS{refusal.number}: {refusal.text} Trace ID: {trace}"
    data = {"error": refusal.error, "error_description": text, "error_codes": [refusal.number], "trace_id": trace}
    return json_response(refusal.status, data)
