"""Access control lists of calendars (developers.google.com/workspace/calendar/api/v3/reference/acl, read 2026-11).

Only primary calendars of accounts exist. What is assumed is in docs/emulator.md.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from sharedbox_cli.emulator.google.access import mail_state
from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers
from sharedbox_cli.emulator.google.errors import GoogleError

Rules = dict[str, dict[str, Any]]
ROLES = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
PUBLIC_ROLES = ROLES[:3]
SCOPES = ("default", "user", "group", "domain")
_PAGE, _MOST = 100, 250
OFF, RULES, MAILS, CAP = "calendarOff", "calendarRules", "google:calendar_mails", "google:calendar_public_role"
"""Keys: what is stored per account, the number of mails that changes sent, and the widest role for the public."""


def _refused(code: int, message: str, reason: str) -> GoogleError:
    return GoogleError(code, message, reason, domain="calendar" if code == 403 else "global")


def _owner(call: Call) -> sqlite3.Row:
    """Return the account whose calendar a call is about. Raises GoogleError where the caller does not own it."""
    caller = call.store.user(call.subject)
    if caller is None or not _has_calendar(call, caller):
        raise _refused(403, "The user must be signed up for Google Calendar.", "notACalendarUser")
    wanted = call.text("calendarId")
    owner = caller if wanted == "primary" else call.store.user(wanted)
    if owner is None or (wanted != "primary" and wanted.lower() != owner["email"]) or not _has_calendar(call, owner):
        raise _refused(404, "Not Found", "notFound")
    role = rules_of(call, owner).get(f"user:{caller['email']}", {}).get("role")
    if role != "owner":
        raise _refused(403, "You need to have owner access to this calendar.", "requiredAccessLevel")
    return owner


def _has_calendar(call: Call, user: sqlite3.Row) -> bool:
    return mail_state(call.store, user["id"]) and not call.store.gmail(user["id"]).get(OFF)


def rules_of(call: Call, owner: sqlite3.Row) -> Rules:
    """Return the rules of a primary calendar. A new one shows people of the organisation when it is busy."""
    primary = call.store.domains()[0]
    stored: Rules | None = call.store.gmail(owner["id"]).get(RULES)
    others = stored if stored is not None else {f"domain:{primary}": _rule("freeBusyReader", "domain", primary)}
    return {f"user:{owner['email']}": _rule("owner", "user", owner["email"]), **others}


def _rule(role: str, kind: str, value: str = "") -> dict[str, Any]:
    return {"role": role, "scope": {"type": kind, "value": value} if value else {"type": kind}}


def _save(call: Call, owner: sqlite3.Row, rules: Mapping[str, Any]) -> None:
    kept = {key: rule for key, rule in rules.items() if key != f"user:{owner['email']}"}
    call.store.save_gmail(owner["id"], {**call.store.gmail(owner["id"]), RULES: kept})


def _shown(key: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    etag = hashlib.sha256(json.dumps([key, rule], sort_keys=True).encode()).hexdigest()[:12]
    return {"kind": "calendar#aclRule", "etag": f'"{etag}"', "id": key, **rule}


def _list(call: Call) -> Any:
    rules = rules_of(call, _owner(call))
    page, more = call.page([_shown(key, rule) for key, rule in rules.items()], _PAGE, _MOST, clamps=True)
    last = {} if more else {"nextSyncToken": "sync"}
    return {"kind": "calendar#acl", "etag": '"list"', "items": page, **more, **last}


def _found(call: Call, rules: Rules) -> str:
    key = call.text("ruleId")
    if key not in rules:
        raise _refused(404, "Not Found", "notFound")
    return key


def _get(call: Call) -> Any:
    rules = rules_of(call, _owner(call))
    key = _found(call, rules)
    return _shown(key, rules[key])


def _insert(call: Call) -> Any:
    owner = _owner(call)
    scope = call.body.get("scope") or {}
    kind, value = str(scope.get("type") or ""), str(scope.get("value") or "").lower()
    if kind not in SCOPES or (kind == "default") is bool(value):
        raise _refused(400, "Invalid scope value.", "invalid")
    if kind in ("user", "group") and "@" not in value:
        raise _refused(400, "Invalid scope value.", "invalid")
    if kind == "domain" and value not in call.store.domains():
        raise _refused(404, "Not Found", "notFound")
    key = f"{kind}:{value}" if value else kind
    return _write(call, owner, key, _rule(_role(call, owner, key), kind, value))


def _change(call: Call) -> Any:
    owner = _owner(call)
    rules = rules_of(call, owner)
    key = _found(call, rules)
    scope = call.body.get("scope")
    if scope is not None and scope != rules[key]["scope"]:
        raise _refused(400, "Invalid scope value.", "invalid")
    return _write(call, owner, key, {**rules[key], "role": _role(call, owner, key)})


def _role(call: Call, owner: sqlite3.Row, key: str) -> str:
    """Return the role that a body asks for. Raises GoogleError."""
    role = call.body.get("role")
    if role not in ROLES:
        raise _refused(400, "Invalid value for: role", "invalid")
    if key == f"user:{owner['email']}" and role != "owner":
        raise _refused(403, "Cannot change your own access level.", "cannotChangeOwnAcl")
    if key == "default" and role not in PUBLIC_ROLES:
        raise _refused(400, "Invalid access role for the default scope.", "illegalAccessRoleForDefault")
    return str(role)


def _write(call: Call, owner: sqlite3.Row, key: str, rule: dict[str, Any]) -> Any:
    rules, tenant = rules_of(call, owner), call.store.tenant
    cap = tenant.meta(CAP)
    if cap and key == "default" and ROLES.index(rule["role"]) > ROLES.index(cap):
        rule = {**rule, "role": cap}
    if call.params.get("sendNotifications", True):
        tenant.set_meta(MAILS, str(int(tenant.meta(MAILS, "0")) + 1))
    if rule["role"] == "none":
        rules.pop(key, None)
    else:
        rules[key] = rule
    _save(call, owner, rules)
    call.effect = f"{key} {rule['role']} of the calendar of {owner['email']}"
    return _shown(key, rule)


def _delete(call: Call) -> Any:
    owner = _owner(call)
    rules = rules_of(call, owner)
    key = _found(call, rules)
    if key == f"user:{owner['email']}":
        raise _refused(403, "Cannot change your own access level.", "cannotChangeOwnAcl")
    del rules[key]
    _save(call, owner, rules)
    call.effect = f"{key} removed from the calendar of {owner['email']}"
    return NOTHING


def _get_calendar(call: Call) -> Any:
    """Return the calendar itself: clients look it up before its rules. Only the owner asks for it here."""
    owner = _owner(call)
    name = json.loads(owner["doc"]).get("name", {}).get("fullName") or owner["email"]
    etag = hashlib.sha256(str(owner["email"]).encode()).hexdigest()[:12]
    return {"kind": "calendar#calendar", "etag": f'"{etag}"', "id": owner["email"], "summary": name, "timeZone": "UTC"}


HANDLERS: Handlers = {
    "calendar.calendars.get": _get_calendar,
    "calendar.acl.list": _list,
    "calendar.acl.get": _get,
    "calendar.acl.insert": _insert,
    "calendar.acl.patch": _change,
    "calendar.acl.update": _change,
    "calendar.acl.delete": _delete,
}
