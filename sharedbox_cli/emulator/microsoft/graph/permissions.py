"""Permissions per route, and the directory roles that a person needs as well.

learn.microsoft.com/graph/permissions-reference, …/api/user-assignlicense, …/api/user-update and
…/reportroot-authorization, read 2026-11.
"""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.graph.errors import access_denied, denied
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
    "users.delete": ("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All"),
    "deletedItems.restore": ("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All"),
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
    **dict.fromkeys(
        ("outlook.masterCategories.list", "outlook.masterCategories.get", "messageRules.list", "messageRules.get"),
        ("MailboxSettings.Read", "MailboxSettings.ReadWrite"),
    ),
    **dict.fromkeys(
        (
            "outlook.masterCategories.create",
            "outlook.masterCategories.patch",
            "outlook.masterCategories.delete",
            "messageRules.create",
            "messageRules.patch",
            "messageRules.delete",
        ),
        ("MailboxSettings.ReadWrite",),
    ),
    **dict.fromkeys(("mailFolders.list", "mailFolders.get"), ("Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite")),
    "mailFolders.create": ("Mail.ReadWrite",),
    **dict.fromkeys(("calendarPermissions.list", "calendarPermissions.get"), ("Calendars.Read", "Calendars.ReadWrite")),
    **dict.fromkeys(
        ("calendarPermissions.create", "calendarPermissions.patch", "calendarPermissions.delete"),
        ("Calendars.ReadWrite",),
    ),
    "reports.getMailboxUsageDetail": ("Reports.Read.All",),
    "reports.settings": ("ReportSettings.Read.All", "ReportSettings.ReadWrite.All"),
}
"""The permissions that allow a route, for applications and, delegated, for people. One is enough."""
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
LICENSE_ADMINISTRATOR = "4d6ac14f-3453-41d0-bef9-a3e0c569773a"
DIRECTORY_WRITERS = "9360feb5-f418-4baa-8175-e2a00bac4301"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
ROLES: dict[str, frozenset[str]] = {
    "users.patch": frozenset({GLOBAL_ADMINISTRATOR, USER_ADMINISTRATOR, LICENSE_ADMINISTRATOR, DIRECTORY_WRITERS}),
    "users.assignLicense": frozenset(
        {GLOBAL_ADMINISTRATOR, USER_ADMINISTRATOR, LICENSE_ADMINISTRATOR, DIRECTORY_WRITERS}
    ),
    "users.delete": frozenset({GLOBAL_ADMINISTRATOR, USER_ADMINISTRATOR}),
    "deletedItems.restore": frozenset({GLOBAL_ADMINISTRATOR, USER_ADMINISTRATOR}),
    "reports.getMailboxUsageDetail": frozenset({GLOBAL_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR, REPORTS_READER}),
    "reports.settings": frozenset({GLOBAL_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR, REPORTS_READER, GLOBAL_READER}),
}
"""The directory roles that allow a route to a person; a person with any account can use the other ones.

Global Readers see no detailed metrics of reports; 403 for them is assumed."""
MANAGES_ACCOUNTS = frozenset({GLOBAL_ADMINISTRATOR, USER_ADMINISTRATOR})
"""The directory roles that let a person enable and disable accounts."""
PRIVILEGED = frozenset(
    {
        "62e90394-69f5-4237-9190-012177145e10",  # Global Administrator
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",  # Privileged Authentication Administrator
    }
)
"""The directory roles that are needed to change the account of an administrator."""
OF_MAILBOX = ("outlook.", "mailFolders.", "messageRules.", "calendarPermissions.")
"""Beginnings of routes that Exchange answers, with its own codes."""
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
        raise access_denied() if route.startswith(OF_MAILBOX) else denied()
    if route in ROLES and not has_role(context, request, ROLES[route]):
        raise denied()


def has_role(context: ServiceContext, request: Request, roles: frozenset[str]) -> bool:
    """Return whether the caller is an application, or a person with one of these directory roles."""
    claims = claims_of(context, request)
    return claims.get("idtyp") != "user" or bool(roles & set(claims.get("wids", ())))
