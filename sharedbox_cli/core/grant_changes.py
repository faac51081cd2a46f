"""The changes of single grants of one mailbox, each made from a desired and an observed grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sharedbox_cli.core.change import Change, Kind, Party, Risk
from sharedbox_cli.core.desired_grants import Key
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.joinable import is_joinable
from sharedbox_cli.core.levels import rises, takes_nothing
from sharedbox_cli.core.model import (
    LEVELLED,
    ROLES,
    DesiredGrant,
    DesiredMailbox,
    Fact,
    Grant,
    MembersMode,
    Right,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outsiders import outsiders_behind
from sharedbox_cli.core.until import NEVER, end_value, is_later, until_words
from sharedbox_cli.core.values import DELIVERY_DISABLED, Value


@dataclass(frozen=True, slots=True)
class GrantChanges:
    """Makes the changes of the grants of one mailbox."""

    mailbox: DesiredMailbox
    current: ObservedMailbox
    observed: Observed

    def grant(self, key: Key, desired: DesiredGrant) -> Change:
        """Return a new grant."""
        return Change(
            Kind.GRANT,
            Phase.GRANT,
            self.mailbox.address,
            self.mailbox.platform,
            self.current.id,
            after=_terms(desired) | self._new_end(desired),
            party=self._party(key, desired),
            risk=self._risk_of_grant(key, desired),
            why=_until_words(desired),
            place=desired.place,
        )

    def revocation(self, grant: Grant, why: str) -> Change:
        """Return the revocation of a grant."""
        key = str(grant.right) if grant.right in LEVELLED else "members"
        return Change(
            Kind.REVOKE,
            Phase.REVOKE,
            self.mailbox.address,
            self.mailbox.platform,
            self.current.id,
            before=_terms(grant) | _held_end(grant),
            party=self._party((grant.trustee, grant.right, grant.detail)),
            risk=Risk.MEDIUM,
            why=why,
            place=self.mailbox.places.get(key, self.mailbox.place),
        )

    def altered(self, key: Key, desired: DesiredGrant, grant: Grant) -> Change | None:
        """Return the change of the terms of a right that a trustee keeps, or nothing."""
        if _differs_in_automapping(desired, grant):
            before: dict[Field, Value] = {Field.AUTOMAPPING: not desired.automapping}
            after: dict[Field, Value] = {Field.AUTOMAPPING: desired.automapping}
            why = "full access is revoked and granted again: the platform has no other way"
            return self._update(key, desired, before, after, Risk.MEDIUM, why)
        if desired.delivery is not None and grant.delivery is not None and desired.delivery != grant.delivery:
            before, after = {Field.DELIVERY: grant.delivery}, {Field.DELIVERY: desired.delivery}
            risk = Risk.HIGH if desired.delivery == DELIVERY_DISABLED else Risk.LOW
            return self._update(key, desired, before, after, risk, "")
        return None

    def moved_end(self, key: Key, desired: DesiredGrant, grant: Grant) -> Change | None:
        """Return the change of when the service ends a grant, or nothing. What was not read is not known.

        Where a spec gives access at least, nobody loses it earlier.
        """
        end = self._wanted_end(desired)
        if end is None or grant.until is None or end == grant.until:
            return None
        is_longer = is_later(end, grant.until)
        if not is_longer and self.mailbox.members_mode is not MembersMode.EXACT:
            return None
        risk = self._risk_of_grant(key, desired) if is_longer else Risk.MEDIUM
        before: dict[Field, Value] = {Field.UNTIL: grant.until}
        why = _until_words(desired) or "the spec has no `until`"
        change = self._update(key, desired, before, {Field.UNTIL: end}, risk, why)
        return change if is_longer else replace(change, phase=Phase.REVOKE)

    def switch(self, key: Key, desired: DesiredGrant, grant: Grant) -> Change:
        """Return one change from one role or level to another: the trustee keeps access in between."""
        is_role, is_rise = grant.right in ROLES, _rises(grant, key, self.observed)
        name = Field.ROLE if is_role else Field.LEVEL
        before: dict[Field, Value] = {name: str(grant.right) if is_role else grant.detail}
        after: dict[Field, Value] = {name: str(key[1]) if is_role else key[2]}
        if desired.delivery is not None and desired.delivery != grant.delivery and grant.delivery is not None:
            before[Field.DELIVERY], after[Field.DELIVERY] = grant.delivery, desired.delivery
        if _held_end(grant):  # no higher role has an end
            before[Field.UNTIL], after[Field.UNTIL] = grant.until, NEVER
        elif end := self._new_end(desired):
            before[Field.UNTIL] = NEVER
            after |= end
        risk = Risk.HIGH if outsiders_behind(key[0], self.observed) else Risk.MEDIUM
        if not is_role and is_rise:
            risk = self._risk_of_grant(key, desired)
        change = self._update(key, desired, before, after, risk, _until_words(desired))
        return change if is_rise else replace(change, phase=Phase.REVOKE)

    def only_rises(self, held: Grant, desired: Key) -> bool:
        """Return whether a role or level allows more and takes nothing: words of a platform may allow other things."""
        spans = self.observed.level_spans
        is_less = held.right in LEVELLED and not takes_nothing(held.detail, desired[2], spans)
        return _rises(held, desired, self.observed) and not is_less

    def _update(
        self,
        key: Key,
        desired: DesiredGrant,
        before: Mapping[Field, Value],
        after: Mapping[Field, Value],
        risk: Risk,
        why: str,
    ) -> Change:
        return Change(
            Kind.UPDATE,
            Phase.GRANT,
            self.mailbox.address,
            self.mailbox.platform,
            self.current.id,
            before=before,
            after=after,
            party=self._party(key, desired),
            risk=risk,
            why=why,
            place=desired.place,
        )

    def _party(self, grant: Key, desired: DesiredGrant | None = None) -> Party:
        identity, right, detail = grant
        known = self.observed.trustees.get(identity)
        if known is None:
            return Party(identity, right, kind=TrusteeKind.ORPHAN, detail=detail)
        address = known.address or (desired.trustee if desired else None)
        return Party(identity, right, address, known.name, known.kind, detail)

    def _risk_of_grant(self, key: Key, desired: DesiredGrant) -> Risk:
        outside = bool(outsiders_behind(key[0], self.observed)) or desired.trustee.domain not in self.observed.domains
        return Risk.HIGH if outside or is_joinable(self.observed.trustees.get(key[0])) else Risk.LOW

    def _wanted_end(self, desired: DesiredGrant) -> str | None:
        """Return when the service itself is to end a grant; None: nothing is said about it.

        It ends the access of members only, and of nobody with a higher role.
        """
        return end_value(desired.until) if self.mailbox.enforces_until and desired.right is Right.MEMBER else None

    def _new_end(self, desired: DesiredGrant) -> dict[Field, Value]:
        """Return the end that a new grant gets; nothing where it has none, or where the service cannot end it."""
        end = self._wanted_end(desired)
        is_possible = self.current.facts.get(Fact.ENDS_ACCESS) is not False
        return {Field.UNTIL: end} if end not in (None, NEVER) and is_possible else {}


def _rises(held: Grant, desired: Key, observed: Observed) -> bool:
    if held.right in ROLES:
        return ROLES.index(desired[1]) > ROLES.index(held.right)
    return rises(held.detail, desired[2], observed.level_spans)


def _terms(grant: DesiredGrant | Grant) -> dict[Field, Value]:
    terms = {Field.AUTOMAPPING: grant.automapping, Field.DELIVERY: grant.delivery}
    return {name: value for name, value in terms.items() if value is not None}


def _held_end(grant: Grant) -> dict[Field, Value]:
    return {Field.UNTIL: grant.until} if grant.until not in (None, NEVER) else {}


def _until_words(desired: DesiredGrant) -> str:
    until = f"until {until_words(desired.until)}" if desired.until else ""
    return ": ".join(part for part in (until, desired.reason) if part)


def _differs_in_automapping(desired: DesiredGrant, held: Grant) -> bool:
    if desired.right is not Right.FULL_ACCESS or desired.automapping is None or held.automapping is None:
        return False
    return desired.automapping is not held.automapping
