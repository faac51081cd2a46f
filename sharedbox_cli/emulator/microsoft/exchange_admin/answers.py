"""Rows in a response: sidecar keys for typed properties, and `$select`.

As captured (2024-05 and 2026-07): booleans and texts have no sidecar, and lists only `@odata.type`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_request
from sharedbox_cli.emulator.microsoft.exchange_admin.forms import is_guid

_OPTIONS = frozenset({"$select", "$skiptoken"})
_DATE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+Z]")
_SIZE = re.compile(r"[\d.]+ (?:B|KB|MB|GB) \([\d,]+ bytes\)")


def selected(request: Request) -> list[str]:
    """Return the requested properties. Raises CmdletError for another query option, or for a duplicate one."""
    options: dict[str, str] = {}
    for name, value in parse_qsl(request.query_text, keep_blank_values=True):
        if name not in _OPTIONS:
            raise bad_request(f"The query parameter '{name}' is not supported.")
        if name in options:
            raise bad_request(f"The query parameter '{name}' is specified more than once.")
        options[name] = value
    return [name for name in options.get("$select", "").split(",") if name]


def decorated(rows: Iterable[Row], select: list[str]) -> list[Row]:
    """Return rows as they are sent. A selected property that does not exist is omitted."""
    wanted = {name.lower() for name in select}
    return [_decorated(row, wanted) for row in rows]


def _decorated(row: Row, wanted: set[str]) -> Row:
    selected: Row = {}
    for name, value in row.items():
        if wanted and name.lower() not in wanted:
            continue
        if isinstance(value, list):
            selected[f"{name}@odata.type"] = "#Collection(String)"
        elif isinstance(value, int) and not isinstance(value, bool):
            selected[f"{name}@data.type"] = "System.Int32" if value < 2**31 else "System.UInt64"
        elif isinstance(value, str) and (kind := _kind_of(value)):
            selected[f"{name}@data.type"] = kind
        selected[name] = value
    return selected


def _kind_of(value: str) -> str:
    if len(value) == 36 and is_guid(value):
        return "System.Guid"
    if value[:1].isdecimal() and _DATE.match(value):
        return "System.DateTime"
    if value == "Unlimited" or (value.endswith("bytes)") and _SIZE.fullmatch(value)):
        return "Microsoft.Exchange.Data.Unlimited`1[[Microsoft.Exchange.Data.ByteQuantifiedSize]]"
    return ""
