"""The installed provider plug-ins. One that cannot be used is left out with a warning; the others work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from sharedbox_cli.core.capability import Capabilities, completed
from sharedbox_cli.core.model import Platform
from sharedbox_cli.providers.entry_points import BUILT_IN, GROUP
from sharedbox_cli.providers.plugin import AnyPlugin, Plugin

_PACKAGE = __name__.partition(".")[0]
_NAME = re.compile(r"[a-z][a-z0-9_]*")
RESERVED = frozenset({"guards", "journal", "state_dir"})
"""Keys of a profile that are no provider's section."""


@dataclass(frozen=True, slots=True)
class Plugins:
    """The plug-ins that can be used, by name, and a warning for each one that cannot."""

    by_name: Mapping[str, AnyPlugin] = field(default_factory=dict)
    capabilities: Mapping[Platform, Capabilities] = field(default_factory=dict)
    """What each installed platform can do, and what it refuses, sorted by platform."""
    warnings: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()
    """Names of plug-ins that were left out: their sections of `sharedbox.yaml` are accepted and not used."""

    def of(self, platform: Platform) -> AnyPlugin | None:
        """Return the plug-in that serves a platform, or None where none is installed."""
        return next((plugin for plugin in self.by_name.values() if platform in plugin.platforms), None)


@cache
def installed_plugins() -> Plugins:
    """Return the plug-ins of all installed packages; no SDK is loaded."""
    return load_plugins(_with_built_in(entry_points(group=GROUP)))


def capabilities_of_all() -> Mapping[Platform, Capabilities]:
    """Return what every installed platform can do."""
    return installed_plugins().capabilities


def load_plugins(points: Iterable[EntryPoint]) -> Plugins:
    """Return the plug-ins of some entry points; the first to claim a name or platform keeps it."""
    by_name: dict[str, AnyPlugin] = {}
    owners: dict[str, str] = {}
    warnings: list[str] = []
    left_out: set[str] = set()
    for point in points:
        plugin = _load(point)
        problem = plugin if isinstance(plugin, str) else _conflict(plugin, owners)
        if isinstance(plugin, str) or problem:
            warnings.append(f"warning: {_described(point)} is not used: {problem}")
            left_out.add(point.name)
            continue
        by_name[plugin.name] = plugin
        owners |= dict.fromkeys(_claims(plugin), _described(point))
    tables = {platform: table for plugin in by_name.values() for platform, table in plugin.capabilities.items()}
    return Plugins(
        dict(sorted(by_name.items())),
        completed(dict(sorted(tables.items()))),
        tuple(warnings),
        frozenset(left_out) - set(by_name),
    )


def _with_built_in(points: Iterable[EntryPoint]) -> Iterator[EntryPoint]:
    """Yield our own entry points, then those of other packages, sorted."""
    found = {(point.name, point.value): point for point in points}
    for key in sorted(BUILT_IN.items()):
        yield found.get(key) or EntryPoint(*key, GROUP)
    yield from (point for key, point in sorted(found.items()) if not key[1].startswith(f"{_PACKAGE}."))


def _load(point: EntryPoint) -> AnyPlugin | str:
    """Return the plug-in of an entry point, or why it cannot be used."""
    try:
        plugin = point.load()
        return _shape_problem(plugin, point.name) or plugin
    except (Exception, SystemExit) as error:  # noqa: BLE001 - other people's code must not stop the other plug-ins
        return f"it cannot be loaded ({type(error).__name__}: {' '.join(str(error).split())})."


def _shape_problem(plugin: object, name: str) -> str:
    """Return why an object is not a usable plug-in, or nothing."""
    from sharedbox_cli.providers.section import Section

    if not isinstance(plugin, Plugin):
        return "its entry point must name an instance of sharedbox_cli.providers.plugin.Plugin."
    if plugin.name != name:
        return f"its plug-in is named `{plugin.name}`; the entry point must have the same name."
    if not _NAME.fullmatch(name) or name in RESERVED:
        return f"`{name}` cannot be the name of a section: use lower-case letters, digits and underscores."
    if not (isinstance(plugin.config, type) and issubclass(plugin.config, Section)):
        return "its `config` must be a subclass of sharedbox_cli.providers.section.Section."
    tables = plugin.capabilities
    if not tables or not all(
        isinstance(table, Capabilities) and table.platform == key for key, table in tables.items()
    ):
        return "its `capabilities` must have at least one platform, each with its own Capabilities."
    return "" if plugin.title else "it has no `title`."


def _conflict(plugin: AnyPlugin, owners: Mapping[str, str]) -> str:
    """Return which names or platforms of a plug-in another one has already, or nothing."""
    taken = sorted(owners.keys() & _claims(plugin))
    verb = "belongs" if len(taken) == 1 else "belong"
    return f"{' and '.join(taken)} {verb} to {owners[taken[0]]}." if taken else ""


def _claims(plugin: AnyPlugin) -> frozenset[str]:
    return frozenset({f"the name `{plugin.name}`", *(f"the platform `{one}`" for one in plugin.platforms)})


def _described(point: EntryPoint) -> str:
    package = f"{point.dist.name} {point.dist.version}" if point.dist else _PACKAGE
    return f"the provider plug-in `{point.name}` of {package}"
