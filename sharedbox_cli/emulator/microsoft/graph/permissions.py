"""Which application permissions open which route (learn.microsoft.com/graph/permissions-reference, read 2026-11)."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.graph.errors import denied
from sharedbox_cli.emulator.service import World

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
"""Permissions that open a route: one is enough."""
OPEN = frozenset({"batch"})
"""Routes that need a token, and no permission of their own."""


def claims_of(observed: World, request: Request) -> dict[str, Any]:
    """Return the claims of a request's token. Raises TokenInvalid."""
    return observed.tokens.read(request.headers.get("authorization", ""), AUDIENCE)


def held(observed: World, request: Request) -> frozenset[str]:
    """Return the permissions of a request's caller. Raises TokenInvalid."""
    claims = claims_of(observed, request)
    return frozenset({*claims.get("roles", ()), *str(claims.get("scp", "")).split()})


def require(observed: World, request: Request, route: str) -> None:
    """Raise GraphError where the caller may not use a route, TokenInvalid where the token is none."""
    has = held(observed, request)
    if route not in OPEN and not has & set(PERMISSIONS[route]):
        raise denied()
