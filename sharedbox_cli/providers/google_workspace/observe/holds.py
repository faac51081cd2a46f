"""The holds of Google Vault: read once, before an account or a licence goes that they protect.

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
from sharedbox_cli.providers.google_workspace.scopes import VAULT

T = TypeVar("T")


@dataclass(slots=True)
class Holds:
    """The holds that were read, by what they cover."""

    by_account: dict[str, set[str]] = field(default_factory=dict)
    """Names of holds by the id of an account, and by its address."""
    has_units: bool = False
    """Whether some hold covers an organisational unit: which accounts are in it is not read."""
    on_groups: set[str] = field(default_factory=set)
    """Names of holds on groups that name none: assumed to cover all of them (docs/emulator.md)."""
    is_whole: bool = True

    def on(self, mailbox: ObservedMailbox) -> Value:
        """Return the names of the holds on a mailbox, or that they are not known."""
        keys = (mailbox.id, mailbox.address.key)
        names = {name for key in keys for name in self.by_account.get(key, ())}
        if mailbox.platform == GOOGLE_COLLABORATIVE:  # no group is in an organisational unit
            names |= self.on_groups
            return tuple(sorted(names)) if names or self.is_whole else UNKNOWN
        return tuple(sorted(names)) if names or (self.is_whole and not self.has_units) else UNKNOWN


@dataclass(frozen=True, slots=True)
class _Hold:
    """One hold: its name, and what it covers."""

    name: str
    keys: frozenset[str]
    """The ids and the addresses of accounts."""
    is_on_unit: bool
    is_on_groups: bool
    """Whether it is a hold on groups that names none."""


async def read_holds(google: Google, *, is_super: bool) -> Holds:
    """Return all holds. Raises CloudError, ObserveError; without the permission, they are not known.

    A matter that cannot be read, as it was closed meanwhile, hides its own holds only.
    """
    matters = await _permitted(_matters(google))
    lists = await together(_permitted(_holds_in(google, matter)) for matter in matters or ())
    holds = Holds(is_whole=is_super and matters is not None and None not in lists)
    for hold in (hold for one in lists for hold in one or ()):
        holds.has_units |= hold.is_on_unit
        if hold.is_on_groups:
            holds.on_groups.add(hold.name)
        for key in hold.keys:
            holds.by_account.setdefault(key, set()).add(hold.name)
    return holds


async def _permitted(reading: Awaitable[list[T]]) -> list[T] | None:
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
    is_on_unit = bool(object_in(row, "orgUnit"))
    covers_all = not keys - {""} and not is_on_unit
    return _Hold(name, frozenset(keys - {""}), is_on_unit, covers_all and optional_text(row, "corpus") == "GROUPS")
