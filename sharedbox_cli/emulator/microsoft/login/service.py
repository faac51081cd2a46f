"""The token service: discovery, client credentials (secret, certificate, federated), device code.

Formats and codes: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow and
…/reference-error-codes, read 2026-11.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import Any
from urllib.parse import parse_qsl

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.origin import origin_of
from sharedbox_cli.emulator.router import Route, Router
from sharedbox_cli.emulator.service import ServiceContext
from sharedbox_cli.emulator.tokens import LIFETIME

HOSTS = ("login.microsoftonline.com",)
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
RESOURCES = ("https://graph.microsoft.com", "https://outlook.office365.com")


class Refusal(Exception):
    """An OAuth error."""

    def __init__(self, error: str, number: int, text: str, status: int = 400) -> None:
        self.error, self.number, self.text, self.status = error, number, text, status
        super().__init__(text)


class Login:
    """login.microsoftonline.com."""

    name = "login"

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self.router = Router(
            (
                Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", self._discovery, "discovery"),
                Route("GET", "/common/discovery/instance", self._instance, "instance"),
                Route("POST", "/{tenant}/oauth2/v2.0/token", self._token, "token"),
                Route("POST", "/{tenant}/oauth2/v2.0/devicecode", self._device_code, "devicecode"),
                Route("POST", "/{tenant}/oauth2/token", self._unmodelled, "unmodelled"),
                Route("GET", "/{tenant}/oauth2/authorize", self._unmodelled, "unmodelled"),
                Route("GET", "/{tenant}/oauth2/v2.0/authorize", self._unmodelled, "unmodelled"),
            )
        )
        self._devices: dict[str, dict[str, Any]] = {}

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

    def _instance(self, request: Request, captured: dict[str, str]) -> Response:
        host = request.host
        origin = origin_of(request, self._context, HOSTS)
        endpoint = f"{origin}/{self._context.tenant.id}/v2.0/.well-known/openid-configuration"
        return json_response(
            200,
            {
                "tenant_discovery_endpoint": endpoint,
                "api-version": "1.1",
                "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
            },
        )

    def _token(self, request: Request, captured: dict[str, str]) -> Response:
        self._tenant(captured)
        form = _form(request)
        match form.get("grant_type"):
            case None:
                text = "The request body must contain the following parameter: 'grant_type'."
                raise Refusal("invalid_request", 900144, text)
            case "client_credentials":
                _require_tenant(captured["tenant"])
                app = self._app(form)
                self._prove(app, form)
                return _granted(self._context.tokens.issue(self._app_claims(app, _default_resource(form))))
            case "urn:ietf:params:oauth:grant-type:device_code":
                return self._device_token(form)
            case other:
                raise Refusal("unsupported_grant_type", 70003, f"The grant type '{other}' is not supported.")

    def _app(self, form: dict[str, str]) -> sqlite3.Row:
        app = self._context.tenant.row("select * from apps where client_id = ?", form.get("client_id", ""))
        if app is None:
            client = form.get("client_id", "")
            text = f"Application with identifier '{client}' was not found in the directory."
            raise Refusal("unauthorized_client", 700016, text)
        return app

    def _prove(self, app: sqlite3.Row, form: dict[str, str]) -> None:
        if "client_secret" in form:
            if form["client_secret"] != app["secret"]:
                raise Refusal("invalid_client", 7000215, "Invalid client secret provided.", 401)
            if app["secret_expires"] is not None and app["secret_expires"] <= self._context.clock.now():
                raise Refusal("invalid_client", 7000222, "The provided client secret keys are expired.", 401)
            return
        if form.get("client_assertion_type") == JWT_BEARER and form.get("client_assertion"):
            self._prove_assertion(app, form["client_assertion"])
            return
        raise Refusal("invalid_client", 7000218, "The request body must contain client_assertion or client_secret.")

    def _prove_assertion(self, app: sqlite3.Row, assertion: str) -> None:
        import jwt

        doc = json.loads(app["doc"])
        try:
            claims = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise Refusal("invalid_client", 50027, "JWT token is invalid or malformed.") from error
        if claims.get("iss") == app["client_id"]:
            for certificate in doc.get("certificates", []):
                try:
                    jwt.decode(assertion, certificate, ["RS256", "PS256"], options={"verify_aud": False})
                except jwt.PyJWTError:
                    continue
                self._require_audience(str(claims.get("aud", "")), claims)
                return
            raise Refusal("invalid_client", 700027, "The certificate is not registered on the application.", 401)
        trusted = [(item["issuer"], item["subject"], item["audience"]) for item in doc.get("federated", [])]
        if (claims.get("iss"), claims.get("sub"), claims.get("aud")) not in trusted:
            subject = str(claims.get("sub"))[:80]
            raise Refusal("invalid_client", 700213, f"No matching federated identity record found for '{subject}'.")

    def _require_audience(self, audience: str, claims: dict[str, Any]) -> None:
        """Raise Refusal for a client assertion that is for another service, or about another client."""
        tenants = {self._context.tenant.id.lower(), *self._context.tenant.domains()}
        host, _, path = audience.removeprefix("https://").partition("/")
        tenant, _, rest = path.lower().partition("/")
        is_ours = host.lower() in {*HOSTS, self._context.origin.removeprefix("https://")}
        if not is_ours or tenant not in tenants or rest not in ("oauth2/v2.0/token", "v2.0"):
            raise Refusal(
                "invalid_client", 50027, "JWT token is invalid: its audience is not this token endpoint.", 401
            )
        if claims.get("sub") != claims.get("iss"):
            raise Refusal("invalid_client", 50027, "JWT token is invalid: its subject is not the client.", 401)

    def _app_claims(self, app: sqlite3.Row, resource: str) -> dict[str, Any]:
        doc = json.loads(app["doc"])
        return {
            "aud": resource,
            "iss": f"https://sts.windows.net/{self._context.tenant.id}/",
            "tid": self._context.tenant.id,
            "oid": app["object_id"],
            "sub": app["object_id"],
            "appid": app["client_id"],
            "app_displayname": app["name"],
            "idtyp": "app",
            "roles": doc.get("roles", {}).get(resource, []),
            "wids": doc.get("directory_roles", []),
        }

    def _device_code(self, request: Request, captured: dict[str, str]) -> Response:
        self._tenant(captured)
        form = _form(request)
        self._app(form)
        _resource(form)
        code = uuid.uuid4().hex
        self._devices[code] = form
        link = f"{origin_of(request, self._context, HOSTS)}/device"
        return json_response(
            200,
            {
                "user_code": code[:8].upper(),
                "device_code": code,
                "verification_uri": link,
                "expires_in": 900,
                "interval": 1,
                "message": f"To sign in, open {link} and enter the code {code[:8].upper()}.",
            },
        )

    def _device_token(self, form: dict[str, str]) -> Response:
        asked = self._devices.get(form.get("device_code", ""))
        if asked is None:
            raise Refusal("bad_verification_code", 70019, "Verification code expired.")
        app = self._app(asked)
        user = self._context.tenant.row("select * from objects where kind = 'user' and deleted_at is null limit 1")
        claims = self._app_claims(app, _resource(asked))
        scopes = ["Exchange.Manage" if role == "Exchange.ManageAsApp" else role for role in claims.pop("roles")]
        claims |= {"idtyp": "user", "upn": user["upn"] if user else "", "scp": " ".join(scopes)}
        identity = self._context.tokens.issue(
            {
                "aud": app["client_id"],
                "iss": claims["iss"],
                "tid": claims["tid"],
                "oid": claims["oid"],
                "sub": claims["sub"],
                "preferred_username": claims["upn"],
                "name": claims["upn"],
            }
        )
        return _granted(self._context.tokens.issue(claims), identity, claims)


def _form(request: Request) -> dict[str, str]:
    """Return the fields of a form. Raises Refusal for a duplicate field."""
    fields: dict[str, str] = {}
    if "form-urlencoded" not in request.headers.get("content-type", "").lower():
        return fields
    for name, value in parse_qsl(request.body.decode("utf-8", "replace")):
        if name in fields:
            raise Refusal("invalid_request", 900144, f"The parameter '{name}' is given more than once.")
        fields[name] = value
    return fields


def _require_tenant(name: str) -> None:
    """Raise Refusal if an application does not name the tenant."""
    if name.lower() in ("common", "organizations"):
        text = "No tenant-identifying information found in either the request or implied by any provided credentials."
        raise Refusal("invalid_request", 50059, text)


def _default_resource(form: dict[str, str]) -> str:
    """Return the resource of an application's scope: exactly one, with `.default`. Raises Refusal."""
    resource = _resource(form)
    scope = form["scope"]
    if scope.split() != [scope] or not scope.lower().endswith("/.default"):
        text = "Client credential flows must have a scope value with /.default suffixed to the resource identifier."
        raise Refusal("invalid_scope", 1002012, f"The provided value for scope {scope} is not valid. {text}")
    return resource


def _resource(form: dict[str, str]) -> str:
    for scope in form.get("scope", "").split():
        for resource in RESOURCES:
            if scope.startswith(resource + "/"):
                return resource
    raise Refusal("invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")


def _granted(token: str, identity: str = "", claims: dict[str, Any] | None = None) -> Response:
    data: dict[str, Any] = {
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": token,
    }
    if identity and claims:
        import base64

        info = json.dumps({"uid": claims["oid"], "utid": claims["tid"]}).encode()
        data |= {
            "id_token": identity,
            "refresh_token": uuid.uuid4().hex,
            "scope": claims["scp"],
            "client_info": base64.urlsafe_b64encode(info).decode().rstrip("="),
        }
    return json_response(200, data)


def _error(refusal: Refusal) -> Response:
    trace = str(uuid.uuid4())
    text = f"AADSTS{refusal.number}: {refusal.text} Trace ID: {trace}"
    data = {"error": refusal.error, "error_description": text, "error_codes": [refusal.number], "trace_id": trace}
    return json_response(refusal.status, data)
