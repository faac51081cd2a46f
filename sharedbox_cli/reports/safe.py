"""Names come from strangers: made harmless, one function a format. JSON keeps them as they are."""

from __future__ import annotations

import unicodedata
from html import escape

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HIDDEN = frozenset("\u200b\u2060\ufeff\u00ad\u180e")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CI_COMMANDS = ("::", "##[", "##vso[")


def terminal(text: str) -> str:
    r"""Return text with everything that moves, colours or hides written as `\u{1b}`; newlines stay for us alone."""
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if letter == "\n":
        return letter
    category = unicodedata.category(letter)
    if category in ("Cc", "Cs", "Zl", "Zp", "Co", "Cn") or letter in _BIDI or letter in _HIDDEN:
        return f"\\u{{{ord(letter):x}}}"
    return letter


def one_line(text: str) -> str:
    """Return text for a cell of a table on a terminal: newlines are shown, not obeyed."""
    return terminal(text.replace("\r", "\\u{d}").replace("\n", "\\u{a}"))


def ci_line(text: str) -> str:
    """Return a line that no pipeline takes for a command."""
    return "\n".join(
        f" {line}" if line.lstrip().startswith(_CI_COMMANDS) else line for line in text.split("\n")
    )  # fmt: skip


def csv_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (owasp.org, CSV Injection, read 2026-11)."""
    clean = text.replace("\x00", "")
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def markdown(text: str) -> str:
    """Return text that Markdown shows as it is, in a cell of a table too."""
    clean = one_line(text)
    for letter in "\\`*_{}[]()#+-!|~":
        clean = clean.replace(letter, f"\\{letter}")
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")


def html(text: str) -> str:
    """Return text for HTML, attribute values too."""
    return escape(one_line(text), quote=True)


def xml(text: str) -> str:
    """Return text that is valid in XML 1.0, unescaped: the writer escapes it."""
    return "".join(
        letter if letter in "\t\n\r" or 0x20 <= ord(letter) <= 0xD7FF or 0xE000 <= ord(letter) <= 0xFFFD
        or ord(letter) >= 0x10000 else f"\\u{{{ord(letter):x}}}"
        for letter in text
    )  # fmt: skip
