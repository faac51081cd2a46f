"""PATCH of a user: what an application may change, and for which users.

learn.microsoft.com/graph/api/user-update and …/resources/users#who-can-perform-sensitive-actions, read 2026-11.
A user whose document contains `admin_role` has a directory role.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sharedbox_cli.emulator.http import Request, Response
from sharedbox_cli.emulator.microsoft import replication
from sharedbox_cli.emulator.microsoft.graph import objects
from sharedbox_cli.emulator.microsoft.graph.bodies import object_of
from sharedbox_cli.emulator.microsoft.graph.errors import bad, denied, missing, not_modelled
from sharedbox_cli.emulator.microsoft.graph.permissions import (
    MANAGES_ACCOUNTS,
    PRIVILEGED,
    READ_USERS,
    WRITE_USERS,
    claims_of,
    has_role,
    held,
)
from sharedbox_cli.emulator.microsoft.graph.query import NONE, options_of
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import ServiceContext

_PATCHABLE = frozenset({"accountEnabled", "usageLocation", "displayName"})
_READ_ONLY = frozenset(
    {
        "proxyAddresses",
        "assignedLicenses",
        "assignedPlans",
        "licenseAssignmentStates",
        "id",
        "createdDateTime",
        "deletedDateTime",
    }
)
_MASTERED_ON_PREMISES = frozenset({"accountEnabled", "displayName"})
_DISPLAY_NAME_MOST = 256


class SignInRoutes:
    """PATCH /users/{id}."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._directory = objects.Directory(context.tenant)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return (Route("PATCH", "/v1.0/users/{id}", self._patch, "users.patch"),)

    def _patch(self, request: Request, captured: dict[str, str]) -> Response:
        options_of(request, NONE)
        changes = object_of(request)
        _require_values(changes)
        self._require_permission(request, changes)
        user = self._directory.find("user", captured["id"])
        row = self._context.tenant.object(user["id"]) if user else None
        if user is None or row is None:
            raise missing(captured["id"])
        doc = json.loads(row["doc"])
        if doc.get("admin_role") and not PRIVILEGED & set(claims_of(self._context, request).get("wids", ())):
            raise denied()
        if doc.get("on_premises") and set(changes) & _MASTERED_ON_PREMISES:
            raise bad("Unable to update the specified properties for on-premises mastered Directory Sync objects.")
        before = self._directory.written("user", user["id"])
        for name, own in (("accountEnabled", "account_enabled"), ("usageLocation", "usage_location")):
            if name in changes:
                doc[own] = changes[name]
        tenant = self._context.tenant
        replication.show_later(tenant, "directory", user["id"], {name: before[name] for name in changes})
        name = changes.get("displayName", row["name"])
        tenant.run("update objects set doc = ?, name = ? where id = ?", json.dumps(doc), name, user["id"])
        return Response(204, effect=f"patch user {user['id']} {sorted(changes)}")

    def _require_permission(self, request: Request, changes: dict[str, Any]) -> None:
        """Raise GraphError if the caller may only enable and disable accounts, and requests more."""
        has = held(self._context, request)
        if not has & WRITE_USERS and (set(changes) - {"accountEnabled"} or not has & READ_USERS):
            raise denied()
        if set(changes) - {"usageLocation"} and not has_role(self._context, request, MANAGES_ACCOUNTS):
            raise denied()


def _require_values(changes: dict[str, Any]) -> None:
    if not changes:
        raise bad("Empty Payload. JSON content expected.", "BadRequest")
    for name in changes:
        if name in _READ_ONLY:
            raise bad(f"Property '{name}' is read-only and cannot be set.")
        if name not in objects.USER:
            raise bad(f"The property '{name}' does not exist on type 'microsoft.graph.user'.")
        if name not in _PATCHABLE:
            raise not_modelled(f"PATCH of {name}")
    if not isinstance(changes.get("accountEnabled", True), bool):
        raise bad("A value without a type name was found and no expected type is available.")
    name = changes.get("displayName", "x")
    if not isinstance(name, str) or not 1 <= len(name) <= _DISPLAY_NAME_MOST:
        raise bad("Invalid value specified for property 'displayName' of resource 'User'.")
    place = changes.get("usageLocation", "DE")
    if place is not None and not (isinstance(place, str) and re.fullmatch(r"[A-Za-z]{2}", place)):
        raise bad("Invalid value specified for property 'usageLocation' of resource 'User'.")
