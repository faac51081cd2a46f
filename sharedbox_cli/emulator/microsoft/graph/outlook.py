"""What Graph has of a mailbox: its categories.

learn.microsoft.com/graph/api/outlookuser-post-mastercategories, …/outlookcategory-update and …/throttling-limits, read
2026-11. Assumed: 409 for a name that is taken, whatever its case, and 400 for a change of a name.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph.bodies import object_of
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad
from sharedbox_cli.emulator.microsoft.graph.mailbox_routes import MailboxRoutes
from sharedbox_cli.emulator.microsoft.graph.query import NONE
from sharedbox_cli.emulator.router import Route
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


class OutlookRoutes(MailboxRoutes):
    """Routes of /users/{id}/outlook."""

    subject = "what is inside a mailbox"

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
        return self._metadata(request, mailbox, "outlook/masterCategories")


def prepare(tenant: Tenant) -> None:
    """Create the tables."""
    for sql in TABLES:
        tenant.run(sql)


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
