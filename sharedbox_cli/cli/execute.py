"""The run of an apply: lock, read again if needed, write, verify, close the journal."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sharedbox_cli.cli.pipeline import (
    observe_desired,
    plan_of,
    plan_scopes,
    refusals_of,
    unread_error,
    unread_of,
    utc_now,
)
from sharedbox_cli.cli.progress import stop_progress
from sharedbox_cli.core.errors import GuardRefused, PlanStale
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.restore import with_choices
from sharedbox_cli.engine.finish import close_run
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.lock import TenantLocks
from sharedbox_cli.engine.memory import has_written_since, is_plan_used, recorded
from sharedbox_cli.engine.run import RunOptions, run_plan
from sharedbox_cli.engine.stop import StopFlag, stop_on_signals
from sharedbox_cli.engine.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from sharedbox_cli.cli.pipeline import Basis
    from sharedbox_cli.cli.run_settings import RunSettings
    from sharedbox_cli.core.guards_input import Waivers
    from sharedbox_cli.engine.summary import RunSummary
    from sharedbox_cli.providers.reading import Reading

FRESH = timedelta(seconds=60)
"""An observation older than this is repeated before the first write."""
DEADLINE_SECONDS = 4 * 3600.0
DEADLINE_IN_CI_SECONDS = 50 * 60.0
AGAIN = "Plan again and review."


def run(
    basis: Basis, plan: Plan, observed: Reading, waivers: Waivers, settings: RunSettings, saved: Plan | None = None
) -> RunSummary | None:
    """Run a plan that was confirmed, now or when it was saved, and return the summary; None for an empty plan.

    Raises LockFailed, JournalError, PlanStale and GuardRefused before anything is written.
    """
    if not plan.changes:
        return None
    flag = StopFlag()
    run_options = RunOptions(
        basis.profile, waivers.texts(), deadline_seconds=_deadline(settings.deadline_seconds), stop=flag
    )
    folder = basis.journal_path.parent
    lock = TenantLocks(folder, plan.tenants.values(), timeout_seconds=settings.lock_timeout_seconds)
    plan_id = (saved or plan).id
    with lock, Journal.open(basis.journal_path, for_writing=True) as journal:
        if saved and is_plan_used(basis.journal_path, plan_id):
            raise applied_already(settings.plan_file)
        if lock.has_waited or _is_old(observed, basis):
            now = replace(basis, recorded=recorded(basis.journal_path, basis.profile))
            plan = _reviewed(now, plan, observed, waivers)
        platforms = {change.platform for change in plan.changes}
        providers = {name: basis.connections.providers[name] for name in sorted(platforms)}
        scopes = plan_scopes(plan.desired)
        reads = {name: partial(one.observe, scopes[name], basis.listener) for name, one in providers.items()}
        with stop_on_signals(flag):
            ran = verified = run_plan(plan, providers, journal, run_options, basis.listener, plan_id=plan_id)
            if any(outcome.is_success for _, outcome in ran.results) and not ran.is_interrupted:
                verified = verify(ran, reads, time.sleep)
            summary = close_run(journal, ran, verified)
    stop_progress(basis.listener)
    if summary.is_interrupted:
        basis.terminal.say(
            f"stopped by you. Changes in progress were finished and recorded. {_next_step(settings, saved)}"
        )
    return summary


def applied_already(path: Path | None) -> PlanStale:
    """Return the error for a saved plan that a run has used."""
    return PlanStale(where=str(path or ""), why="It was applied already. A plan can be applied once.", hint=AGAIN)


def _next_step(settings: RunSettings, saved: Plan | None) -> str:
    if saved:
        return "To continue, make another plan."
    if settings.again:
        return f"To continue:\n    {settings.again}"
    return "To continue, run the same command again."


def _deadline(seconds: float | None) -> float:
    if seconds is not None:
        return seconds
    return DEADLINE_IN_CI_SECONDS if os.environ.get("CI") else DEADLINE_SECONDS


def _is_old(observed: Reading, basis: Basis) -> bool:
    """Return whether what was read is too old to write on, by the clock or because another run has written since."""
    if observed.read_at is None:
        return False
    return utc_now() - observed.read_at > FRESH or has_written_since(basis.journal_path, observed.read_at)


def _reviewed(basis: Basis, plan: Plan, observed: Reading, waivers: Waivers) -> Plan:
    """Return the plan, made again from a new reading. Raises PlanStale, GuardRefused."""
    again = observe_desired(basis, plan.desired)
    lost = sorted(observed.platforms - again.platforms)
    if lost:  # this cloud could be read before, so its failure is not a reason to skip it
        raise again.failures[lost[0]]
    if unread_of(plan.desired, again):
        raise unread_error(again)
    fresh = with_choices(plan_of(basis, plan.desired, again), again.observations, waivers)
    if (fresh.changes, fresh.fingerprints) != (plan.changes, plan.fingerprints):
        changed = sorted(str(key) for key, value in fresh.fingerprints.items() if plan.fingerprints.get(key) != value)
        raise PlanStale(
            where=", ".join(changed),
            why="It changed after the plan was made: by another run, or while you were reviewing the plan.",
            hint="Nothing was applied. Plan again and review.",
        )
    refusals = refusals_of(basis, fresh, again, waivers)
    if refusals:
        raise GuardRefused(refusals)
    return fresh
