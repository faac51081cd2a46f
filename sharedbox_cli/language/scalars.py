"""What a YAML scalar without quotes means: only what cannot be read in two ways."""

from __future__ import annotations

import re
from datetime import date

MAX_DIGITS = 18
"""Of a whole number without quotes: more would be an address, a date or an attack."""

UNCLEAR = "ambiguous value"

Scalar = None | bool | int | str | date

FIRST_CHARACTERS = frozenset("~+-.0123456789yYnNoOtTfF")
"""The first characters of what may be more than text, if it is not empty."""
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_DATE = re.compile(r"[0-9]{4,}-[0-9]{2}-[0-9]{2}\Z")
_AMBIGUOUS = re.compile(
    r"""(?ix: y|yes|n|no|on|off
      | [-+]?0[0-9_]+ | 0[xob][0-9a-f_]+ | [-+]?[0-9][0-9_]*
      | [-+]?[0-9]+(:[0-9]{1,2})+(\.[0-9]*)?
      | [-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(e[-+]?[0-9]+)? | [-+]?\.(inf|nan) | \.nan
    )\Z"""
)


class Unclear(Exception):
    """A scalar without quotes that is refused."""

    def __init__(self, summary: str, why: str, hint: str) -> None:
        self.summary = summary
        self.why = why
        self.hint = hint
        super().__init__(summary)


def plain_value(text: str) -> Scalar:
    """Return the value of a scalar without quotes. Raises Unclear."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= MAX_DIGITS and _INTEGER.match(text):
        return int(text)
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise Unclear("no such day", f"`{text}` is not in the calendar.", "Write YYYY-MM-DD.") from error
    if _AMBIGUOUS.match(text):
        short = text if len(text) <= 40 else f"{text[:39]}…"
        hint = f'Write it in quotes: "{short}".'
        if text[0].isalpha():
            hint = f'Write `true` or `false`. If you want text, put it in quotes: "{text}".'
        raise Unclear(UNCLEAR, f"YAML could read `{short}` in more than one way.", hint)
    return text
