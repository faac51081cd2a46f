"""What an unquoted value means: the few forms that every reader agrees on, and no others."""

from __future__ import annotations

import re
from datetime import date, datetime

from sharedbox_cli.spec.tree import Plain

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_MOST_DIGITS = 18
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?\Z")
_ODD_NUMBER = re.compile(
    r"""[-+]?(
        0[0-9_]+ | 0o[0-7_]+ | 0x[0-9a-fA-F_]+ | 0b[01_]+
        | [0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)? | \.[0-9][0-9_]*([eE][-+]?[0-9]+)?
        | [0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)? | \.(inf|Inf|INF)
    )\Z | \.(nan|NaN|NAN)\Z""",
    re.VERBOSE,
)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_ODD_WORDS = frozenset(form for word in ("yes", "no", "on", "off") for form in (word, word.title(), word.upper()))


class Unclear(ValueError):
    """An unquoted value that readers of YAML understand in different ways; `mend` says what to write."""

    def __init__(self, why: str, mend: str) -> None:
        self.mend = mend
        super().__init__(why)


def meaning(text: str) -> Plain:
    """Return what an unquoted value means. Raises Unclear."""
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if text in _ODD_WORDS:
        raise Unclear(
            f"`{text}` is true or false to some readers of YAML and text to others.",
            f'Write `true` or `false`, or, if it is text, in quotes: "{text}".',
        )
    if _DATE.match(text):
        return _date(text)
    if _WHOLE.match(text) and len(text) <= _MOST_DIGITS:
        return int(text)
    if _WHOLE.match(text) or _ODD_NUMBER.match(text):
        short = text if len(text) <= 40 else f"{text[:39]}…"
        raise Unclear(
            f"`{short}` is a number that readers of YAML understand in different ways.",
            "Write it in quotes, or as a plain whole number.",
        )
    return text


def _date(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        raise Unclear(
            f"`{text}` looks like a date, and there is no such day or time.",
            "Write it as `2027-03-31` or `2027-03-31T18:00:00+01:00`, or in quotes if it is text.",
        ) from None
