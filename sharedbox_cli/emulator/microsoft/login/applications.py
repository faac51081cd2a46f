"""The sign-in of an application: client credentials by secret, certificate or federated assertion."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft.login.forms import HOSTS, Refusal, resource_of
from sharedbox_cli.emulator.service import ServiceContext
from sharedbox_cli.emulator.tokens import LIFETIME

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
WITHOUT_PROOF = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."


def signed_in(context: ServiceContext, form: dict[str, str], tenant: str) -> dict[str, Any]:
    """Return the response with a token for the application itself. Raises Refusal."""
    _require_tenant(tenant)
    app = application_of(context, form)
    _prove(context, app, form)
    claims = {
        **claims_of(context, app, _default_resource(form)),
        "oid": app["object_id"],
        "sub": app["object_id"],
        "idtyp": "app",
    }
    doc = json.loads(app["doc"])
    claims |= {"roles": doc.get("roles", {}).get(claims["aud"], []), "wids": doc.get("directory_roles", [])}
    return bearer(context.tokens.issue(claims))


def bearer(token: str) -> dict[str, Any]:
    """Return the response with a token."""
    return {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token}


def application_of(context: ServiceContext, form: dict[str, str]) -> sqlite3.Row:
    """Return the application that a form names. Raises Refusal."""
    app = context.tenant.row("select * from apps where client_id = ?", form.get("client_id", ""))
    if app is None:
        client = form.get("client_id", "")
        text = f"Application with identifier '{client}' was not found in the directory."
        raise Refusal("unauthorized_client", 700016, text)
    return app


def claims_of(context: ServiceContext, app: sqlite3.Row, resource: str) -> dict[str, Any]:
    """Return the claims that tokens of applications and of people have in common."""
    return {
        "aud": resource,
        "iss": f"https://sts.windows.net/{context.tenant.id}/",
        "tid": context.tenant.id,
        "appid": app["client_id"],
        "app_displayname": app["name"],
    }


def _prove(context: ServiceContext, app: sqlite3.Row, form: dict[str, str]) -> None:
    if "client_secret" in form:
        if form["client_secret"] != app["secret"]:
            raise Refusal("invalid_client", 7000215, "Invalid client secret provided.", 401)
        if app["secret_expires"] is not None and app["secret_expires"] <= context.clock.now():
            raise Refusal("invalid_client", 7000222, "The provided client secret keys are expired.", 401)
        return
    if form.get("client_assertion_type") == JWT_BEARER and form.get("client_assertion"):
        _prove_assertion(context, app, form["client_assertion"])
        return
    raise Refusal("invalid_client", 7000218, WITHOUT_PROOF, 401)


def _prove_assertion(context: ServiceContext, app: sqlite3.Row, assertion: str) -> None:
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
            _require_audience(context, str(claims.get("aud", "")), claims)
            return
        raise Refusal("invalid_client", 700027, "The certificate is not registered on the application.", 401)
    trusted = [(item["issuer"], item["subject"], item["audience"]) for item in doc.get("federated", [])]
    if (claims.get("iss"), claims.get("sub"), claims.get("aud")) not in trusted:
        subject = str(claims.get("sub"))[:80]
        raise Refusal("invalid_client", 700213, f"No matching federated identity record found for '{subject}'.")


def _require_audience(context: ServiceContext, audience: str, claims: dict[str, Any]) -> None:
    """Raise Refusal for a client assertion that is for another service, or about another client."""
    tenants = {context.tenant.id.lower(), *context.tenant.domains()}
    host, _, path = audience.removeprefix("https://").partition("/")
    tenant, _, rest = path.lower().partition("/")
    is_ours = host.lower() in {*HOSTS, context.origin.removeprefix("https://")}
    if not is_ours or tenant not in tenants or rest not in ("oauth2/v2.0/token", "v2.0"):
        raise Refusal("invalid_client", 50027, "JWT token is invalid: its audience is not this token endpoint.", 401)
    if claims.get("sub") != claims.get("iss"):
        raise Refusal("invalid_client", 50027, "JWT token is invalid: its subject is not the client.", 401)


def _require_tenant(name: str) -> None:
    """Raise Refusal if an application does not name the tenant."""
    if name.lower() in ("common", "organizations"):
        text = "No tenant-identifying information found in either the request or implied by any provided credentials."
        raise Refusal("invalid_request", 50059, text)


def _default_resource(form: dict[str, str]) -> str:
    """Return the resource of an application's scope: exactly one, with `.default`. Raises Refusal."""
    resource = resource_of(form)
    scope = form["scope"]
    if scope.split() != [scope] or not scope.lower().endswith("/.default"):
        text = "Client credential flows must have a scope value with /.default suffixed to the resource identifier."
        raise Refusal("invalid_scope", 1002012, f"The provided value for scope {scope} is not valid. {text}")
    return resource
