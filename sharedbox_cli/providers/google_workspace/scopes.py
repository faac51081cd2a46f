"""The scopes that each API needs: the smallest ones for reading, and more for writing.

Each API gets its own token, so that a missing scope affects one API only; `joint.py` has the exception
(developers.google.com/identity/protocols/oauth2/service-account, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_AUTH = "https://www.googleapis.com/auth/"

DIRECTORY, SECURITY, SETTINGS, LICENSING = "directory", "security", "settings", "licensing"
REPORTS, AUDIT, POLICIES, GMAIL, CALENDAR = "reports", "audit", "policies", "gmail", "calendar"


@dataclass(frozen=True, slots=True)
class Api:
    """One API: how the client library builds it, and its scopes."""

    service: str
    version: str
    read: tuple[str, ...]
    write: tuple[str, ...]
    title: str
    console: str
    """Its name in the Google Cloud console, where it is enabled."""
    batch: str = "batch"
    """The path of its batches (`batchPath` in its discovery document)."""


def _scopes(*names: str) -> tuple[str, ...]:
    return tuple(_AUTH + name for name in names)


_ACCOUNTS = _scopes("admin.directory.user", "admin.directory.user.alias", "admin.directory.group")
_MEMBERS = _scopes("admin.directory.group.member")
_READ_DIRECTORY = _scopes(
    "admin.directory.user.readonly",
    "admin.directory.group.readonly",
    "admin.directory.group.member.readonly",
    "admin.directory.domain.readonly",
)

APIS: Mapping[str, Api] = {
    DIRECTORY: Api("admin", "directory_v1", _READ_DIRECTORY, _ACCOUNTS + _MEMBERS, "Directory", "admin.googleapis.com"),
    SECURITY: Api(
        "admin",
        "directory_v1",
        _scopes("admin.directory.user.security"),
        _scopes("admin.directory.user.security"),
        "Directory (sessions and tokens)",
        "admin.googleapis.com",
    ),
    SETTINGS: Api(
        "groupssettings",
        "v1",
        _scopes("apps.groups.settings"),
        _scopes("apps.groups.settings"),
        "Groups Settings",
        "groupssettings.googleapis.com",
        "batch/groupssettings/v1",
    ),
    LICENSING: Api(
        "licensing", "v1", _scopes("apps.licensing"), _scopes("apps.licensing"), "Licensing", "licensing.googleapis.com"
    ),
    REPORTS: Api("admin", "reports_v1", _scopes("admin.reports.usage.readonly"), (), "Reports", "admin.googleapis.com"),
    AUDIT: Api(
        "admin",
        "reports_v1",
        _scopes("admin.reports.audit.readonly"),
        (),
        "Reports (log of administrators)",
        "admin.googleapis.com",
    ),
    POLICIES: Api(
        "cloudidentity",
        "v1",
        _scopes("cloud-identity.policies.readonly"),
        (),
        "Policies",
        "cloudidentity.googleapis.com",
    ),
    GMAIL: Api(
        "gmail",
        "v1",
        _scopes("gmail.settings.basic", "gmail.labels"),
        _scopes("gmail.settings.basic", "gmail.settings.sharing", "gmail.labels"),
        "Gmail",
        "gmail.googleapis.com",
    ),
    CALENDAR: Api(
        "calendar",
        "v3",
        _scopes("calendar.acls.readonly"),
        _scopes("calendar.acls"),
        "Calendar",
        "calendar-json.googleapis.com",
        "batch/calendar/v3",
    ),
}
