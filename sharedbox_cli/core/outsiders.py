"""Who is from outside the organisation, also behind a group."""

from __future__ import annotations

from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed


def is_outsider(trustee: Trustee, observed: Observed) -> bool:
    """Return whether a person or group is from outside the organisation: a guest, or an address of another domain."""
    if trustee.is_guest:
        return True
    return trustee.address is not None and trustee.address.domain not in observed.domains


def outsiders_behind(identity: TrusteeId, observed: Observed) -> tuple[Trustee, ...]:
    """Return the outsiders who get what a trustee gets: the trustee itself, or effective members of the group."""
    trustee = observed.trustees.get(identity)
    if trustee is None:
        return ()
    if trustee.kind is not TrusteeKind.GROUP:
        return (trustee,) if is_outsider(trustee, observed) else ()
    known = (observed.trustees.get(member) for member in observed.members.get(identity, ()))
    people = {one.id: one for one in known if one is not None and is_outsider(one, observed)}
    found = tuple(people[key] for key in sorted(people))
    return (trustee, *found) if is_outsider(trustee, observed) else found


def unknown_members(identity: TrusteeId, observed: Observed) -> bool:
    """Return whether a trustee is a group some of whose members are not known: outsiders may be among them."""
    trustee = observed.trustees.get(identity)
    if trustee is None or trustee.kind is not TrusteeKind.GROUP:
        return False
    members = observed.members.get(identity)
    return members is None or any(member not in observed.trustees for member in members)
