"""The number of cmdlets that a tenant may run: figures in headers, and rejections if a budget is set.

The vendor publishes no figure. Settings of the tenant: `exchange_budget` (`400/5`: cmdlets, seconds),
`exchange_budget_status` (429 or 503), `exchange_retry_after` (0 omits the header), `exchange_rate_headers`
(0 omits them, as recordings of some tenants show).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from sharedbox_cli.emulator.microsoft.exchange_admin.errors import over_budget
from sharedbox_cli.emulator.tenant import Tenant

SHOWN_LIMIT = 30_000
SHOWN_SECONDS = 300.0
_NEARLY = 0.9
"""From this share of a budget on, responses have a micro delay, which a warning reports."""
MICRO_DELAY = "Micro delay applied. Actual delay: 250 milliseconds."


@dataclass(frozen=True, slots=True)
class Spent:
    """The budget that remains after a cmdlet."""

    headers: dict[str, str]
    warnings: list[str]


class Budget:
    """Counts cmdlets in time windows of the emulator's clock."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._started = -math.inf
        self._spent = 0

    def spend(self) -> Spent:
        """Count one cmdlet. Raises CmdletError (429 or 503) if the budget is exhausted."""
        text = self._tenant.meta("exchange_budget")
        limit, seconds = SHOWN_LIMIT, SHOWN_SECONDS
        if text:
            limit, seconds = int(text.partition("/")[0]), float(text.partition("/")[2])
        now = self._tenant.clock.now()
        if now - self._started >= seconds:
            self._started, self._spent = now, 0
        reset = self._started + seconds
        if text and self._spent >= limit:
            status = int(self._tenant.meta("exchange_budget_status", "429"))
            is_told = self._tenant.meta("exchange_retry_after", "1") == "1"
            raise over_budget(status, math.ceil(reset - now) if is_told else None)
        self._spent += 1
        is_near = bool(text) and self._spent > limit * _NEARLY
        return Spent(self._headers(limit, reset), [MICRO_DELAY] if is_near else [])

    def _headers(self, limit: int, reset: float) -> dict[str, str]:
        if self._tenant.meta("exchange_rate_headers", "1") != "1":
            return {}
        return {
            "Rate-Limit-Limit": str(limit),
            "Rate-Limit-Remaining": str(max(0, limit - self._spent)),
            "Rate-Limit-Reset": datetime.fromtimestamp(reset, UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z"),
        }
