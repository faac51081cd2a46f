"""`sharedbox review`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.group import LightGroup
from sharedbox_cli.cli.options import ApplyNowOptions, PlainFormat, Platforms, SessionOptions, grouped
from sharedbox_cli.reports.render import PlainOutput
from sharedbox_cli.reports.review_sheet import SheetFormat

review = typer.Typer(
    cls=LightGroup, no_args_is_help=True, help="Let owners decide who keeps access, and change the specs accordingly."
)
SpecFolder = Annotated[Path, typer.Argument(help="The folder of the specs.", metavar="[DIR]", file_okay=False)]


@review.command("start")
@grouped
def start(
    setup: SessionOptions,
    folder: SpecFolder = Path("specs"),
    target: Annotated[
        Path, typer.Option("--to", help="The folder for the sheets. Existing files stay.", file_okay=False)
    ] = Path("review"),
    label: Annotated[str, typer.Option("--owner", help="The label that names the owner of a mailbox.")] = "owner",
    platform: Platforms = None,
    sheets: Annotated[
        SheetFormat, typer.Option("--sheets", help="`csv` for a spreadsheet, `markdown` for a pull request.")
    ] = SheetFormat.CSV,
    output: PlainFormat = PlainOutput.TEXT,
) -> None:
    """Write a sheet for each owner, with every right on their mailboxes and empty columns for decisions.

    Mailboxes without an owner are in one more sheet. Owners write `yes`, `no` or `until 2027-03-31`, and a note.

    Examples:

      sharedbox review start

      sharedbox review start specs --to review-2027-q1

      sharedbox review start --sheets markdown
    """
    from sharedbox_cli.cli.review.workflow import start_review

    with setup.open([folder] if folder.exists() else None) as session:
        code = start_review(session, folder, target, label, tuple(platform or ()), sheets, output)
    raise typer.Exit(code)


@review.command("read")
@grouped
def read(
    setup: SessionOptions,
    now: ApplyNowOptions,
    files: Annotated[list[Path], typer.Argument(help="Sheets that owners filled in.", dir_okay=False)],
    folder: Annotated[Path, typer.Option("--specs", help="The folder of the specs.", file_okay=False)] = Path("specs"),
    by: Annotated[
        str, typer.Option("--by", help="Who decided, where a sheet does not say it: an address.", show_default=False)
    ] = "",
    write: Annotated[bool, typer.Option("--write", help="Change the files. Without it, they are shown.")] = False,
    output: PlainFormat = PlainOutput.TEXT,
) -> None:
    """Turn decisions into changes of specs, and record who decided and when.

    Rows without a decision stay open. Access through groups, and people who decide on their own access, are named.
    The decisions are kept in `reviews.csv` next to the specs. Plan and apply the specs afterwards,
    or with `--apply-now`.

    Examples:

      sharedbox review read review/anna.csv

      sharedbox review read review/*.csv --write
    """
    from sharedbox_cli.cli.review.workflow import read_review

    settings = now.settings(writes=write)
    with setup.open([folder]) as session:
        code = read_review(session, files, folder, by, output, settings, writes=write)
    raise typer.Exit(code)
