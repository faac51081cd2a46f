"""Whether a spec can express a mail rule that a mailbox has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sharedbox_cli.core.mail_rules import same_rules
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.export.document import rule_lines
from sharedbox_cli.language.models.rules import Rule
from sharedbox_cli.language.settings import rule_value
from sharedbox_cli.language.text import text_problem


def entry_of(rule: Value) -> dict[str, Any] | None:
    """Return the entry of `rules` that says the same as a rule; nothing if a spec cannot express it."""
    entry = dict(rule_lines(rule, 0, {})[0])
    if any(text_problem(text) for text in _texts(entry)):
        return None
    try:
        said = rule_value(Rule.model_validate(entry))
    except ValidationError:
        return None
    return entry if same_rules((said,), (rule,)) else None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for part in value.values() for text in _texts(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in _texts(part))
