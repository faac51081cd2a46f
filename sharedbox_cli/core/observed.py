"""What was observed in a cloud: mailboxes, entries that are no rights, address holders, licences.

A setting or fact that is absent from a mapping was *not read*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Grant, Platform, Right, Trustee
from sharedbox_cli.core.reach import Audience, FolderKind
from sharedbox_cli.core.unread import Unread
from sharedbox_cli.core.values import Value


@dataclass(frozen=True, slots=True)
class SpecialEntry:
    """An entry that is not a right: a deny, inherited rights, invitations, unknown ones. Most are never changed."""

    trustee: TrusteeId
    text: str
    is_deny: bool = False
    is_inherited: bool = False
    is_everybody: bool = False
    """It means all accounts of the organisation."""
    revocable: Right | None = None
    """The right that it becomes if the trustee accepts it. An exact list of members revokes it like that right."""
    replaced_by: Right | None = None
    """The right that replaces it when it is granted to the same trustee."""


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """What somebody can do in one folder."""

    folder: str
    """Its name or path."""
    kind: FolderKind
    level: str
    """In the words of the platform."""
    right: Right
    trustee: TrusteeId
    """Empty for people whom nobody lists."""
    audience: Audience | None = None
    items: int | None = field(default=None, compare=False)
    """How many items are directly in the folder; None: not known."""


@dataclass(frozen=True, slots=True)
class ObservedMailbox:
    """One mailbox as read from a cloud."""

    id: str
    address: Address
    platform: Platform
    settings: Mapping[Field, Value] = field(default_factory=dict)
    grants: frozenset[Grant] | None = None
    """None: not read."""
    special: tuple[SpecialEntry, ...] = ()
    facts: Mapping[Fact, Value] = field(default_factory=dict)
    levels: frozenset[Right] = frozenset()
    """The rights with levels that were read: `grants` has all grants of them."""
    folders: tuple[FolderEntry, ...] | None = None
    """What people can do in single folders; None: not read."""
    kept_exactly: frozenset[Field] = frozenset()
    """Settings whose values the service saves as they are written: only upper and lower case can differ."""


@dataclass(frozen=True, slots=True)
class AddressHolder:
    """The holder of an address that a spec names."""

    id: str
    kind: str
    """Plain words: `user mailbox`, `distribution group`, `soft-deleted mailbox` …"""
    name: str
    address: Address
    is_soft_deleted: bool = False
    hint: str = ""
    """What to do to get the address; empty: nothing special."""
    is_takeable: bool = False
    """The address can be given to another object as it is: it belonged to something that was deleted."""
    is_convertible: bool = False
    """A user mailbox with this primary address: it can become the shared one. `Observed.mailboxes` has it as well,
    with all its settings, grants and `Field.KIND` = `user`."""
    deleted_at: str = ""
    """The day of a soft deletion, in ISO format."""
    used_bytes: int | None = None
    """The size of a soft-deleted mailbox: read only where several have one address."""


@dataclass(frozen=True, slots=True)
class LicencePool:
    """Seats of one kind of licence."""

    name: str
    plans: tuple[str, ...]
    total: int
    used: int
    is_suite: bool = False
    """Whether the product includes more than a mailbox."""

    @property
    def free(self) -> int:
        """Return how many seats are left, never below 0."""
        return max(0, self.total - self.used)


class LevelSpan(NamedTuple):
    """What the words of a platform for a level allow, compared with our levels."""

    least: str
    """The highest of our levels that they include."""
    most: str = ""
    """The lowest of our levels that includes them; empty: none does."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part of an observation came from."""

    what: str
    call: str
    items: int
    pages: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Observed:
    """What one tenant has now. Using an incomplete one is an error."""

    tenant_id: str
    tenant_name: str
    platforms: frozenset[Platform]
    domains: frozenset[str]
    """Accepted domains, in lower case."""
    read_at: datetime
    mailboxes: Mapping[Address, ObservedMailbox] = field(default_factory=dict)
    trustees: Mapping[TrusteeId, Trustee] = field(default_factory=dict)
    directory: Mapping[Address, TrusteeId] = field(default_factory=dict)
    """Each address (primary or alias) of each trustee read, to its id."""
    ambiguous: Mapping[Address, tuple[TrusteeId, ...]] = field(default_factory=dict)
    taken: Mapping[Address, tuple[AddressHolder, ...]] = field(default_factory=dict)
    members: Mapping[TrusteeId, frozenset[TrusteeId]] = field(default_factory=dict)
    """Effective users of each group that was asked for."""
    direct: Mapping[TrusteeId, frozenset[TrusteeId]] = field(default_factory=dict)
    """Direct users and groups of groups with nested groups, and of those: only where paths were asked for."""
    licences: Mapping[str, LicencePool] = field(default_factory=dict)
    level_spans: Mapping[str, LevelSpan] = field(default_factory=dict)
    """What the platform's own words for levels allow, by word."""
    sources: tuple[Source, ...] = ()
    is_complete: bool = True
    others: int = 0
    """Mailboxes of these platforms that exist and were not asked for."""
    unread: tuple[Unread, ...] = ()
    """Objects in the scope that could not be read. A mailbox of them may be missing above, or have unread parts."""

    @property
    def unread_mailboxes(self) -> frozenset[Address]:
        """Return the mailboxes that were not read completely: no plan may rely on what is known about them."""
        return frozenset(item.mailbox for item in self.unread if item.mailbox is not None)
