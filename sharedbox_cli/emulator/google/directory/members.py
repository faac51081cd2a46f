"""Members of groups (developers.google.com/workspace/admin/directory/reference/rest/v1/members, read 2026-11)."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sharedbox_cli.emulator.google import activities
from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers
from sharedbox_cli.emulator.google.directory import groups
from sharedbox_cli.emulator.google.errors import bad, exists, missing, precondition
from sharedbox_cli.emulator.google.store import outsider_id

ROLES = ("OWNER", "MANAGER", "MEMBER")
DELIVERIES = ("ALL_MAIL", "DAILY", "DIGEST", "DISABLED", "NONE")


def identified(call: Call, key: str) -> tuple[str, str, str]:
    """Return the id, address and type of a member. An outsider is identified by the address."""
    store = call.store
    if key == store.customer:
        return key, "", "CUSTOMER"
    if (user := store.user(key)) is not None:
        return user["id"], user["email"], "USER"
    if (group := store.group(key)) is not None:
        return group["id"], group["email"], "GROUP"
    row = store.row("select * from g_members where member_id = ? limit 1", key)
    if row is not None:
        return key, row["email"] or "", row["type"]
    return (outsider_id(key), key.lower(), "EXTERNAL") if "@" in key else (key, "", "EXTERNAL")


def shown(call: Call, row: sqlite3.Row, *, with_delivery: bool) -> dict[str, Any]:
    """Return a member as the API returns it. Lists omit the delivery settings."""
    answer: dict[str, Any] = {
        "kind": "admin#directory#member",
        "id": row["member_id"],
        "etag": f'"{row["member_id"]}"',
        "role": row["role"],
        "type": "USER" if row["type"] == "EXTERNAL" else row["type"],
    }
    if row["type"] != "CUSTOMER":
        email = _current_address(call, row)
        if email:
            answer["email"] = email
        answer["status"] = _status(call, row)
    if with_delivery:
        answer["delivery_settings"] = row["delivery"]
    return answer


def _current_address(call: Call, row: sqlite3.Row) -> str:
    table = {"USER": "g_users", "GROUP": "g_groups"}.get(row["type"])
    if table is None:
        return str(row["email"] or "")
    target = call.store.row(f"select email from {table} where id = ?", row["member_id"])
    return str(target["email"] if target else row["email"] or "")


def _status(call: Call, row: sqlite3.Row) -> str:
    if row["type"] != "USER":
        return "ACTIVE"
    user = call.store.user(row["member_id"])
    return "SUSPENDED" if user is not None and json.loads(user["doc"]).get("suspended") else "ACTIVE"


def _list(call: Call) -> Any:
    group = groups.found(call)
    rows = call.store.members(group["id"])
    if wanted := call.text("roles"):
        roles = wanted.upper().split(",")
        if not set(roles) <= set(ROLES):
            raise bad("Invalid Input: roles", location="roles")
        rows = [row for row in rows if row["role"] in roles]
    if call.params.get("includeDerivedMembership"):
        direct = {row["member_id"] for row in call.store.members(group["id"])}
        rows += [row for one in sorted(call.store.inside(group["id"]) - direct) for row in _anywhere(call, one)]
    page, more = call.page(rows, 200, 200)
    answer: dict[str, Any] = {"kind": "admin#directory#members", "etag": '"members"', **more}
    if page:
        answer["members"] = [shown(call, row, with_delivery=False) for row in page]
    return answer


def _anywhere(call: Call, identity: str) -> list[sqlite3.Row]:
    return call.store.rows("select * from g_members where member_id = ? and gone_at is null limit 1", identity)


def _direct(call: Call) -> sqlite3.Row:
    """Return a direct member. The address of an outsider finds nobody; the service does so for some of them."""
    group = groups.found(call)
    key = call.text("memberKey")
    identity, _, kind = identified(call, key)
    row = None if kind == "EXTERNAL" and "@" in key else call.store.member(group["id"], identity)
    if row is None:
        raise missing("memberKey")
    return row


def _get(call: Call) -> Any:
    return shown(call, _direct(call), with_delivery=True)


def _insert(call: Call) -> Any:
    group = groups.found(call)
    key = str(call.body.get("id") or call.body.get("email") or "")
    mail = call.body.get("email")
    if not key or (mail is not None and mail.count("@") != 1):
        raise bad("Invalid Input: memberKey")
    identity, email, kind = identified(call, key)
    may_be_in(call, group, identity, email, kind)
    role, delivery = _terms(call.body, "MEMBER", "ALL_MAIL")
    may_hold(kind, role)
    put(call, group, (identity, email, kind), role, delivery)
    call.effect = f"{email or identity} in {group['email']} as {role}"
    row = call.store.member(group["id"], identity)
    return shown(call, row, with_delivery=True) if row else {}


def put(call: Call, group: sqlite3.Row, member: tuple[str, str, str], role: str, delivery: str) -> None:
    """Add a member by id, address and type."""
    visible = call.store.now + call.store.tenant.lag("google.member")
    sql = "insert into g_members values (?, ?, ?, ?, ?, ?, ?, null)"
    call.store.run(sql, group["id"], *member, role, delivery, visible)
    call.store.run("delete from g_ends where group_id = ? and member_id = ?", group["id"], member[0])
    activities.note(call, activities.ADD, group["email"], member[1] or member[0])


def may_be_in(call: Call, group: sqlite3.Row, identity: str, email: str, kind: str) -> None:
    """Raise GoogleError for somebody whom Google does not add to a group."""
    store = call.store
    if kind == "EXTERNAL":
        _may_be_outside(call, group, email)
    if identity == group["id"]:
        raise bad("Invalid Input: memberKey")
    if kind == "GROUP" and group["id"] in store.inside(identity):
        raise precondition("Cyclic memberships not allowed")
    if store.member(group["id"], identity) is not None:
        raise exists("Member already exists.")


def _may_be_outside(call: Call, group: sqlite3.Row, email: str) -> None:
    """Raise GoogleError for an address without an account that Google does not add.

    One of the organisation's own domains is added (GAM-team/GAM#871), one with a plus is not found
    (googleapis/google-api-python-client#1982).
    """
    if email.count("@") != 1:
        raise missing("memberKey")
    if "+" in email.partition("@")[0]:
        raise missing(email)
    is_own = email.partition("@")[2] in call.store.domains()
    if not is_own and json.loads(group["settings"])["allowExternalMembers"] != "true":
        raise precondition("The group does not allow external members.")


def may_hold(kind: str, role: str) -> None:
    """Raise GoogleError for a group as owner or manager (kubernetes/k8s.io#8782)."""
    if kind == "GROUP" and role != "MEMBER":
        raise bad("A group may not be the owner or manager of another group")


def _terms(body: dict[str, Any], role: str, delivery: str) -> tuple[str, str]:
    role, delivery = str(body.get("role") or role), str(body.get("delivery_settings") or delivery)
    if role not in ROLES:
        raise bad("Invalid Input: role")
    if delivery not in DELIVERIES:
        raise bad("Invalid Input: delivery_settings")
    return role, delivery


def _update(call: Call) -> Any:
    row = _direct(call)
    body = dict(call.body)
    if call.method.http == "PATCH" and body.pop("delivery_settings", None) is not None:
        call.read_only.append("delivery_settings")  # supported only by insert, update and get (discovery, Member)
    role, delivery = _terms(body, row["role"], row["delivery"])
    may_hold(row["type"], role)
    if role != "MEMBER" and call.store.has_end(row["group_id"], row["member_id"]):
        raise bad("Expiry details are only supported for MEMBER MembershipRoles.")
    call.store.run(
        "update g_members set role = ?, delivery = ? where group_id = ? and member_id = ? and gone_at is null",
        role,
        delivery,
        row["group_id"],
        row["member_id"],
    )
    call.effect = f"{row['email'] or row['member_id']} is {role}, {delivery}"
    _note_update(call, row, role, delivery)
    again = call.store.member(row["group_id"], row["member_id"])
    return shown(call, again, with_delivery=True) if again else {}


def _note_update(call: Call, row: sqlite3.Row, role: str, delivery: str) -> None:
    group, member = _group_address(call, row), row["email"] or row["member_id"]
    if role != row["role"]:
        activities.note(call, activities.UPDATE, group, member, old=row["role"], new=role)
    if delivery != row["delivery"]:
        activities.note(call, activities.UPDATE_DELIVERY, group, member, old=row["delivery"], new=delivery)


def _group_address(call: Call, row: sqlite3.Row) -> str:
    group = call.store.row("select email from g_groups where id = ?", row["group_id"])
    return str(group["email"]) if group else ""


def _delete(call: Call) -> Any:
    row = _direct(call)
    lag = call.store.tenant.lag("google.member")
    sql = "where group_id = ? and member_id = ? and gone_at is null"
    if lag:
        gone = call.store.now + lag
        call.store.run(f"update g_members set gone_at = ? {sql}", gone, row["group_id"], row["member_id"])
    else:
        call.store.run(f"delete from g_members {sql}", row["group_id"], row["member_id"])
    call.effect = f"{row['email'] or row['member_id']} out of a group"
    activities.note(call, activities.REMOVE, _group_address(call, row), row["email"] or row["member_id"])
    return NOTHING


def _has(call: Call) -> Any:
    group = groups.found(call)
    identity, _, kind = identified(call, call.text("memberKey"))
    if kind == "EXTERNAL" and call.store.member(group["id"], identity) is None:
        raise bad("Invalid Input: memberKey")
    return {"isMember": identity in call.store.inside(group["id"])}


HANDLERS: Handlers = {
    "directory.members.list": _list,
    "directory.members.get": _get,
    "directory.members.insert": _insert,
    "directory.members.update": _update,
    "directory.members.patch": _update,
    "directory.members.delete": _delete,
    "directory.members.hasMember": _has,
}
