"""Groups of Cloud Identity: the same groups, with the time at which Google ends a membership.

cloud.google.com/identity/docs/reference/rest/v1/groups.memberships, read 2026-11.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

from sharedbox_cli.emulator.google import activities
from sharedbox_cli.emulator.google.call import Call, Handlers
from sharedbox_cli.emulator.google.directory import members
from sharedbox_cli.emulator.google.errors import GoogleError, bad, denied

PAGES = {"BASIC": (200, 1000), "FULL": (50, 500)}
"""The default size of a page, and the largest one, by view."""
_MASKS = frozenset({"expiryDetail.expireTime", "expiry_detail.expire_time"})
_MEMBER, _HIGHER = "MEMBER", ("OWNER", "MANAGER")


def _name(group: sqlite3.Row) -> str:
    """Return the name of a group: it has another id here than in the Directory, so that nobody relies on that."""
    return f"groups/ci{group['id']}"


def _named(call: Call, name: str) -> sqlite3.Row:
    group = call.store.group(name.removeprefix("groups/ci")) if name.startswith("groups/ci") else None
    if group is None:
        raise denied(name)
    return group


def _membership(group: sqlite3.Row, row: sqlite3.Row) -> str:
    return f"{_name(group)}/memberships/m{row['member_id']}"


def _end(call: Call, row: sqlite3.Row) -> float | None:
    sql = "select ends_at from g_ends where group_id = ? and member_id = ?"
    found = call.store.row(sql, row["group_id"], row["member_id"])
    return float(found["ends_at"]) if found is not None else None


def _shown(call: Call, group: sqlite3.Row, row: sqlite3.Row, *, is_full: bool = True) -> dict[str, Any]:
    end = _end(call, row)
    role: dict[str, Any] = {"name": _MEMBER}
    if end is not None:
        role["expiryDetail"] = {"expireTime": _time(end)}
    roles = [role] if row["role"] == _MEMBER else [role, {"name": row["role"]}]
    key = members.shown(call, row, with_delivery=False).get("email") or row["member_id"]
    answer = {"name": _membership(group, row), "preferredMemberKey": {"id": key}, "roles": roles}
    kind = "USER" if row["type"] == "EXTERNAL" else row["type"]
    more = {"type": "OTHER" if kind == "CUSTOMER" else kind, "deliverySetting": row["delivery"]}
    return {**answer, **(more if is_full else {})}


def _time(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def _lookup_group(call: Call) -> Any:
    group = call.store.group(call.text("groupKey.id"))
    if group is None or group["visible_at"] > call.store.now:
        raise denied("")
    return {"name": _name(group)}


def _list(call: Call) -> Any:
    group = _named(call, call.text("parent"))
    view = call.text("view") or "BASIC"
    page, more = call.page(call.store.members(group["id"]), *PAGES.get(view, PAGES["BASIC"]), clamps=True)
    rows = [_shown(call, group, row, is_full=view == "FULL") for row in page]
    return {**({"memberships": rows} if rows else {}), **more}


def _lookup(call: Call) -> Any:
    group = _named(call, call.text("parent"))
    identity, _, _ = members.identified(call, call.text("memberKey.id"))
    row = next((one for one in call.store.members(group["id"]) if one["member_id"] == identity), None)
    if row is None:
        raise GoogleError(404, "Error(4001): Membership not found.", "notFound")
    return {"name": _membership(group, row)}


def _found(call: Call) -> tuple[sqlite3.Row, sqlite3.Row]:
    parent, _, identity = call.text("name").partition("/memberships/m")
    group = _named(call, parent)
    row = call.store.member(group["id"], identity)
    if row is None:
        raise GoogleError(404, "Error(4001): Membership not found.", "notFound")
    return group, row


def _get(call: Call) -> Any:
    return _shown(call, *_found(call))


def _create(call: Call) -> Any:
    group = _named(call, call.text("parent"))
    key = str((call.body.get("preferredMemberKey") or {}).get("id") or "")
    if "@" not in key:
        raise bad("Error(3003): Invalid member key.", "badRequest")
    roles = call.body.get("roles") or [{"name": _MEMBER}]
    role, end = _roles(call, roles)
    identity, email, kind = members.identified(call, key)
    if call.store.member(group["id"], identity) is not None:
        text = f"Error(4003): Cannot create membership '{key}' in '{_name(group)}' because it already exists."
        raise GoogleError(409, text, "duplicate")
    members.may_be_in(call, group, identity, email, kind)
    members.may_hold(kind, role)
    members.put(call, group, (identity, email, kind), role, "ALL_MAIL")
    _set_end(call, group["id"], identity, end)
    call.effect = f"{email or identity} in {group['email']} as {role}{_words(end)}"
    row = call.store.member(group["id"], identity)
    shown = _shown(call, group, row) if row is not None else {}
    kind_of = "type.googleapis.com/google.apps.cloudidentity.groups.v1.Membership"
    return {"done": True, "response": {"@type": kind_of, **shown}}


def _roles(call: Call, roles: list[dict[str, Any]]) -> tuple[str, float | None]:
    """Return the highest of some roles, and the end of the lowest. Raises GoogleError."""
    names = [str(role.get("name")) for role in roles]
    if len(names) != len(set(names)) or not {*names} <= {_MEMBER, *_HIGHER}:
        raise bad("Error(3003): Invalid roles.", "badRequest")
    if _MEMBER not in names:
        raise bad("MEMBER role must be specified.", "badRequest", location="resource.roles")
    end = None
    for role in roles:
        if "expiryDetail" in role and role["expiryDetail"] is not None:
            if len(names) > 1:
                raise _members_only()
            end = _new_end(call, role)
    return next((name for name in _HIGHER if name in names), _MEMBER), end


def _members_only() -> GoogleError:
    return bad("Expiry details are only supported for MEMBER MembershipRoles.", "badRequest")


def _new_end(call: Call, role: dict[str, Any]) -> float | None:
    """Return the end that a request sets; None to clear it. Raises GoogleError."""
    text = (role.get("expiryDetail") or {}).get("expireTime")
    if text is None:
        return None
    edition = call.store.tenant.meta("google:membership_ends")
    if edition == "off":
        raise GoogleError(403, "The caller does not have permission", "forbidden")
    if edition == "refused":
        raise bad("Request contains an invalid argument.", "badRequest")
    try:
        moment = datetime.fromisoformat(text)
        end = moment.timestamp() if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        end = None
    if end is None:
        raise bad(
            f"Invalid value at 'expire_time' (type.googleapis.com/google.protobuf.Timestamp), {text}", "badRequest"
        )
    if end <= call.store.now:
        raise bad("The expire_time must be in the future.", "badRequest")
    return end


def _set_end(call: Call, group: str, member: str, end: float | None) -> None:
    call.store.run("delete from g_ends where group_id = ? and member_id = ?", group, member)
    if end is not None:
        call.store.run("insert into g_ends values (?, ?, ?)", group, member, end)


def _words(end: float | None) -> str:
    return f" until {_time(end)}" if end is not None else ""


def _modify(call: Call) -> Any:
    group, row = _found(call)
    updates, added = call.body.get("updateRolesParams") or [], call.body.get("addRoles") or []
    removed = call.body.get("removeRoles") or []
    if bool(updates) is bool(added or removed):
        raise bad("Updating roles in the same request as adding or removing roles is not supported.", "badRequest")
    if updates:
        _update_end(call, group, row, updates)
    else:
        _change_roles(call, group, row, added, removed)
    again = call.store.member(group["id"], row["member_id"])
    return {"membership": _shown(call, group, again)} if again is not None else {}


def _update_end(call: Call, group: sqlite3.Row, row: sqlite3.Row, updates: list[dict[str, Any]]) -> None:
    if len(updates) != 1 or updates[0].get("fieldMask") not in _MASKS:
        raise bad("The field mask may only contain the field expiry_detail.expire_time.", "badRequest")
    role = updates[0].get("membershipRole") or {}
    if role.get("name") != _MEMBER or row["role"] != _MEMBER:
        raise _members_only()
    end = _new_end(call, role)
    _set_end(call, group["id"], row["member_id"], end)
    who = row["email"] or row["member_id"]
    call.effect = f"{who} in {group['email']}{_words(end) or ' without an end'}"


def _change_roles(
    call: Call, group: sqlite3.Row, row: sqlite3.Row, added: list[dict[str, Any]], removed: list[str]
) -> None:
    names = [str(role.get("name")) for role in added]
    if _MEMBER in removed or not {*names, *removed} <= {_MEMBER, *_HIGHER}:
        raise bad("It is not possible to remove the MEMBER role.", "badRequest")
    if any(role.get("expiryDetail") for role in added) or (set(names) & {*_HIGHER} and _end(call, row) is not None):
        raise _members_only()
    held = ({row["role"]} | {*names}) - {*removed}
    role = next((name for name in _HIGHER if name in held), _MEMBER)
    members.may_hold(row["type"], role)
    sql = "update g_members set role = ? where group_id = ? and member_id = ? and gone_at is null"
    call.store.run(sql, role, group["id"], row["member_id"])
    activities.note(call, activities.UPDATE, group["email"], row["email"] or "", old=row["role"], new=role)
    call.effect = f"{row['email'] or row['member_id']} is {role}"


def _delete(call: Call) -> Any:
    group, row = _found(call)
    sql = "delete from g_members where group_id = ? and member_id = ? and gone_at is null"
    call.store.run(sql, group["id"], row["member_id"])
    _set_end(call, group["id"], row["member_id"], None)
    activities.note(call, activities.REMOVE, group["email"], row["email"] or row["member_id"])
    call.effect = f"{row['email'] or row['member_id']} out of a group"
    return {"done": True, "response": {"@type": "type.googleapis.com/google.protobuf.Empty"}}


def _check(call: Call) -> Any:
    """Answer whether somebody is inside a group, in the editions that have it: the same that end memberships."""
    group = _named(call, call.text("parent"))
    if call.store.tenant.meta("google:membership_ends") == "off":
        raise GoogleError(403, "The caller does not have permission", "forbidden")
    start, end = "member_key_id == '", "'"
    query = call.text("query").strip()
    if not (query.startswith(start) and query.endswith(end)) or "@" not in query:
        raise bad("Error(3005): Invalid query.", "badRequest", location="query")
    identity, _, _ = members.identified(call, query.removeprefix(start)[:-1])
    return {"hasMembership": identity in call.store.inside(group["id"])}


HANDLERS: Handlers = {
    "cloudidentity.groups.lookup": _lookup_group,
    "cloudidentity.groups.memberships.list": _list,
    "cloudidentity.groups.memberships.lookup": _lookup,
    "cloudidentity.groups.memberships.get": _get,
    "cloudidentity.groups.memberships.create": _create,
    "cloudidentity.groups.memberships.delete": _delete,
    "cloudidentity.groups.memberships.modifyMembershipRoles": _modify,
    "cloudidentity.groups.memberships.checkTransitiveMembership": _check,
}
