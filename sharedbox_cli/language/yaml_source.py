"""YAML to documents in one pass over the parser's events; refuses what YAML would have to guess.

Values and positions are built while the events come in, with counters, so that an alias bomb or a file ten
thousand levels deep is refused in bounded time and memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.language.document import COLUMN_BITS, Document, Position, Positions, composed, place
from sharedbox_cli.language.scalars import FIRST_CHARACTERS, Unclear, plain_value
from sharedbox_cli.language.syntax import NO_TEMPLATE, syntax_problem
from sharedbox_cli.language.text import is_plain_ascii, text_problem

try:
    from yaml import CSafeLoader as Parser
except ImportError:  # PyYAML without libyaml: slower, with the same result
    from yaml import SafeLoader as Parser  # type: ignore[assignment]

MAX_DEPTH = 20
MAX_ALIASES = 100
MAX_VALUES = 50_000
MAX_SCALAR_BYTES = 64 * 1024
MAX_KEY_BYTES = 256
MAX_REPEATED = 100_000
"""Values that aliases may add to one file, over all its documents."""
_LONG_SCALAR = MAX_SCALAR_BYTES // 4
_LONG_KEY = MAX_KEY_BYTES // 4
"""Characters; up to here, the bytes need not be counted, as UTF-8 has at most 4 per character."""

_Node = tuple[Any, Position]


class Refused(Exception):
    """A file that is not read any further."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.summary)


def read_documents(text: str, name: str) -> tuple[list[Document], list[Problem]]:
    """Return the documents of a YAML text and its problems; a syntax error ends the reading."""
    problems: list[Problem] = []
    documents: list[Document] = []
    try:
        documents.extend(_Reader(text, name, problems).documents())
    except Refused as stop:
        problems.append(stop.problem)
    except yaml.YAMLError as error:
        problems.append(syntax_problem(error, name, text))
    return documents, problems


def nodes_in(text: str) -> Iterator[yaml.Node]:
    """Yield the documents of a text that was read, with positions, by the same parser: others refuse some tabs."""
    return yaml.compose_all(text, Loader=Parser)


class _Anchor:
    """A value that aliases can repeat: how many values it holds, and how deep it is."""

    __slots__ = ("height", "node", "size")

    def __init__(self, node: _Node, size: int = 1, height: int = 0) -> None:
        self.node = node
        self.size = size
        self.height = height


class _Reader:
    """Reads the events of one file; calls itself for nested values, at most `MAX_DEPTH` deep."""

    __slots__ = (
        "_aliases",
        "_anchors",
        "_deepest",
        "_has_nulls",
        "_is_plain",
        "_name",
        "_next",
        "_problems",
        "_repeated",
        "_values",
    )

    def __init__(self, text: str, name: str, problems: list[Problem]) -> None:
        self._next: Callable[[], Any] = Parser(text).get_event
        self._name = name
        self._problems = problems
        self._is_plain = is_plain_ascii(text) and "\\" not in text
        """No scalar can hold a character that is refused, not even by an escape."""
        self._has_nulls = False
        self._anchors: dict[str, _Anchor | None] = {}
        """None: the value is still open, so that an alias would put it inside itself."""
        self._aliases = 0
        self._values = 0
        self._repeated = 0
        self._deepest = 0
        """The deepest level inside the innermost open mapping or list."""

    def documents(self) -> Iterator[Document]:
        """Yield each document that is not empty."""
        while (event := self._next()) is not None:
            if type(event) is not DocumentStartEvent:
                continue
            if event.tags:
                raise self._refused(event, "tags are not read", "This is a `%TAG` line.", "Leave it out.")
            self._anchors = {}
            self._aliases = self._values = self._deepest = 0
            self._has_nulls = False
            data, position = self._node(self._next(), 0)
            if data is not None:
                yield Document(data, ((self._name, position),), self._has_nulls, self._is_plain)

    def _node(self, event: Any, depth: int) -> _Node:
        """Return the value that begins with an event, and its position."""
        if type(event) is not ScalarEvent:
            return self._alias(event, depth) if type(event) is AliasEvent else self._nested(event, depth)
        if event.tag is not None:
            raise self._tag(event)
        text: str = event.value
        self._values += 1
        if self._values > MAX_VALUES or len(text) > _LONG_SCALAR:
            self._check_size(text, event)
        mark: Any = event.start_mark
        position: int = mark.line << COLUMN_BITS | mark.column
        value: Any = text
        if not self._is_plain and (why := text_problem(text)):
            summary = "a character that must not be here"
            self._problems.append(Problem(place(self._name, position), summary, f"{why[:1].upper()}{why[1:]}."))
            value = ""
        elif not event.style and (not text or text[0] in FIRST_CHARACTERS):
            value = self._plain_value(text, position)
        if event.anchor:
            self._anchors[event.anchor] = _Anchor((value, position))
        return value, position

    def _nested(self, event: Any, depth: int) -> _Node:
        if event.tag is not None:
            raise self._tag(event)
        values_before, deepest_before = self._values, self._deepest
        self._count(1, event)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._check_depth(depth + 1, event)
        self._deepest = depth + 1
        node = self._mapping(event, depth + 1) if type(event) is MappingStartEvent else self._list(event, depth + 1)
        if event.anchor:
            self._anchors[event.anchor] = _Anchor(node, self._values - values_before, self._deepest - depth)
        self._deepest = max(self._deepest, deepest_before)
        return node

    def _mapping(self, start: Any, depth: int) -> _Node:
        data: dict[str, Any] = {}
        values: dict[str, Position] = {}
        keys: dict[str, int] = {}
        next_event, node = self._next, self._node
        while type(event := next_event()) is not MappingEndEvent:
            key = self._key(*node(event, depth), keys)
            value, position = node(next_event(), depth)
            if key is not None:
                data[key] = value
                values[key] = position
        return data, Positions(_start(start), values, keys)

    def _list(self, start: Any, depth: int) -> _Node:
        data: list[Any] = []
        values: list[Position] = []
        while type(event := self._next()) is not SequenceEndEvent:
            value, position = self._node(event, depth)
            data.append(value)
            values.append(position)
        return data, Positions(_start(start), values)

    def _key(self, key: Any, position: Position, keys: dict[str, int]) -> str | None:
        """Return a key, its position noted; or nothing after noting what is wrong with it."""
        if not isinstance(key, str):
            where = place(self._name, position)
            if isinstance(key, dict):
                why = "Two braces are a placeholder of a template."
                self._problems.append(Problem(where, "looks like a template", why, NO_TEMPLATE))
            else:
                self._problems.append(Problem(where, "not a key", "A key is a plain word.", "Write it in quotes."))
            return None
        form = key if key.isascii() else composed(key)
        if form in keys or key == "<<" or len(key) > _LONG_KEY:
            problem = self._key_problem(key, place(self._name, position), keys.get(form))
            if problem is not None:
                self._problems.append(problem)
                return None
        keys[form] = position  # type: ignore[assignment]  # a text has a number for its position
        return key

    def _key_problem(self, key: str, where: Place, first: int | None) -> Problem | None:
        if key == "<<":
            return Problem(where, "merge keys are not read", "`<<` is a merge key.", "Use `_defaults.yaml`.")
        if len(key.encode()) > MAX_KEY_BYTES:
            return Problem(where, "key is too long", f"A key has at most {MAX_KEY_BYTES} bytes.")
        if first is None:
            return None
        why = f"`{key}` appears twice in this mapping."
        return Problem(where, "duplicate key", why, "Keep one of them.", place(self._name, first))

    def _plain_value(self, text: str, position: int) -> Any:
        try:
            value = plain_value(text)
        except Unclear as error:
            where = place(self._name, position)
            self._problems.append(Problem(where, error.summary, error.why, error.hint))
            return text
        if value is None:
            self._has_nulls = True
        return value

    def _alias(self, event: Any, depth: int) -> _Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise self._refused(event, "too large", f"A document has at most {MAX_ALIASES} aliases.")
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            if event.anchor in self._anchors:
                raise self._refused(event, "an anchor inside itself", f"`*{event.anchor}` is inside its own value.")
            raise self._refused(event, "unknown anchor", f"`*{event.anchor}` has no `&{event.anchor}`.")
        self._check_depth(depth + anchor.height, event)
        self._deepest = max(self._deepest, depth + anchor.height)
        self._count(anchor.size, event)
        self._repeated += anchor.size
        if self._repeated > MAX_REPEATED:
            raise self._refused(event, "too large", f"Aliases add at most {MAX_REPEATED:,} values to a file.")
        return anchor.node

    def _count(self, more: int, event: Any) -> None:
        self._values += more
        if self._values > MAX_VALUES:
            self._check_size("", event)

    def _check_size(self, text: str, event: Any) -> None:
        if self._values > MAX_VALUES:
            raise self._refused(event, "too large", f"A document has at most {MAX_VALUES:,} values.")
        if len(text.encode("utf-8", "surrogatepass")) > MAX_SCALAR_BYTES:
            raise self._refused(event, "value is too long", f"A value has at most {MAX_SCALAR_BYTES} bytes.")

    def _check_depth(self, depth: int, event: Any) -> None:
        if depth > MAX_DEPTH:
            raise self._refused(event, "too deep", f"Values nest at most {MAX_DEPTH} levels deep.")

    def _tag(self, event: Any) -> Refused:
        return self._refused(event, "tags are not read", f"`{event.tag}` is a tag.", "Write the plain value.")

    def _refused(self, event: Any, summary: str, why: str, hint: str = "") -> Refused:
        return Refused(Problem(place(self._name, _start(event)), summary, why, hint))


def _start(event: Any) -> int:
    mark = event.start_mark
    return int(mark.line << COLUMN_BITS | mark.column)
