"""The changes of the grants of one mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.desired_grants import Key, exclusive, resolve_grants
from sharedbox_cli.core.errors import ObserveError, Problem, SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.grant_changes import GrantChanges
from sharedbox_cli.core.model import (
    LEVELLED,
    ROLES,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    MembersMode,
    Right,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.until import until_words

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
    make = GrantChanges(mailbox, current, observed)
    is_all = mailbox.members_mode is MembersMode.EXACT
    switches = [
        make.switch(key, desired, places[key[0], kind])
        for key, desired in desired_by_key.items()
        if key not in held and (key[0], kind := exclusive(key[1])) in places
        if is_all or make.only_rises(places[key[0], kind], key)
    ]
    granted = [
        make.grant(key, desired)
        for key, desired in desired_by_key.items()
        if key not in held and (key[0], exclusive(key[1])) not in places
    ]
    if refused := [problem for change in granted if (problem := _refusal(change, observed)) is not None]:
        raise SpecError(refused)
    altered = [
        change
        for key, desired in desired_by_key.items()
        if key in held
        for change in (make.altered(key, desired, held[key]), make.moved_end(key, desired, held[key]))
        if change is not None
    ]
    if not is_all:
        return (*granted, *switches, *altered)
    coming = [*granted, *(change for change in switches if change.phase is Phase.GRANT)]
    staying = _staying(desired_by_key, held)
    ordered_revocations = [_needing(change, coming, staying) for change in _revoked(make, desired_by_key, held)]
    ordered_switches = [
        _needing(change, coming, staying) if change.phase is Phase.REVOKE else change for change in switches
    ]
    return (*granted, *ordered_switches, *altered, *ordered_revocations)


def _revoked(make: GrantChanges, desired_by_key: Mapping[Key, DesiredGrant], held: Mapping[Key, Grant]) -> list[Change]:
    """Return the revocations of what no spec lists, of invitations too; a role that is replaced is no revocation."""
    observed, ended = make.observed, _ended(make.mailbox, make.observed)
    placed = {(key[0], kind) for key in desired_by_key if (kind := exclusive(key[1]))}
    revoked = [
        make.revocation(held[key], ended.get(key, "not in the spec"))
        for key in held
        if key not in desired_by_key
        and (key[0], exclusive(key[1])) not in placed
        and _is_revocable(observed, held[key])
    ]
    invited = [
        make.revocation(grant, f"not in the spec: {entry.text}")
        for entry in make.current.special
        if (grant := invitation_of(entry)) is not None
        and (grant.trustee, grant.right, grant.detail) not in {*desired_by_key, *held}
        and _is_revocable(observed, grant)
    ]
    return [*revoked, *invited]


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
        "this account cannot be given a right",
        f"{party.address or party.name} {trustee.refusal}.",
        "Leave it out of the spec, or make the account ready first.",
    )


def invitation_of(entry: SpecialEntry) -> Grant | None:
    """Return the right that an entry becomes if the trustee accepts it, or nothing."""
    return Grant(entry.trustee, entry.revocable) if entry.revocable is not None else None


def _staying(desired_by_key: Mapping[Key, DesiredGrant], held: Mapping[Key, Grant]) -> frozenset[Right]:
    """Return the rights that at least one trustee keeps."""
    return frozenset(key[1] for key in desired_by_key if key in held)


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
