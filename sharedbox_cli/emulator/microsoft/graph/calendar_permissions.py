"""Who can use the default calendar of a mailbox, in Graph: the same entries as in Exchange, with addresses.

learn.microsoft.com/graph/api/resources/calendarpermission, …/user-post-calendarpermissions and
…/calendarpermission-update, read 2026-11. Assumed: the roles for the levels of Exchange, ids of other entries, no entry
for everybody outside the organisation, groups, and the errors for wrong bodies.
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Mapping
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft import folder_rights, folders
from sharedbox_cli.emulator.microsoft.folder_rights import ANONYMOUS, DEFAULT, DELEGATE, EDITOR, PRIVATE, ROLES, Entry
from sharedbox_cli.emulator.microsoft.graph.bodies import object_of
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad
from sharedbox_cli.emulator.microsoft.graph.mailbox_routes import MailboxRoutes
from sharedbox_cli.emulator.microsoft.graph.query import NONE
from sharedbox_cli.emulator.router import Route

PERMISSION = ("id", "isRemovable", "isInsideOrganization", "role", "allowedRoles", "emailAddress")
"""The properties of an entry."""
_PERMISSIONS = "/v1.0/users/{id}/calendar/calendarPermissions"
_OPTIONS = frozenset({"$select", "$top", "$filter", "$count", "$skip", "$orderby", "$expand"})
_LEVELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "none": ("None", ()),
    "freeBusyRead": ("AvailabilityOnly", ()),
    "limitedRead": ("LimitedDetails", ()),
    "read": ("Reviewer", ()),
    "write": (EDITOR, ()),
    "delegateWithoutPrivateEventAccess": (EDITOR, (DELEGATE,)),
    "delegateWithPrivateEventAccess": (EDITOR, (DELEGATE, PRIVATE)),
}
"""The level in Exchange of each role. Other sets of rights are `custom`, which cannot be written."""
_OF_EVERYBODY = ("none", "freeBusyRead", "limitedRead", "read", "write")
_MY_ORGANIZATION = "My Organization"


class CalendarPermissionRoutes(MailboxRoutes):
    """Routes of /users/{id}/calendar/calendarPermissions."""

    subject = "calendar permissions"

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        one = f"{_PERMISSIONS}/{{permission}}"
        return (
            Route("GET", _PERMISSIONS, self._list, "calendarPermissions.list"),
            Route("POST", _PERMISSIONS, self._create, "calendarPermissions.create"),
            Route("GET", one, self._get, "calendarPermissions.get"),
            Route("PATCH", one, self._patch, "calendarPermissions.patch"),
            Route("DELETE", one, self._delete, "calendarPermissions.delete"),
        )

    def _calendar(self, request: Request, captured: dict[str, str], options: frozenset[str]) -> sqlite3.Row:
        """Return the default calendar. Raises GraphError."""
        tenant, mailbox = self._context.tenant, self._mailbox(request, captured, options)
        folders.root_of(tenant, mailbox)
        row = tenant.row("select * from folders where mailbox_id = ? and type = 'Calendar'", mailbox)
        assert row is not None  # noqa: S101 - every mailbox has one
        return row

    def _list(self, request: Request, captured: dict[str, str]) -> Response:
        calendar = self._calendar(request, captured, _OPTIONS)
        value = [self._item(entry) for entry in self._entries(calendar)]
        return json_response(200, {"@odata.context": self._about(request, calendar), "value": value})

    def _entries(self, calendar: sqlite3.Row) -> list[Entry]:
        every = folder_rights.entries_of(self._context.tenant, calendar)
        return [entry for entry in every if entry.who != ANONYMOUS]

    def _entry(self, calendar: sqlite3.Row, captured: dict[str, str]) -> Entry:
        found = next((one for one in self._entries(calendar) if _id_of(one.who) == captured["permission"]), None)
        if found is None:
            raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return found

    def _get(self, request: Request, captured: dict[str, str]) -> Response:
        calendar = self._calendar(request, captured, frozenset({"$select"}))
        return self._answer(request, calendar, self._entry(calendar, captured))

    def _create(self, request: Request, captured: dict[str, str]) -> Response:
        calendar = self._calendar(request, captured, NONE)
        body = object_of(request)
        _require_properties(body, "emailAddress", "isInsideOrganization", "isRemovable", "role", "allowedRoles")
        who = self._trustee(body)
        if any(entry.who == who for entry in self._entries(calendar)):
            raise GraphError(409, "ErrorItemAlreadyExists", "The calendar is already shared with this recipient.")
        role = _role(body, who)
        self._write(calendar, who, role)
        answer = self._answer(request, calendar, self._entry(calendar, {"permission": _id_of(who)}))
        answer.effect = f"share calendar of {calendar['mailbox_id']} with {who}: {role}"
        return answer

    def _patch(self, request: Request, captured: dict[str, str]) -> Response:
        calendar = self._calendar(request, captured, NONE)
        entry = self._entry(calendar, captured)
        body = object_of(request)
        _require_properties(body, "role")
        role = _role(body, entry.who)
        self._write(calendar, entry.who, role)
        answer = self._answer(request, calendar, self._entry(calendar, captured))
        answer.effect = f"calendar of {calendar['mailbox_id']} for {entry.who}: {role}"
        return answer

    def _delete(self, request: Request, captured: dict[str, str]) -> Response:
        calendar = self._calendar(request, captured, NONE)
        entry = self._entry(calendar, captured)
        if entry.who == DEFAULT:
            raise bad("The permission of the organization cannot be removed.", "ErrorInvalidRequest")
        folder_rights.remove(self._context.tenant, calendar["id"], entry.who)
        return Response(204, effect=f"unshare calendar of {calendar['mailbox_id']} with {entry.who}")

    def _write(self, calendar: sqlite3.Row, who: str, role: str) -> None:
        level, flags = _LEVELS[role]
        folder_rights.write(self._context.tenant, calendar["id"], who, ROLES[level], flags)

    def _trustee(self, body: dict[str, Any]) -> str:
        """Return the SID of the account with the address. Raises GraphError for another recipient."""
        given = body.get("emailAddress")
        address = given.get("address") if isinstance(given, dict) else None
        if not isinstance(address, str) or not address:
            raise bad("The property 'emailAddress' with an address is required.", "ErrorInvalidRequest")
        row = self._context.tenant.row(
            "select sid from objects where deleted_at is null and kind = 'user' and id in "
            "(select id from addresses where key = lower(?) and lower(prefix) = 'smtp')",
            address,
        )
        if row is None:
            raise bad("The recipient is not found in the organization.", "ErrorInvalidRequest")
        return str(row["sid"])

    def _item(self, entry: Entry) -> dict[str, Any]:
        row = self._context.tenant.row("select * from objects where sid = ? and deleted_at is null", entry.who)
        is_default = entry.who == DEFAULT
        name = _MY_ORGANIZATION if is_default else str(row["name"]) if row else entry.who
        address = {"name": name, **({"address": row["mail"]} if row and row["mail"] else {})}
        return {
            "id": _id_of(entry.who),
            "isRemovable": not is_default,
            "isInsideOrganization": True,
            "role": _role_of(entry),
            "allowedRoles": list(_OF_EVERYBODY if is_default else _LEVELS),
            "emailAddress": address,
        }

    def _answer(self, request: Request, calendar: sqlite3.Row, entry: Entry) -> Response:
        data = {"@odata.context": f"{self._about(request, calendar)}/$entity", **self._item(entry)}
        return json_response(200, data)

    def _about(self, request: Request, calendar: sqlite3.Row) -> str:
        return self._metadata(request, calendar["mailbox_id"], "calendar/calendarPermissions")


def _id_of(who: str) -> str:
    return base64.b64encode(who.encode()).decode()


def _role_of(entry: Entry) -> str:
    return next(
        (role for role, (level, flags) in _LEVELS.items() if (ROLES[level], flags) == (entry.rights, entry.flags)),
        "custom",
    )


def _role(body: dict[str, Any], who: str) -> str:
    role = body.get("role")
    possible = _OF_EVERYBODY if who == DEFAULT else tuple(_LEVELS)
    if role not in possible:
        raise bad(f"Requested value '{str(role)[:80]}' was not found.", "ErrorInvalidRequest")
    return str(role)


def _require_properties(body: dict[str, Any], *writable: str) -> None:
    for name in body:
        if name not in PERMISSION:
            text = f"The property '{name[:80]}' does not exist on type 'microsoft.graph.calendarPermission'."
            raise bad(text, "RequestBodyRead")
        if name not in writable:
            raise bad(f"The property '{name}' is read-only and cannot be set.", "ErrorInvalidPropertySet")
