"""Observed + Change -> Observed, in memory: for properties, previews and undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sharedbox_cli.core.change import RESTORE, Change, Kind, aliases_of
from sharedbox_cli.core.ensured import with_items
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, Grant
from sharedbox_cli.core.observed import AddressHolder, Observed, ObservedMailbox
from sharedbox_cli.core.order import Topic
from sharedbox_cli.core.values import Value

_ASSUMED: Mapping[Field, Value] = {
    name: setting.new for name, setting in SETTINGS.items() if setting.topic is not Topic.GRANT
}
"""The settings of a new mailbox in a preview; no plan relies on them: all managed settings are sent."""


def simulate(observed: Observed, change: Change) -> Observed:
    """Return the observation after one change; a change that matches nothing has no effect."""
    mailboxes = dict(observed.mailboxes)
    taken = dict(observed.taken)
    match change.kind:
        case Kind.CREATE:
            mailboxes[change.mailbox] = _created(change)
            taken.pop(change.mailbox, None)
        case Kind.DELETE:
            deleted = mailboxes.pop(change.mailbox, None)
            if deleted is not None:
                taken[change.mailbox] = (_soft_deleted(deleted),)
        case _:
            mailbox = mailboxes.get(change.mailbox)
            if mailbox is not None:
                for text in aliases_of(change.before) - aliases_of(change.after):
                    _release(taken, Address.of(text), change.mailbox)
                mailboxes[change.mailbox] = _changed(mailbox, change)
    return replace(observed, mailboxes=mailboxes, taken=taken)


def simulate_all(observed: Observed, changes: Iterable[Change]) -> Observed:
    """Return the observation after all changes, one by one."""
    for change in changes:
        observed = simulate(observed, change)
    return observed


def _release(taken: dict[Address, tuple[AddressHolder, ...]], address: Address, owner: Address) -> None:
    others = tuple(item for item in taken.get(address, ()) if item.address != owner)
    taken.pop(address, None)
    if others:
        taken[address] = others


def new_id(address: Address) -> str:
    """Return the id that a simulated creation gives."""
    return f"new:{address.key}"


def _created(change: Change) -> ObservedMailbox:
    identity = change.mailbox_id if change.how == RESTORE else new_id(change.mailbox)
    settings: dict[Field, Value] = {**_ASSUMED, **change.after}
    return ObservedMailbox(
        identity, change.mailbox, change.platform, settings=settings, grants=frozenset(), levels=frozenset(LEVELLED)
    )


def _soft_deleted(mailbox: ObservedMailbox) -> AddressHolder:
    name = mailbox.settings.get(Field.DISPLAY_NAME)
    return AddressHolder(mailbox.id, "soft-deleted mailbox", str(name or ""), mailbox.address, is_soft_deleted=True)


def _changed(mailbox: ObservedMailbox, change: Change) -> ObservedMailbox:
    if change.party is None:
        settings: dict[Field, Value] = {**mailbox.settings, **change.after}
        for name, value in change.after.items():
            if SETTINGS[name].is_ensured:
                settings[name] = with_items(mailbox.settings.get(name), value)
        return replace(mailbox, settings=settings)
    party, after = change.party, change.after
    automapping, delivery = after.get(Field.AUTOMAPPING), after.get(Field.DELIVERY)
    before = next((item for item in mailbox.grants or () if _is_about(item, change)), None)
    if automapping is None and change.kind is Kind.UPDATE and before is not None:
        automapping = before.automapping
    if delivery is None and before is not None:
        delivery = before.delivery
    until = after.get(Field.UNTIL, before.until if before is not None else None)
    grant = Grant(
        party.id,
        party.right,
        party.detail,
        automapping if isinstance(automapping, bool) else None,
        delivery if isinstance(delivery, str) else None,
        until if isinstance(until, str) else None,
    )
    rest = frozenset(item for item in mailbox.grants or () if item not in (grant, before))
    return replace(mailbox, grants=rest if change.kind is Kind.REVOKE else rest | {grant})


def _is_about(grant: Grant, change: Change) -> bool:
    """Return whether a change replaces a grant: the same right, or another role of the same trustee."""
    party = change.party
    if party is None or grant.trustee != party.id or change.kind is not Kind.UPDATE:
        return False
    if Field.LEVEL in change.before:
        return grant.right is party.right and grant.detail == change.before[Field.LEVEL]
    return grant.right == change.before.get(Field.ROLE, party.right)
