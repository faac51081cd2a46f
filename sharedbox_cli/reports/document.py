"""What a view makes and a format writes: headings, tables, lines, and the same as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar, overload

T_co = TypeVar("T_co", covariant=True)


class Deferred(Sequence[T_co]):
    """A sequence whose items are made each time it is read, so that none is kept and none is made in vain."""

    def __init__(self, make: Callable[[], Iterable[T_co]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._make())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return tuple(self)[index]


class Tone(StrEnum):
    """What a cell or line means; formats may colour it, and always also show it in words."""

    PLAIN = "plain"
    GOOD = "good"
    CHANGE = "change"
    BAD = "bad"
    RISK = "risk"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, all of one length."""

    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    tones: tuple[Tone, ...] = ()
    """One a row, or none at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text."""

    text: str
    tone: Tone = Tone.PLAIN
    indent: int = 2


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it."""

    heading: str
    parts: tuple[Line | Table, ...] = ()
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Report:
    """One view of something, without any format."""

    name: str
    data: Mapping[str, Any]
    """The JSON object, complete; `format` is added. Large arrays may be `Deferred`."""
    sections: Sequence[Section] = ()
    summary: Sequence[Line] = ()
    flat: Table | None = None
    """The same as one table, for CSV."""
    title: str = field(default="")
