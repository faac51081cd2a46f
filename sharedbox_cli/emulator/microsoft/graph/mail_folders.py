"""The mail folders of a mailbox in Graph: one level per list, with pages; well-known names in place of ids.

learn.microsoft.com/graph/api/resources/mailfolder, …/user-list-mailfolders and …/mailfolder-post-childfolders, read
2026-11.
"""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import urlencode

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft import folders
from sharedbox_cli.emulator.microsoft.graph.bodies import object_of
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad, not_modelled
from sharedbox_cli.emulator.microsoft.graph.mailbox_routes import MailboxRoutes
from sharedbox_cli.emulator.microsoft.graph.query import GRAPH_HOSTS, NONE, options_of
from sharedbox_cli.emulator.microsoft.origin import origin_of
from sharedbox_cli.emulator.router import Route

FOLDER = ("id", "displayName", "parentFolderId", "childFolderCount", "unreadItemCount", "totalItemCount", "isHidden")
"""The properties of a folder."""
_FOLDERS = "/v1.0/users/{id}/mailFolders"
_TYPES = {
    "inbox": "Inbox",
    "archive": "Archive",
    "drafts": "Drafts",
    "sentitems": "SentItems",
    "deleteditems": "DeletedItems",
    "junkemail": "JunkEmail",
    "outbox": "Outbox",
    "conversationhistory": "CommunicatorHistory",
    "msgfolderroot": folders.ROOT,
}
"""The well-known names that are modelled, with the types of their folders."""
_LIST = frozenset({"$select", "$top", "$skip", "includehiddenfolders"})
_OTHERS = frozenset({"$filter", "$count", "$orderby", "$expand"})
_PAGE, _MOST_PAGE, _NAME_MOST = 10, 1000, 255


class MailFolderRoutes(MailboxRoutes):
    """Routes of /users/{id}/mailFolders."""

    subject = "mail folders"

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        one = f"{_FOLDERS}/{{folder}}"
        return (
            Route("GET", _FOLDERS, self._list, "mailFolders.list"),
            Route("POST", _FOLDERS, self._create, "mailFolders.create"),
            Route("GET", f"{one}/childFolders", self._list, "mailFolders.list"),
            Route("POST", f"{one}/childFolders", self._create, "mailFolders.create"),
            Route("GET", one, self._get, "mailFolders.get"),
        )

    def _folder(self, mailbox: str, key: str) -> sqlite3.Row:
        """Return a folder by its id or well-known name. Only folders for mail are mail folders."""
        tenant = self._context.tenant
        root = folders.root_of(tenant, mailbox)
        kind = _TYPES.get(key.lower())
        sql = f"select * from folders where mailbox_id = ? and {'type' if kind else 'id'} = ?"
        row = tenant.row(sql, mailbox, kind or key)
        if row is None or (row["class"] != folders.MAIL and row["id"] != root["id"]):
            raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return row

    def _parent(self, mailbox: str, captured: dict[str, str]) -> sqlite3.Row:
        if "folder" in captured:
            return self._folder(mailbox, captured["folder"])
        return folders.root_of(self._context.tenant, mailbox)

    def _list(self, request: Request, captured: dict[str, str]) -> Response:
        options = options_of(request, _LIST | _OTHERS)
        if options.keys() & _OTHERS:
            raise not_modelled("these query options of mail folders")
        mailbox = self._found(request, captured)
        parent = self._parent(mailbox, captured)
        is_all = options.get("includehiddenfolders", "false").lower() == "true"
        rows = [row for row in self._children(mailbox, parent) if is_all or not row["hidden"]]
        top, skip = _number(options, "$top", _PAGE), _number(options, "$skip", 0)
        if not 1 <= top <= _MOST_PAGE:
            raise bad(f"The limit of '{_MOST_PAGE}' for Top query has been exceeded.", "BadRequest")
        select = _selected(options)
        origin = origin_of(request, self._context, GRAPH_HOSTS)
        value = [self._item(mailbox, row, select) for row in rows[skip : skip + top]]
        data: dict[str, Any] = {"@odata.context": f"{origin}/v1.0/$metadata#mailFolders", "value": value}
        if len(rows) > skip + top:
            spelled = {"includehiddenfolders": "includeHiddenFolders"}
            more = {spelled.get(name, name): text for name, text in options.items()} | {"$skip": str(skip + top)}
            data["@odata.nextLink"] = f"{origin}{request.path}?{urlencode(more, safe='$,')}"
        return json_response(200, data)

    def _children(self, mailbox: str, parent: sqlite3.Row) -> list[sqlite3.Row]:
        rows = folders.children(self._context.tenant, mailbox, parent["id"])
        return [row for row in rows if row["class"] == folders.MAIL]

    def _item(self, mailbox: str, row: sqlite3.Row, select: tuple[str, ...]) -> dict[str, Any]:
        item = {
            "id": row["id"],
            "displayName": row["name"],
            "parentFolderId": row["parent_id"],
            "childFolderCount": len(self._children(mailbox, row)),
            "unreadItemCount": row["unread"],
            "totalItemCount": row["items"],
            "isHidden": bool(row["hidden"]),
        }
        return {name: item[name] for name in ("id", *select) if name in item}

    def _get(self, request: Request, captured: dict[str, str]) -> Response:
        select = _selected(options_of(request, frozenset({"$select"})))
        mailbox = self._found(request, captured)
        return json_response(200, self._item(mailbox, self._folder(mailbox, captured["folder"]), select))

    def _create(self, request: Request, captured: dict[str, str]) -> Response:
        options_of(request, NONE)
        body = object_of(request)
        mailbox = self._found(request, captured)
        parent = self._parent(mailbox, captured)
        unknown = sorted(body.keys() - {"displayName", "isHidden"})
        if unknown:
            is_known = unknown[0] in FOLDER
            text = "is read-only" if is_known else "does not exist on type 'microsoft.graph.mailFolder'"
            raise bad(
                f"The property '{unknown[0][:80]}' {text}.",
                "ErrorInvalidPropertySet" if is_known else "RequestBodyRead",
            )
        name, is_hidden, tenant = body.get("displayName"), body.get("isHidden", False), self._context.tenant
        if not isinstance(name, str) or not name.strip() or len(name) > _NAME_MOST or not isinstance(is_hidden, bool):
            raise bad("The folder name is invalid.", "ErrorInvalidRequest")
        taken = {row["name"].casefold() for row in folders.children(tenant, mailbox, parent["id"])}
        if name.casefold() in taken:
            text = "A folder with the specified name already exists."
            raise GraphError(409, "ErrorFolderExists", text)
        identity = folders.add(tenant, mailbox, parent["id"], name, is_hidden=is_hidden)
        answer = json_response(201, self._item(mailbox, self._folder(mailbox, identity), FOLDER))
        answer.effect = f"create folder {name} of {mailbox}"
        return answer


def _selected(options: dict[str, str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in options.get("$select", "").split(",") if name.strip())
    for name in names:
        if name not in FOLDER:
            raise bad(f"Could not find a property named '{name}' on type 'microsoft.graph.mailFolder'.", "BadRequest")
    return names or FOLDER


def _number(options: dict[str, str], name: str, otherwise: int) -> int:
    text = options.get(name, str(otherwise))
    if not (text.isascii() and text.isdecimal()):
        raise bad(f"Invalid value '{text[:80]}' for {name} query option found.", "BadRequest")
    return int(text[:9])
