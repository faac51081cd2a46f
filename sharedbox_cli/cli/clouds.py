"""Reading several clouds: each for itself, so that one that fails does not stop the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import AuthError, CloudError, ObserveError, SharedboxError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.model import Observed, Platform
    from sharedbox_cli.providers.base import Scope

PARTLY = 3
"""The exit code where one cloud failed and another was gone on with."""


def read_platforms(session: Session, scopes: Mapping[Platform, Callable[[], Scope]]) -> dict[Platform, Observed]:
    """Return what each platform has; one that fails is told, noted in the session and left out.

    Raises the failure itself where no platform could be read.
    """
    observations: dict[Platform, Observed] = {}
    failures: dict[Platform, SharedboxError] = {}
    for platform, scope in sorted(scopes.items()):
        try:
            observations[platform] = session.provider(platform).observe(scope(), session.listener)
        except (AuthError, CloudError, ObserveError) as error:
            failures[platform] = error
    if failures and not observations:
        raise next(iter(failures.values()))
    session.failures |= failures
    return observations


def tell_failures(session: Session) -> None:
    """Say on stderr, once, which clouds were left out, and why."""
    session.tell_failures()


def weighed(session: Session, code: int) -> int:
    """Return an exit code, or 3 where a cloud was left out and nothing weighs more."""
    return PARTLY if session.failures and code in (0, 2) else code


def exit_code(session: Session, code: int) -> int:
    """Return an exit code as `weighed` does, after telling which clouds were left out."""
    session.tell_failures()
    return weighed(session, code)


def chosen_platforms(session: Session, names: Sequence[str]) -> tuple[Platform, ...]:
    """Return the platforms that are asked for, else all that the profile has a tenant for. Raises UsageError."""
    from sharedbox_cli.cli.connect import configured_platforms
    from sharedbox_cli.core.model import Platform

    for name in names:
        if name not in session.capabilities:
            raise UsageError("no such platform", where=name, why=f"There are: {', '.join(session.capabilities)}.")
    return tuple(Platform(name) for name in dict.fromkeys(names)) or configured_platforms(
        session.profile, session.plugins
    )
