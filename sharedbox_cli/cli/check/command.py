"""`sharedbox check`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import (
    DetailedExitCode,
    FindingFormat,
    LanguageOptions,
    Paths,
    Selection,
    SessionOptions,
    grouped,
)
from sharedbox_cli.reports.render import FindingOutput


@grouped
def check(
    selection: Selection,
    setup: SessionOptions,
    speech: LanguageOptions,
    paths: Paths = None,
    output: FindingFormat = FindingOutput.TEXT,
    detailed_exitcode: DetailedExitCode = False,
    whole_tenant: Annotated[
        bool, typer.Option("--whole-tenant", help="Check every shared mailbox of the tenant, in a spec or not.")
    ] = False,
) -> None:
    """Find limits, licences and risks: mailboxes that are too large or have no members, outsiders, missing licences.

    Examples:

      sharedbox check examples/mailboxes

      sharedbox check --whole-tenant -o sarif > findings.sarif
    """
    from sharedbox_cli.cli.check.workflow import check_mailboxes, select_specs, select_tenant

    speech.use(output)
    with setup.open(paths) as session:
        if whole_tenant:
            subject = select_tenant(session, paths, selection.platform or ())
        else:
            subject = select_specs(session, paths, selection.filter())
        code = check_mailboxes(session, subject, output, detailed=detailed_exitcode)
    raise typer.Exit(code)
