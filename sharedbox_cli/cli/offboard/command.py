"""`sharedbox offboard`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.options import ApplyNowOptions, PlainFormat, SessionOptions, grouped
from sharedbox_cli.reports.render import PlainOutput


@grouped
def offboard(
    setup: SessionOptions,
    now: ApplyNowOptions,
    address: Annotated[str, typer.Argument(help="The address of the person who leaves.")],
    folder: Annotated[Path, typer.Argument(help="The folder of the specs.", metavar="[DIR]", file_okay=False)] = Path(
        "specs"
    ),
    successor: Annotated[
        str | None, typer.Option("--successor", help="Who gets the rights where nobody else could read the mailbox.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Change the files. Without it, the changes are shown.")
    ] = False,
    output: PlainFormat = PlainOutput.TEXT,
) -> None:
    """Take a person out of every spec and team. Plan and apply the specs afterwards, or with `--apply-now`.

    Mailboxes that nobody else could read are named, and their files keep the person unless you name a successor.
    Groups are not changed: `sharedbox audit` shows who has access through them.

    Examples:

      sharedbox offboard anna@contoso.example

      sharedbox offboard anna@contoso.example specs --successor ben@contoso.example --write

      sharedbox offboard anna@contoso.example --write --apply-now
    """
    from sharedbox_cli.cli.offboard.workflow import offboard_person

    settings = now.settings(writes=write)
    with setup.open([folder] if folder.exists() else None) as session:
        code = offboard_person(session, folder, address, successor, output, settings, writes=write)
    raise typer.Exit(code)
