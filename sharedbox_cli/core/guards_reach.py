"""Guards on who gains access to a mailbox: outsiders, and everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.mail_targets import forwarded_to
from sharedbox_cli.core.model import Observed, TrusteeKind
from sharedbox_cli.core.values import Value

_WIDE: Mapping[Field, tuple[Value, ...]] = {
    Field.GROUP_VIEWING: ("organization", "anyone"),
    Field.GROUP_JOINING: ("anyone",),
}
"""Values that give everybody access, the widest last."""
_WORDS: Mapping[Field, str] = {Field.GROUP_VIEWING: "read it", Field.GROUP_JOINING: "join it"}
_EVERYBODY: Mapping[Value, str] = {"organization": "everybody in the organisation", "anyone": "anybody on the web"}


def external_trustee(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a right or forwarding for a guest or for an address outside the tenant, unless allowed by name."""
    seen: set[Address] = set()
    for change in facts.plan.changes:
        observed = facts.observations[change.platform]
        for address, kind, what in (*_granted(change, observed), *_forwarded(change, observed)):
            if address is None:
                why = f"{change.mailbox}: an account without a known address would get rights"
                yield Refusal("external-trustee", why, 1, "0", mailbox=str(change.mailbox))
            elif address.domain not in facts.limits.external_domains and address not in seen:
                seen.add(address)
                why = f"{address} is {kind} and would get {what}, first on {change.mailbox}"
                yield Refusal("external-trustee", why, 1, "0", f"external-trustee={address}", str(change.mailbox))


def _granted(change: Change, observed: Observed) -> Iterator[tuple[Address | None, str, str]]:
    party = change.party
    if change.kind is not Kind.GRANT or party is None:
        return
    known = observed.trustees.get(party.id)
    if party.address is None:
        yield None, "", ""
    elif known is not None and known.is_guest:
        yield party.address, "a guest", "rights"
    elif party.address.domain not in observed.domains:
        yield party.address, "outside the tenant's domains", "rights"


def _forwarded(change: Change, observed: Observed) -> Iterator[tuple[Address | None, str, str]]:
    for text in sorted(forwarded_to(change.after) - forwarded_to(change.before)):
        address = Address.of(text)
        if address.domain not in observed.domains:
            yield address, "outside the tenant's domains", "mail forwarded"


def wide_trustee(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse rights for a very large group, or a mailbox that everybody can read, unless allowed by name."""
    seen: set[Address] = set()
    for change in facts.plan.changes:
        yield from _large_group(change, facts, seen)
        yield from _opened(change, facts)


def _large_group(change: Change, facts: GuardInput, seen: set[Address]) -> Iterator[Refusal]:
    party = change.party
    if change.kind is not Kind.GRANT or party is None or party.kind is not TrusteeKind.GROUP:
        return
    observed, most = facts.observations[change.platform], facts.limits.wide_members
    people, known = observed.members.get(party.id), observed.trustees.get(party.id)
    count = len(people) if people is not None else known.member_count if known else None
    address = party.address or change.mailbox
    if address in seen or (count is not None and count <= most):
        return
    seen.add(address)
    has = "an unknown number of" if count is None else f"{count:,}"
    why = f"{address} has {has} members, who would get rights, first on {change.mailbox}"
    yield Refusal("wide-trustee", why, count or 0, str(most), f"wide-trustee={address}", str(change.mailbox))


def _opened(change: Change, facts: GuardInput) -> Iterator[Refusal]:
    where = str(change.mailbox)
    for name, wide in _WIDE.items():
        after, before = change.after.get(name), change.before.get(name)
        if after not in wide or (before in wide and wide.index(before) >= wide.index(after)):
            continue
        why = f"{where}: {_EVERYBODY[after]} could {_WORDS[name]}"
        yield Refusal("wide-trustee", why, 1, "0", f"wide-trustee={where}", where)
    opens = change.after.get(Field.GROUP_EXTERNAL_MEMBERS) is True
    if opens and change.before.get(Field.GROUP_EXTERNAL_MEMBERS) is not True and not _names_outsiders(change, facts):
        why = f"{where}: its members could be from outside, and its spec names nobody from outside"
        yield Refusal("wide-trustee", why, 1, "0", f"wide-trustee={where}", where)


def _names_outsiders(change: Change, facts: GuardInput) -> bool:
    """Return whether the spec names outsiders: `external-trustee` then asks for each by name."""
    mailbox, observed = facts.plan.desired.mailboxes.get(change.mailbox), facts.observations[change.platform]
    for desired in (mailbox.grants or ()) if mailbox else ():
        known = observed.trustees.get(observed.directory.get(desired.trustee, TrusteeId("")))
        if desired.trustee.domain not in observed.domains or (known is not None and known.is_guest):
            return True
    return False
