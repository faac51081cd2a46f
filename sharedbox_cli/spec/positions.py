"""YAML with `file:line:column` on every key and value; refuses what YAML would guess at.

The tree is built from the parser's events, with counters while composing, so that an alias bomb or a file
ten thousand levels deep is refused in bounded time and memory.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.place import Place
from sharedbox_cli.spec.text import text_problem

MAX_DEPTH = 20
MAX_ALIASES = 100
MAX_NODES = 50_000
MAX_SCALAR_BYTES = 64 * 1024
MAX_KEY_BYTES = 256
MAX_DIGITS = 4_300

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_DATE = re.compile(r"[0-9]{4,}-[0-9]{2}-[0-9]{2}\Z")
_GUESSED = re.compile(
    r"""(?ix: y|yes|n|no|on|off
      | [-+]?0[0-9_]+ | 0[xob][0-9a-f_]+ | [-+]?[0-9][0-9_]*_[0-9_]*
      | [-+]?[0-9]+(:[0-9]{1,2})+(\.[0-9]*)?
      | [-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(e[-+]?[0-9]+)? | [-+]?\.(inf|nan) | \.nan
    )\Z"""
)


class Refused(Exception):
    """A document that is not read any further."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.summary)


@dataclass(slots=True)
class Document:
    """One YAML document: plain data, and where each part of it stands."""

    data: Any
    place: Place
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def place_of(self, path: Path) -> Place:
        """Return where a value stands, or the nearest thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, self.place)


@dataclass(slots=True)
class _Node:
    kind: str
    place: Place
    value: Any = None
    pairs: list[tuple[_Node, _Node]] = field(default_factory=list)
    items: list[_Node] = field(default_factory=list)
    size: int = 1


def read_documents(text: str, name: str) -> tuple[list[Document], list[Problem]]:
    """Return the documents of a YAML text and what is wrong with it; a broken part ends the reading."""
    problems: list[Problem] = []
    documents: list[Document] = []
    try:
        for root in _compose(text, name, problems):
            document = Document(None, root.place)
            document.data = _plain(root, (), document)
            if document.data is not None:
                documents.append(document)
    except Refused as stop:
        problems.append(stop.problem)
    except yaml.reader.ReaderError as error:
        where = _place_at(text, name, error.position)
        problems.append(Problem(where, "not text", f"A character cannot stand in YAML: U+{error.character:04X}."))
    except yaml.MarkedYAMLError as error:
        problems.append(_syntax(error, name, text))
    return documents, problems


def _syntax(error: yaml.MarkedYAMLError, name: str, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
    why = error.problem or str(error)
    lines = text.splitlines()
    if mark and mark.line < len(lines) and lines[mark.line].lstrip(" ").startswith("\t"):
        return Problem(place, "a tab as indent", "YAML wants spaces at the start of a line.", "Use two spaces.")
    return Problem(place, "not valid YAML", f"{why[:1].upper()}{why[1:]}.")


def _place_at(text: str, name: str, position: int) -> Place:
    before = text[:position]
    return Place(name, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)


def _compose(text: str, name: str, problems: list[Problem]) -> Iterator[_Node]:
    anchors: dict[str, _Node] = {}
    open_anchors: set[str] = set()
    stack: list[tuple[_Node, list[_Node], str | None]] = []
    aliases = nodes = 0
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for event in yaml.parse(text, Loader=loader):
        mark = event.start_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        if isinstance(event, yaml.DocumentStartEvent):
            if event.tags:
                raise Refused(Problem(place, "tags are not read", "A `%TAG` line stands here.", "Leave it out."))
            anchors, open_anchors, aliases, nodes = {}, set(), 0, 0
            continue
        finished: _Node | None = None
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            if event.anchor in open_anchors:
                raise Refused(Problem(place, "an anchor inside itself", f"`*{event.anchor}` stands within it."))
            if event.anchor not in anchors:
                raise Refused(Problem(place, "unknown anchor", f"`*{event.anchor}` has no `&{event.anchor}`."))
            finished = anchors[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            finished = _scalar(event, place, problems)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            _refuse_tag(event, place)
            kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
            stack.append((_Node(kind, place), [], event.anchor))
            if event.anchor:
                open_anchors.add(event.anchor)
            if len(stack) > MAX_DEPTH:
                raise Refused(Problem(place, "too deep", f"At most {MAX_DEPTH} levels are read."))
            continue
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            finished, children, anchor = stack.pop()
            _close(finished, children, problems)
            if anchor:
                open_anchors.discard(anchor)
                anchors[anchor] = finished
        if finished is None:
            continue
        nodes += finished.size if isinstance(event, (yaml.AliasEvent, yaml.ScalarEvent)) else 1
        if nodes > MAX_NODES or aliases > MAX_ALIASES:
            limit = f"At most {MAX_NODES} values and {MAX_ALIASES} aliases are read in a document."
            raise Refused(Problem(place, "too large", limit))
        if isinstance(event, yaml.ScalarEvent) and event.anchor:
            anchors[event.anchor] = finished
        if stack:
            stack[-1][1].append(finished)
        else:
            yield finished


def _refuse_tag(event: Any, place: Place) -> None:
    if event.tag and event.tag != "!":
        raise Refused(Problem(place, "tags are not read", f"`{event.tag}` stands here.", "Write the plain value."))


def _close(node: _Node, children: list[_Node], problems: list[Problem]) -> None:
    node.size = 1 + sum(child.size for child in children)
    if node.kind == "sequence":
        node.items = children
        return
    seen: dict[str, Place] = {}
    for key, value in zip(children[::2], children[1::2], strict=True):
        if key.kind != "scalar" or not isinstance(key.value, str):
            problems.append(Problem(key.place, "not a key", "A key is a plain word.", "Write it in quotes."))
            continue
        if key.value == "<<":
            problems.append(Problem(key.place, "merge keys are not read", "`<<` stands here.", "Use `_defaults.yaml`."))
            continue
        if len(key.value.encode()) > MAX_KEY_BYTES:
            problems.append(Problem(key.place, "key is too long", f"At most {MAX_KEY_BYTES} bytes."))
            continue
        same = unicodedata.normalize("NFC", key.value)
        if same in seen:
            why = f"`{key.value}` stands twice in this mapping."
            problems.append(Problem(key.place, "duplicate key", why, "Keep one of them.", seen[same]))
            continue
        seen[same] = key.place
        node.pairs.append((key, value))


def _scalar(event: Any, place: Place, problems: list[Problem]) -> _Node:
    _refuse_tag(event, place)
    node = _Node("scalar", place)
    text = event.value
    if len(text.encode("utf-8", "surrogatepass")) > MAX_SCALAR_BYTES:
        raise Refused(Problem(place, "value is too long", f"At most {MAX_SCALAR_BYTES} bytes."))
    if bad := text_problem(text):
        problems.append(Problem(place, "a character that must not be here", f"{bad[:1].upper()}{bad[1:]}."))
        node.value = ""
        return node
    node.value = text if event.style else _resolved(text, place, problems)
    return node


def _resolved(text: str, place: Place, problems: list[Problem]) -> Any:
    """Return what a plain scalar means: only what cannot be read in two ways."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if _INTEGER.match(text) and len(text) <= MAX_DIGITS and not text.startswith("+"):
        return int(text)
    if _DATE.match(text):
        return _day(text, place, problems)
    if _GUESSED.match(text):
        why = f"YAML could read `{text[:40]}` in more than one way."
        problems.append(Problem(place, "not clear what is meant", why, f'Write it in quotes: "{text[:40]}".'))
    return text


def _day(text: str, place: Place, problems: list[Problem]) -> Any:
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(Problem(place, "no such day", f"`{text}` is not in the calendar.", "Write YYYY-MM-DD."))
        return text


def _plain(node: _Node, path: Path, document: Document) -> Any:
    document.values[path] = node.place
    if node.kind == "scalar":
        return node.value
    if node.kind == "sequence":
        return [_plain(item, (*path, index), document) for index, item in enumerate(node.items)]
    found = {}
    for key, value in node.pairs:
        document.keys[(*path, key.value)] = key.place
        found[key.value] = _plain(value, (*path, key.value), document)
    return found
