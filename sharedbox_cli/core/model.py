"""The nouns: rights, trustees, grants, and what is desired, in the same words for every platform.

A setting that is absent from a mapping is *not managed*. `core.observed` has what was read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sharedbox_cli.core.facts import Fact as Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.location import NOWHERE, Place
from sharedbox_cli.core.values import Value

Platform = NewType("Platform", str)
MICROSOFT365 = Platform("microsoft365")
GOOGLE_DELEGATED = Platform("google-delegated")
GOOGLE_COLLABORATIVE = Platform("google-collaborative")


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

    def recounted(self) -> Desired:
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
