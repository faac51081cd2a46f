"""One apply, step by step as in docs/explanation/lifecycle.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.apply.confirm import confirm
from sharedbox_cli.cli.apply.execute import run
from sharedbox_cli.cli.apply.saved import as_saved, read_saved
from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import exit_code_of, observe_desired, origin_of, plan_of, refusals_of
from sharedbox_cli.core.errors import ExitCode, GuardRefused, OutputError
from sharedbox_cli.core.guards import GUARDS
from sharedbox_cli.core.guards_input import Waivers
from sharedbox_cli.core.restore import with_choices
from sharedbox_cli.reports.render import PlainOutput, render
from sharedbox_cli.reports.views.plan import plan_report
from sharedbox_cli.reports.views.run import run_report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharedbox_cli.cli.apply.options import ApplyOptions
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.core.model import Platform
    from sharedbox_cli.engine.summary import RunSummary
    from sharedbox_cli.reports.document import Report


def apply_plan(session: Session, options: ApplyOptions) -> int:
    """Run one apply and return its exit code. If a step before the run raises, nothing was written."""
    waivers = Waivers.parse(options.allow, GUARDS)
    saved = read_saved(options.plan_file, options.chosen, session.is_plan_used) if options.plan_file else None
    desired = saved.desired if saved else options.chosen.apply(session.desired(options.paths))
    basis = session.basis(desired, options.chosen.platforms)
    observed = observe_desired(basis, desired, is_saved=saved is not None)
    plan = plan_of(basis, desired, observed)
    if saved:
        plan = as_saved(saved, plan)
    plan = with_choices(plan, observed.observations, waivers)
    origin = origin_of(basis.profile, observed)
    refusals = refusals_of(basis, plan, observed, waivers)
    _show_plan(basis.terminal, plan_report(plan, refusals).based_on(origin), options.output)
    if refusals:
        raise GuardRefused(refusals)
    if not (plan.is_empty or saved or options.is_confirmed):
        confirm(basis.terminal, plan, observed.tenant_names)
    summary = run(basis, plan, observed, waivers, options, saved) if plan.changes else None
    code = exit_code_of(observed, summary.exit_code if summary else ExitCode.OK)
    report = _report(summary, code, session.capabilities, is_saved=saved is not None)
    if summary or options.output is PlainOutput.JSON:  # in text, the empty plan already says so
        try:
            show(basis.terminal, report.based_on(origin), options.output)
        except OutputError as error:
            if summary:
                error.hint = f"The run has ended, and the journal has it:\n    sharedbox history {summary.run[:8]}"
            raise
    return code


def _show_plan(terminal: Terminal, report: Report, output: PlainOutput) -> None:
    """Write a plan to stdout, or to stderr if stdout is for the JSON of the run."""
    write, stream = (terminal.say, terminal.err) if output is PlainOutput.JSON else (terminal.data, terminal.out)
    write("".join(render(report, PlainOutput.TEXT, width=terminal.width, has_colour=terminal.has_colour(stream))))


def _report(
    summary: RunSummary | None, code: int, capabilities: Mapping[Platform, Capabilities], *, is_saved: bool
) -> Report:
    if summary is None:
        return run_report("", (), code)
    changed = sorted({change.platform for change, outcome in summary.results if outcome.is_success})
    return run_report(
        summary.run,
        summary.results,
        code,
        unwritten=summary.unwritten,
        afterwards=tuple(dict.fromkeys(filter(None, (capabilities[name].afterwards for name in changed)))),
        is_saved=is_saved,
    )
