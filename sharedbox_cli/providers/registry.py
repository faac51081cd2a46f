"""Providers by name, imported on first use; their capabilities without any SDK."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.model import Platform
from sharedbox_cli.providers.base import Provider

GROUP = "sharedbox.providers"
BUILT_IN = {
    "google_workspace": "sharedbox_cli.providers.google_workspace.provider:GoogleWorkspace",
    "microsoft365": "sharedbox_cli.providers.microsoft365.provider:Microsoft365",
}


def provider_names() -> tuple[str, ...]:
    """Return the names of all installed providers."""
    return tuple(sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))}))


def load_provider(name: str) -> Callable[..., Provider]:
    """Return what makes a provider from a connection. Raises UsageError."""
    target = BUILT_IN.get(name) or next((point.value for point in entry_points(group=GROUP) if point.name == name), "")
    if not target:
        raise UsageError("no such provider", where=name, why=f"There are: {', '.join(provider_names())}.")
    module, _, attribute = target.partition(":")
    made: Callable[..., Provider] = getattr(import_module(module), attribute)
    return made


def capabilities_of_all() -> Mapping[Platform, Capabilities]:
    """Return what every installed platform can do: a module `capabilities` beside each provider."""
    found: dict[Platform, Capabilities] = {}
    targets = {**{point.name: point.value for point in entry_points(group=GROUP)}, **BUILT_IN}
    for target in targets.values():
        package = target.partition(":")[0].rpartition(".")[0]
        found |= import_module(f"{package}.capabilities").CAPABILITIES
    return dict(sorted(found.items()))
