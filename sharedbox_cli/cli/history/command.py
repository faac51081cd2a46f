"""`sharedbox history`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import PlainFormat, SessionOptions, grouped
from sharedbox_cli.reports.render import PlainOutput


@grouped
def history(
    setup: SessionOptions,
    run: Annotated[str | None, typer.Argument(help="A run (its id or the start of it): lists its changes.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only this number of runs, the newest.")] = None,
    output: PlainFormat = PlainOutput.TEXT,
) -> None:
    """List the runs of this profile, newest first, or the changes of one run.

    Examples:

      sharedbox history

      sharedbox history --limit 20

      sharedbox history 4c1e -o json
    """
    from sharedbox_cli.cli.history.workflow import history_of
    from sharedbox_cli.cli.output import show

    with setup.open() as session:
        show(session.terminal, history_of(session, run, limit), output)
