"""CSV text as cells: the same as Python's reader, with places, in every encoding that spreadsheets write."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.language.csv.columns import is_known
from sharedbox_cli.language.csv.decode import decoded
from sharedbox_cli.language.csv.table import DELIMITERS, Broken, Table, cells_of, table_of

FILE = Path("list.csv")
LETTERS = st.text(alphabet="ab ;,\t|\"\n'=@ä€<>", max_size=8)
ROWS = st.lists(st.lists(LETTERS, min_size=1, max_size=4), min_size=1, max_size=6)


def table(text: str) -> Table:
    return table_of(text, "list.csv", "UTF-8", is_known)


def problems(text: str) -> list[str]:
    return [f"{item.place}: {item.summary}" for item in table(text).problems]


@pytest.mark.slow
@given(rows=ROWS, delimiter=st.sampled_from(sorted(DELIMITERS)), end=st.sampled_from(["\r\n", "\n", "\r"]))
@settings(max_examples=400)
def test_cells_are_what_the_writer_of_python_wrote(rows: list[list[str]], delimiter: str, end: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    found = list(cells_of(file.getvalue(), delimiter))
    assert [[cell.text for cell in row] for row in found] == rows


@given(text=st.text(alphabet='ab;,"\r\n \x00ä', max_size=60), delimiter=st.sampled_from(sorted(DELIMITERS)))
@settings(max_examples=400)
def test_every_cell_is_where_it_says(text: str, delimiter: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    try:
        cells = [cell for row in cells_of(text, delimiter) for cell in row]
    except Broken as error:
        assert '"' in lines[error.line - 1][error.column - 1 :]
        return
    for cell in cells:
        rest = lines[cell.line - 1][cell.column - 1 :]
        assert rest.lstrip(' "').startswith(cell.text.lstrip(' "').split("\n")[0].split('"')[0])


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encoding_is_found(codec: str) -> None:
    text = "Postfach;Anzeigename\r\nb\u00fcro@contoso.example;B\u00fcro M\u00fcnchen \u20ac\r\n"
    assert decoded(text.encode(codec), FILE)[0] == text


@pytest.mark.parametrize(
    ("raw", "summary"),
    [
        (b"PK\x03\x04...", "not a CSV file"),
        (b"\xd0\xcf\x11\xe0", "not a CSV file"),
        (b"%PDF-1.7", "not a CSV file"),
        (b"<!DOCTYPE html>", "not a CSV file"),
        (b"Name\nB\x81\xfc", "unknown encoding"),
        (b"\xff\xfeN", "unknown encoding"),
        ("B\u00fcro M\u00fcnchen ".encode() + b"\xfc", "two encodings in one file"),
    ],
)
def test_other_files_are_named(raw: bytes, summary: str) -> None:
    with pytest.raises(SpecError) as found:
        decoded(raw, FILE)
    assert found.value.summary == summary


@given(raw=st.binary(max_size=200))
@settings(max_examples=400)
def test_no_file_crashes(raw: bytes) -> None:
    try:
        text, encoding = decoded(raw, FILE)
    except SpecError:
        return
    made = table_of(text, "list.csv", encoding, is_known)
    assert made.rows or made.problems


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("Postfach;Mitglieder", ";"),
        ("Name,Alias,User", ","),
        ("Name\tAlias\tUser", "\t"),
        ("sep=;\r\nNotes, old;Alias", ";"),
        ("Alias", ";"),
        ("Postfach;Wer, wann, warum", ";"),
    ],
)
def test_delimiter_is_found(header: str, delimiter: str) -> None:
    assert table(f"{header}\r\na{delimiter}b\r\n").delimiter == delimiter


def test_lines_above_a_header_are_named() -> None:
    text = "#TYPE Selected.Mailbox\nPostf\u00e4cher 2026;;\n;;\nPostfach;User;Ende\na@x.example;b@x.example;\n"
    made = table(text)
    assert [cell.text for cell in made.header] == ["Postfach", "User", "Ende"]
    assert [str(place) for place, _ in made.ignored] == ["list.csv:1:1", "list.csv:2:1"]
    assert made.rows[0][1] == ("b@x.example", 5, 13)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["list.csv: an empty file"]),
        ("\n;;\n", ["list.csv: an empty file"]),
        ("Alias;User\n", ["list.csv: no rows"]),
        ('Alias;User\na;"b\nc;d\n', ["list.csv:2:3: an open quote"]),
        ('Alias;User\na;"b"c\n', ["list.csv:2:3: text after a quote"]),
        ("Alias;User\na;b;c\n", ["list.csv:2:5: a value without a column"]),
        ("Alias;User\na;b;;\n", []),
        ("Alias;User\na\n", []),
        (";".join(f"c{number}" for number in range(501)) + "\nx\n", ["list.csv:1:1: too many columns"]),
    ],
)
def test_broken_tables_are_named(text: str, found: list[str]) -> None:
    assert problems(text) == found


def test_short_row_is_named() -> None:
    assert [why for _, why in table("Alias;User;Name\na\n").ignored] == [
        "1 of 3 values: the missing ones are read as empty."
    ]
