"""What a conversion returns: a mailbox for another platform, and all differences."""

from __future__ import annotations

from dataclasses import dataclass, field

from sharedbox_cli.core.model import DesiredMailbox


@dataclass(frozen=True, slots=True)
class Note:
    """One difference: the key or the member, and why."""

    key: str
    what: str
    why: str
    member: str = ""
    """The address in lower case, if it is about a member."""
    is_lost: bool = False


@dataclass(slots=True)
class Moved:
    """A mailbox for another platform, and all differences."""

    mailbox: DesiredMailbox
    notes: list[Note] = field(default_factory=list)


def order(note: Note) -> tuple[str, str, str]:
    """Return the key that sorts notes."""
    return note.key, note.member, note.what
