"""A report as JSON or CSV, row by row: large reports are written as a stream."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sharedbox_cli.reports.document import STAMP, Report
from sharedbox_cli.reports.header import header
from sharedbox_cli.reports.safe import csv_cell, json_text

_CELLS_KEPT = 8192
"""How many escaped cells are cached: the same names and words appear in many rows."""


def to_json(report: Report) -> str:
    """Return the whole report; names are kept unchanged, with escapes where they are not ASCII."""
    return "".join(json_parts(report))


def json_parts(report: Report) -> Iterator[str]:
    """Yield the report as JSON, one part for each item of an array."""
    data = {**header(report), **report.data}
    start = "{\n "
    for key, value in data.items():
        yield json_text(f"{start}{json.dumps(key)}: ")
        yield from map(json_text, _array(value) if _is_array(value) else [_indented(value, 1)])
        start = ",\n "
    yield "\n}\n"


def _is_array(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _array(items: Sequence[Any]) -> Iterator[str]:
    start = "[\n  "
    for item in items:
        yield start + (_flat_object(item) if _is_flat(item) else _indented(item, 2))
        start = ",\n  "
    yield "[]" if start.startswith("[") else "\n ]"


def _indented(value: object, level: int) -> str:
    """Return a value inside `level` others."""
    return json.dumps(value, indent=1).replace("\n", "\n" + " " * level)


_PLAIN = frozenset({str, int, float, bool, type(None)})


def _is_flat(item: object) -> bool:
    """Return whether an item is an object whose values are plain or empty."""
    if not (isinstance(item, dict) and item):
        return False
    for value in item.values():  # noqa: SIM110 - a generator takes three times as long here
        if value.__class__ not in _PLAIN and value:
            return False
    return True


_FLAT = json.JSONEncoder(separators=(",\n   ", ": "))
"""Writes each key of a flat object in an array on its own line. With `indent`, the standard library is much slower."""


def _flat_object(item: dict[str, Any]) -> str:
    return f"{{\n   {_FLAT.encode(item)[1:-1]}\n  }}"


def to_csv(report: Report) -> str:
    """Return the flat table, every cell quoted."""
    return "".join(csv_parts(report))


def csv_parts(report: Report) -> Iterator[str]:
    """Yield the flat table, one part for each line; what was not read has lines at the end."""
    if report.flat is None:
        return
    line = _Line()
    writer = csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    clean = lru_cache(_CELLS_KEPT)(csv_cell)
    gap_row = report.flat.gap_row
    gaps = map(gap_row, report.origin.gaps) if gap_row else ()
    rows = chain([report.flat.headers], report.flat.rows, gaps)
    for row in _stamped(rows, report) if report.is_evidence else rows:
        writer.writerow(map(clean, row))
        yield line.text


def _stamped(rows: Iterable[tuple[str, ...]], report: Report) -> Iterator[tuple[str, ...]]:
    """Yield rows with what was read, when and by which version: a file is read by its columns, and has no heading."""
    cells: dict[str, tuple[str, ...]] = {}
    position: int | None = None
    for number, row in enumerate(rows):
        if number == 0:
            position = row.index("platform") if "platform" in row else None
            yield (*row, *STAMP)
            continue
        platform = row[position] if position is not None else ""
        if platform not in cells:
            cells[platform] = report.origin.cells(platform)
        yield (*row, *cells[platform])


class _Line:
    """The file that a CSV writer writes one line to."""

    text = ""

    def write(self, text: str) -> None:
        """Take a line."""
        self.text = text
