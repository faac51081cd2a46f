"""An HTML report as a parser of the standard library reads it."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"meta", "input", "rect", "line", "path", "br"})


@dataclass
class Element:
    """One element with its text."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str = "") -> list[Element]:
        """Return the elements inside, in the order of the file."""
        found = []
        for child in self.children:
            if not tag or child.tag == tag:
                found.append(child)
            found += child.all(tag)
        return found

    def one(self, identity: str) -> Element:
        """Return the element with an ID."""
        [found] = [item for item in self.all() if item.attributes.get("id") == identity]
        return found

    def rows(self) -> list[list[str]]:
        """Return the texts of the cells of all rows of bodies of tables inside."""
        bodies = self.all("tbody")
        return [[" ".join(cell.text.split()) for cell in row.children] for body in bodies for row in body.children]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute occurs twice in <{tag}>"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        closed = self._open.pop()
        assert closed.tag == tag, f"<{closed.tag}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def done(self) -> Element:
        self.close()
        assert self._open == [self.root], "every element is closed"
        return self.root


def parsed(text: str) -> Element:
    """Return the file as a tree; text that is not well-formed fails."""
    reader = _Reader()
    reader.feed(text)
    return reader.done()


def data_of(file: Element) -> dict[str, Any]:
    """Return the data in a file."""
    data: dict[str, Any] = json.loads(raw_data(file))
    return data


def raw_data(file: Element) -> bytes:
    """Return the JSON in a file."""
    return gzip.decompress(base64.b64decode(file.one("data").text))
