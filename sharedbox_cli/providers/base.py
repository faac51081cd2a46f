"""What a provider does with one tenant: observe it, and apply changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from sharedbox_cli.core.access_why import LoggedGrant
from sharedbox_cli.core.change import Change
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact, Platform, Right
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.core.reach import Reach
from sharedbox_cli.core.values import Value


@dataclass(frozen=True, slots=True)
class Scope:
    """What to read. What is not in the scope costs no request."""

    platforms: frozenset[Platform]
    mailboxes: frozenset[Address] | None = None
    """None: all mailboxes of these platforms in the tenant."""
    fields: frozenset[Field] = frozenset()
    facts: frozenset[Fact] = frozenset()
    grants_of: frozenset[Address] | None = frozenset()
    """The mailboxes whose grants are read. None: those of all mailboxes in the scope."""
    trustees: frozenset[Address] = field(default_factory=frozenset)
    """Addresses that specs name. They must be resolved to ids."""
    with_members: bool = False
    """Whether the effective members of groups that have a grant are read."""
    rights: frozenset[Right] = frozenset()
    """The rights that specs grant. Reading some of them takes additional requests."""
    inside: Mapping[Address, frozenset[Right]] = field(default_factory=dict)
    """The rights inside each mailbox that its spec manages: the use of its calendar, its contacts, reading alone.
    What is not named here is neither read nor reported."""
    inside_all: frozenset[Right] = frozenset()
    """The rights inside every mailbox of the scope."""
    addresses: frozenset[Address] = field(default_factory=frozenset)
    """Aliases that specs name. The holders of those that none of the mailboxes has belong into `Observed.taken`."""
    named_by: Mapping[Address, frozenset[Address]] = field(default_factory=dict)
    """The mailboxes whose specs name an alias or a member: if it cannot be looked up, they were not read completely."""
    recipients: Mapping[Address, frozenset[str]] = field(default_factory=dict)
    """The addresses, in lower case, by which the settings of each spec name recipients: one of them may be an alias."""
    managing: Mapping[Address, frozenset[Field]] | None = None
    """The settings that the spec of each mailbox manages. None: all settings of the scope are read of all mailboxes."""
    ending: Mapping[Address, Value] = field(default_factory=dict)
    """The licence that the spec of each mailbox wants; None: the mailbox is to be deleted. Before one of them goes, the
    legal holds that go with it are read."""
    releasing: Mapping[Address, Mapping[Field, Value]] = field(default_factory=dict)
    """What the spec of each mailbox wants of the settings that legal holds depend on: before one of them changes, the
    holds that end with it are read."""
    dispensable: frozenset[Field] = frozenset()
    """Settings that no spec manages: without the permission to read them, they are left out, with a warning."""
    folders: Reach = Reach.NONE
    """Which folders are read for what anybody can do in them, whether specs manage it or not."""
    only_of: Mapping[Field, frozenset[Address]] = field(default_factory=dict)
    """Settings of the scope that are read of some mailboxes only."""
    with_paths: bool = False
    """Whether the nested groups are read too, through which those members have a right. Nothing depends on them."""

    def inside_of(self, mailbox: Address) -> frozenset[Right]:
        """Return the rights inside a mailbox that are read."""
        return self.inside_all | self.inside.get(mailbox, frozenset())

    def wants(self, name: Field, mailbox: Address) -> bool:
        """Return whether a setting of a mailbox is in the scope."""
        is_managed = self.managing is None or name in self.managing.get(mailbox, frozenset())
        return name in self.fields and is_managed and not self.skips(name, mailbox)

    def skips(self, name: Field, mailbox: Address) -> bool:
        """Return whether a setting is read of other mailboxes only."""
        return name in self.only_of and mailbox not in self.only_of[name]


class Provider(Protocol):
    """One tenant. Methods are called from several threads; the changes of one mailbox come one after another."""

    def observe(self, scope: Scope, listener: Listener = SILENT) -> Observed:
        """Return everything in the scope. Raises ObserveError, AuthError, CloudError.

        May return more than the scope asks for, never less: what cannot be read is an error, or one object in `unread`.
        """
        ...

    def apply(self, change: Change, listener: Listener = SILENT, *, request_id: str = "") -> Outcome:
        """Send one change. Never raises for a response of the vendor: every response becomes an Outcome.

        If a response leaves it open whether the change took effect, read the mailbox to find out.
        """
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


@runtime_checkable
class KeepsLog(Protocol):
    """A provider of a vendor that logs who gave access."""

    log_name: str
    """The value of `granted_source` for what this log says."""

    def grant_log(self, since: datetime | None, listener: Listener = SILENT) -> tuple[LoggedGrant, ...]:
        """Return who gave and took rights, in order, since a time. Raises AuthError, CloudError, ObserveError."""
        ...


@runtime_checkable
class Bounded(Protocol):
    """A provider that can limit its waiting to the end of a run."""

    def finish_within(self, seconds: float | None) -> None:
        """Wait no longer than this many seconds from now. None: as long as each request may take."""
        ...
