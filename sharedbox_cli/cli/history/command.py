"""`sharedbox history`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import ConfigFile, NoColor, PlainFormat, PlainOutput, ProfileName


def history(
    run: Annotated[str | None, typer.Argument(help="A run (its id, or the start of it): shows its changes.")] = None,
    output: PlainFormat = PlainOutput.TEXT,
    profile: ProfileName = None,
    config: ConfigFile = None,
    no_color: NoColor = False,
) -> None:
    """List the runs of this profile, newest first, or the changes of one.

    Examples:

      sharedbox history

      sharedbox history 4c1e -o json
    """
    from sharedbox_cli.cli.history.workflow import show_history
    from sharedbox_cli.cli.session import Session

    with Session(profile, config, no_color=no_color) as session:
        show_history(session, run, wants_json=output is PlainOutput.JSON)
