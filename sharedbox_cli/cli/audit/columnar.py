"""An audit as a Parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import write_binary
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.reports.render import AuditOutput

if TYPE_CHECKING:
    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.reports.document import Report


def checked_target(output: AuditOutput, out: Path | None) -> Path | None:
    """Return the file for Parquet, or None for another format. Raises UsageError, before anything is read."""
    if output is not AuditOutput.PARQUET:
        if out is not None:
            hint = "Write `-o parquet`, or redirect the output with `>`."
            raise UsageError(
                "--out is only for Parquet", where=f"--out {out}", why="Other formats are text.", hint=hint
            )
        return None
    from sharedbox_cli.reports.formats.parquet import refuse_without_extra

    if out is None:
        why = "Parquet is binary, and is not written to a terminal or a pipe."
        hint = "Name a file:\n    {command} --out access.parquet"
        raise UsageError("no file for Parquet", where="-o parquet", why=why, hint=hint)
    refuse_without_extra()
    return out


def save_rows(terminal: Terminal, report: Report, path: Path) -> None:
    """Write the rows of a report to a file, and its closing lines to stderr. Raises UsageError."""
    from sharedbox_cli.reports.formats.parquet import write_parquet
    from sharedbox_cli.reports.safe import terminal as safe

    write_binary(path, lambda name: write_parquet(report, name))
    for line in report.closing:
        terminal.say(safe(line.text))
    terminal.say(f"Saved to {safe(str(path))}.")
