"""Accounts (developers.google.com/workspace/admin/directory/reference/rest/v1/users, read 2026-11)."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime
from typing import Any

from sharedbox_cli.emulator.google.access import mail_state
from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers, patched, required
from sharedbox_cli.emulator.google.directory.names import account_address, is_name
from sharedbox_cli.emulator.google.directory.user_query import queried
from sharedbox_cli.emulator.google.errors import GoogleError, bad, exists, missing, not_allowed, precondition
from sharedbox_cli.emulator.google.orgunits import written
from sharedbox_cli.emulator.google.vault import is_held

RESTORABLE_SECONDS = 20 * 86400
_NEVER = "1970-01-01T00:00:00.000Z"
_SECRET = frozenset({"password", "hashFunction"})
_HASHES = {
    "MD5": re.compile(r"[0-9a-fA-F]{32}"),
    "SHA-1": re.compile(r"[0-9a-fA-F]{40}"),
    "crypt": re.compile(r"[./0-9A-Za-z]{13}|\$1\$.+|\$[56]\$(rounds=([0-9]{1,4}|10000)\$)?(?!rounds=)[^$]+\$.+"),
}


def found(call: Call, *, writes: bool = False) -> sqlite3.Row:
    """Return the account that `userKey` names. Raises GoogleError."""
    key = call.text("userKey")
    user = call.store.user(key)
    if user is None:
        is_ours = "@" not in key or key.lower().partition("@")[2] in call.store.domains()
        raise missing("userKey") if is_ours else not_allowed()
    if user["visible_at"] > call.store.now:
        raise precondition("User creation is not complete.") if writes else missing("userKey")
    if writes and call.store.is_renaming(user["id"]):
        raise exists("The primary address of this user is being changed.")
    if writes and json.loads(user["doc"]).get("isAdmin") and not call.is_super:
        raise not_allowed()
    return user


def shown(call: Call, user: sqlite3.Row) -> dict[str, Any]:
    """Return an account as the API returns it: without the password and without empty lists."""
    doc: dict[str, Any] = json.loads(user["doc"])
    names = call.store.rows("select key, role from g_names where owner = ? order by key", user["id"])
    name = doc.get("name", {})
    hidden = _SECRET if call.text("projection") in ("full", "custom") else _SECRET | {"customSchemas"}
    shown_name = {**name, "fullName": f"{name.get('givenName', '')} {name.get('familyName', '')}".strip()}
    answer = {
        "kind": "admin#directory#user",
        "id": user["id"],
        "etag": f'"{user["id"]}"',
        "primaryEmail": user["email"],
        "isAdmin": False,
        "isDelegatedAdmin": False,
        "lastLoginTime": _NEVER,
        "suspended": False,
        "archived": False,
        "changePasswordAtNextLogin": False,
        "ipWhitelisted": False,
        "includeInGlobalAddressList": True,
        "isEnrolledIn2Sv": False,
        "isEnforcedIn2Sv": False,
        "agreedToTerms": True,
        "orgUnitPath": "/",
        **{key: value for key, value in doc.items() if key not in hidden},
        "name": shown_name,
        "creationTime": _time(user["created_at"]),
        "customerId": call.store.customer,
        "isMailboxSetup": mail_state(call.store, user["id"]),
    }
    if answer["suspended"]:
        answer["suspensionReason"] = "ADMIN"
    for key, role in (("aliases", "alias"), ("nonEditableAliases", "fixed")):
        if listed := [row["key"] for row in names if row["role"] == role]:
            answer[key] = listed
    if user["deleted_at"] is not None:
        answer["deletionTime"] = _time(user["deleted_at"])
    return answer


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _get(call: Call) -> Any:
    return shown(call, found(call))


def _list(call: Call) -> Any:
    if not (call.params.get("customer") or call.params.get("domain")):
        raise GoogleError(400, "Bad Request", "badRequest")
    call.own_customer()
    domain = call.text("domain").lower()
    if domain and domain not in call.store.domains():
        raise GoogleError(404, "Domain not found.", "notFound")
    deleted = call.text("showDeleted").lower() == "true"
    state = "deleted_at > ?" if deleted else "deleted_at is null and visible_at <= ?"
    bound = call.store.now - RESTORABLE_SECONDS if deleted else call.store.now
    rows = call.store.rows(f"select * from g_users where {state} order by email", bound)
    rows = [row for row in rows if not domain or row["email"].endswith(f"@{domain}")]
    rows = sorted(queried(call.text("query"), rows), key=lambda row: _order(call, row), reverse=_is_descending(call))
    page, more = call.page(rows, 100, 500)
    answer: dict[str, Any] = {"kind": "admin#directory#users", "etag": '"users"', **more}
    if page:
        answer["users"] = [shown(call, row) for row in page]
    return answer


def _is_descending(call: Call) -> bool:
    return call.params.get("sortOrder") == "DESCENDING"


def _order(call: Call, row: sqlite3.Row) -> str:
    by = call.text("orderBy")
    return str(row["email"] if by in ("", "email") else json.loads(row["doc"])["name"].get(by, "")).lower()


def _insert(call: Call) -> Any:
    required(call.body, "primaryEmail", "password", "name.givenName", "name.familyName")
    email = account_address(call, call.body["primaryEmail"])
    _check(call, call.body)
    doc = {"orgUnitPath": "/", **{k: v for k, v in call.body.items() if v is not None}}
    doc.pop("primaryEmail")
    identity, now = call.store.new_user_id(), call.store.now
    lag, mail_lag = call.store.tenant.lag("google.user"), call.store.tenant.lag("google.mailbox")
    call.store.run(
        "insert into g_users values (?, ?, ?, ?, null, ?, ?, 0)",
        identity,
        email,
        json.dumps(doc),
        now,
        now + lag,
        now + max(lag, mail_lag),
    )
    call.store.take(email, identity, "user", "primary")
    call.effect = f"user {email} made"
    user = call.store.row("select * from g_users where id = ?", identity)
    return shown(call, user) if user else {}


def _check(call: Call, body: dict[str, Any]) -> None:
    password = body.get("password")
    hashed = body.get("hashFunction")
    if hashed is not None and (hashed not in _HASHES or not _HASHES[hashed].fullmatch(password or "")):
        raise bad("Invalid Password: it is not hashed as hashFunction says")
    if hashed is None and password is not None and not (8 <= len(password) <= 100 and password.isascii()):
        raise bad("Invalid Password")
    if "name" in body and body["name"] is None:
        raise bad("Invalid Given/Family Name: GivenName")
    for key, most in (("givenName", 60), ("familyName", 60), ("displayName", 256)):
        name = body.get("name") or {}
        text = str(name.get(key) or "")
        is_empty = key != "displayName" and not text.strip()
        if key in name and (len(text) > most or is_empty or not is_name(text)):
            raise bad(f"Invalid Given/Family Name: {'FamilyName' if key == 'familyName' else 'GivenName'}")
    unit = body.get("orgUnitPath")
    if unit is not None:
        body["orgUnitPath"] = written(call.store, str(unit))
        if body["orgUnitPath"] is None:
            raise bad("Invalid Input: Invalid Ou Id")
    mail = body.get("recoveryEmail")
    if mail and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", mail):
        raise bad("Invalid recovery email.")
    phone = body.get("recoveryPhone")
    if phone and not re.fullmatch(r"\+[1-9][0-9]{6,14}", phone):
        raise bad("Invalid recovery phone.")
    if body.get("archived"):
        raise GoogleError(412, "Insufficient Archived User licenses", "insufficientArchivedUserLicenses")


def _update(call: Call) -> Any:
    user = found(call, writes=True)
    body = dict(call.body)
    _check(call, body)
    doc = json.loads(user["doc"])
    if user["email"] == call.subject and body.get("suspended"):
        raise not_allowed()
    if call.method.http == "PATCH":  # it cannot clear lists (discovery, directory.users.update)
        body = {key: value for key, value in body.items() if value or not isinstance(doc.get(key), list)}
    renamed = body.pop("primaryEmail", None)
    if renamed and renamed.lower() != user["email"]:
        call.store.keep_stale(user["id"], "rename", {})
        _rename(call, user, renamed)
    call.store.save_user(user["id"], patched(doc, body))
    call.effect = f"user {user['email']} changed: {', '.join(sorted(body))}"
    again = call.store.row("select * from g_users where id = ?", user["id"])
    return shown(call, again) if again else {}


def _rename(call: Call, user: sqlite3.Row, renamed: str) -> None:
    owner = call.store.owner(renamed)
    if owner is not None and (owner["owner"], owner["role"]) == (user["id"], "alias"):
        call.store.free(renamed)
    email = account_address(call, renamed)
    call.store.run("update g_names set role = 'alias' where key = ?", user["email"])
    call.store.take(email, user["id"], "user", "primary")
    call.store.run("update g_users set email = ? where id = ?", email, user["id"])


def _delete(call: Call) -> Any:
    user = found(call, writes=True)
    if user["email"] == call.subject:
        raise not_allowed()
    if is_held(call.store, user):
        raise precondition("The user is on a Vault hold and cannot be deleted.")
    call.store.run("update g_users set deleted_at = ? where id = ?", call.store.now, user["id"])
    call.store.run("delete from g_names where owner = ?", user["id"])
    call.store.run("delete from g_members where member_id = ?", user["id"])
    call.store.run("delete from g_licences where user_id = ?", user["id"])
    call.effect = f"user {user['email']} deleted"
    return NOTHING


def _undelete(call: Call) -> Any:
    user = call.store.row(
        "select * from g_users where id = ? and deleted_at > ?",
        call.text("userKey"),
        call.store.now - RESTORABLE_SECONDS,
    )
    if user is None:
        raise GoogleError(412, "Cannot undelete user: unknown or deleted too long ago.", "conditionNotMet")
    if call.store.owner(user["email"]) is not None:
        raise exists()
    if call.body.get("orgUnitPath"):
        _check(call, {"orgUnitPath": call.body["orgUnitPath"]})
    call.store.run("update g_users set deleted_at = null where id = ?", user["id"])
    call.store.take(user["email"], user["id"], "user", "primary")
    call.effect = f"user {user['email']} restored"
    return NOTHING


HANDLERS: Handlers = {
    "directory.users.get": _get,
    "directory.users.list": _list,
    "directory.users.insert": _insert,
    "directory.users.update": _update,
    "directory.users.patch": _update,
    "directory.users.delete": _delete,
    "directory.users.undelete": _undelete,
}
