"""CSV text as rows of cells, each with its line and column: nothing is guessed about what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place

DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab"}
MAX_ROWS = 200_000
MAX_COLUMNS = 500
_SEPARATOR = re.compile(r"sep=([;,\t])[;,\t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CLOSED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_END_OF_LINE = re.compile(r"\r\n|\n|\r")


class Cell(NamedTuple):
    """A value and where it begins."""

    text: str
    line: int
    column: int


Row = Sequence[Cell]
NO_HEADER, NO_ROWS = "no header", "no rows"


class Broken(Exception):
    """Text that cannot be split into cells from a position on."""

    def __init__(self, line: int, column: int, summary: str, why: str, hint: str) -> None:
        self.line, self.column, self.summary, self.why, self.hint = line, column, summary, why, hint
        super().__init__(summary)


@dataclass(slots=True)
class Table:
    """One file: its header, its rows with values, and what is wrong with them."""

    file: str
    delimiter: str = ","
    encoding: str = "UTF-8"
    header: Row = ()
    rows: list[Row] = field(default_factory=list)
    ignored: list[tuple[Place, str]] = field(default_factory=list)
    """Lines that are no rows, and why."""
    problems: list[Problem] = field(default_factory=list)

    def place(self, cell: Cell) -> Place:
        """Return where a cell begins."""
        return Place(self.file, cell.line, cell.column)


def cells_of(text: str, delimiter: str) -> Iterator[list[Cell]]:
    """Yield each line of values, empty ones too. Quotes hold delimiters, line breaks and doubled quotes.

    Raises Broken.
    """
    quoted, plain = _patterns(delimiter)
    offset, line, start, size = 0, 1, 0, len(text)
    row: list[Cell] = []
    while offset <= size:
        column = offset - start + 1
        match = quoted.match(text, offset) or plain.match(text, offset)
        if match is None:  # cannot happen: the second pattern matches nothing, too
            return
        if match.re is quoted:
            value = match[1]
            row.append(Cell(_END_OF_LINE.sub("\n", value.replace('""', '"')), line, column))
            for inner in _END_OF_LINE.finditer(text, match.start(1), match.end(1)):
                line, start = line + 1, inner.end()
        else:
            if match[0].lstrip(" ").startswith('"'):
                raise _broken_quote(text, offset, line, column)
            row.append(Cell(match[0], line, column))
        offset = match.end()
        if offset < size and text[offset] == delimiter:
            offset += 1
            continue
        yield row
        row = []
        end = _END_OF_LINE.match(text, offset)
        if end is None:
            return
        offset = start = end.end()
        line += 1
        if offset == size:
            return


@lru_cache(maxsize=8)
def _patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    mark = re.escape(delimiter)
    quoted = re.compile(rf' *"([^"]*+(?:""[^"]*+)*+)" *(?=[{mark}\r\n]|\Z)')
    return quoted, re.compile(rf"[^{mark}\r\n]*")


def _broken_quote(text: str, offset: int, line: int, column: int) -> Broken:
    opening = text.index('"', offset)
    closing = _CLOSED.match(text, opening)
    hint = 'Inside quotes, write a quote twice: "".'
    if closing is None:
        why = "The value begins with a quote that is never closed."
        return Broken(line, column, "an open quote", why, hint)
    return Broken(line, column, "text after a quote", "After the closing quote there is more text.", hint)


def table_of(text: str, file: str, encoding: str, known: Callable[[str], bool]) -> Table:
    """Return a file as a table. `known` says whether a text is the name of a column."""
    table = Table(file, encoding=encoding)
    text, skipped = _without_first_lines(text, table)
    stated = _SEPARATOR.match(text)
    if stated is not None:
        table.delimiter = stated[1]
        text, skipped = _drop_line(text, skipped)
    else:
        table.delimiter = max(DELIMITERS, key=lambda mark: _score(text, mark, known))
    try:
        for number, row in enumerate(cells_of(text, table.delimiter)):
            moved = [Cell(cell.text, cell.line + skipped, cell.column) for cell in row] if skipped else row
            if number > MAX_ROWS:
                why = f"A file has at most {MAX_ROWS:,} rows."
                table.problems.append(Problem(table.place(moved[0]), "too many rows", why, "Split the file."))
                break
            _take(table, moved)
    except Broken as error:
        place = Place(file, error.line + skipped, error.column)
        table.problems.append(Problem(place, error.summary, error.why, error.hint))
    if not table.header and not table.problems:
        table.problems.append(Problem(Place(file), "an empty file", "It has no header and no rows."))
    elif not any(known(cell.text) for cell in table.header) and any("@" in cell.text for cell in table.header):
        why = "The first line has addresses instead of column names."
        hint = "Write a line with the names of the columns above it: Mailbox;User"
        table.problems.append(Problem(table.place(table.header[0]), NO_HEADER, why, hint))
    elif not table.rows and not table.problems:
        table.problems.append(Problem(Place(file), NO_ROWS, "The file has a header, but no rows."))
    return table


def _without_first_lines(text: str, table: Table) -> tuple[str, int]:
    """Remove what PowerShell 5 writes above a header: the type of its objects."""
    skipped = 0
    while text.lstrip('"').startswith("#TYPE "):
        table.ignored.append((Place(table.file, skipped + 1, 1), "the type of the objects that PowerShell exported."))
        text, skipped = _drop_line(text, skipped)
    return text, skipped


def _drop_line(text: str, skipped: int) -> tuple[str, int]:
    end = _END_OF_LINE.search(text)
    return (text[end.end() :] if end else "", skipped + 1)


def _score(text: str, delimiter: str, known: Callable[[str], bool]) -> tuple[int, int]:
    """Return how many names of columns a delimiter gives in the first lines, and how many cells."""
    best = (0, 0)
    try:
        for row in islice(cells_of(text, delimiter), 3):
            best = max(best, (sum(known(cell.text) for cell in row), len(row)))
    except Broken:
        return best
    return best


def _take(table: Table, row: list[Cell]) -> None:
    if not any(cell.text.strip() for cell in row):
        return
    if not table.header:
        table.header = row
        if len(row) > MAX_COLUMNS:
            why = f"A table has at most {MAX_COLUMNS} columns; here: {len(row):,}."
            table.problems.append(Problem(table.place(row[0]), "too many columns", why))
        return
    header, extra = len(table.header), [cell for cell in row[len(table.header) :] if cell.text.strip()]
    if _is_title(table) and sum(bool(cell.text.strip()) for cell in row) > 1:
        table.ignored.append((table.place(table.header[0]), "a title above the header."))
        table.header = row
        return
    if extra:
        why = f"The row has more values than the header has columns ({header})."
        hint = f"Put a value that holds a {DELIMITERS[table.delimiter]} in quotes."
        table.problems.append(Problem(table.place(extra[0]), "a value without a column", why, hint))
    elif len(row) < header:
        words = f"{len(row)} of {header} values: the missing ones are read as empty."
        table.ignored.append((table.place(row[0]), words))
    end = row[-1]
    table.rows.append([*row[:header], *(Cell("", end.line, end.column) for _ in range(header - len(row)))])


def _is_title(table: Table) -> bool:
    """Return whether the first line is a title: one value, with more columns or no name of a column."""
    filled = [cell for cell in table.header if cell.text.strip()]
    return not table.rows and len(filled) == 1 and len(table.header) > 1
