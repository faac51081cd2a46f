"""The text that people read in a piece of HTML."""

from __future__ import annotations

from html.parser import HTMLParser

_HIDDEN = frozenset({"script", "style", "head", "title"})
_LINES = frozenset({"br", "p", "div", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote"})


def same_text(html: str, plain: str) -> bool:
    """Return whether HTML and a plain text read the same. Spaces and empty lines do not count."""
    return text_of_html(html).split() == plain.split()


def text_of_html(html: str) -> str:
    """Return the text of HTML, with a new line for each block."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._block(tag)
        self._hidden += tag in _HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._block(tag)
        self._hidden -= tag in _HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)

    def _block(self, tag: str) -> None:
        if tag in _LINES:
            self.parts.append("\n")
