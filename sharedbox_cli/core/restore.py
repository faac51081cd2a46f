"""Which soft-deleted mailbox is restored where several have one address: a person chooses it by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sharedbox_cli.core.change import RESTORE, Change, Kind
from sharedbox_cli.core.guards_input import Waivers
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.observed import AddressHolder, Observed
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.sizes import gb

GUARD = "restore"


def candidates(address: Address, observed: Observed) -> tuple[AddressHolder, ...]:
    """Return the soft-deleted mailboxes of an address, the latest first."""
    found = [item for item in observed.taken.get(address, ()) if item.is_soft_deleted and item.address == address]
    return tuple(sorted(found, key=lambda item: (item.deleted_at, item.id), reverse=True))


def holder_words(holder: AddressHolder) -> str:
    """Return what is known of a soft-deleted mailbox: its name, size and the day of its deletion."""
    size = "size not known" if holder.used_bytes is None else gb(holder.used_bytes)
    return ", ".join((f"`{holder.name}`", size, *([f"deleted on {holder.deleted_at}"] if holder.deleted_at else ())))


def waiver_of(address: Address, holder: AddressHolder) -> str:
    """Return the waiver that chooses one of several soft-deleted mailboxes."""
    return f"{GUARD}={address}/{holder.id}"


def with_choices(plan: Plan, observations: Mapping[Platform, Observed], waivers: Waivers) -> Plan:
    """Return the plan with the soft-deleted mailboxes that the waivers choose."""
    changes = tuple(_chosen(change, observations[change.platform], waivers) for change in plan.changes)
    return replace(plan, changes=changes)


def _chosen(change: Change, observed: Observed, waivers: Waivers) -> Change:
    if change.kind is not Kind.CREATE or change.how != RESTORE or change.mailbox_id:
        return change
    holders = candidates(change.mailbox, observed)
    chosen = [holder.id for holder in holders if waivers.names(waiver_of(change.mailbox, holder))]
    return replace(change, mailbox_id=chosen[0]) if len(chosen) == 1 else change
