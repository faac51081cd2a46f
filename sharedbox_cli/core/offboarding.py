"""What specs give to one person, and what would become of each mailbox without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import READING, Desired, DesiredGrant, DesiredMailbox, Right
from sharedbox_cli.core.values import Value

STAYS = "with `members_mode: at-least`, rights that no spec gives stay: revoke them in the tenant"
"""Why taking somebody out of a spec is not enough."""


@dataclass(frozen=True, slots=True)
class Access:
    """The rights of a person on one mailbox, as its spec gives them."""

    mailbox: Address
    platform: str
    rights: tuple[Right, ...]
    file: str
    """The file that gives them: of the mailbox, or of a team."""
    is_last: bool
    """Whether nobody else could read the mailbox."""
    settings: tuple[str, ...] = ()
    """Settings that name the person, such as `forwarding.to`: they are not changed."""


def access_of(desired: Desired, person: Address) -> tuple[Access, ...]:
    """Return every mailbox on which specs give somebody a right, or whose settings name them, sorted by address."""
    return tuple(
        access
        for _, mailbox in sorted(desired.mailboxes.items(), key=lambda item: item[0])
        if (access := _access(mailbox, person)) is not None
    )


def _access(mailbox: DesiredMailbox, person: Address) -> Access | None:
    mine = [grant for grant in (*(mailbox.grants or ()), *mailbox.expired) if grant.trustee == person]
    settings = tuple(sorted(_named_in(mailbox.settings, person)))
    if not mine and not settings:
        return None
    return Access(
        mailbox.address,
        str(mailbox.platform),
        tuple(sorted({grant.right for grant in mine}, key=list(Right).index)),
        mine[0].place.file if mine else mailbox.place.file,
        _is_last(mailbox, person),
        settings,
    )


def _is_last(mailbox: DesiredMailbox, person: Address) -> bool:
    """Return whether a person can read a mailbox and nobody else can."""
    readers = {grant.trustee for grant in mailbox.grants or () if grant.right in READING}
    return readers == {person}


def _named_in(settings: Mapping[Field, Value], person: Address) -> Iterator[str]:
    for name, value in settings.items():
        if person.key in _texts(value):
            yield str(name)


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value.lower()
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)


def handed_over(mailbox: DesiredMailbox, person: Address) -> tuple[DesiredGrant, ...]:
    """Return the grants of a person on a mailbox that a successor needs."""
    return tuple(grant for grant in mailbox.grants or () if grant.trustee == person)
