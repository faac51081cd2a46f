"""Get- and Set-MailboxRegionalConfiguration."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.mailbox_settings import NOTHING
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import refused
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import doc_of, find_mailbox

REGIONAL = "Regional"
"""The key of a mailbox's document with its regional settings; a mailbox that nobody has opened has none."""
SETTINGS = ("Language", "DateFormat", "TimeFormat", "TimeZone")
_SPECIFIC = re.compile(r"([a-z]{2,3})(-[a-z]{4})?-([a-z]{2}|\d{3})", re.IGNORECASE)
_FORMATS = {
    "de": ("dd.MM.yyyy", "HH:mm"),
    "en-GB": ("dd/MM/yyyy", "HH:mm"),
    "en-US": ("M/d/yyyy", "h:mm tt"),
    "fr": ("dd/MM/yyyy", "HH:mm"),
}
"""The formats that a language starts with: assumed, as no answer is recorded."""


def get_regional(call: Call) -> Result:
    """Return the regional settings of one mailbox."""
    mailbox = find_mailbox(call, call.text("Identity"))
    return Result([_row(call, mailbox, doc_of(mailbox).get(REGIONAL, {}))])


def _row(call: Call, mailbox: sqlite3.Row, own: dict[str, Any]) -> Row:
    """Return the settings. Assumed: the language is a text. `culture` of the tenant makes it an `object`."""
    row = {"Identity": mailbox["cn"], "IsValid": True, "DefaultFolderNameMatchingUserLanguage": False}
    row |= {name: own.get(name) for name in SETTINGS}
    if row["Language"] and call.tenant.meta("culture") == "object":
        row["Language"] = {"Name": row["Language"], "IsNeutralCulture": False}
    return row


def set_regional(call: Call) -> Result:
    """Change the regional settings of one mailbox."""
    mailbox = find_mailbox(call, call.text("Identity"))
    own = doc_of(mailbox)
    before: dict[str, Any] = own.get(REGIONAL, {})
    sent = {name: call.parameters[name] for name in SETTINGS if name in call.parameters}
    after = {**before, **sent}
    if sent.get("Language"):
        after["Language"] = language = _culture(str(sent["Language"]))
        formats = _FORMATS.get(language) or _FORMATS.get(language[:2], ("yyyy-MM-dd", "HH:mm"))
        for name, usual in zip(("DateFormat", "TimeFormat"), formats, strict=True):
            if name in sent and sent[name] is None:
                after[name] = usual
            elif after.get(name) not in (None, usual):
                raise refused(f'The {name} "{after[name]}" isn\'t valid for current language setting "{language}".')
    if after == before:
        return Result(warnings=[NOTHING.format(mailbox["cn"])])
    own[REGIONAL] = after
    call.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(own), mailbox["id"])
    changed = sorted(name for name in after if after[name] != before.get(name))
    return Result(effect=f"regional settings of {mailbox['mail'].lower()} {' '.join(changed)}")


def _culture(tag: str) -> str:
    """Return a culture as .NET spells it. Neutral cultures, such as `de`, are refused."""
    match = _SPECIFIC.fullmatch(tag)
    if match is None:
        raise refused(f'The language "{tag}" isn\'t supported. Specify a specific culture, not a neutral one.')
    language, script, region = match.groups()
    return f"{language.lower()}{(script or '').title()}-{region.upper()}"
