"""`sharedbox trust`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.options import ColourOptions, grouped


@grouped
def trust(
    colours: ColourOptions,
    file: Annotated[
        Path | None, typer.Argument(help="The sharedbox.yaml to trust, or a path below it.", show_default="the nearest")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Trust a sharedbox.yaml after showing what it allows. If its content changes, it has to be trusted again.

    A profile that only tightens the built-in limits works without trust.

    Examples:

      sharedbox trust

      sharedbox trust mail/sharedbox.yaml --yes
    """
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.cli.trust.workflow import trust_file

    with Session(colour=colours.colour) as session:
        trust_file(session, file, is_confirmed=yes)
