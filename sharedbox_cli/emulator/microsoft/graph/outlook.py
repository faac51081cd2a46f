"""What Graph has of a mailbox: its categories.

learn.microsoft.com/graph/api/outlookuser-post-mastercategories, …/outlookcategory-update and …/throttling-limits, read
2026-11. Assumed: 409 for a name that is taken, whatever its case, and 400 for a change of a name.
"""

from __future__ import annotations

import math
import re
import sqlite3
import uuid
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph.bodies import object_of
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, access_denied, bad, not_modelled
from sharedbox_cli.emulator.microsoft.graph.objects import Directory
from sharedbox_cli.emulator.microsoft.graph.permissions import claims_of
from sharedbox_cli.emulator.microsoft.graph.query import GRAPH_HOSTS, NONE, options_of
from sharedbox_cli.emulator.microsoft.origin import origin_of
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import ServiceContext
from sharedbox_cli.emulator.tenant import Tenant

TABLES = (
    "create table if not exists categories (id text primary key, mailbox_id text not null, name text not null, "
    "color text not null)",
    "create index if not exists categories_mailbox on categories (mailbox_id)",
)
MAILBOX_LISTS = frozenset({"mailFolders", "masterCategories", "messageRules"})
"""The lists of a mailbox."""
CATEGORY = frozenset({"id", "displayName", "color"})
"""The properties of a category."""
_CATEGORIES = "/v1.0/users/{id}/outlook/masterCategories"
_COLOUR = re.compile(r"none|preset(?:1?[0-9]|2[0-4])", re.IGNORECASE)
_NAME_MOST = 255
_LIST = frozenset({"$select", "$top", "$filter", "$count", "$skip", "$orderby"})
_CALLS, _SECONDS = 10_000, 600.0
Calls = dict[tuple[str, str], tuple[float, int]]
"""When the window of an application at a mailbox began, and its calls since then."""


class OutlookRoutes:
    """Routes of /users/{id}/outlook."""

    def __init__(self, context: ServiceContext, calls: Calls) -> None:
        self._context = context
        self._directory = Directory(context.tenant)
        self._calls = calls

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        one = f"{_CATEGORIES}/{{category}}"
        return (
            Route("GET", _CATEGORIES, self._list, "outlook.masterCategories.list"),
            Route("POST", _CATEGORIES, self._create, "outlook.masterCategories.create"),
            Route("GET", one, self._get, "outlook.masterCategories.get"),
            Route("PATCH", one, self._patch, "outlook.masterCategories.patch"),
            Route("DELETE", one, self._delete, "outlook.masterCategories.delete"),
        )

    def _mailbox(self, request: Request, captured: dict[str, str], options: frozenset[str]) -> str:
        """Return the id of the mailbox. Raises GraphError where there is none, or too much was asked of it."""
        if options_of(request, options):
            raise not_modelled("query options of what is inside a mailbox")
        user = self._directory.find("user", captured["id"])
        if user is None:
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{captured['id']}' is invalid.")
        return mailbox_of(self._context, request, user["id"], self._calls)

    def _list(self, request: Request, captured: dict[str, str]) -> Response:
        mailbox = self._mailbox(request, captured, _LIST)
        rows = self._context.tenant.rows("select * from categories where mailbox_id = ? order by rowid", mailbox)
        value = [self._category(row) for row in rows]
        return json_response(200, {"@odata.context": self._about(request, mailbox), "value": value})

    def _get(self, request: Request, captured: dict[str, str]) -> Response:
        mailbox = self._mailbox(request, captured, frozenset({"$select"}))
        row = self._row(mailbox, captured["category"])
        return json_response(200, self._entity(request, mailbox, row))

    def _create(self, request: Request, captured: dict[str, str]) -> Response:
        mailbox = self._mailbox(request, captured, NONE)
        body = object_of(request)
        _require_properties(body, "displayName", "color")
        name, tenant = body.get("displayName"), self._context.tenant
        if not isinstance(name, str) or not name.strip() or len(name) > _NAME_MOST:
            raise bad("The property 'displayName' is required, and has 255 characters at most.", "ErrorInvalidRequest")
        names = tenant.rows("select name from categories where mailbox_id = ?", mailbox)
        if name.casefold() in {row["name"].casefold() for row in names}:
            raise GraphError(409, "ErrorItemAlreadyExists", "A category with the specified name already exists.")
        identity = str(uuid.uuid4())
        tenant.run("insert into categories values (?, ?, ?, ?)", identity, mailbox, name, _colour(body, "none"))
        answer = json_response(201, self._entity(request, mailbox, self._row(mailbox, identity)))
        answer.effect = f"create category {name} of {mailbox}"
        return answer

    def _patch(self, request: Request, captured: dict[str, str]) -> Response:
        mailbox = self._mailbox(request, captured, NONE)
        body = object_of(request)
        _require_properties(body, "color")
        row = self._row(mailbox, captured["category"])
        colour = _colour(body, row["color"])
        self._context.tenant.run("update categories set color = ? where id = ?", colour, row["id"])
        answer = json_response(200, self._entity(request, mailbox, self._row(mailbox, row["id"])))
        answer.effect = f"colour category {row['name']} of {mailbox}"
        return answer

    def _delete(self, request: Request, captured: dict[str, str]) -> Response:
        mailbox = self._mailbox(request, captured, NONE)
        row = self._row(mailbox, captured["category"])
        self._context.tenant.run("delete from categories where id = ?", row["id"])
        return Response(204, effect=f"delete category {row['name']} of {mailbox}")

    def _row(self, mailbox: str, identity: str) -> sqlite3.Row:
        sql = "select * from categories where mailbox_id = ? and id = lower(?)"
        row = self._context.tenant.row(sql, mailbox, identity)
        if row is None:
            raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return row

    def _category(self, row: sqlite3.Row) -> dict[str, Any]:
        """Return a category. With `preset_case` `capital`, colours have a capital letter, as SDKs accept them."""
        is_capital = self._context.tenant.meta("preset_case") == "capital"
        colour = row["color"].capitalize() if is_capital else row["color"]
        return {"id": row["id"], "displayName": row["name"], "color": colour}

    def _entity(self, request: Request, mailbox: str, row: sqlite3.Row) -> dict[str, Any]:
        return {"@odata.context": f"{self._about(request, mailbox)}/$entity", **self._category(row)}

    def _about(self, request: Request, mailbox: str) -> str:
        origin = origin_of(request, self._context, GRAPH_HOSTS)
        return f"{origin}/v1.0/$metadata#users('{mailbox}')/outlook/masterCategories"


def prepare(tenant: Tenant) -> None:
    """Create the tables."""
    for sql in TABLES:
        tenant.run(sql)


def mailbox_of(context: ServiceContext, request: Request, identity: str, calls: Calls) -> str:
    """Return the id of a user's mailbox. Raises GraphError: 404 without one, 429 above the limit per application.

    A person reaches only the own mailbox: what a delegated permission allows in another one is not modelled.
    """
    tenant, claims = context.tenant, claims_of(context, request)
    now = tenant.clock.now()
    if not tenant.row("select 1 from mailboxes where id = ? and visible_at <= ?", identity, now):
        text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", text)
    if claims.get("idtyp") == "user" and claims.get("oid") != identity:
        raise access_denied()
    most, _, seconds = tenant.meta("outlook_limit", f"{_CALLS}/{_SECONDS}").partition("/")
    key = (str(claims.get("appid", "")), identity)
    started, count = calls.get(key, (-math.inf, 0))
    window = float(seconds or _SECONDS)
    started, count = (now, 0) if now - started >= window else (started, count)
    calls[key] = (started, count + 1)
    if count >= int(most):
        headers = {"Retry-After": str(max(1, math.ceil(started + window - now)))}
        text = "Application is over its MailboxConcurrency limit."
        raise GraphError(429, "ApplicationThrottled", text, headers)
    return identity


def _require_properties(body: dict[str, Any], *writable: str) -> None:
    """Raise GraphError for a property that a category does not have, or that cannot be written here."""
    for name in body:
        if name not in CATEGORY:
            text = f"The property '{name[:80]}' does not exist on type 'microsoft.graph.outlookCategory'."
            raise bad(text, "RequestBodyRead")
        if name not in writable:
            raise bad(f"The property '{name}' is read-only and cannot be set.", "ErrorInvalidPropertySet")


def _colour(body: dict[str, Any], otherwise: str) -> str:
    value = body.get("color", otherwise)
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise bad(f"Requested value '{str(value)[:80]}' was not found.", "ErrorInvalidRequest")
    return value.lower()
