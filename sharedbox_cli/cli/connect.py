"""From a profile to a connected provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sharedbox_cli.cli.profile import Profile
    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.core.model import Platform
    from sharedbox_cli.providers.base import Provider
    from sharedbox_cli.providers.plugin import AnyPlugin
    from sharedbox_cli.providers.registry import Plugins


def connect(plugin: AnyPlugin, profile: Profile, terminal: Terminal) -> Provider:
    """Return the provider of the profile's tenant. Raises UsageError, AuthError, ObserveError."""
    tenant = profile.tenants.get(plugin.name)
    if tenant is None:
        raise no_tenant(profile, [plugin])
    with tenant.calling("connect"):
        return plugin.connect(tenant.connection, is_interactive=terminal.is_interactive, prompt=terminal.say)


def plugin_of(platform: Platform, plugins: Plugins) -> AnyPlugin:
    """Return the plug-in that serves a platform. Raises UsageError."""
    plugin = plugins.of(platform)
    if plugin is None:
        raise UsageError(
            "no provider for this platform",
            where=str(platform),
            why="No installed package provides it.",
            hint="To see which platforms are installed:\n    sharedbox explain",
        )
    return plugin


def no_tenant(profile: Profile, plugins: Iterable[AnyPlugin]) -> UsageError:
    """Return the error for a profile that names no tenant of the plug-ins that are needed."""
    needed = tuple(plugins)
    pages = " or ".join(plugin.page for plugin in needed if plugin.page)
    read = f"See {pages}, or leave" if pages else "Leave"
    return UsageError(
        "no tenant is configured",
        where=f"profile {profile.name}",
        why=" ".join(plugin.missing or f"It names no tenant of {plugin.title}." for plugin in needed),
        hint=f"{read} its specs out with `--platform`, or try it without a tenant:\n    sharedbox demo",
    )


def configured_platforms(profile: Profile, plugins: Plugins) -> tuple[Platform, ...]:
    """Return the platforms that a profile has a tenant for. Raises UsageError where there are none."""
    platforms = {platform for tenant in profile.tenants.values() for platform in tenant.plugin.platforms}
    if not platforms:
        raise no_tenant(profile, plugins.by_name.values())
    return tuple(sorted(platforms))
