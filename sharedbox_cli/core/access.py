"""Who may do what, directly and through groups: the rows of an audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from sharedbox_cli.core.change import right_rank
from sharedbox_cli.core.identities import Person, Persons
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import Grant, Observed, ObservedMailbox, Platform, Right, Trustee, TrusteeKind


class AccessRow(NamedTuple):
    """One right of one holder on one mailbox."""

    mailbox: str
    platform: str
    person: str
    """The holder's address in lower case, so that a person in two clouds is one person; otherwise name or id."""
    name: str
    trustee_id: str
    kind: TrusteeKind
    right: Right
    detail: str
    via: tuple[str, ...]
    """The group that gives the right; empty: it is direct."""
    is_enabled: bool
    is_guest: bool
    entry: str
    """`grant`, `deny`, `inherited` or `unknown`."""
    automapping: bool | None = None
    """None: unknown, because the platform does not report it."""
    is_resolved: bool = True
    """False: the members of this group were not read, so more people have this right."""
    address: str = ""
    """The holder's own address in this cloud, in lower case; `person` may be an address of another cloud."""
    can_hold: bool = True
    """False: a group that cannot hold rights, so that its members have none through it."""
    holder: str = ""
    """Identifies the holder. Unlike a name, nobody can choose it."""

    @property
    def mailbox_key(self) -> tuple[str, str]:
        """Return what identifies the mailbox: two clouds can have the same address."""
        return self.mailbox.lower(), self.platform


def access_rows(observations: Mapping[Platform, Observed]) -> Iterator[AccessRow]:
    """Yield every right, sorted by mailbox, person and right. Rows are made mailbox by mailbox."""
    distinct = list({id(observed): observed for observed in observations.values()}.values())
    persons = Persons(distinct)
    mailboxes: dict[tuple[str, str], list[tuple[ObservedMailbox, _Holders]]] = defaultdict(list)
    for observed in distinct:
        holders = _Holders(observed, persons)
        for mailbox in observed.mailboxes.values():
            mailboxes[mailbox.address.key, str(mailbox.platform)].append((mailbox, holders))
    for key in sorted(mailboxes):
        yield from sorted({row for mailbox, holders in mailboxes[key] for row in holders.rows(mailbox)}, key=_order)


def _order(row: AccessRow) -> tuple[str, str, int, tuple[str, ...], str, str]:
    return row.person, row.holder, right_rank(row.right), row.via, row.entry, row.detail


class _Holders:
    """Who holds rights in one tenant; each holder is looked up once."""

    def __init__(self, observed: Observed, persons: Persons) -> None:
        self._observed = observed
        self._persons = persons
        self._known: dict[TrusteeId, tuple[Trustee, Person]] = {}

    def rows(self, mailbox: ObservedMailbox) -> Iterator[AccessRow]:
        """Yield the rows of a mailbox, unsorted."""
        observed = self._observed
        for grant in mailbox.grants or ():
            holder, person = self._of(grant.trustee)
            is_resolved = holder.kind is not TrusteeKind.GROUP or holder.id in observed.members
            yield _row(mailbox, holder, person, grant, is_resolved=is_resolved)
            if holder.kind is TrusteeKind.GROUP and holder.is_security:
                via = (str(holder.address or holder.name or holder.id),)
                through = replace(grant, automapping=False)  # automapping never works through a group
                for identity in observed.members.get(holder.id, ()):
                    yield _row(mailbox, *self._of(identity), through, via=via)
        for entry in mailbox.special:
            kind = "deny" if entry.is_deny else "inherited" if entry.is_inherited else "unknown"
            holder, person = self._of(entry.trustee)
            if entry.is_everybody:
                holder = Trustee(entry.trustee, TrusteeKind.OTHER, name="everybody in the organisation")
                person = self._persons.of(observed, holder)
            yield _row(mailbox, holder, person, Grant(entry.trustee, Right.OTHER, entry.text), entry=kind)

    def _of(self, identity: TrusteeId) -> tuple[Trustee, Person]:
        known = self._known.get(identity)
        if known is None:
            trustee = self._observed.trustees.get(identity) or Trustee(identity, TrusteeKind.ORPHAN)
            known = self._known[identity] = trustee, self._persons.of(self._observed, trustee)
        return known


def _row(
    mailbox: ObservedMailbox,
    holder: Trustee,
    person: Person,
    grant: Grant,
    *,
    via: tuple[str, ...] = (),
    entry: str = "grant",
    is_resolved: bool = True,
) -> AccessRow:
    return AccessRow(
        mailbox=mailbox.address.text,
        platform=str(mailbox.platform),
        person=person.shown,
        name=holder.name,
        trustee_id=holder.id,
        kind=holder.kind,
        right=grant.right,
        detail=grant.detail,
        via=via,
        is_enabled=holder.is_enabled,
        is_guest=holder.is_guest,
        entry=entry,
        automapping=grant.automapping,
        is_resolved=is_resolved,
        address=holder.address.key if holder.address else "",
        can_hold=holder.kind is not TrusteeKind.GROUP or holder.is_security,
        holder=person.key,
    )
