"""The mailbox usage report: a redirect to a CSV that is a day or two old.

learn.microsoft.com/graph/api/reportroot-getmailboxusagedetail, read 2026-11.
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph.errors import bad, envelope
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import World

COLUMNS = (
    "Report Refresh Date", "User Principal Name", "Display Name", "Is Deleted", "Deleted Date", "Created Date",
    "Last Activity Date", "Item Count", "Storage Used (Byte)", "Issue Warning Quota (Byte)",
    "Prohibit Send Quota (Byte)", "Prohibit Send/Receive Quota (Byte)", "Deleted Item Count",
    "Deleted Item Size (Byte)", "Deleted Item Quota (Byte)", "Has Archive", "Recipient Type", "Report Period",
)  # fmt: skip
PERIODS = ("D7", "D30", "D90", "D180")
GIB = 1024**3
LIMIT, WINDOW_SECONDS = 14, 600.0


class ReportRoutes:
    """Reports and their settings."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._asked: list[float] = []

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return (
            Route(
                "GET", "/v1.0/reports/getMailboxUsageDetail(period={period})", self._usage,
                "reports.getMailboxUsageDetail",
            ),
            Route("GET", "/reports-data/{key}", self._download, "reports.download"),
            Route("GET", "/v1.0/admin/reportSettings", self._settings, "reports.settings"),
        )  # fmt: skip

    def _usage(self, request: Request, captured: dict[str, str]) -> Response:
        period = captured["period"].strip("'")
        if period not in PERIODS:
            raise bad(f"Invalid period value '{period}'. Supported: {', '.join(PERIODS)}.", "InvalidRequest")
        now = self._world.clock.now()
        self._asked = [at for at in self._asked if now - at < WINDOW_SECONDS]
        if len(self._asked) >= LIMIT:
            answer = envelope(429, "TooManyRequests", "Too many requests.")
            answer.headers["Retry-After"] = str(int(self._asked[0] + WINDOW_SECONDS - now) + 1)
            return answer
        self._asked.append(now)
        return Response(302, b"", {"Location": f"{self._world.origin}/reports-data/{period}"})

    def _settings(self, request: Request, captured: dict[str, str]) -> Response:
        return json_response(200, {"displayConcealedNames": self._is_concealed})

    @property
    def _is_concealed(self) -> bool:
        return self._world.tenant.meta("concealed_reports") == "1"

    def _download(self, request: Request, captured: dict[str, str]) -> Response:
        if "authorization" in request.headers:
            return Response(400)  # the address is pre-authenticated; a token must never reach it
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        refreshed = (self._world.clock.moment() - timedelta(days=1)).date().isoformat()
        rows = self._world.tenant.rows(
            "select o.upn, o.name, m.* from mailboxes m join objects o on o.id = m.id where o.deleted_at is null"
        )
        for row in rows:
            upn, name = row["upn"], row["name"]
            if self._is_concealed:
                upn, name = (hashlib.md5(item.encode()).hexdigest().upper() for item in (upn, name))  # noqa: S324
            shared = row["type"] == "SharedMailbox"
            writer.writerow([
                refreshed, upn, name, "False", "", "2024-01-02", refreshed, row["items"], row["used_bytes"],
                49 * GIB, int(49.5 * GIB), 50 * GIB, 0, 0, 30 * GIB, "False", "Shared" if shared else "User",
                captured["key"].removeprefix("D"),
            ])  # fmt: skip
        body = b"\xef\xbb\xbf" + text.getvalue().encode()
        return Response(200, body, {"Content-Type": "application/octet-stream"})
