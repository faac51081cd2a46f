"""`sharedbox plan`."""

from __future__ import annotations

import typer

from sharedbox_cli.cli.options import (
    ConfigFile,
    DetailedExitCode,
    Excluded,
    Labels,
    Mailboxes,
    NoColor,
    OutFile,
    Paths,
    PlanFormat,
    PlanOutput,
    Platforms,
    ProfileName,
    Shard,
)


def plan(
    paths: Paths = None,
    output: PlanFormat = PlanOutput.TEXT,
    out: OutFile = None,
    detailed_exitcode: DetailedExitCode = False,
    mailbox: Mailboxes = None,
    exclude: Excluded = None,
    label: Labels = None,
    platform: Platforms = None,
    shard: Shard = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    no_color: NoColor = False,
) -> None:
    """Show what has to change so that the cloud is as the specs say. Writes nothing to a cloud.

    Examples:

      sharedbox plan examples/mailboxes

      sharedbox plan specs --mailbox 'support@*' --out plan.json
    """
    from sharedbox_cli.cli.clouds import exit_code
    from sharedbox_cli.cli.filters import Filter
    from sharedbox_cli.cli.output import save_plan, show_plan
    from sharedbox_cli.cli.pipeline import guard_input, plan_of
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.guards import guard
    from sharedbox_cli.core.guards_input import Waivers

    with Session(profile, config, no_color=no_color) as session:
        chosen = Filter.of(mailbox, exclude, label, platform, shard).apply(session.desired(paths))
        made, observations = plan_of(session, chosen)
        refusals = guard(guard_input(session, made, observations, Waivers()))
        show_plan(session, made, refusals, output)
        if out is not None:
            save_plan(session, made, out)
        code = exit_code(session, 2 if detailed_exitcode and not made.is_empty else 0)
    raise typer.Exit(code)
