"""Fits text into the columns of a terminal: wide letters count twice, words stay whole if possible."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from sharedbox_cli.reports.document import Table

NARROWEST = 12
GAP = 2
_PLACE = re.compile(r".+\.ya?ml:[0-9]+:[0-9]+", re.IGNORECASE)
"""`file:line:column`, which terminals and editors make a link of: it is never split, even if its line is too long."""
PADDING = 2
"""What the table writer adds to the width of a heading."""


def width_of(text: str) -> int:
    """Return the width of a text in columns."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return max(wcswidth(text), 0)


def wrap(text: str, width: int) -> list[str]:
    """Return the lines of a text, at least one; only a word wider than a line is split, and no place."""
    lines = [""]
    for word in re.findall(r" *[^ ]+", text):
        joined = lines[-1] + word if lines[-1] else word.lstrip(" ")
        if width_of(joined) <= width:
            lines[-1] = joined
            continue
        word = word.lstrip(" ")
        pieces = [word] if _PLACE.search(word) else _split(word, max(width, 1))
        lines[-1:] = [lines[-1], *pieces] if lines[-1] else pieces
    return lines


def _split(word: str, width: int) -> list[str]:
    pieces, taken = [""], 0
    for letter in word:
        wide = width_of(letter)
        if taken + wide > width and pieces[-1]:
            pieces.append("")
            taken = 0
        pieces[-1] += letter
        taken += wide
    return pieces


def fit(rows: Sequence[Sequence[str]], headers: Sequence[str], width: int) -> tuple[list[list[str]], list[int]]:
    """Return rows of one line each that fit into a width, and the number of lines of each given row."""
    limits = _limits(rows, headers, width)
    lines: list[list[str]] = []
    heights = []
    for row in rows:
        wrapped = [
            [cell] if _PLACE.fullmatch(cell) else wrap(cell, limit) for cell, limit in zip(row, limits, strict=True)
        ]
        row_lines = [list(line) for line in zip_longest(*wrapped, fillvalue="")]
        lines += row_lines
        heights.append(len(row_lines))
    return lines, heights


def _limits(rows: Sequence[Sequence[str]], headers: Sequence[str], width: int) -> list[int]:
    """Return the width of each column: the widest shrinks first, and words are split last."""
    columns = [[header, *(row[number] for row in rows)] for number, header in enumerate(headers)]
    room = width - GAP * (len(columns) - 1)
    limits = [min(max(width_of(cell) for cell in column), max(room, NARROWEST)) for column in columns]
    places = [max((width_of(cell) for cell in column if _PLACE.fullmatch(cell)), default=0) for column in columns]
    words = [max((width_of(word) for cell in column for word in cell.split(" ")), default=0) for column in columns]
    whole = [max(place, NARROWEST) for place in places]
    for floors in ([max(word, floor) for word, floor in zip(words, whole, strict=True)], whole):
        while sum(limits) > room:
            widest = max(range(len(limits)), key=lambda number: (limits[number] > floors[number], limits[number]))
            if limits[widest] <= floors[widest]:
                break
            limits[widest] -= 1
    return limits


def cut(table: Table, width: int) -> list[Table]:
    """Split a table of many narrow columns into several that each start with the first column."""
    widths = [
        min(NARROWEST, max([width_of(header) + PADDING, *(width_of(row[number]) for row in table.rows)]))
        for number, header in enumerate(table.headers)
    ]
    if len(widths) < 3 or sum(widths) + GAP * (len(widths) - 1) <= width:
        return [table]
    first = max((width_of(row[0]) for row in table.rows), default=0)
    share = max(1, (width - min(first, width // 2)) // (GAP + max(widths[1:])))
    return [
        Table(
            (table.headers[0], *table.headers[start : start + share]),
            tuple((row[0], *row[start : start + share]) for row in table.rows),
            table.tones,
        )
        for start in range(1, len(table.headers), share)
    ]
