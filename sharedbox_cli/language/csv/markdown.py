"""The tables of a Markdown file as rows of cells, each with its line and column."""

from __future__ import annotations

import re
from html import unescape

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.language.csv.table import Cell, Table

SUFFIXES = (".md", ".markdown")
_CELL = re.compile(r"((?:[^\\|]|\\.|\\$)*)(\||$)")
_BELOW_HEADER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_END_OF_LINE = re.compile(r"\r\n|\n|\r")
_ZERO_WIDTH_SPACE = "\u200b"


def markdown_tables(text: str, file: str, encoding: str) -> list[Table]:
    """Return the tables of a file. A row with too many cells is a problem of its table; missing cells are empty."""
    tables: list[Table] = []
    lines = _END_OF_LINE.split(text)
    is_inside = False
    for number, line in enumerate(lines, 1):
        if not line.strip().startswith("|"):
            is_inside = False
        elif is_inside:
            _take(tables[-1], cells_of(line, number))
        elif number < len(lines) and _BELOW_HEADER.fullmatch(lines[number].strip()):
            tables.append(Table(file, "|", encoding, cells_of(line, number)))
            is_inside = True
    return tables


def cells_of(line: str, number: int) -> list[Cell]:
    """Return the cells of a line, as a reader sees them."""
    start = line.index("|") + 1
    end = len(line.rstrip())
    cells = []
    while start < end and (match := _CELL.match(line, start, end)):
        text = match[1]
        column = start + len(text) - len(text.lstrip()) + 1
        cells.append(Cell(_shown(text.strip()), number, column))
        start = match.end()
    return cells


def _shown(text: str) -> str:
    return unescape(_ESCAPED.sub(lambda found: "\0" + found[1], text)).replace("\0", "").replace(_ZERO_WIDTH_SPACE, "")


def _take(table: Table, row: list[Cell]) -> None:
    if _BELOW_HEADER.fullmatch("|".join(cell.text for cell in row)) or not any(cell.text for cell in row):
        return
    header = len(table.header)
    if extra := row[header:]:
        why = f"The row has more cells than the header ({header})."
        table.problems.append(
            Problem(table.place(extra[0]), "a value without a column", why, r"Write `\|` inside a cell.")
        )
    end = row[-1]
    table.rows.append([*row[:header], *(Cell("", end.line, end.column) for _ in range(header - len(row)))])
