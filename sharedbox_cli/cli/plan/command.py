"""`sharedbox plan`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.options import DetailedExitCode, Paths, PlanFormat, SessionOptions, ShardedSelection, grouped
from sharedbox_cli.reports.render import PlanOutput


@grouped
def plan(
    selection: ShardedSelection,
    setup: SessionOptions,
    paths: Paths = None,
    output: PlanFormat = PlanOutput.TEXT,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Save the plan to this file, for `sharedbox apply FILE`.", dir_okay=False),
    ] = None,
    detailed_exitcode: DetailedExitCode = False,
) -> None:
    """Show what has to change so that the mailboxes match their specs. Writes nothing to a cloud.

    Examples:

      sharedbox plan examples/mailboxes

      sharedbox plan specs --mailbox 'support@*' --out plan.json
    """
    from sharedbox_cli.cli.plan.workflow import make_and_show

    with setup.open(paths) as session:
        code = make_and_show(session, paths, selection.filter(), output, out, detailed=detailed_exitcode)
    raise typer.Exit(code)
