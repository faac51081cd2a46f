"""The nouns: what is desired and what was observed, in the same words for every platform.

A setting or fact that is absent from a mapping is *not managed* (desired) or *not read* (observed).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType

from sharedbox_cli.core.facts import Fact as Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.location import NOWHERE, Place
from sharedbox_cli.core.reach import Audience, FolderKind
from sharedbox_cli.core.unread import Unread
from sharedbox_cli.core.values import Value

Platform = NewType("Platform", str)
MICROSOFT365 = Platform("microsoft365")
GOOGLE_DELEGATED = Platform("google-delegated")
GOOGLE_COLLABORATIVE = Platform("google-collaborative")
EVERY_REGION = frozenset({MICROSOFT365})
"""Platforms that keep the language of each region. Others save a near language for one that they do not offer."""


class Right(StrEnum):
    """What is granted. `OTHER` keeps a right that has no name here; its own text is in `Grant.detail`."""

    FULL_ACCESS = "full_access"
    READ = "read"
    SEND_AS = "send_as"
    SEND_ON_BEHALF = "send_on_behalf"
    MEMBER = "member"
    """Roles in a group that is used as an inbox; a member has one of the three."""
    MANAGER = "manager"
    OWNER = "owner"
    CALENDAR = "calendar"
    """Use of the calendar, or of the contacts, at the level that `Grant.detail` names (`core/levels.py`)."""
    CONTACTS = "contacts"
    OTHER = "other"


LEVELLED = (Right.CALENDAR, Right.CONTACTS)
"""Rights that have levels; a trustee has one level of each."""
GRANTABLE: tuple[Right, ...] = tuple(right for right in Right if right not in (*LEVELLED, Right.OTHER))
"""Rights that a member can have."""
CALENDAR_ONLY = "calendar_only"
MEMBER_RIGHTS: Mapping[str, Right] = {**{str(right): right for right in GRANTABLE}, CALENDAR_ONLY: Right.CALENDAR}
"""The words for the rights of a member in a spec."""
READING = frozenset({Right.FULL_ACCESS, Right.READ, Right.MEMBER, Right.MANAGER, Right.OWNER})
"""Rights that include reading incoming messages."""
ROLES = (Right.MEMBER, Right.MANAGER, Right.OWNER)


class TrusteeKind(StrEnum):
    """What a trustee is."""

    USER = "user"
    GROUP = "group"
    ORPHAN = "orphan"
    """A deleted object of which only the id is left."""
    APPLICATION = "application"
    """An application that acts on its own: no person, and no deleted account."""
    OTHER = "other"
    """Somebody who was not resolved: alive for all that is known."""


class State(StrEnum):
    """Whether the mailbox should exist."""

    PRESENT = "present"
    ABSENT = "absent"


class MembersMode(StrEnum):
    """Whether only the members of a spec may have rights."""

    EXACT = "exact"
    AT_LEAST = "at-least"


@dataclass(frozen=True, slots=True)
class Trustee:
    """A user or group that can hold a right."""

    id: TrusteeId
    kind: TrusteeKind
    address: Address | None = None
    name: str = ""
    is_enabled: bool = True
    is_guest: bool = False
    is_kind_known: bool = True
    """False: nobody can say whether an address of another organisation is a person or a group."""
    is_mail_enabled: bool = True
    is_security: bool = True
    """Groups: whether a right given to it works (Exchange: mail-enabled security groups only)."""
    member_count: int | None = None
    """Groups: effective (transitive) users, where read."""
    joining: str | None = None
    """Groups: who can become a member, or add one, without an owner: a word of `Field.GROUP_JOINING`, `members` where
    every member adds others, or `UNKNOWN`. None: not asked."""
    joined_through: str = ""
    """Groups: the group inside this one that `joining` is about; empty: this one."""
    refusal: str = ""
    """Why the platform gives this trustee no new right, as a clause that follows the address; empty: it does."""
    refused_rights: tuple[Right, ...] = ()
    """The rights that the refusal is about; empty: every right."""
    caveat: str = ""
    """What keeps a right of this trustee from working for now, as a clause that follows the address."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A right that a trustee holds on a mailbox."""

    trustee: TrusteeId
    right: Right
    detail: str = ""
    automapping: bool | None = field(default=None, compare=False)
    """None: unknown, as the platform does not report it."""
    delivery: str | None = field(default=None, compare=False)
    """How a member of a group receives messages by mail; None: not read."""
    until: str | None = field(default=None, compare=False)
    """When the service itself ends it (`until.end_value`); None: not read."""


@dataclass(frozen=True, slots=True)
class DesiredGrant:
    """A right that a spec gives to an address."""

    trustee: Address
    kind: TrusteeKind
    right: Right
    detail: str = ""
    automapping: bool | None = None
    delivery: str | None = None
    until: datetime | None = None
    """UTC; after it the grant is not desired."""
    reason: str = ""
    place: Place = field(default=NOWHERE, compare=False)

    def is_over(self, now: datetime) -> bool:
        """Return whether this access has ended."""
        return self.until is not None and self.until <= now


@dataclass(frozen=True, slots=True)
class DesiredMailbox:
    """One document of the specs after defaults, teams and expiry."""

    address: Address
    platform: Platform
    state: State = State.PRESENT
    settings: Mapping[Field, Value] = field(default_factory=dict)
    grants: tuple[DesiredGrant, ...] | None = None
    """None: nobody's rights are managed; empty: nobody has rights."""
    levels: frozenset[Right] = frozenset()
    """The rights with levels that this spec manages: others are neither read nor changed."""
    has_members: bool = True
    """False: only rights with levels are managed, and `grants` has no others."""
    unmanaged: tuple[str, ...] = ()
    """The keys that this spec leaves out and every mailbox of the platform has."""
    expired: tuple[DesiredGrant, ...] = ()
    members_mode: MembersMode = MembersMode.EXACT
    labels: Mapping[str, str] = field(default_factory=dict)
    warn_at_percent: int | None = None
    suite: str = ""
    """The product that may be assigned or removed with the licence, although it includes more than a mailbox."""
    enforces_until: bool = False
    """Whether the service itself is to end the access of members; it does so for no higher role."""
    shared_out: frozenset[Field] = field(default=frozenset(), compare=False)
    """Settings that a workflow adds to: they follow from who shares the mail."""
    place: Place = field(default=NOWHERE, compare=False)
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Where each value came from, by its path in the spec (`display_name`, `members[0].rights`)."""

    @property
    def manages_members(self) -> bool:
        """Return whether the list of members is managed, and not only levels."""
        return self.grants is not None and self.has_members

    @property
    def aliases(self) -> tuple[Address, ...]:
        """Return the aliases that the spec names; none if it does not manage them."""
        value = self.settings.get(Field.ALIASES)
        return tuple(Address.of(str(item)) for item in value) if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A mailbox of a document that is left out, for an address that it has or wants."""

    mailbox: Address
    platform: Platform


@dataclass(frozen=True, slots=True)
class Desired:
    """All specs of a run."""

    mailboxes: Mapping[Address, DesiredMailbox] = field(default_factory=dict)
    digest: str = ""
    """SHA-256 of the canonical content of all documents."""
    total: int | None = 0
    """The number of documents before any filter: guards count on it. None: not known, for a saved plan of a part."""
    grants_elsewhere: int = 0
    """Grants of documents that a filter left out: they are part of the base of `mass-revocation`."""

    claims_elsewhere: Mapping[Address, Claim] = field(default_factory=dict)
    """Addresses and aliases that documents name which a filter left out: none of them may move without its mailbox."""

    def counted_anew(self) -> Desired:
        """Return the same mailboxes with the numbers that follow from them alone, as guards need for a saved plan."""
        count = len(self.mailboxes)
        is_part = self.total is None or self.total > count
        return replace(self, total=None if is_part else count, grants_elsewhere=0)

    def of_platforms(self, platforms: frozenset[Platform]) -> Desired:
        """Return the part for some platforms."""
        return self.part({key for key, mailbox in self.mailboxes.items() if mailbox.platform in platforms})

    @property
    def named_by(self) -> dict[Address, frozenset[Address]]:
        """Return the mailboxes whose documents name an address, as an alias or a member."""
        found: dict[Address, frozenset[Address]] = {}
        for key, mailbox in self.mailboxes.items():
            for address in (*mailbox.aliases, *(grant.trustee for grant in mailbox.grants or ())):
                found[address] = found.get(address, frozenset()) | {key}
        return found

    def without(self, left_out: Collection[Address]) -> Desired:
        """Return the part without some mailboxes."""
        return self.part(self.mailboxes.keys() - left_out)

    def part(self, chosen: Collection[Address]) -> Desired:
        """Return the documents of some mailboxes; the grants and addresses of the others still count."""
        left = [mailbox for key, mailbox in self.mailboxes.items() if key not in chosen]
        return replace(
            self,
            mailboxes={key: mailbox for key, mailbox in self.mailboxes.items() if key in chosen},
            grants_elsewhere=self.grants_elsewhere + sum(len(mailbox.grants or ()) for mailbox in left),
            claims_elsewhere={**self.claims_elsewhere, **{at: claim for one in left for at, claim in _claims(one)}},
        )


def _claims(mailbox: DesiredMailbox) -> Iterator[tuple[Address, Claim]]:
    if mailbox.state is State.PRESENT:
        for address in (mailbox.address, *mailbox.aliases):
            yield address, Claim(mailbox.address, mailbox.platform)


@dataclass(frozen=True, slots=True)
class SpecialEntry:
    """An entry that is no right: a deny, an inherited right, an invitation, an unknown one. Most are never changed."""

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
