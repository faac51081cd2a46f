"""Mailboxes with the new addresses of people, for a move to another tenant or platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sharedbox_cli.core.convert_notes import Note
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import DesiredGrant, DesiredMailbox
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.export.folder import Adopted

NewAddress = Callable[[str], str | None]
"""Returns the new address for an address in lower case: the same if it stays, None without a counterpart."""
NO_COUNTERPART = "no counterpart in the map of people."


@dataclass(frozen=True, slots=True)
class MovedPeople:
    """A mailbox with new addresses, and the people who have none."""

    adopted: Adopted
    without: tuple[str, ...] = ()


def moved_people(one: Adopted, new_of: NewAddress) -> MovedPeople:
    """Return a mailbox with new addresses. People without a counterpart are left out, and named in a note.

    Addresses of the mailbox itself change only if the map has them.
    """
    mailbox = one.mailbox
    without = {grant.trustee.key: grant.trustee.text for grant in _all(mailbox) if new_of(grant.trustee.key) is None}
    moved = replace(
        mailbox,
        address=_own(mailbox.address, new_of),
        settings={name: _setting(name, value, new_of) for name, value in mailbox.settings.items()},
        grants=None if mailbox.grants is None else _grants(mailbox.grants, new_of),
        expired=_grants(mailbox.expired, new_of),
    )
    notes = [replace(note, member=new_of(note.member) or note.member) if note.member else note for note in one.notes]
    notes = [note for note in notes if note.member not in without]
    notes += [Note("members", text, NO_COUNTERPART, is_lost=True) for text in without.values()]
    return MovedPeople(Adopted(moved, notes), tuple(without.values()))


def _all(mailbox: DesiredMailbox) -> Iterable[DesiredGrant]:
    return (*(mailbox.grants or ()), *mailbox.expired)


def _own(address: Address, new_of: NewAddress) -> Address:
    new = new_of(address.key)
    return address if new is None or new == address.key else Address.of(new)


def _setting(name: Field, value: Value, new_of: NewAddress) -> Value:
    has_addresses = name is Field.ALIASES or SETTINGS[name].names_recipients
    if has_addresses and isinstance(value, tuple):
        return tuple(sorted({_own(Address.of(str(item)), new_of).key for item in value}))
    if has_addresses and isinstance(value, str) and value:
        return _own(Address.of(value), new_of).key
    return value


def _grants(grants: Iterable[DesiredGrant], new_of: NewAddress) -> tuple[DesiredGrant, ...]:
    """Return grants with new addresses; two people who become one have the rights of both."""
    found: dict[tuple[str, str], DesiredGrant] = {}
    for grant in grants:
        new = new_of(grant.trustee.key)
        if new is not None:
            trustee = grant.trustee if new == grant.trustee.key else Address.of(new)
            found.setdefault((trustee.key, str(grant.right)), replace(grant, trustee=trustee))
    return tuple(found[key] for key in sorted(found))
