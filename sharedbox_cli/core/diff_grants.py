"""The changes of the grants of one mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sharedbox_cli.core.change import Change, Kind, Party, Risk
from sharedbox_cli.core.desired_grants import Key, exclusive, resolve_grants
from sharedbox_cli.core.errors import ObserveError, Problem, SpecError
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
from sharedbox_cli.core.observed import Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outsiders import outsiders_behind
from sharedbox_cli.core.until import NEVER, end_value, is_later, until_words
from sharedbox_cli.core.values import DELIVERY_DISABLED, Value

_NEEDS_A_HOLDER = frozenset({Right.FULL_ACCESS, *ROLES})
_REVOCABLE = (TrusteeKind.USER, TrusteeKind.GROUP, TrusteeKind.APPLICATION)


def diff_grants(mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed) -> tuple[Change, ...]:
    """Return grants and revocations. Raises SpecError for trustees that do not resolve, ObserveError."""
    if mailbox.grants is None:
        return ()
    if current.grants is None or mailbox.levels - current.levels:
        raise ObserveError(where=f"{mailbox.address} · members", why="the grants of a managed mailbox were not read")
    desired_by_key = resolve_grants(mailbox, observed)
    held: dict[Key, Grant] = {(g.trustee, g.right, g.detail): g for g in managed_grants(mailbox, current)}
    places = {(g.trustee, kind): g for g in held.values() if (kind := exclusive(g.right))}
    is_all = mailbox.members_mode is MembersMode.EXACT
    switches = [
        _switch(mailbox, current, observed, key, desired, places[key[0], kind])
        for key, desired in desired_by_key.items()
        if key not in held and (key[0], kind := exclusive(key[1])) in places
        if is_all or _only_rises(places[key[0], kind], key, observed)
    ]
    placed = {(key[0], kind) for key in desired_by_key if (kind := exclusive(key[1]))}
    granted = [
        _grant(mailbox, current, observed, key, desired)
        for key, desired in desired_by_key.items()
        if key not in held and (key[0], exclusive(key[1])) not in places
    ]
    if refused := [problem for change in granted if (problem := _refusal(change, observed)) is not None]:
        raise SpecError(refused)
    altered = [
        change
        for key, desired in desired_by_key.items()
        if key in held
        for change in (
            _altered(mailbox, current, observed, key, desired, held[key]),
            _end_moved(mailbox, current, observed, key, desired, held[key]),
        )
        if change is not None
    ]
    if not is_all:
        return (*granted, *switches, *altered)
    ended = _ended(mailbox, observed)
    revoked = [
        _revoke(mailbox, current, observed, held[key], ended.get(key, "not in the spec"))
        for key in held
        if key not in desired_by_key
        and (key[0], exclusive(key[1])) not in placed
        and _is_revocable(observed, held[key])
    ]
    revoked += [
        _revoke(mailbox, current, observed, grant, f"not in the spec: {entry.text}")
        for entry in current.special
        if (grant := invitation_of(entry)) is not None
        and (grant.trustee, grant.right, grant.detail) not in {*desired_by_key, *held}
        and _is_revocable(observed, grant)
    ]
    coming = [*granted, *(change for change in switches if change.phase is Phase.GRANT)]
    staying = _staying(desired_by_key, held)
    ordered_revocations = [_needing(change, coming, staying) for change in revoked]
    ordered_switches = [
        _needing(change, coming, staying) if change.phase is Phase.REVOKE else change for change in switches
    ]
    return (*granted, *ordered_switches, *altered, *ordered_revocations)


def managed_grants(mailbox: DesiredMailbox, current: ObservedMailbox) -> frozenset[Grant]:
    """Return the grants of an observed mailbox that its spec manages."""
    return frozenset(
        grant
        for grant in current.grants or ()
        if (grant.right in mailbox.levels if grant.right in LEVELLED else mailbox.manages_members)
    )


def _refusal(change: Change, observed: Observed) -> Problem | None:
    """Return why the platform would refuse a grant, or nothing. Rights that a trustee has already are kept."""
    party = change.party
    trustee = observed.trustees.get(party.id) if party else None
    if party is None or trustee is None or not trustee.refusal:
        return None
    if trustee.refused_rights and party.right not in trustee.refused_rights:
        return None
    return Problem(
        change.place,
        "this account can get no right",
        f"{party.address or party.name} {trustee.refusal}.",
        "Leave it out of the spec, or make the account ready first.",
    )


def invitation_of(entry: SpecialEntry) -> Grant | None:
    """Return the right that an entry becomes if the trustee accepts it, or nothing."""
    return Grant(entry.trustee, entry.revocable) if entry.revocable is not None else None


def _staying(desired_by_key: Mapping[Key, DesiredGrant], held: Mapping[Key, Grant]) -> frozenset[Right]:
    """Return the rights that at least one trustee keeps."""
    return frozenset(key[1] for key in desired_by_key if key in held)


def _only_rises(held: Grant, desired: Key, observed: Observed) -> bool:
    """Return whether a role or level allows more, and takes nothing: words of the platform may allow other things."""
    is_less = held.right in LEVELLED and not takes_nothing(held.detail, desired[2], observed.level_spans)
    return _rises(held, desired, observed) and not is_less


def _rises(held: Grant, desired: Key, observed: Observed) -> bool:
    if held.right in ROLES:
        return ROLES.index(desired[1]) > ROLES.index(held.right)
    return rises(held.detail, desired[2], observed.level_spans)


def _party(observed: Observed, grant: Key, desired: DesiredGrant | None = None) -> Party:
    identity, right, detail = grant
    known = observed.trustees.get(identity)
    if known is None:
        return Party(identity, right, kind=TrusteeKind.ORPHAN, detail=detail)
    address = known.address or (desired.trustee if desired else None)
    return Party(identity, right, address, known.name, known.kind, detail)


def _grant(
    mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed, key: Key, desired: DesiredGrant
) -> Change:
    return Change(
        Kind.GRANT,
        Phase.GRANT,
        mailbox.address,
        mailbox.platform,
        current.id,
        after=_terms(desired) | _new_end(mailbox, current, desired),
        party=_party(observed, key, desired),
        risk=_risk_of_grant(key, desired, observed),
        why=_until_words(desired),
        place=desired.place,
    )


def _risk_of_grant(key: Key, desired: DesiredGrant, observed: Observed) -> Risk:
    outside = bool(outsiders_behind(key[0], observed)) or desired.trustee.domain not in observed.domains
    return Risk.HIGH if outside or is_joinable(observed.trustees.get(key[0])) else Risk.LOW


def _terms(grant: DesiredGrant | Grant) -> dict[Field, Value]:
    terms = {Field.AUTOMAPPING: grant.automapping, Field.DELIVERY: grant.delivery}
    return {name: value for name, value in terms.items() if value is not None}


def wanted_end(mailbox: DesiredMailbox, desired: DesiredGrant) -> str | None:
    """Return when the service itself is to end a grant; None: nothing is said about it.

    It ends the access of members only, and of nobody with a higher role.
    """
    return end_value(desired.until) if mailbox.enforces_until and desired.right is Right.MEMBER else None


def _new_end(mailbox: DesiredMailbox, current: ObservedMailbox, desired: DesiredGrant) -> dict[Field, Value]:
    """Return the end that a new grant gets; nothing where it has none, or where the service cannot end it."""
    end = wanted_end(mailbox, desired)
    is_possible = current.facts.get(Fact.ENDS_ACCESS) is not False
    return {Field.UNTIL: end} if end not in (None, NEVER) and is_possible else {}


def _held_end(grant: Grant) -> dict[Field, Value]:
    return {Field.UNTIL: grant.until} if grant.until not in (None, NEVER) else {}


def _end_moved(
    mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed, key: Key, desired: DesiredGrant, grant: Grant
) -> Change | None:
    """Return the change of when the service ends a grant, or nothing. What was not read is not known.

    Where a spec gives access at least, nobody loses it earlier.
    """
    end = wanted_end(mailbox, desired)
    if end is None or grant.until is None or end == grant.until:
        return None
    is_longer = is_later(end, grant.until)
    if not is_longer and mailbox.members_mode is not MembersMode.EXACT:
        return None
    risk = _risk_of_grant(key, desired, observed) if is_longer else Risk.MEDIUM
    before: dict[Field, Value] = {Field.UNTIL: grant.until}
    why = _until_words(desired) or "the spec has no `until`"
    change = _change_of(mailbox, current, observed, key, desired, before, {Field.UNTIL: end}, risk, why)
    return change if is_longer else replace(change, phase=Phase.REVOKE)


def _until_words(desired: DesiredGrant) -> str:
    until = f"until {until_words(desired.until)}" if desired.until else ""
    return ": ".join(part for part in (until, desired.reason) if part)


def _revoke(mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed, grant: Grant, why: str) -> Change:
    return Change(
        Kind.REVOKE,
        Phase.REVOKE,
        mailbox.address,
        mailbox.platform,
        current.id,
        before=_terms(grant) | _held_end(grant),
        party=_party(observed, (grant.trustee, grant.right, grant.detail)),
        risk=Risk.MEDIUM,
        why=why,
        place=mailbox.places.get(str(grant.right) if grant.right in LEVELLED else "members", mailbox.place),
    )


def _altered(
    mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed, key: Key, desired: DesiredGrant, grant: Grant
) -> Change | None:
    """Return the change of the terms of a right that a trustee keeps, or nothing."""
    if _differs_in_automapping(desired, grant):
        before: dict[Field, Value] = {Field.AUTOMAPPING: not desired.automapping}
        after: dict[Field, Value] = {Field.AUTOMAPPING: desired.automapping}
        why = "full access is revoked and granted again: the platform has no other way"
        return _change_of(mailbox, current, observed, key, desired, before, after, Risk.MEDIUM, why)
    if desired.delivery is not None and grant.delivery is not None and desired.delivery != grant.delivery:
        before, after = {Field.DELIVERY: grant.delivery}, {Field.DELIVERY: desired.delivery}
        risk = Risk.HIGH if desired.delivery == DELIVERY_DISABLED else Risk.LOW
        return _change_of(mailbox, current, observed, key, desired, before, after, risk, "")
    return None


def _switch(
    mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed, key: Key, desired: DesiredGrant, grant: Grant
) -> Change:
    """Return one change from one role or level to another: the trustee keeps access in between."""
    is_role, is_rise = grant.right in ROLES, _rises(grant, key, observed)
    name = Field.ROLE if is_role else Field.LEVEL
    before: dict[Field, Value] = {name: str(grant.right) if is_role else grant.detail}
    after: dict[Field, Value] = {name: str(key[1]) if is_role else key[2]}
    if desired.delivery is not None and desired.delivery != grant.delivery and grant.delivery is not None:
        before[Field.DELIVERY], after[Field.DELIVERY] = grant.delivery, desired.delivery
    if _held_end(grant):  # no higher role has an end
        before[Field.UNTIL], after[Field.UNTIL] = grant.until, NEVER
    elif end := _new_end(mailbox, current, desired):
        before[Field.UNTIL] = NEVER
        after |= end
    risk = Risk.HIGH if outsiders_behind(key[0], observed) else Risk.MEDIUM
    if not is_role and is_rise:
        risk = _risk_of_grant(key, desired, observed)
    change = _change_of(mailbox, current, observed, key, desired, before, after, risk, _until_words(desired))
    return change if is_rise else replace(change, phase=Phase.REVOKE)


def _change_of(
    mailbox: DesiredMailbox,
    current: ObservedMailbox,
    observed: Observed,
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
        mailbox.address,
        mailbox.platform,
        current.id,
        before=before,
        after=after,
        party=_party(observed, key, desired),
        risk=risk,
        why=why,
        place=desired.place,
    )


def _differs_in_automapping(desired: DesiredGrant, held: Grant) -> bool:
    if desired.right is not Right.FULL_ACCESS or desired.automapping is None or held.automapping is None:
        return False
    return desired.automapping is not held.automapping


def _is_revocable(observed: Observed, grant: Grant) -> bool:
    """Return whether a grant can be revoked: unknown rights, and rights of unknown or deleted accounts, are kept."""
    known = observed.trustees.get(grant.trustee)
    return grant.right is not Right.OTHER and known is not None and known.kind in _REVOCABLE


def _ended(mailbox: DesiredMailbox, observed: Observed) -> dict[Key, str]:
    ended: dict[Key, str] = {}
    for desired in mailbox.expired:
        identity = observed.directory.get(desired.trustee)
        if identity and desired.until:
            ended[identity, desired.right, desired.detail] = (
                f"expired: access lasted until {until_words(desired.until)}"
            )
    return ended


def _needing(change: Change, coming: list[Change], staying: frozenset[Right]) -> Change:
    """Return the revocation with the grants that it needs first.

    A grant to a group may replace the grant of this person. If nobody keeps full access, or a group keeps no owner,
    the right is granted to somebody before it is revoked.
    """
    party = change.party
    if party is None:
        return change
    lost = Right(str(change.before[Field.ROLE])) if Field.ROLE in change.before else party.right
    is_last = lost in _NEEDS_A_HOLDER and lost not in staying
    needs = []
    for grant in coming:
        other = grant.party
        if other is None or other.id == party.id:
            continue
        replaces = other.right is lost or (lost is Right.MEMBER and other.right in ROLES)
        by_group = other.kind is TrusteeKind.GROUP and not change.why.startswith("expired")
        if replaces and (is_last or by_group):
            needs.append(grant.key)
    return replace(change, needs=tuple(sorted(needs)))
