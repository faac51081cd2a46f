"""Throttling by quota: so many calls of a service in so many seconds of the emulator's clock.

Off unless the tenant says otherwise (`quota:exchange` = `400/5`): the vendor publishes no figure for the Exchange admin
API, and Graph's are in resource units (learn.microsoft.com/graph/throttling-limits, read 2026-11).
"""

from __future__ import annotations

from collections import deque

from sharedbox_cli.emulator.tenant import Tenant


class Quotas:
    """What was called lately, by service and caller."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._called: dict[tuple[str, str], deque[float]] = {}

    def wait(self, service: str, caller: str = "") -> int:
        """Count a call; return 0, or the seconds that a caller over the quota is to wait."""
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
