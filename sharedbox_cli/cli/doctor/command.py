"""`sharedbox doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.options import PlainFormat, SessionOptions, grouped
from sharedbox_cli.reports.render import PlainOutput


@grouped
def doctor(
    setup: SessionOptions,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Spec files or folders: their profile is checked.", show_default="specs", metavar="[PATH]..."
        ),
    ] = None,
    output: PlainFormat = PlainOutput.TEXT,
) -> None:
    """Check sign-in, permissions and reachability with read requests, and show how to fix what is missing.

    Examples:

      sharedbox doctor examples/mailboxes

      sharedbox doctor --profile prod -o json
    """
    from sharedbox_cli.cli.doctor.workflow import diagnose_profile

    with setup.open(paths) as session:
        code = diagnose_profile(session, output)
    raise typer.Exit(code)
