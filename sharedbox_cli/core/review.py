"""An access review: the rows that owners decide on, and what becomes of the specs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, Desired, DesiredGrant, DesiredMailbox, MembersMode, Platform, Right
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.offboarding import STAYS
from sharedbox_cli.core.open_access import Entry
from sharedbox_cli.core.until import until_words

THROUGH_GROUP = "through a group"
NOT_IN_TENANT = "not in the tenant"
_YES, _NO = "yes", "no"


class Grant(NamedTuple):
    """What identifies a row: one right of somebody on a mailbox, and the groups that give it."""

    mailbox: str
    platform: str
    person: str
    right: str
    through: str

    @property
    def digest(self) -> str:
        """Return what a sheet has for it. Case, blanks and the apostrophe of a spreadsheet change nothing."""
        return _hash(part.strip().lstrip("'").strip().lower() for part in self)[:12]


def _hash(parts: Iterable[str]) -> str:
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def state_digest(grant: DesiredGrant | None) -> str:
    """Return what a sheet has for the line of a spec: another one means that the spec was changed since."""
    if grant is None:
        return _hash([])[:8]
    return _hash([str(grant.kind), str(grant.until or ""), grant.reason])[:8]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One row of a sheet."""

    grant: Grant
    name: str
    status: str
    reason: str
    until: str
    in_spec: str
    owner: str
    """The text of the label; empty: the mailbox has no owner."""
    state: str


def review_rows(
    rows: Iterable[AccessRow],
    observations: Mapping[Platform, Observed],
    desired: Desired,
    label: str,
    status_of: Callable[[AccessRow], str],
) -> list[ReviewRow]:
    """Return a row for each right in the tenants, and for each right of a spec that no tenant has, sorted."""
    specs = {(key.key, str(one.platform)): one for key, one in desired.mailboxes.items()}
    grants = {key: _grants_of(one, observations.get(one.platform)) for key, one in specs.items()}
    seen: set[tuple[tuple[str, str], str, str]] = set()
    found = []
    for row in rows:
        if row.entry is not Entry.GRANT:
            continue
        key = row.mailbox_key
        own = grants.get(key, {})
        names = (row.via[0].lower(),) if row.via else (row.trustee_id, row.address, row.person.lower())
        grant = next((own[name, str(row.right)] for name in names if (name, str(row.right)) in own), None)
        person = grant.trustee.key if grant and not row.via else row.person
        if grant and not row.via:
            seen.add((key, grant.trustee.key, str(row.right)))
        identity = Grant(row.mailbox, row.platform, person, str(row.right), " > ".join(row.via))
        found.append(_row(identity, row.name, status_of(row), grant, specs.get(key), label))
    for key, one in specs.items():
        for grant in one.grants or () if one.platform in observations else ():
            if (key, grant.trustee.key, str(grant.right)) not in seen and _is_read(grant, one, observations):
                identity = Grant(one.address.text, str(one.platform), grant.trustee.key, str(grant.right), "")
                found.append(_row(identity, "", NOT_IN_TENANT, grant, one, label))
    return sorted(set(found), key=lambda row: (row.owner.lower(), tuple(map(str.lower, row.grant)), row.name))


def _is_read(grant: DesiredGrant, spec: DesiredMailbox, observations: Mapping[Platform, Observed]) -> bool:
    """Return whether it is known that somebody has no right: levels are not read everywhere."""
    current = observations[spec.platform].mailboxes.get(spec.address)
    return grant.right not in LEVELLED or current is None or grant.right in current.levels


def _grants_of(mailbox: DesiredMailbox, observed: Observed | None) -> dict[tuple[str, str], DesiredGrant]:
    """Return the grants of a spec by the address and the id of the trustee, and the right."""
    found: dict[tuple[str, str], DesiredGrant] = {}
    for grant in mailbox.grants or ():
        identity = observed.directory.get(grant.trustee) if observed else None
        for name in {grant.trustee.key, str(identity or grant.trustee.key)}:
            found[name, str(grant.right)] = grant
    return found


def _row(
    identity: Grant, name: str, status: str, grant: DesiredGrant | None, spec: DesiredMailbox | None, label: str
) -> ReviewRow:
    return ReviewRow(
        identity,
        name,
        status,
        grant.reason if grant else "",
        until_words(grant.until) if grant and grant.until else "",
        _NO if grant is None else THROUGH_GROUP if identity.through else _YES,
        spec.labels.get(label, "").strip() if spec else "",
        state_digest(grant),
    )


class Choice(StrEnum):
    """What an owner decides."""

    YES = "yes"
    NO = "no"
    UNTIL = "until"


@dataclass(frozen=True, slots=True)
class Decision:
    """One row that an owner filled in."""

    grant: Grant
    state: str
    choice: Choice
    reviewer: str
    note: str = ""
    until: datetime | None = None
    place: str = ""

    @property
    def words(self) -> str:
        """Return the decision as an owner writes it."""
        return f"until {until_words(self.until)}" if self.until else str(self.choice)


class Result(StrEnum):
    """What became of a decision."""

    KEPT = "kept"
    REMOVED = "removed"
    ENDS = "ends"
    ALREADY = "already so"
    BY_HAND = "by hand"
    OWN = "own access"
    CHANGED = "changed since"


GROUP_PATH = "it comes through a group: change the members of the group, or the grant of the group itself"
NO_SPEC = "the mailbox has no spec: import it first"
NOT_GRANTED = "no spec gives it: the next plan revokes it where members are an exact list"
NOT_ADDED = "no spec gives it: add the person, or run `sharedbox import --update`"
OWN_ACCESS = "nobody decides on their own access: somebody else has to"
SPEC_CHANGED = "the spec was changed after the sheet was written: start a new review for it"


def judged(decision: Decision, desired: Desired) -> tuple[Result, str, DesiredGrant | None]:
    """Return what becomes of a decision, why, and the grant of the spec that it changes."""
    grant, spec = decision.grant, desired.mailboxes.get(Address.of(decision.grant.mailbox))
    if decision.reviewer == grant.person.lower():
        return Result.OWN, OWN_ACCESS, None
    if grant.through:
        is_kept = decision.choice is Choice.YES
        return (Result.KEPT, "", None) if is_kept else (Result.BY_HAND, GROUP_PATH, None)
    if spec is None or spec.platform != grant.platform:
        return (Result.KEPT, "", None) if decision.choice is Choice.YES else (Result.BY_HAND, NO_SPEC, None)
    mine = next((one for one in spec.grants or () if _is(one, grant)), None)
    if mine is None:
        return _without_grant(decision)
    if decision.until is not None and mine.until == decision.until:
        return Result.ALREADY, "", None
    if state_digest(mine) != decision.state:
        return Result.CHANGED, SPEC_CHANGED, None
    if decision.choice is Choice.YES:
        return Result.KEPT, "", None
    if decision.choice is Choice.UNTIL:
        return Result.ENDS, "", mine
    return Result.REMOVED, STAYS if spec.members_mode is MembersMode.AT_LEAST else "", mine


def _without_grant(decision: Decision) -> tuple[Result, str, None]:
    was_in_spec = decision.state != state_digest(None)
    if decision.choice is Choice.NO:
        return Result.ALREADY, "" if was_in_spec else NOT_GRANTED, None
    return (Result.CHANGED, SPEC_CHANGED, None) if was_in_spec else (Result.BY_HAND, NOT_ADDED, None)


def _is(grant: DesiredGrant, row: Grant) -> bool:
    return grant.trustee.key == row.person.lower() and str(grant.right) == row.right


def decided(mailbox: DesiredMailbox, decisions: Iterable[tuple[DesiredGrant, Decision]]) -> DesiredMailbox:
    """Return a mailbox after decisions on its grants."""
    by_grant = {(grant.trustee, grant.right): decision for grant, decision in decisions}
    return replace(mailbox, grants=tuple(_after(mailbox.grants or (), by_grant)))


def _after(
    grants: Iterable[DesiredGrant], by_grant: Mapping[tuple[Address, Right], Decision]
) -> Iterator[DesiredGrant]:
    for grant in grants:
        decision = by_grant.get((grant.trustee, grant.right))
        if decision is None:
            yield grant
        elif decision.until is not None:
            yield replace(grant, until=decision.until)
