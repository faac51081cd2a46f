"""What a provider is: three verbs on one tenant, and a reading that settles doubt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact, Observed, Platform, Right
from sharedbox_cli.core.outcome import Effect, Outcome


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be read. Whatever is not asked for costs no call."""

    platforms: frozenset[Platform]
    mailboxes: frozenset[Address] | None = None
    """None: every mailbox of these platforms in the tenant."""
    fields: frozenset[Field] = frozenset()
    facts: frozenset[Fact] = frozenset()
    grants_of: frozenset[Address] | None = frozenset()
    """The mailboxes whose grants are read; None: of all in scope."""
    trustees: frozenset[Address] = field(default_factory=frozenset)
    """Addresses that specs name and that must resolve to ids."""
    with_members: bool = False
    """Whether the effective members of trustee groups are read."""
    rights: frozenset[Right] = frozenset()
    """The rights that specs give: some cost calls of their own to be read."""


class Provider(Protocol):
    """One cloud. Calls may come from several threads; changes of one mailbox come one after another."""

    def observe(self, scope: Scope, listener: Listener = SILENT) -> Observed:
        """Return everything in scope, complete. Raises ObserveError, AuthError, CloudError."""
        ...

    def apply(self, change: Change, listener: Listener = SILENT, *, request_id: str = "") -> Outcome:
        """Send one change; ambiguous answers are settled by reading. Never raises for a vendor's answer."""
        ...

    def settle(self, change: Change) -> Effect:
        """Return whether the effect of a change is there now, by reading only."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


@runtime_checkable
class Bounded(Protocol):
    """A provider that can be told when a run ends, so that no call of it waits longer."""

    def finish_within(self, seconds: float | None) -> None:
        """Let nothing be waited for beyond so many seconds from now; None: as long as each call may take."""
        ...
