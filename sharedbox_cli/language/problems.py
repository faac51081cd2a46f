"""Reports the problems of specs, with suggestions for mistyped words."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sharedbox_cli.core.errors import Problem, SpecError

MOST_SHOWN = 100


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `Did you mean …?` with the nearest known word, or an empty text."""
    matches = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return f"Did you mean `{matches[0]}`?" if matches else ""


def raise_if_any(problems: Iterable[Problem]) -> None:
    """Raise SpecError with all problems, sorted; the first hundred are listed, the rest are counted."""
    ordered = sorted(set(problems))
    if not ordered:
        return
    if len(ordered) > MOST_SHOWN:
        rest = len(ordered) - MOST_SHOWN
        last = ordered[MOST_SHOWN]
        ordered = [*ordered[:MOST_SHOWN], Problem(last.place, f"and {rest} more problems", "Fix these first.")]
    raise SpecError(ordered)
