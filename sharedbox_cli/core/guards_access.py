"""Guards on who is left with access, and on who gets it."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Grant, Observed, Right, State, Trustee, TrusteeKind
from sharedbox_cli.core.simulate import simulate_all


def last_access(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a plan at whose end nobody who can sign in has full access to a managed mailbox."""
    ends = {
        platform: simulate_all(world, (c for c in facts.plan.changes if c.platform == platform))
        for platform, world in facts.worlds.items()
    }
    for address, box in sorted(facts.plan.desired.mailboxes.items()):
        if box.state is State.ABSENT or box.grants is None:
            continue
        end = ends[box.platform].mailboxes.get(address)
        if end is None or any(_opens(grant, ends[box.platform]) for grant in end.grants or ()):
            continue
        if not any(c.mailbox == address and c.kind in (Kind.CREATE, Kind.REVOKE) for c in facts.plan.changes):
            continue  # it was so before: a finding of `check`, not something this plan does
        why = f"{address} would have nobody with full access who can sign in"
        yield Refusal("last-access", why, 0, "1", f"last-access={address}", str(address))


def _opens(grant: Grant, world: Observed) -> bool:
    if grant.right is not Right.FULL_ACCESS:
        return False
    trustee = world.trustees.get(grant.trustee)
    if trustee is None:
        return False
    if trustee.kind is TrusteeKind.GROUP:
        return _is_peopled(trustee, world)
    return trustee.kind is TrusteeKind.USER and trustee.is_enabled


def _is_peopled(group: Trustee, world: Observed) -> bool:
    people = world.members.get(group.id)
    if people is not None:
        return any(_is_living(world, person) for person in people)
    return bool(group.member_count)


def _is_living(world: Observed, person: TrusteeId) -> bool:
    known = world.trustees.get(person)
    return known is None or known.is_enabled


def external_trustee(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a right for a guest or for an address outside the tenant, unless allowed by name."""
    seen: set[Address] = set()
    for change in facts.plan.changes:
        party = change.party
        if change.kind is not Kind.GRANT or party is None or party.address is None:
            continue
        world = facts.worlds[change.platform]
        known = world.trustees.get(party.id)
        is_guest = known is not None and known.is_guest
        is_outside = is_guest or party.address.domain not in world.domains
        if not is_outside or party.address.domain in facts.limits.external_domains or party.address in seen:
            continue
        seen.add(party.address)
        kind = "a guest" if is_guest else "outside the tenant's domains"
        why = f"{party.address} is {kind} and would get rights, first on {change.mailbox}"
        waiver = f"external-trustee={party.address}"
        yield Refusal("external-trustee", why, 1, "0", waiver, str(change.mailbox))
