"""Get- and Set-MailboxAutoReplyConfiguration."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.mailbox_settings import NOTHING
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import refused
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import doc_of, find_mailbox, guid_of

_DAY_SECONDS = 86400
_SETTINGS: dict[str, Any] = {
    "AutoReplyState": "Disabled",
    "ExternalAudience": "All",
    "InternalMessage": "",
    "ExternalMessage": "",
    "AutoDeclineFutureRequestsWhenOOF": False,
    "CreateOOFEvent": False,
    "DeclineAllEventsForScheduledOOF": False,
    "DeclineEventsForScheduledOOF": False,
    "DeclineMeetingMessage": "",
    "OOFEventSubject": "",
}
TIMES = ("StartTime", "EndTime")
PARAMETERS = frozenset({"Identity", "Confirm", *_SETTINGS, *TIMES})


def get_auto_reply(call: Call) -> Result:
    """Return the automatic reply of one mailbox."""
    mailbox = find_mailbox(call, call.text("Identity"))
    return Result([_row(call, mailbox, doc_of(mailbox).get("AutoReply", {}))])


def _row(call: Call, mailbox: sqlite3.Row, own: dict[str, Any]) -> Row:
    """Return the reply. The times are filled in every state: one day from now, unless somebody set them."""
    today = call.now - call.now % 3600
    usual = {"StartTime": today + _DAY_SECONDS, "EndTime": today + 2 * _DAY_SECONDS}
    return {
        "Identity": mailbox["cn"],
        "MailboxOwnerId": mailbox["cn"],
        "MailboxOwnerGuid": guid_of(mailbox["id"]),
        "IsValid": True,
        "EventsToDeleteIDs": None,
        **{name: own.get(name, default) for name, default in _SETTINGS.items()},
        **{name: time_text(call, own.get(name, usual[name])) for name in TIMES},
    }


def time_text(call: Call, seconds: float) -> str:
    """Return a time as the service writes it. Assumed: ISO in UTC without a zone.

    No answer is recorded. `reply_times` of the tenant chooses the other form: `offset`.
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + ("+00:00" if call.tenant.meta("reply_times") == "offset" else "")


def wrapped(text: str | None) -> str:
    """Return a message as the service stores it: plain text becomes HTML, and null is nothing."""
    if not text:
        return ""
    is_html = text.lstrip().lower().startswith("<html")
    return text if is_html else f"<html>\n<body>\n{text}\n</body>\n</html>\n"


def set_auto_reply(call: Call) -> Result:
    """Change the automatic reply of one mailbox."""
    mailbox = find_mailbox(call, call.text("Identity"))
    own = doc_of(mailbox)
    before = dict(own.get("AutoReply", {}))
    after = before | {name: call.parameters[name] for name in _SETTINGS if name in call.parameters}
    for name in ("InternalMessage", "ExternalMessage"):
        if name in call.parameters:
            after[name] = wrapped(call.parameters[name])
    for name in TIMES:
        if name in call.parameters:
            after[name] = _seconds(call.text(name))
    _require_texts(after)
    row = _row(call, mailbox, after)
    if after.get("AutoReplyState") == "Scheduled" and row["StartTime"] >= row["EndTime"]:
        raise refused("The start time of a scheduled automatic reply has to be before its end time.")
    if after == before:
        return Result(warnings=[NOTHING.format(mailbox["cn"])])
    own["AutoReply"] = after
    call.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(own), mailbox["id"])
    changed = sorted(name for name in after if after[name] != before.get(name))
    return Result(effect=f"reply of {mailbox['mail'].lower()} {' '.join(changed)}")


def _seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _require_texts(reply: dict[str, Any]) -> None:
    if reply.get("AutoReplyState", "Disabled") == "Disabled":
        return
    if not reply.get("InternalMessage"):
        raise refused("InternalMessage is required when AutoReplyState is Enabled or Scheduled.")
    if reply.get("ExternalAudience", "All") != "None" and not reply.get("ExternalMessage"):
        raise refused("ExternalMessage is required when ExternalAudience is Known or All.")
