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
            help="Spec files or folders: what they need is compared with what is granted, for their profile.",
            show_default="no specs",
            metavar="[PATH]...",
        ),
    ] = None,
    output: PlainFormat = PlainOutput.TEXT,
) -> None:
    """Check sign-in, permissions and reachability with read requests, and show how to fix what is missing.

    With specs, it compares what they need with what is granted, and prints commands that grant only that.

    Examples:

      sharedbox doctor examples/mailboxes

      sharedbox doctor --profile prod -o json
    """
    from sharedbox_cli.cli.doctor.workflow import diagnose_profile

    with setup.open(paths) as session:
        code = diagnose_profile(session, paths, output)
    raise typer.Exit(code)
