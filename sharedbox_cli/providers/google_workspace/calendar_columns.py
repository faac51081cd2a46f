"""Who can use the primary calendar of a mailbox, as the access control list of Google Calendar holds it.

developers.google.com/workspace/calendar/api/v3/reference/acl, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.observed import LevelSpan
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Column, Columns, Row, words
from sharedbox_cli.providers.forms import object_in, optional_text, rows_in, text_of

LEVELS: Mapping[str, str] = {"none": "none", "availability": "freeBusyReader", "reader": "reader", "editor": "writer"}
"""Our words and Google's roles. A role without a word of ours stays as it is."""
_WORDS = {role: word for word, role in LEVELS.items()}
_ORDER = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
SPANS: Mapping[str, LevelSpan] = {
    "writerWithoutPrivateAccess": LevelSpan("reader", "editor"),
    "owner": LevelSpan("editor"),
}
"""What the roles without a word of ours allow."""
DOMAINS = "domains"
"""Where a row has the domains of the organisation: no property of Google's."""


def level_of(role: str) -> str:
    """Return our word for a role; Google's own where there is none."""
    return _WORDS.get(role, role)


def width(level: str) -> int:
    """Return how much a level allows, compared with others."""
    return _rank(LEVELS.get(level, level))


def is_of(name: Field, rule: Row, domains: Iterable[str]) -> bool:
    """Return whether a rule belongs to a setting: one for a domain of the organisation, or the one for the public.

    Assumed: a rule for any domain of the organisation is one for its people.
    """
    scope = object_in(rule, "scope")
    if name is Field.CALENDAR_ANONYMOUS:
        return text_of(scope, "type") == "default"
    return text_of(scope, "type") == "domain" and optional_text(scope, "value").lower() in domains


def _level(name: Field) -> Column:
    def read(row: Row) -> Value:
        roles = [text_of(rule, "role") for rule in rows_in(row, "items") if is_of(name, rule, row.get(DOMAINS) or ())]
        widest = max(roles, key=_rank, default="none")
        return _WORDS.get(widest, widest)

    return Column(("items",), read)


def _rank(role: str) -> int:
    return _ORDER.index(role) if role in _ORDER else len(_ORDER)


CALENDAR: Columns = {name: _level(name) for name in (Field.CALENDAR_DEFAULT, Field.CALENDAR_ANONYMOUS)}
"""From `acl.list`: each rule is created, patched or deleted by a separate request."""
LEVEL: Columns = {Field.LEVEL: words("role", {str(level): role for level, role in LEVELS.items()})}
"""Of one rule for a person or a group."""
