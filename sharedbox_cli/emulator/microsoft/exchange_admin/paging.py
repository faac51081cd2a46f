"""Pages: at most 1,000 rows, and links that work only with the same anchor, for half an hour.

A link names a snapshot on one server. If `broken_paging` is set, no further call reaches that server, as recorded
for an app-only caller, 2026-07.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_parameter, paging_expired
from sharedbox_cli.emulator.tenant import Tenant

MAX_PAGE = 1000
DEFAULT_SIZE = 1000
LIFETIME_SECONDS = 1800.0
MOST_SNAPSHOTS = 64
CUT_BY_DEFAULT = (
    "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items "
    'returned. To return all items, specify "-ResultSize Unlimited".'
)
CUT_BY_SIZE = (
    "There are more results available than are currently displayed. To view them, increase the value for the "
    "ResultSize parameter."
)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    rows: list[Row]
    anchor: str
    command: tuple[str, Any]
    made_at: float


class Pages:
    """The latest snapshots of long responses."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._kept: OrderedDict[str, _Snapshot] = OrderedDict()

    def first(self, request: Request, command: tuple[str, Any], rows: list[Row]) -> tuple[list[Row], str]:
        """Return the first page and the token of its next link, which is empty on the last page."""
        size = page_size(request)
        if len(rows) <= size:
            return rows, ""
        key = uuid.uuid4().hex
        anchor = request.headers.get("x-anchormailbox", "")
        self._kept[key] = _Snapshot(rows, anchor, command, self._tenant.clock.now())
        while len(self._kept) > MOST_SNAPSHOTS:
            self._kept.popitem(last=False)
        return rows[:size], f"{key}.{size}"

    def following(self, request: Request, command: tuple[str, Any], token: str) -> tuple[list[Row], str]:
        """Return the page that a token names, and the next token. Raises CmdletError."""
        key, _, start_text = token.partition(".")
        kept = self._kept.get(key)
        anchor = request.headers.get("x-anchormailbox", "")
        if kept is None or not anchor or anchor != kept.anchor or command != kept.command or not start_text.isdecimal():
            raise paging_expired()
        is_old = self._tenant.clock.now() - kept.made_at > LIFETIME_SECONDS
        if is_old or self._tenant.meta("broken_paging") == "1":
            raise paging_expired()
        start = int(start_text)
        end = start + page_size(request)
        return kept.rows[start:end], f"{key}.{end}" if end < len(kept.rows) else ""


def page_size(request: Request) -> int:
    """Return the maximum number of rows per page: what the caller prefers, up to 1,000."""
    for item in request.headers.get("prefer", "").split(","):
        name, _, value = item.strip().partition("=")
        if name == "odata.maxpagesize" and value.isdecimal():
            return max(1, min(MAX_PAGE, int(value)))
    return MAX_PAGE


def cut(rows: list[Row], size: int | str | None) -> tuple[list[Row], list[str]]:
    """Return the rows within ResultSize, and a warning if it truncated the result. Raises CmdletError."""
    if size == "Unlimited":
        return rows, []
    if size == 0:
        raise bad_parameter("Cannot process argument transformation on parameter 'ResultSize': it is at least 1.")
    most = DEFAULT_SIZE if size is None else int(size)
    if len(rows) <= most:
        return rows, []
    return rows[:most], [CUT_BY_DEFAULT if size is None else CUT_BY_SIZE]


def next_link(request: Request, origin: str, token: str) -> str:
    """Return the absolute link to a page, with the options of the request."""
    options = [(name, value) for name, value in request.query.items() if name != "$skiptoken"]
    query = "&".join(f"{name}={quote(value, safe=',')}" for name, value in [*options, ("$skiptoken", token)])
    return f"{origin}{request.path}?{query}"
