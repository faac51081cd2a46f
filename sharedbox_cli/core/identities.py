"""Which accounts of several clouds are one person's.

The same primary address is the same person, whether it is an account's or a guest's. Where an alias of one cloud is the
primary address of another, it is the same person too, unless that would make two accounts of one tenant one: an audit
that shows two people as one hides what each may do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sharedbox_cli.core.model import Observed, Trustee, TrusteeKind

Account = tuple[str, str]
"""Tenant and id: two platforms of one tenant have the same accounts."""


@dataclass(frozen=True, slots=True)
class Person:
    """What a holder of rights is shown as, and what tells holders apart."""

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
                    told = (trustee.is_guest, trustee.address.key)
                    account = _account(observed, trustee)
                    self._primary[account] = min(told, self._primary.get(account, told))
        self._same: dict[str, set[Account]] = _by_primary(self._primary)
        self._join(_aliases(distinct, self._primary))
        self._shown = {
            account: min(self._primary[one] for one in together)[1]
            for together in self._same.values()
            for account in together
        }

    def _join(self, aliases: Mapping[str, set[Account]]) -> None:
        """Join those whose alias is the primary address of somebody else, in the order of addresses."""
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
        """Return who a holder is: a person, perhaps of several clouds, a group, or a deleted account.

        What has no address is told apart by id, so that a chosen name is never taken for somebody.
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
