"""The steps that commands share: what to read, reading it, and planning on it."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from sharedbox_cli.cli.clouds import read_platforms
from sharedbox_cli.core.automapping import remember
from sharedbox_cli.core.diff import make_plan, observed_addresses
from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Fact, State, TrusteeKind
from sharedbox_cli.providers.base import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.guards_input import GuardInput, Waivers
    from sharedbox_cli.core.model import Desired, Observed, Platform
    from sharedbox_cli.core.plan import Plan


def scope_of(desired: Desired, platforms: frozenset[Platform]) -> Scope:
    """Return what has to be read to plan the specs of one provider: what no spec manages costs no call."""
    mine = desired.of_platforms(platforms)
    mailboxes = mine.mailboxes.values()
    fields = frozenset(name for mailbox in mailboxes for name in mailbox.settings) | {Field.KIND}
    facts: set[Fact] = set()
    if Field.LICENCE in fields:
        facts |= {Fact.USED_BYTES, Fact.USED_AT}
    if any(mailbox.state is State.ABSENT for mailbox in mailboxes):
        facts |= {Fact.ITEM_COUNT, Fact.LAST_ACTIVITY}
    wanted = [grant for mailbox in mailboxes for grant in mailbox.grants or ()]
    if any(grant.delivery is not None for grant in wanted):
        fields |= {Field.DELIVERY}
    return Scope(
        platforms=frozenset(mailbox.platform for mailbox in mailboxes),
        mailboxes=frozenset(mine.mailboxes),
        fields=fields,
        facts=frozenset(facts),
        grants_of=frozenset(key for key, mailbox in mine.mailboxes.items() if mailbox.grants is not None),
        trustees=observed_addresses(mine),
        rights=frozenset(grant.right for grant in wanted),
        with_members=any(grant.kind is TrusteeKind.GROUP for grant in wanted),
    )


def observe(session: Session, desired: Desired) -> Mapping[Platform, Observed]:
    """Return what the clouds have of everything that the specs manage, each platform for itself.

    One that fails is left out and noted in the session. Raises its error where no other was read.
    """
    platforms = sorted({mailbox.platform for mailbox in desired.mailboxes.values()})
    observations = read_platforms(session, {one: partial(scope_of, desired, frozenset({one})) for one in platforms})
    known = remembered_automapping(session) if observations else {}
    return {platform: remember(observed, known) for platform, observed in observations.items()}


def remembered_automapping(session: Session) -> Mapping[tuple[str, str], bool]:
    """Return what the journal knows of automapping; nothing where there is no journal."""
    if not session.journal_path.exists():
        return {}
    try:
        with session.journal(for_writing=False) as journal:
            return journal.automapping()
    except JournalError as error:  # reading goes on without it; an apply is refused where it opens the journal
        session.terminal.say(f"warning: the journal is not read: {error.why} Automapping is taken as it is.")
        return {}


def plan_of(session: Session, desired: Desired) -> tuple[Plan, Mapping[Platform, Observed]]:
    """Return the plan for some specs, and what it rests on."""
    from sharedbox_cli import __version__

    observations = observe(session, desired)
    return make_plan(
        desired.of_platforms(frozenset(observations)), observations, session.now(), __version__
    ), observations


def guard_input(
    session: Session, plan: Plan, observations: Mapping[Platform, Observed], waivers: Waivers
) -> GuardInput:
    """Return everything that the guards look at."""
    from sharedbox_cli.core.guards_input import GuardInput

    last = None
    if session.profile.is_journal_required and not session.journal_path.exists():
        raise JournalError(
            "there is no journal",
            where=str(session.journal_path),
            why="The profile says `journal: required`, and guards look at earlier runs.",
            hint="Run this where the journal is, or name it with SHAREDBOX_STATE_DIR.",
        )
    if session.journal_path.exists():
        with contextlib.suppress(JournalError), session.journal(for_writing=False) as journal:
            last = journal.last_managed(session.profile.name)
    return GuardInput(
        plan,
        observations,
        session.now(),
        session.profile.guard_limits(),
        waivers,
        session.profile.expected_tenants(),
        last,
    )
