"""Signatures: plain text or HTML, compared as what people see.

A service stores HTML, and changes it: it drops scripts and styles, and writes attributes in another way. So a text, the
targets of its links and its images count, and how it is formatted does not.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

from sharedbox_cli.core.html_text import visible_lines, visible_text
from sharedbox_cli.core.values import Value

_ELEMENTS = (
    "a abbr address b big blockquote body br caption center code col colgroup dd del div dl dt em figure font h1 h2 h3 "
    "h4 h5 h6 head hr html i img ins li ol p pre q s script small span strike strong style sub sup table tbody td "
    "tfoot th thead title tr tt u ul"
)
_TAG = re.compile(rf"</?(?:{_ELEMENTS.replace(' ', '|')})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_PLAIN = frozenset({"br", "div", "p", "span", "html", "body", "head"})
"""Elements that only divide a text into lines."""
_HARMLESS = frozenset({"dir", "class", "id", "lang"})
_FOLLOWED = re.compile(r"(?:https?|mailto|tel|ftp):", re.IGNORECASE)
"""The links that services keep."""
_SHOWN = re.compile(r"https?:", re.IGNORECASE)
_MOST = 100


def is_html(text: str) -> bool:
    """Return whether a text has elements of HTML. `Anna <anna@contoso.example>` has none."""
    return _TAG.search(text) is not None


def html_of(text: str) -> str:
    """Return a signature as HTML: a plain text keeps its lines."""
    if not text or is_html(text):
        return text
    return f"<div>{'<br>'.join(escape(line, quote=False) for line in text.split(chr(10)))}</div>"


def text_of(html: str) -> str:
    """Return HTML as a spec writes it: as plain text if it has nothing but lines."""
    html = html.replace("\r\n", "\n")
    reader = _read(html)
    plain = visible_text(html) if is_html(html) else visible_text(f"<div>{html}</div>")
    if reader.is_plain and not is_html(plain):
        return plain
    return html if is_html(html) else f"<div>{html}</div>"


def same_signature(desired: Value, observed: Value) -> bool:
    """Return whether people see the same: text, targets of links, images."""
    return _seen(str(desired)) == _seen(str(observed))


def signature_words(value: Value) -> str:
    """Return what people see of a signature on one line, with the targets of its links."""
    text, links, images = _seen(str(value or ""))
    words = " / ".join(line for line in text.split("\n") if line)
    words = words if len(words) <= _MOST else f"{words[:_MOST]}…"
    more = [f"[{target}]" for target in links] + [f"[image {target}]" for target in images]
    return " ".join([words, *more] if words else more) or "none"


def image_problems(text: str) -> list[str]:
    """Return the images of a signature that no reader of a message could load."""
    if not is_html(text):
        return []
    return [source for source in _read(text).sources if not _SHOWN.match(source)]


def _seen(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    if not is_html(text):
        return visible_lines(text), (), ()
    reader = _read(text)
    return visible_text(text), tuple(reader.links), tuple(reader.images)


def _read(text: str) -> _Signature:
    reader = _Signature()
    reader.feed(text)
    reader.close()
    return reader


class _Signature(HTMLParser):
    """Collects the targets of links that are not their own text, and the addresses of images."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.sources: list[str] = []
        self.is_plain = True
        self._target = ""
        self._text = ""

    @property
    def images(self) -> list[str]:
        return [source for source in self.sources if _SHOWN.match(source)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _PLAIN or any(name not in _HARMLESS for name, _ in attrs):
            self.is_plain = False
        values = {name: (value or "").strip() for name, value in attrs}
        if tag == "a":
            self._end_link()
            self._target = values.get("href", "")
        elif tag == "img":
            self.sources.append(values.get("src", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        self._text += data if self._target else ""

    def close(self) -> None:
        super().close()
        self._end_link()

    def _end_link(self) -> None:
        if _FOLLOWED.match(self._target) and _bare(self._target) != _bare(self._text):
            self.links.append(self._target)
        self._target = self._text = ""


def _bare(target: str) -> str:
    """Return a target as people would write it in a text."""
    return _FOLLOWED.sub("", target.strip(), count=1).strip("/").casefold()
