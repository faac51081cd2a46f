"""Google's quotas: per user and project, per project, and in units for Gmail (the limits pages, read 2026-11).

Disabled by default. Settings of the tenant enable them: `quota:google:gmail` = `6000/60` per user and project,
`quota:google:gmail:project` for the project. `publish` sets the figures that Google published.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from sharedbox_cli.emulator.google.descriptions import Method
from sharedbox_cli.emulator.google.errors import GoogleError
from sharedbox_cli.emulator.tenant import Tenant

PUBLISHED = {
    "google:directory": "2400/60",
    "google:gmail": "6000/60",
    "google:gmail:project": "1200000/60",
    "google:groupsSettings:project": "100000/86400",
    "google:licensing:project": "1/1",
    "google:cloudidentity:project": "1/1",
}
"""Gmail: for a project created since May 2026. The figure for policies is not published; users report 1 per second."""
_GROUPS = "cloudidentity.groups"
"""Counted apart from policies. No figure is published."""
_SETTINGS = "gmail.users.settings."
_FIVE = frozenset(
    {
        "gmail.users.labels.create",
        "gmail.users.labels.update",
        "gmail.users.labels.patch",
        "gmail.users.labels.delete",
        *(
            _SETTINGS + name
            for name in (
                "filters.create",
                "filters.delete",
                "delegates.delete",
                "sendAs.delete",
                "forwardingAddresses.delete",
                "updateVacation",
                "updateImap",
                "updateAutoForwarding",
                "updateLanguage",
            )
        ),
    }
)
_HUNDRED = frozenset(
    _SETTINGS + name
    for name in (
        "delegates.create",
        "sendAs.create",
        "sendAs.update",
        "sendAs.patch",
        "sendAs.verify",
        "forwardingAddresses.create",
        "updatePop",
    )
)


def publish(tenant: Tenant) -> None:
    """Set the published quotas."""
    for name, value in PUBLISHED.items():
        tenant.set_meta(f"quota:{name}", value)


def units(method: Method) -> int:
    """Return the cost of a call."""
    return 5 if method.id in _FIVE else 100 if method.id in _HUNDRED else 1


class Limits:
    """Recent use per API and caller."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._used: dict[tuple[str, str], deque[tuple[float, int]]] = {}

    def count(self, method: Method, claims: Mapping[str, Any]) -> None:
        """Count a call. Raises GoogleError in the format of its API. A rejected call does not count."""
        project, subject = str(claims.get("project", "")), str(claims["sub"])
        api = _GROUPS if method.id.startswith(f"{_GROUPS}.") else method.api
        checks = ((f"google:{api}", f"{project} {subject}"), (f"google:{api}:project", project))
        for name, caller in checks:
            if self._is_over(name, caller, units(method)):
                raise _refusal(method, is_project=name.endswith(":project"))
        for name, caller in checks:
            self._used.setdefault((name, caller), deque()).append((self._tenant.clock.now(), units(method)))

    def _is_over(self, name: str, caller: str, cost: int) -> bool:
        most, _, seconds = self._tenant.meta(f"quota:{name}").partition("/")
        used = self._used.setdefault((name, caller), deque())
        if not most:
            used.clear()
            return False
        now = self._tenant.clock.now()
        while used and now - used[0][0] >= float(seconds):
            used.popleft()
        return sum(each for _, each in used) + cost > int(most)


def _refusal(method: Method, *, is_project: bool) -> GoogleError:
    match method.api, is_project:
        case "directory", False:
            return GoogleError(403, "User Rate Limit Exceeded", "userRateLimitExceeded", domain="usageLimits")
        case "directory", True:
            return GoogleError(429, "Rate Limit Exceeded", "rateLimitExceeded", domain="usageLimits")
        case "gmail", True:
            return GoogleError(403, "Rate Limit Exceeded", "rateLimitExceeded", domain="usageLimits")
        case "groupsSettings", _:
            return GoogleError(403, "Quota exceeded.", "quotaExceeded", domain="usageLimits")
        case "licensing", _:
            return GoogleError(503, "Backend Error", "backendError")
    service = f"{method.api}.googleapis.com"
    limit = "defaultPerMinutePerProject" if is_project else "defaultPerMinutePerUser"
    text = (
        f"Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per "
        f"{'project' if is_project else 'user'}' of service '{service}' for consumer 'project_number:123'."
    )
    return GoogleError(
        429,
        text,
        "rateLimitExceeded",
        domain="global",
        is_front=True,
        info={
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": {"service": service, "quota_limit": limit},
        },
    )
