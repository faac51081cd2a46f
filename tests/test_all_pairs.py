"""The generator of the matrices: it leaves no pair out, and it is worth using."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.all_pairs import all_pairs
from tests.faults.table import GROUPS, matrix

FACTORS = st.lists(st.integers(1, 6), min_size=2, max_size=5).map(
    lambda sizes: [[f"{place}.{value}" for value in range(size)] for place, size in enumerate(sizes)]
)


def pairs(rows: list[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    return {pair for row in rows for pair in combinations(row, 2)}


@given(FACTORS)
def test_rows_hold_every_pair(factors: list[list[str]]) -> None:
    rows = all_pairs(*factors)
    wanted = {pair for one, two in combinations(factors, 2) for pair in product(one, two)}
    assert wanted and pairs(rows) == wanted
    assert len(rows) == len(set(rows)) <= len(list(product(*factors)))
    assert rows == all_pairs(*factors)


def test_two_factors_are_their_product() -> None:
    assert sorted(all_pairs("ab", "xyz")) == sorted(product("ab", "xyz"))


@pytest.mark.parametrize(("sizes", "most"), [((9, 3, 4), 40), ((7, 3, 4), 32), ((23, 3, 4), 100), ((5, 5, 5, 5), 35)])
def test_rows_are_few(sizes: tuple[int, ...], most: int) -> None:
    rows = all_pairs(*(range(size) for size in sizes))
    assert max(a * b for a, b in combinations(sizes, 2)) <= len(rows) <= most


@pytest.mark.parametrize("factors", [(), ("ab",), ("ab", "")])
def test_factors_without_pairs_are_refused(factors: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="two factors"):
        all_pairs(*factors)


def test_matrix_of_faults_meets_every_fault_and_every_group() -> None:
    rows = matrix("abc", GROUPS)
    assert {(call, group) for call, group, _ in rows} == set(product("abc", GROUPS))
    assert {(group, fault) for _, group, fault in rows} == {
        (group, fault) for group, faults in GROUPS.items() for fault in faults
    }
