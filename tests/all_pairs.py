"""All pairs: the smallest handful of rows in which every two values of two factors meet.

A matrix of faults, calls and moments is proven cell by cell at one layer. The layers above it check that each pair of
values works together: nearly every interaction bug needs only two (Kuhn, NIST 2004), and the rows grow with the two
longest factors instead of with the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

Pair = tuple[int, int, int, int]
"""Factor and value of the one, factor and value of the other; both by position."""


def all_pairs(*factors: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return rows with one value of each factor that hold every pair of values, the same rows each time.

    Each row starts with the first open pair; the other factors take the value that closes the most open pairs.
    """
    if len(factors) < 2 or not all(factors):
        message = "all pairs need two factors or more, each with values"
        raise ValueError(message)
    open_pairs = {
        (one, a, two, b)
        for one, two in combinations(range(len(factors)), 2)
        for a, b in product(range(len(factors[one])), range(len(factors[two])))
    }
    rows = []
    while open_pairs:
        row = _row(min(open_pairs), [len(values) for values in factors], open_pairs)
        open_pairs -= _pairs(row)
        rows.append(tuple(values[row[place]] for place, values in enumerate(factors)))
    return rows


def _row(first: Pair, sizes: list[int], open_pairs: set[Pair]) -> dict[int, int]:
    one, a, two, b = first
    row = {one: a, two: b}
    for factor in sorted(set(range(len(sizes))) - set(row), key=lambda factor: -sizes[factor]):
        row[factor] = max(range(sizes[factor]), key=lambda value: len(_pairs({**row, factor: value}) & open_pairs))
    return row


def _pairs(row: dict[int, int]) -> set[Pair]:
    return {(one, a, two, b) for (one, a), (two, b) in combinations(sorted(row.items()), 2)}
