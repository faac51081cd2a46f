"""Application permissions per route (learn.microsoft.com/graph/permissions-reference, read 2026-11)."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.graph.errors import denied
from sharedbox_cli.emulator.service import ServiceContext

AUDIENCE = "https://graph.microsoft.com"
READ_USERS = frozenset({"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"})
WRITE_USERS = frozenset({"User.ReadWrite.All", "Directory.ReadWrite.All"})
BASIC = "User.ReadBasic.All"
_READ_USERS = tuple(sorted(READ_USERS))
_READ_GROUPS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Directory.ReadWrite.All")
PERMISSIONS: dict[str, tuple[str, ...]] = {
    "users.list": ("User.ReadBasic.All", *_READ_USERS),
    "users.get": ("User.ReadBasic.All", *_READ_USERS),
    "users.patch": ("User.EnableDisableAccount.All", "User.ReadWrite.All", "Directory.ReadWrite.All"),
    "users.assignLicense": ("LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"),
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
"""The permissions that allow a route. One is enough."""
OPEN = frozenset({"batch", "unmodelled"})
"""Routes that need a token, but no permission."""


def claims_of(context: ServiceContext, request: Request) -> dict[str, Any]:
    """Return the claims of the token. Raises TokenInvalid."""
    return context.tokens.read(request.headers.get("authorization", ""), AUDIENCE)


def held(context: ServiceContext, request: Request) -> frozenset[str]:
    """Return the permissions of the caller. Raises TokenInvalid."""
    claims = claims_of(context, request)
    return frozenset({*claims.get("roles", ()), *str(claims.get("scp", "")).split()})


def require(context: ServiceContext, request: Request, route: str) -> None:
    """Raise GraphError if the caller may not use a route, and TokenInvalid if the token is invalid."""
    has = held(context, request)
    if route not in OPEN and not has & set(PERMISSIONS[route]):
        raise denied()
