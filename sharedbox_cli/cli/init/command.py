"""`sharedbox init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(help="Where to put the files.")] = Path(),
    mailbox: Annotated[str, typer.Option("--mailbox", "-m", help="Address of the first mailbox.")] = (
        "support@contoso.example"
    ),
    member: Annotated[str | None, typer.Option("--member", help="Address of its first member.")] = None,
    platform: Annotated[
        str, typer.Option("--platform", help="`microsoft365`, `google-delegated` or `google-collaborative`.")
    ] = "microsoft365",
) -> None:
    """Write a first set of specs and a profile. Never overwrites a file.

    Examples:

      sharedbox init mail --mailbox support@contoso.example --member anna@contoso.example

      sharedbox init mail --platform google-collaborative --mailbox orders@contoso.example
    """
    from sharedbox_cli.cli.init.templates import write_starter
    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.core.model import Platform

    terminal = Terminal.of_process()
    for path in write_starter(folder, mailbox, member, Platform(platform)):
        terminal.data(str(path))
    specs = folder / "specs"
    terminal.say(f"Next: look at the files, then\n    sharedbox validate {specs}\n    sharedbox plan {specs}")
