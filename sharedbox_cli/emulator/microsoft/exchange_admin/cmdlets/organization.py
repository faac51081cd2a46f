"""Accepted domains, the organisation, and the roles of the caller."""

from __future__ import annotations

from sharedbox_cli.emulator.microsoft.exchange_admin.access import EXCHANGE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import not_found

_ADMIN_ROLES = (
    "Mail Recipients",
    "Mail Recipient Creation",
    "Recipient Policies",
    "Reset Password",
    "Role Management",
    "View-Only Configuration",
    "View-Only Recipients",
)
_READER_ROLES = ("View-Only Configuration", "View-Only Recipients")


def get_accepted_domain(call: Call) -> Result:
    """Return the domains of the organisation, or one of them."""
    first, *rest = call.tenant.domains()
    rows: list[Row] = [
        {
            "Identity": name,
            "Name": name,
            "DomainName": name,
            "DomainType": "Authoritative",
            "Default": name == first,
            "InitialDomain": name == call.tenant.initial_domain,
        }
        for name in (first, *rest)
    ]
    identity = call.text("Identity")
    matching = [row for row in rows if not identity or row["DomainName"] == identity.lower()]
    if not matching:
        raise not_found(identity)
    return Result(matching)


def get_organization_config(call: Call) -> Result:
    """Return the organisation."""
    name = call.tenant.domains()[0]
    return Result(
        [
            {
                "Name": name,
                "Identity": name,
                "DisplayName": call.tenant.name,
                "Guid": call.tenant.id,
                "ExternalDirectoryOrganizationId": call.tenant.id,
                "IsDehydrated": False,
                "MailTipsAllTipsEnabled": True,
            }
        ]
    )


def get_transport_config(call: Call) -> Result:
    """Return what the organisation has set for mail of all mailboxes (`smtp_auth` of the tenant: `on`, `off`)."""
    is_off = call.tenant.meta("smtp_auth", "off") == "off"
    return Result(
        [
            {
                "Identity": "Transport Settings",
                "Name": "Transport Settings",
                "SmtpClientAuthenticationDisabled": is_off,
                "MaxSendSize": "Unlimited",
                "MaxReceiveSize": "Unlimited",
            }
        ]
    )


def get_management_role_assignment(call: Call) -> Result:
    """Return the Exchange roles that the directory role of the caller includes."""
    is_admin = bool(call.roles & {EXCHANGE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR})
    group = "Organization Management" if is_admin else "View-Only Organization Management"
    rows: list[Row] = [
        {
            "Identity": f"{role}-{group}",
            "Name": f"{role}-{group}",
            "Role": role,
            "RoleAssigneeName": group,
            "RoleAssigneeType": "RoleGroup",
            "AssignmentMethod": "Direct",
            "Enabled": True,
        }
        for role in (_ADMIN_ROLES if is_admin else _READER_ROLES)
    ]
    for name, column in (("Role", "Role"), ("RoleAssignee", "RoleAssigneeName"), ("Identity", "Identity")):
        wanted = call.text(name).lower()
        rows = [row for row in rows if not wanted or row[column].lower() == wanted]
    if call.text("Identity") and not rows:
        raise not_found(call.text("Identity"))
    return Result(rows)
