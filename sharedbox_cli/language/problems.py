"""Gathering what is wrong, with the nearest right word."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sharedbox_cli.core.errors import Problem, SpecError

MOST_SHOWN = 100


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean …?` with the nearest known word, or nothing."""
    found = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return f"Did you mean `{found[0]}`?" if found else ""


def raise_if_any(problems: Iterable[Problem]) -> None:
    """Raise SpecError with all problems, sorted; the first hundred are listed, the rest are counted."""
    found = sorted(set(problems))
    if not found:
        return
    if len(found) > MOST_SHOWN:
        rest = len(found) - MOST_SHOWN
        last = found[MOST_SHOWN]
        found = [*found[:MOST_SHOWN], Problem(last.place, f"and {rest} more problems", "Fix these first.")]
    raise SpecError(found)
