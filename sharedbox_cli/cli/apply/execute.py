"""The second half of an apply: lock, look again, run, verify, report."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import GuardRefused, PlanStale
from sharedbox_cli.core.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharedbox_cli.cli.apply.options import ApplyOptions
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.guards_input import Waivers
    from sharedbox_cli.core.model import Observed, Platform
    from sharedbox_cli.engine.summary import RunSummary

FRESH = timedelta(seconds=60)
"""A reading older than this is made again before the first write."""


def run_and_report(
    session: Session,
    plan: Plan,
    observations: Mapping[Platform, Observed],
    options: ApplyOptions,
    waivers: Waivers,
    saved: Plan | None = None,
) -> int:
    """Return the exit code of carrying out a plan that was shown and confirmed, or `saved` before."""
    from sharedbox_cli.cli.clouds import weighed
    from sharedbox_cli.cli.output import show
    from sharedbox_cli.engine.lock import RunLock
    from sharedbox_cli.reports.views.run import run_report

    lock = RunLock(session.journal_path.with_suffix(".lock"), timeout_seconds=options.lock_timeout_seconds)
    with lock:
        plan = _looked_again(session, plan, observations, waivers)
        summary = _run(session, plan, options, waivers, (saved or plan).id)
    session.stop_progress()
    code = weighed(session, summary.exit_code)
    report = run_report(
        summary.run,
        summary.results,
        code,
        unwritten=summary.unwritten,
        afterwards=_afterwards(session, summary),
        is_saved=saved is not None,
    )
    show(session, report, "json" if options.wants_json else "text")
    if summary.is_interrupted:
        go_on = "Make another plan to go on." if saved else "Run the same command to go on."
        session.terminal.say(f"stopped by you. What was in flight was finished and noted. {go_on}")
    return code


def _afterwards(session: Session, summary: RunSummary) -> tuple[str, ...]:
    """Return what people must know of each platform on which something was done."""
    done = sorted({change.platform for change, outcome in summary.results if outcome.is_success})
    return tuple(dict.fromkeys(filter(None, (session.capabilities[name].afterwards for name in done))))


def _looked_again(session: Session, plan: Plan, observations: Mapping[Platform, Observed], waivers: Waivers) -> Plan:
    """Return the plan, after reading again where the question took long. Raises PlanStale, GuardRefused."""
    from sharedbox_cli.cli.pipeline import guard_input, plan_of
    from sharedbox_cli.core.guards import guard

    oldest = min(observed.read_at for observed in observations.values())
    if session.now() - oldest <= FRESH:
        return plan
    fresh, now = plan_of(session, plan.desired)
    _raise_where_lost(session, observations, now)
    if (fresh.changes, fresh.fingerprints) != (plan.changes, plan.fingerprints):
        moved = sorted(str(key) for key, value in fresh.fingerprints.items() if plan.fingerprints.get(key) != value)
        raise PlanStale(
            where=", ".join(moved),
            why="It changed while you were looking at the plan.",
            hint="Nothing was applied. Plan again and review.",
        )
    refusals = guard(guard_input(session, fresh, now, waivers))
    if refusals:
        raise GuardRefused(refusals)
    return fresh


def _raise_where_lost(session: Session, before: Mapping[Platform, Observed], now: Mapping[Platform, Observed]) -> None:
    """Raise the failure of a cloud that could be read before and cannot be now: it was not left out, it is lost."""
    lost = sorted(set(before) - set(now))
    if lost:
        raise session.failures.pop(lost[0])


def _verified(session: Session, plan: Plan, ran: RunSummary) -> RunSummary:
    """Return the run looked at once more, each cloud for itself: one that fails leaves the others' answers."""
    from sharedbox_cli.cli.pipeline import observe
    from sharedbox_cli.engine.verify import verify

    found = ran
    for platform in sorted({change.platform for change in plan.changes}):
        mine = plan.desired.of_platforms(frozenset({platform}))
        found = verify(found, partial(observe, session, mine), time.sleep, only=platform)
    return found


def _run(session: Session, plan: Plan, wishes: ApplyOptions, waivers: Waivers, plan_id: str) -> RunSummary:
    from sharedbox_cli.cli.apply.options import deadline_of
    from sharedbox_cli.engine.finish import close_run
    from sharedbox_cli.engine.run import RunOptions, run_plan
    from sharedbox_cli.engine.stop import StopFlag, stop_on_signals

    flag = StopFlag()
    options = RunOptions(session.profile.name, waivers.texts(), deadline_seconds=deadline_of(wishes), stop=flag)
    providers = {platform: session.provider(platform) for platform in {change.platform for change in plan.changes}}
    with session.journal(for_writing=True) as journal, stop_on_signals(flag):
        ran = verified = run_plan(plan, providers, journal, options, session.listener, plan_id=plan_id)
        if any(outcome.is_success for _, outcome in ran.results) and not ran.is_interrupted:
            verified = _verified(session, plan, ran)
        return close_run(journal, ran, verified)
