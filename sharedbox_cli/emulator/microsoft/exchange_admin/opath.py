"""OPATH filters: comparisons of text and booleans, joined by -and, -or, -not and parentheses.

learn.microsoft.com/powershell/exchange/recipient-filters and …/filter-properties, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_parameter

Row = dict[str, Any]
Test = Callable[[Row], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<word>-[a-z]+)\b|(?P<text>'(?:[^']|'')*'|\"[^\"]*\")"
    r"|(?P<constant>\$(?:true|false|null)\b)|(?P<name>\w+))",
    re.IGNORECASE,
)
_DEEPEST = 50
"""Nesting of parentheses and negations (assumed: the vendor publishes no figure)."""
_OPERATORS = frozenset({"eq", "ne", "like", "notlike", "gt", "ge", "lt", "le"})
PROPERTIES = (
    "Name",
    "Alias",
    "DisplayName",
    "PrimarySmtpAddress",
    "UserPrincipalName",
    "EmailAddresses",
    "RecipientType",
    "RecipientTypeDetails",
    "ExternalDirectoryObjectId",
    "ExchangeGuid",
    "Guid",
    "HiddenFromAddressListsEnabled",
    "LitigationHoldEnabled",
    "IsDirSynced",
    "ForwardingSmtpAddress",
    "WindowsEmailAddress",
    "LegacyExchangeDN",
    *(f"CustomAttribute{number}" for number in range(1, 16)),
)
"""The documented properties that a filter can use."""


def matcher(text: str, properties: Iterable[str] = PROPERTIES) -> Test:
    """Return the predicate of a filter. Raises CmdletError."""
    if not text.strip():
        return lambda _: True
    return _Reader(text, {name.lower(): name for name in properties}).read()


class _Reader:
    def __init__(self, text: str, known: dict[str, str]) -> None:
        self._text = text
        self._known = known
        self._tokens: list[tuple[str, str]] = []
        self._at = self._depth = 0
        place, end = 0, len(text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise self._wrong()
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            place = match.end()

    def _wrong(self) -> Exception:
        return bad_parameter(f"Invalid filter syntax: {self._text}")

    def _next(self, group: str = "") -> str:
        if self._at >= len(self._tokens) or (group and self._tokens[self._at][0] != group):
            raise self._wrong()
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _is_word(self, word: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at][1].lower() == f"-{word}":
            self._at += 1
            return True
        return False

    def read(self) -> Test:
        test = self._either()
        if self._at != len(self._tokens):
            raise self._wrong()
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._is_word("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._single()]
        while self._is_word("and"):
            tests.append(self._single())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _single(self) -> Test:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._wrong()
        test = self._part()
        self._depth -= 1
        return test

    def _part(self) -> Test:
        if self._is_word("not"):
            inner = self._single()
            return lambda row: not inner(row)
        if self._at < len(self._tokens) and self._tokens[self._at][0] == "open":
            self._at += 1
            test = self._either()
            self._next("close")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        named = self._next("name")
        name = self._known.get(named.lower())
        if name is None:
            raise bad_parameter(f"'{named}' is not a recognized filterable property. Filter: {self._text}")
        operator = self._next("word").lower().removeprefix("-")
        if operator not in _OPERATORS or self._at >= len(self._tokens):
            raise self._wrong()
        group, value = self._tokens[self._at]
        self._at += 1
        if group == "constant":
            wanted = {"$true": "true", "$false": "false", "$null": ""}[value.lower()]
        elif group == "text":
            wanted = value[1:-1].replace("''", "'").lower() if value[0] == "'" else value[1:-1].lower()
        else:
            raise self._wrong()
        if operator in ("like", "notlike"):
            pattern = re.compile(re.escape(wanted).replace(r"\*", ".*"), re.DOTALL)
            return _of(name, operator, lambda have: pattern.fullmatch(have) is not None)
        return _of(name, operator, _COMPARE[operator](wanted))


_COMPARE: dict[str, Callable[[str], Callable[[str], bool]]] = {
    "eq": lambda wanted: lambda have: have == wanted,
    "ne": lambda wanted: lambda have: have == wanted,
    "gt": lambda wanted: lambda have: have > wanted,
    "ge": lambda wanted: lambda have: have >= wanted,
    "lt": lambda wanted: lambda have: have < wanted,
    "le": lambda wanted: lambda have: have <= wanted,
}


def _of(name: str, operator: str, holds: Callable[[str], bool]) -> Test:
    """Return the predicate of a property. One of several values is enough; for a negation, none may match."""
    is_negation = operator in ("ne", "notlike")

    def test(row: Row) -> bool:
        value = row.get(name)
        values = value if isinstance(value, list) else [value]
        return any(holds(_comparable(item)) for item in values or [None]) is not is_negation

    return test


def _comparable(value: Any) -> str:
    return "" if value is None else str(value).lower()
