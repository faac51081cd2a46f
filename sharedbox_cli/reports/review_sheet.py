"""The sheet that an owner fills in: CSV for a spreadsheet, in which no name is a formula, or Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from itertools import groupby

from sharedbox_cli.core.review import Grant, ReviewRow
from sharedbox_cli.reports.safe import csv_cell, markdown, one_line

HEADERS = (
    *("mailbox", "person", "name", "status", "right", "through", "reason", "until", "in_spec"),
    *("decision", "note", "reviewer", "platform", "id"),
)
_HOW = "Write `yes`, `no` or `until 2027-03-31` into `decision`. Change nothing but `decision`, `note` and `reviewer`."


class SheetFormat(StrEnum):
    """What an owner fills in."""

    CSV = "csv"
    MARKDOWN = "markdown"

    @property
    def suffix(self) -> str:
        """Return the end of the file's name."""
        return ".csv" if self is SheetFormat.CSV else ".md"


def csv_sheet(rows: Iterable[ReviewRow], reviewer: str) -> str:
    """Return a file with a byte order mark: without it, spreadsheets show other letters."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADERS)
    for row in rows:
        writer.writerow(_cells(row, reviewer, csv_cell))
    return text.getvalue()


def markdown_sheet(rows: Iterable[ReviewRow], reviewer: str) -> str:
    """Return a file with a table per mailbox, for a pull request or a wiki. No name leaves its cell."""
    lines = [f"# {markdown(f'Access review: {reviewer}' if reviewer else 'Access review')}", "", _HOW]
    for mailbox, same in groupby(rows, key=lambda row: row.grant.mailbox):
        lines += ["", f"## {markdown(mailbox)}", "", _line(HEADERS), f"|{' --- |' * len(HEADERS)}"]
        lines += [_line(map(markdown, _cells(row, reviewer, one_line))) for row in same]
    return "\n".join(lines) + "\n"


SHEETS: Mapping[SheetFormat, Callable[[Iterable[ReviewRow], str], str]] = {
    SheetFormat.CSV: csv_sheet,
    SheetFormat.MARKDOWN: markdown_sheet,
}


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: ReviewRow, reviewer: str, safe: Callable[[str], str]) -> list[str]:
    grant = Grant(*map(safe, row.grant))
    known = (row.name, row.status)
    why = (row.reason, row.until, row.in_spec)
    return [
        *(grant.mailbox, grant.person),
        *map(safe, known),
        *(grant.right, grant.through),
        *map(safe, why),
        *("", "", safe(reviewer), grant.platform),
        f"r{grant.digest}-{row.state}",
    ]
