"""`$filter` on directory objects: the operators of each property, and what needs an advanced query.

learn.microsoft.com/graph/filter-query-parameter and /graph/aad-advanced-queries, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.emulator.microsoft.graph.errors import bad, not_modelled
from sharedbox_cli.emulator.microsoft.graph.properties import spelled

MAX_IN = 15
Item = Mapping[str, Any]
Test = Callable[[Item], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<mark>[(),:])|(?P<word>[A-Za-z_$][\w$/.-]*|[0-9a-fA-F]{8}-[\w-]+|\d+))"
)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TEXT = frozenset({"eq", "in", "ge", "le", "ne", "startswith", "endswith"})
_CHOICE = frozenset({"eq", "in", "ne"})
_ADVANCED = frozenset({"ne", "endswith"})


@dataclass(frozen=True, slots=True)
class Filterable:
    """How a property can be filtered: its type (`text`, `bool`) and operators, or the fields of its items."""

    kind: str = "text"
    operators: frozenset[str] = _TEXT
    fields: Mapping[str, str] | None = None
    """For a collection: field → `text` or `guid`. The field without a name is the item itself."""
    is_advanced: bool = False


TEXT = Filterable()
CHOICE = Filterable(operators=_CHOICE)
BOOL = Filterable("bool", _CHOICE)
ADDRESSES = Filterable(fields={"": "text"})
LICENCES = Filterable(fields={"skuId": "guid"})
PLANS = Filterable(fields={"servicePlanId": "guid", "capabilityStatus": "text", "service": "text"}, is_advanced=True)


def read_filter(
    text: str, known: Mapping[str, Filterable], others: frozenset[str] = frozenset(), *, is_advanced: bool
) -> Test:
    """Return the predicate of a filter. Raises GraphError for one that the service rejects or that is not modelled."""
    return _Reader(text, known, others, is_advanced=is_advanced).read()


def _unsupported(text: str) -> Exception:
    return bad(
        f"Unsupported or invalid query filter clause specified for property: {text}.", "Request_UnsupportedQuery"
    )


def _too_many(count: int) -> Exception:
    text = "Too many child clauses specified in search filter expression containing 'OR' operators:"
    return bad(f"{text} {count}. Max allowed: {MAX_IN}.", "Request_UnsupportedQuery")


class _Reader:
    def __init__(
        self, text: str, known: Mapping[str, Filterable], others: frozenset[str], *, is_advanced: bool
    ) -> None:
        self._text, self._known, self._others, self._is_advanced = text, known, others, is_advanced
        self._variable = ""
        self._collection = ""
        self._at = 0
        self._tokens: list[tuple[str, str]] = []
        place, end = 0, len(text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise self._malformed()
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            place = match.end()

    def _malformed(self) -> Exception:
        return bad(f"Invalid filter clause: {self._text}", "BadRequest")

    def _own(self, name: str) -> tuple[str, Filterable | None]:
        """Return a property as the type spells it, and how it is filtered. Raises GraphError if it is not modelled."""
        own = spelled(name, frozenset(self._known))
        if own is None and not self._variable and (other := spelled(name.partition("/")[0], self._others)) is not None:
            raise not_modelled(f"a filter on {other}")
        return own or name, self._known.get(own or name)

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _next(self, group: str, value: str = "") -> str:
        kind, text = self._peek()
        if kind != group or (value and text.lower() != value):
            raise self._malformed()
        self._at += 1
        return text

    def _took(self, word: str) -> bool:
        group, text = self._peek()
        is_it = group in ("word", "mark") and text.lower() == word
        self._at += is_it
        return is_it

    def read(self) -> Test:
        test = self._either(0)
        if self._at != len(self._tokens):
            raise self._malformed()
        return test

    def _either(self, depth: int) -> Test:
        tests = [self._both(depth)]
        while self._took("or"):
            tests.append(self._both(depth))
        if len(tests) > MAX_IN and not self._is_advanced:
            raise _too_many(len(tests))
        return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)

    def _both(self, depth: int) -> Test:
        tests = [self._single(depth)]
        while self._took("and"):
            tests.append(self._single(depth))
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def _single(self, depth: int) -> Test:
        if depth > MAX_IN:
            raise bad(f"The filter has an excessive height: {depth}.", "Request_UnsupportedQuery")
        if self._took("not"):
            self._require_advanced("not")
            inner = self._single(depth + 1)
            return lambda item: not inner(item)
        if self._took("("):
            test = self._either(depth + 1)
            self._next("mark", ")")
            return test
        name = self._next("word")
        if self._peek() == ("mark", "("):
            return self._function(name)
        return self._comparison(name)

    def _require_advanced(self, what: str) -> None:
        if not self._is_advanced:
            text = f"Operator '{what}' is not supported without ConsistencyLevel: eventual and $count=true."
            raise bad(text, "Request_UnsupportedQuery")

    def _function(self, name: str) -> Test:
        """Read `startsWith(property,'text')` or `collection/any(x:…)`."""
        self._next("mark", "(")
        if name.lower() in ("startswith", "endswith"):
            path = self._next("word")
            self._next("mark", ",")
            wanted = _plain(self._next("text"))
            self._next("mark", ")")
            read, kind = self._operand(path, name.lower())
            if kind != "text":
                raise _unsupported(path)
            is_start = name.lower() == "startswith"
            return lambda item: _text(read(item)).startswith(wanted) if is_start else _text(read(item)).endswith(wanted)
        collection, _, word = name.rpartition("/")
        collection, own = self._own(collection)
        if word.lower() != "any" or own is None or own.fields is None or self._variable:
            raise _unsupported(name)
        if own.is_advanced:
            self._require_advanced(collection)
        self._variable, self._collection = self._next("word"), collection
        self._next("mark", ":")
        inner = self._either(1)
        self._next("mark", ")")
        self._variable = ""
        return lambda item: any(inner({"": one} if isinstance(one, str) else one) for one in item[collection])

    def _operand(self, path: str, operator: str) -> tuple[Callable[[Item], Any], str]:
        """Return a getter of a property, and its type. Raises GraphError if it does not support the operator."""
        if self._variable:
            head, _, name = path.partition("/")
            fields = self._known[self._collection].fields or {}
            if head != self._variable or name not in fields:
                raise _unsupported(path)
            kind = fields[name]
            if operator not in ({"eq", "startswith", "ne", "endswith"} if kind == "text" else {"eq", "ne"}):
                raise _unsupported(path)
        else:
            name, own = self._own(path)
            if own is None or own.fields is not None or operator not in own.operators:
                raise _unsupported(path)
            kind = own.kind
        if operator in _ADVANCED:
            self._require_advanced(operator)
        return lambda item: item.get(name), kind

    def _comparison(self, path: str) -> Test:
        operator = self._next("word").lower()
        if path.endswith("/$count"):
            return self._count(path.removesuffix("/$count"), operator)
        if operator not in {"eq", "ne", "ge", "le", "in"}:
            raise self._malformed()
        read, kind = self._operand(path, operator)
        if operator == "in":
            wanted = self._list(kind)
            return lambda item: _comparable(read(item)) in wanted
        value = self._value(kind)
        compare = _COMPARE[operator]
        return lambda item: compare(_comparable(read(item)), value)

    def _count(self, collection: str, operator: str) -> Test:
        collection, own = self._own(collection)
        if own is None or own.fields is None or operator not in ("eq", "ne") or self._next("word") != "0":
            raise _unsupported(f"{collection}/$count")
        self._require_advanced("$count")
        return lambda item: (not item[collection]) is (operator == "eq")

    def _list(self, kind: str) -> set[str]:
        self._next("mark", "(")
        values = [self._value(kind)]
        while self._took(","):
            values.append(self._value(kind))
        self._next("mark", ")")
        if len(values) > MAX_IN and not self._is_advanced:
            raise _too_many(len(values))
        return set(values)

    def _value(self, kind: str) -> str:
        group, text = self._peek()
        self._at += 1
        if kind == "text" and group == "text":
            return _plain(text)
        if kind == "bool" and text in ("true", "false"):
            return text
        if kind == "guid" and group == "word" and _GUID.fullmatch(text):
            return text.lower()
        raise bad(f"A binary operator with incompatible types was detected: {self._text}", "BadRequest")


_COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda have, wanted: have == wanted,
    "ne": lambda have, wanted: have != wanted,
    "ge": lambda have, wanted: have >= wanted,
    "le": lambda have, wanted: have <= wanted,
}


def _plain(text: str) -> str:
    return text[1:-1].replace("''", "'").lower()


def _text(value: object) -> str:
    return str(value or "").lower()


def _comparable(value: object) -> str:
    return "" if value is None else str(value).lower()
