"""`sharedbox who`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import (
    EveryFolder,
    Inside,
    LanguageOptions,
    Platforms,
    SessionOptions,
    TableFormat,
    grouped,
)
from sharedbox_cli.core.reach import Reach
from sharedbox_cli.reports.render import TableOutput
from sharedbox_cli.reports.views.arrangement import Arrangement


@grouped
def who(
    setup: SessionOptions,
    speech: LanguageOptions,
    address: Annotated[str, typer.Argument(help="The address of a person, a guest or a group.")],
    inside: Inside = False,
    every_folder: EveryFolder = False,
    platform: Platforms = None,
    output: TableFormat = TableOutput.TEXT,
) -> None:
    """Report what one person can read and do, on both clouds, and through which groups or settings.

    Examples:

      sharedbox who anna@contoso.example

      sharedbox who anna@contoso.example --inside

      sharedbox who anna@contoso.example -o json
    """
    from sharedbox_cli.cli.audit.destination import Destination
    from sharedbox_cli.cli.audit.selection import Choice
    from sharedbox_cli.cli.audit.workflow import audit_tenant

    speech.use(output)
    by = Arrangement.PERSON if output in (TableOutput.TEXT, TableOutput.MARKDOWN) else Arrangement.MAILBOX
    with setup.open() as session:
        code = audit_tenant(
            session,
            Destination(by, output),
            Choice(people=(address,), reach=Reach.of(inside=inside, every_folder=every_folder)),
            tuple(platform or ()),
        )
    raise typer.Exit(code)
