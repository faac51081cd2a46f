"""Query options of directory lists: `$select`, `$top`, `$filter`, `$skiptoken`, `$count`.

Limits and messages: learn.microsoft.com/graph/query-parameters and /graph/aad-advanced-queries, read 2026-11.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.graph.errors import bad

MAX_PAGE = 999
DEFAULT_PAGE = 100
MAX_IN = 15

Test = Callable[[dict[str, Any]], bool]
_CLAUSE = re.compile(r"(?P<name>\w+) (?P<op>eq|in|ge|le|ne) (?P<value>\(.*\)|'(?:[^']|'')*'|true|false)\Z")
_ANY = re.compile(r"proxyAddresses/any\((\w+):\1 eq '((?:[^']|'')*)'\)\Z")
_STARTS = re.compile(r"startsWith\((\w+),\s*'((?:[^']|'')*)'\)\Z", re.IGNORECASE)
_TEXT = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class Query:
    """What a list was asked for."""

    select: tuple[str, ...]
    top: int
    skip: int
    test: Test
    wants_count: bool


def read_query(request: Request, known: frozenset[str], default: tuple[str, ...], filterable: frozenset[str]) -> Query:
    """Return the options of a list. Raises GraphError for what the service refuses."""
    options = request.query
    for name in options:
        if name.lower() not in ("$select", "$top", "$filter", "$skiptoken", "$count"):
            raise bad(f"Query option '{name}' is not allowed. To allow it, set the 'AllowedQueryOptions' property.")
    select = tuple(item.strip() for item in options.get("$select", "").split(",") if item.strip()) or default
    for name in select:
        if name not in known:
            raise bad(f"Could not find a property named '{name}' on type 'microsoft.graph.directoryObject'.")
    top = options.get("$top", str(DEFAULT_PAGE))
    if not top.isdecimal() or not 1 <= int(top) <= MAX_PAGE:
        raise bad(f"Invalid page size specified: '{top}'. Must be between 1 and {MAX_PAGE} inclusive.")
    is_advanced = request.headers.get("consistencylevel", "").lower() == "eventual" and "$count" in options
    test = _filter(options.get("$filter", ""), filterable, is_advanced=is_advanced)
    return Query(select, int(top), _skip(options.get("$skiptoken", "")), test, options.get("$count") == "true")


def skip_token(position: int) -> str:
    """Return an opaque token for the item at which a page starts."""
    return base64.urlsafe_b64encode(f"p{position}".encode()).decode()


def _skip(token: str) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("p"))
    except ValueError as error:
        raise bad("The skip token is invalid.", "Directory_ExpiredPageToken") from error


def _filter(text: str, filterable: frozenset[str], *, is_advanced: bool) -> Test:
    if not text:
        return lambda _: True
    clauses = re.split(r" (?:and|or) ", text)
    tests = [_clause(clause.strip(), filterable, is_advanced=is_advanced) for clause in clauses]
    if " or " in text:
        if len(tests) > MAX_IN:
            raise _too_many(len(tests))
        return lambda item: any(test(item) for test in tests)
    return lambda item: all(test(item) for test in tests)


def _too_many(count: int) -> Exception:
    text = "Too many child clauses specified in search filter expression containing 'OR' operators:"
    return bad(f"{text} {count}. Max allowed: {MAX_IN}.", "Request_UnsupportedQuery")


def _clause(text: str, filterable: frozenset[str], *, is_advanced: bool) -> Test:
    if found := _ANY.match(text):
        wanted = found[2].replace("''", "'").lower()
        return lambda item: any(one.lower() == wanted for one in item["proxyAddresses"])
    if found := _STARTS.match(text):
        name, start = found[1], found[2].replace("''", "'").lower()
        return lambda item: str(item.get(name) or "").lower().startswith(start)
    found = _CLAUSE.match(text)
    if not found or found["name"] not in filterable:
        raise bad(
            f"Unsupported or invalid query filter clause specified for property: {text}.",
            "Request_UnsupportedQuery",
        )
    if found["op"] == "ne" and not is_advanced:
        raise bad(
            "The specified filter needs ConsistencyLevel: eventual and $count=true.",
            "Request_UnsupportedQuery",
        )
    name = found["name"]
    if found["value"] in ("true", "false"):
        wanted = found["value"] == "true"
        return lambda item: (item[name] is wanted) is (found["op"] != "ne")
    values = {value.replace("''", "'").lower() for value in _TEXT.findall(found["value"])}
    if found["op"] == "in" and len(values) > MAX_IN and not is_advanced:
        raise _too_many(len(values))
    return lambda item: (str(item.get(name) or "").lower() in values) is (found["op"] != "ne")
