"""Microsoft Graph v1.0: permission checks, errors in its shape, batches."""

from __future__ import annotations

import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph.directory import DirectoryRoutes
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad, denied, envelope
from sharedbox_cli.emulator.microsoft.graph.licences import LicenceRoutes
from sharedbox_cli.emulator.microsoft.graph.reports import ReportRoutes
from sharedbox_cli.emulator.router import Route, Router
from sharedbox_cli.emulator.service import World
from sharedbox_cli.emulator.tokens import TokenInvalid

AUDIENCE = "https://graph.microsoft.com"
HOSTS = ("graph.microsoft.com",)
MAX_BATCH = 20

_READ_USERS = ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
_READ_GROUPS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Directory.ReadWrite.All")
PERMISSIONS: dict[str, tuple[str, ...]] = {
    "users.list": ("User.ReadBasic.All", *_READ_USERS),
    "users.get": ("User.ReadBasic.All", *_READ_USERS),
    "users.patch": ("User.EnableDisableAccount.All", "User.ReadWrite.All", "Directory.ReadWrite.All"),
    "users.assignLicense": (
        "LicenseAssignment.ReadWrite.All",
        "User.ReadWrite.All",
        "Directory.ReadWrite.All",
    ),
    "users.licenseDetails": ("LicenseAssignment.Read.All", *_READ_USERS),
    "groups.list": ("GroupMember.Read.All", "Group.ReadBasic.All", "Group.Read.All", "Directory.Read.All"),
    "groups.get": ("GroupMember.Read.All", "Group.ReadBasic.All", "Group.Read.All", "Directory.Read.All"),
    "groups.members": _READ_GROUPS,
    "groups.transitiveMembers": _READ_GROUPS,
    "directoryObjects.getByIds": ("Directory.Read.All", "Directory.ReadWrite.All"),
    "deletedItems.users": ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All"),
    "subscribedSkus.list": ("LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"),
    "organization.list": ("User.Read.All", "Organization.Read.All", "Directory.Read.All"),
    "reports.getMailboxUsageDetail": ("Reports.Read.All",),
    "reports.settings": ("ReportSettings.Read.All", "ReportSettings.ReadWrite.All"),
}
"""Permissions that open a route, least privileged first (learn.microsoft.com/graph/permissions-reference)."""

_OPEN = frozenset({"batch", "reports.download"})


class Graph:
    """graph.microsoft.com."""

    name = "graph"

    def __init__(self, world: World) -> None:
        self._world = world
        self.router = Router((
            Route("POST", "/v1.0/$batch", self._batch, "batch"),
            *DirectoryRoutes(world).routes(),
            *LicenceRoutes(world).routes(),
            *ReportRoutes(world).routes(),
        ))  # fmt: skip

    def owns(self, host: str, path: str) -> bool:
        """Return whether a request is for this service."""
        return host in HOSTS or path.startswith(("/v1.0/", "/beta/", "/reports-data/"))

    def route_name(self, route: Route, request: Request) -> str:
        """Return the route's own name."""
        return route.name

    def refuse(self, status: int, code: str, message: str) -> Response:
        """Return an error in Graph's shape."""
        return envelope(status, code, message)

    def answer(self, route: Route, request: Request, captured: dict[str, str]) -> Response:
        """Return the answer, or the vendor's error."""
        try:
            if route.name != "reports.download":
                self._authorize(route, request)
            return route.handler(request, captured)
        except TokenInvalid as error:
            return envelope(401, "InvalidAuthenticationToken", str(error))
        except GraphError as error:
            return envelope(error.status, error.code, error.message)

    def _authorize(self, route: Route, request: Request) -> None:
        claims = self._world.tokens.read(request.headers.get("authorization", ""), AUDIENCE)
        if route.name in _OPEN:
            return
        held = {*claims.get("roles", ()), *str(claims.get("scp", "")).split()}
        if not held & set(PERMISSIONS[route.name]):
            raise denied()

    def _batch(self, request: Request, captured: dict[str, str]) -> Response:
        parts = _parts(request)
        answers: dict[str, dict[str, Any]] = {}
        for part in parts:
            failed = [name for name in part.get("dependsOn", ()) if answers[name]["status"] >= 400]
            if failed:
                error = {"code": "FailedDependency", "message": f"Request {failed[0]} failed."}
                answers[part["id"]] = {"id": part["id"], "status": 424, "body": {"error": error}}
                continue
            answers[part["id"]] = _part_answer(part, self._world.answer_part(_part_request(request, part)))
        shuffled = list(answers.values())
        self._world.random.shuffle(shuffled)
        return json_response(200, {"responses": shuffled})


def _parts(request: Request) -> list[dict[str, Any]]:
    try:
        parts = request.json()["requests"]
    except (ValueError, KeyError, TypeError) as error:
        raise bad("Invalid batch payload format.", "BadRequest") from error
    if not isinstance(parts, list) or not 1 <= len(parts) <= MAX_BATCH:
        raise bad(f"Number of batch request steps exceeds the maximum value of {MAX_BATCH}.", "BadRequest")
    seen: set[str] = set()
    for part in parts:
        identity = part.get("id")
        if not isinstance(identity, str) or identity.lower() in {one.lower() for one in seen}:
            raise bad(f"Request Id has to be unique: {identity}.", "BadRequest")
        for name in part.get("dependsOn", ()):
            if name not in seen:
                raise bad(f"Invalid dependency for request Id {identity}.", "BadRequest")
        if "body" in part and "content-type" not in {name.lower() for name in part.get("headers", {})}:
            raise bad(f"Write request id : {identity} does not contain Content-Type header or body.", "BadRequest")
        if "://" in part.get("url", ""):
            raise bad(f"Invalid url for request Id {identity}: a relative url is wanted.", "BadRequest")
        seen.add(identity)
    return parts


def _part_request(outer: Request, part: dict[str, Any]) -> Request:
    path, _, query = part["url"].partition("?")
    headers = {name.lower(): value for name, value in part.get("headers", {}).items()}
    headers["authorization"] = outer.headers.get("authorization", "")
    body = json.dumps(part["body"]).encode() if "body" in part else b""
    return Request(
        part["method"].upper(), outer.host, "/v1.0/" + path.lstrip("/"), query, headers, body, parent=outer.id
    )


def _part_answer(part: dict[str, Any], response: Response) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": part["id"], "status": response.status, "headers": dict(response.headers)}
    if response.body:
        try:
            answer["body"] = json.loads(response.body)
        except ValueError:
            answer["body"] = response.body.decode("utf-8", "replace")
    return answer
