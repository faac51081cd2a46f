"""Who can use the calendar of one mailbox: one list per mailbox."""

from __future__ import annotations

from collections.abc import Collection

from sharedbox_cli.core.errors import AuthError, CloudError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.calendar_columns import CALENDAR, DOMAINS
from sharedbox_cli.providers.google_workspace.errors import NO_CALENDAR, lacks_scope
from sharedbox_cli.providers.google_workspace.scopes import APIS
from sharedbox_cli.providers.google_workspace.scopes import CALENDAR as API
from sharedbox_cli.providers.responses import Fields

CALL = "calendar.acl.list"
_PAGE = 250
_MASK = "kind,items(id,role,scope),nextPageToken"


async def read_calendar(
    google: Google,
    subject: str,
    wanted: frozenset[Field],
    domains: Collection[str],
    dispensable: frozenset[Field],
    *,
    rights: Collection[Right] = (),
    needed: Collection[Right] = (),
) -> tuple[dict[Field, Value], list[Fields] | None]:
    """Return the wanted settings of a calendar and its rules; nothing where nobody needs what cannot be read.

    Raises CloudError, AuthError, ObserveError.
    """
    if not (wanted or Right.CALENDAR in rights):
        return {}, None
    try:
        rules = await read_rules(google, subject)
    except (CloudError, AuthError) as error:
        if not wanted <= dispensable or Right.CALENDAR in needed:
            raise
        if lacks_scope(error):
            scope = APIS[API].read[0]
            google.warn(API, f"calendars: not read, because the Calendar API or the scope {scope} is missing.")
            return {}, None
        if isinstance(error, CloudError) and error.code == NO_CALENDAR:
            return {}, None
        raise
    return read_row(CALENDAR, {"items": rules, DOMAINS: domains}, wanted, f"{subject} · {CALL}"), rules


async def read_rules(google: Google, subject: str) -> list[Fields]:
    """Return the access control list of a mailbox's primary calendar."""
    rules, _ = await google.read_all(
        API,
        lambda service, token: service.acl().list(calendarId=subject, maxResults=_PAGE, pageToken=token, fields=_MASK),
        "items",
        CALL,
        kind="calendar#acl",
        subject=subject,
        mailbox=subject,
    )
    return rules
