"""Which rows of an audit are shown: by person, by right, by risk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import READING, Desired, Platform, Right, TrusteeKind
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.open_access import Audience
from sharedbox_cli.core.risk import Risk

GLOB = "*?["
"""The characters that make a text a pattern."""
Expired = frozenset[tuple[str, str, str, Right]]
"""Mailbox, platform, the id of the holder or the name of the group, and the right."""


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Rows that match one of the values of each part; an empty part matches every row."""

    people: tuple[PersonPattern, ...] = ()
    rights: frozenset[Right] = frozenset()
    risks: frozenset[Risk] = frozenset()
    expired: Expired = frozenset()

    def __bool__(self) -> bool:
        """Return whether some rows may be left out."""
        return bool(self.people or self.rights or self.risks)

    def of(self, rows: Iterable[AccessRow]) -> Iterator[AccessRow]:
        """Yield the rows that match."""
        return filter(self._fits, rows)

    def _fits(self, row: AccessRow) -> bool:
        return (
            (not self.rights or row.right in self.rights)
            and (not self.risks or any(_IS[risk](row, self.expired) for risk in self.risks))
            and (not self.people or any(person.fits(row) for person in self.people))
        )


@dataclass(frozen=True, slots=True)
class PersonPattern:
    """An address or a part of a name, or a pattern for either."""

    text: str
    """In lower case."""
    ids: frozenset[TrusteeId] = field(default_factory=frozenset)
    """Whoever has this address, also as an alias."""

    def fits(self, row: AccessRow) -> bool:
        """Return whether the holder of a row matches."""
        if row.trustee_id and row.trustee_id in self.ids:
            return True
        return self.fits_text(row.person.lower(), row.address, row.name.lower())

    def fits_text(self, *texts: str) -> bool:
        """Return whether an address or name matches; all are in lower case."""
        if any(letter in self.text for letter in GLOB):
            return any(fnmatchcase(text, self.text) for text in texts)
        if "@" in self.text.strip("@"):
            return self.text in texts
        return any(self.text in text for text in texts)


def person_pattern(text: str, observations: Mapping[Platform, Observed]) -> PersonPattern:
    """Return the pattern for a text, which can be an alias in any of the clouds."""
    address = Address.of(text)
    found = (observed.directory.get(address) for observed in observations.values())
    return PersonPattern(address.key, frozenset(identity for identity in found if identity is not None))


def rights_of(names: Iterable[str]) -> frozenset[Right]:
    """Return some rights; `read` means every right that includes reading."""
    rights = frozenset(map(Right, names))
    return rights | READING if Right.READ in rights else rights


def expired_access(desired: Desired, observations: Mapping[Platform, Observed]) -> Expired:
    """Return the rights that specs ended and do not grant in another way."""
    found = set()
    for mailbox in desired.mailboxes.values():
        observed = observations.get(mailbox.platform)
        kept = {(grant.trustee, grant.right) for grant in mailbox.grants or ()}
        for grant in mailbox.expired if observed else ():
            identity = observed.directory.get(grant.trustee) if observed else None
            if identity is None or (grant.trustee, grant.right) in kept:
                continue
            names = {str(identity), grant.trustee.key}
            found |= {(mailbox.address.key, str(mailbox.platform), name, grant.right) for name in names}
    return frozenset(found)


def _is_expired(row: AccessRow, expired: Expired) -> bool:
    """Return whether specs ended a right, or the right of the group that gives it."""
    name = row.via[0].lower() if row.via else row.trustee_id
    return row.entry == "grant" and (*row.mailbox_key, name, row.right) in expired


_IS: Mapping[Risk, Callable[[AccessRow, Expired], bool]] = {
    Risk.GUEST: lambda row, _: row.is_guest,
    Risk.DISABLED: lambda row, _: not row.is_enabled and row.kind is not TrusteeKind.ORPHAN,
    Risk.DELETED: lambda row, _: row.kind is TrusteeKind.ORPHAN,
    Risk.EXTERNAL: lambda row, _: row.is_external,
    Risk.EXPIRED: _is_expired,
    Risk.WIDE: lambda row, _: isinstance(row.kind, Audience),
}


def risks_of(row: AccessRow, expired: Expired) -> frozenset[Risk]:
    """Return every reason why a row deserves a look."""
    return frozenset(risk for risk, is_so in _IS.items() if is_so(row, expired))
