"""Recipients, accepted domains, the organisation."""

from __future__ import annotations

import json
import sqlite3

from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import ambiguous, not_found
from sharedbox_cli.emulator.microsoft.exchange_admin.opath import matcher


def get_recipient(call: Call) -> Result:
    """Return recipients of any kind, by identity or filter."""
    rows = [_recipient(call, row) for row in call.tenant.rows("select * from objects where deleted_at is null")]
    mailed = [row for row in rows if row["PrimarySmtpAddress"]]
    identity = call.text("Identity").lower()
    if identity:
        found = [row for row in mailed if identity in _keys(row)] or [
            row for row in mailed if row["DisplayName"].lower() == identity
        ]
        if not found:
            raise not_found(call.text("Identity"))
        if len(found) > 1:
            raise ambiguous(call.text("Identity"))
        return Result(found)
    test = matcher(call.text("Filter"))
    return Result([row for row in mailed if test(row)])


def _keys(row: Row) -> set[str]:
    addresses = {item.partition(":")[2].lower() for item in row["EmailAddresses"]}
    return {row["ExternalDirectoryObjectId"], row["Name"].lower(), row["Alias"].lower(), *addresses}


def _recipient(call: Call, row: sqlite3.Row) -> Row:
    box = call.tenant.row("select cn, alias, type from mailboxes where id = ?", row["id"])
    doc = json.loads(row["doc"])
    if box:
        kind = box["type"]
    elif row["kind"] == "group":
        is_security = doc.get("security_enabled", True)
        kind = "MailUniversalSecurityGroup" if is_security else "MailUniversalDistributionGroup"
        kind = "GroupMailbox" if doc.get("group_types") else kind
    else:
        kind = "MailContact" if row["kind"] == "contact" else "MailUser"
    return {
        "Identity": box["cn"] if box else row["name"],
        "Name": box["cn"] if box else row["name"],
        "Alias": box["alias"] if box else (row["mail"] or "").partition("@")[0],
        "DisplayName": row["name"],
        "ExternalDirectoryObjectId": row["id"],
        "PrimarySmtpAddress": row["mail"] if (box or row["kind"] != "user" or row["mail"]) else "",
        "RecipientTypeDetails": kind,
        "EmailAddresses": call.tenant.addresses(row["id"]),
    }


def get_accepted_domain(call: Call) -> Result:
    """Return the domains of the organisation."""
    first, *rest = call.tenant.domains()
    return Result([
        {"Name": name, "DomainName": name, "DomainType": "Authoritative", "Default": name == first}
        for name in (first, *rest)
    ])  # fmt: skip


def get_organization_config(call: Call) -> Result:
    """Return the organisation."""
    return Result([{"Name": call.tenant.domains()[0], "DisplayName": call.tenant.name, "GuidPrefix": call.tenant.id}])
