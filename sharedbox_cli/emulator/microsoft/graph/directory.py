"""Users, groups and the organisation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph import objects
from sharedbox_cli.emulator.microsoft.graph.bodies import guids, object_of, require_only
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad, denied, missing, not_modelled
from sharedbox_cli.emulator.microsoft.graph.permissions import BASIC, READ_USERS, held
from sharedbox_cli.emulator.microsoft.graph.properties import OF_ORGANIZATION
from sharedbox_cli.emulator.microsoft.graph.query import (
    GRAPH_HOSTS,
    NONE,
    ONE,
    Kind,
    Query,
    next_link,
    options_of,
    picked,
    read_query,
    selected,
)
from sharedbox_cli.emulator.microsoft.origin import origin_of
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import ServiceContext

_SINGLE_USER_ONLY = frozenset({"aboutMe", "mySite", "mailboxSettings", "birthday", "skills"})
_TRANSITIVE = "/v1.0/groups/{id}/transitiveMembers"
_ORGANIZATION = frozenset({"id", "displayName", "verifiedDomains", "countryLetterCode"})
_MOST_IDS = 1000
_TYPES = frozenset({"user", "group"})
_OTHER_TYPES = frozenset({"device", "directoryobject", "serviceprincipal", "orgcontact", "application"})
"""Types that `getByIds` accepts, but that no emulated tenant contains."""


class DirectoryRoutes:
    """Routes of /users, /groups, /organization, /directoryObjects."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._directory = objects.Directory(context.tenant)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return (
            Route("GET", "/v1.0/users", self._users, "users.list"),
            Route("GET", "/v1.0/users/{id}", self._user, "users.get"),
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
        )

    def _users(self, request: Request, _: dict[str, str]) -> Response:
        if _wanted(request) & _SINGLE_USER_ONLY:
            raise GraphError(501, "NotImplemented", "This property is only available on a single user.")
        query = read_query(request, objects.USERS)
        self._refuse_beyond_basic(request, query.select, query.filter)
        return self._page(request, "users", query, self._directory.objects("user"))

    def _refuse_beyond_basic(self, request: Request, select: tuple[str, ...], text: str = "") -> None:
        """Raise GraphError if a caller with basic permissions requests more than names."""
        roles = held(self._context, request)
        if roles & READ_USERS or BASIC not in roles:
            return
        named = {name for name in objects.USER_FILTERABLE if name in text and name not in objects.USER_BASIC}
        beyond = set(select) - objects.USER_BASIC - set(objects.USER_DEFAULT)
        if beyond or named:
            raise denied()

    def _origin(self, request: Request) -> str:
        return origin_of(request, self._context, GRAPH_HOSTS)

    def _page(self, request: Request, what: str, query: Query, items: list[dict[str, Any]]) -> Response:
        matching = [item for item in items if query.test(item)]
        left = [item for item in matching if item["id"] > query.after] if query.after else matching
        page = left[: query.top]
        origin = self._origin(request)
        data: dict[str, Any] = {"@odata.context": f"{origin}/v1.0/$metadata#{what}"}
        if query.wants_count and not query.after:
            data["@odata.count"] = len(matching)
        if len(left) > query.top:
            data["@odata.nextLink"] = next_link(origin, request, page[-1]["id"])
        data["value"] = [picked(item, ("@odata.type", *query.select)) for item in page]
        return json_response(200, data)

    def _one(self, request: Request, kind: Kind, item: dict[str, Any] | None, key: str, what: str) -> Response:
        if key.startswith("$"):
            raise not_modelled(f"{what}/{key}")
        if key.lower() in ("delta", "delta()"):
            raise not_modelled("delta queries")
        if _wanted(request) & _SINGLE_USER_ONLY:
            raise not_modelled("properties of a single user")
        select = selected(options_of(request, ONE), kind.known, kind.default, kind.every)
        if kind is objects.USERS:
            self._refuse_beyond_basic(request, select)
        if item is None:
            raise missing(key)
        context = {"@odata.context": f"{self._origin(request)}/v1.0/$metadata#{what}/$entity"}
        return json_response(200, context | picked(item, select))

    def _user(self, request: Request, captured: dict[str, str]) -> Response:
        key = captured["id"]
        return self._one(request, objects.USERS, self._directory.find("user", key), key, "users")

    def _groups(self, request: Request, _: dict[str, str]) -> Response:
        query = read_query(request, objects.GROUPS)
        return self._page(request, "groups", query, self._directory.objects("group"))

    def _group(self, request: Request, captured: dict[str, str]) -> Response:
        key = captured["id"]
        return self._one(request, objects.GROUPS, self._directory.find("group", key), key, "groups")

    def _members(self, request: Request, captured: dict[str, str]) -> Response:
        """Return the direct members of all types. For a type that the caller may not read, return only the ids."""
        self._require_group(captured["id"])
        properties = objects.USERS.every | objects.GROUPS.every
        kind = Kind(objects.USER | objects.GROUP, (), objects.USER_FILTERABLE, properties)
        query = read_query(request, kind, filter_is_advanced=True)
        rows = self._context.tenant.rows("select member_id from members where group_id = ?", captured["id"])
        ids = [row["member_id"] for row in rows]
        people = self._typed("user", ids, query)
        items = [*self._readable(request, people), *self._typed("group", ids, query)]
        every = replace(query, select=tuple(sorted(kind.known)), test=lambda _: True)
        return self._page(request, "directoryObjects", every, sorted(items, key=lambda item: str(item["id"])))

    def _readable(self, request: Request, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if held(self._context, request) & READ_USERS:
            return people
        return [{"@odata.type": "#microsoft.graph.user", "id": item["id"]} for item in people]

    def _typed(self, kind: str, ids: list[str], query: Query | None = None) -> list[dict[str, Any]]:
        """Return objects as entries of a mixed list, with the requested or the default properties of their type."""
        default = objects.USER_DEFAULT if kind == "user" else objects.GROUP_DEFAULT
        return [
            {"@odata.type": f"#microsoft.graph.{kind}", **picked(item, ("id", *((query and query.select) or default)))}
            for item in self._directory.objects(kind, ids)
            if query is None or query.test(item)
        ]

    def _transitive(self, request: Request, captured: dict[str, str]) -> Response:
        self._require_group(captured["id"])
        query = read_query(request, objects.USERS, filter_is_advanced=True)
        if not query.wants_count:
            raise bad("OData cast needs ConsistencyLevel: eventual and $count=true.", "Request_UnsupportedQuery")
        people = self._directory.objects("user", self._context.tenant.members_of(captured["id"]))
        items = self._readable(request, [item for item in people if query.test(item)])
        return self._page(request, "users", replace(query, test=lambda _: True), items)

    def _require_group(self, identity: str) -> None:
        if self._directory.find("group", identity) is None:
            raise missing(identity)

    def _organization(self, request: Request, _: dict[str, str]) -> Response:
        options = options_of(request, ONE)
        select = selected(options, _ORGANIZATION, tuple(sorted(_ORGANIZATION)), OF_ORGANIZATION)
        tenant = self._context.tenant
        first = tenant.domains()[0]
        domains = [
            {
                "name": name,
                "isDefault": name == first,
                "isInitial": name == tenant.initial_domain,
                "type": "Managed",
                "capabilities": "Email",
            }
            for name in tenant.domains()
        ]
        country = tenant.meta("country", "DE") or None
        whole = {"id": tenant.id, "displayName": tenant.name, "verifiedDomains": domains, "countryLetterCode": country}
        context = f"{self._origin(request)}/v1.0/$metadata#organization"
        return json_response(200, {"@odata.context": context, "value": [picked(whole, select)]})

    def _by_ids(self, request: Request, _: dict[str, str]) -> Response:
        options_of(request, NONE)
        body = object_of(request)
        require_only(body, ("ids", "types"), "getByIds")
        ids = guids(body.get("ids"), "ids")
        if not 1 <= len(ids) <= _MOST_IDS:
            raise bad(f"The number of ids must be between 1 and {_MOST_IDS}.")
        types = body.get("types") or sorted(_TYPES)
        if not isinstance(types, list) or not all(isinstance(name, str) for name in types):
            raise bad("Invalid value specified for property 'types': a collection is expected.")
        for name in types:
            if name.lower() not in _TYPES | _OTHER_TYPES:
                raise bad(f"The type '{name[:80]}' is not a directory object's.")
        wanted = {name.lower() for name in types}
        chosen = sorted(_TYPES) if "directoryobject" in wanted else sorted(wanted & _TYPES)
        objects = [item for kind in chosen for item in self._typed(kind, ids)]
        context = f"{self._origin(request)}/v1.0/$metadata#directoryObjects"
        return json_response(200, {"@odata.context": context, "value": objects})

    def _deleted(self, request: Request, _: dict[str, str]) -> Response:
        query = read_query(request, objects.USERS)
        return self._page(request, "users", query, self._directory.objects("user", deleted=True))


def _wanted(request: Request) -> set[str]:
    options = {name.lower(): value for name, value in request.query.items()}
    return {item.strip() for item in options.get("$select", "").split(",")}
