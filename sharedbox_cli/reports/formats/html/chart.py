"""Where the parts of a picture are. The template draws them."""

from __future__ import annotations

from typing import NamedTuple

from sharedbox_cli.reports.page import Bar, Cell, Chart, Link, Page
from sharedbox_cli.reports.safe import one_line

WIDTH = 390
ROW_HEIGHT = 38
_TEXT_CHARACTERS = 54
"""Characters that fit into one line of a picture."""


class DrawnBar(NamedTuple):
    """One bar with its texts."""

    y: int
    label: str
    words: str
    width: float
    track: float
    tone: str


class Drawing(NamedTuple):
    """A picture; the browser scales it."""

    width: int
    height: int
    bars: tuple[DrawnBar, ...]
    mark: float | None = None


def drawing_of(chart: Chart, page: Page) -> Drawing:
    """Return the picture of a chart."""
    mark = chart.mark[0] if chart.mark else None
    most = max([bar.value for bar in chart.bars] + [mark or 0, 1])
    bars = tuple(_drawn(place, bar, page, most) for place, bar in enumerate(chart.bars))
    height = ROW_HEIGHT * len(bars) + (16 if mark else 0)
    return Drawing(WIDTH, height, bars, round(WIDTH * mark / most, 1) if mark else None)


def _drawn(place: int, bar: Bar, page: Page, most: float) -> DrawnBar:
    share = min(1.0, bar.value / (bar.limit or most))
    width = max(round(WIDTH * share, 1), 2.0) if bar.value else 0.0
    label = _short(one_line(cell_text(bar.label, page)), _TEXT_CHARACTERS - len(bar.words))
    return DrawnBar(place * ROW_HEIGHT, label, bar.words, width, float(WIDTH), str(bar.tone))


def cell_text(cell: Cell, page: Page) -> str:
    """Return a cell as text."""
    if not isinstance(cell, Link):
        return cell
    if cell.mailbox is not None:
        return page.mailboxes[cell.mailbox].address
    return page.holders[cell.holder].shown if cell.holder is not None else ""


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: max(most, 8) - 1]}\u2026"
