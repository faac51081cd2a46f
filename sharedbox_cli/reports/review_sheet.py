"""The sheet that an owner fills in: CSV for a spreadsheet, in which no name is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from sharedbox_cli.core.review import Grant, ReviewRow
from sharedbox_cli.reports.safe import csv_cell

HEADERS = (
    *("mailbox", "person", "name", "status", "right", "through", "reason", "until", "in_spec"),
    *("decision", "note", "reviewer", "platform", "id"),
)


def sheet_text(rows: Iterable[ReviewRow], reviewer: str) -> str:
    """Return a file with a byte order mark: without it, spreadsheets show other letters."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADERS)
    for row in rows:
        writer.writerow(_cells(row, reviewer))
    return text.getvalue()


def _cells(row: ReviewRow, reviewer: str) -> list[str]:
    grant = Grant(*map(csv_cell, row.grant))
    known = (row.name, row.status)
    why = (row.reason, row.until, row.in_spec)
    return [
        *(grant.mailbox, grant.person),
        *map(csv_cell, known),
        *(grant.right, grant.through),
        *map(csv_cell, why),
        *("", "", csv_cell(reviewer), grant.platform),
        f"r{grant.digest}-{row.state}",
    ]
