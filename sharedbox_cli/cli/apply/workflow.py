"""One apply, step by step as in docs/explanation/lifecycle.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.apply.saved import as_saved, read_saved
from sharedbox_cli.cli.confirm import approve
from sharedbox_cli.cli.execute import run
from sharedbox_cli.cli.pipeline import observe_desired, plan_of, refusals_of
from sharedbox_cli.cli.run_report import report_run
from sharedbox_cli.core.guards import GUARDS
from sharedbox_cli.core.guards_input import Waivers
from sharedbox_cli.core.restore import with_choices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sharedbox_cli.cli.apply.options import ApplyOptions
    from sharedbox_cli.cli.pipeline import Basis
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.core.model import Desired, Platform


def apply_plan(
    options: ApplyOptions,
    desired_of: Callable[[Sequence[Path]], Desired],
    basis_of: Callable[[Desired, Sequence[str]], Basis],
    is_used: Callable[[str], bool],
    capabilities: Mapping[Platform, Capabilities],
) -> int:
    """Run one apply and return its exit code. If a step before the run raises, nothing was written."""
    waivers = Waivers.parse(options.allow, GUARDS)
    saved = read_saved(options.plan_file, options.chosen, is_used) if options.plan_file else None
    is_saved = saved is not None
    desired = saved.desired if saved else options.chosen.apply(desired_of(options.paths))
    basis = basis_of(desired, options.chosen.platforms)
    observed = observe_desired(basis, desired, is_saved=is_saved)
    plan = plan_of(basis, desired, observed)
    plan = with_choices(as_saved(saved, plan) if saved else plan, observed.observations, waivers)
    refusals = refusals_of(basis, plan, observed, waivers)
    approve(basis, plan, refusals, observed, options, is_saved=is_saved)
    summary = run(basis, plan, observed, waivers, options, saved)
    return report_run(basis, summary, observed, options, capabilities, is_saved=is_saved)
