"""Groups (developers.google.com/workspace/admin/directory/reference/rest/v1/groups, read 2026-11)."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers, patched, required
from sharedbox_cli.emulator.google.directory.names import claimable, is_name
from sharedbox_cli.emulator.google.errors import GoogleError, bad, missing, not_modelled
from sharedbox_cli.emulator.google.groups_settings import FRESH
from sharedbox_cli.emulator.google.store import outsider_id

MAX_NAME = 73
MAX_DESCRIPTION = 4096


def found(call: Call, key: str = "groupKey") -> sqlite3.Row:
    """Return the group that `groupKey` names. Raises GoogleError."""
    group = call.store.group(call.text(key))
    if group is None or group["visible_at"] > call.store.now:
        raise missing("groupKey")
    return group


def shown(call: Call, group: sqlite3.Row) -> dict[str, Any]:
    """Return a group as the API returns it."""
    doc = json.loads(group["doc"])
    answer: dict[str, Any] = {
        "kind": "admin#directory#group",
        "id": group["id"],
        "etag": f'"{group["id"]}"',
        "email": group["email"],
        "name": doc.get("name", ""),
        "description": doc.get("description", ""),
        "adminCreated": True,
        "directMembersCount": str(len(call.store.members(group["id"]))),
    }
    if doc.get("externalIds"):
        answer["externalIds"] = doc["externalIds"]
    if aliases := call.store.aliases(group["id"]):
        answer["aliases"] = aliases
    return answer


def _get(call: Call) -> Any:
    return shown(call, found(call))


def _list(call: Call) -> Any:
    if not any(call.params.get(name) for name in ("customer", "domain", "userKey")):
        raise GoogleError(400, "Bad Request", "badRequest")
    call.own_customer()
    key, begins = _asked(call)
    domain = call.text("domain").lower()
    if domain and domain not in call.store.domains():
        raise GoogleError(404, "Domain not found.", "notFound")
    order = "desc" if call.params.get("sortOrder") == "DESCENDING" else "asc"
    rows = call.store.rows(f"select * from g_groups where visible_at <= ? order by email {order}", call.store.now)
    rows = [row for row in rows if not domain or row["email"].endswith(f"@{domain}")]
    rows = [row for row in rows if row["email"].startswith(begins)]
    if key:
        user = call.store.user(key)
        identity = user["id"] if user else key.lower()
        keys = {identity, outsider_id(key)}
        rows = [row for row in rows if any(one["member_id"] in keys for one in call.store.members(row["id"]))]
    page, more = call.page(rows, 200, 200)
    answer: dict[str, Any] = {"kind": "admin#directory#groups", "etag": '"groups"', **more}
    if page:
        answer["groups"] = [shown(call, row) for row in page]
    return answer


_QUERY = re.compile(r"(memberKey=|email:)\s*'?([^\s'*]+)('?|\*)")


def _asked(call: Call) -> tuple[str, str]:
    """Return the member whose groups are asked for, and how their addresses begin. Raises GoogleError.

    developers.google.com/workspace/admin/directory/v1/guides/search-groups, read 2026-11. `userKey` and `query` exclude
    each other.
    """
    text, key = call.text("query").strip(), call.text("userKey")
    if not text:
        return key, ""
    match = _QUERY.fullmatch(text)
    if match is None or (match[1] == "memberKey=") is (match[3] == "*"):
        raise not_modelled(f"the query {text}")
    if key:
        raise bad("Invalid Input: query and userKey", "invalid")
    return (match[2], "") if match[1] == "memberKey=" else ("", match[2].lower())


def _checked(body: dict[str, Any]) -> None:
    if "name" in body and not str(body["name"] or "").strip():
        raise bad("Invalid Input: name")
    if len(body.get("name") or "") > MAX_NAME or not is_name(body.get("name") or ""):
        raise bad("Invalid Input: name")
    if len(body.get("description") or "") > MAX_DESCRIPTION:
        raise bad("Invalid Input: description")


def _insert(call: Call) -> Any:
    required(call.body, "email")
    email = claimable(call, call.body["email"], "email")
    _checked(call.body)
    number = call.store.new_number("group")
    identity = f"0{number:014x}"
    doc = {"name": call.body.get("name") or email.partition("@")[0], "description": call.body.get("description") or ""}
    if call.body.get("externalIds"):
        doc["externalIds"] = call.body["externalIds"]
    visible = call.store.now + call.store.tenant.lag("google.group")
    call.store.run(
        "insert into g_groups values (?, ?, ?, ?, ?, ?)",
        identity,
        email,
        json.dumps(doc),
        json.dumps(FRESH),
        call.store.now,
        visible,
    )
    call.store.take(email, identity, "group", "primary")
    call.effect = f"group {email} made"
    group = call.store.row("select * from g_groups where id = ?", identity)
    return shown(call, group) if group else {}


def _update(call: Call) -> Any:
    group = found(call)
    _checked(call.body)
    body = {key: value for key, value in call.body.items() if key in ("name", "description", "externalIds")}
    renamed = str(call.body.get("email") or group["email"]).lower()
    if renamed != group["email"]:
        email = claimable(call, renamed, "email")
        call.store.run("update g_names set role = 'alias' where key = ?", group["email"])
        call.store.take(email, group["id"], "group", "primary")
        call.store.run("update g_groups set email = ? where id = ?", email, group["id"])
    doc = patched(json.loads(group["doc"]), body)
    call.store.run("update g_groups set doc = ? where id = ?", json.dumps(doc), group["id"])
    call.effect = f"group {group['email']} changed: {', '.join(sorted(call.body))}"
    again = call.store.row("select * from g_groups where id = ?", group["id"])
    return shown(call, again) if again else {}


def _delete(call: Call) -> Any:
    group = found(call)
    for sql in (
        "delete from g_groups where id = ?",
        "delete from g_names where owner = ?",
        "delete from g_members where group_id = ?",
        "delete from g_members where member_id = ?",
    ):
        call.store.run(sql, group["id"])
    call.effect = f"group {group['email']} deleted"
    return NOTHING


HANDLERS: Handlers = {
    "directory.groups.get": _get,
    "directory.groups.list": _list,
    "directory.groups.insert": _insert,
    "directory.groups.update": _update,
    "directory.groups.patch": _update,
    "directory.groups.delete": _delete,
}
