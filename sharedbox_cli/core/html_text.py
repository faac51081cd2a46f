"""The text that people read in a piece of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from sharedbox_cli.core.values import Value

_SPACES = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = frozenset({"script", "style", "head", "title"})
_LINES = frozenset({"br", "p", "div", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote"})


def visible_text(html: str) -> str:
    """Return what people see of a text that is HTML or plain: its lines, without spaces around them.

    Several empty lines are one. Nothing else changes in a plain text.
    """
    if "<" not in html:
        return visible_lines(html)
    return _tidy(_lines_of(html))


def visible_lines(text: str) -> str:
    """Return a plain text as `visible_text` returns it once it is HTML."""
    return _tidy(text.split("\n"))


def same_lines(desired: Value, observed: Value) -> bool:
    """Return whether two plain texts have the same lines; spaces and empty lines count as one."""
    return visible_lines(str(desired)) == visible_lines(str(observed))


def _lines_of(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.lines


def _tidy(lines: list[str]) -> str:
    """Return lines with single spaces in them, and without empty lines at the ends or next to each other."""
    kept: list[str] = []
    for line in (" ".join(line.split()) for line in lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


class _Reader(HTMLParser):
    """Collects lines: a block is on its own lines, a `br` ends one, and other line ends are spaces."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [""]
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag == "br":
            self.lines.append("")
        else:
            self._block(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.lines.append("")
        else:
            self._block(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        self._block(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.lines[-1] += _SPACES.sub(" ", data)

    def _block(self, tag: str) -> None:
        if tag in _LINES and tag != "br" and self.lines[-1].strip(" "):
            self.lines.append("")
