"""`sharedbox audit`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from sharedbox_cli.cli.options import ConfigFile, NoColor, Platforms, ProfileName, TableFormat, TableOutput


class By(StrEnum):
    """How an audit is arranged."""

    MAILBOX = "mailbox"
    PERSON = "person"
    MATRIX = "matrix"


def audit(
    by: Annotated[By, typer.Option("--by", help="How to arrange it.")] = By.MAILBOX,
    output: TableFormat = TableOutput.TEXT,
    mailbox: Annotated[
        list[str] | None, typer.Option("--mailbox", "-m", help="Only these addresses, in full. Repeatable.")
    ] = None,
    platform: Platforms = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    no_color: NoColor = False,
) -> None:
    """Report who may do what, on every shared mailbox of the tenant, in a spec or not.

    Rights through groups are shown with the group, for each person in it.

    Examples:

      sharedbox audit --by person

      sharedbox audit -o csv > who-may-do-what.csv
    """
    from sharedbox_cli.cli.audit.workflow import audit_tenant
    from sharedbox_cli.cli.session import Session

    with Session(profile, config, no_color=no_color) as session:
        code = audit_tenant(session, by.value, output, tuple(mailbox or ()), tuple(platform or ()))
    raise typer.Exit(code)
