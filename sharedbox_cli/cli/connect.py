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

    if name not in _MISSING:
        raise UsageError(
            "no provider for this platform",
            where=name,
            why="No installed package brings one.",
            hint="See what is there:\n    sharedbox explain",
        )
    connection = profile.microsoft365 if name == "microsoft365" else profile.google_workspace
    if connection is None:
        raise no_tenant(name, profile)
    return load_provider(name)(connection, is_interactive=terminal.is_interactive, prompt=terminal.say)


_MISSING = {
    "microsoft365": "It names no Microsoft 365 tenant, and AZURE_TENANT_ID and AZURE_CLIENT_ID are not set.",
    "google_workspace": "It names no Google Workspace account, and SHAREDBOX_GOOGLE_ADMIN is not set.",
}


def no_tenant(name: str, profile: Profile) -> UsageError:
    """Return what is said where a profile has no tenant of a provider."""
    page = f"docs/how-to/connect-{name.replace('_', '-')}.md"
    return UsageError(
        "no tenant is configured",
        where=f"profile {profile.name}",
        why=_MISSING[name],
        hint=f"See {page}, leave its specs out with `--platform`, or try it without a tenant:\n    sharedbox demo",
    )


def configured_platforms(profile: Profile) -> tuple[Platform, ...]:
    """Return the platforms that a profile has a tenant for. Raises UsageError where there are none."""
    found: tuple[Platform, ...] = ()
    if profile.google_workspace is not None:
        found += (GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED)
    if profile.microsoft365 is not None:
        found += (MICROSOFT365,)
    if not found:
        raise no_tenant("microsoft365", profile)
    return found
