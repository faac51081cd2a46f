"""What Gmail keeps for one mailbox: labels, filters, senders, auto-reply, forwarding, IMAP and POP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.google_workspace import gmail_filters
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.scopes import GMAIL
from sharedbox_cli.providers.responses import Fields

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
"""Names of colours: background and text, both of Gmail's palette."""
_NAMES = {background: name for name, (background, _) in COLOURS.items()}
VACATION = (
    Field.AUTO_REPLY,
    Field.AUTO_REPLY_SUBJECT,
    Field.AUTO_REPLY_INTERNAL,
    Field.AUTO_REPLY_AUDIENCE,
    Field.AUTO_REPLY_START,
    Field.AUTO_REPLY_END,
)
FORWARDING = (Field.FORWARDING_TO, Field.FORWARDING_KEEP_COPY)
LABELS = (Field.FOLDERS, Field.TAGS)
EMPTY: Mapping[Field, Value] = {
    Field.FOLDERS: (),
    Field.TAGS: (),
    Field.RULES: (),
    Field.SENDERS: (),
    Field.AUTO_REPLY: False,
    Field.AUTO_REPLY_SUBJECT: "",
    Field.AUTO_REPLY_INTERNAL: "",
    Field.AUTO_REPLY_AUDIENCE: "all",
    Field.AUTO_REPLY_START: "",
    Field.AUTO_REPLY_END: "",
    Field.FORWARDING_TO: "",
    Field.FORWARDING_KEEP_COPY: True,
    Field.ACCESS_IMAP: False,
    Field.ACCESS_POP: False,
}
"""What a mailbox begins with."""
CONTENT = frozenset(EMPTY)
_BASE = "gmail.users.settings"


async def ask(google: Google, subject: str, make: Callable[[Any], Any], call: str) -> Fields:
    """Return the answer to one read of a mailbox."""
    return await google.read(GMAIL, lambda service: make(service.users()), call, subject=subject, mailbox=subject)


async def read_content(google: Google, subject: str, wanted: frozenset[Field]) -> dict[Field, Value]:
    """Return the wanted settings of a mailbox, one call for each thing that Gmail keeps apart."""
    found: dict[Field, Value] = {}
    labels: list[dict[str, Any]] = []
    if wanted & {*LABELS, Field.RULES}:
        labels = await read_labels(google, subject)
        found |= {Field.FOLDERS: _folders(labels), Field.TAGS: _tags(labels)}
    if Field.RULES in wanted:
        names = {str(label["id"]): str(label["name"]) for label in labels}
        found[Field.RULES] = gmail_filters.rules_of(await read_filters(google, subject), names)
    if Field.SENDERS in wanted:
        found[Field.SENDERS] = senders_of(await read_senders(google, subject))
    if wanted & set(VACATION):
        found |= vacation_of(await read_vacation(google, subject))
    if wanted & set(FORWARDING):
        found |= forwarding_of(await read_forwarding(google, subject))
    if Field.ACCESS_IMAP in wanted:
        imap = await ask(google, subject, lambda users: users.settings().getImap(userId="me"), f"{_BASE}.getImap")
        found[Field.ACCESS_IMAP] = bool(imap.get("enabled"))
    if Field.ACCESS_POP in wanted:
        pop = await ask(google, subject, lambda users: users.settings().getPop(userId="me"), f"{_BASE}.getPop")
        found[Field.ACCESS_POP] = str(pop.get("accessWindow", "disabled")) != "disabled"
    return {name: value for name, value in found.items() if name in wanted}


async def read_labels(google: Google, subject: str) -> list[dict[str, Any]]:
    """Return the labels that people made."""
    data = await ask(google, subject, lambda users: users.labels().list(userId="me"), "gmail.users.labels.list")
    return [label for label in data.get("labels", ()) if label.get("type") == "user"]


async def read_filters(google: Google, subject: str) -> list[dict[str, Any]]:
    """Return all filters."""
    call = f"{_BASE}.filters.list"
    data = await ask(google, subject, lambda users: users.settings().filters().list(userId="me"), call)
    return list(data.get("filter", ()))


async def read_senders(google: Google, subject: str) -> list[dict[str, Any]]:
    """Return all send-as addresses, the mailbox's own too."""
    call = f"{_BASE}.sendAs.list"
    data = await ask(google, subject, lambda users: users.settings().sendAs().list(userId="me"), call)
    return list(data.get("sendAs", ()))


async def read_vacation(google: Google, subject: str) -> Fields:
    """Return the auto-reply."""
    return await ask(google, subject, lambda users: users.settings().getVacation(userId="me"), f"{_BASE}.getVacation")


async def read_forwarding(google: Google, subject: str) -> Fields:
    """Return where mail is forwarded to."""
    call = f"{_BASE}.getAutoForwarding"
    return await ask(google, subject, lambda users: users.settings().getAutoForwarding(userId="me"), call)


def _folders(labels: list[dict[str, Any]]) -> Value:
    return tuple(sorted(str(label["name"]) for label in labels))


def _tags(labels: list[dict[str, Any]]) -> Value:
    return tuple(sorted((str(label["name"]), colour_of(label)) for label in labels))


def colour_of(label: Mapping[str, Any]) -> str:
    """Return our name of a label's colour; nothing for none, or for one without a name."""
    background = str((label.get("color") or {}).get("backgroundColor", "")).lower()
    return _NAMES.get(background, "")


def senders_of(items: list[dict[str, Any]]) -> Value:
    """Return the further addresses that the mailbox may send from."""
    return tuple(
        sorted(
            (
                str(item["sendAsEmail"]).lower(),
                str(item.get("displayName") or ""),
                str(item.get("replyToAddress") or "").lower(),
                bool(item.get("isDefault")),
            )
            for item in items
            if not item.get("isPrimary")
        )
    )


def vacation_of(raw: Mapping[str, Any]) -> dict[Field, Value]:
    """Return the auto-reply in our words."""
    audience = "known" if raw.get("restrictToContacts") else "organization" if raw.get("restrictToDomain") else "all"
    return {
        Field.AUTO_REPLY: bool(raw.get("enableAutoReply")),
        Field.AUTO_REPLY_SUBJECT: str(raw.get("responseSubject") or ""),
        Field.AUTO_REPLY_INTERNAL: _lines(str(raw.get("responseBodyPlainText") or raw.get("responseBodyHtml") or "")),
        Field.AUTO_REPLY_AUDIENCE: audience,
        Field.AUTO_REPLY_START: _instant(raw.get("startTime")),
        Field.AUTO_REPLY_END: _instant(raw.get("endTime")),
    }


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip("\n")


def _instant(milliseconds: object) -> str:
    if not milliseconds or not str(milliseconds).isdecimal() or int(str(milliseconds)) == 0:
        return ""
    return datetime.fromtimestamp(int(str(milliseconds)) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def forwarding_of(raw: Mapping[str, Any]) -> dict[Field, Value]:
    """Return the forwarding in our words."""
    is_on = bool(raw.get("enabled"))
    return {
        Field.FORWARDING_TO: str(raw.get("emailAddress") or "").lower() if is_on else "",
        Field.FORWARDING_KEEP_COPY: not is_on or raw.get("disposition") != "trash",
    }
