"""`sharedbox check`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import (
    ConfigFile,
    DetailedExitCode,
    Excluded,
    FindingFormat,
    FindingOutput,
    Labels,
    Mailboxes,
    NoColor,
    Paths,
    Platforms,
    ProfileName,
)


def check(
    paths: Paths = None,
    output: FindingFormat = FindingOutput.TEXT,
    detailed_exitcode: DetailedExitCode = False,
    whole_tenant: Annotated[
        bool, typer.Option("--whole-tenant", help="Every shared mailbox there is, in a spec or not.")
    ] = False,
    mailbox: Mailboxes = None,
    exclude: Excluded = None,
    label: Labels = None,
    platform: Platforms = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    no_color: NoColor = False,
) -> None:
    """Find limits, licences and risks: too large, too many, nobody, strangers, wasted or missing licences.

    Examples:

      sharedbox check examples/mailboxes

      sharedbox check --whole-tenant -o sarif > findings.sarif
    """
    from sharedbox_cli.cli.check.workflow import check_specs, check_tenant
    from sharedbox_cli.cli.clouds import exit_code
    from sharedbox_cli.cli.filters import Filter
    from sharedbox_cli.cli.session import Session

    with Session(profile, config, no_color=no_color) as session:
        if whole_tenant:
            found = check_tenant(session, paths, output, tuple(platform or ()))
        else:
            chosen = Filter.of(mailbox, exclude, label, platform).apply(session.desired(paths))
            found = check_specs(session, chosen, output)
        code = exit_code(session, 2 if detailed_exitcode and found else 0)
    raise typer.Exit(code)
