"""`sharedbox show`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import ConfigFile, NoColor, Paths, PlainFormat, PlainOutput, ProfileName


def show(
    address: Annotated[str, typer.Argument(help="The mailbox.")],
    paths: Paths = None,
    observed: Annotated[
        bool, typer.Option("--observed", help="What the cloud has, instead of what the specs say.")
    ] = False,
    output: PlainFormat = PlainOutput.TEXT,
    profile: ProfileName = None,
    config: ConfigFile = None,
    no_color: NoColor = False,
) -> None:
    """Show what the specs say of one mailbox, and which file gave each value; or what the cloud has.

    Examples:

      sharedbox show support@contoso.example examples/mailboxes

      sharedbox show support@contoso.example --observed
    """
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.cli.showing import show_observed, show_spec

    with Session(profile, config, no_color=no_color) as session:
        wants_json = output is PlainOutput.JSON
        if observed:
            show_observed(session, address, wants_json=wants_json)
        else:
            show_spec(session, address, paths, wants_json=wants_json)
