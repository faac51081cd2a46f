"""Guards on how many rights a run revokes: of all, and of one mailbox."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.recent import NOTHING, SPAN, Held
from sharedbox_cli.core.until import is_later


def takes_rights(change: Change) -> bool:
    """Return whether a change revokes a right, or lets the service end it, or end it earlier."""
    if change.kind is Kind.UPDATE and change.party is not None and Field.UNTIL in change.after:
        return is_later(change.before.get(Field.UNTIL), change.after[Field.UNTIL])
    return change.kind is Kind.REVOKE


def mass_revocation(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a run that revokes a large part of all grants, unless it only continues an earlier one.

    The share includes what was revoked in the last days: no filter splits what one run may not do.
    """
    taken = [change for change in facts.plan.changes if takes_rights(change)]
    if not taken or _continues(taken, facts):
        return
    base = sum(facts.plan.grants_before.values()) + facts.plan.desired.grants_elsewhere
    percent, most = facts.limits.mass_revocation_percent, facts.limits.mass_revocation_most
    domains = {domain for observed in facts.observations.values() for domain in observed.domains}
    count, all_before, earlier = _with_earlier(
        taken, base, (one for one in facts.recent if one.domain in domains), facts
    )
    is_share = _is_large_part(count, all_before, percent, facts)
    if not (is_share or base == 0 or len(taken) > most):
        return
    mailboxes = {change.mailbox for change in taken}
    share = f"{f'{100 * count / all_before:.1f}'.removesuffix('.0')} %" if base else "all"
    limit = f"{percent} %" if is_share else str(most)
    words = "mailbox" if len(mailboxes) == 1 else "mailboxes"
    why = f"would revoke {count} of {all_before} grants ({share}, limit {limit}) on {len(mailboxes)} {words}"
    if earlier:
        why += f", with the {earlier} of the last {SPAN.days} days"
    yield Refusal("mass-revocation", why, count, limit, f"mass-revocation={count}")


def mailbox_revocation(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse to revoke a large part of the grants of one mailbox, unless an earlier run is only continued.

    What was revoked in the last days counts as well: no number of small steps takes more than one step may.
    """
    percent = facts.limits.mailbox_revocation_percent
    revoked: dict[Address, list[Change]] = {}
    for change in facts.plan.changes:
        if takes_rights(change):
            revoked.setdefault(change.mailbox, []).append(change)
    for address, base in sorted(facts.plan.grants_before.items()):
        taken = revoked.get(address, [])
        count, all_before, earlier = _with_earlier(taken, base, (address,), facts)
        is_share = bool(taken) and _is_large_part(count, all_before, percent, facts)
        if is_share and not _continues(taken, facts):
            with_earlier = f" with the {earlier} of the last {SPAN.days} days" if earlier else ""
            why = f"{address} would lose {count} of {all_before} grants{with_earlier} (limit {percent} %)"
            waiver = f"mailbox-revocation={count}"
            yield Refusal("mailbox-revocation", why, count, f"{percent} %", waiver, str(address))


def _with_earlier(
    taken: Iterable[Change], base: int, mailboxes: Iterable[Address], facts: GuardInput
) -> tuple[int, int, int]:
    """Return how many grants are taken, with those of the last days, of how many, and how many of them are earlier.

    A grant that the service is to end is still there until then: it is one grant, and not two.
    """
    earlier = {address: facts.recent.get(address, NOTHING).revoked for address in mailboxes}
    ending = {address: _ending(address, facts) for address in earlier}
    past = sum(map(len, earlier.values()))
    changes = list(taken)
    again = [
        change
        for change in changes
        if change.party and (change.party.id, change.party.right) in ending.get(change.mailbox, ())
    ]
    return len(changes) - len(again) + past, base + past - sum(map(len, ending.values())), past


def _ending(address: Address, facts: GuardInput) -> frozenset[Held]:
    """Return what the service is to end, because of the last days, and has not ended yet as far as is known."""
    ending = facts.recent.get(address, NOTHING).ending
    found = (observed.mailboxes.get(address) for observed in facts.observations.values())
    read = [mailbox.grants for mailbox in found if mailbox is not None and mailbox.grants is not None]
    held = frozenset((grant.trustee, grant.right) for grants in read for grant in grants)
    return ending & held if read else ending


def _is_large_part(count: int, base: int, percent: int, facts: GuardInput) -> bool:
    """Return whether so many grants are more than a percentage, of at least ten: so that no single grant decides."""
    return exceeds(count, max(base, facts.limits.percent_from), percent)


def _continues(taken: Iterable[Change], facts: GuardInput) -> bool:
    """Return whether all revocations were allowed already, in a run that did not finish."""
    return all(change.key in facts.continued for change in taken)


def exceeds(count: int, base: int, percent: int) -> bool:
    """Return whether a number is more than a percentage of a base; of nothing, every number is."""
    return base == 0 or 100 * count > percent * base
