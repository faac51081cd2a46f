"""`sharedbox audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.options import Platforms, SessionOptions, TableFormat, grouped
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.reports.render import TableOutput
from sharedbox_cli.reports.views.arrangement import Arrangement

_PATTERNS = "(`*` and `?` work). Repeatable."


@grouped
def audit(
    setup: SessionOptions,
    by: Annotated[Arrangement, typer.Option("--by", help="How to arrange the report.")] = Arrangement.MAILBOX,
    output: TableFormat = TableOutput.TEXT,
    mailbox: Annotated[
        list[str] | None, typer.Option("--mailbox", "-m", help=f"Only these addresses or aliases {_PATTERNS}")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", "-x", help=f"Skip these mailboxes {_PATTERNS}")
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", "-l", help="Only mailboxes whose spec has this label, as NAME=VALUE. Repeatable."),
    ] = None,
    person: Annotated[
        list[str] | None,
        typer.Option("--person", help=f"Only access of this address, or of people with this in their name {_PATTERNS}"),
    ] = None,
    right: Annotated[
        list[str] | None,
        typer.Option("--right", help="Only this right. `read`: every right that includes reading. Repeatable."),
    ] = None,
    only: Annotated[list[Risk] | None, typer.Option("--only", help="Only access of this kind. Repeatable.")] = None,
    specs: Annotated[
        list[Path] | None,
        typer.Option("--specs", help="The specs for --label and --only expired. Repeatable.", show_default="specs"),
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV with a byte order mark, so that spreadsheets read it as UTF-8.")
    ] = False,
    platform: Platforms = None,
) -> None:
    """Report who can read and do what on every shared mailbox of the tenant, with or without a spec.

    Rights through groups are shown with the groups, for each person in them. Forwarding, settings that let everybody
    read, and open sign-in are shown too.

    Examples:

      sharedbox audit --by person

      sharedbox audit --right read --mailbox 'finance*'

      sharedbox audit --only external --only deleted

      sharedbox audit -o csv > who-may-do-what.csv
    """
    from sharedbox_cli.cli.audit.selection import Choice
    from sharedbox_cli.cli.audit.workflow import audit_tenant

    choice = Choice(
        mailboxes=tuple(mailbox or ()),
        excluded=tuple(exclude or ()),
        labels=tuple(label or ()),
        people=tuple(person or ()),
        rights=tuple(right or ()),
        risks=tuple(only or ()),
        specs=tuple(specs or ()),
    )
    with setup.open(specs) as session:
        code = audit_tenant(session, by, output, choice, tuple(platform or ()), has_bom=bom)
    raise typer.Exit(code)
