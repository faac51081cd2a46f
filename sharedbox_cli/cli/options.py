"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[
    list[Path] | None, typer.Argument(help="Spec files or folders.", show_default="specs", metavar="[PATH]...")
]
ProfileName = Annotated[
    str | None, typer.Option("--profile", "-p", envvar="SHAREDBOX_PROFILE", help="A profile of sharedbox.yaml.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", envvar="SHAREDBOX_CONFIG", help="The sharedbox.yaml to use.", dir_okay=False)
]
Mailboxes = Annotated[
    list[str] | None, typer.Option("--mailbox", "-m", help="Only these mailboxes (`*` and `?` work). Repeatable.")
]
Excluded = Annotated[
    list[str] | None, typer.Option("--exclude", "-x", help="Leave these mailboxes out (`*` and `?` work). Repeatable.")
]
Labels = Annotated[
    list[str] | None, typer.Option("--label", "-l", help="Only specs with this label, as NAME=VALUE. Repeatable.")
]
Platforms = Annotated[list[str] | None, typer.Option("--platform", help="Only this platform. Repeatable.")]
Shard = Annotated[
    str | None, typer.Option("--shard", help="Only part I of N of the mailboxes, as I/N: for very large sets.")
]
DetailedExitCode = Annotated[
    bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there are changes or findings.")
]
OutFile = Annotated[
    Path | None, typer.Option("--out", help="Save the plan to this file, for `sharedbox apply FILE`.", dir_okay=False)
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR works too.")]


class PlainOutput(StrEnum):
    """Formats of commands that have two."""

    TEXT = "text"
    JSON = "json"


class PlanOutput(StrEnum):
    """Formats of a plan."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class FindingOutput(StrEnum):
    """Formats of findings."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"


class TableOutput(StrEnum):
    """Formats of tables."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


PlainFormat = Annotated[PlainOutput, typer.Option("--output", "-o", help="Format on stdout. (To a file: `>`.)")]
PlanFormat = Annotated[
    PlanOutput, typer.Option("--output", "-o", help="Format on stdout. (A plan to apply: `--out FILE`.)")
]
FindingFormat = Annotated[FindingOutput, typer.Option("--output", "-o", help="Format on stdout. (To a file: `>`.)")]
TableFormat = Annotated[TableOutput, typer.Option("--output", "-o", help="Format on stdout. (To a file: `>`.)")]
