"""Lines of a team or of defaults that give somebody access to many mailboxes, and whether a review takes them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import Desired, DesiredGrant, DesiredMailbox
from sharedbox_cli.core.review import Choice, Decision

Decided = Mapping[Address, Sequence[tuple[DesiredGrant, Decision]]]
"""The decisions that change the spec of a mailbox."""
_NAMED = 3
"""How many mailboxes a reason names."""


@dataclass(frozen=True, slots=True)
class SharedLine:
    """A member of a team or of defaults, and what the mailboxes that use it decided."""

    place: Place
    trustee: Address
    decided: Decided
    """Of each mailbox that uses the line: what it decided about the trustee."""
    against: tuple[Address, ...]
    """The mailboxes that do not say no to everything that the line gives them."""

    @property
    def why_not(self) -> str:
        """Return why the line stays, or nothing."""
        if not self.against:
            return ""
        names = ", ".join(address.text for address in self.against[:_NAMED])
        more = f" and {len(self.against) - _NAMED:,} more" if len(self.against) > _NAMED else ""
        return (
            f"{self.trustee} comes from {self.place}, and not every mailbox that uses it says no: {names}{more}. "
            "Change it there, or name people in the mailbox"
        )


def shared_lines(desired: Desired, wanted: Decided) -> tuple[SharedLine, ...]:
    """Return the lines outside of the spec of a mailbox that decisions are about, sorted by place."""
    asked = {
        (grant.place, grant.trustee) for key, said in wanted.items() for grant in _given_elsewhere(desired, key, said)
    }
    users: dict[tuple[Place, Address], list[DesiredMailbox]] = {one: [] for one in asked}
    for mailbox in desired.mailboxes.values():
        for one in {(grant.place, grant.trustee) for grant in mailbox.grants or ()} & asked:
            users[one].append(mailbox)
    return tuple(_line(place, trustee, users[place, trustee], wanted) for place, trustee in sorted(asked))


def _given_elsewhere(
    desired: Desired, key: Address, said: Sequence[tuple[DesiredGrant, Decision]]
) -> Iterator[DesiredGrant]:
    file = desired.mailboxes[key].place.file
    return (grant for grant, _ in said if grant.place.file != file)


def _line(place: Place, trustee: Address, users: Sequence[DesiredMailbox], wanted: Decided) -> SharedLine:
    decided = {
        mailbox.address: [item for item in wanted.get(mailbox.address, ()) if item[0].trustee == trustee]
        for mailbox in users
    }
    against = [mailbox.address for mailbox in users if not _says_no(mailbox, place, trustee, decided[mailbox.address])]
    return SharedLine(place, trustee, decided, tuple(sorted(against)))


def _says_no(
    mailbox: DesiredMailbox, place: Place, trustee: Address, said: Sequence[tuple[DesiredGrant, Decision]]
) -> bool:
    """Return whether a mailbox says no to everything that a trustee has there, and the line gives all of it."""
    refused = {grant.right for grant, decision in said if decision.choice is Choice.NO}
    mine = [grant for grant in mailbox.grants or () if grant.trustee == trustee]
    return all(grant.place == place and grant.right in refused for grant in mine)
