"""A report as JSON or CSV."""

from __future__ import annotations

import csv
import io
import json

from sharedbox_cli.reports.document import Report
from sharedbox_cli.reports.safe import csv_cell, json_text


def to_json(report: Report) -> str:
    """Return the whole report; names are kept as they are, as escapes where they are not ASCII."""
    data = {"format": f"sharedbox.{report.name}/1", **report.data}
    return json_text(json.dumps(data, indent=1, ensure_ascii=True)) + "\n"


def to_csv(report: Report) -> str:
    """Return the flat table, every cell quoted."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if report.flat is not None:
        writer.writerow([csv_cell(cell) for cell in report.flat.headers])
        writer.writerows([csv_cell(cell) for cell in row] for row in report.flat.rows)
    return text.getvalue()
