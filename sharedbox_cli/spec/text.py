"""What may stand in a text: nothing invisible, nothing that turns the reading direction."""

from __future__ import annotations

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\u00ad\u180e")
_LINES = frozenset("\u2028\u2029\ufeff")
_PLACEHOLDERS = ("${", "{{", "<%")


def text_problem(text: str) -> str:
    """Return what must not stand in a text of a spec, or nothing."""
    for letter in text:
        code = ord(letter)
        if letter == "\n" or letter == "\t":
            continue
        if unicodedata.category(letter) == "Cc" or letter in _LINES:
            return f"the control character U+{code:04X} must not stand in a spec"
        if letter in _BIDI:
            return f"U+{code:04X} turns the reading direction and must not stand in a spec"
        if 0xD800 <= code <= 0xDFFF or (code & 0xFFFE) == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
            return f"U+{code:04X} is not a character"
    return ""


def text_warning(text: str) -> str:
    """Return what looks like a trick in a name (invisible or look-alike letters), or nothing."""
    hidden = [letter for letter in text if letter in _ZERO_WIDTH]
    if hidden:
        return f"holds the invisible character U+{ord(hidden[0]):04X}"
    for word in text.split():
        scripts = {_script(letter) for letter in word if letter.isalpha()} - {""}
        if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK"}:
            strange = next(letter for letter in word if _script(letter) in ("CYRILLIC", "GREEK"))
            return f"mixes scripts: {word!r} has {unicodedata.name(strange)} (U+{ord(strange):04X})"
    return ""


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def looks_like_placeholder(text: str) -> bool:
    """Return whether a text was meant to be filled in by another tool: what you read is what is applied."""
    return any(mark in text for mark in _PLACEHOLDERS)
