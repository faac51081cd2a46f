"""The holds of Google Vault: read once, before something changes on which they depend.

Holds are readable in open matters only, and matters only as far as the administrator may see them: an empty answer is
a proof only for a super administrator (developers.google.com/vault, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from sharedbox_cli.core.errors import AuthError, NotFound, PermissionDenied, Refused
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.values import UNKNOWN, Value
from sharedbox_cli.providers.forms import Row, object_in, optional_text, rows_in, text_of
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.observe.units import Units, is_within, read_units
from sharedbox_cli.providers.google_workspace.scopes import VAULT

T = TypeVar("T")


@dataclass(slots=True)
class Holds:
    """The holds that were read, by what they cover."""

    by_account: dict[str, set[str]] = field(default_factory=dict)
    """Names of holds by the id of an account, and by its address."""
    by_unit: dict[str, set[str]] = field(default_factory=dict)
    """Names of holds by the id of an organisational unit."""
    units: Units | None = None
    """None: the organisational units were not read."""
    on_groups: set[str] = field(default_factory=set)
    """Names of holds on groups that name none: assumed to cover all of them (docs/emulator.md)."""
    is_whole: bool = True

    def on(self, mailbox: ObservedMailbox, unit: str) -> Value:
        """Return the names of the holds on a mailbox, whose account is in a unit, or that they are not known."""
        keys = (mailbox.id, mailbox.address.key)
        names = {name for key in keys for name in self.by_account.get(key, ())}
        if mailbox.platform == GOOGLE_COLLABORATIVE:  # no group is in an organisational unit
            names |= self.on_groups
            return self._known(names)
        covering = self._covering(unit)
        return self._known(names.union(*covering.values()), is_known=None not in covering)

    def left(self, unit: str, to: str) -> Value:
        """Return the names of the holds that cover the accounts of one unit and not those of another one."""
        before, after = self._covering(unit), self._covering(to)
        names = {name for key, found in before.items() if key not in after for name in found}
        return self._known(names, is_known=None not in before)

    def _known(self, names: set[str], *, is_known: bool = True) -> Value:
        return tuple(sorted(names)) if names or (self.is_whole and is_known) else UNKNOWN

    def _covering(self, path: str) -> dict[str | None, set[str]]:
        """Return the holds on a unit or one above it, by the id of the unit; None: another one may cover it."""
        found: dict[str | None, set[str]] = {}
        for key, names in self.by_unit.items():
            above = self.units.path_of(key) if self.units is not None and path else None
            if above is None:
                found[None] = set()
            elif is_within(path, above):
                found[key] = names
        return found


@dataclass(frozen=True, slots=True)
class _Hold:
    """One hold: its name, and what it covers."""

    name: str
    keys: frozenset[str]
    """The ids and the addresses of accounts."""
    unit: str
    """The id of an organisational unit, or nothing."""
    is_on_groups: bool
    """Whether it is a hold on groups that names none."""


async def read_holds(google: Google, *, is_super: bool, with_units: bool = True) -> Holds:
    """Return all holds. Raises CloudError, ObserveError; without the permission, they are not known.

    A matter that cannot be read, as it was closed meanwhile, hides its own holds only. Organisational units are read
    only where a hold names one.
    """
    matters = await _permitted(_matters(google))
    lists = await together(_permitted(_holds_in(google, matter)) for matter in matters or ())
    holds = Holds(is_whole=is_super and matters is not None and None not in lists)
    for hold in (hold for one in lists for hold in one or ()):
        if hold.unit:
            holds.by_unit.setdefault(hold.unit, set()).add(hold.name)
        if hold.is_on_groups:
            holds.on_groups.add(hold.name)
        for key in hold.keys:
            holds.by_account.setdefault(key, set()).add(hold.name)
    if with_units and holds.by_unit:
        holds.units = await _permitted(read_units(google))
    return holds


async def _permitted(reading: Awaitable[T]) -> T | None:
    """Return what was read; None without the permission."""
    try:
        return await reading
    except (AuthError, PermissionDenied, Refused, NotFound):
        return None


async def _matters(google: Google) -> list[str]:
    matters, _ = await google.collect(
        VAULT,
        lambda service, token: service.matters().list(
            state="OPEN", view="BASIC", pageSize=100, pageToken=token, fields="matters(matterId),nextPageToken"
        ),
        "matters",
        "vault.matters.list",
        lambda row: text_of(row, "matterId"),
    )
    return matters


async def _holds_in(google: Google, matter: str) -> list[_Hold]:
    holds, _ = await google.collect(
        VAULT,
        lambda service, token: (
            service.matters()
            .holds()
            .list(
                matterId=matter,
                view="FULL_HOLD",
                pageSize=100,
                pageToken=token,
                fields="holds(holdId,name,corpus,accounts(accountId,email),orgUnit(orgUnitId)),nextPageToken",
            )
        ),
        "holds",
        "vault.matters.holds.list",
        _hold,
    )
    return holds


def _hold(row: Row) -> _Hold:
    accounts = rows_in(row, "accounts")
    keys = {optional_text(one, "accountId") for one in accounts}
    keys |= {optional_text(one, "email").lower() for one in accounts}
    name = optional_text(row, "name") or text_of(row, "holdId")
    held = object_in(row, "orgUnit")
    unit = text_of(held, "orgUnitId") if held else ""
    covers_all = not keys - {""} and not unit
    return _Hold(name, frozenset(keys - {""}), unit, covers_all and optional_text(row, "corpus") == "GROUPS")
