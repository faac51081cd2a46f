"""`sharedbox init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.providers.entry_points import DEFAULT_PLATFORM
from sharedbox_cli.reports.safe import pasteable


def init(
    folder: Annotated[Path, typer.Argument(help="Where to put the files.")] = Path(),
    mailbox: Annotated[str, typer.Option("--mailbox", "-m", help="Address of the first mailbox.")] = (
        "support@contoso.example"
    ),
    member: Annotated[str | None, typer.Option("--member", help="Address of its first member.")] = None,
    platform: Annotated[
        str, typer.Option("--platform", help="Where the mailbox is: a platform that `sharedbox explain` lists.")
    ] = DEFAULT_PLATFORM,
) -> None:
    """Write a first set of specs and a profile. Never overwrites a file, except the JSON Schemas in `specs/.schemas`.

    Examples:

      sharedbox init mail --mailbox support@contoso.example --member anna@contoso.example

      sharedbox init mail --platform google-collaborative --mailbox orders@contoso.example
    """
    from sharedbox_cli.cli.init.workflow import write_starter
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.model import Platform

    session = Session()
    for path in write_starter(folder, mailbox, member, Platform(platform), session.plugins):
        session.terminal.data(str(path))
    specs = folder / "specs"
    session.terminal.say(
        f"Next: review the files, then\n    {pasteable('validate', specs)}\n    {pasteable('plan', specs)}"
    )
