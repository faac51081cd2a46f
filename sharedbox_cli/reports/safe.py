"""Names come from strangers: made harmless, one function a format. JSON keeps them as they are."""

from __future__ import annotations

import re
import unicodedata
from html import escape

_MOVING = ("Cc", "Cs", "Zl", "Zp", "Co", "Cn", "Cf")
"""Controls, surrogates, separators, private and unassigned letters, all formatting (bidi, zero-width, tags)."""
_JOINERS = "\u200c\u200d"
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters by category that no font shows."""
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# `##vso[` counts anywhere in a line, `::` after blanks too: azure-pipelines-agent Command.cs and
# actions/runner ActionCommand.cs, read 2026-11. So neither may stand in a text unbroken.
_HASH_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
_COLON_COMMAND = re.compile(r"^([^\S\n]*)::", re.MULTILINE)


def terminal(text: str) -> str:
    r"""Return text with everything that moves, colours, hides or commands as `\u{1b}`; newlines stay for us alone."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_shown(text, place) for place in range(len(text)))
    return ci_line(text)


def _shown(text: str, place: int) -> str:
    letter = text[place]
    if letter == "\n" or (letter in _JOINERS and _joins(text, place)):
        return letter
    is_hidden = letter in _HIDDEN or "\U000e0100" <= letter <= "\U000e01ef"
    return code(letter) if is_hidden or unicodedata.category(letter) in _MOVING else letter


def _joins(text: str, place: int) -> bool:
    """Return whether a joiner stands between letters outside ASCII, where scripts and emoji need it."""
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return len(around) == 2 and not any(letter.isascii() or letter in _JOINERS for letter in around)


def code(letter: str) -> str:
    r"""Return a letter as `\u{1b}`."""
    return f"\\u{{{ord(letter):x}}}"


def one_line(text: str) -> str:
    """Return text for a cell of a table on a terminal: newlines are shown, not obeyed."""
    return terminal(text.replace("\r", code("\r")).replace("\n", code("\n")))


def ci_line(text: str) -> str:
    """Return text of which no pipeline takes a line, or a part of one, for a command."""
    broken = _HASH_COMMAND.sub(lambda _: "#" + code("#"), text)
    return _COLON_COMMAND.sub(lambda found: f"{found[1]}{code(':')}:", broken)


def csv_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (owasp.org, CSV Injection, read 2026-11)."""
    clean = one_line(text)
    return f"'{clean}" if clean.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\r")) else clean


def json_text(text: str) -> str:
    """Return JSON that says the same, without what a pipeline that prints it takes for a command."""
    return text.replace("##", "\\u0023\\u0023")


_MENTION = re.compile(r"(?<![A-Za-z0-9_.+-])@(?=\w)|#(?=\d)")


def markdown(text: str) -> str:
    """Return text that Markdown shows as it is, in a cell of a table too: no link, picture, mention or formula."""
    clean = one_line(text)
    clean = re.sub(r"[\\`*_{}\[\]()#+!|~$-]|:(?=//)|(?<=www)\.", lambda found: f"\\{found[0]}", clean, flags=re.I)
    clean = clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MENTION.sub(lambda found: f"{found[0]}&#8203;", clean)


def html(text: str) -> str:
    """Return text for HTML, attribute values too."""
    return escape(one_line(text), quote=True)


def xml(text: str) -> str:
    """Return text that is valid in XML 1.0, unescaped: the writer escapes it."""
    return "".join(
        letter
        if letter in "\t\n\r"
        or 0x20 <= ord(letter) <= 0xD7FF
        or 0xE000 <= ord(letter) <= 0xFFFD
        or ord(letter) >= 0x10000
        else code(letter)
        for letter in text
    )
