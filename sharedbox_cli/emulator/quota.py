"""Throttling by quota: a number of calls per service and time window of the emulator's clock.

Disabled by default; a setting of the tenant enables it (`quota:exchange` = `400/5`). The vendor publishes no figure
for the Exchange admin API, and Graph's are in resource units (learn.microsoft.com/graph/throttling-limits, read
2026-11).
"""

from __future__ import annotations

from collections import deque

from sharedbox_cli.emulator.tenant import Tenant


class Quotas:
    """Recent calls per service and caller."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._called: dict[tuple[str, str], deque[float]] = {}

    def wait(self, service: str, caller: str = "") -> int:
        """Count a call. Return 0, or the number of seconds that a caller above the quota has to wait."""
        count, _, seconds = self._tenant.meta(f"quota:{service}").partition("/")
        if not count:
            return 0
        now, window = self._tenant.clock.now(), float(seconds)
        called = self._called.setdefault((service, caller), deque())
        while called and now - called[0] >= window:
            called.popleft()
        if len(called) >= int(count):
            return int(called[0] + window - now) + 1
        called.append(now)
        return 0
