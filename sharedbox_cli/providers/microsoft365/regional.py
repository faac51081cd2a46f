"""The language of a mailbox: Get- and Set-MailboxRegionalConfiguration.

learn.microsoft.com/powershell/module/exchangepowershell/set-mailboxregionalconfiguration, read 2026-11. A mailbox that
nobody has opened has no language. Folders keep their names, as `LocalizeDefaultFolderName` is never sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sharedbox_cli.core.capability import SpecProblem
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row
from sharedbox_cli.providers.forms import optional_text, shown

_CULTURE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?-([A-Za-z]{2}|[0-9]{3})(-[A-Za-z0-9]+)*")
_USUAL = {
    "ar": "ar-SA",
    "cs": "cs-CZ",
    "da": "da-DK",
    "el": "el-GR",
    "en": "en-US",
    "et": "et-EE",
    "fa": "fa-IR",
    "he": "he-IL",
    "hi": "hi-IN",
    "in": "id-ID",
    "iw": "he-IL",
    "ja": "ja-JP",
    "ko": "ko-KR",
    "nb": "nb-NO",
    "no": "nb-NO",
    "pt": "pt-PT",
    "sl": "sl-SI",
    "sr": "sr-Latn-RS",
    "sv": "sv-SE",
    "uk": "uk-UA",
    "vi": "vi-VN",
    "zh": "zh-CN",
    "zh-hans": "zh-CN",
    "zh-hant": "zh-TW",
}
_ALIKE = "bg de es fi fr hr hu id is it lt lv nl pl ro ru sk th tr"
"""Languages whose usual region has the letters of the language: `de-DE`."""


def _language(row: Row) -> Value:
    """Return the tag. No answer is recorded: a culture is a text, or an object with its name."""
    culture = row.get("Language")
    return optional_text(culture, "Name") if isinstance(culture, dict) else optional_text(row, "Language")


def _set_language(_: Value, after: Value) -> Body:
    """Formats of the language before are refused with a new one: the service chooses its own if they are null."""
    return {"Language": str(after) if after else None, "DateFormat": None, "TimeFormat": None}


KEPT_EXACTLY = frozenset({Field.LANGUAGE})
"""Exchange keeps each region: `en-GB` is a different language from `en-US`."""
REGIONAL: Columns = {Field.LANGUAGE: Column(("Language",), _language, _set_language, is_optional=True)}


def language_problems(tag: object) -> Iterator[SpecProblem]:
    """Yield why Exchange refuses a tag: it takes a language of a region only."""
    if isinstance(tag, str) and not _CULTURE.fullmatch(tag):
        example = with_region(tag)
        write = f"Write `{example}`, or another region" if example else "Add the region, such as in `de-DE`"
        yield ("language",), f"Exchange takes a language with its region only, and {shown(tag)} has none. {write}."


def with_region(tag: str) -> str:
    """Return a language with its usual region; empty for one without."""
    lower = tag.lower()
    return f"{lower}-{lower.upper()}" if lower in _ALIKE.split() else _USUAL.get(lower, "")
