"""One plan: the first half of an apply."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import show, write_whole
from sharedbox_cli.cli.pipeline import exit_code_of, observe_desired, origin_of, plan_of, refusals_of, unread_of
from sharedbox_cli.cli.profile_search import DEFAULT_SPECS
from sharedbox_cli.core.errors import ExitCode, UsageError
from sharedbox_cli.core.guards_input import Waivers
from sharedbox_cli.core.plan import to_json
from sharedbox_cli.language.files import Files
from sharedbox_cli.reports.safe import pasteable
from sharedbox_cli.reports.views.plan import plan_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sharedbox_cli.cli.filters import Filter
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.reports.render import PlanOutput


def make_and_show(
    session: Session,
    paths: Sequence[Path] | None,
    chosen: Filter,
    output: PlanOutput,
    file: Path | None,
    *,
    detailed: bool,
) -> int:
    """Write the plan for some specs, save it if a file is named, and return the exit code."""
    desired = chosen.apply(session.desired(paths))
    if file is not None:
        _refuse_own_files(file, session, paths)
    basis = session.basis(desired, chosen.platforms)
    observed = observe_desired(basis, desired)
    plan = plan_of(basis, desired, observed)
    judged = plan if file is None else replace(plan, desired=plan.desired.recounted())  # as `apply FILE` will
    refusals = refusals_of(basis, judged, observed, Waivers())
    show(basis.terminal, plan_report(plan, refusals).based_on(origin_of(basis.profile, observed)), output)
    if file is not None:
        write_whole(file, to_json(plan))
        left_out = [*observed.failures, *sorted(map(str, unread_of(desired, observed)))]
        without = f", without {' and '.join(left_out)}" if left_out else ""
        basis.terminal.say(f"Plan saved{without}. To apply it:\n    {pasteable('apply', file)}")
    if detailed and refusals:
        return exit_code_of(observed, ExitCode.REFUSED)
    return exit_code_of(observed, ExitCode.FOUND if detailed and not plan.is_empty else ExitCode.OK)


def _refuse_own_files(file: Path, session: Session, paths: Sequence[Path] | None) -> None:
    """Raise UsageError if the plan would replace what it is made from: a spec, or the file of the profile."""
    files = Files()
    files.add_all(tuple(paths or (DEFAULT_SPECS,)))
    used = [found.path for found in files.found]
    if session.profile.file is not None:
        used.append(session.profile.file)
    target = os.path.realpath(file)
    if target in map(os.path.realpath, used):
        raise UsageError(
            "this file belongs to the specs",
            where=str(file),
            why="The plan is made from it, and would replace it. Nothing was written.",
            hint="Name another file:\n    --out plan.json",
        )
