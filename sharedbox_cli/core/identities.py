"""Which accounts of several clouds belong to one person.

The same primary address is the same person, whether it belongs to an account or a guest. If an alias in one cloud is
the primary address in another, it is the same person too, unless that would join two accounts of one tenant: an audit
that shows two people as one hides the rights of each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sharedbox_cli.core.model import Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed

Account = tuple[str, str]
"""Tenant and id: two platforms of one tenant have the same accounts."""


@dataclass(frozen=True, slots=True)
class Person:
    """The name and the key of a holder of rights."""

    key: str
    shown: str


class Persons:
    """The people behind the accounts of all clouds that were read."""

    def __init__(self, observations: Iterable[Observed]) -> None:
        distinct = list(observations)
        self._primary: dict[Account, tuple[bool, str]] = {}
        for observed in distinct:
            for trustee in observed.trustees.values():
                if trustee.kind is TrusteeKind.USER and trustee.address is not None:
                    shown = (trustee.is_guest, trustee.address.key)
                    account = _account(observed, trustee)
                    self._primary[account] = min(shown, self._primary.get(account, shown))
        self._same: dict[str, set[Account]] = _by_primary(self._primary)
        self._join(_aliases(distinct, self._primary))
        self._shown = {
            account: min(self._primary[one] for one in together)[1]
            for together in self._same.values()
            for account in together
        }

    def _join(self, aliases: Mapping[str, set[Account]]) -> None:
        """Join accounts whose alias is the primary address of another account, in the order of addresses."""
        for address, accounts in sorted(aliases.items()):
            for account in sorted(accounts):
                mine = self._same[self._primary[account][1]]
                theirs = self._same.get(address)
                if theirs is None or theirs is mine or {one[0] for one in mine} & {one[0] for one in theirs}:
                    continue
                mine |= theirs
                for one in tuple(theirs):
                    self._same[self._primary[one][1]] = mine

    def of(self, observed: Observed, holder: Trustee) -> Person:
        """Return the person, group or deleted account behind a holder; a person can have accounts in several clouds.

        A holder without an address is identified by its id: a name can be chosen freely.
        """
        account = _account(observed, holder)
        if account in self._shown:
            return Person(f"user:{self._shown[account]}", self._shown[account])
        if holder.address is not None:
            return Person(f"{holder.kind}:{holder.address.key}", holder.address.key)
        return Person(f"id:{observed.tenant_id}:{holder.id}", holder.name or holder.id)


def _account(observed: Observed, trustee: Trustee) -> Account:
    return observed.tenant_id, trustee.id


def _by_primary(primary: Mapping[Account, tuple[bool, str]]) -> dict[str, set[Account]]:
    found: dict[str, set[Account]] = defaultdict(set)
    for account, (_, address) in primary.items():
        found[address].add(account)
    return dict(found)


def _aliases(observations: Iterable[Observed], primary: Mapping[Account, tuple[bool, str]]) -> dict[str, set[Account]]:
    """Return each further address of each account, with whose it is."""
    found: dict[str, set[Account]] = defaultdict(set)
    for observed in observations:
        for address, identity in observed.directory.items():
            account = (observed.tenant_id, str(identity))
            if account in primary and primary[account][1] != address.key:
                found[address.key].add(account)
    return dict(found)
