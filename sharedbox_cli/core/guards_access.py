"""Guards on who keeps access to a mailbox, and who keeps owning it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    ROLES,
    DesiredMailbox,
    Grant,
    Observed,
    ObservedMailbox,
    Platform,
    Right,
    State,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.simulate import simulate_all

_OPENING = frozenset({Right.FULL_ACCESS, *ROLES})
"""Rights that count as access to a mailbox: full access, or a role in its group."""


def last_access(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a plan after which nobody who can sign in has full access to a mailbox, or is a member of it."""
    for mailbox, observed, changes in _managed(facts):
        end = _end(mailbox, observed, changes)
        if end is None or any(entry.is_everybody for entry in end.special):
            continue
        if any(grant.right in _OPENING and _is_living_holder(grant, observed) for grant in end.grants or ()):
            continue
        if not any(change.kind in (Kind.CREATE, Kind.REVOKE) for change in changes):
            continue  # it was the same before: a finding of `check`
        has_roles = any(change.party is not None and change.party.right in ROLES for change in changes)
        what = "no member who can sign in" if has_roles else "nobody with full access who can sign in"
        where = str(mailbox.address)
        yield Refusal("last-access", f"{where} would have {what}", 0, "1", f"last-access={where}", where)


def last_owner(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a plan that removes the last owner of a mailbox; there is no waiver."""
    for mailbox, observed, changes in _managed(facts):
        before = observed.mailboxes.get(mailbox.address)
        end = _end(mailbox, observed, changes)
        if before is None or end is None:
            continue  # a new group without an owner is possible: a finding of `check`
        has_lost_one = bool(_owners(before) - _owners(end))
        if has_lost_one and not any(_is_living_holder(grant, observed) for grant in _owners(end)):
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
        if mailbox.state is not State.ABSENT and mailbox.grants is not None:
            yield mailbox, facts.observations[mailbox.platform], found.get((mailbox.platform, address), [])


def _end(mailbox: DesiredMailbox, observed: Observed, changes: Iterable[Change]) -> ObservedMailbox | None:
    """Return one mailbox after the plan."""
    there = observed.mailboxes.get(mailbox.address)
    alone = replace(observed, mailboxes={mailbox.address: there} if there else {}, taken={})
    return simulate_all(alone, changes).mailboxes.get(mailbox.address)


def _is_living_holder(grant: Grant, observed: Observed) -> bool:
    """Return whether a trustee can sign in and use a right; an unknown trustee cannot."""
    trustee = observed.trustees.get(grant.trustee)
    if trustee is None:
        return False
    if trustee.kind is TrusteeKind.GROUP:
        return _is_peopled(trustee, observed)
    return trustee.kind is TrusteeKind.USER and trustee.is_enabled


def _is_peopled(group: Trustee, observed: Observed) -> bool:
    people = observed.members.get(group.id)
    if people is not None:
        return any(_is_living(observed, person) for person in people)
    return bool(group.member_count)


def _is_living(observed: Observed, person: TrusteeId) -> bool:
    known = observed.trustees.get(person)
    return known is None or known.is_enabled
