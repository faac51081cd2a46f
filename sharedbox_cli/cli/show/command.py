"""`sharedbox show`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import Paths, PlainFormat, SessionOptions, grouped
from sharedbox_cli.reports.render import PlainOutput


@grouped
def show(
    setup: SessionOptions,
    address: Annotated[str, typer.Argument(help="The address of the mailbox.")],
    paths: Paths = None,
    observed: Annotated[bool, typer.Option("--observed", help="Show what the cloud has instead of the spec.")] = False,
    platform: Annotated[
        str | None, typer.Option("--as", help="Print a spec for this platform, with notes on what is lost.")
    ] = None,
    output: PlainFormat = PlainOutput.TEXT,
) -> None:
    """Show what the specs say about one mailbox and which file sets each value, or show what the cloud has.

    With `--as`, print its spec for another platform. The source is its spec if there is one, otherwise the cloud.

    Examples:

      sharedbox show support@contoso.example examples/mailboxes

      sharedbox show support@contoso.example --observed

      sharedbox show support@contoso.example examples/mailboxes --as google-delegated > support.yaml
    """
    from sharedbox_cli.cli.show.convert import show_as
    from sharedbox_cli.cli.show.workflow import show_observed, show_spec

    with setup.open(paths) as session:
        if platform is not None:
            code = show_as(session, address, paths, platform, output, is_observed=observed)
        elif observed:
            code = show_observed(session, address, output)
        else:
            code = show_spec(session, address, paths, output)
    raise typer.Exit(code)
