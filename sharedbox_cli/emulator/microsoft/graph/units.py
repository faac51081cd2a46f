"""Throttling of the directory: resource units in ten seconds, writes in two and a half minutes.

learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits, read 2026-11. The setting `graph_units`
of a tenant (`100/10`: units, seconds) replaces the vendor's figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError
from sharedbox_cli.emulator.microsoft.graph.permissions import OF_MAILBOX
from sharedbox_cli.emulator.tenant import Tenant

_COSTS = {
    "users.list": 2,
    "users.licenseDetails": 2,
    "groups.members": 3,
    "groups.transitiveMembers": 5,
    "directoryObjects.getByIds": 3,
    "subscribedSkus.list": 3,
}
_SECONDS = 10.0
_WRITES, _WRITE_SECONDS = 3000, 150.0
_NEARLY = 0.8
NOT_COUNTED = frozenset({"batch", "reports.getMailboxUsageDetail", "reports.download", "reports.settings"})
"""Routes of other services, which have separate limits. A batch counts as its parts."""


def cost(route: str, request: Request) -> int:
    """Return the resource units of a call."""
    if request.method != "GET":
        return _COSTS.get(route, 1)
    options = {name.lower(): value for name, value in request.query.items()}
    top = options.get("$top", "")
    less = ("$select" in options) + (top.isdecimal() and int(top[:9]) < 20)
    return max(1, _COSTS.get(route, 1) - less + ("$expand" in options))


@dataclass(slots=True)
class _Window:
    """What was used since a point in time, and the limit."""

    started: float = -math.inf
    spent: int = 0
    most: int = 0


class Units:
    """Counts per application. Rejected calls count, too."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._reads: dict[str, _Window] = {}
        self._writes: dict[str, _Window] = {}

    def spend(self, route: str, request: Request, app: str) -> dict[str, str]:
        """Count one call and return the headers of its response. Raises GraphError (429) above a limit."""
        if route in NOT_COUNTED or route.startswith(OF_MAILBOX):
            return {}
        units = cost(route, request)
        most, seconds = self._limit()
        used = self._count(self._reads, app, most, seconds, units)
        if request.method != "GET":
            used = max(used, self._count(self._writes, app, _WRITES, _WRITE_SECONDS, 1))
        headers = {"x-ms-resource-unit": str(units)}
        if used > _NEARLY:
            headers["x-ms-throttle-limit-percentage"] = f"{min(used, 1.8):.2f}"
        return headers

    def _limit(self) -> tuple[int, float]:
        text = self._tenant.meta("graph_units")
        if text:
            most, _, seconds = text.partition("/")
            return int(most), float(seconds or _SECONDS)
        return 0, _SECONDS

    def _by_size(self) -> int:
        row = self._tenant.row("select count(*) n from objects where kind = 'user' and deleted_at is null")
        people = row["n"] if row else 0
        return 3500 if people < 50 else 5000 if people <= 500 else 8000

    def _count(self, kept: dict[str, _Window], app: str, most: int, seconds: float, units: int) -> float:
        window = kept.setdefault(app, _Window())
        now = self._tenant.clock.now()
        if now - window.started >= seconds:
            window.started, window.spent, window.most = now, 0, most or self._by_size()
        window.spent += units
        used = window.spent / window.most
        if used > 1:
            kind = "Write" if kept is self._writes else "ReadWrite"
            headers = {
                "Retry-After": str(max(1, math.ceil(window.started + seconds - now))),
                "x-ms-throttle-scope": f"Tenant_Application/{kind}/{app}/{self._tenant.id}",
                "x-ms-throttle-information": "ResourceUnitLimitExceeded",
                "x-ms-throttle-limit-percentage": f"{min(used, 1.8):.2f}",
            }
            raise GraphError(429, "TooManyRequests", "Too many requests.", headers)
        return used
