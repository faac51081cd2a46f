"""`query` of a list of accounts (developers.google.com/workspace/admin/directory/v1/guides/search-users, read 2026-11).

Clauses are joined by a space, and an account must match each. Other fields and operators are not modelled.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from sharedbox_cli.emulator.google.errors import bad, not_modelled

_CLAUSE = re.compile(r"\s*(?P<name>\w+)\s*(?P<operator>[=:])\s*(?:'(?P<quoted>[^']*)'|(?P<word>[^\s']+))(?=\s|$)")
_FLAGS = {
    "isSuspended": "suspended",
    "isArchived": "archived",
    "isAdmin": "isAdmin",
    "isDelegatedAdmin": "isDelegatedAdmin",
    "isEnrolledIn2Sv": "isEnrolledIn2Sv",
    "isEnforcedIn2Sv": "isEnforcedIn2Sv",
    "isGuest": "isGuestUser",
}
_NAMES = ("givenName", "familyName", "name")
Test = Callable[[sqlite3.Row], bool]


def queried(text: str, rows: Sequence[sqlite3.Row]) -> list[sqlite3.Row]:
    """Return the accounts that match a query, all for an empty one. Raises GoogleError for one that is not modelled."""
    tests: list[Test] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _CLAUSE.match(text, at)
        if match is None:
            raise not_modelled(f"the query {text}")
        value = match["word"] if match["quoted"] is None else match["quoted"]
        tests.append(_test(match["name"], match["operator"], value, text))
        at = match.end()
    return [row for row in rows if all(test(row) for test in tests)]


def _test(name: str, operator: str, value: str, text: str) -> Test:
    if name in _FLAGS:
        if value.lower() not in ("true", "false"):
            raise bad(f"Invalid Input: {name}")
        return lambda row: bool(_doc(row).get(_FLAGS[name])) is (value.lower() == "true")
    if name == "orgUnitPath" and operator == "=":
        below = value.rstrip("/") + "/"
        return lambda row: (_unit(row) + "/").startswith(below)
    if name == "email" or name in _NAMES:
        compare = _comparison(operator, value.lower(), text)
        return lambda row: compare(_name(row, name).lower())
    raise not_modelled(f"the query {text}")


def _comparison(operator: str, value: str, text: str) -> Callable[[str], bool]:
    """Return a comparison: equal, or, with `:` and a star at the end, the beginning."""
    if operator == ":" and value.endswith("*") and "*" not in value[:-1]:
        return lambda have: have.startswith(value[:-1])
    if "*" in value:
        raise not_modelled(f"the query {text}")
    return lambda have: have == value


def _name(row: sqlite3.Row, name: str) -> str:
    names = _doc(row).get("name", {})
    match name:
        case "email":
            return str(row["email"])
        case "name":
            return f"{names.get('givenName', '')} {names.get('familyName', '')}".strip()
        case _:
            return str(names.get(name, ""))


def _doc(row: sqlite3.Row) -> dict[str, Any]:
    doc: dict[str, Any] = json.loads(row["doc"])
    return doc


def _unit(row: sqlite3.Row) -> str:
    return str(_doc(row).get("orgUnitPath", "/")).rstrip("/")
