"""Observed + Change -> Observed, in memory: for properties, previews and undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sharedbox_cli.core.change import RESTORE, Change, Kind
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import (
    ALLOWED,
    COPY_SENDER,
    KIND_SHARED,
    LICENCE_NONE,
    Field,
    Grant,
    Observed,
    ObservedMailbox,
    Occupant,
    Value,
)

ASSUMED: Mapping[Field, Value] = {
    Field.DISPLAY_NAME: "",
    Field.ALIASES: (),
    Field.HIDDEN: False,
    Field.SIGN_IN: ALLOWED,
    Field.SENT_AS: COPY_SENDER,
    Field.SENT_ON_BEHALF: COPY_SENDER,
    Field.LICENCE: LICENCE_NONE,
    Field.KIND: KIND_SHARED,
}
"""What a new mailbox is taken to be in a preview; no plan rests on it: all managed settings are sent."""


def simulate(world: Observed, change: Change) -> Observed:
    """Return the world as it is after one change; a change that fits nothing changes nothing."""
    boxes = dict(world.mailboxes)
    taken = dict(world.taken)
    match change.kind:
        case Kind.CREATE:
            boxes[change.mailbox] = _made(change)
            taken.pop(change.mailbox, None)
        case Kind.DELETE:
            gone = boxes.pop(change.mailbox, None)
            if gone is not None:
                taken[change.mailbox] = (_buried(gone),)
        case _:
            box = boxes.get(change.mailbox)
            if box is not None:
                boxes[change.mailbox] = _changed(box, change)
    return replace(world, mailboxes=boxes, taken=taken)


def simulate_all(world: Observed, changes: Iterable[Change]) -> Observed:
    """Return the world after all changes, one by one."""
    for change in changes:
        world = simulate(world, change)
    return world


def new_id(address: Address) -> str:
    """Return the id that a simulated creation gives."""
    return f"new:{address.key}"


def _made(change: Change) -> ObservedMailbox:
    identity = change.mailbox_id if change.how == RESTORE else new_id(change.mailbox)
    settings: dict[Field, Value] = {**ASSUMED, **change.after}
    return ObservedMailbox(identity, change.mailbox, change.platform, settings=settings, grants=frozenset())


def _buried(box: ObservedMailbox) -> Occupant:
    name = box.settings.get(Field.DISPLAY_NAME)
    return Occupant(box.id, "soft-deleted mailbox", str(name or ""), box.address, is_soft_deleted=True)


def _changed(box: ObservedMailbox, change: Change) -> ObservedMailbox:
    if change.party is None:
        settings: dict[Field, Value] = {**box.settings, **change.after}
        return replace(box, settings=settings)
    party = change.party
    wish = change.after.get(Field.AUTOMAPPING)
    automapping = wish if isinstance(wish, bool) else None
    grant = Grant(party.id, party.right, party.detail, automapping)
    rest = frozenset(item for item in box.grants or () if item != grant)
    return replace(box, grants=rest if change.kind is Kind.REVOKE else rest | {grant})
