"""Users, groups and the organisation."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph import objects
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad, missing
from sharedbox_cli.emulator.microsoft.graph.query import Query, read_query, skip_token
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import World

_SINGLE_USER_ONLY = frozenset({"aboutMe", "mySite", "mailboxSettings", "birthday", "skills"})
_PATCHABLE = frozenset({"accountEnabled", "usageLocation", "displayName"})
_BASIC_ROLE = "User.ReadBasic.All"
_TRANSITIVE = "/v1.0/groups/{id}/transitiveMembers"


class DirectoryRoutes:
    """Routes of /users, /groups, /organization, /directoryObjects."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._directory = objects.Directory(world.tenant)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return (
            Route("GET", "/v1.0/users", self._users, "users.list"),
            Route("GET", "/v1.0/users/{id}", self._user, "users.get"),
            Route("PATCH", "/v1.0/users/{id}", self._patch, "users.patch"),
            Route("GET", "/v1.0/groups", self._groups, "groups.list"),
            Route("GET", "/v1.0/groups/{id}", self._group, "groups.get"),
            Route("GET", "/v1.0/groups/{id}/members", self._members, "groups.members"),
            *(
                Route("GET", f"{_TRANSITIVE}/{cast}", self._transitive, "groups.transitiveMembers")
                for cast in ("microsoft.graph.user", "graph.user")  # the SDK writes the short form
            ),
            Route("GET", "/v1.0/organization", self._organization, "organization.list"),
            Route("POST", "/v1.0/directoryObjects/getByIds", self._by_ids, "directoryObjects.getByIds"),
            Route("GET", "/v1.0/directory/deletedItems/microsoft.graph.user", self._deleted, "deletedItems.users"),
        )  # fmt: skip

    def _users(self, request: Request, _: dict[str, str]) -> Response:
        wanted = {item.strip() for item in request.query.get("$select", "").split(",")}
        if wanted & _SINGLE_USER_ONLY:
            raise GraphError(501, "NotImplemented", "This property is only available on a single user.")
        query = read_query(request, objects.USER, objects.USER_DEFAULT, objects.USER_FILTERABLE)
        self._refuse_beyond_basic(request, query)
        return self._page(request, "users", query, self._directory.objects("user"))

    def _refuse_beyond_basic(self, request: Request, query: Query) -> None:
        claims = self._world.tokens.read(request.headers["authorization"], "https://graph.microsoft.com")
        roles = set(claims.get("roles", ()))
        if _BASIC_ROLE in roles and not roles & {"User.Read.All", "User.ReadWrite.All", "Directory.Read.All"}:
            for name in query.select:
                if name not in objects.USER_BASIC and name not in objects.USER_DEFAULT:
                    raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges.")

    def _page(self, request: Request, what: str, query: Query, items: list[dict[str, Any]]) -> Response:
        passing = [item for item in items if query.test(item)]
        page = passing[query.skip : query.skip + query.top]
        origin = self._world.origin
        data: dict[str, Any] = {"@odata.context": f"{origin}/v1.0/$metadata#{what}"}
        if query.wants_count and not query.skip:
            data["@odata.count"] = len(passing)
        if query.skip + query.top < len(passing):
            options = {**request.query, "$skiptoken": skip_token(query.skip + query.top)}
            text = urlencode(options, safe="$,'", quote_via=quote)
            data["@odata.nextLink"] = f"{origin}{request.path}?{text}"
        data["value"] = [{name: item[name] for name in query.select} for item in page]
        return json_response(200, data, {"x-ms-resource-unit": "1"})

    def _user(self, request: Request, captured: dict[str, str]) -> Response:
        query = read_query(request, objects.USER, objects.USER_DEFAULT, objects.USER_FILTERABLE)
        user = self._directory.find_user(captured["id"])
        if user is None:
            raise missing(captured["id"])
        return json_response(200, {name: user[name] for name in query.select})

    def _patch(self, request: Request, captured: dict[str, str]) -> Response:
        user = self._directory.find_user(captured["id"])
        if user is None:
            raise missing(captured["id"])
        changes = {name: value for name, value in _object(request).items() if not name.startswith("@")}
        for name in changes:
            if name == "proxyAddresses":
                raise bad("Property 'proxyAddresses' is read-only and cannot be set.")
            if name not in _PATCHABLE:
                raise bad(f"The property '{name}' does not exist on type 'microsoft.graph.user'.")
        if not isinstance(changes.get("accountEnabled", True), bool):
            raise bad("A value without a type name was found and no expected type is available.")
        if user["onPremisesSyncEnabled"]:
            raise bad("Unable to update the specified properties for on-premises mastered Directory Sync objects.")
        row = self._world.tenant.object(user["id"])
        doc = json.loads(row["doc"]) if row else {}
        if "accountEnabled" in changes:
            doc["account_enabled"] = changes["accountEnabled"]
        if "usageLocation" in changes:
            doc["usage_location"] = changes["usageLocation"]
        name = changes.get("displayName", user["displayName"])
        self._world.tenant.run("update objects set doc = ?, name = ? where id = ?", json.dumps(doc), name, user["id"])
        return Response(204, effect=f"patch user {user['id']} {sorted(changes)}")

    def _groups(self, request: Request, _: dict[str, str]) -> Response:
        query = read_query(request, objects.GROUP, objects.GROUP_DEFAULT, objects.GROUP_FILTERABLE)
        return self._page(request, "groups", query, self._directory.objects("group"))

    def _group(self, request: Request, captured: dict[str, str]) -> Response:
        query = read_query(request, objects.GROUP, objects.GROUP_DEFAULT, objects.GROUP_FILTERABLE)
        found = self._directory.objects("group", {captured["id"]})
        if not found:
            raise missing(captured["id"])
        return json_response(200, {name: found[0][name] for name in query.select})

    def _members(self, request: Request, captured: dict[str, str]) -> Response:
        self._require_group(captured["id"])
        rows = self._world.tenant.rows("select member_id from members where group_id = ?", captured["id"])
        return self._people(request, {row["member_id"] for row in rows})

    def _transitive(self, request: Request, captured: dict[str, str]) -> Response:
        self._require_group(captured["id"])
        if request.headers.get("consistencylevel", "").lower() != "eventual" or "$count" not in request.query:
            raise bad("OData cast needs ConsistencyLevel: eventual and $count=true.", "Request_UnsupportedQuery")
        return self._people(request, self._world.tenant.members_of(captured["id"]))

    def _require_group(self, identity: str) -> None:
        row = self._world.tenant.object(identity)
        if row is None or row["kind"] != "group":
            raise missing(identity)

    def _people(self, request: Request, identities: set[str]) -> Response:
        query = read_query(request, objects.USER, objects.USER_DEFAULT, objects.USER_FILTERABLE)
        return self._page(request, "users", query, self._directory.objects("user", identities))

    def _organization(self, request: Request, _: dict[str, str]) -> Response:
        tenant = self._world.tenant
        first = tenant.domains()[0]
        domains = [
            {
                "name": name,
                "isDefault": name == first,
                "isInitial": False,
                "type": "Managed",
                "capabilities": "Email",
            }
            for name in tenant.domains()
        ]
        value = [{"id": tenant.id, "displayName": tenant.name, "verifiedDomains": domains}]
        context = f"{self._world.origin}/v1.0/$metadata#organization"
        return json_response(200, {"@odata.context": context, "value": value})

    def _by_ids(self, request: Request, _: dict[str, str]) -> Response:
        body = _object(request)
        ids = body.get("ids")
        if not isinstance(ids, list) or len(ids) > 1000:
            raise bad("The number of ids must be between 1 and 1000.")
        found = [{"@odata.type": "#microsoft.graph.user", **item} for item in self._directory.objects("user", set(ids))]
        found += [
            {"@odata.type": "#microsoft.graph.group", **item} for item in self._directory.objects("group", set(ids))
        ]
        return json_response(200, {"value": found})

    def _deleted(self, request: Request, _: dict[str, str]) -> Response:
        query = read_query(request, objects.USER, objects.USER_DEFAULT, objects.USER_FILTERABLE)
        return self._page(request, "users", query, self._directory.objects("user", deleted=True))


def _object(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except ValueError as error:
        raise bad("Unable to read JSON request payload.", "BadRequest") from error
    if not isinstance(body, dict):
        raise bad("Unable to read JSON request payload.", "BadRequest")
    return body
