"""`sharedbox audit`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import Platforms, SessionOptions, TableFormat, grouped
from sharedbox_cli.reports.render import TableOutput
from sharedbox_cli.reports.views.arrangement import Arrangement


@grouped
def audit(
    setup: SessionOptions,
    by: Annotated[Arrangement, typer.Option("--by", help="How to arrange the report.")] = Arrangement.MAILBOX,
    output: TableFormat = TableOutput.TEXT,
    mailbox: Annotated[
        list[str] | None, typer.Option("--mailbox", "-m", help="Only these addresses, in full. Repeatable.")
    ] = None,
    platform: Platforms = None,
) -> None:
    """Report who can do what on every shared mailbox of the tenant, with or without a spec.

    Rights through groups are shown with the group, for each person in it.

    Examples:

      sharedbox audit --by person

      sharedbox audit -o csv > who-may-do-what.csv
    """
    from sharedbox_cli.cli.audit.workflow import audit_tenant

    with setup.open() as session:
        code = audit_tenant(session, by, output, tuple(mailbox or ()), tuple(platform or ()))
    raise typer.Exit(code)
