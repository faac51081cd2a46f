"""The characters that text must not contain, and those that deserve a warning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_NONCHARACTERS = "".join(
    ["\ufdd0-\ufdef", *(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))]
)
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_BREAKS = "\u2028\u2029"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_REFUSED = re.compile(f"\r(?!\n)|[{_CONTROLS}{_BREAKS}{_BIDI}{_NONCHARACTERS}\ufeff\ud800-\udfff]")
_PLAIN_ASCII = bytes([ord("\t"), ord("\n"), *range(0x20, 0x7F)])
_NOT_ON_ONE_LINE = re.compile("[\t\n\r]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2064\u3164\uffa0\U000e0000-\U000e007f]"
)
_WORD = re.compile(r"[^\W\d_]+")
_PLACEHOLDER = re.compile(r"\$\{|\{\{|\{%|<%")
_LOOKALIKE_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
_LIKE_LATIN = frozenset("асеорхуіјѕһԁԛԝӏьАВЕКМНОРСТХУІЈЅоνικαρυτΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")


def is_plain_ascii(text: str) -> bool:
    """Return whether text is printable ASCII with line breaks and tabs: nothing in it is refused."""
    return text.isascii() and not text.replace("\r\n", "\n").encode().translate(None, _PLAIN_ASCII)


def refused_characters(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset of each character that no spec may contain, and what it is."""
    for match in _REFUSED.finditer(text):
        yield match.start(), _words_for(match.group())


def text_problem(text: str) -> str:
    """Return what a text of a spec must not contain, or nothing."""
    return next((what for _, what in refused_characters(text)), "")


def one_line_problem(text: str) -> str:
    """Return why a text is not one clean line, or nothing."""
    match = _NOT_ON_ONE_LINE.search(text)
    if match:
        return f"a {'tab' if match.group() == chr(9) else 'line break'} is not allowed in it"
    if text != text.strip():
        return "the service would remove the spaces at its start or end"
    return "" if text else "an empty text says nothing"


def looks_like_placeholder(text: str) -> bool:
    """Return whether another tool should have filled in a part of a text."""
    return _PLACEHOLDER.search(text) is not None


def text_warnings(text: str) -> Iterator[str]:
    """Yield what a reader cannot see: invisible characters, and letters that look like others."""
    if text.isascii():
        return
    hidden = sorted({code_point(char) for char in _INVISIBLE.findall(text)})
    if hidden:
        yield f"it contains invisible characters: {', '.join(hidden)}"
    for word in _WORD.findall(text):
        found = {script(char) for char in word}
        odd = sorted({code_point(char) for char in word if not char.isascii()})
        if len(found & _LOOKALIKE_SCRIPTS) > 1:
            names = " and ".join(sorted(name.title() for name in found))
            yield f"`{word}` mixes {names} letters: {', '.join(odd)}"
        elif len(word) > 1 and set(word) <= _LIKE_LATIN:
            yield f"`{word}` looks like Latin letters, but is not: {', '.join(odd)}"


def script(char: str) -> str:
    """Return the script of a letter, as the first word of its Unicode name."""
    return unicodedata.name(char, "UNKNOWN").partition(" ")[0]


def code_point(char: str) -> str:
    """Return a character as `U+200B`."""
    return f"U+{ord(char):04X}"


def _words_for(char: str) -> str:
    point = code_point(char)
    if re.fullmatch(f"[{_BIDI}]", char):
        return f"{point} changes the direction in which text is shown"
    if char == "\ufeff":
        return f"{point} is a byte order mark inside the text"
    if char in _BREAKS:
        return f"{point} is a line break for some programs only"
    if char == "\r":
        return f"{point} is a carriage return without a line feed"
    if "\ud800" <= char <= "\udfff":
        return f"{point} is half of a character"
    if re.fullmatch(f"[{_NONCHARACTERS}]", char):
        return f"{point} is not a character"
    return f"{point} is a control character"
