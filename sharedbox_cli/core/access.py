"""Who may do what, directly and through groups: the rows of an audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from sharedbox_cli.core.change import right_rank
from sharedbox_cli.core.folder_access import entries_beside, folder_words
from sharedbox_cli.core.group_paths import paths_into
from sharedbox_cli.core.identities import Person, Persons
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Grant, Platform, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import FolderEntry, Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.open_access import AUDIENCE_WORDS, OWN_ACCOUNT, Audience, Entry, Way, ways_of
from sharedbox_cli.core.outsiders import is_outsider
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.why import Why


class AccessRow(NamedTuple):
    """One right of one holder on one mailbox."""

    mailbox: str
    platform: str
    person: str
    """The holder's address in lower case, so that a person in two clouds is one person; otherwise name or id."""
    name: str
    trustee_id: str
    kind: TrusteeKind | Audience
    right: Right
    detail: str
    via: tuple[str, ...]
    """The groups that give the right, the outer one first; empty: it is direct."""
    is_enabled: bool
    is_guest: bool
    entry: Entry
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
    is_external: bool = False
    """Whether the holder is from outside the organisation: a guest, or an address of another domain."""
    why: Why | None = None
    """Why and since when it is there. None: nobody asked."""
    items: int | None = None
    """Of a right in one folder: how many items are in it, if that is known. No part of what is compared."""

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
        self._outside: dict[TrusteeId, bool] = {}
        self._paths_of: dict[TrusteeId, dict[TrusteeId, list[tuple[str, ...]]]] = {}

    def rows(self, mailbox: ObservedMailbox) -> Iterator[AccessRow]:
        """Yield the rows of a mailbox, unsorted."""
        for grant in mailbox.grants or ():
            yield from self._held(mailbox, grant)
        for entry in mailbox.special:
            yield self._special(mailbox, entry)
        for way in ways_of(mailbox):
            yield self._way(mailbox, way)
        for folder in entries_beside(mailbox):
            yield from self._folder(mailbox, folder)

    def _held(self, mailbox: ObservedMailbox, grant: Grant, entry: Entry = Entry.GRANT) -> Iterator[AccessRow]:
        """Yield the row of a right and, if a group holds it, those of the people in it."""
        members = self._observed.members
        holder, person = self._of(grant.trustee)
        is_resolved = holder.kind is not TrusteeKind.GROUP or holder.id in members
        yield self._row(mailbox, holder, person, grant, entry=entry, is_resolved=is_resolved)
        if holder.kind is TrusteeKind.GROUP and holder.is_security:
            through = replace(grant, automapping=False)  # automapping never works through a group
            for identity in members.get(holder.id, ()):
                for via in self._paths(holder.id).get(identity) or [(self._group_name(holder.id),)]:
                    yield self._row(mailbox, *self._of(identity), through, via=via, entry=entry)

    def _folder(self, mailbox: ObservedMailbox, entry: FolderEntry) -> Iterator[AccessRow]:
        grant = Grant(entry.trustee, entry.right, folder_words(entry))
        if entry.audience is None:
            rows = self._held(mailbox, grant, Entry.FOLDER)
        else:
            rows = iter((self._wide(mailbox, entry.audience, grant, entry=Entry.FOLDER),))
        yield from (row._replace(items=entry.items) for row in rows)

    def _paths(self, group: TrusteeId) -> Mapping[TrusteeId, list[tuple[str, ...]]]:
        """Return the names of the groups through which each user is in a group, if that was read."""
        known = self._paths_of.get(group)
        if known is None:
            paths = paths_into(group, self._observed) if group in self._observed.direct else {}
            known = {user: [tuple(map(self._group_name, path)) for path in many] for user, many in paths.items()}
            self._paths_of[group] = known
        return known

    def _group_name(self, group: TrusteeId) -> str:
        holder, _ = self._of(group)
        return str(holder.address or holder.name or holder.id)

    def _special(self, mailbox: ObservedMailbox, entry: SpecialEntry) -> AccessRow:
        if entry.is_everybody:
            return self._wide(mailbox, Audience.ORGANIZATION, Grant(entry.trustee, Right.MEMBER, entry.text))
        if entry.revocable is not None:
            kind, right = Entry.INVITATION, entry.revocable
        else:
            kind = Entry.DENY if entry.is_deny else Entry.INHERITED if entry.is_inherited else Entry.UNKNOWN
            right = Right.OTHER
        return self._row(mailbox, *self._of(entry.trustee), Grant(entry.trustee, right, entry.text), entry=kind)

    def _way(self, mailbox: ObservedMailbox, way: Way) -> AccessRow:
        """Return the row of a setting that gives access."""
        if way.audience is not None:
            return self._wide(mailbox, way.audience, Grant(TrusteeId(""), way.right, way.detail), entry=way.entry)
        if way.entry is Entry.SIGN_IN:
            own = Trustee(TrusteeId(mailbox.id), TrusteeKind.USER, mailbox.address, OWN_ACCOUNT)
            holder, person = own, self._persons.of(self._observed, own)
        else:
            holder, person = self._at(way.target)
        is_resolved = holder.kind is not TrusteeKind.GROUP or holder.id in self._observed.members
        grant = Grant(holder.id, way.right, way.detail)
        row = self._row(mailbox, holder, person, grant, entry=way.entry, is_resolved=is_resolved)
        return row._replace(can_hold=True)  # any group can receive mail

    def _wide(
        self,
        mailbox: ObservedMailbox,
        audience: Audience,
        grant: Grant,
        *,
        via: tuple[str, ...] = (),
        entry: Entry = Entry.GRANT,
    ) -> AccessRow:
        """Return the row of everybody in the organisation, or on the web."""
        tenant = self._observed.tenant_id if audience is Audience.ORGANIZATION else ""
        holder = Trustee(TrusteeId(tenant), TrusteeKind.OTHER, name=AUDIENCE_WORDS[audience])
        person = Person(f"{audience}:{tenant}", AUDIENCE_WORDS[audience])
        row = self._row(mailbox, holder, person, grant, via=via, entry=entry)
        return row._replace(kind=audience, is_external=audience is Audience.ANYONE)

    def _at(self, target: str) -> tuple[Trustee, Person]:
        """Return who gets mail at an address: somebody who was read, or the address alone."""
        address = Address.of(target)
        known = self._observed.directory.get(address)
        if known is not None and known in self._observed.trustees:
            return self._of(known)
        mailbox = self._observed.mailboxes.get(address)
        if mailbox is not None:
            holder = Trustee(TrusteeId(mailbox.id), TrusteeKind.USER, mailbox.address, mark("another mailbox"))
        elif "@" in target:
            holder = Trustee(TrusteeId(""), TrusteeKind.OTHER, address)
        else:
            holder = Trustee(TrusteeId(""), TrusteeKind.OTHER, name=target)
        person = self._persons.of(self._observed, holder)
        return holder, replace(person, key=f"{person.key}{target}") if not holder.id and "@" not in target else person

    def _of(self, identity: TrusteeId) -> tuple[Trustee, Person]:
        known = self._known.get(identity)
        if known is None:
            trustee = self._observed.trustees.get(identity) or Trustee(identity, TrusteeKind.ORPHAN)
            known = self._known[identity] = trustee, self._persons.of(self._observed, trustee)
        return known

    def _is_outside(self, holder: Trustee) -> bool:
        known = self._outside.get(holder.id) if holder.id else None
        if known is None:
            known = self._outside[holder.id] = is_outsider(holder, self._observed)
        return known

    def _row(
        self,
        mailbox: ObservedMailbox,
        holder: Trustee,
        person: Person,
        grant: Grant,
        *,
        via: tuple[str, ...] = (),
        entry: Entry = Entry.GRANT,
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
            is_enabled=holder.is_enabled and holder.kind is not TrusteeKind.ORPHAN,
            is_guest=holder.is_guest,
            entry=entry,
            automapping=grant.automapping,
            is_resolved=is_resolved,
            address=holder.address.key if holder.address else "",
            can_hold=holder.kind is not TrusteeKind.GROUP or holder.is_security,
            holder=person.key,
            is_external=self._is_outside(holder),
        )
