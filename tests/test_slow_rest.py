"""No row of a matrix is lost, and each value of it is met in every run."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.asked import each
from tests.slow_rest import crossed, in_turn, with_each_value

LETTERS, NUMBERS, SIGNS = ["a", "b", "c", "d", "e"], {"one": 1, "two": 2}, ("!",)


def always(rows: list[Any]) -> list[Any]:
    return [row.values for row in rows if not row.marks]


@pytest.mark.parametrize("factors", [(LETTERS, NUMBERS), (NUMBERS, LETTERS, SIGNS), (SIGNS, SIGNS), (LETTERS, LETTERS)])
def test_product_is_whole_and_each_value_is_met_in_every_run(factors: tuple[Any, ...]) -> None:
    rows, values = crossed(*factors), [[*(one.values() if isinstance(one, dict) else one)] for one in factors]
    assert [row.values for row in rows] == list(product(*values))
    assert len({row.id for row in rows}) == len(rows)
    for place, all_of_it in each(list(enumerate(values))):
        assert {row[place] for row in always(rows)} == set(all_of_it)
    assert len(always(rows)) == max(map(len, values))


def test_tests_that_take_turns_have_every_value_once_between_them() -> None:
    turns = [in_turn(LETTERS, number, 3) for number in range(3)]
    assert [[value for (value,) in always(rows)] for rows in turns] == [["a", "d"], ["b", "e"], ["c"]]
    for rows in each(turns):
        assert [row.values for row in rows] == [(letter,) for letter in LETTERS]


def test_rows_that_are_given_are_kept_in_their_order_and_each_value_is_met() -> None:
    given = [("read", "slow", "x"), ("read", "gone", "y"), ("write", "slow", "z"), ("write", "gone", "y")]
    rows = with_each_value(given)
    assert [row.values for row in rows] == given
    assert always(rows) == [("read", "slow", "x"), ("write", "slow", "z"), ("write", "gone", "y")]


def test_rows_are_named_by_their_values() -> None:
    assert [row.id for row in crossed(NUMBERS, SIGNS)] == ["one-!", "two-!"]
