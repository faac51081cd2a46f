"""How much storage each account uses, and all of them, from daily reports.

developers.google.com/workspace/admin/reports/v1/guides/manage-usage-users, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sharedbox_cli.core.errors import ObserveError, Refused, SharedboxError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.forms import Row, number_of, object_in, rows_in, text_of, understood
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.scopes import REPORTS

MIB = 1024**2
_NEWEST_DAYS, _OLDEST_DAYS = 2, 7
"""Usage reports are one to three days late; older ones are not used."""
_USERS = "reports.userUsageReport.get"


@dataclass(frozen=True, slots=True)
class UsageRow:
    """How much one account uses, in MiB, or why this is not known."""

    address: Address | None
    used: int | None = None
    error: ObserveError | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What the reports say about each account and about all, and what could not be read of them."""

    by_account: Mapping[Address, dict[Fact, Value]] = field(default_factory=dict)
    pool: Mapping[Fact, Value] = field(default_factory=dict)
    failed: tuple[tuple[Address | None, ObserveError], ...] = ()
    """Rows in an unknown form, with their account if they name one."""
    reports: tuple[tuple[str, SharedboxError], ...] = ()
    """Reports that could not be read."""


async def read_usage(google: Google, now: datetime) -> Usage:
    """Return the storage used per account, and by all, from the newest daily report; nothing if there is none.

    A report in an unknown form is an error of this report, and of nothing else. Raises CloudError, AuthError.
    """
    try:
        day, rows = await _by_account(google, now)
    except ObserveError as error:
        return Usage(reports=(("on the storage of accounts", error),))
    if not rows:
        return Usage()
    sizes: dict[Address, dict[Fact, Value]] = {
        row.address: {Fact.USED_BYTES: row.used * MIB, Fact.USED_AT: day}
        for row in rows
        if row.address is not None and row.used is not None
    }
    failed = tuple((row.address, row.error) for row in rows if row.error is not None)
    try:
        return Usage(sizes, await _pool(google, day), failed)
    except ObserveError as error:
        return Usage(sizes, failed=failed, reports=(("on the pooled storage", error),))


async def _by_account(google: Google, now: datetime) -> tuple[str, list[UsageRow]]:
    """Return the newest daily report and its day; no rows if there is none."""
    for days in range(_NEWEST_DAYS, _OLDEST_DAYS):
        day = (now - timedelta(days=days)).date().isoformat()
        try:
            rows, _ = await google.collect(
                REPORTS,
                lambda service, token, day=day: service.userUsageReport().get(  # type: ignore[misc]
                    userKey="all",
                    date=day,
                    parameters="accounts:used_quota_in_mb",
                    maxResults=1000,
                    pageToken=token,
                    fields="kind,nextPageToken,usageReports(entity/userEmail,parameters(name,intValue))",
                ),
                "usageReports",
                _USERS,
                _row,
                kind="admin#reports#usageReports",
            )
        except Refused as error:
            if (error.status, error.code) != (400, "invalid"):  # this means: no report of this day yet
                raise
            continue
        if rows:
            return day, rows
    return "", []


def _row(row: Row) -> UsageRow:
    """Return how much one account uses. A row in an unknown form is an error of its account, as far as it names one."""
    try:
        address = understood(row, _USERS, lambda row: Address.of(text_of(object_in(row, "entity"), "userEmail")))
    except ObserveError as error:
        return UsageRow(None, error=error)
    try:
        return UsageRow(address, understood(row, _USERS, _used, address.text))
    except ObserveError as error:
        return UsageRow(address, error=error)


def _used(row: Row) -> int | None:
    return _number(row, "accounts:used_quota_in_mb")


async def _pool(google: Google, day: str) -> dict[Fact, Value]:
    """Return the storage that all accounts share, with what shared drives use of it."""
    rows, _ = await google.collect(
        REPORTS,
        lambda service, token: service.customerUsageReports().get(
            date=day,
            parameters=",".join(_POOL),
            pageToken=token,
            fields="kind,nextPageToken,usageReports/parameters(name,intValue)",
        ),
        "usageReports",
        "reports.customerUsageReports.get",
        lambda row: tuple(_number(row, name) for name in _POOL),
        kind="admin#reports#usageReports",
    )
    for total, personal, everything in rows:
        used = [number for number in (personal, everything) if number is not None]
        if used and total and total > 0:
            return {Fact.POOL_USED_BYTES: max(used) * MIB, Fact.POOL_TOTAL_BYTES: total * MIB}
    return {}


_POOL = ("accounts:total_quota_in_mb", "accounts:used_quota_in_mb", "accounts:customer_used_quota_in_mb")
"""What is available; what accounts use; and what they and shared drives use, which some editions do not report
(developers.google.com/workspace/admin/reports/v1/appendix/usage/customer/accounts, read 2026-11)."""


def _number(row: Row, name: str) -> int | None:
    for item in rows_in(row, "parameters"):
        if text_of(item, "name") == name and "intValue" in item:
            return number_of(item, "intValue")
    return None
