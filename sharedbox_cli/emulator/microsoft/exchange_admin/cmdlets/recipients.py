"""Get-Recipient, Get-User, Get-Group, Get-ServicePrincipal: objects with an address, accounts, groups, applications."""

from __future__ import annotations

import re
import sqlite3

from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.mailboxes import in_order
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import not_found
from sharedbox_cli.emulator.microsoft.exchange_admin.forms import NO_GUID
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import (
    SOFT_DELETED_SECONDS,
    doc_of,
    find_object,
    guid_of,
    legacy_dn,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.opath import matcher

_ADDRESS = r"EmailAddresses\s+-eq\s+'(?:\w+:)?((?:[^']|'')+)'"
_ANY_ADDRESS = re.compile(rf"\s*{_ADDRESS}(?:\s+-or\s+{_ADDRESS})*\s*", re.IGNORECASE)
_MOST_KEYS = 500
_OBJECTS = "select o.*, m.cn, m.alias, m.type, m.guid from objects o left join mailboxes m on m.id = o.id where "


def get_recipient(call: Call) -> Result:
    """Return recipients of any kind, by identity or filter."""
    test = matcher(call.text("Filter"))
    identity = call.text("Identity")
    if identity:
        one = find_object(call, identity)["id"]
        objects = call.tenant.rows(_OBJECTS + "o.id = ?", one)
    else:
        objects = _candidates(call)
    rows = [row for row in _rows(call, objects) if row["PrimarySmtpAddress"] and _fits(call, row)]
    if identity and not rows:
        raise not_found(identity)
    return Result(in_order(call, [row for row in rows if test(row)]))


def _candidates(call: Call) -> list[sqlite3.Row]:
    oldest = call.now - SOFT_DELETED_SECONDS
    state = (
        "(o.deleted_at is null or o.deleted_at > ?)"
        if call.has("IncludeSoftDeletedRecipients")
        else ("o.deleted_at is null and ? is not null")
    )
    keys = _address_keys(call.text("Filter"))
    if not keys:
        return call.tenant.rows(f"{_OBJECTS}{state} order by o.name, o.id", oldest)
    by_address = f" and o.id in (select id from addresses where key in ({', '.join('?' * len(keys))}))"
    return call.tenant.rows(f"{_OBJECTS}{state}{by_address} order by o.name, o.id", oldest, *keys)


def _address_keys(text: str) -> list[str]:
    """Return the addresses of a filter for several addresses. This common query uses an index."""
    if not _ANY_ADDRESS.fullmatch(text):
        return []
    addresses = re.findall(_ADDRESS, text, re.IGNORECASE)
    return [key.replace("''", "'").lower() for key in addresses] if len(addresses) <= _MOST_KEYS else []


def _fits(call: Call, row: Row) -> bool:
    return all(
        not call.parameters.get(name) or row[name] in call.parameters[name]
        for name in ("RecipientType", "RecipientTypeDetails")
    )


def _rows(call: Call, objects: list[sqlite3.Row]) -> list[Row]:
    addresses: dict[str, list[str]] = {}
    few = [row["id"] for row in objects] if len(objects) <= _MOST_KEYS else []
    some = f"where id in ({', '.join('?' * len(few))})" if few or not objects else ""
    for row in call.tenant.rows(f"select id, prefix, text from addresses {some} order by id, prefix, key", *few):
        addresses.setdefault(row["id"], []).append(f"{row['prefix']}:{row['text']}")
    return [_recipient(row, addresses.get(row["id"], [])) for row in objects]


def _kinds(row: sqlite3.Row) -> tuple[str, str]:
    """Return RecipientType and RecipientTypeDetails."""
    if row["type"]:
        return "UserMailbox", row["type"]
    doc = doc_of(row)
    if row["kind"] == "group":
        if "Unified" in doc.get("group_types", ()):
            return "MailUniversalDistributionGroup", "GroupMailbox"
        kind = f"MailUniversal{'Security' if doc.get('security_enabled', True) else 'Distribution'}Group"
        return kind, kind
    if row["kind"] == "contact":
        return "MailContact", "MailContact"
    return "MailUser", "GuestMailUser" if doc.get("user_type") == "Guest" else "MailUser"


def _recipient(row: sqlite3.Row, addresses: list[str]) -> Row:
    kind, details = _kinds(row)
    name = row["cn"] or row["name"]
    return {
        "Identity": name,
        "Id": name,
        "Name": name,
        "Alias": row["alias"] or (row["mail"] or "").partition("@")[0],
        "DisplayName": row["name"],
        "Guid": guid_of(row["id"]),
        "ExternalDirectoryObjectId": row["id"],
        "ExchangeGuid": row["guid"] or NO_GUID,
        "LegacyExchangeDN": legacy_dn(row["id"]),
        "PrimarySmtpAddress": row["mail"] or "",
        "ExternalEmailAddress": _external(row) if kind in ("MailContact", "MailUser") else None,
        "RecipientType": kind,
        "RecipientTypeDetails": details,
        "EmailAddresses": addresses,
    }


def _external(row: sqlite3.Row) -> str:
    """Return where mail to a contact or mail user goes; its own address can be of a domain of the tenant."""
    return f"SMTP:{doc_of(row).get('external_address') or row['mail']}"


def get_user(call: Call) -> Result:
    """Return accounts, including those without a mailbox."""
    test = matcher(call.text("Filter"))
    identity = call.text("Identity")
    if identity:
        objects = call.tenant.rows(_OBJECTS + "o.id = ? and o.kind = 'user'", find_object(call, identity)["id"])
    else:
        objects = call.tenant.rows(_OBJECTS + "o.kind = 'user' and o.deleted_at is null order by o.name, o.id")
    wanted = call.parameters.get("RecipientTypeDetails")
    rows = [row for row in map(_user, objects) if not wanted or row["RecipientTypeDetails"] in wanted]
    if identity and not rows:
        raise not_found(identity)
    return Result([row for row in rows if test(row)])


def _user(row: sqlite3.Row) -> Row:
    doc = doc_of(row)
    enabled = bool(doc.get("account_enabled", True))
    kind, details = _kinds(row) if row["mail"] else ("User", "User" if enabled else "DisabledUser")
    name = row["cn"] or row["name"]
    return {
        "Identity": name,
        "Id": name,
        "Name": name,
        "DisplayName": row["name"],
        "UserPrincipalName": row["upn"],
        "Guid": guid_of(row["id"]),
        "ExternalDirectoryObjectId": row["id"],
        "Sid": row["sid"],
        "WindowsEmailAddress": row["mail"] or "",
        "RecipientType": kind,
        "RecipientTypeDetails": details,
        "AccountDisabled": not enabled,
        "IsDirSynced": bool(doc.get("on_premises")),
    }


def get_group(call: Call) -> Result:
    """Return groups, including those without an address."""
    test = matcher(call.text("Filter"))
    identity = call.text("Identity")
    which = "o.kind = 'group' and o.deleted_at is null"
    if identity:
        objects = call.tenant.rows(f"{_OBJECTS}{which} and o.id = ?", find_object(call, identity)["id"])
    else:
        objects = call.tenant.rows(f"{_OBJECTS}{which} order by o.name, o.id")
    rows = [row for row in map(_group, objects) if _fits(call, row)]
    if identity and not rows:
        raise not_found(identity)
    return Result([row for row in rows if test(row)])


def _group(row: sqlite3.Row) -> Row:
    kind, details = _kinds(row) if row["mail"] else ("UniversalSecurityGroup", "UniversalSecurityGroup")
    return {
        "Identity": row["name"],
        "Id": row["name"],
        "Name": row["name"],
        "DisplayName": row["name"],
        "Guid": guid_of(row["id"]),
        "ExternalDirectoryObjectId": row["id"],
        "Sid": row["sid"],
        "WindowsEmailAddress": row["mail"] or "",
        "RecipientType": kind,
        "RecipientTypeDetails": details,
    }


def get_service_principal(call: Call) -> Result:
    """Return the applications that Exchange knows. Assumed: their SID is among the properties."""
    sql = "select * from objects where kind = 'servicePrincipal' and deleted_at is null order by name, id"
    identity = call.text("Identity")
    wanted = find_object(call, identity)["id"] if identity else ""
    rows: list[Row] = [
        {
            "Identity": guid_of(row["id"]),
            "Guid": guid_of(row["id"]),
            "DisplayName": row["name"],
            "ObjectId": row["id"],
            "AppId": doc_of(row).get("app_id", row["id"]),
            "Sid": row["sid"],
        }
        for row in call.tenant.rows(sql)
        if wanted in ("", row["id"])
    ]
    if identity and not rows:
        raise not_found(identity)
    return Result(rows)
