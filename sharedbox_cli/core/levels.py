"""The levels at which somebody can use a calendar or the contacts of a mailbox."""

from __future__ import annotations

from dataclasses import replace

from sharedbox_cli.core.model import DesiredMailbox, Right
from sharedbox_cli.core.values import Value

NO_LEVEL = "none"
"""No level of their own: what everybody in the organisation can do applies."""
LEVELS = (NO_LEVEL, "availability", "details", "reader", "editor")
"""From the lowest to the highest. `availability` and `details` are of calendars: when it is busy, and with what."""
EDITOR = LEVELS[-1]


def inside_of(mailbox: DesiredMailbox) -> frozenset[Right]:
    """Return the rights inside a mailbox that its spec manages: levels, and reading where it gives that to somebody."""
    reads = any(grant.right is Right.READ for grant in (*(mailbox.grants or ()), *mailbox.expired))
    return mailbox.levels | ({Right.READ} if reads and mailbox.has_members else frozenset())


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


def rises(before: Value, after: Value) -> bool:
    """Return whether a level is higher than the one before. Nobody knows what an unknown one allowed: it is."""
    return before not in LEVELS or (after not in LEVELS) or LEVELS.index(after) > LEVELS.index(before)
