"""(Desired, Observed) -> Plan: all changes, in order. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from sharedbox_cli.core.change import Change, Kind, Risk
from sharedbox_cli.core.diff_grants import diff_grants, managed_grants
from sharedbox_cli.core.diff_licence import seat_notes
from sharedbox_cli.core.diff_notes import is_restorable, kept_entries, notes_on
from sharedbox_cli.core.diff_settings import creation_settings, diff_settings
from sharedbox_cli.core.ensured import missing_items
from sharedbox_cli.core.errors import ObserveError, Problem, SpecError
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.holders import Holders
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.mastered import mastered_problems
from sharedbox_cli.core.model import LEVELLED, Desired, DesiredMailbox, Grant, MembersMode, Platform, State
from sharedbox_cli.core.moves import arranged
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.plan import Note, Plan, Untouched, digest
from sharedbox_cli.core.values import KIND_GROUP, KIND_SHARED, KIND_USER, Value

_KIND_WORDS = {KIND_USER: "a person's mailbox", KIND_GROUP: "an ordinary group"}
Observations = Mapping[Platform, Observed]
"""What was read, by platform; several platforms of one tenant share an Observed."""


def make_plan(desired: Desired, observations: Observations, now: datetime, tool_version: str) -> Plan:
    """Return the plan that changes the clouds to the desired state.

    Raises SpecError with all trustees and addresses that cannot be resolved, ObserveError where the
    reading is not complete.
    """
    problems: list[Problem] = []
    changes: list[Change] = []
    notes: list[Note] = []
    for address in sorted(desired.mailboxes):
        mailbox = desired.mailboxes[address]
        observed = _observed_of(mailbox, observations)
        try:
            found = diff_mailbox(mailbox, observed)
        except SpecError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_outside_domains(mailbox, observed, desired))
        changes.extend(found)
        notes.extend(notes_on(mailbox, observed))
    holders = Holders.of(observations)
    addresses = arranged(changes, desired, holders)
    problems.extend(addresses.problems)
    if problems:
        raise SpecError(problems)
    changes = list(_sorted(addresses.changes))
    notes.extend(seat_notes(changes, observations))
    mailboxes = [desired.mailboxes[address] for address in sorted(desired.mailboxes)]
    return Plan(
        created_at=now,
        tool_version=tool_version,
        tenants={platform: observed.tenant_id for platform, observed in sorted(observations.items())},
        desired=desired,
        changes=tuple(changes),
        fingerprints={
            mailbox.address: fingerprint(mailbox, _observed_of(mailbox, observations), holders) for mailbox in mailboxes
        },
        grants_before={
            mailbox.address: _grant_count(mailbox, _observed_of(mailbox, observations)) for mailbox in mailboxes
        },
        untouched=_untouched(mailboxes, observations),
        notes=tuple(sorted({*notes, *addresses.notes})),
    )


def diff_mailbox(mailbox: DesiredMailbox, observed: Observed) -> tuple[Change, ...]:
    """Return the changes of one mailbox, in order. Raises SpecError, ObserveError."""
    current = observed.mailboxes.get(mailbox.address)
    changes = _changes(mailbox, current, observed)
    if problems := [*mastered_problems(mailbox, current, changes)]:
        raise SpecError(problems)
    return changes


def _changes(mailbox: DesiredMailbox, current: ObservedMailbox | None, observed: Observed) -> tuple[Change, ...]:
    if mailbox.state is State.ABSENT:
        return (_deletion(mailbox, current),) if current else ()
    if current is None:
        return _creation(mailbox, observed)
    conversion = _conversion(mailbox, current)
    rest = _parts(mailbox, current, observed)
    if conversion is None:
        return _sorted(rest)
    needing = (_need(item, conversion) if item.phase is Phase.LICENCE_DOWN else item for item in rest)
    return _sorted((conversion, *needing))


def _parts(
    mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed, *, is_new: bool = False
) -> tuple[Change, ...]:
    """Return the changes of settings and grants. Raises SpecError with the problems of both."""
    changes: list[Change] = []
    problems: list[Problem] = []
    for part in (partial(diff_settings, is_new=is_new), diff_grants):
        try:
            changes += part(mailbox, current, observed)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return tuple(changes)


def fingerprint(mailbox: DesiredMailbox, observed: Observed, holders: Holders | None = None) -> str:
    """Return the digest of what was read of the managed part of one mailbox; an absent mailbox has one too.

    Who has the aliases that it is to get is part of it.
    """
    elsewhere = _holders_of_aliases(mailbox, holders) if holders else ()
    current = observed.mailboxes.get(mailbox.address)
    if current is None:
        return digest(("absent", tuple(item.id for item in observed.taken.get(mailbox.address, ())), elsewhere))
    managed = {name: _managed_part(mailbox, current, name) for name in (*mailbox.settings, Field.KIND)}
    grants = managed_grants(mailbox, current) if mailbox.grants is not None else None
    found = {"id": current.id, "settings": digest(managed), "grants": digest(_identities(grants))}
    return digest({**found, "elsewhere": elsewhere})


def _holders_of_aliases(mailbox: DesiredMailbox, holders: Holders) -> tuple[tuple[str, str], ...]:
    return tuple(
        (address.key, item.id)
        for address in mailbox.aliases
        for item in holders.at(address, mailbox.platform)
        if item.address != mailbox.address
    )


def _managed_part(mailbox: DesiredMailbox, current: ObservedMailbox, name: Field) -> Value:
    value = current.settings.get(name)
    return missing_items(mailbox.settings[name], value) if SETTINGS[name].is_ensured else value


def _identities(grants: frozenset[Grant] | None) -> tuple[str, ...] | None:
    if grants is None:
        return None
    return tuple(sorted(_identity(grant) for grant in grants))


def _identity(grant: Grant) -> str:
    """Return what identifies a grant; an end that the service keeps is part of it."""
    end = f" {grant.until}" if grant.until is not None else ""
    return f"{grant.trustee} {grant.right} {grant.detail}{end}"


def _observed_of(mailbox: DesiredMailbox, observations: Observations) -> Observed:
    observed = observations.get(mailbox.platform)
    if observed is None or not observed.is_complete:
        raise ObserveError(
            where=str(mailbox.address),
            why=f"{mailbox.platform} was not read completely",
            hint="Nothing is planned on incomplete data. Run the command again.",
        )
    for item in observed.unread:
        if item.mailbox == mailbox.address:
            raise ObserveError(where=str(mailbox.address), why=item.words, hint=item.hint)
    return observed


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: change.order))


def _need(change: Change, first: Change) -> Change:
    return replace(change, needs=(*change.needs, first.key))


def _deletion(mailbox: DesiredMailbox, current: ObservedMailbox) -> Change:
    return Change(
        Kind.DELETE,
        Phase.DELETE,
        mailbox.address,
        mailbox.platform,
        current.id,
        before=dict(current.settings),
        risk=Risk.HIGH,
        why="its spec says `state: absent`",
        place=mailbox.places.get("state", mailbox.place),
    )


def _conversion(mailbox: DesiredMailbox, current: ObservedMailbox) -> Change | None:
    kind = current.settings.get(Field.KIND, KIND_SHARED)
    if kind == KIND_SHARED:
        return None
    return Change(
        Kind.UPDATE,
        Phase.CREATE,
        mailbox.address,
        mailbox.platform,
        current.id,
        before={Field.KIND: kind},
        after={Field.KIND: KIND_SHARED},
        risk=Risk.HIGH if kind == KIND_USER else Risk.MEDIUM,
        why=f"its spec says `platform: {mailbox.platform}`, and it is {_KIND_WORDS.get(str(kind), f'a {kind}')} now",
        place=mailbox.places.get("platform", mailbox.place),
    )


def _creation(mailbox: DesiredMailbox, observed: Observed) -> tuple[Change, ...]:
    soft_deleted = [item for item in observed.taken.get(mailbox.address, ()) if is_restorable(item, mailbox)]
    empty = ObservedMailbox("", mailbox.address, mailbox.platform, grants=frozenset(), levels=frozenset(LEVELLED))
    creation = Change(
        Kind.CREATE,
        Phase.CREATE,
        mailbox.address,
        mailbox.platform,
        soft_deleted[0].id if len(soft_deleted) == 1 else "",  # of several, a person chooses one
        how="restore" if soft_deleted else "new",
        after={} if soft_deleted else creation_settings(mailbox),
        risk=Risk.MEDIUM,
        why=_restore_words(len(soft_deleted)),
        place=mailbox.place,
    )
    created = replace(empty, settings=dict(creation.after))
    rest = _parts(mailbox, created, observed, is_new=True)
    return _sorted((creation, *(_need(replace(item, mailbox_id=""), creation) for item in rest)))


def _restore_words(count: int) -> str:
    if count > 1:
        return f"{count} soft-deleted mailboxes have this address"
    return "a soft-deleted mailbox has this address" if count else ""


def _outside_domains(mailbox: DesiredMailbox, observed: Observed, desired: Desired) -> list[Problem]:
    """Return problems for the new addresses of a mailbox outside the accepted domains of the tenant.

    If no mailbox is inside, the tenant is the wrong one: a guard refuses that.
    """
    if not any(
        other.address.domain in observed.domains
        for other in desired.mailboxes.values()
        if other.platform in observed.platforms
    ):
        return []
    current = observed.mailboxes.get(mailbox.address)
    aliases = mailbox.settings.get(Field.ALIASES)
    held = current.settings.get(Field.ALIASES) if current else None
    wanted = {("mailbox", mailbox.address)} if current is None and mailbox.state is not State.ABSENT else set()
    for text in aliases if isinstance(aliases, tuple) else ():
        if text not in (held if isinstance(held, tuple) else ()):
            wanted.add(("aliases", Address.of(str(text))))
    names = ", ".join(sorted(observed.domains))
    return [
        Problem(
            mailbox.places.get(key, mailbox.place),
            "not a domain of the tenant",
            f"{address} is not in an accepted domain of {observed.tenant_name}: {names}.",
            "Check the spelling, or add the domain to the tenant first.",
        )
        for key, address in sorted(wanted, key=str)
        if address.domain not in observed.domains
    ]


def _grant_count(mailbox: DesiredMailbox, observed: Observed) -> int:
    current = observed.mailboxes.get(mailbox.address)
    return len(managed_grants(mailbox, current)) if current else 0


def _untouched(mailboxes: list[DesiredMailbox], observations: Observations) -> Untouched:
    distinct = {id(observed): observed for observed in observations.values()}
    extra = special = 0
    unmanaged: dict[str, tuple[str, ...]] = {}
    for mailbox in mailboxes:
        current = observations[mailbox.platform].mailboxes.get(mailbox.address)
        if mailbox.state is State.ABSENT:
            continue
        if mailbox.unmanaged:
            unmanaged[mailbox.address.text] = mailbox.unmanaged
        if current is None:
            continue
        special += len(kept_entries(mailbox, current, observations[mailbox.platform]))
        if mailbox.members_mode is MembersMode.AT_LEAST and mailbox.grants is not None:
            wanted = {
                (observations[mailbox.platform].directory.get(g.trustee), g.right, g.detail) for g in mailbox.grants
            }
            extra += sum((g.trustee, g.right, g.detail) not in wanted for g in managed_grants(mailbox, current))
    others = sum(observed.others for observed in distinct.values())
    return Untouched(others, extra, special, unmanaged)


def observed_addresses(desired: Desired) -> frozenset[Address]:
    """Return every address that must resolve to a trustee before a plan can be made."""
    return frozenset(grant.trustee for mailbox in desired.mailboxes.values() for grant in mailbox.grants or ())
