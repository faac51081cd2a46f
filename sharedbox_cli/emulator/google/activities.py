"""The log of administrators (developers.google.com/workspace/admin/reports/v1/guides/manage-audit-admin, read 2026-11).

Only the events of group members are modelled. A delegate of a mailbox leaves no event, as with Google.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from sharedbox_cli.emulator.google.call import Call, Handlers
from sharedbox_cli.emulator.google.errors import GoogleError, bad, missing, not_allowed, not_modelled
from sharedbox_cli.emulator.google.store import Store

KEPT_DAYS = 180
"""Six months (support.google.com/a/answer/7061566)."""
ADD, REMOVE, UPDATE = "ADD_GROUP_MEMBER", "REMOVE_GROUP_MEMBER", "UPDATE_GROUP_MEMBER"
UPDATE_DELIVERY = "UPDATE_GROUP_MEMBER_DELIVERY_SETTINGS"
_NOT_MODELLED = (
    *("actorIpAddress", "agentInfoFilter", "applicationInfoFilter", "deviceFilter", "includeSensitiveData"),
    *("networkInfoFilter", "resourceDetailsFilter", "statusFilter"),
)


def note(call: Call, event: str, group: str, member: str, *, old: str = "", new: str = "") -> None:
    """Log what an administrator did to a member of a group.

    That changes through the API are logged was not confirmed: the setting `api_activities` = `off` disables it.
    """
    if call.store.tenant.meta("google:api_activities") == "off":
        return
    record(call.store, call.subject, event, group, member, old=old, new=new)


def end_memberships(store: Store) -> None:
    """Remove the members whose end has come. The log names a machine of Google's as who did it."""
    for row in store.end_memberships():
        group = store.group(row["group_id"])
        if group is not None:
            who = row["email"] or row["member_id"]
            record(store, "cloud-support@google.com", REMOVE, group["email"], who, at=row["ends_at"])


def record(
    store: Store,
    actor: str,
    event: str,
    group: str,
    member: str,
    *,
    old: str = "",
    new: str = "",
    at: float | None = None,
) -> None:
    """Add an event to the log."""
    values = {"GROUP_EMAIL": group, "USER_EMAIL": member, "OLD_VALUE": old, "NEW_VALUE": new}
    parameters = [{"name": name, "value": value} for name, value in values.items() if value]
    moment = store.now if at is None else at
    store.run(
        "insert into g_activities (at, actor, event, parameters) values (?, ?, ?, ?)",
        moment,
        actor,
        event,
        json.dumps(parameters),
    )


def _list(call: Call) -> Any:
    if call.params.get("customerId", "my_customer") not in ("my_customer", call.store.customer):
        raise not_allowed()
    for name in _NOT_MODELLED:
        if call.text(name):
            raise not_modelled(f"the parameter {name}")
    if call.text("applicationName") != "admin":
        raise not_modelled(f"the application {call.text('applicationName')}")
    start, end = _moment(call, "startTime"), _moment(call, "endTime")
    if start is not None and end is not None and start > end:
        raise bad("Start time must be before end time.", location="startTime")
    rows = [
        row for row in _rows(call, start, end) if not call.text("eventName") or row["event"] == call.text("eventName")
    ]
    page, more = call.page(rows, 1000, 1000)
    answer: dict[str, Any] = {"kind": "admin#reports#activities", "etag": '"activities"', **more}
    if page:
        answer["items"] = [_shown(call, row) for row in page]
    return answer


def _rows(call: Call, start: float | None, end: float | None) -> list[sqlite3.Row]:
    """Return the events of the time and the actor that were asked for, the newest first."""
    oldest = call.store.now - timedelta(days=KEPT_DAYS).total_seconds()
    rows = call.store.rows(
        "select * from g_activities where at >= ? and at <= ? order by at desc, seq desc",
        max(oldest, start or oldest),
        end if end is not None else call.store.now,
    )
    key = call.text("userKey")
    if key == "all":
        return rows
    actor = call.store.user(key)
    if actor is None:
        raise missing("userKey")
    return [row for row in rows if row["actor"].lower() == actor["email"].lower()]


def _moment(call: Call, name: str) -> float | None:
    text = call.text(name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise GoogleError(400, f"Invalid value '{text}'", "invalid", location=name) from error


def _shown(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    actor: dict[str, Any] = {"callerType": "USER", "email": row["actor"]}
    user = call.store.user(row["actor"])
    if user is not None:
        actor["profileId"] = user["id"]
    event = {"type": "GROUP_SETTINGS", "name": row["event"], "parameters": json.loads(row["parameters"])}
    at = datetime.fromtimestamp(row["at"], UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    identity = {"time": at, "uniqueQualifier": str(-row["seq"]), "applicationName": "admin"}
    return {
        "kind": "admin#reports#activity",
        "etag": f'"activity-{row["seq"]}"',
        "id": {**identity, "customerId": call.store.customer},
        "actor": actor,
        "events": [event],
    }


HANDLERS: Handlers = {"reports.activities.list": _list}
