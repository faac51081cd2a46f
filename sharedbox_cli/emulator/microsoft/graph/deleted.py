"""Accounts that are deleted in the directory, and restored there. A mailbox goes and comes back with its account.

learn.microsoft.com/graph/api/user-delete and …/directory-deleteditems-restore, read 2026-11. Assumed: the error of an
address that somebody else has meanwhile, and of a synchronised account.
"""

from __future__ import annotations

import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft import replication
from sharedbox_cli.emulator.microsoft.graph import objects
from sharedbox_cli.emulator.microsoft.graph.errors import bad, denied, missing, not_modelled
from sharedbox_cli.emulator.microsoft.graph.permissions import PRIVILEGED, claims_of
from sharedbox_cli.emulator.microsoft.graph.query import GRAPH_HOSTS, NONE, options_of, picked
from sharedbox_cli.emulator.microsoft.origin import origin_of
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import ServiceContext

_MARK = "deleted_in_directory"


class DeletionRoutes:
    """DELETE /users/{id}, POST /directory/deletedItems/{id}/restore."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._directory = objects.Directory(context.tenant)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return (
            Route("DELETE", "/v1.0/users/{id}", self._delete, "users.delete"),
            Route("POST", "/v1.0/directory/deletedItems/{id}/restore", self._restore, "deletedItems.restore"),
        )

    def _delete(self, request: Request, captured: dict[str, str]) -> Response:
        options_of(request, NONE)
        tenant = self._context.tenant
        user = self._directory.find("user", captured["id"])
        row = tenant.object(user["id"]) if user else None
        if user is None or row is None:
            raise missing(captured["id"])
        doc = json.loads(row["doc"])
        self._require_role(request, doc)
        if doc.get("on_premises"):
            raise bad("Unable to update the specified properties for on-premises mastered Directory Sync objects.")
        replication.show_later(tenant, "directory", row["id"], {"deletedDateTime": None})
        text, now = json.dumps({**doc, _MARK: True}), tenant.clock.now()
        tenant.run("update objects set doc = ?, deleted_at = ? where id = ?", text, now, row["id"])
        return Response(204, effect=f"delete user {row['id']}")

    def _restore(self, request: Request, captured: dict[str, str]) -> Response:
        options_of(request, NONE)
        if request.body.strip():
            raise not_modelled("a restore with options")
        tenant, key = self._context.tenant, captured["id"]
        found = self._directory.objects("user", [key], deleted=True)
        row = tenant.row("select * from objects where id = ? and deleted_at is not null", key)
        if not found or row is None:
            raise missing(key)
        doc = json.loads(row["doc"])
        self._require_role(request, doc)
        held = tenant.rows("select text from addresses where id = ? and lower(prefix) = 'smtp'", key)
        names = [str(item["text"]) for item in held]
        upn = tenant.row(
            "select 1 from objects where lower(upn) = lower(?) and id <> ? and deleted_at is null", row["upn"], key
        )
        if upn is not None or any(tenant.owners(name) for name in names):
            raise bad("Another object with the same value for property proxyAddresses already exists.")
        doc.pop(_MARK, None)
        replication.show_later(tenant, "directory", key, {"deletedDateTime": replication.moment(row["deleted_at"])})
        tenant.run("update objects set doc = ?, deleted_at = null where id = ?", json.dumps(doc), key)
        origin = origin_of(request, self._context, GRAPH_HOSTS)
        context: dict[str, Any] = {"@odata.context": f"{origin}/v1.0/$metadata#directoryObjects/$entity"}
        whole = {"@odata.type": "#microsoft.graph.user", **self._directory.written("user", key)}
        answer = json_response(200, context | picked(whole, ("@odata.type", *objects.USER_DEFAULT)))
        answer.effect = f"restore user {key}"
        return answer

    def _require_role(self, request: Request, doc: dict[str, Any]) -> None:
        """Raise GraphError for an administrator's account, unless the caller may manage those."""
        if doc.get("admin_role") and not PRIVILEGED & set(claims_of(self._context, request).get("wids", ())):
            raise denied()
