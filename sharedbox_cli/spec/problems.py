"""How problems of specs are gathered, cut to a readable number, and told with the nearest right word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.place import NOWHERE, Place

MOST_SHOWN = 100


@dataclass(slots=True)
class Collector:
    """What is wrong, or odd, in all files of a set."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def add(self, place: Place, summary: str, why: str = "", mend: str = "", *, also: Place = NOWHERE) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, summary, why, mend, also))

    def warn(self, place: Place, summary: str, why: str = "", mend: str = "") -> None:
        """Note something odd that stops nothing."""
        self.warnings.append(Problem(place, summary, why, mend))

    def raise_if_any(self) -> None:
        """Raise SpecError when there is a problem."""
        if self.problems:
            raise spec_error(self.problems)


def spec_error(problems: Iterable[Problem]) -> SpecError:
    """Return an error with the first hundred problems by place, and a count of the rest."""
    found = sorted(set(problems))
    rest = found[MOST_SHOWN:]
    if not rest:
        return SpecError(found)
    more = Problem(
        rest[0].place,
        "there are more problems",
        f"{len(rest)} more, from here on, are not shown.",
        "Mend the first ones and run it again.",
    )
    return SpecError([*found[:MOST_SHOWN], more])


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that was probably meant, or nothing."""
    close = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the sentence that helps: the nearest right word, else all of them."""
    names = sorted(known)
    close = nearest(word, names)
    if close:
        return f"Did you mean `{close}`?"
    return f"There are: {', '.join(f'`{name}`' for name in names)}." if names else ""


def shortened(text: str, most: int = 60) -> str:
    """Return text that fits a message."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
