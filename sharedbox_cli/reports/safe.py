"""Names come from untrusted sources: one function per format escapes them. JSON keeps them unchanged."""

from __future__ import annotations

import re
import shlex
import unicodedata
from html import escape

_MOVING = ("Cc", "Cs", "Zl", "Zp", "Co", "Cn", "Cf")
"""Controls, surrogates, separators, private and unassigned characters, and all formatting (bidi, zero-width, tags)."""
_JOINERS = "\u200c\u200d"
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters of the category letter that no font shows."""
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# `##vso[` works anywhere in a line, and `::` also after blanks: azure-pipelines-agent Command.cs and
# actions/runner ActionCommand.cs, read 2026-11. So both are escaped everywhere.
_HASH_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
_COLON_COMMAND = re.compile(r"^([^\S\n]*)::", re.MULTILINE)


def terminal(text: str) -> str:
    r"""Return text in which everything that moves, colours, hides or commands is `\u{1b}`. Newlines are kept."""
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
    """Return whether a joiner is between characters outside ASCII, where scripts and emoji need it."""
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return len(around) == 2 and not any(letter.isascii() or letter in _JOINERS for letter in around)


def code(letter: str) -> str:
    r"""Return a character as `\u{1b}`."""
    return f"\\u{{{ord(letter):x}}}"


def one_line(text: str) -> str:
    """Return text for a cell of a table on a terminal: newlines are shown as escapes."""
    return terminal(text.replace("\r", code("\r")).replace("\n", code("\n")))


def pasteable(*words: object) -> str:
    """Return a command of sharedbox for a shell: a path or an address in it is one word, whatever it contains."""
    return one_line(shlex.join(("sharedbox", *map(str, words))))


def ci_line(text: str) -> str:
    """Return text in which a pipeline finds no command."""
    broken = _HASH_COMMAND.sub(lambda _: "#" + code("#"), text)
    return _COLON_COMMAND.sub(lambda match: f"{match[1]}{code(':')}:", broken)


def csv_cell(text: str) -> str:
    """Return a cell that a spreadsheet does not evaluate as a formula (owasp.org, CSV Injection, read 2026-11)."""
    clean = one_line(text)
    return f"'{clean}" if clean.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\r")) else clean


def json_text(text: str) -> str:
    """Return the same JSON without text that a pipeline takes for a command when it prints it."""
    return text.replace("##", "\\u0023\\u0023")


_MENTION = re.compile(r"(?<![A-Za-z0-9_.+-])@(?=\w)|#(?=\d)")


def markdown(text: str) -> str:
    """Return text that Markdown shows unchanged, also in a table: no link, picture, mention or formula."""
    clean = one_line(text)
    clean = re.sub(r"[\\`*_{}\[\]()#+!|~$-]|:(?=//)|(?<=www)\.", lambda found: f"\\{found[0]}", clean, flags=re.I)
    clean = clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MENTION.sub(lambda found: f"{found[0]}&#8203;", clean)


def html(text: str) -> str:
    """Return text for HTML, including attribute values."""
    return escape(one_line(text), quote=True)


def xml(text: str) -> str:
    """Return text that is valid in XML 1.0, not escaped: the writer escapes it."""
    return "".join(
        letter
        if letter in "\t\n\r"
        or 0x20 <= ord(letter) <= 0xD7FF
        or 0xE000 <= ord(letter) <= 0xFFFD
        or ord(letter) >= 0x10000
        else code(letter)
        for letter in text
    )
