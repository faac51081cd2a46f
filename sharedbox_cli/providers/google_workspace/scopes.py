"""The scopes that each API needs: the smallest ones for reading, and more for writing.

Each call gets a token with the scopes of its kind alone, so that a missing scope affects nothing else; `joint.py` has
the exception (developers.google.com/identity/protocols/oauth2/service-account, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.providers.google_workspace.contact_delegation import CONTACT_DELEGATION

AUTH = "https://www.googleapis.com/auth/"

DIRECTORY, SECURITY, SETTINGS, LICENSING = "directory", "security", "settings", "licensing"
REPORTS, AUDIT, POLICIES, GMAIL, CALENDAR = "reports", "audit", "policies", "gmail", "calendar"
CONTACTS, VAULT, IDENTITY, UNITS = "contacts", "vault", "identity", "units"


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls whose names begin alike, and their scopes."""

    prefix: str
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


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
    document: Mapping[str, Any] | None = None
    """Its description, where the client library has none."""
    narrower: tuple[Calls, ...] = ()
    """Calls that need only some of these scopes; the first row that fits a call applies."""

    def scopes_of(self, call: str, *, is_write: bool) -> tuple[str, ...]:
        """Return the scopes for one call, named as in an error: `gmail.users.labels.list`."""
        for calls in self.narrower:
            if call.startswith(calls.prefix):
                return calls.write if is_write else calls.read
        return self.write if is_write else self.read


def _scopes(*names: str) -> tuple[str, ...]:
    return tuple(AUTH + name for name in names)


_ACCOUNTS = _scopes("admin.directory.user", "admin.directory.user.alias", "admin.directory.group")
_MEMBERS = _scopes("admin.directory.group.member")
_READ_DIRECTORY = _scopes(
    "admin.directory.user.readonly",
    "admin.directory.group.readonly",
    "admin.directory.group.member.readonly",
    "admin.directory.domain.readonly",
)
_EVERYWHERE = _scopes("admin.directory.user.readonly", "admin.directory.domain.readonly")
"""What every reading asks of the Directory: one token for both."""
_DIRECTORY_CALLS = (
    Calls("directory.users.aliases.", write=_scopes("admin.directory.user.alias")),
    Calls("directory.users", _EVERYWHERE, _scopes("admin.directory.user")),
    Calls("directory.groups", _scopes("admin.directory.group.readonly"), _scopes("admin.directory.group")),
    Calls(
        "directory.members", _scopes("admin.directory.group.member.readonly"), _scopes("admin.directory.group.member")
    ),
    Calls("directory.domains", _EVERYWHERE),
)
_SHARING, _BASIC, _LABELS = _scopes("gmail.settings.sharing"), _scopes("gmail.settings.basic"), _scopes("gmail.labels")
_GMAIL_CALLS = (
    Calls("gmail.users.labels.", _LABELS, _LABELS),
    Calls("gmail.users.settings.delegates.", _BASIC, _SHARING),
    Calls("gmail.users.settings.sendAs.patch", write=_BASIC),
    Calls("gmail.users.settings.sendAs", _BASIC, _SHARING),
    Calls("gmail.users.settings.forwardingAddresses", _BASIC, _SHARING),
    Calls("gmail.users.settings.updateAutoForwarding", write=_SHARING),
    Calls("gmail.users.settings.", _BASIC, _BASIC),
)

APIS: Mapping[str, Api] = {
    DIRECTORY: Api(
        "admin",
        "directory_v1",
        _READ_DIRECTORY,
        _ACCOUNTS + _MEMBERS,
        "Directory",
        "admin.googleapis.com",
        narrower=_DIRECTORY_CALLS,
    ),
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
    IDENTITY: Api(
        "cloudidentity",
        "v1",
        _scopes("cloud-identity.groups.readonly"),
        _scopes("cloud-identity.groups"),
        "Groups (Cloud Identity)",
        "cloudidentity.googleapis.com",
    ),
    GMAIL: Api(
        "gmail",
        "v1",
        _scopes("gmail.settings.basic", "gmail.labels"),
        _scopes("gmail.settings.basic", "gmail.settings.sharing", "gmail.labels"),
        "Gmail",
        "gmail.googleapis.com",
        narrower=_GMAIL_CALLS,
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
    CONTACTS: Api(
        "admin",
        "contacts_v1",
        _scopes("admin.contact.delegation.readonly"),
        _scopes("admin.contact.delegation"),
        "Contact Delegation",
        "admin.googleapis.com",
        document=CONTACT_DELEGATION,
    ),
    UNITS: Api(
        "admin",
        "directory_v1",
        _scopes("admin.directory.orgunit.readonly"),
        (),
        "Directory (organisational units)",
        "admin.googleapis.com",
    ),
    VAULT: Api("vault", "v1", _scopes("ediscovery.readonly"), (), "Vault", "vault.googleapis.com"),
}
