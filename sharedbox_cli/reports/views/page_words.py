"""Small words of the report for a browser."""

from __future__ import annotations


def counted(count: int, one: str, many: str) -> str:
    """Return a number and its noun."""
    return f"{count:,} {one if count == 1 else many}"
