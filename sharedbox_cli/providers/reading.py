"""Reading several clouds. Each is read separately, so that one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sharedbox_cli.core.automapping import remember
from sharedbox_cli.core.errors import AuthError, CloudError, ObserveError, SharedboxError
from sharedbox_cli.core.events import Listener
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.unread import Unread
from sharedbox_cli.providers.base import Provider, Scope

UNREADABLE = (AuthError, CloudError, ObserveError)
"""Errors of one cloud. Any other error of our own code ends the command."""


@dataclass(frozen=True, slots=True)
class Connections:
    """A provider for each platform, and the platforms to which no connection could be made."""

    providers: Mapping[Platform, Provider]
    failures: Mapping[Platform, SharedboxError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of each platform, and the platforms that could not be read."""

    observations: Mapping[Platform, Observed]
    failures: Mapping[Platform, SharedboxError] = field(default_factory=dict)

    @property
    def platforms(self) -> frozenset[Platform]:
        """Return the platforms that were read."""
        return frozenset(self.observations)

    @property
    def read_at(self) -> datetime | None:
        """Return when the oldest part was read (UTC), or nothing where nothing was read."""
        return min((observed.read_at for observed in self.observations.values()), default=None)

    @property
    def unread(self) -> tuple[tuple[Platform, Unread], ...]:
        """Return the objects that could not be read, of the platforms that could."""
        return tuple((name, item) for name, observed in sorted(self.observations.items()) for item in observed.unread)

    @property
    def is_complete(self) -> bool:
        """Return whether every platform and every object was read."""
        return not (self.failures or self.unread)

    @property
    def tenant_names(self) -> tuple[str, ...]:
        """Return the names of the tenants that were read, sorted."""
        return tuple(sorted({observed.tenant_name for observed in self.observations.values()}))

    def with_unread(self, more: Iterable[tuple[Platform, Unread]]) -> Reading:
        """Return the reading with more that it does not cover."""
        observations = dict(self.observations)
        for platform, item in more:
            observations[platform] = replace(observations[platform], unread=(*observations[platform].unread, item))
        return replace(self, observations=observations)

    def with_automapping(self, recorded: Mapping[tuple[str, str], bool]) -> Reading:
        """Return the reading with what the journal records of automapping: no platform reports it."""
        observations = {name: remember(observed, recorded) for name, observed in self.observations.items()}
        return replace(self, observations=observations)


def read(connections: Connections, scopes: Mapping[Platform, Scope], listener: Listener) -> Reading:
    """Return what each platform has. Raises the first failure where no platform could be read."""
    observations: dict[Platform, Observed] = {}
    failures = dict(connections.failures)
    for platform, scope in sorted(scopes.items()):
        if platform in failures:
            continue
        try:
            observations[platform] = _observed(connections.providers[platform], platform, scope, listener)
        except UNREADABLE as error:
            failures[platform] = error
    if failures and not observations:
        raise failures[min(failures)]
    return Reading(observations, dict(sorted(failures.items())))


def _observed(provider: Provider, platform: Platform, scope: Scope, listener: Listener) -> Observed:
    """Return what a provider observes. An error in the code of a plug-in becomes a failure of its platform."""
    from sharedbox_cli.providers.plugin_errors import foreign_plugin, plugin_failed

    try:
        observed = provider.observe(scope, listener)
        if isinstance(observed, Observed):
            return observed
        message = f"observe() returned {type(observed).__name__}, not an Observed"  # type: ignore[unreachable]
        raise TypeError(message)
    except SharedboxError:
        raise
    except Exception as error:
        name = foreign_plugin(platform)
        if not name:
            raise
        raise plugin_failed(name, "observe", error) from error
