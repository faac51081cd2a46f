"""`sharedbox doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.options import ConfigFile, NoColor, PlainFormat, ProfileName
from sharedbox_cli.reports.render import PlainOutput


def doctor(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Spec files or folders: their profile is checked.", show_default="specs", metavar="[PATH]..."
        ),
    ] = None,
    output: PlainFormat = PlainOutput.TEXT,
    profile: ProfileName = None,
    config: ConfigFile = None,
    no_color: NoColor = False,
) -> None:
    """Check sign-in, permissions and reachability with read requests, and show how to fix what is missing.

    Examples:

      sharedbox doctor examples/mailboxes

      sharedbox doctor --profile prod -o json
    """
    from sharedbox_cli.cli.doctor.workflow import diagnose_profile
    from sharedbox_cli.cli.session import Session

    with Session(profile, config, paths or (), no_color=no_color) as session:
        code = diagnose_profile(session, output)
    raise typer.Exit(code)
