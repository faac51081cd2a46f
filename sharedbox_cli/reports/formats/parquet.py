"""The rows of a report as a Parquet file, typed as their JSON shape. It needs the extra `data`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.reports.document import STAMP, Records
from sharedbox_cli.reports.header import header

if TYPE_CHECKING:
    import pyarrow as pa

    from sharedbox_cli.reports.document import Gap, Report

ROWS_AT_ONCE = 20_000
"""How many rows are in memory: each part of this size is a row group."""
_READ_AT = "read_at"


def refuse_without_extra() -> None:
    """Raise UsageError if the extra is not installed, before anything is read."""
    try:
        import pyarrow.parquet  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise UsageError(
            "Parquet is an extra, and is not installed",
            where=error.name or "pyarrow",
            why="It needs the library `pyarrow`.",
            hint="Install its package, or sharedbox with the extra `data`:\n    pip install pyarrow",
        ) from error


def write_parquet(report: Report, path: str) -> None:
    """Write the rows of a report. Raises UsageError for a report without typed rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    records = report.records
    if records is None:
        raise UsageError("this report has no Parquet", where=report.name, hint="Use `-o json`.")
    schema = _schema(records, json.dumps(header(report)))
    rows = iter(_rows(report, records))
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while part := [*islice(rows, ROWS_AT_ONCE)]:
            writer.write_batch(pa.RecordBatch.from_pylist(part, schema=schema))


def _schema(records: Records, about: str) -> pa.Schema:
    """Return a column per key of the shape, and those that say what was read."""
    import pyarrow as pa

    hints = get_type_hints(records.shape, include_extras=True)
    columns = [(name, _instant() if name in records.instants else _type(hint)) for name, hint in hints.items()]
    stamp = [(name, _instant() if name == _READ_AT else pa.string()) for name in STAMP]
    return pa.schema([*columns, *stamp], metadata={"sharedbox": about})


def _instant() -> pa.DataType:
    import pyarrow as pa

    return pa.timestamp("us", tz="UTC")


def _type(hint: Any) -> pa.DataType:
    """Return the type of a column. Raises TypeError for a shape that has none."""
    import pyarrow as pa

    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Annotated, NotRequired):
        return _type(arguments[0])
    if origin in (Union, UnionType):
        return _type(next(part for part in arguments if part is not type(None)))
    if origin is list:
        return pa.list_(_type(arguments[0]))
    known = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    if hint not in known:
        message = f"no column for {hint!r}"
        raise TypeError(message)
    return known[hint]


def _rows(report: Report, records: Records) -> Iterator[Mapping[str, object]]:
    """Yield each row with what was read and when; what was not read has rows at the end."""
    stamps: dict[str, dict[str, object]] = {}
    gaps = map(_gap, report.origin.gaps)
    rows: Iterable[Mapping[str, object]] = chain(records.rows, gaps)
    for row in rows:
        platform = str(row.get("platform", ""))
        if platform not in stamps:
            cells = dict(zip(STAMP, report.origin.cells(platform), strict=True))
            stamps[platform] = {**cells, _READ_AT: _moment(cells[_READ_AT])}
        times = {name: _moment(row[name]) for name in records.instants if name in row}
        yield {**row, **times, **stamps[platform]}


def _gap(gap: Gap) -> Mapping[str, object]:
    """Return the row of something that was not read: nobody has a right in it."""
    name = "" if gap.kind == "platform" else gap.name
    why = f"{gap.summary}. {gap.why}".strip()
    return {"mailbox": name, "platform": gap.platform, "kind": gap.kind, "detail": why, "entry": "not read", "via": []}


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
