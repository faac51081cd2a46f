"""From a plan to the report of its run: guards, question, run. `apply` and `--apply-now` take the same steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sharedbox_cli.cli.confirm import confirm
from sharedbox_cli.cli.execute import run
from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import exit_code_of, observe_desired, origin_of, plan_of, refusals_of
from sharedbox_cli.core.errors import ExitCode, GuardRefused, OutputError, SharedboxError
from sharedbox_cli.core.restore import with_choices
from sharedbox_cli.reports.render import PlainOutput, render
from sharedbox_cli.reports.views.plan import plan_report
from sharedbox_cli.reports.views.run import run_report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sharedbox_cli.cli.pipeline import Basis
    from sharedbox_cli.cli.run_settings import RunSettings
    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.core.guards_input import Waivers
    from sharedbox_cli.core.model import Desired, Platform
    from sharedbox_cli.core.plan import Plan
    from sharedbox_cli.engine.summary import RunSummary
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.document import Report


def carry_out(
    basis: Basis,
    plan: Plan,
    observed: Reading,
    waivers: Waivers,
    settings: RunSettings,
    capabilities: Mapping[Platform, Capabilities],
    saved: Plan | None = None,
) -> int:
    """Show a plan, ask, run it and return the exit code. If a step before the run raises, nothing was written."""
    plan = with_choices(plan, observed.observations, waivers)
    origin = origin_of(basis.profile, observed)
    refusals = refusals_of(basis, plan, observed, waivers)
    _show_plan(basis.terminal, plan_report(plan, refusals).based_on(origin), settings.output)
    if refusals:
        raise GuardRefused(refusals)
    if not (plan.is_empty or saved or settings.is_confirmed):
        confirm(basis.terminal, plan, observed.tenant_names)
    summary = run(basis, plan, observed, waivers, settings, saved) if plan.changes else None
    code = exit_code_of(observed, summary.exit_code if summary else ExitCode.OK)
    report = _report(summary, code, capabilities, settings.again, is_saved=saved is not None)
    if summary or settings.output is PlainOutput.JSON:  # in text, the empty plan already says so
        try:
            show(basis.terminal, report.based_on(origin), settings.output)
        except OutputError as error:
            if summary:
                error.hint = f"The run has ended, and the journal has it:\n    sharedbox history {summary.run[:8]}"
            raise
    return code


def apply_changed(
    basis_of: Callable[[Desired], Basis],
    desired: Desired,
    waivers: Waivers,
    settings: RunSettings,
    capabilities: Mapping[Platform, Capabilities],
) -> int:
    """Plan and carry out specs that were changed, and return the exit code. An error names the command to continue."""
    if not desired.mailboxes:
        return ExitCode.OK
    try:
        basis = basis_of(desired)
        if settings.output is PlainOutput.JSON:  # stdout has the JSON of the command that changed the specs
            basis = replace(basis, terminal=replace(basis.terminal, out=basis.terminal.err))
            settings = replace(settings, output=PlainOutput.TEXT)
        else:
            basis.terminal.data("\n")
        observed = observe_desired(basis, desired)
        return carry_out(basis, plan_of(basis, desired, observed), observed, waivers, settings, capabilities)
    except SharedboxError as error:
        error.again = settings.again
        raise


def _show_plan(terminal: Terminal, report: Report, output: PlainOutput) -> None:
    """Write a plan to stdout, or to stderr if stdout is for the JSON of the run."""
    write, stream = (terminal.say, terminal.err) if output is PlainOutput.JSON else (terminal.data, terminal.out)
    write("".join(render(report, PlainOutput.TEXT, width=terminal.width, has_colour=terminal.has_colour(stream))))


def _report(
    summary: RunSummary | None, code: int, capabilities: Mapping[Platform, Capabilities], again: str, *, is_saved: bool
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
        again=again,
    )
