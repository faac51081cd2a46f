"""Who added members to groups, from the log of administrators.

developers.google.com/workspace/admin/reports/v1/reference/activities/list, read 2026-11. It is kept for six months. A
delegate of a mailbox leaves no event in it, and single events may never come.
"""

from __future__ import annotations

from datetime import datetime

from sharedbox_cli.core.access_why import LoggedGrant
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, ROLES, Right
from sharedbox_cli.providers.forms import Row, object_in, optional_text, rows_in, text_of
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.scopes import AUDIT

_CALL = "reports.activities.list"
_ADD, _REMOVE, _UPDATE = "ADD_GROUP_MEMBER", "REMOVE_GROUP_MEMBER", "UPDATE_GROUP_MEMBER"
_ROLES = {str(role).upper(): role for role in ROLES}


async def read_grant_log(google: Google, since: datetime | None) -> tuple[LoggedGrant, ...]:
    """Return what administrators did to members of groups, in order. Raises CloudError, AuthError, ObserveError."""
    start = since.isoformat(timespec="milliseconds").replace("+00:00", "Z") if since else None
    found: list[LoggedGrant] = []
    for event in (_ADD, _REMOVE, _UPDATE):
        items, _ = await google.collect(
            AUDIT,
            lambda service, token, event=event: service.activities().list(  # type: ignore[misc]
                userKey="all",
                applicationName="admin",
                eventName=event,
                startTime=start,
                maxResults=1000,
                pageToken=token,
                fields="kind,nextPageToken,items(id/time,actor(email,profileId,key),"
                "events(name,parameters(name,value)))",
            ),
            "items",
            _CALL,
            lambda row, event=event: _grants_of(row, event),  # type: ignore[misc]
            kind="admin#reports#activities",
        )
        found += [one for grants in items for one in grants]
    return tuple(sorted(found, key=lambda one: one.at))


def _grants_of(row: Row, wanted: str) -> list[LoggedGrant]:
    """Return the events of one name: an activity that has one of them comes with all of its events."""
    at = datetime.fromisoformat(text_of(object_in(row, "id"), "time"))
    actor = object_in(row, "actor") if "actor" in row else {}
    by = optional_text(actor, "email") or optional_text(actor, "profileId") or optional_text(actor, "key")
    grants = []
    for event in rows_in(row, "events"):
        if text_of(event, "name") != wanted:
            continue
        values = {text_of(one, "name"): optional_text(one, "value") for one in rows_in(event, "parameters")}
        group, member = values.get("GROUP_EMAIL", ""), values.get("USER_EMAIL", "")
        right = _right_of(wanted, values.get("NEW_VALUE", ""))
        if group and member and (wanted != _UPDATE or right is not None):
            is_end = wanted == _REMOVE
            grants.append(LoggedGrant(GOOGLE_COLLABORATIVE, group, member, at, by, right=right, is_end=is_end))
    return grants


def _right_of(event: str, value: str) -> Right | None:
    """Return the role that somebody got; None: it is not in the event."""
    return _ROLES.get(value.upper()) if event == _UPDATE else None
