"""Loops of a test that prove that something was asked: nothing to check is a failure, not a success."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def each(items: Iterable[T]) -> list[T]:
    """Return the items to make assertions about; without any, the test fails."""
    found = list(items)
    assert found, "nothing was asked"
    return found


def every(claims: Iterable[object]) -> bool:
    """Return whether all claims hold; without any, the test fails."""
    return all(each(claims))
