"""What a view makes and a format writes: headings, tables, lines, and the same as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


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
    rows: tuple[tuple[str, ...], ...]
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
    """The JSON object, complete; `format` is added."""
    sections: tuple[Section, ...] = ()
    summary: tuple[Line, ...] = ()
    flat: Table | None = None
    """The same as one table, for CSV."""
    title: str = field(default="")
