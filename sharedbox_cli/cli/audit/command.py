"""`sharedbox audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sharedbox_cli.cli.group import LightGroup
from sharedbox_cli.cli.options import (
    AuditFormat,
    ColourOptions,
    DetailedExitCode,
    EveryFolder,
    Inside,
    LanguageOptions,
    Platforms,
    SessionOptions,
    TableFormat,
    grouped,
)
from sharedbox_cli.core.reach import Reach
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.reports.render import AuditOutput, TableOutput
from sharedbox_cli.reports.views.arrangement import Arrangement

_PATTERNS = "(`*` and `?` work). Repeatable."


audit = typer.Typer(cls=LightGroup, invoke_without_command=True, subcommand_metavar="[COMMAND] ...")


@audit.callback()
@grouped
def audit_all(
    context: typer.Context,
    setup: SessionOptions,
    speech: LanguageOptions,
    by: Annotated[Arrangement, typer.Option("--by", help="How to arrange the report.")] = Arrangement.MAILBOX,
    output: AuditFormat = AuditOutput.TEXT,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file for `-o parquet`, which is binary.", dir_okay=False)
    ] = None,
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
    inside: Inside = False,
    every_folder: EveryFolder = False,
    specs: Annotated[
        list[Path] | None,
        typer.Option(
            "--specs", help="The specs for --label, --only expired and --why. Repeatable.", show_default="specs"
        ),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep this reading in a private file, for --since and --as-of.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", help="Only access that was granted on this day or later, as far as is known.", metavar="DATE"
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Show the saved state of this day or instant. Reads no cloud.", metavar="DATE"),
    ] = None,
    why: Annotated[
        bool, typer.Option("--why", help="Show why access exists, and since when. With --specs, also what specs say.")
    ] = False,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="Compare with these specs: what they allow, and what is missing. Repeatable."),
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV with a byte order mark, so that spreadsheets read it as UTF-8.")
    ] = False,
    platform: Platforms = None,
) -> None:
    """Report who can read and do what on every shared mailbox of the tenant, with or without a spec.

    Rights through groups are shown with the groups, for each person in them. Forwarding, settings that let everybody
    read, and open sign-in are shown too. On some platforms, rights in folders, calendars and contacts, and mail rules
    that send messages on take nearly one request per mailbox: --inside reads them. HTML is one file for a browser,
    which can be searched, and has the findings of `check`, storage and licences too.

    Examples:

      sharedbox audit --by person

      sharedbox audit --right read --mailbox 'finance*'

      sharedbox audit --only external --only deleted

      sharedbox audit --inside --mailbox 'finance*'

      sharedbox audit --against specs

      sharedbox audit --save --since 2026-11-20

      sharedbox audit --as-of 2026-11-20 --person anna@contoso.example

      sharedbox audit -o csv > who-may-do-what.csv

      sharedbox audit -o html > report.html

      sharedbox audit -o parquet --out access.parquet
    """
    if context.invoked_subcommand is not None:
        return _refuse_options(context)

    from sharedbox_cli.cli.audit.columnar import checked_target
    from sharedbox_cli.cli.audit.destination import Destination
    from sharedbox_cli.cli.audit.evidence import Evidence
    from sharedbox_cli.cli.audit.selection import Choice
    from sharedbox_cli.cli.audit.workflow import audit_tenant
    from sharedbox_cli.cli.pipeline import utc_now

    evidence = Evidence.of(save=save, since=since, as_of=as_of, why=why, against=tuple(against or ()), now=utc_now())
    choice = Choice(
        mailboxes=tuple(mailbox or ()),
        excluded=tuple(exclude or ()),
        labels=tuple(label or ()),
        people=tuple(person or ()),
        rights=tuple(right or ()),
        risks=tuple(only or ()),
        specs=tuple(specs or ()),
        reach=Reach.of(inside=inside, every_folder=every_folder),
    )
    target = checked_target(output, out)
    speech.use(output)
    shown = TableOutput.TEXT if target else TableOutput(output)
    with setup.open(specs or against) as session:
        code = audit_tenant(
            session, Destination(by, shown, bom, target), choice, tuple(platform or ()), evidence, is_checked=True
        )
    raise typer.Exit(code)


def _refuse_options(context: typer.Context) -> None:
    """Refuse options before a subcommand: it has its own, and these would be ignored."""
    from sharedbox_cli.core.errors import UsageError

    for name, value in context.params.items():
        source = context.get_parameter_source(name)
        if value and source is not None and source.name == "COMMANDLINE":
            command = context.invoked_subcommand
            raise UsageError(
                f"this option is not for `audit {command}`",
                where=f"--{name.replace('_', '-')}",
                hint=f"Write the options of `{command}` after it:\n    sharedbox audit {command} --help",
            )


@audit.command("diff")
@grouped
def diff_audits(
    colours: ColourOptions,
    speech: LanguageOptions,
    old: Annotated[Path, typer.Argument(help="The earlier audit, saved with `-o json`.", metavar="OLD")],
    new: Annotated[Path, typer.Argument(help="The later audit, saved with `-o json`.", metavar="NEW")],
    output: TableFormat = TableOutput.TEXT,
    detailed_exitcode: DetailedExitCode = False,
) -> None:
    """Show who gained and who lost access between two saved audits. Contacts no cloud.

    What could not be read in one of the audits is never reported as lost.

    Examples:

      sharedbox audit -o json > today.json

      sharedbox audit diff last-week.json today.json
    """
    from sharedbox_cli.cli.audit.difference import compare_audits
    from sharedbox_cli.cli.terminal import Terminal

    speech.use(output)
    terminal = Terminal.of_process(colours.colour)
    raise typer.Exit(compare_audits(terminal, old, new, output, is_detailed=detailed_exitcode))
