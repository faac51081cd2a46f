"""How an audit is arranged, and where it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharedbox_cli.cli.audit.columnar import save_rows
from sharedbox_cli.cli.output import show
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.reports.render import TableOutput

if TYPE_CHECKING:
    from pathlib import Path

    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.reports.document import Report
    from sharedbox_cli.reports.views.arrangement import Arrangement


@dataclass(frozen=True, slots=True)
class Destination:
    """How an audit is arranged, and where it is written."""

    arrangement: Arrangement
    output: TableOutput
    has_bom: bool = False
    parquet: Path | None = None
    """The file for the rows; the output is then a summary."""

    def check(self) -> None:
        """Raise UsageError for a byte order mark outside CSV."""
        if self.has_bom and self.output is not TableOutput.CSV:
            hint = "Add `-o csv`, or leave `--bom` out."
            raise UsageError("a byte order mark is only for CSV", where="--bom", hint=hint)

    def write(self, terminal: Terminal, report: Report) -> None:
        """Write a report. Raises UsageError for a file that cannot be written."""
        if self.parquet is None:
            show(terminal, report, self.output, has_bom=self.has_bom)
        else:
            save_rows(terminal, report, self.parquet)
