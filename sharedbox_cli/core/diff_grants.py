"""What has to change in the grants of one mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sharedbox_cli.core.change import Change, Kind, Party, Risk
from sharedbox_cli.core.errors import ObserveError, Problem, SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import (
    ROLES,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    MembersMode,
    Observed,
    ObservedMailbox,
    Right,
    Trustee,
    TrusteeKind,
    until_words,
)
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.values import Value

_NEVER_NOBODY = frozenset({Right.FULL_ACCESS, *ROLES})
Key = tuple[TrusteeId, Right, str]


def diff_grants(mailbox: DesiredMailbox, there: ObservedMailbox, observed: Observed) -> tuple[Change, ...]:
    """Return grants and revocations. Raises SpecError for trustees that do not resolve, ObserveError."""
    if mailbox.grants is None:
        return ()
    if there.grants is None:
        raise ObserveError(where=f"{mailbox.address} · members", why="the grants of a managed mailbox were not read")
    wanted = resolve_grants(mailbox, observed)
    held: dict[Key, Grant] = {(g.trustee, g.right, g.detail): g for g in there.grants}
    roles = {grant.trustee: grant for grant in there.grants if grant.right in ROLES}
    is_all = mailbox.members_mode is MembersMode.EXACT
    risen = [
        _role(mailbox, there, observed, key, wish, roles[key[0]])
        for key, wish in wanted.items()
        if key not in held and key[1] in ROLES and key[0] in roles and (is_all or _rises(roles[key[0]].right, key[1]))
    ]
    in_role = {key[0] for key in wanted if key[1] in ROLES}
    given = [
        _grant(mailbox, there, observed, key, wish)
        for key, wish in wanted.items()
        if key not in held and not (key[1] in ROLES and key[0] in roles)
    ]
    altered = [
        change
        for key, wish in wanted.items()
        if key in held and (change := _altered(mailbox, there, observed, key, wish, held[key])) is not None
    ]
    if not is_all:
        return (*given, *risen, *altered)
    ended = _ended(mailbox, observed)
    taken = [
        _revoke(mailbox, there, observed, held[key], ended.get(key, "not in the spec"))
        for key in held
        if key not in wanted and not (key[1] in ROLES and key[0] in in_role) and _is_revocable(observed, held[key])
    ]
    coming = [*given, *(change for change in risen if change.phase is Phase.GRANT)]
    staying = _staying(wanted, held)
    last = [_needing(change, coming, staying) for change in taken]
    fallen = [_needing(change, coming, staying) if change.phase is Phase.REVOKE else change for change in risen]
    return (*given, *fallen, *altered, *last)


def _staying(wanted: Mapping[Key, DesiredGrant], held: Mapping[Key, Grant]) -> frozenset[Right]:
    """Return the rights that somebody has and keeps."""
    return frozenset(key[1] for key in wanted if key in held)


def _rises(now: Right, wished: Right) -> bool:
    return ROLES.index(wished) > ROLES.index(now)


def resolve_grants(mailbox: DesiredMailbox, observed: Observed) -> dict[Key, DesiredGrant]:
    """Return the wanted grants by immutable id. Raises SpecError with all that do not resolve."""
    problems: list[Problem] = []
    resolved: dict[Key, DesiredGrant] = {}
    for wish in mailbox.grants or ():
        found = _resolve(wish, observed)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        key = (found.id, wish.right, wish.detail)
        twin = resolved.get(key)
        if twin is not None and twin.trustee != wish.trustee:
            why = f"{twin.trustee} and {wish.trustee} are two addresses of one account."
            problems.append(Problem(wish.place, "listed twice", why, "Keep one of them.", twin.place))
        resolved[key] = wish
    if problems:
        raise SpecError(problems)
    return resolved


def _resolve(wish: DesiredGrant, observed: Observed) -> Trustee | Problem:
    if wish.trustee in observed.ambiguous:
        ids = ", ".join(observed.ambiguous[wish.trustee])
        return Problem(
            wish.place,
            "address is not unique",
            f"{wish.trustee} fits several objects: {ids}.",
            "Give each object an address of its own in the directory.",
        )
    trustee = observed.trustees.get(observed.directory.get(wish.trustee, TrusteeId("")))
    if trustee is None:
        return Problem(
            wish.place,
            f"no such {wish.kind}",
            f"{wish.trustee} is not in the tenant {observed.tenant_name}.",
            "Check the spelling, or create the account first.",
        )
    if trustee.kind is not wish.kind and trustee.kind in (TrusteeKind.USER, TrusteeKind.GROUP):
        return Problem(
            wish.place,
            f"not a {wish.kind}",
            f"{wish.trustee} is a {trustee.kind}.",
            f"Write `{trustee.kind}: {wish.trustee}`.",
        )
    if trustee.kind is TrusteeKind.GROUP and not (trustee.is_mail_enabled and trustee.is_security):
        return Problem(
            wish.place,
            "this group cannot hold a right",
            f"{wish.trustee} is not a mail-enabled security group: rights given to it have no effect.",
            "Use a mail-enabled security group, or list its people.",
        )
    return trustee


def _party(observed: Observed, grant: Key, wish: DesiredGrant | None = None) -> Party:
    identity, right, detail = grant
    known = observed.trustees.get(identity)
    if known is None:
        return Party(identity, right, kind=TrusteeKind.ORPHAN, detail=detail)
    address = known.address or (wish.trustee if wish else None)
    return Party(identity, right, address, known.name, known.kind, detail)


def _grant(mailbox: DesiredMailbox, there: ObservedMailbox, observed: Observed, key: Key, wish: DesiredGrant) -> Change:
    known = observed.trustees[key[0]]
    outside = known.is_guest or (wish.trustee.domain not in observed.domains)
    return Change(
        Kind.GRANT,
        Phase.GRANT,
        mailbox.address,
        mailbox.platform,
        there.id,
        after=_terms(wish),
        party=_party(observed, key, wish),
        risk=Risk.HIGH if outside else Risk.LOW,
        why=_until_words(wish),
        place=wish.place,
    )


def _terms(wish: DesiredGrant) -> dict[Field, Value]:
    found: dict[Field, Value] = {}
    if wish.automapping is not None:
        found[Field.AUTOMAPPING] = wish.automapping
    if wish.delivery is not None:
        found[Field.DELIVERY] = wish.delivery
    return found


def _until_words(wish: DesiredGrant) -> str:
    until = f"until {until_words(wish.until)}" if wish.until else ""
    return ": ".join(part for part in (until, wish.reason) if part)


def _held_terms(grant: Grant) -> dict[Field, Value]:
    found: dict[Field, Value] = {}
    if grant.automapping is not None:
        found[Field.AUTOMAPPING] = grant.automapping
    if grant.delivery is not None:
        found[Field.DELIVERY] = grant.delivery
    return found


def _revoke(mailbox: DesiredMailbox, there: ObservedMailbox, observed: Observed, grant: Grant, why: str) -> Change:
    return Change(
        Kind.REVOKE,
        Phase.REVOKE,
        mailbox.address,
        mailbox.platform,
        there.id,
        before=_held_terms(grant),
        party=_party(observed, (grant.trustee, grant.right, grant.detail)),
        risk=Risk.MEDIUM,
        why=why,
        place=mailbox.places.get("members", mailbox.place),
    )


def _altered(
    mailbox: DesiredMailbox, there: ObservedMailbox, observed: Observed, key: Key, wish: DesiredGrant, grant: Grant
) -> Change | None:
    """Return the change of how somebody who keeps a right has it, or nothing."""
    if _wants_other_automapping(wish, grant):
        before: dict[Field, Value] = {Field.AUTOMAPPING: not wish.automapping}
        after: dict[Field, Value] = {Field.AUTOMAPPING: wish.automapping}
        why = "full access is taken and given again: the platform has no other way"
        return _change_of(mailbox, there, observed, key, wish, before, after, Risk.MEDIUM, why)
    if wish.delivery is not None and grant.delivery is not None and wish.delivery != grant.delivery:
        before, after = {Field.DELIVERY: grant.delivery}, {Field.DELIVERY: wish.delivery}
        return _change_of(mailbox, there, observed, key, wish, before, after, Risk.LOW, "")
    return None


def _role(
    mailbox: DesiredMailbox, there: ObservedMailbox, observed: Observed, key: Key, wish: DesiredGrant, grant: Grant
) -> Change:
    """Return one change from a role to another: nobody is out of the group in between."""
    before: dict[Field, Value] = {Field.ROLE: str(grant.right)}
    after: dict[Field, Value] = {Field.ROLE: str(key[1])}
    if wish.delivery is not None and wish.delivery != grant.delivery and grant.delivery is not None:
        before[Field.DELIVERY], after[Field.DELIVERY] = grant.delivery, wish.delivery
    change = _change_of(mailbox, there, observed, key, wish, before, after, Risk.MEDIUM, _until_words(wish))
    return change if _rises(grant.right, key[1]) else replace(change, phase=Phase.REVOKE)


def _change_of(
    mailbox: DesiredMailbox,
    there: ObservedMailbox,
    observed: Observed,
    key: Key,
    wish: DesiredGrant,
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
        there.id,
        before=before,
        after=after,
        party=_party(observed, key, wish),
        risk=risk,
        why=why,
        place=wish.place,
    )


def _wants_other_automapping(wish: DesiredGrant, held: Grant) -> bool:
    if wish.right is not Right.FULL_ACCESS or wish.automapping is None or held.automapping is None:
        return False
    return wish.automapping is not held.automapping


def _is_revocable(observed: Observed, grant: Grant) -> bool:
    """Return whether a grant is ours to take: unknown rights and those of deleted accounts are left alone."""
    known = observed.trustees.get(grant.trustee)
    return grant.right is not Right.OTHER and known is not None and known.kind in (TrusteeKind.USER, TrusteeKind.GROUP)


def _ended(mailbox: DesiredMailbox, observed: Observed) -> dict[Key, str]:
    ended: dict[Key, str] = {}
    for wish in mailbox.expired:
        identity = observed.directory.get(wish.trustee)
        if identity and wish.until:
            ended[identity, wish.right, wish.detail] = f"expired: access lasted until {until_words(wish.until)}"
    return ended


def _needing(change: Change, coming: list[Change], staying: frozenset[Right]) -> Change:
    """Return the revocation with the grants that must stand before it.

    A grant to a group may replace this person's own; and where nobody keeps full access, or a group its owner,
    nobody loses it before somebody has it.
    """
    party = change.party
    if party is None:
        return change
    lost = Right(str(change.before[Field.ROLE])) if Field.ROLE in change.before else party.right
    is_last = lost in _NEVER_NOBODY and lost not in staying
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
