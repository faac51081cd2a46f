"""The filter of policies: a part of CEL (the description of `policies.list`, read 2026-11).

Clauses on `setting.type` and `customer` are joined by `&&` and `||`, also in parentheses; `&&` binds closer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from sharedbox_cli.emulator.google.errors import GoogleError, not_allowed, not_modelled

_TOKEN = re.compile(
    r"\s*(?:(?P<matches>setting\.type\.matches\(\s*(?P<a>'[^']*'|\"[^\"]*\")\s*\))"
    r"|(?P<equals>setting\.type\s*==\s*(?P<b>'[^']*'|\"[^\"]*\"))"
    r"|(?P<customer>customer\s*==\s*(?P<c>'[^']*'|\"[^\"]*\"))"
    r"|(?P<mark>&&|\|\||\(|\)))"
)
Test = Callable[[str], bool]
_DEPTH = 10


def read_filter(text: str, customers: Collection[str]) -> Test:
    """Return the test of a type of setting. Raises GoogleError for a filter that is invalid or not modelled."""
    return _Reader(text, customers).read() if text.strip() else lambda _: True


class _Reader:
    def __init__(self, text: str, customers: Collection[str]) -> None:
        self._text, self._customers = text, customers
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        place, end = 0, len(text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise not_modelled(f"the filter {text}")
            kind = next(name for name in ("matches", "equals", "customer", "mark") if match[name] is not None)
            quoted = match["a"] or match["b"] or match["c"] or f"'{match['mark']}'"
            self._tokens.append((kind, quoted[1:-1]))
            place = match.end()

    def read(self) -> Test:
        test = self._either(0)
        if self._at != len(self._tokens):
            raise self._invalid()
        return test

    def _invalid(self) -> GoogleError:
        return GoogleError(400, "Invalid filter.", "badRequest")

    def _took(self, mark: str) -> bool:
        is_it = self._at < len(self._tokens) and self._tokens[self._at] == ("mark", mark)
        self._at += is_it
        return is_it

    def _either(self, depth: int) -> Test:
        tests = [self._both(depth)]
        while self._took("||"):
            tests.append(self._both(depth))
        return lambda kind: any(test(kind) for test in tests)

    def _both(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self._took("&&"):
            tests.append(self._one(depth))
        return lambda kind: all(test(kind) for test in tests)

    def _one(self, depth: int) -> Test:
        if self._took("("):
            if depth >= _DEPTH:
                raise self._invalid()
            test = self._either(depth + 1)
            if not self._took(")"):
                raise self._invalid()
            return test
        if self._at >= len(self._tokens):
            raise self._invalid()
        name, value = self._tokens[self._at]
        self._at += 1
        match name:
            case "matches":
                return self._pattern(value)
            case "equals":
                return lambda kind: kind == value
            case "customer":
                if value.removeprefix("customers/") not in self._customers:
                    raise not_allowed()
                return lambda _: True
            case _:
                raise self._invalid()

    def _pattern(self, value: str) -> Test:
        try:
            pattern = re.compile(value.replace("\\\\", "\\"))
        except re.error as error:
            raise self._invalid() from error
        return lambda kind: pattern.search(kind) is not None
