"""The mailbox usage report: a redirect to a CSV file that is one or two days old.

learn.microsoft.com/graph/api/reportroot-getmailboxusagedetail, read 2026-11. Assumed: the URL of the CSV file
is valid for five minutes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
import uuid
from datetime import UTC, datetime, timedelta

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad
from sharedbox_cli.emulator.microsoft.graph.query import GRAPH_HOSTS, NONE, options_of
from sharedbox_cli.emulator.microsoft.licensing import plans_in_force
from sharedbox_cli.emulator.microsoft.origin import origin_of
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import ServiceContext

COLUMNS = (
    "Report Refresh Date",
    "User Principal Name",
    "Display Name",
    "Is Deleted",
    "Deleted Date",
    "Created Date",
    "Last Activity Date",
    "Item Count",
    "Storage Used (Byte)",
    "Issue Warning Quota (Byte)",
    "Prohibit Send Quota (Byte)",
    "Prohibit Send/Receive Quota (Byte)",
    "Deleted Item Count",
    "Deleted Item Size (Byte)",
    "Deleted Item Quota (Byte)",
    "Has Archive",
    "Recipient Type",
    "Report Period",
)
PERIODS = ("D7", "D30", "D90", "D180")
GIB = 1024**3
LIMIT, WINDOW_SECONDS = 14, 600.0
LINK_SECONDS = 300.0
_PLAN_TWO = "efb87545-963c-4e0d-99df-69c6916d9eb0"
_NO_ARCHIVE = "00000000-0000-0000-0000-000000000000"


DOWNLOAD_HOST = "reports.office.com"
DOWNLOADS = "/data/download"
"""Where the report is: on a different host from Graph, so that clients do not send their token there."""


class ReportRoutes:
    """Reports and their settings."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._asked: list[float] = []
        self._links: dict[str, tuple[str, float]] = {}

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return (
            Route(
                "GET",
                "/v1.0/reports/getMailboxUsageDetail(period={period})",
                self._usage,
                "reports.getMailboxUsageDetail",
            ),
            Route("GET", f"{DOWNLOADS}/{{key}}", self._download, "reports.download"),
            Route("GET", "/v1.0/admin/reportSettings", self._settings, "reports.settings"),
        )

    def _usage(self, request: Request, captured: dict[str, str]) -> Response:
        options_of(request, NONE)
        period = captured["period"]
        if period not in {f"'{one}'" for one in PERIODS}:
            raise bad(f"Invalid period value '{period}'. Supported: {', '.join(PERIODS)}.", "InvalidRequest")
        now = self._context.clock.now()
        self._asked = [at for at in self._asked if now - at < WINDOW_SECONDS]
        if len(self._asked) >= LIMIT:
            wait = str(int(self._asked[0] + WINDOW_SECONDS - now) + 1)
            raise GraphError(429, "TooManyRequests", "Too many requests.", {"Retry-After": wait})
        self._asked.append(now)
        key = uuid.uuid4().hex
        self._links = {one: link for one, link in self._links.items() if link[1] > now}
        self._links[key] = (period.strip("'").removeprefix("D"), now + LINK_SECONDS)
        origin = origin_of(request, self._context, GRAPH_HOSTS)
        at = origin if origin == self._context.origin else f"https://{DOWNLOAD_HOST}"
        return Response(302, b"", {"Location": f"{at}{DOWNLOADS}/{key}"})

    def _settings(self, request: Request, captured: dict[str, str]) -> Response:
        options_of(request, NONE)
        context = f"{origin_of(request, self._context, GRAPH_HOSTS)}/v1.0/$metadata#admin/reportSettings/$entity"
        return json_response(200, {"@odata.context": context, "displayConcealedNames": self._is_concealed})

    @property
    def _is_concealed(self) -> bool:
        return self._context.tenant.meta("concealed_reports") == "1"

    def _download(self, request: Request, captured: dict[str, str]) -> Response:
        if "authorization" in request.headers:
            return Response(400)  # the URL is pre-authenticated; a token must never be sent to it
        period, until = self._links.get(captured["key"], ("", 0.0))
        if until <= self._context.clock.now():
            return Response(403)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        in_force = plans_in_force(self._context.tenant)
        for row in self._context.tenant.rows(
            "select o.upn, o.name, o.deleted_at, m.* from mailboxes m join objects o on o.id = m.id"
        ):
            writer.writerow(self._line(row, period, is_large=_PLAN_TWO in in_force.get(row["id"], ())))
        body = b"\xef\xbb\xbf" + text.getvalue().encode()
        return Response(200, body, {"Content-Type": "application/octet-stream"})

    def _line(self, row: sqlite3.Row, period: str, *, is_large: bool) -> list[object]:
        """Return one mailbox. A deleted mailbox remains in the list, without quotas."""
        refreshed = (self._context.clock.moment() - timedelta(days=1)).date().isoformat()
        upn, name = row["upn"], row["name"]
        if self._is_concealed:
            upn, name = (hashlib.md5(item.encode()).hexdigest().upper() for item in (upn, name))  # noqa: S324
        deleted = row["deleted_at"]
        day = "" if deleted is None else datetime.fromtimestamp(deleted, UTC).date().isoformat()
        most = (100 if is_large else 50) * GIB
        quotas: list[object] = [most * 98 // 100, most * 99 // 100, most] if deleted is None else ["", "", ""]
        has_archive = json.loads(row["doc"]).get("ArchiveGuid", _NO_ARCHIVE) != _NO_ARCHIVE
        return [
            refreshed,
            upn,
            name,
            str(deleted is not None),
            day,
            "2024-01-02",
            refreshed,
            row["items"],
            row["used_bytes"],
            *quotas,
            0,
            0,
            30 * GIB if deleted is None else "",
            str(has_archive),
            "Shared" if row["type"] == "SharedMailbox" else "User",
            period,
        ]
