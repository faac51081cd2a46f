"""Microsoft 365 as a provider plug-in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.auth.connection import MICROSOFT_HOSTS, MicrosoftConnection
from sharedbox_cli.core.endpoints import foreign_hosts
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.needs import Needed
from sharedbox_cli.providers.diagnosis import Assessment, Diagnosis, Recording
from sharedbox_cli.providers.microsoft365.capabilities import CAPABILITIES
from sharedbox_cli.providers.microsoft365.config import Microsoft365Section, microsoft_connection
from sharedbox_cli.providers.plugin import Plugin, Prompt, Starter

if TYPE_CHECKING:
    from sharedbox_cli.providers.base import Provider

_STARTER = Starter(
    section="tenant: {domain}\n# client_id: the application (client) ID of your app registration\n",
    defaults="sign_in: blocked\nsent_items: {send_as: both, send_on_behalf: both}\n",
)


class Microsoft365Plugin(Plugin[Microsoft365Section, MicrosoftConnection]):
    """One Microsoft 365 tenant."""

    name = "microsoft365"
    title = "Microsoft 365"
    capabilities = CAPABILITIES
    config = Microsoft365Section
    page = "docs/how-to/connect-microsoft365.md"
    missing = "It names no Microsoft 365 tenant, and AZURE_TENANT_ID and AZURE_CLIENT_ID are not set."
    sign_in_hint = (
        "Put it into the environment (AZURE_CLIENT_SECRET) or into a file that the environment names "
        "(AZURE_CLIENT_SECRET_FILE), or use keyless sign-in."
    )

    def connection(
        self, section: Microsoft365Section | None, environment: Mapping[str, str], state_dir: Path
    ) -> MicrosoftConnection | None:
        """Return the connection, or None where neither file nor environment names a tenant."""
        return microsoft_connection(section, environment, state_dir)

    def tenant(self, connection: MicrosoftConnection) -> str:
        """Return which tenant a connection leads to, for people."""
        return f"tenant {connection.tenant}"

    def expected_tenant(self, connection: MicrosoftConnection) -> str:
        """Return the id or domain of the tenant."""
        return connection.tenant

    def foreign_hosts(self, connection: MicrosoftConnection) -> Sequence[str]:
        """Return the hosts of sign-in, Graph and Exchange that are not Microsoft's."""
        urls = (connection.login_origin, connection.graph_origin, connection.exchange_origin)
        return foreign_hosts(urls, MICROSOFT_HOSTS)

    def connect(self, connection: MicrosoftConnection, *, is_interactive: bool, prompt: Prompt) -> Provider:
        """Return the provider of the tenant. Raises AuthError."""
        from sharedbox_cli.providers.microsoft365.provider import Microsoft365

        return Microsoft365(connection, is_interactive=is_interactive, prompt=prompt)

    def diagnose(self, connection: MicrosoftConnection, *, is_interactive: bool, prompt: Prompt) -> Sequence[Diagnosis]:
        """Return what `doctor` reports of the tenant."""
        from sharedbox_cli.providers.microsoft365.doctor import diagnose

        return diagnose(connection, is_interactive=is_interactive, prompt=prompt).steps

    def assess(
        self, connection: MicrosoftConnection, needed: Needed, *, is_interactive: bool, prompt: Prompt
    ) -> Assessment:
        """Return what `doctor` reports where specs are named."""
        from sharedbox_cli.providers.microsoft365.doctor import diagnose

        return diagnose(connection, needed, is_interactive=is_interactive, prompt=prompt)

    def record(
        self, connection: MicrosoftConnection, mailbox: str, *, is_interactive: bool, prompt: Prompt
    ) -> Iterable[Recording]:
        """Yield the raw answers that `doctor --record` keeps."""
        from sharedbox_cli.providers.microsoft365.record import record

        return record(connection, mailbox, is_interactive=is_interactive, prompt=prompt)

    def starter(self, platform: Platform) -> Starter:
        """Return what `init` writes."""
        return _STARTER


PLUGIN = Microsoft365Plugin()
