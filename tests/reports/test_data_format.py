"""JSON and CSV are written row by row, and have the bytes that the standard library would write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.core.model import TrusteeKind
from sharedbox_cli.reports.document import Deferred, Report, Table
from sharedbox_cli.reports.formats.data import csv_parts, json_parts, to_csv, to_json
from sharedbox_cli.reports.header import header
from sharedbox_cli.reports.safe import json_text

TEXTS = st.text(max_size=6) | st.sampled_from(["##vso[", "a\nb", "é", "\ud800", TrusteeKind.USER])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


def whole(data: dict[str, Any]) -> str:
    """Return what the standard library writes in one piece."""
    report = Report("audit", data)
    return json_text(json.dumps({**header(report), **data}, indent=1)) + "\n"


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_json_is_what_the_standard_library_writes(data: dict[str, Any]) -> None:
    assert to_json(Report("audit", data)) == whole(data)


@given(st.lists(VALUES, max_size=4))
def test_deferred_array_is_written_like_a_list(items: list[Any]) -> None:
    assert to_json(Report("audit", {"rows": Deferred(lambda: items)})) == whole({"rows": items})


def counted(made: list[int]) -> Iterator[tuple[str, ...]]:
    for number in range(1000):
        made.append(number)
        yield (str(number),)


def test_rows_are_made_while_they_are_written() -> None:
    made: list[int] = []
    report = Report(
        "audit",
        {"rows": Deferred(lambda: ({"cell": cell} for (cell,) in counted(made)))},
        flat=Table(("cell",), Deferred(lambda: counted(made))),
    )
    for parts in (json_parts(report), csv_parts(report)):
        made.clear()
        list(islice(parts, 60))
        assert 20 < len(made) <= 60
    assert to_csv(report).count("\r\n") == 1001


def test_deferred_is_made_again_for_each_reader() -> None:
    rows = Deferred(lambda: iter("abc"))
    assert (list(rows), list(rows), len(rows), rows[1], rows[1:]) == (["a", "b", "c"],) * 2 + (3, "b", ("b", "c"))
