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
            help="Spec files or folders. What they need is compared with what is granted.",
            show_default="no specs",
            metavar="[PATH]...",
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Record the raw answers to harmless reads of one mailbox in a new folder. Names, addresses and ids "
            "are replaced. Nothing is checked.",
        ),
    ] = None,
    mailbox: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="With `--record`: the mailbox. Without it, the first one of the specs."),
    ] = None,
    output: PlainFormat = PlainOutput.TEXT,
) -> None:
    """Check sign-in, permissions and reachability with read requests, and show how to fix what is missing.

    With specs, it compares what they need with what is granted, and prints commands that grant only that.

    Examples:

      sharedbox doctor examples/mailboxes

      sharedbox doctor --profile prod -o json

      sharedbox doctor --record answers --mailbox support@contoso.example
    """
    from sharedbox_cli.cli.doctor.workflow import diagnose_profile, record_tenants
    from sharedbox_cli.cli.options import addresses_of
    from sharedbox_cli.core.errors import UsageError

    if mailbox is not None and record is None:
        raise UsageError("`--mailbox` needs `--record`", why="A diagnosis covers the whole tenant.")
    with setup.open(paths) as session:
        if record is None:
            code = diagnose_profile(session, paths, output)
        else:
            address = None if mailbox is None else next(iter(addresses_of([mailbox]))).key
            code = record_tenants(session, record, address, paths, output)
    raise typer.Exit(code)
