"""What has to change in the grants of one mailbox."""

from __future__ import annotations

from dataclasses import replace

from sharedbox_cli.core.change import Change, Kind, Party, Phase, Risk
from sharedbox_cli.core.errors import ObserveError, Problem, SpecError
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import (
    DesiredMailbox,
    Field,
    Grant,
    MembersMode,
    Observed,
    ObservedMailbox,
    Right,
    Trustee,
    TrusteeKind,
    WantedGrant,
    until_words,
)

Key = tuple[TrusteeId, Right, str]


def diff_grants(box: DesiredMailbox, there: ObservedMailbox, world: Observed) -> tuple[Change, ...]:
    """Return grants and revocations. Raises SpecError for trustees that do not resolve, ObserveError."""
    if box.grants is None:
        return ()
    if there.grants is None:
        raise ObserveError(where=f"{box.address} · members", why="the grants of a managed mailbox were not read")
    wanted = resolve_grants(box, world)
    held: dict[Key, Grant] = {(g.trustee, g.right, g.detail): g for g in there.grants}
    given = [_grant(box, there, world, key, wish) for key, wish in wanted.items() if key not in held]
    remapped = [
        _automapping(box, there, world, key, wish)
        for key, wish in wanted.items()
        if key in held and _wants_other_automapping(wish, held[key])
    ]
    if box.members_mode is MembersMode.AT_LEAST:
        return (*given, *remapped)
    kept = {key[0] for key in wanted if key[1] is Right.FULL_ACCESS and key in held}
    ended = _ended(box, world)
    taken = [
        _needing(_revoke(box, there, world, held[key], ended.get(key, "not in the spec")), given, bool(kept))
        for key in held
        if key not in wanted and _is_revocable(world, held[key])
    ]
    return (*given, *remapped, *taken)


def resolve_grants(box: DesiredMailbox, world: Observed) -> dict[Key, WantedGrant]:
    """Return the wanted grants by immutable id. Raises SpecError with all that do not resolve."""
    problems: list[Problem] = []
    resolved: dict[Key, WantedGrant] = {}
    for wish in box.grants or ():
        found = _resolve(wish, world)
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


def _resolve(wish: WantedGrant, world: Observed) -> Trustee | Problem:
    if wish.trustee in world.ambiguous:
        ids = ", ".join(world.ambiguous[wish.trustee])
        return Problem(
            wish.place, "address is not unique", f"{wish.trustee} fits several objects: {ids}.",
            "Give each object an address of its own in the directory.",
        )  # fmt: skip
    trustee = world.trustees.get(world.directory.get(wish.trustee, TrusteeId("")))
    if trustee is None:
        return Problem(
            wish.place, f"no such {wish.kind}", f"{wish.trustee} is not in the tenant {world.tenant_name}.",
            "Check the spelling, or create the account first.",
        )  # fmt: skip
    if trustee.kind is not wish.kind and trustee.kind in (TrusteeKind.USER, TrusteeKind.GROUP):
        return Problem(
            wish.place, f"not a {wish.kind}", f"{wish.trustee} is a {trustee.kind}.",
            f"Write `{trustee.kind}: {wish.trustee}`.",
        )  # fmt: skip
    if trustee.kind is TrusteeKind.GROUP and not (trustee.is_mail_enabled and trustee.is_security):
        return Problem(
            wish.place, "this group cannot hold a right",
            f"{wish.trustee} is not a mail-enabled security group: rights given to it have no effect.",
            "Use a mail-enabled security group, or list its people.",
        )  # fmt: skip
    return trustee


def _party(world: Observed, grant: Key, wish: WantedGrant | None = None) -> Party:
    identity, right, detail = grant
    known = world.trustees.get(identity)
    if known is None:
        return Party(identity, right, kind=TrusteeKind.ORPHAN, detail=detail)
    address = known.address or (wish.trustee if wish else None)
    return Party(identity, right, address, known.name, known.kind, detail)


def _grant(box: DesiredMailbox, there: ObservedMailbox, world: Observed, key: Key, wish: WantedGrant) -> Change:
    known = world.trustees[key[0]]
    outside = known.is_guest or (wish.trustee.domain not in world.domains)
    return Change(
        Kind.GRANT,
        Phase.GRANT,
        box.address,
        box.platform,
        there.id,
        after={} if wish.automapping is None else {Field.AUTOMAPPING: wish.automapping},
        party=_party(world, key, wish),
        risk=Risk.HIGH if outside else Risk.LOW,
        why=_until_words(wish),
        place=wish.place,
    )


def _until_words(wish: WantedGrant) -> str:
    until = f"until {until_words(wish.until)}" if wish.until else ""
    return ": ".join(part for part in (until, wish.reason) if part)


def _revoke(box: DesiredMailbox, there: ObservedMailbox, world: Observed, grant: Grant, why: str) -> Change:
    return Change(
        Kind.REVOKE,
        Phase.REVOKE,
        box.address,
        box.platform,
        there.id,
        before={} if grant.automapping is None else {Field.AUTOMAPPING: grant.automapping},
        party=_party(world, (grant.trustee, grant.right, grant.detail)),
        risk=Risk.MEDIUM,
        why=why,
        place=box.places.get("members", box.place),
    )


def _automapping(box: DesiredMailbox, there: ObservedMailbox, world: Observed, key: Key, wish: WantedGrant) -> Change:
    return Change(
        Kind.UPDATE,
        Phase.GRANT,
        box.address,
        box.platform,
        there.id,
        before={Field.AUTOMAPPING: not wish.automapping},
        after={Field.AUTOMAPPING: wish.automapping},
        party=_party(world, key, wish),
        risk=Risk.MEDIUM,
        why="full access is taken and given again: the platform has no other way",
        place=wish.place,
    )


def _wants_other_automapping(wish: WantedGrant, held: Grant) -> bool:
    if wish.right is not Right.FULL_ACCESS or wish.automapping is None or held.automapping is None:
        return False
    return wish.automapping is not held.automapping


def _is_revocable(world: Observed, grant: Grant) -> bool:
    """Return whether a grant is ours to take: unknown rights and those of deleted accounts are left alone."""
    known = world.trustees.get(grant.trustee)
    return grant.right is not Right.OTHER and known is not None and known.kind in (TrusteeKind.USER, TrusteeKind.GROUP)


def _ended(box: DesiredMailbox, world: Observed) -> dict[Key, str]:
    ended: dict[Key, str] = {}
    for wish in box.expired:
        identity = world.directory.get(wish.trustee)
        if identity and wish.until:
            ended[identity, wish.right, wish.detail] = f"expired: access lasted until {until_words(wish.until)}"
    return ended


def _needing(change: Change, given: list[Change], somebody_stays: bool) -> Change:
    """Return the revocation with the grants that must stand before it.

    A grant to a group may replace this person's own; and where nobody keeps full access, nobody loses it
    before somebody has it.
    """
    party = change.party
    if party is None:
        return change
    needs = []
    for grant in given:
        if grant.party is None or grant.party.right is not party.right:
            continue
        is_last = party.right is Right.FULL_ACCESS and not somebody_stays
        if is_last or (grant.party.kind is TrusteeKind.GROUP and not change.why.startswith("expired")):
            needs.append(grant.key)
    return replace(change, needs=tuple(sorted(needs)))
