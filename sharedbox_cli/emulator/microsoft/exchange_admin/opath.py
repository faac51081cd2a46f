"""The part of OPATH filters that is modelled: comparisons joined by -and or -or, no nesting."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_parameter

Test = Callable[[dict[str, Any]], bool]
_CLAUSE = re.compile(r"\(?\s*(\w+)\s+-(eq|ne|like|ge|gt|lt|le)\s+'((?:[^']|'')*)'\s*\)?\Z", re.IGNORECASE)
_KNOWN = {
    name.lower(): name
    for name in ("Name", "Alias", "DisplayName", "PrimarySmtpAddress", "UserPrincipalName", "EmailAddresses",
                 "RecipientTypeDetails", "ExternalDirectoryObjectId")
}  # fmt: skip


def matcher(text: str) -> Test:
    """Return the test of a filter. Raises CmdletError."""
    if not text.strip():
        return lambda _: True
    is_or = re.search(r"\s-or\s", text, re.IGNORECASE) is not None
    if is_or and re.search(r"\s-and\s", text, re.IGNORECASE):
        raise bad_parameter("The emulator models -and or -or in a filter, not both.")
    tests = [_clause(part.strip()) for part in re.split(r"\s-(?:and|or)\s", text, flags=re.IGNORECASE)]
    if is_or:
        return lambda row: any(test(row) for test in tests)
    return lambda row: all(test(row) for test in tests)


def _clause(text: str) -> Test:
    found = _CLAUSE.match(text)
    name = _KNOWN.get(found[1].lower()) if found else None
    if not found or name is None:
        raise bad_parameter(f"Invalid filter syntax. For a description of the filter parameter syntax: {text}")
    operator, wanted = found[2].lower(), found[3].replace("''", "'").lower()
    return lambda row: _holds(operator, row.get(name), wanted)


def _holds(operator: str, value: Any, wanted: str) -> bool:
    if isinstance(value, list):
        return any(_holds(operator, item, wanted) for item in value)
    have = str(value or "").lower()
    match operator:
        case "eq":
            return have == wanted
        case "ne":
            return have != wanted
        case "like":
            return re.fullmatch(re.escape(wanted).replace(r"\*", ".*"), have) is not None
        case "ge":
            return have >= wanted
        case "gt":
            return have > wanted
        case "le":
            return have <= wanted
        case _:
            return have < wanted
