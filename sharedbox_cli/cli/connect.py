"""From a profile to a connected provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365

if TYPE_CHECKING:
    from sharedbox_cli.cli.profile import Profile
    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.core.model import Platform
    from sharedbox_cli.providers.base import Provider

_PROVIDER_OF = {
    MICROSOFT365: "microsoft365",
    GOOGLE_DELEGATED: "google_workspace",
    GOOGLE_COLLABORATIVE: "google_workspace",
}


def provider_name(platform: Platform) -> str:
    """Return the name of the provider that serves a platform; plug-ins are named like theirs."""
    return _PROVIDER_OF.get(platform, str(platform))


def connect(name: str, profile: Profile, terminal: Terminal) -> Provider:
    """Return a provider with the profile's connection. Raises UsageError, AuthError."""
    from sharedbox_cli.providers.registry import load_provider

    if name != "microsoft365":
        raise UsageError(
            "no provider for this platform", where=name, why="No installed package brings one.",
            mend="See what is there:\n    sharedbox explain",
        )  # fmt: skip
    connection = profile.microsoft365
    if connection is None:
        raise UsageError(
            "no tenant is configured",
            where=f"profile {profile.name}",
            why="It names no Microsoft 365 tenant, and AZURE_TENANT_ID and AZURE_CLIENT_ID are not set.",
            mend="See docs/how-to/connect-microsoft365.md, or try it without a tenant:\n    sharedbox demo",
        )
    return load_provider(name)(connection, is_interactive=terminal.is_interactive, prompt=terminal.say)
