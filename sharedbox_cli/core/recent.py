"""What earlier runs changed in the access to a mailbox: a guard must not be passed in small steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.until import is_later

SPAN = timedelta(days=7)
"""Revocations of this time count together with those of a plan."""
_REVIEWED = ("mass-revocation", "mailbox-revocation", "replaced-people", "last-access")
"""A run with a waiver of one of these was reviewed by somebody: what it revoked does not count any more."""

Held = tuple[TrusteeId, Right]


@dataclass(frozen=True, slots=True)
class RecentAccess:
    """What changed on one mailbox, without what was changed back."""

    revoked: frozenset[Held] = frozenset()
    granted: frozenset[Held] = frozenset()
    ending: frozenset[Held] = frozenset()
    """Of `revoked`, what the service is to end earlier: it is held until then."""


NOTHING = RecentAccess()


@dataclass(frozen=True, slots=True)
class RecentStep:
    """A change that was made, as recorded, with the waivers of its run."""

    change: Mapping[str, Any]
    waivers: tuple[str, ...] = ()


def recent_access(steps: Iterable[RecentStep]) -> dict[Address, RecentAccess]:
    """Return what changed on each mailbox, from the steps in the order in which they were made."""
    found: dict[Address, RecentAccess] = {}
    for step in steps:
        address, kind, party = Address.of(step.change["mailbox"]), step.change["kind"], step.change.get("party")
        known = found.get(address, NOTHING)
        if kind == Kind.DELETE or any(waiver.partition("=")[0] in _REVIEWED for waiver in step.waivers):
            found.pop(address, None)
        elif party is not None and (moved := _end_moved(step.change)):
            held = frozenset({(TrusteeId(party["id"]), Right(party["right"]))})
            if moved > 0:
                found[address] = RecentAccess(known.revoked - held, known.granted, known.ending - held)
            else:
                found[address] = RecentAccess(known.revoked | held, known.granted, known.ending | held)
        elif party is not None and kind in (Kind.GRANT, Kind.REVOKE):
            held = frozenset({(TrusteeId(party["id"]), Right(party["right"]))})
            ending = known.ending - held
            if kind == Kind.REVOKE:
                found[address] = RecentAccess(known.revoked | (held - known.granted), known.granted - held, ending)
            else:
                found[address] = RecentAccess(known.revoked - held, known.granted | (held - known.revoked), ending)
    return found


def _end_moved(change: Mapping[str, Any]) -> int:
    """Return whether a step let the service end a right earlier (-1), later (1), or neither."""
    after, before = change.get("after") or {}, change.get("before") or {}
    if change["kind"] != Kind.UPDATE or Field.UNTIL not in after:
        return 0
    return 1 if is_later(after[Field.UNTIL], before.get(Field.UNTIL)) else -1
