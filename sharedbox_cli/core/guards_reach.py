"""Guards on who gains access to a mailbox: outsiders, and everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.change_words import right_words
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.joinable import is_joinable
from sharedbox_cli.core.levels import rises
from sharedbox_cli.core.mail_targets import (
    all_forwarded_to,
    answered_to,
    cut_off_words,
    forwarded_to,
    moderated_by,
    sender_addresses,
)
from sharedbox_cli.core.model import ROLES, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.open_access import LEVEL_AUDIENCES, opens_level
from sharedbox_cli.core.outsiders import outsiders_behind, unknown_members
from sharedbox_cli.core.until import is_later
from sharedbox_cli.core.values import Value

_CALENDAR_WORDS: Mapping[Value, str] = {
    "availability": "see when its calendar is busy",
    "details": "see when its calendar is busy, and with what",
    "reader": "read its calendar",
}
"""What each level of a calendar allows; every other one may allow to change it."""
_EVERYBODY: Mapping[Value, str] = {
    "organization": "everybody in the organisation",
    "anyone": "anybody on the web",
    "members": "every member",
}


def external_trustee(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse rights, a higher role, or mail for somebody outside the organisation, unless allowed by name.

    People behind a group count like people named on their own; a group whose members are not known is refused.
    """
    seen: set[Address] = set()
    for change in facts.plan.changes:
        observed = facts.observations[change.platform]
        for address, why in (*_granted(change, observed), *_mail_outside(change, observed)):
            if address is None:
                yield Refusal("external-trustee", why, 1, "0", mailbox=str(change.mailbox))
            elif address.domain not in facts.limits.external_domains and address not in seen:
                seen.add(address)
                yield Refusal("external-trustee", why, 1, "0", f"external-trustee={address}", str(change.mailbox))


def gives_rights(change: Change, observed: Observed) -> bool:
    """Return whether a trustee gets a right, or a higher role or level, or keeps it longer, by a change."""
    if change.party is None:
        return False
    if change.kind is Kind.GRANT:
        return True
    if change.kind is Kind.UPDATE and Field.LEVEL in change.after:
        return rises(change.before.get(Field.LEVEL), change.after[Field.LEVEL], observed.level_spans)
    if change.kind is Kind.UPDATE and Field.ROLE not in change.after and Field.UNTIL in change.after:
        return is_later(change.after[Field.UNTIL], change.before.get(Field.UNTIL))
    after, before = change.after.get(Field.ROLE), change.before.get(Field.ROLE)
    return change.kind is Kind.UPDATE and after is not None and _rank(after) > _rank(before)


def _rank(role: Value) -> int:
    """Return the order of a role; one that is not known is the lowest."""
    return next((number for number, known in enumerate(ROLES, 1) if known == role), 0)


def _granted(change: Change, observed: Observed) -> Iterator[tuple[Address | None, str]]:
    party = change.party
    if party is None or not gives_rights(change, observed):
        return
    right = right_words(Right(str(change.after.get(Field.ROLE, party.right))), party.detail)
    first = f", first on {change.mailbox}"
    if party.address is None:
        yield None, f"{change.mailbox}: an account without a known address would get {right}"
        return
    if party.id not in observed.trustees and party.address.domain not in observed.domains:
        yield (
            party.address,
            f"{party.address} is outside the tenant's domains and would get {right}, first on {change.mailbox}",
        )
    for one in outsiders_behind(party.id, observed):
        through = "" if one.id == party.id else f" through {party.address}"
        kind = "a guest" if one.is_guest else "outside the tenant's domains"
        who = one.address or one.name or one.id
        yield one.address, f"{who} is {kind} and would get {right}{through}{first}"
    known = observed.trustees.get(party.id)
    if known is not None and known.member_count is not None and unknown_members(party.id, observed):
        yield (
            party.address,
            f"{party.address} has members that are not known, who would get {right}, first on {change.mailbox}",
        )


def _mail_outside(change: Change, observed: Observed) -> Iterator[tuple[Address | None, str]]:
    """Yield each address outside the organisation that mail would newly reach, or that messages would come from."""
    for targets_of, what in (
        (forwarded_to, "would get mail forwarded"),
        (all_forwarded_to, "would get all mail forwarded"),
        (answered_to, "would get the replies to its messages"),
        (moderated_by, "would get messages to approve"),
        (sender_addresses, "would be an address that it sends from"),
    ):
        for text in sorted(targets_of(change.after) - targets_of(change.before)):
            address = Address.of(text)
            if address.domain not in observed.domains:
                yield address, f"{address} is outside the tenant's domains and {what}, first on {change.mailbox}"


def cut_off(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse settings that keep the mail of a mailbox from its team, unless allowed by name."""
    for change in facts.plan.changes:
        if change.kind is not Kind.UPDATE:
            continue
        mailbox = facts.observations[change.platform].mailboxes.get(change.mailbox)
        before = {**(mailbox.settings if mailbox else {}), **change.before}
        earlier, where = cut_off_words(before, change.mailbox), str(change.mailbox)
        for key, words in cut_off_words({**before, **change.after}, change.mailbox).items():
            if key not in earlier:
                yield Refusal("cut-off", f"{where}: {words}", 1, "0", f"cut-off={where}", where)


def wide_trustee(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse rights for a very large group, or a mailbox that everybody can read, unless allowed by name."""
    seen: set[Address] = set()
    for change in facts.plan.changes:
        yield from _large_group(change, facts, seen)
        yield from _opened(change, facts)


def _large_group(change: Change, facts: GuardInput, seen: set[Address]) -> Iterator[Refusal]:
    party = change.party
    observed, most = facts.observations[change.platform], facts.limits.wide_members
    if party is None or party.kind is not TrusteeKind.GROUP or not gives_rights(change, observed):
        return
    people, known = observed.members.get(party.id), observed.trustees.get(party.id)
    count = len(people) if people is not None else known.member_count if known else None
    address = party.address or change.mailbox
    if address in seen:
        return
    if known is not None and is_joinable(known):
        seen.add(address)
        why = f"{address}: {_entrance(known)}, first on {change.mailbox}"
        yield Refusal("wide-trustee", why, 1, "0", f"wide-trustee={address}", str(change.mailbox))
        return
    if count is not None and count <= most:
        return
    seen.add(address)
    has = "an unknown number of" if count is None else f"{count:,}"
    why = f"{address} has {has} members, who would get rights, first on {change.mailbox}"
    yield Refusal("wide-trustee", why, count or 0, str(most), f"wide-trustee={address}", str(change.mailbox))


def _entrance(group: Trustee) -> str:
    """Return who can become a member of a group, in words."""
    who = _EVERYBODY.get(group.joining or "", "nobody knows who")
    which = f"{group.joined_through}, which is in it," if group.joined_through else "it"
    if group.joining in SETTINGS[Field.GROUP_MANAGING_MEMBERS].opens:
        return f"{who} could add other people to {which}, who would get its rights"
    return f"{who} could join {which} and get its rights"


def _opened(change: Change, facts: GuardInput) -> Iterator[Refusal]:
    where, spans = str(change.mailbox), facts.observations[change.platform].level_spans
    for name, setting in SETTINGS.items():
        wide = setting.opens if setting.opened else ()
        after, before = change.after.get(name), change.before.get(name)
        if after not in wide or (before in wide and wide.index(before) >= wide.index(after)):
            continue
        why = f"{where}: {_EVERYBODY[after]} could {setting.opened}"
        yield Refusal("wide-trustee", why, 1, "0", f"wide-trustee={where}", where)
    for name, audience in LEVEL_AUDIENCES.items():
        after, before = change.after.get(name), change.before.get(name)
        if opens_level(name, after) and rises(before, after, spans):
            why = f"{where}: {_EVERYBODY[audience]} could {_use_words(name, after)}"
            yield Refusal("wide-trustee", why, 1, "0", f"wide-trustee={where}", where)
    opens = change.after.get(Field.GROUP_EXTERNAL_MEMBERS) is True
    if opens and change.before.get(Field.GROUP_EXTERNAL_MEMBERS) is not True and not _names_outsiders(change, facts):
        why = f"{where}: its members could be from outside, and its spec names nobody from outside"
        yield Refusal("wide-trustee", why, 1, "0", f"wide-trustee={where}", where)


def _use_words(name: Field, level: Value) -> str:
    """Return what people can do at a level."""
    if name is Field.CONTACTS_DEFAULT:
        return "read its contacts" if level == "reader" else "change its contacts"
    return _CALENDAR_WORDS.get(level, "change its calendar")


def _names_outsiders(change: Change, facts: GuardInput) -> bool:
    """Return whether the spec names outsiders: `external-trustee` then asks for each by name."""
    mailbox, observed = facts.plan.desired.mailboxes.get(change.mailbox), facts.observations[change.platform]
    for desired in (mailbox.grants or ()) if mailbox else ():
        identity = observed.directory.get(desired.trustee, TrusteeId(""))
        if desired.trustee.domain not in observed.domains or outsiders_behind(identity, observed):
            return True
    return False
