"""The steps that commands share. Each takes values and returns a value (docs/explanation/lifecycle.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sharedbox_cli.cli.messages import left_out_words, unread_words
from sharedbox_cli.cli.progress import stop_progress
from sharedbox_cli.core.errors import ExitCode, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.mail_targets import recipients_of
from sharedbox_cli.core.model import Fact, State, TrusteeKind
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.reading import read
from sharedbox_cli.reports.document import Origin, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.core.errors import Refusal
    from sharedbox_cli.core.events import Listener
    from sharedbox_cli.core.guards_input import GuardLimits, Waivers
    from sharedbox_cli.core.identity import Address
    from sharedbox_cli.core.model import Desired, DesiredMailbox, Platform
    from sharedbox_cli.core.plan import Plan
    from sharedbox_cli.core.values import Value
    from sharedbox_cli.engine.memory import Recorded
    from sharedbox_cli.providers.base import Provider
    from sharedbox_cli.providers.reading import Connections, Reading


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan needs besides the specs. A session provides it once, and the steps take only values."""

    terminal: Terminal
    listener: Listener
    connections: Connections
    profile: str
    limits: GuardLimits
    expected_tenants: Mapping[Platform, str]
    """The tenant that the profile names, by platform."""
    recorded: Recorded
    journal_path: Path
    neighbours: Callable[[], Mapping[Platform, Provider]]
    """Returns all platforms for which the profile has a tenant, where a connection is possible. Few plans need them."""


def observe(
    terminal: Terminal,
    connections: Connections,
    scopes: Mapping[Platform, Scope],
    listener: Listener,
    *,
    is_saved: bool = False,
) -> Reading:
    """Read the clouds. A cloud or an object that cannot be read is skipped and named on stderr.

    Raises the failure if no cloud could be read. For a saved plan, raises any failure, because it is one decision.
    """
    reading = read(connections, scopes, listener)
    stop_progress(listener)
    if is_saved and not reading.is_complete:
        error = next(iter(reading.failures.values()), None) or unread_error(reading)
        error.why = f"{error.why} A saved plan is applied whole or not at all: nothing was applied.".strip()
        raise error
    for text in (*left_out_words(reading.failures), *unread_words(reading.unread)):
        terminal.say(text)
    return reading


def unread_error(reading: Reading) -> ObserveError:
    """Return the error for the first object that could not be read."""
    _, item = reading.unread[0]
    return ObserveError(item.summary, where=f"{item.kind} {item.name} · {item.where}", why=item.why, hint=item.hint)


def observe_desired(basis: Basis, desired: Desired, *, is_saved: bool = False) -> Reading:
    """Read everything that the specs manage. Raises what `observe` raises."""
    scopes = plan_scopes(desired, basis.recorded.readers)
    reading = observe(basis.terminal, basis.connections, scopes, basis.listener, is_saved=is_saved)
    return reading.with_automapping(basis.recorded.automapping)


def plan_scopes(desired: Desired, readers: frozenset[Address] = frozenset()) -> Mapping[Platform, Scope]:
    """Return what a plan has to read, per platform. `readers`: where somebody may read mail alone without a spec."""
    platforms = sorted({mailbox.platform for mailbox in desired.mailboxes.values()})
    return {platform: scope_of(desired, frozenset({platform}), readers) for platform in platforms}


def scope_of(desired: Desired, platforms: frozenset[Platform], readers: frozenset[Address] = frozenset()) -> Scope:
    """Return what a plan has to read from some platforms. A setting that no spec manages needs no request."""
    from sharedbox_cli.core.diff import observed_addresses  # `validate` starts without it
    from sharedbox_cli.core.levels import inside_by_mailbox

    mine = desired.of_platforms(platforms)
    mailboxes = mine.mailboxes.values()
    fields = frozenset(name for mailbox in mailboxes for name in mailbox.settings) | {Field.KIND}
    facts: set[Fact] = set()
    if Field.LICENCE in fields:
        facts |= {Fact.USED_BYTES, Fact.USED_AT, Fact.HAS_ARCHIVE, Fact.ON_HOLD}
    if any(mailbox.state is State.ABSENT for mailbox in mailboxes):
        facts |= {Fact.ITEM_COUNT, Fact.LAST_ACTIVITY, Fact.USED_BYTES, Fact.HAS_ARCHIVE, Fact.ON_HOLD}
    grants = [grant for mailbox in mailboxes for grant in mailbox.grants or ()]
    if any(grant.delivery is not None for grant in grants):
        fields |= {Field.DELIVERY}
    if any(mailbox.enforces_until for mailbox in mailboxes):
        fields |= {Field.UNTIL}
    return Scope(
        platforms=frozenset(mailbox.platform for mailbox in mailboxes),
        mailboxes=frozenset(mine.mailboxes),
        fields=fields,
        facts=frozenset(facts),
        grants_of=frozenset(key for key, mailbox in mine.mailboxes.items() if mailbox.manages_members),
        trustees=observed_addresses(mine),
        addresses=frozenset(alias for mailbox in mailboxes for alias in mailbox.aliases),
        named_by=mine.named_by,
        recipients=recipients_of(mailboxes),
        managing={key: _managed_by(mailbox) for key, mailbox in mine.mailboxes.items()},
        rights=frozenset(grant.right for grant in grants),
        inside=inside_by_mailbox(mine, readers),
        ending=_ending(mine),
        releasing=_releasing(mine),
        with_members=any(grant.kind is TrusteeKind.GROUP for grant in grants),
    )


def _managed_by(mailbox: DesiredMailbox) -> frozenset[Field]:
    """Return the settings of a spec; when the service ends access is one where the spec has the service do so."""
    ends = {Field.UNTIL} if mailbox.enforces_until and mailbox.manages_members else set()
    return frozenset({*mailbox.settings, *ends})


def _ending(desired: Desired) -> dict[Address, Value]:
    """Return the licence of each spec that has one, and None for each mailbox that is to be deleted."""
    mailboxes = desired.mailboxes.items()
    absent: dict[Address, Value] = {key: None for key, mailbox in mailboxes if mailbox.state is State.ABSENT}
    licensed = {key: one.settings[Field.LICENCE] for key, one in mailboxes if Field.LICENCE in one.settings}
    return licensed | absent


def _releasing(desired: Desired) -> dict[Address, dict[Field, Value]]:
    """Return the settings of each spec that legal holds depend on: what an account is part of, and what is kept."""
    carrying = (Field.ORG_UNIT, Field.GROUP_HISTORY)
    held = {
        key: {name: mailbox.settings[name] for name in carrying if name in mailbox.settings}
        for key, mailbox in desired.mailboxes.items()
    }
    return {key: settings for key, settings in held.items() if settings}


def plan_of(basis: Basis, desired: Desired, observed: Reading) -> Plan:
    """Return the plan for the mailboxes that were read. Raises SpecError, ObserveError."""
    from sharedbox_cli import __version__
    from sharedbox_cli.core.diff import make_plan

    known = desired.of_platforms(observed.platforms).without(unread_of(desired, observed))
    plan = make_plan(known, observed.observations, utc_now(), __version__)
    return replace(plan, profile=basis.profile, read_at=observed.read_at)


def unread_of(desired: Desired, observed: Reading) -> frozenset[Address]:
    """Return the mailboxes of the specs that could not be read: nothing is planned for them."""
    return frozenset(
        key
        for key, mailbox in desired.mailboxes.items()
        if mailbox.platform in observed.observations and key in observed.observations[mailbox.platform].unread_mailboxes
    )


def refusals_of(basis: Basis, plan: Plan, observed: Reading, waivers: Waivers) -> tuple[Refusal, ...]:
    """Return the refusals of the guards for a plan."""
    from sharedbox_cli.core.guards import guard
    from sharedbox_cli.core.guards_input import GuardInput
    from sharedbox_cli.core.record import last_managed

    return guard(
        GuardInput(
            plan,
            observed.observations,
            utc_now(),
            basis.limits,
            waivers,
            basis.expected_tenants,
            last_managed(basis.recorded.complete_runs, basis.profile, frozenset(plan.tenants.values())),
            basis.recorded.continued,
            basis.recorded.managed_on,
            basis.recorded.recent,
            _exists_on(basis, plan),
        )
    )


def _exists_on(basis: Basis, plan: Plan) -> Mapping[Address, Platform]:
    """Return on which other platform mailboxes exist that a plan creates, where the journal knows nothing of them."""
    from sharedbox_cli.core.change import Kind
    from sharedbox_cli.providers.elsewhere import found_elsewhere

    created: dict[Platform, set[Address]] = {}
    for change in plan.changes:
        if change.kind is Kind.CREATE and change.mailbox not in basis.recorded.managed_on:
            created.setdefault(change.platform, set()).add(change.mailbox)
    found: dict[Address, Platform] = {}
    for platform, addresses in created.items():
        same = basis.connections.providers.get(platform)
        others = {name: one for name, one in basis.neighbours().items() if one is not same}
        found |= found_elsewhere(addresses, others, basis.listener)
    return found


def origin_of(profile: str, reading: Reading) -> Origin:
    """Return what a report says about the reading that it is based on."""
    tenants = {
        str(platform): Tenant(observed.tenant_id, observed.tenant_name)
        for platform, observed in sorted(reading.observations.items())
    }
    failures = {str(platform): error for platform, error in reading.failures.items()}
    unread = tuple((str(platform), item) for platform, item in reading.unread)
    return Origin(profile, tenants, reading.read_at, failures, unread)


def exit_code_of(reading: Reading, code: int) -> int:
    """Return an exit code, or 3 if a cloud or an object was not read and the code is less serious."""
    return ExitCode.PARTLY if not reading.is_complete and code in (ExitCode.OK, ExitCode.FOUND) else code


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)
