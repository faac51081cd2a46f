"""What Gmail holds for a mailbox: labels, filters, senders, signature, auto-reply, forwarding, IMAP, POP, language.

developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings, read 2026-11. Gmail leaves out what is
empty or false.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.html_text import visible_text
from sharedbox_cli.core.signatures import html_of
from sharedbox_cli.core.signatures import text_of as text_of_signature
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row, UnknownForm, switch, text
from sharedbox_cli.providers.forms import (
    instant_text,
    number_of,
    object_in,
    optional_flag,
    optional_text,
    rows_in,
    shown,
    text_of,
)
from sharedbox_cli.providers.google_workspace import gmail_filters

COLOURS: Mapping[str, tuple[str, str]] = {
    "red": ("#cc3a21", "#ffffff"),
    "orange": ("#ffad47", "#000000"),
    "yellow": ("#fad165", "#000000"),
    "green": ("#16a766", "#ffffff"),
    "teal": ("#2da2bb", "#ffffff"),
    "blue": ("#4a86e8", "#ffffff"),
    "purple": ("#8e63ce", "#ffffff"),
    "pink": ("#f691b3", "#000000"),
    "brown": ("#7a4706", "#ffffff"),
    "grey": ("#999999", "#ffffff"),
    "black": ("#000000", "#ffffff"),
}
"""Names of colours: background and text, both from Gmail's palette."""
_NAMES = {background: name for name, (background, _) in COLOURS.items()}


def colour_of(label: Row) -> str:
    """Return our name for the colour of a label; empty for no colour, or for one without a name."""
    return _NAMES.get(optional_text(object_in(label, "color"), "backgroundColor").lower(), "")


def _folders(row: Row) -> Value:
    return tuple(sorted(text_of(label, "name") for label in rows_in(row, "labels")))


def _tags(row: Row) -> Value:
    return tuple(sorted((text_of(label, "name"), colour_of(label)) for label in rows_in(row, "labels")))


def _rules(row: Row) -> Value:
    names = {text_of(label, "id"): text_of(label, "name") for label in rows_in(row, "labels")}
    return gmail_filters.rules_of(row["filter"], names)


def _senders(row: Row) -> Value:
    """Return the additional addresses that the mailbox may send from."""
    return tuple(
        sorted(
            (
                text_of(item, "sendAsEmail").lower(),
                optional_text(item, "displayName"),
                optional_text(item, "replyToAddress").lower(),
                optional_flag(item, "isDefault"),
                *_signatures(item),
            )
            for item in rows_in(row, "sendAs")
            if not optional_flag(item, "isPrimary")
        )
    )


def _signatures(item: Row) -> tuple[str, ...]:
    """Return the signature of a sender, if it has one."""
    signature = text_of_signature(optional_text(item, "signature"))
    return (signature,) if signature else ()


LABELS: Columns = {Field.FOLDERS: Column(("labels",), _folders), Field.TAGS: Column(("labels",), _tags)}
"""From `labels.list`: each label is created or patched by a separate request."""
FILTERS: Columns = {Field.RULES: Column(("labels", "filter"), _rules)}
"""From `labels.list` and `filters.list`: each filter is created or deleted by a separate request."""
SENDERS: Columns = {Field.SENDERS: Column(("sendAs",), _senders)}
"""From `sendAs.list`: each sender is created, patched or deleted by a separate request."""


def _signature(row: Row) -> Value:
    """Return the signature of the mailbox's own address; a sender has its own one."""
    own = next((item for item in rows_in(row, "sendAs") if optional_flag(item, "isPrimary")), None)
    if own is None:
        message = "no address is `isPrimary`"
        raise UnknownForm(message)
    return text_of_signature(optional_text(own, "signature"))


SIGNATURE: Columns = {
    Field.SIGNATURE: Column(("sendAs",), _signature, lambda _, after: {"signature": html_of(str(after or ""))})
}
"""From `sendAs.list`: `sendAs.patch` of the own address changes it."""


def _auto_reply_text(row: Row) -> Value:
    """Return what people see of what they get: of the HTML if there is any (Gmail API, VacationSettings).

    Where HTML and plain text have the same words, the lines are those of the plain text.
    """
    html, plain = optional_text(row, "responseBodyHtml"), optional_text(row, "responseBodyPlainText")
    seen = visible_text(f"<div>{html}</div>")
    return plain.replace("\r\n", "\n").rstrip("\n") if not html or seen.split() == plain.split() else seen


_AUDIENCES = {
    (False, False): "all",
    (True, False): "known",
    (False, True): "organization",
    (True, True): "known-in-organization",
}
"""Who gets the auto-reply: by contacts only, and by the organisation only. No spec can ask for both."""


def _audience(row: Row) -> Value:
    return _AUDIENCES[optional_flag(row, "restrictToContacts"), optional_flag(row, "restrictToDomain")]


def _restrictions(_: Value, after: Value) -> Body:
    is_known, is_domain = next(both for both, word in _AUDIENCES.items() if word == after)
    return {"restrictToContacts": is_known, "restrictToDomain": is_domain}


def _instant(name: str) -> Column:
    """Return a setting that is an ISO instant (UTC) here, and milliseconds since 1970 at Gmail; empty: none."""

    def read(row: Row) -> Value:
        milliseconds = number_of(row, name) if row.get(name) is not None else 0
        if milliseconds == 0:
            return ""
        try:
            return instant_text(datetime.fromtimestamp(milliseconds // 1000, UTC))
        except (ValueError, OverflowError, OSError):
            message = f"`{name}` is {shown(row[name])}, which is not a time"
            raise UnknownForm(message) from None

    def write(_: Value, after: Value) -> Body:
        return {name: str(int(datetime.fromisoformat(str(after)).timestamp() * 1000))} if after else {}

    return Column((name,), read, write, is_optional=True)


AUTO_REPLY: Columns = {
    Field.AUTO_REPLY: switch("enableAutoReply", is_optional=True),
    Field.AUTO_REPLY_SUBJECT: text("responseSubject", is_optional=True),
    Field.AUTO_REPLY_INTERNAL: Column(
        ("responseBodyPlainText", "responseBodyHtml"),
        _auto_reply_text,
        lambda _, after: {"responseBodyPlainText": str(after)},
        is_optional=True,
    ),
    Field.AUTO_REPLY_AUDIENCE: Column(
        ("restrictToContacts", "restrictToDomain"), _audience, _restrictions, is_optional=True
    ),
    Field.AUTO_REPLY_START: _instant("startTime"),
    Field.AUTO_REPLY_END: _instant("endTime"),
}
"""From `getVacation`: `updateVacation` replaces all of it."""


def _forwarding_target(row: Row) -> Value:
    return optional_text(row, "emailAddress").lower() if optional_flag(row, "enabled") else ""


def _forward_to(_: Value, after: Value) -> Body:
    return {"enabled": True, "emailAddress": str(after)} if after else {"enabled": False}


def _keeps_copy(row: Row) -> Value:
    return not optional_flag(row, "enabled") or optional_text(row, "disposition") != "trash"


FORWARDING: Columns = {
    Field.FORWARDING_TO: Column(("enabled", "emailAddress"), _forwarding_target, _forward_to, is_optional=True),
    Field.FORWARDING_KEEP_COPY: Column(
        ("enabled", "disposition"),
        _keeps_copy,
        lambda _, after: {"disposition": "leaveInInbox" if after else "trash"},
        is_optional=True,
    ),
}
"""From `getAutoForwarding`: `updateAutoForwarding` replaces all of it."""

IMAP: Columns = {Field.ACCESS_IMAP: switch("enabled", is_optional=True)}
"""From `getImap`: `updateImap` replaces all of it."""
POP: Columns = {
    Field.ACCESS_POP: Column(
        ("accessWindow",),
        lambda row: optional_text(row, "accessWindow") not in ("", "disabled"),
        lambda _, after: {"accessWindow": "fromNowOn" if after else "disabled"},
        is_optional=True,
    )
}
"""From `getPop`: `updatePop` replaces all of it."""

LANGUAGE: Columns = {Field.LANGUAGE: text("displayLanguage")}
"""From `getLanguage`: `updateLanguage` returns the tag that was saved, which can be a near variant."""
PRESENTATION: Columns = {**SIGNATURE, **LANGUAGE}
"""What is read of those mailboxes only whose spec has it."""

GMAIL: Columns = {**LABELS, **FILTERS, **SENDERS, **SIGNATURE, **AUTO_REPLY, **FORWARDING, **IMAP, **POP, **LANGUAGE}
