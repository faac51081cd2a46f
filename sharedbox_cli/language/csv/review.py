"""Reads the sheets of an access review. A row that was added, or that names another grant now, is a problem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.identity import address_problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.review import Choice, Decision, Grant
from sharedbox_cli.core.until import end_of_day
from sharedbox_cli.language.csv.decode import decoded, read_csv_bytes
from sharedbox_cli.language.csv.markdown import SUFFIXES, markdown_tables
from sharedbox_cli.language.csv.table import NO_ROWS, Cell, Row, Table, table_of

NEEDED = ("mailbox", "person", "right", "through", "platform", "id", "decision")
_KNOWN = frozenset({*NEEDED, "name", "status", "reason", "until", "in_spec", "note", "reviewer"})
_ID = re.compile(r"r([0-9a-f]{12})-([0-9a-f]{8})")
_WORDS = {"yes": Choice.YES, "ja": Choice.YES, "no": Choice.NO, "nein": Choice.NO}
_UNTIL = re.compile(r"(?:until|bis)?\s*(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4}))")
_HOW = "Write `yes`, `no`, or `until 2027-03-31`; leave it empty to decide later."


@dataclass(slots=True)
class Sheets:
    """The rows of some sheets."""

    decisions: list[Decision] = field(default_factory=list)
    open: list[tuple[Place, Grant]] = field(default_factory=list)
    """Rows without a decision."""


def read_sheets(paths: Iterable[Path], reviewer: str, now: datetime) -> Sheets:
    """Return the decisions of some sheets. `reviewer` decided where a sheet does not say who.

    Raises SpecError with all problems: then no decision counts.
    """
    sheets, problems = Sheets(), list[Problem]()
    seen: dict[str, tuple[str, Place]] = {}
    for path in paths:
        try:
            text, encoding = decoded(read_csv_bytes(path), path)
            for table in _tables(text, path, encoding):
                _read(table, reviewer, now, sheets, seen, problems)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return sheets


def _tables(text: str, path: Path, encoding: str) -> list[Table]:
    if path.suffix.lower() in SUFFIXES:
        return markdown_tables(text, str(path), encoding) or [Table(str(path))]
    return [table_of(text, str(path), encoding, lambda name: name.strip().lower() in _KNOWN)]


def _read(
    table: Table,
    reviewer: str,
    now: datetime,
    sheets: Sheets,
    seen: dict[str, tuple[str, Place]],
    problems: list[Problem],
) -> None:
    problems += [problem for problem in table.problems if problem.summary != NO_ROWS]
    columns = {cell.text.strip().lower(): index for index, cell in enumerate(table.header)}
    if missing := [name for name in NEEDED if name not in columns]:
        where = table.place(table.header[0]) if table.header else Place(table.file)
        why = f"It has no column {', '.join(missing)}."
        problems.append(Problem(where, "not a sheet of a review", why, "Use a file of `sharedbox review start`."))
        return
    for row in table.rows:
        cells = {name: row[index] for name, index in columns.items()}
        try:
            _take(table, cells, row, reviewer, now, sheets, seen)
        except SpecError as error:
            problems += error.problems


def _take(
    table: Table,
    cells: Mapping[str, Cell],
    row: Row,
    reviewer: str,
    now: datetime,
    sheets: Sheets,
    seen: dict[str, tuple[str, Place]],
) -> None:
    grant = Grant(*(_text(cells[name]) for name in Grant._fields))
    match = _ID.fullmatch(_text(cells["id"]).lower())
    if match is None or match[1] != grant.digest:
        why = "It was added or changed by hand. Only `decision`, `note` and `reviewer` can be filled in."
        raise _problem(table, row[0] if match is None else cells["mailbox"], "a row that names no grant", why)
    words = " ".join(_text(cells["decision"]).lower().split())
    place = table.place(cells["decision"])
    before = seen.setdefault(match[1], (words, place))
    if before[1] != place:
        if before[0] != words:
            raise _problem(table, cells["decision"], "two decisions", f"{before[1]} decides otherwise.", "Keep one.")
        return
    if not words:
        sheets.open.append((place, grant))
        return
    choice, until = _choice(table, cells["decision"], words, now)
    who = _reviewer(table, cells, reviewer)
    note = " ".join(_text(cells["note"]).split()) if "note" in cells else ""
    sheets.decisions.append(Decision(grant, match[2], choice, who, note, until, str(place)))


def _choice(table: Table, cell: Cell, words: str, now: datetime) -> tuple[Choice, datetime | None]:
    if words in _WORDS:
        return _WORDS[words], None
    match = _UNTIL.fullmatch(words)
    if match is None:
        raise _problem(table, cell, "not a decision", f"`{words[:60]}` is none.", _HOW)
    year, month, day = (int(part) for part in ((match[1], match[2], match[3]) if match[1] else match.group(6, 5, 4)))
    try:
        until = end_of_day(date(year, month, day))
    except (ValueError, OverflowError) as error:
        raise _problem(table, cell, "not a day", f"`{words[:60]}` is not a day of the calendar.", _HOW) from error
    if until <= now.astimezone(UTC):
        raise _problem(table, cell, "a day in the past", "Access until then has ended already.", "Write `no`.")
    return Choice.UNTIL, until


def _reviewer(table: Table, cells: Mapping[str, Cell], reviewer: str) -> str:
    cell = cells.get("reviewer")
    who = (_text(cell) if cell else "") or reviewer
    where = cell or cells["decision"]
    if not who:
        hint = "Write an address in the column `reviewer`, or use `--by ADDRESS`."
        raise _problem(table, where, "nobody decided", "The row has a decision, and does not say whose.", hint)
    if wrong := address_problem(who):
        raise _problem(table, where, "not an address", f"`{who[:60]}`: {wrong}.")
    return who.lower()


def _text(cell: Cell) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from reading a formula."""
    return cell.text.strip().lstrip("'").strip()


def _problem(table: Table, cell: Cell, summary: str, why: str, hint: str = "") -> SpecError:
    return SpecError([Problem(table.place(cell), summary, why, hint)])


def record_lines(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a record of decisions, without its header."""
    table = table_of(text, "", "", lambda name: name == "decision")
    for row in table.rows:
        yield tuple(_text(cell) for cell in row)
