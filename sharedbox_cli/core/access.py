"""Who may do what, directly and through groups: the rows of an audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sharedbox_cli.core.change import right_rank
from sharedbox_cli.core.identities import Person, Persons
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import Grant, Observed, ObservedMailbox, Platform, Right, Trustee, TrusteeKind


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One right of one holder on one mailbox."""

    mailbox: str
    platform: str
    person: str
    """The holder's address in lower case, so that one person in two clouds is one; else name or id."""
    name: str
    trustee_id: str
    kind: TrusteeKind
    right: Right
    detail: str
    via: tuple[str, ...]
    """The group through which it comes; empty: direct."""
    is_enabled: bool
    is_guest: bool
    entry: str
    """`grant`, `deny`, `inherited` or `unknown`."""
    automapping: bool | None = None
    """None: not known, as the platform does not tell."""
    is_resolved: bool = True
    """False: a group whose members were not read, so that more people have this right."""
    address: str = ""
    """The holder's own address in this cloud, in lower case; `person` may be that of another one."""
    holder: str = ""
    """What tells holders apart: nobody can choose it, as one chooses a name."""

    @property
    def mailbox_key(self) -> tuple[str, str]:
        """Return what names the mailbox: an address can be one in two clouds."""
        return self.mailbox.lower(), self.platform


def access_rows(observations: Mapping[Platform, Observed]) -> tuple[AccessRow, ...]:
    """Return every right there is, sorted by mailbox, person and right."""
    distinct = {id(observed): observed for observed in observations.values()}
    persons = Persons(distinct.values())
    rows = {
        row
        for observed in distinct.values()
        for mailbox in observed.mailboxes.values()
        for row in _rows(mailbox, observed, persons)
    }
    return tuple(sorted(rows, key=_order))


def _order(row: AccessRow) -> tuple[tuple[str, str], str, str, int, tuple[str, ...], str, str]:
    return row.mailbox_key, row.person, row.holder, right_rank(row.right), row.via, row.entry, row.detail


def _rows(mailbox: ObservedMailbox, observed: Observed, persons: Persons) -> Iterator[AccessRow]:
    for grant in mailbox.grants or ():
        holder = _known(observed, grant.trustee)
        is_resolved = holder.kind is not TrusteeKind.GROUP or holder.id in observed.members
        yield _row(mailbox, holder, persons.of(observed, holder), grant, is_resolved=is_resolved)
        if holder.kind is TrusteeKind.GROUP:
            group = str(holder.address or holder.name or holder.id)
            for identity in observed.members.get(holder.id, ()):
                # Automapping never comes through a group.
                inner, through = _known(observed, identity), replace(grant, automapping=False)
                yield _row(mailbox, inner, persons.of(observed, inner), through, via=(group,))
    for entry in mailbox.special:
        kind = "deny" if entry.is_deny else "inherited" if entry.is_inherited else "unknown"
        grant, holder = Grant(entry.trustee, Right.OTHER, entry.text), _known(observed, entry.trustee)
        if entry.is_everybody:
            holder = Trustee(entry.trustee, TrusteeKind.OTHER, name="everybody in the organisation")
        yield _row(mailbox, holder, persons.of(observed, holder), grant, entry=kind)


def _known(observed: Observed, identity: TrusteeId) -> Trustee:
    return observed.trustees.get(identity) or Trustee(identity, TrusteeKind.ORPHAN)


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
        holder=person.key,
    )
