"""The levels at which somebody can use a calendar or the contacts of a mailbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Desired, DesiredMailbox, Right
from sharedbox_cli.core.observed import LevelSpan, Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.values import Value

NO_LEVEL = "none"
"""No level of their own: what everybody in the organisation can do applies."""
LEVELS = (NO_LEVEL, "availability", "details", "reader", "editor")
"""From the lowest to the highest. `availability` and `details` are of calendars: when it is busy, and with what."""
EDITOR = LEVELS[-1]
PARTIAL = "incomplete"
"""The detail of a right that is only half there, so that it does not work everywhere: granting it completes it."""


def inside_of(mailbox: DesiredMailbox, *, had_readers: bool = False) -> frozenset[Right]:
    """Return the rights inside a mailbox that its spec manages: levels, and reading where it gives that to somebody.

    `had_readers`: an earlier run did.
    """
    reads = had_readers or any(grant.right is Right.READ for grant in (*(mailbox.grants or ()), *mailbox.expired))
    return mailbox.levels | ({Right.READ} if reads and mailbox.manages_members else frozenset())


def inside_by_mailbox(desired: Desired, readers: frozenset[Address] = frozenset()) -> dict[Address, frozenset[Right]]:
    """Return the rights inside each mailbox that specs manage, where there are any."""
    found = {key: inside_of(one, had_readers=key in readers) for key, one in desired.mailboxes.items()}
    return {key: rights for key, rights in found.items() if rights}


def plain_readers(observed: Observed, apart_from: Collection[Address] = ()) -> Observed:
    """Return a reading as new specs can express it. Mailboxes that have a spec already stay as they are.

    Who can do more or less in the inbox than reading has no word in a spec. A list of the other readers would revoke
    their rights: no reader of such a mailbox is part of its spec.
    """
    mailboxes = {
        key: mailbox if key in apart_from else _without_odd_readers(mailbox)
        for key, mailbox in observed.mailboxes.items()
    }
    return replace(observed, mailboxes=mailboxes)


def _without_odd_readers(mailbox: ObservedMailbox) -> ObservedMailbox:
    readers = [grant for grant in mailbox.grants or () if grant.right is Right.READ]
    if not any(grant.detail for grant in readers):
        return mailbox
    words = [mark("reading the inbox ({detail})", detail=grant.detail or "reader") for grant in readers]
    entries = [SpecialEntry(grant.trustee, text) for grant, text in zip(readers, words, strict=True)]
    rest = frozenset(grant for grant in mailbox.grants or () if grant.right is not Right.READ)
    return replace(mailbox, grants=rest, special=(*mailbox.special, *entries))


def without_levels(mailbox: DesiredMailbox, right: Right) -> DesiredMailbox:
    """Return a mailbox whose spec does not manage one of the rights with levels."""
    levels = mailbox.levels - {right}
    grants = tuple(grant for grant in mailbox.grants or () if grant.right is not right)
    expired = tuple(grant for grant in mailbox.expired if grant.right is not right)
    is_managed = mailbox.grants is not None and (mailbox.has_members or levels)
    if not is_managed:
        return replace(mailbox, grants=None, levels=frozenset(), expired=(), has_members=True)
    return replace(mailbox, grants=grants, levels=levels, expired=expired)


def is_level(text: Value) -> bool:
    """Return whether a text is a level: a platform may have more, which keep its own words."""
    return text in LEVELS


Spans = Mapping[str, LevelSpan]
"""What the words of a platform allow, between our levels; words that nobody explains are not in it."""


def rises(before: Value, after: Value, spans: Spans = MappingProxyType({})) -> bool:
    """Return whether a level allows something that the one before does not. Words that nobody explains may do so.

    Reading mail has no level. Whoever has other words for it can read already, unless the right is incomplete.
    """
    if after == "":
        return before in (None, PARTIAL)
    least, most = _least(before, spans), _most(after, spans)
    return least is None or most is None or LEVELS.index(most) > LEVELS.index(least)


def takes_nothing(before: Value, after: Value, spans: Spans) -> bool:
    """Return whether one of our levels allows all that the one before allows."""
    most = _most(before, spans)
    return most is not None and after in LEVELS and LEVELS.index(str(after)) >= LEVELS.index(most)


def _least(level: Value, spans: Spans) -> str | None:
    span = spans.get(str(level))
    return str(level) if level in LEVELS else span.least if span else None


def _most(level: Value, spans: Spans) -> str | None:
    span = spans.get(str(level))
    return str(level) if level in LEVELS else (span.most or None) if span else None
