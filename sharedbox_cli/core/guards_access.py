"""Guards on who keeps access to a mailbox, and who keeps owning it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.guards_input import GuardInput, GuardLimits
from sharedbox_cli.core.guards_revocation import takes_rights
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    LEVELLED,
    READING,
    ROLES,
    DesiredMailbox,
    Grant,
    Platform,
    Right,
    State,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.outsiders import is_outsider
from sharedbox_cli.core.recent import NOTHING, SPAN, Held
from sharedbox_cli.core.simulate import simulate_all
from sharedbox_cli.core.until import NEVER

_OPENING = frozenset({Right.FULL_ACCESS, *ROLES})
"""Rights that count as access to a mailbox: full access, or a role in its group."""


def last_access(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a plan after which nobody of the organisation who can sign in has full access, or is a member.

    Outsiders do not count, unless the profile names their domain. Where a plan takes access, neither does somebody whom
    the service itself removes later: no guard is asked then.
    """
    for mailbox, observed, changes in _managed(facts):
        end = _end(mailbox, observed, changes)
        if end is None or any(entry.is_everybody for entry in end.special):
            continue
        takes = any(_takes_access(change) for change in changes)
        living = [
            grant
            for grant in end.grants or ()
            if grant.right in _OPENING and _is_living_holder(grant, observed, facts.limits)
        ]
        if any(not takes or grant.until in (None, NEVER) for grant in living):
            continue
        if not takes and not any(change.kind is Kind.CREATE for change in changes):
            continue  # it was the same before: a finding of `check`
        has_roles = any(change.party is not None and change.party.right in ROLES for change in changes)
        what = "no member who can sign in" if has_roles else "nobody with full access who can sign in"
        what += ", once the service has ended access" if living else ""
        where = str(mailbox.address)
        yield Refusal("last-access", f"{where} would have {what}", 0, "1", f"last-access={where}", where)


def _takes_access(change: Change) -> bool:
    """Return whether a change takes more than the use of a calendar or of contacts, now or later."""
    return takes_rights(change) and (change.party is None or change.party.right not in LEVELLED)


def last_owner(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a plan that removes the last owner of a mailbox; there is no waiver."""
    for mailbox, observed, changes in _managed(facts):
        before = observed.mailboxes.get(mailbox.address)
        end = _end(mailbox, observed, changes)
        if before is None or end is None:
            continue  # a new group without an owner is possible: a finding of `check`
        has_lost_one = bool(_owners(before) - _owners(end))
        if has_lost_one and not any(_is_living_holder(grant, observed, facts.limits) for grant in _owners(end)):
            why = f"{mailbox.address} would have no owner who can sign in: name another one"
            yield Refusal("last-owner", why, 0, "1", mailbox=str(mailbox.address))


def _owners(mailbox: ObservedMailbox) -> frozenset[Grant]:
    return frozenset(grant for grant in mailbox.grants or () if grant.right is Right.OWNER)


def _managed(facts: GuardInput) -> Iterator[tuple[DesiredMailbox, Observed, list[Change]]]:
    """Return each mailbox whose members are managed, with its observation and its changes."""
    found: dict[tuple[Platform, Address], list[Change]] = defaultdict(list)
    for change in facts.plan.changes:
        found[change.platform, change.mailbox].append(change)
    for address, mailbox in sorted(facts.plan.desired.mailboxes.items()):
        if mailbox.state is not State.ABSENT and mailbox.manages_members:
            yield mailbox, facts.observations[mailbox.platform], found.get((mailbox.platform, address), [])


def _end(mailbox: DesiredMailbox, observed: Observed, changes: Iterable[Change]) -> ObservedMailbox | None:
    """Return one mailbox after the plan."""
    there = observed.mailboxes.get(mailbox.address)
    alone = replace(observed, mailboxes={mailbox.address: there} if there else {}, taken={})
    return simulate_all(alone, changes).mailboxes.get(mailbox.address)


def replaced_people(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a plan after which nobody of two or more people who could read a mailbox still can.

    They are those of now and of the last days: two runs must not replace what one may not.
    """
    for mailbox, observed, changes in _managed(facts):
        current, end = observed.mailboxes.get(mailbox.address), _end(mailbox, observed, changes)
        if current is None or end is None:
            continue
        taken = [change for change in changes if takes_rights(change)]
        if not taken:
            continue
        recent = facts.recent.get(mailbox.address, NOTHING)
        ending = recent.ending | {(change.party.id, change.party.right) for change in taken if change.party}
        now, after = _readers(_held(current), observed), _readers(set(_held(end)) - ending, observed)
        before = (now - _readers(recent.granted, observed)) | _readers(recent.revoked, observed)
        if len(before) >= _MANY and after and not before & after:
            where = str(mailbox.address)
            could = f"could read it in the last {SPAN.days} days" if before - now else "can read it"
            why = f"{where}: none of the {len(before)} people who {could} would keep access"
            yield Refusal("replaced-people", why, len(before), "1", f"replaced-people={where}", where)


def _held(mailbox: ObservedMailbox) -> Iterator[Held]:
    return ((grant.trustee, grant.right) for grant in mailbox.grants or ())


def _readers(held: Iterable[Held], observed: Observed) -> frozenset[TrusteeId]:
    """Return the people who can sign in and read a mailbox; a group whose members are not known counts as one."""
    readers: set[TrusteeId] = set()
    for trustee, right in held:
        if right in READING:
            readers |= observed.members.get(trustee, frozenset({trustee}))
    return frozenset(one for one in readers if _is_living(observed, one) and not _is_no_person(observed, one))


def _is_no_person(observed: Observed, trustee: TrusteeId) -> bool:
    """Return whether a holder is a deleted account or an application: it stays, and is nobody who keeps access."""
    known = observed.trustees.get(trustee)
    return known is not None and known.kind not in (TrusteeKind.USER, TrusteeKind.GROUP)


_MANY = 2
"""From so many people on, a complete replacement is refused."""


def _is_living_holder(grant: Grant, observed: Observed, limits: GuardLimits) -> bool:
    """Return whether somebody of the organisation can sign in and use a right; an unknown trustee cannot."""
    trustee = observed.trustees.get(grant.trustee)
    if trustee is None:
        return False
    if trustee.kind is TrusteeKind.GROUP:
        return _has_living_member(trustee, observed, limits)
    return trustee.kind is TrusteeKind.USER and trustee.is_enabled and _is_ours(trustee, observed, limits)


def _has_living_member(group: Trustee, observed: Observed, limits: GuardLimits) -> bool:
    people = observed.members.get(group.id)
    if people is None:
        return bool(group.member_count)
    known = (observed.trustees.get(person) for person in people)
    return any(one is None or (one.is_enabled and _is_ours(one, observed, limits)) for one in known)


def _is_ours(trustee: Trustee, observed: Observed, limits: GuardLimits) -> bool:
    """Return whether a person belongs to the organisation, or to a partner that the profile names."""
    is_partner = trustee.address is not None and trustee.address.domain in limits.external_domains
    return is_partner or not is_outsider(trustee, observed)


def _is_living(observed: Observed, person: TrusteeId) -> bool:
    known = observed.trustees.get(person)
    return known is None or known.is_enabled
