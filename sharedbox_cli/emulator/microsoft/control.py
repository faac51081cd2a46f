"""Requests to the emulator itself, which Microsoft does not have: `/_emulator/microsoft/sign-in`."""

from __future__ import annotations

import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph.permissions import (
    EXCHANGE_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    GLOBAL_READER,
    LICENSE_ADMINISTRATOR,
    REPORTS_READER,
    USER_ADMINISTRATOR,
)
from sharedbox_cli.emulator.microsoft.login.forms import EXCHANGE, GRAPH
from sharedbox_cli.emulator.microsoft.login.people import PERSON
from sharedbox_cli.emulator.tenant import Tenant

RESOURCES = {"graph": GRAPH, "exchange": EXCHANGE}
ROLES = {
    "Exchange Administrator": EXCHANGE_ADMINISTRATOR,
    "Global Administrator": GLOBAL_ADMINISTRATOR,
    "Global Reader": GLOBAL_READER,
    "License Administrator": LICENSE_ADMINISTRATOR,
    "Reports Reader": REPORTS_READER,
    "User Administrator": USER_ADMINISTRATOR,
}
_KEYS = ("public_client", "delegated", "consent", "person", "roles")


def answer(tenant: Tenant, request: Request) -> Response:
    """Do what an administrator does in the Entra admin center, or return 400 with an explanation.

    The keys: `public_client`, `delegated` (permissions per resource), `consent`, `person` (who opens the page of a
    device code) and `roles` (the person's directory roles). A key that is missing changes nothing.
    """
    try:
        return json_response(200, _set(tenant, request.json()))
    except (ValueError, TypeError, AttributeError) as error:
        return json_response(400, {"error": str(error)})


def _set(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    app = tenant.row("select * from apps order by rowid limit 1")
    if app is None:
        message = "the tenant has no application"
        raise ValueError(message)
    _require_known("setting", asked, _KEYS)
    doc = json.loads(app["doc"])
    if "public_client" in asked:
        doc["public_client"] = bool(asked["public_client"])
    if "delegated" in asked:
        _require_known("resource", asked["delegated"], RESOURCES)
        doc["delegated"] = {RESOURCES[name]: list(scopes) for name, scopes in asked["delegated"].items()}
    if "consent" in asked:
        doc["consented"] = doc.get("delegated", {}) if asked["consent"] else {}
    _set_person(tenant, asked)
    tenant.run("update apps set doc = ? where client_id = ?", json.dumps(doc), app["client_id"])
    kept = {name: doc.get(name) for name in ("public_client", "delegated", "consented")}
    return {**kept, "person": tenant.meta(PERSON)}


def _set_person(tenant: Tenant, asked: dict[str, Any]) -> None:
    person = str(asked.get("person", tenant.meta(PERSON)))
    user = tenant.row("select * from objects where kind = 'user' and lower(upn) = lower(?)", person)
    if user is None and ("person" in asked or "roles" in asked):
        message = f"no user {person!r}"
        raise ValueError(message)
    roles = asked.get("roles", ())
    _require_known("role", roles, ROLES)
    tenant.set_meta(PERSON, person)
    if user is not None and "roles" in asked:
        doc = {**json.loads(user["doc"]), "directory_roles": [ROLES[name] for name in roles]}
        tenant.run("update objects set doc = ? where id = ?", json.dumps(doc), user["id"])


def _require_known(what: str, names: Any, known: Any) -> None:
    if unknown := [name for name in names if name not in known]:
        message = f"unknown {what} {unknown[0]!r}; known are {', '.join(known)}"
        raise ValueError(message)
