"""Google Workspace as a provider plug-in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.auth.connection import GOOGLE_HOSTS, GoogleConnection
from sharedbox_cli.core.endpoints import foreign_hosts
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Platform
from sharedbox_cli.core.needs import Needed
from sharedbox_cli.providers.diagnosis import Assessment, Diagnosis, Recording
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from sharedbox_cli.providers.google_workspace.config import GoogleSection, google_connection
from sharedbox_cli.providers.plugin import Plugin, Prompt, Starter

if TYPE_CHECKING:
    from sharedbox_cli.providers.base import Provider

_SECTION = """\
admin: admin@{domain}   # the administrator to act as: write the right address
# service_account: NAME@PROJECT.iam.gserviceaccount.com
"""
_DELEGATED = """\
sign_in: blocked
# storage: {licence: google-workspace-business-starter}   # unless new accounts get a licence automatically
# google: {org_unit: /Shared mailboxes}                   # once the organisational unit exists
"""
_COLLABORATIVE = "group: {posting: anyone, viewing: members, post_as_group: true, history: true}\n"
_STARTERS = {
    GOOGLE_DELEGATED: Starter(_SECTION, _DELEGATED),
    GOOGLE_COLLABORATIVE: Starter(
        _SECTION, _COLLABORATIVE, "rights: [owner]   # a group needs one; others can be `member`\n"
    ),
}


class GoogleWorkspacePlugin(Plugin[GoogleSection, GoogleConnection]):
    """One Google Workspace account with both kinds of shared mailbox."""

    name = "google_workspace"
    title = "Google Workspace"
    capabilities = CAPABILITIES
    config = GoogleSection
    page = "docs/how-to/connect-google-workspace.md"
    missing = "It names no Google Workspace account, and SHAREDBOX_GOOGLE_ADMIN is not set."
    sign_in_hint = "Set GOOGLE_APPLICATION_CREDENTIALS to the name of the key file, or use keyless sign-in."

    def connection(
        self, section: GoogleSection | None, environment: Mapping[str, str], state_dir: Path
    ) -> GoogleConnection | None:
        """Return the connection, or None where neither file nor environment describes one. Raises UsageError."""
        return google_connection(section, environment)

    def tenant(self, connection: GoogleConnection) -> str:
        """Return which account a connection leads to, for people."""
        customer = connection.expected_customer or "the administrator's account"
        return f"{customer}, as {connection.admin}"

    def expected_tenant(self, connection: GoogleConnection) -> str:
        """Return the customer ID, or nothing where the profile accepts any."""
        return connection.expected_customer

    def foreign_hosts(self, connection: GoogleConnection) -> Sequence[str]:
        """Return the hosts of sign-in and the APIs that are not Google's."""
        return foreign_hosts((connection.token_url, connection.iam_url, *connection.api_urls.values()), GOOGLE_HOSTS)

    def connect(self, connection: GoogleConnection, *, is_interactive: bool, prompt: Prompt) -> Provider:
        """Return the provider of the account. Raises AuthError."""
        from sharedbox_cli.providers.google_workspace.provider import GoogleWorkspace

        return GoogleWorkspace(connection, is_interactive=is_interactive, prompt=prompt)

    def diagnose(self, connection: GoogleConnection, *, is_interactive: bool, prompt: Prompt) -> Sequence[Diagnosis]:
        """Return what `doctor` reports of the account."""
        from sharedbox_cli.providers.google_workspace.doctor import diagnose

        return diagnose(connection, is_interactive=is_interactive, prompt=prompt)

    def assess(
        self, connection: GoogleConnection, needed: Needed, *, is_interactive: bool, prompt: Prompt
    ) -> Assessment:
        """Return what `doctor` reports where specs are named."""
        from sharedbox_cli.providers.google_workspace.least import assess

        return assess(connection, needed)

    def record(
        self, connection: GoogleConnection, mailbox: str, *, is_interactive: bool, prompt: Prompt
    ) -> Iterable[Recording]:
        """Yield the raw answers that `doctor --record` keeps."""
        from sharedbox_cli.providers.google_workspace.record import record

        return record(connection, mailbox)

    def starter(self, platform: Platform) -> Starter:
        """Return what `init` writes for one of the two platforms."""
        return _STARTERS[platform]


PLUGIN = GoogleWorkspacePlugin()
