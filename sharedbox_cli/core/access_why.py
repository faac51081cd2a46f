"""Why somebody has a right, and since when: from specs, saved observations, the journal and the logs of vendors."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import ROLES, Desired, DesiredGrant, Platform, Right, TrusteeKind
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.until import end_of
from sharedbox_cli.core.why import SERVICE, SPEC, InSpec, Why

OWNER = "owner"
"""The label of a spec that names who is responsible for the mailbox."""


@dataclass(frozen=True, slots=True)
class Granted:
    """One grant that somebody made."""

    at: datetime
    by: str
    run: str = ""
    source: str = "sharedbox"


@dataclass(frozen=True, slots=True)
class LoggedGrant:
    """What a vendor's log says about one member."""

    platform: Platform
    mailbox: str
    address: str
    at: datetime
    by: str
    right: Right | None = None
    """None: a right that the log does not name."""
    is_end: bool = False
    """Whether the member was taken out."""


@dataclass(frozen=True, slots=True)
class Seen:
    """When a right was seen first."""

    at: datetime
    is_start_known: bool


Identity = Callable[[AccessRow], Hashable]
"""Returns what identifies a row on its mailbox."""
MailboxKey = tuple[str, str]
GrantKey = tuple[str, str, str, Right, str]
"""Mailbox, platform, the id of the holder or the name of the group in lower case, the right and its detail."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Everything that is known about why rights are there."""

    granted: Mapping[GrantKey, Granted] = field(default_factory=dict)
    seen: Mapping[tuple[MailboxKey, Hashable], Seen] = field(default_factory=dict)
    specs: Mapping[GrantKey, DesiredGrant] = field(default_factory=dict)
    owners: Mapping[MailboxKey, str] = field(default_factory=dict)
    ends: Mapping[GrantKey, datetime] = field(default_factory=dict)
    """What the service itself ends, and when."""
    judged: Mapping[GrantKey, InSpec] = field(default_factory=dict)

    def of(self, rows: Iterable[AccessRow], identity: Identity) -> Iterator[AccessRow]:
        """Yield the rows with what is known about each."""
        for row in rows:
            yield row._replace(why=self._why(row, identity))

    def _why(self, row: AccessRow, identity: Identity) -> Why:
        key = grant_key(row)
        desired = self.specs.get(key) if row.entry == "grant" else None
        granted = self.granted.get(key) if row.entry == "grant" and not row.via else None
        seen = self.seen.get((row.mailbox_key, identity(row)))
        known = row.why or Why()
        if seen is not None:
            known = replace(known, first_seen=seen.at, is_start_known=seen.is_start_known)
        if granted is not None:
            known = replace(
                known,
                is_start_known=True,
                granted_at=granted.at,
                granted_by=granted.by,
                granted_run=granted.run,
                granted_source=granted.source,
            )
        if desired is not None:
            place = desired.place
            spec = f"{place.file}:{place.line}" if place.line else place.file
            source = SPEC if desired.until is not None else ""
            known = replace(known, reason=desired.reason, until=desired.until, until_source=source, spec=spec)
        if row.entry == "grant" and (end := self.ends.get(key)) is not None:
            known = replace(known, until=end, until_source=SERVICE)
        return replace(known, owner=self.owners.get(row.mailbox_key, ""))


def grant_key(row: AccessRow) -> GrantKey:
    """Return the grant that a row comes from: that of the group, if it is through one."""
    name = row.via[0].lower() if row.via else row.trustee_id
    return (*row.mailbox_key, name, row.right, row.detail)


def service_ends(observations: Mapping[Platform, Observed]) -> dict[GrantKey, datetime]:
    """Return which rights the service itself ends, and when."""
    found: dict[GrantKey, datetime] = {}
    for observed in observations.values():
        for mailbox in observed.mailboxes.values():
            for grant in mailbox.grants or ():
                end = end_of(grant.until)
                who = observed.trustees.get(grant.trustee)
                if end is None:
                    continue
                names = {str(grant.trustee)}
                if who is not None and who.kind is TrusteeKind.GROUP:  # its people have a row that names it
                    names |= {who.name.lower(), str(who.address or "").lower()}
                for name in names - {""}:
                    found[mailbox.address.key, str(mailbox.platform), name, grant.right, grant.detail] = end
    return found


def spec_grants(desired: Desired, observations: Mapping[Platform, Observed]) -> dict[GrantKey, DesiredGrant]:
    """Return what the specs say about each right, also about rights that they ended."""
    found: dict[GrantKey, DesiredGrant] = {}
    for mailbox in desired.mailboxes.values():
        observed = observations.get(mailbox.platform)
        for grant in (*mailbox.expired, *(mailbox.grants or ())) if observed else ():
            identity = observed.directory.get(grant.trustee) if observed else None
            names = {grant.trustee.key, *([str(identity)] if identity is not None else [])}
            for name in names:
                found[mailbox.address.key, str(mailbox.platform), name, grant.right, grant.detail] = grant
    return found


def logged_grants(
    log: Iterable[LoggedGrant], observations: Mapping[Platform, Observed], source: str
) -> dict[GrantKey, Granted]:
    """Return the newest grant that a log has of each right, in its order, without those that ended later."""
    found: dict[GrantKey, Granted] = {}
    for one in log:
        observed = observations.get(one.platform)
        identity = observed.directory.get(Address.of(one.address)) if observed else None
        if identity is None:
            continue
        for right in ROLES:
            key = (one.mailbox.lower(), str(one.platform), str(identity), right, "")
            if one.is_end or one.right not in (None, right):
                found.pop(key, None)
            else:
                found[key] = Granted(one.at, one.by, source=source)
    return found


SAME_GRANT = timedelta(minutes=5)
"""The journal and a vendor's log of one grant differ by less."""


def newest_grants(ours: Mapping[GrantKey, Granted], theirs: Mapping[GrantKey, Granted]) -> dict[GrantKey, Granted]:
    """Return who granted each right last. What both know is ours: the journal knows the run and the user."""
    found = {**theirs, **ours}
    for key in ours.keys() & theirs.keys():
        if theirs[key].at > ours[key].at + SAME_GRANT:
            found[key] = theirs[key]
    return found


def owners_of(desired: Desired) -> dict[MailboxKey, str]:
    """Return the owner that the spec of each mailbox names in its labels."""
    return {
        (mailbox.address.key, str(mailbox.platform)): mailbox.labels[OWNER]
        for mailbox in desired.mailboxes.values()
        if OWNER in mailbox.labels
    }


def since(rows: Iterable[AccessRow], moment: datetime) -> Iterator[AccessRow]:
    """Yield the rows that are known to have come at a time, or later."""
    return (row for row in rows if row.why and row.why.is_start_known and (row.why.since or moment) >= moment)
