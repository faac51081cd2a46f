"""Addresses across all documents: each one has one owner, and no mailbox is its own member."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import DesiredMailbox


@dataclass(frozen=True, slots=True)
class ResolvedMailbox:
    """A desired mailbox, and the place of each of its aliases."""

    mailbox: DesiredMailbox
    aliases: tuple[tuple[str, Place], ...] = ()
    """In lower case."""


def own_member_problems(mailbox: ResolvedMailbox) -> list[Problem]:
    """Return a problem for each right that a mailbox would have on itself."""
    desired = mailbox.mailbox
    own = {desired.address.key, *(alias for alias, _ in mailbox.aliases)}
    return [
        Problem(grant.place, "a mailbox as its own member", f"{grant.trustee} is the mailbox.", "Delete the line.")
        for grant in (*(desired.grants or ()), *desired.expired)
        if grant.trustee.key in own
    ]


def owner_problems(mailboxes: Iterable[ResolvedMailbox]) -> list[Problem]:
    """Return a problem for each address that two mailboxes would have, or one mailbox would have twice."""
    problems: list[Problem] = []
    primary: dict[str, Place] = {}
    everything = list(mailboxes)
    for mailbox in everything:
        desired = mailbox.mailbox
        first = primary.setdefault(desired.address.key, desired.place)
        if first is not desired.place:
            why = f"{desired.address} has two documents."
            problems.append(Problem(desired.place, "two mailboxes with the same address", why, "Keep one.", first))
    claimed: dict[str, tuple[Place, DesiredMailbox]] = {}
    for mailbox in everything:
        for alias, place in mailbox.aliases:
            if alias == mailbox.mailbox.address.key:
                why = f"{alias} is the primary address of this mailbox."
                problems.append(
                    Problem(place, "an alias that is the primary address", why, "Leave it out.", mailbox.mailbox.place)
                )
                continue
            owner = "the primary address of another mailbox" if alias in primary else ""
            other = primary.get(alias)
            if other is None and alias in claimed:
                other, holder = claimed[alias]
                owner = "listed twice" if holder is mailbox.mailbox else "an alias of another mailbox"
            if other is not None:
                why = f"{alias} is {owner}."
                problems.append(Problem(place, "one address, two owners", why, "Keep one of them.", other))
            claimed.setdefault(alias, (place, mailbox.mailbox))
    return problems
