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
from sharedbox_cli.core.location import Place
from sharedbox_cli.language.text import text_problem

MAX_DEPTH = 20
MAX_ALIASES = 100
MAX_NODES = 50_000
MAX_SCALAR_BYTES = 64 * 1024
MAX_KEY_BYTES = 256
MAX_DIGITS = 18
"""Of a whole number without quotes: more would be an address, a date or an attack."""
MAX_REPEATED = 100_000
"""Values that aliases may add to one file, over all its documents."""

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_DATE = re.compile(r"[0-9]{4,}-[0-9]{2}-[0-9]{2}\Z")
_TEMPLATE = re.compile(r"\{\{|\{%")
_NO_TEMPLATE = "What you read is what is applied: write the value itself."
_GUESSED = re.compile(
    r"""(?ix: y|yes|n|no|on|off
      | [-+]?0[0-9_]+ | 0[xob][0-9a-f_]+ | [-+]?[0-9][0-9_]*
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
    height: int = 0


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
    except yaml.YAMLError as error:
        problems.append(_syntax(error, name, text))
    return documents, problems


def _syntax(error: yaml.YAMLError, name: str, text: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
    why = getattr(error, "problem", None) or str(error)
    lines = text.split("\n")
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if line.lstrip(" ").startswith("\t"):
        return Problem(place, "a tab as indent", "YAML wants spaces at the start of a line.", "Use two spaces.")
    if _TEMPLATE.search(line):
        return Problem(place, "looks like a template", f"`{line.strip()[:60]}` was to be filled in.", _NO_TEMPLATE)
    hint = "Write the value in quotes." if re.search(r":\s+[@`%]|: .*: ", line) else ""
    return Problem(place, "not valid YAML", f"{why[:1].upper()}{why[1:]}.", hint)


@dataclass(slots=True)
class _Composer:
    """The nodes that are open while events come in, and the counters that bound them."""

    name: str
    problems: list[Problem]
    anchors: dict[str, _Node | None] = field(default_factory=dict)
    """None: open, so that an alias to it would stand inside itself."""
    stack: list[tuple[_Node, list[_Node], str | None]] = field(default_factory=list)
    aliases: int = 0
    nodes: int = 0
    repeated: int = 0

    def start(self, event: Any, place: Place) -> None:
        if event.tags:
            raise Refused(Problem(place, "tags are not read", "A `%TAG` line stands here.", "Leave it out."))
        self.anchors, self.aliases, self.nodes = {}, 0, 0

    def take(self, event: Any, place: Place) -> _Node | None:
        """Return the node that an event finishes, or nothing while one is open."""
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place)
        if isinstance(event, yaml.ScalarEvent):
            self._count(1, place)
            node = _scalar(event, place, self.problems)
            if event.anchor:
                self.anchors[event.anchor] = node
            return node
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            _refuse_tag(event, place)
            self._count(1, place)
            kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
            self.stack.append((_Node(kind, place), [], event.anchor))
            if event.anchor:
                self.anchors[event.anchor] = None
            self._check_depth(0, place)
            return None
        node, children, anchor = self.stack.pop()
        _close(node, children, self.problems)
        if anchor:
            self.anchors[anchor] = node
        return node

    def _alias(self, event: Any, place: Place) -> _Node:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise Refused(Problem(place, "too large", f"At most {MAX_ALIASES} aliases are read in a document."))
        node = self.anchors.get(event.anchor)
        if node is None:
            is_open = event.anchor in self.anchors
            summary = "an anchor inside itself" if is_open else "unknown anchor"
            why = f"`*{event.anchor}` stands within it." if is_open else f"`*{event.anchor}` has no `&{event.anchor}`."
            raise Refused(Problem(place, summary, why))
        self._check_depth(node.height, place)
        self._count(node.size, place)
        self.repeated += node.size
        if self.repeated > MAX_REPEATED:
            raise Refused(Problem(place, "too large", f"Aliases may add {MAX_REPEATED:,} values to a file."))
        return node

    def _check_depth(self, more: int, place: Place) -> None:
        if len(self.stack) + more > MAX_DEPTH:
            raise Refused(Problem(place, "too deep", f"At most {MAX_DEPTH} levels are read."))

    def _count(self, more: int, place: Place) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            raise Refused(Problem(place, "too large", f"At most {MAX_NODES:,} values are read in a document."))


_DOCUMENT_ENDS = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent)


def _compose(text: str, name: str, problems: list[Problem]) -> Iterator[_Node]:
    composer = _Composer(name, problems)
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, _DOCUMENT_ENDS):
            continue
        mark = event.start_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        if isinstance(event, yaml.DocumentStartEvent):
            composer.start(event, place)
            continue
        finished = composer.take(event, place)
        if finished is None:
            continue
        if composer.stack:
            composer.stack[-1][1].append(finished)
        else:
            yield finished


def _refuse_tag(event: Any, place: Place) -> None:
    if event.tag is not None:
        raise Refused(Problem(place, "tags are not read", f"`{event.tag}` stands here.", "Write the plain value."))


def _close(node: _Node, children: list[_Node], problems: list[Problem]) -> None:
    node.size = 1 + sum(child.size for child in children)
    node.height = 1 + max((child.height for child in children), default=0)
    if node.kind == "sequence":
        node.items = children
        return
    seen: dict[str, Place] = {}
    for key, value in zip(children[::2], children[1::2], strict=True):
        if key.kind == "mapping":
            why = "Two braces look like a template that was to be filled in."
            problems.append(Problem(key.place, "looks like a template", why, _NO_TEMPLATE))
            continue
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
        short = text if len(text) <= 40 else f"{text[:39]}…"
        why = f"YAML could read `{short}` in more than one way."
        hint = f'Write it in quotes: "{short}".'
        if text[:1].isalpha():
            hint = f'Write `true` or `false`, or, where text is meant, in quotes: "{text}".'
        problems.append(Problem(place, "not clear what is meant", why, hint))
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
