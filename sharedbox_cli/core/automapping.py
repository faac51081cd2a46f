"""What a platform does not tell, laid over an observation from what the journal remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sharedbox_cli.core.model import Grant, Observed, ObservedMailbox, Right


def remember(world: Observed, automapping: Mapping[tuple[str, str], bool]) -> Observed:
    """Return the world with `automapping` filled in, by (mailbox id, trustee id), where it is not known."""
    if not automapping:
        return world
    boxes = {key: _remembered(box, automapping) for key, box in world.mailboxes.items()}
    return replace(world, mailboxes=boxes)


def _remembered(box: ObservedMailbox, automapping: Mapping[tuple[str, str], bool]) -> ObservedMailbox:
    if box.grants is None:
        return box
    return replace(box, grants=frozenset(_wished(box, grant, automapping) for grant in box.grants))


def _wished(box: ObservedMailbox, grant: Grant, automapping: Mapping[tuple[str, str], bool]) -> Grant:
    if grant.right is not Right.FULL_ACCESS or grant.automapping is not None:
        return grant
    return replace(grant, automapping=automapping.get((box.id, grant.trustee)))
