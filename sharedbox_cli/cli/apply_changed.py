"""An apply of specs that another command has just changed: `--apply-now` of `offboard` and `review read`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sharedbox_cli.cli.confirm import approve
from sharedbox_cli.cli.execute import run
from sharedbox_cli.cli.pipeline import observe_desired, plan_of, refusals_of
from sharedbox_cli.cli.run_report import report_run
from sharedbox_cli.core.errors import ExitCode, SharedboxError
from sharedbox_cli.core.restore import with_choices
from sharedbox_cli.reports.render import PlainOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sharedbox_cli.cli.pipeline import Basis
    from sharedbox_cli.cli.run_settings import RunSettings
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.core.guards_input import Waivers
    from sharedbox_cli.core.model import Desired, Platform


def apply_changed(
    basis_of: Callable[[Desired], Basis],
    desired: Desired,
    waivers: Waivers,
    settings: RunSettings,
    capabilities: Mapping[Platform, Capabilities],
) -> int:
    """Plan and apply specs that were changed, and return the exit code. An error names the command to continue."""
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
        plan = with_choices(plan_of(basis, desired, observed), observed.observations, waivers)
        refusals = refusals_of(basis, plan, observed, waivers)
        approve(basis, plan, refusals, observed, settings)
        summary = run(basis, plan, observed, waivers, settings)
        return report_run(basis, summary, observed, settings, capabilities)
    except SharedboxError as error:
        error.again = settings.again
        raise
