"""The course of one apply: plan, guards, question, lock, run, verification, report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import ConfirmationMissing, GuardRefused, PlanInvalid, PlanStale, UsageError
from sharedbox_cli.core.plan import GOOD_FOR, MAX_BYTES, Plan, from_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharedbox_cli.cli.apply.options import ApplyOptions
    from sharedbox_cli.cli.filters import Filter
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.errors import SharedboxError
    from sharedbox_cli.core.model import Observed, Platform


def is_plan_file(path: Path) -> bool:
    """Return whether a path names a saved plan and not specs."""
    return path.suffix.lower() == ".json" and path.is_file()


def apply_specs(session: Session, paths: Sequence[Path] | None, chosen: Filter, options: ApplyOptions) -> int:
    """Return the exit code of planning and applying some specs."""
    from sharedbox_cli.cli.pipeline import plan_of

    desired = chosen.apply(session.desired(paths))
    plan, observations = plan_of(session, desired)
    return _go(session, plan, observations, options, is_approved=False)


def apply_plan_file(session: Session, path: Path, chosen: Filter, options: ApplyOptions) -> int:
    """Return the exit code of applying a saved plan: its own approval, and still a stranger's data."""
    from sharedbox_cli.cli.filters import Filter
    from sharedbox_cli.cli.pipeline import plan_of

    if chosen != Filter():
        raise UsageError(
            "filters do not go with a saved plan", where=str(path), hint="Filter when you make it with `plan`."
        )
    saved = _read_plan(path)
    if session.now() - saved.created_at > GOOD_FOR:
        raise PlanStale(
            where=str(path),
            why=f"It was made on {saved.created_at:%Y-%m-%d %H:%M} UTC, more than 24 h ago.",
            hint="Plan again and review.",
        )
    _refuse_used(session, saved, path)
    fresh, observations = plan_of(session, saved.desired)
    if session.failures:
        raise _whole_or_nothing(session)
    _compare(saved, fresh)
    return _go(
        session, replace(fresh, created_at=saved.created_at), observations, options, is_approved=True, saved=saved
    )


def _whole_or_nothing(session: Session) -> SharedboxError:
    """Return the failure of a cloud of a saved plan, which is one decision: it is not applied in part."""
    error = next(iter(session.failures.values()))
    session.failures.clear()
    error.why = f"{error.why} A saved plan is applied whole or not at all: nothing was applied.".strip()
    return error


def _read_plan(path: Path) -> Plan:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PlanInvalid(where=str(path), why=f"it is larger than {MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanInvalid(where=str(path), why=f"it cannot be read: {type(error).__name__}") from error
    try:
        return from_json(text)
    except PlanInvalid as error:
        error.where = error.where or str(path)
        raise


def _refuse_used(session: Session, saved: Plan, path: Path) -> None:
    if not session.journal_path.exists():
        return
    with session.journal(for_writing=False) as journal:
        if journal.is_plan_used(saved.id):
            raise PlanStale(
                where=str(path), why="It was applied already; a plan is good once.", hint="Plan again and review."
            )


def _compare(saved: Plan, fresh: Plan) -> None:
    """Refuse a plan whose mailboxes moved, or whose changes do not follow from its own specs."""
    if saved.tenants != fresh.tenants:
        raise PlanStale(
            why=f"It is for tenant {', '.join(saved.tenants.values())}; this sign-in is for "
            f"{', '.join(fresh.tenants.values())}.",
            hint="Choose the profile that the plan was made with.",
        )
    for address in sorted(saved.fingerprints):
        wanted = {c.key for c in saved.changes if c.mailbox == address}
        needed = {c.key for c in fresh.changes if c.mailbox == address}
        if not needed:
            continue  # in the wanted state already
        if saved.fingerprints[address] != fresh.fingerprints.get(address):
            moved = ", ".join(sorted(wanted ^ needed)) or "something that is changed was changed elsewhere"
            raise PlanStale(
                where=str(address),
                why=f"It changed since the plan was made ({moved}).",
                hint="Nothing was applied. Plan again and review.",
            )
        if wanted != needed:
            raise PlanInvalid(
                where=str(address),
                why="Its changes do not follow from its specs: the file was edited, or made by another version.",
                hint="Make a new one with `sharedbox plan --out FILE`.",
            )


def _go(
    session: Session,
    plan: Plan,
    observations: Mapping[Platform, Observed],
    options: ApplyOptions,
    *,
    is_approved: bool,
    saved: Plan | None = None,
) -> int:
    from sharedbox_cli.cli.apply.execute import run_and_report
    from sharedbox_cli.cli.output import show_plan_before_apply
    from sharedbox_cli.cli.pipeline import guard_input
    from sharedbox_cli.core.guards import GUARDS, guard
    from sharedbox_cli.core.guards_input import Waivers

    waivers = Waivers.parse(options.allow, GUARDS)
    refusals = guard(guard_input(session, plan, observations, waivers))
    show_plan_before_apply(session, plan, refusals, wants_json=options.wants_json)
    if refusals:
        raise GuardRefused(refusals)
    if plan.is_empty:
        from sharedbox_cli.cli.output import show_nothing_done

        show_nothing_done(session, wants_json=options.wants_json)
        return 0
    if not (is_approved or options.is_confirmed):
        _ask(session, plan, ", ".join(sorted({observed.tenant_name for observed in observations.values()})))
    return run_and_report(session, plan, observations, options, waivers, saved)


def _ask(session: Session, plan: Plan, tenants: str) -> None:
    terminal = session.terminal
    if not terminal.is_interactive:
        raise ConfirmationMissing(
            why="There is no terminal to ask at.", hint="Look at the plan, then say so:\n    sharedbox apply --yes"
        )
    from sharedbox_cli.cli.output import question

    terminal.say("")
    if terminal.ask(question(plan, tenants)) != "yes":
        raise ConfirmationMissing(why="The answer was not `yes`. Nothing was applied.")
    for change in plan.changes:
        if change.kind == "delete":
            typed = terminal.ask(f"To delete it, type the address {change.mailbox}: ")
            if typed.lower() != change.mailbox.key:
                raise ConfirmationMissing(why=f"{change.mailbox} was not typed. Nothing was applied.")
