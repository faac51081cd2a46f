"""The automatic reply: read by Get-MailboxAutoReplyConfiguration, written by Set-MailboxAutoReplyConfiguration.

learn.microsoft.com/powershell/module/exchangepowershell/set-mailboxautoreplyconfiguration, read 2026-11. Texts are
HTML there and plain here. Times count only in the state `Scheduled`, and the service fills them in any state.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.html_text import visible_text
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row, UnknownForm, words
from sharedbox_cli.providers.forms import instant_text, moment_of, optional_text, shown, text_of

_DISABLED, _ENABLED, _SCHEDULED = "Disabled", "Enabled", "Scheduled"
_STATES = (_DISABLED, _ENABLED, _SCHEDULED)
_AUDIENCES: dict[Value, str] = {"all": "All", "known": "Known", "organization": "None"}
TEXTS = frozenset({Field.AUTO_REPLY_INTERNAL, Field.AUTO_REPLY_EXTERNAL})


def _state(row: Row) -> str:
    state = text_of(row, "AutoReplyState")
    if state not in _STATES:
        message = f"`AutoReplyState` is {shown(state)}"
        raise UnknownForm(message)
    return state


def instant(text: str) -> str:
    """Return a time of the service as an ISO instant (UTC). It is not established whether it names its zone."""
    try:
        return instant_text(moment_of(text))
    except ValueError:
        message = f"It is {shown(text)}, which is not a time in ISO format"
        raise UnknownForm(message) from None


def _time(name: str) -> Column:
    def read(row: Row) -> Value:
        return instant(text_of(row, name)) if _state(row) == _SCHEDULED else ""

    return Column((name, "AutoReplyState"), read, is_optional=True)


def _text(name: str) -> Column:
    return Column((name,), lambda row: visible_text(optional_text(row, name)), is_optional=True)


AUTO_REPLY: Columns = {
    Field.AUTO_REPLY: Column(("AutoReplyState",), lambda row: _state(row) != _DISABLED),
    Field.AUTO_REPLY_INTERNAL: _text("InternalMessage"),
    Field.AUTO_REPLY_EXTERNAL: _text("ExternalMessage"),
    Field.AUTO_REPLY_AUDIENCE: words("ExternalAudience", _AUDIENCES),
    Field.AUTO_REPLY_START: _time("StartTime"),
    Field.AUTO_REPLY_END: _time("EndTime"),
}
"""State, texts and window depend on each other: a change is written together with what stays (`reply_body`)."""


def reply_body(after: Mapping[Field, Value], current: Mapping[Field, Value], now: datetime) -> Body:
    """Return the parameters that change the reply: its state follows from all settings, and texts stay unless named.

    A window without a start begins now. Without an end there is no window.
    """
    whole = {**current, **after}
    body: Body = {"AutoReplyState": _DISABLED}
    if whole.get(Field.AUTO_REPLY):
        body["AutoReplyState"] = _ENABLED
        if end := whole.get(Field.AUTO_REPLY_END):
            start = whole.get(Field.AUTO_REPLY_START) or instant_text(now.astimezone(UTC))
            body |= {"AutoReplyState": _SCHEDULED, "StartTime": start, "EndTime": end}
    for name, parameter in (
        (Field.AUTO_REPLY_INTERNAL, "InternalMessage"),
        (Field.AUTO_REPLY_EXTERNAL, "ExternalMessage"),
    ):
        if name in after:
            body[parameter] = html_of(str(after[name])) if after[name] else None
    if Field.AUTO_REPLY_AUDIENCE in after:
        audience = after[Field.AUTO_REPLY_AUDIENCE]
        body["ExternalAudience"] = _AUDIENCES.get(audience, audience)
    return body


def html_of(text: str) -> str:
    """Return plain text as HTML: without it, people would see one line."""
    return f"<html><body>{'<br>'.join(escape(line, quote=False) for line in text.split(chr(10)))}</body></html>"
