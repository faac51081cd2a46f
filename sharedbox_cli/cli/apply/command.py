"""`sharedbox apply`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import (
    ConfigFile,
    Excluded,
    Labels,
    Mailboxes,
    NoColor,
    Paths,
    PlainFormat,
    PlainOutput,
    Platforms,
    ProfileName,
    Shard,
)


def apply(
    paths: Paths = None,
    output: PlainFormat = PlainOutput.TEXT,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask. Guards still hold.")] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", help="Waive a guard up to a size: NAME, NAME=N or NAME=ADDRESS. Repeatable."),
    ] = None,
    deadline: Annotated[
        str | None, typer.Option("--deadline", help="Start nothing after this long: 50m, 4h.", show_default="4h")
    ] = None,
    lock_timeout: Annotated[
        str, typer.Option("--lock-timeout", help="Wait this long for another run to end: 30s, 5m.")
    ] = "0s",
    mailbox: Mailboxes = None,
    exclude: Excluded = None,
    label: Labels = None,
    platform: Platforms = None,
    shard: Shard = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    no_color: NoColor = False,
) -> None:
    """Make the cloud as the specs say, or as a saved plan says: shows the plan, asks, then does it.

    Examples:

      sharedbox apply examples/mailboxes

      sharedbox apply plan.json --allow mass-revocation=12
    """
    from sharedbox_cli.cli.apply.options import ApplyOptions
    from sharedbox_cli.cli.apply.workflow import apply_plan_file, apply_specs, is_plan_file
    from sharedbox_cli.cli.clouds import exit_code
    from sharedbox_cli.cli.durations import seconds_of
    from sharedbox_cli.cli.filters import Filter
    from sharedbox_cli.cli.session import Session

    with Session(profile, config, no_color=no_color) as session:
        options = ApplyOptions(
            is_confirmed=yes,
            allow=tuple(allow or ()),
            deadline_seconds=seconds_of(deadline, "--deadline") if deadline else None,
            lock_timeout_seconds=seconds_of(lock_timeout, "--lock-timeout"),
            wants_json=output is PlainOutput.JSON,
        )
        chosen = Filter.of(mailbox, exclude, label, platform, shard)
        if paths and len(paths) == 1 and is_plan_file(paths[0]):
            code = apply_plan_file(session, paths[0], chosen, options)
        else:
            code = apply_specs(session, paths, chosen, options)
        code = exit_code(session, code)
    raise typer.Exit(code)
