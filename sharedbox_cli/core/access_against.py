"""What specs say about the access that was observed: which rights they allow, and which of theirs nobody has.

The comparison is that of a plan (`diff_grants`). A spec that no plan can be made for still has an answer here: whoever
it names and is not in the tenant is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.access_why import GrantKey, MailboxKey, grant_key
from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.desired_grants import resolve_grants
from sharedbox_cli.core.diff_grants import diff_grants
from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import (
    LEVELLED,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    MembersMode,
    Platform,
    Right,
    State,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.open_access import WAYS, Entry, Way, ways_of
from sharedbox_cli.core.why import InSpec

_AT_LEAST = MembersMode.AT_LEAST
_FIELDS: Mapping[Entry, Field] = {
    Entry.FORWARDING: Field.FORWARDING_TO,
    Entry.RULE: Field.RULES,
    Entry.SIGN_IN: Field.SIGN_IN,
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A right that a spec gives and nobody has, or a mailbox that does not exist."""

    mailbox: DesiredMailbox
    grant: DesiredGrant | None = None
    """None: the mailbox itself is missing."""
    why: str = ""
    """Why the platform cannot give it, if it cannot."""


class Judge:
    """Says of each right whether the specs allow it."""

    def __init__(self, desired: Desired, observations: Mapping[Platform, Observed]) -> None:
        self._mailboxes = {
            (mailbox.address.key, str(mailbox.platform)): mailbox
            for mailbox in desired.mailboxes.values()
            if mailbox.platform in observations
        }
        self._observations = observations
        self._addresses: dict[Platform, dict[str, list[str]]] = {}
        self._allowed: dict[MailboxKey, set[GrantKey]] = {}
        self.missing: list[Missing] = []
        for key, mailbox in sorted(self._mailboxes.items()):
            self._look_at(key, mailbox, observations[mailbox.platform])

    def _look_at(self, key: MailboxKey, mailbox: DesiredMailbox, observed: Observed) -> None:
        allowed = self._allowed[key] = set()
        if mailbox.state is State.ABSENT:
            return
        current = observed.mailboxes.get(mailbox.address)
        is_unread = mailbox.address in observed.unread_mailboxes
        if current is None and not is_unread:
            self.missing.append(Missing(mailbox))
        unknown = {item.name.lower() for item in observed.unread}
        for grant in mailbox.grants or () if current is not None else ():
            if grant.right in LEVELLED and current is not None and grant.right not in current.levels:
                continue  # not read
            alone = replace(mailbox, grants=(grant,), levels=_read_levels(mailbox, current), members_mode=_AT_LEAST)
            why = ""
            try:
                allowed |= set(_keys(alone, observed))
                is_missing = (
                    current is not None and current.grants is not None and _is_missing(alone, current, observed)
                )
            except SpecError as error:
                is_missing, why = grant.trustee.key not in unknown, error.problems[0].why
            if is_missing and not is_unread:
                self.missing.append(Missing(mailbox, grant, why))

    def of(self, row: AccessRow) -> InSpec:
        """Return whether the specs allow a right."""
        mailbox = self._mailboxes.get(row.mailbox_key)
        if mailbox is None:
            return InSpec.UNMANAGED
        if mailbox.state is State.ABSENT:
            return InSpec.NO
        if row.entry in WAYS:
            return self._way(row, mailbox)
        is_managed = row.right in mailbox.levels if row.right in LEVELLED else mailbox.manages_members
        if row.entry not in (Entry.GRANT, Entry.INVITATION) or not is_managed:
            return InSpec.UNMANAGED
        key = grant_key(row) if row.entry is Entry.GRANT else (*grant_key(row)[:4], "")
        if key in self._allowed[row.mailbox_key]:
            return InSpec.YES
        return InSpec.NO if mailbox.members_mode is MembersMode.EXACT else InSpec.UNMANAGED

    def _way(self, row: AccessRow, mailbox: DesiredMailbox) -> InSpec:
        """Return whether the specs allow access that a setting gives."""
        name = row.detail.partition(":")[0] if row.entry is Entry.SETTING else _FIELDS.get(row.entry)
        if name not in mailbox.settings:
            return InSpec.UNMANAGED
        wanted = ObservedMailbox("", mailbox.address, mailbox.platform, settings=mailbox.settings)
        known = {row.address, row.person.lower(), *self._addresses_of(mailbox.platform).get(row.trustee_id, ())}
        return InSpec.YES if any(_is_same(way, row, known) for way in ways_of(wanted)) else InSpec.NO

    def _addresses_of(self, platform: Platform) -> Mapping[str, list[str]]:
        """Return every address of each trustee."""
        if platform not in self._addresses:
            found = self._addresses[platform] = defaultdict(list)
            for address, identity in self._observations[platform].directory.items():
                found[str(identity)].append(address.key)
        return self._addresses[platform]


def _read_levels(mailbox: DesiredMailbox, current: ObservedMailbox | None) -> frozenset[Right]:
    return mailbox.levels & current.levels if current is not None else mailbox.levels


def _is_missing(mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed) -> bool:
    """Return whether a plan would grant the only right of a spec. Raises SpecError if the platform would refuse it."""
    changes = diff_grants(mailbox, current, observed)
    switched = {Field.ROLE, Field.LEVEL}
    return any(one.kind is Kind.GRANT or (one.party is not None and switched & one.after.keys()) for one in changes)


def _keys(mailbox: DesiredMailbox, observed: Observed) -> Iterator[GrantKey]:
    """Yield the rights that a spec gives, by id; those of groups also by the names that paths have."""
    for identity, right, detail in resolve_grants(mailbox, observed):
        trustee = observed.trustees[identity]
        names = {str(identity)}
        if trustee.kind is TrusteeKind.GROUP:
            names |= {text.lower() for text in (str(trustee.address or ""), trustee.name) if text}
        for name in names:
            yield mailbox.address.key, str(mailbox.platform), name, right, detail


def _is_same(way: Way, row: AccessRow, known: Collection[str]) -> bool:
    """Return whether a way that a spec wants is the one of a row. `known`: the addresses of its holder."""
    if way.entry is not row.entry or way.right is not row.right:
        return False
    if row.entry is Entry.SIGN_IN:
        return True
    return way.detail == row.detail and (not way.target or way.target.lower() in known)


def judged(rows: Iterable[AccessRow], judge: Judge) -> Iterator[AccessRow]:
    """Yield the rows, each with whether the specs allow it."""
    for row in rows:
        yield row._replace(why=replace(row.why, in_spec=judge.of(row)) if row.why else None)
