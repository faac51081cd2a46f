"""Large matrices and lists of cases: which of them each run of the suite has. The others are `slow`: CI runs them once.

A layer below a matrix proves its factors one by one, so each value of each factor is in a row that always runs. Of
cases of one kind, a part always runs. `make test-slow` runs the rest, so that nothing is dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

Factor = Mapping[str, Any] | Iterable[Any]
Row = Any
"""A parameter set of pytest, whose class is not public."""


def crossed(*factors: Factor) -> list[Row]:
    """Return the product of factors, of which each run has as many rows as the longest factor has values."""
    rows = list(product(*map(_named, factors)))
    always = _covering([tuple(name for name, _ in row) for row in rows])
    return [_row(row, is_slow=number not in always) for number, row in enumerate(rows)]


def with_each_value(rows: Sequence[tuple[str, ...]]) -> list[Row]:
    """Return rows, of which each run has only so many that each value of each column is met."""
    always = _covering(rows)
    return [_row([(name, name) for name in row], is_slow=number not in always) for number, row in enumerate(rows)]


def in_turn(factor: Factor, number: int, of: int) -> list[Row]:
    """Return the values, of which each run has one in every `of`, from `number` on.

    Tests of the same values can take turns, each from another `number` on.
    """
    return [_row([value], is_slow=place % of != number) for place, value in enumerate(_named(factor))]


def _named(factor: Factor) -> list[tuple[str, Any]]:
    items = factor.items() if isinstance(factor, Mapping) else ((str(value), value) for value in factor)
    return list(items)


def _covering(rows: Sequence[tuple[str, ...]]) -> set[int]:
    """Return the places of few rows that hold every value: each has as many new values, and as rare ones, as can be."""
    cells = [[(column, value) for column, value in enumerate(row)] for row in rows]
    open_cells = {cell for row in cells for cell in row}
    met: Counter[tuple[int, str]] = Counter()
    chosen = set()
    while open_cells:
        best = max(
            range(len(rows)),
            key=lambda place: (len(open_cells.intersection(cells[place])), -sum(met[cell] for cell in cells[place])),
        )
        chosen.add(best)
        open_cells.difference_update(cells[best])
        met.update(cells[best])
    return chosen


def _row(values: Sequence[tuple[str, Any]], *, is_slow: bool) -> Row:
    marks = (pytest.mark.slow,) if is_slow else ()
    return pytest.param(*(value for _, value in values), id="-".join(name for name, _ in values), marks=marks)
