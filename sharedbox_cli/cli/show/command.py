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
    platform: Annotated[
        str | None, typer.Option("--as", help="The spec for this platform instead, with what is lost on the way.")
    ] = None,
    output: PlainFormat = PlainOutput.TEXT,
    profile: ProfileName = None,
    config: ConfigFile = None,
    no_color: NoColor = False,
) -> None:
    """Show what the specs say of one mailbox, and which file gave each value; or what the cloud has.

    With `--as`, print its spec for another platform: of the specs where they name it, else of the cloud.

    Examples:

      sharedbox show support@contoso.example examples/mailboxes

      sharedbox show support@contoso.example --observed

      sharedbox show support@contoso.example examples/mailboxes --as google-delegated > support.yaml
    """
    from sharedbox_cli.cli.clouds import exit_code
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.cli.show.workflow import show_observed, show_spec

    with Session(profile, config, no_color=no_color) as session:
        wants_json = output is PlainOutput.JSON
        if platform is not None:
            from sharedbox_cli.cli.show.convert import show_as

            show_as(session, address, paths, platform, is_observed=observed, wants_json=wants_json)
        elif observed:
            show_observed(session, address, wants_json=wants_json)
        else:
            show_spec(session, address, paths, wants_json=wants_json)
        code = exit_code(session, 0)
    raise typer.Exit(code)
