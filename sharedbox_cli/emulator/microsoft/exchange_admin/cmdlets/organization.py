"""Accepted domains, the organisation, and the roles of the caller."""

from __future__ import annotations

import json

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
_POLICIES = ("Default MRM Policy", "Retain 7 Years")
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
                "AuditDisabled": is_audit_disabled(call),
                "AutoExpandingArchiveEnabled": False,
                "EwsEnabled": None,
                "InPlaceHolds": [],
                "IsDehydrated": False,
                "MailTipsAllTipsEnabled": True,
            }
        ]
    )


def is_audit_disabled(call: Call) -> bool:
    """Return whether the organisation records no access to mailboxes (`audit_disabled` of the tenant)."""
    return call.tenant.meta("audit_disabled") == "1"


def _policies(call: Call) -> list[str]:
    listed: list[str] = json.loads(call.tenant.meta("retention_policies", json.dumps(_POLICIES)))
    return listed


def retention_policy(call: Call, identity: str) -> str:
    """Return the name of a retention policy. Raises CmdletError for one that does not exist."""
    found = next((name for name in _policies(call) if name.lower() == identity.lower()), "")
    if not found:
        raise not_found(identity)
    return found


def get_retention_policy(call: Call) -> Result:
    """Return the retention policies (`retention_policies` of the tenant)."""
    wanted = call.text("Identity")
    names = [retention_policy(call, wanted)] if wanted else _policies(call)
    rows: list[Row] = [{"Identity": name, "Name": name, "IsDefault": name == _POLICIES[0]} for name in names]
    return Result(rows)


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
