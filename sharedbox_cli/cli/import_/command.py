"""`sharedbox import`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.options import Excluded, Mailboxes, PlainFormat, Platforms, SessionOptions, grouped
from sharedbox_cli.reports.render import PlainOutput


class Manage(StrEnum):
    """What the specs say."""

    COMMON = "common"
    ALL = "all"
    MEMBERS = "members"


@grouped
def import_specs(
    setup: SessionOptions,
    folder: Annotated[Path, typer.Argument(help="The folder for the specs.", metavar="[DIR]", file_okay=False)] = Path(
        "specs"
    ),
    mailbox: Mailboxes = None,
    exclude: Excluded = None,
    platform: Platforms = None,
    manage: Annotated[
        Manage,
        typer.Option(
            "--manage",
            help="What the specs manage: what lists of the tenant have; all settings, which takes more requests per "
            "mailbox; or only the members.",
        ),
    ] = Manage.COMMON,
    update: Annotated[
        bool, typer.Option("--update", help="Also change existing specs that differ, after asking.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 2 if files and tenant differ.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Change existing files without asking.")] = False,
    csv: Annotated[
        list[Path] | None,
        typer.Option("--csv", help="Read mailboxes from this CSV file, and no cloud. Repeatable.", dir_okay=False),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="How a column of a CSV file is read, as NAME=FIELD. Repeatable."),
    ] = None,
    domain: Annotated[
        str | None, typer.Option("--domain", help="The domain of addresses in a CSV file that have none.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", help="Skip a line of a CSV file, as LINE or FILE:LINE. Repeatable.")
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option("--people", help="A CSV file with the old and the new address of people.", dir_okay=False),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Read this folder of specs, and no cloud. With --people or --as.", file_okay=False),
    ] = None,
    target: Annotated[
        str | None, typer.Option("--as", help="Write specs for this platform, with the closest rights and settings.")
    ] = None,
    output: PlainFormat = PlainOutput.TEXT,
) -> None:
    """Write specs for the mailboxes that exist. Writes nothing to a cloud, and changes no file without asking.

    People who have the same rights on several mailboxes become teams, and values that most mailboxes share become
    defaults. A plan of the new specs is empty.

    Examples:

      sharedbox import specs

      sharedbox import specs --mailbox 'support@*' --manage members

      sharedbox import specs --check

      sharedbox import specs --csv mailboxes.csv --platform microsoft365

      sharedbox import specs --from specs --people people.csv --check

      sharedbox import new-specs --platform microsoft365 --as google-delegated --people people.csv
    """
    from sharedbox_cli.cli.import_.from_csv import import_csv
    from sharedbox_cli.cli.import_.move import move_specs
    from sharedbox_cli.cli.import_.options import Choice, CsvChoice, refuse_mixed
    from sharedbox_cli.cli.import_.workflow import import_tenant

    lists = CsvChoice(tuple(dict.fromkeys(csv or ())), tuple(column or ()), domain, people, tuple(ignore or ()))
    choice = Choice(
        tuple(item.lower() for item in mailbox or ()),
        tuple(item.lower() for item in exclude or ()),
        tuple(platform or ()),
        is_members_only=manage is Manage.MEMBERS,
        reads_all=manage is Manage.ALL,
        updates=update,
        only_checks=check,
        is_confirmed=yes,
        target=target,
    )
    refuse_mixed(choice, lists, source)
    with setup.open([folder] if folder.exists() else None) as session:
        if csv:
            code = import_csv(session, folder, choice, lists, output)
        elif source is not None:
            code = move_specs(session, folder, source, people, choice, output)
        else:
            code = import_tenant(session, folder, choice, output, people)
    raise typer.Exit(code)
