"""What was read from CSV files: mailboxes, people, and what was not used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import Right, TrusteeKind
from sharedbox_cli.language.csv.columns import Use
from sharedbox_cli.language.csv.people_map import PeopleMap


@dataclass(slots=True)
class Person:
    """Somebody in a mailbox, with all rights of all rows."""

    address: Address
    place: Place
    kind: TrusteeKind = TrusteeKind.USER
    rights: set[Right] = field(default_factory=set)
    terms: dict[Use, tuple[object, Place]] = field(default_factory=dict)
    """Automapping, end and reason, and where each comes from."""


@dataclass(slots=True)
class CsvMailbox:
    """A mailbox with the values of all its rows."""

    address: Address
    place: Place
    values: dict[str, tuple[object, Place]] = field(default_factory=dict)
    """Single values by field, and labels by `label.NAME`."""
    aliases: dict[str, Place] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    """People without a counterpart in the map."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is not used, and why."""

    place: Place
    what: str
    why: str


@dataclass(slots=True)
class CsvReading:
    """All mailboxes of some files, what was not used, and what is wrong."""

    mailboxes: dict[Address, CsvMailbox] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    has_people: bool = False
    """Whether a column holds people: otherwise specs do not manage members."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How cells are read, in addition to the columns."""

    domain: str = ""
    default_rights: tuple[Right, ...] = ()
    people: PeopleMap | None = None


def owner_problems(mailboxes: Mapping[Address, CsvMailbox]) -> Iterable[Problem]:
    """Yield a problem for each alias that is another mailbox, or an alias of one."""
    owners: dict[str, CsvMailbox] = {address.key: mailbox for address, mailbox in mailboxes.items()}
    for mailbox in mailboxes.values():
        for alias, place in mailbox.aliases.items():
            other = owners.setdefault(alias, mailbox)
            if other is not mailbox:
                why = f"{alias} belongs to {other.address} and to {mailbox.address}."
                yield Problem(place, "one address, two owners", why, "Keep one of them.", other.place)


def own_member_problems(mailboxes: Iterable[CsvMailbox]) -> Iterable[Problem]:
    """Yield a problem for each person who is an alias of the mailbox."""
    for mailbox in mailboxes:
        for person in mailbox.people.values():
            if person.address.key in mailbox.aliases:
                why = f"{person.address} is an alias of {mailbox.address}."
                yield Problem(person.place, "a mailbox as its own member", why, "Leave it out.")
