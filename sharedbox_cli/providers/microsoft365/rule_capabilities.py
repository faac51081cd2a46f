"""What a mail rule can do on Microsoft 365, and what a spec cannot express of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sharedbox_cli.core.capability import Capability, SpecProblem, can, cannot
from sharedbox_cli.core.identity import address_problem
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.rule_forms import entry_of
from sharedbox_cli.providers.microsoft365.retention import MOST_MESSAGE_BYTES
from sharedbox_cli.providers.microsoft365.rule_tables import (
    ACTION_FLAGS,
    CHOICES,
    DATES,
    FLAGS,
    FOLDERS,
    PEOPLE,
    SIZES,
    TARGETS,
    WORDS,
)

_RULE = "https://learn.microsoft.com/powershell/module/exchangepowershell/new-inboxrule"
_WHEN, _UNLESS, _THEN = "rules[].when.", "rules[].unless.", "rules[].then."
_CONDITIONS = (*WORDS, *PEOPLE, *FLAGS, "mailbox_is", *CHOICES, *DATES, *SIZES)
_ACTIONS = (*FOLDERS, "tag", *ACTION_FLAGS, "mark_importance", *TARGETS)
RULE_ROWS: tuple[Capability, ...] = (
    can("rules", "inbox rules, in their order; a write deletes those that only Outlook runs, so a guard asks", _RULE),
    can("rules[].stop", "stops processing more rules", _RULE),
    can("rules[].enabled", "rules that are off do not count towards the quota for rules", _RULE),
    can(f"{_WHEN}everything", "a rule for all messages", _RULE),
    *(can(f"{_WHEN}{key}", "a condition of an inbox rule", _RULE) for key in _CONDITIONS),
    can("rules[].unless", "exceptions, with the keys of `when`", _RULE),
    *(can(f"{_THEN}{key}", "an action of an inbox rule", _RULE) for key in _ACTIONS),
    can(f"{_THEN}star", "a flag for follow-up", _RULE),
    can(f"{_THEN}flag", "a flag that says what to do", _RULE),
    cannot(f"{_THEN}archive", "there is a folder for it. Write `move_to: Archive`."),
    cannot(f"{_THEN}important", "a message has an importance. Write `mark_importance: high`."),
    cannot(f"{_THEN}never_spam", "rules run after the filter for junk email. Leave the key out."),
    *(
        row
        for part in (_WHEN, _UNLESS)
        for row in (
            cannot(f"{part}has_words", "there is no search in rules. Write `subject_or_body_contains`."),
            cannot(f"{part}without_words", "exceptions have their own key. Write `unless`."),
        )
    ),
)
_MOST_WORD = 255
_UNITS: Mapping[str, int] = {"KB": 1000, "MB": 1000**2, "GB": 1000**3}


def can_say(rule: Value) -> bool:
    """Return whether a spec for this platform can express a rule that a mailbox has."""
    entry = entry_of(rule)
    return entry is not None and not any(rule_problems({"rules": [entry]}))


def rule_problems(spec: Mapping[str, Any]) -> Iterator[SpecProblem]:
    """Yield the values of rules that Exchange refuses, or reads in another way."""
    for number, rule in enumerate(spec.get("rules") or ()):
        for part in ("when", "unless"):
            section = rule.get(part)
            for key, value in section.items() if isinstance(section, Mapping) else ():
                for steps, why in _problems(key, value):
                    yield ("rules", number, part, key, *steps), why


def _problems(key: str, value: Any) -> Iterator[tuple[tuple[int, ...], str]]:
    for place, text in _texts(value):
        if key in PEOPLE and address_problem(text):
            yield place, f"`{key}` takes whole addresses here. For a part of one, write `{key}_contains`."
        elif key in WORDS and len(text) > _MOST_WORD:
            yield place, f"A text of a rule can have {_MOST_WORD} characters at most."
        elif key in SIZES and _bytes(text) > MOST_MESSAGE_BYTES:
            yield place, f"A message can have {MOST_MESSAGE_BYTES // 1024**2}MB at most."


def _texts(value: Any) -> Iterator[tuple[tuple[int, ...], str]]:
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, list):
        yield from (((place,), text) for place, text in enumerate(value) if isinstance(text, str))


def _bytes(text: str) -> int:
    match = re.fullmatch(r"([0-9]+) ?(KB|MB|GB)", text)
    return int(match[1]) * _UNITS[match[2]] if match else 0
