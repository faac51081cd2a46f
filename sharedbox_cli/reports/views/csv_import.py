"""How CSV files were read, and the specs for their mailboxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change_words import right_words
from sharedbox_cli.core.convert_notes import Note
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.language.csv.columns import RIGHTS, Column, Use, flag_columns
from sharedbox_cli.language.csv.model import CsvMailbox, CsvReading
from sharedbox_cli.language.csv.table import DELIMITERS, Table
from sharedbox_cli.language.export.folder import lost_lines
from sharedbox_cli.reports.document import Line, Report, Section, Tone
from sharedbox_cli.reports.document import Table as TextTable
from sharedbox_cli.reports.shapes.csv_import import (
    CsvColumnJson,
    CsvFileJson,
    CsvImportJson,
    CsvPlaceJson,
    CsvRemarkJson,
    CsvSpecJson,
)
from sharedbox_cli.reports.views.errors import problem_data

_MOST = 50
"""How many lines of each kind the text lists; JSON has all of them."""
_MEANS = {
    Use.MAILBOX: "the address of the mailbox",
    Use.TYPE: "rows of other mailboxes are skipped",
    Use.DENY: "rows that deny access are skipped",
    Use.INHERITED: "inherited rows are skipped",
    Use.RIGHTS: "the rights of the person of the row",
    Use.KIND: "whether the person of the row is a group",
    Use.AUTOMAPPING: "for the people of the row",
    Use.UNTIL: "for the people of the row",
    Use.REASON: "for the people of the row",
}


@dataclass(frozen=True, slots=True)
class CsvSpec:
    """One mailbox of CSV files and its spec."""

    mailbox: CsvMailbox
    platform: str
    is_new: bool
    file: str
    notes: Sequence[Note] = ()


@dataclass(frozen=True, slots=True)
class CsvImported:
    """CSV files, how they were read, and what became of their mailboxes."""

    tables: Sequence[Table]
    columns: Mapping[str, Sequence[Column]]
    """By file."""
    reading: CsvReading
    specs: Sequence[CsvSpec] = ()
    files: Sequence[str] = ()
    teams: Sequence[str] = ()
    problems: Sequence[Problem] = ()


def csv_import_report(imported: CsvImported, capabilities: Capabilities, *, is_dry: bool) -> Report:
    """Return how each column was read, what is not used and where, and the new specs."""
    data: CsvImportJson = {
        "sources": [_source(table) for table in imported.tables],
        "columns": [
            _column(one, table, imported.columns[table.file], capabilities)
            for table in imported.tables
            for one in imported.columns.get(table.file, ())
        ],
        "ignored": [*_remarks(imported.tables, imported.reading)],
        "problems": [problem_data(item) for item in sorted(set(imported.problems))],
        "mailboxes": [_spec(spec) for spec in imported.specs],
        "files": list(imported.files),
        "teams": list(imported.teams),
        "without_counterpart": sorted({who for spec in imported.specs for who in spec.mailbox.unmapped}),
    }
    return Report("csv-import", data, tuple(_sections(data)), summary=(_summary(data, is_dry=is_dry),))


def _source(table: Table) -> CsvFileJson:
    return {
        "file": table.file,
        "encoding": table.encoding,
        "delimiter": DELIMITERS[table.delimiter],
        "rows": len(table.rows),
    }


def _column(column: Column, table: Table, columns: Sequence[Column], capabilities: Capabilities) -> CsvColumnJson:
    words = (_meaning(column, table, columns, capabilities), column.why)
    return {
        "file": column.place.file,
        "line": column.place.line,
        "column": column.place.column,
        "name": column.name,
        "field": column.field,
        "why": "; ".join(part for part in words if part),
    }


def _meaning(column: Column, table: Table, columns: Sequence[Column], capabilities: Capabilities) -> str:
    if column.label:
        return "a label"
    flags = flag_columns(table, columns)
    if column in flags:
        return "yes or no for the person of the row"
    if column.use in (Use.MEMBERS, Use.GROUPS):
        if flags or any(one.use is Use.RIGHTS for one in columns):
            return "people with the rights of their row"
        sends = any(one.use in (Use.SEND_AS, Use.SEND_ON_BEHALF) for one in columns)
        return f"people with {'full access' if sends else _default_rights(capabilities)}"
    if column.use in (Use.OWNERS, Use.MANAGERS) and capabilities.refusal(f"members[].rights.{RIGHTS[column.use]}"):
        return f"the platform has no such role: people with {_default_rights(capabilities)}"
    return _MEANS.get(column.use, "")


def _default_rights(capabilities: Capabilities) -> str:
    return ", ".join(map(right_words, capabilities.default_rights))


def _remarks(tables: Sequence[Table], reading: CsvReading) -> Iterator[CsvRemarkJson]:
    lines = [(place, "the line", why) for table in tables for place, why in table.ignored]
    lines += [(remark.place, remark.what, remark.why) for remark in reading.remarks]
    for place, what, why in sorted(lines, key=lambda item: item[0]):
        yield {"file": place.file, "line": place.line, "column": place.column, "what": what, "why": why}


def _spec(spec: CsvSpec) -> CsvSpecJson:
    place = spec.mailbox.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "mailbox": spec.mailbox.address.text,
        "platform": spec.platform,
        "state": "new" if spec.is_new else "exists",
        "spec": spec.file,
        "not_managed": lost_lines(spec.notes),
        "without_counterpart": list(spec.mailbox.unmapped),
    }


def _sections(data: CsvImportJson) -> Iterator[Section]:
    for source in data["sources"]:
        rows = tuple(
            (f"{one['line']}:{one['column']}", one["name"], one["field"], "" if unused else one["why"])
            for one in data["columns"]
            if one["file"] == source["file"]
            for unused in [one["field"] == Use.IGNORE]
        )
        words = f"{source['encoding']}, {source['delimiter']}, rows: {source['rows']:,}"
        table = (TextTable(("at", "column", "read as", "note"), rows),) if rows else ()
        yield Section(f"{source['file']} ({words})", table)
    unused = [
        f"{_at(one)}   column {one['name'] or '(no name)'}: {one['why']}"
        for one in data["columns"]
        if one["field"] == Use.IGNORE and one["why"]
    ]
    yield from _lines("Not used", unused + [f"{_at(item)}   {item['what']}: {item['why']}" for item in data["ignored"]])
    new = [(item["mailbox"], item["state"], item["spec"]) for item in data["mailboxes"]]
    if new:
        more = (Line(f"and {len(new) - _MOST:,} more"),) if len(new) > _MOST else ()
        yield Section("Mailboxes", (TextTable(("mailbox", "spec", "file"), tuple(new[:_MOST])), *more))
    if data["teams"]:
        yield Section("New teams", (Line(", ".join(data["teams"])),))
    yield from _lines(
        "Not managed", [f"{item['mailbox']}: {text}" for item in data["mailboxes"] for text in item["not_managed"]]
    )
    yield from _lines("Without a counterpart in the map of people", data["without_counterpart"])


def _lines(heading: str, texts: Sequence[str]) -> Iterator[Section]:
    if texts:
        more = [Line(f"and {len(texts) - _MOST:,} more")] if len(texts) > _MOST else []
        yield Section(heading, (*(Line(text, Tone.QUIET) for text in texts[:_MOST]), *more))


def _at(item: CsvPlaceJson) -> str:
    return f"{item['file']}:{item['line']}:{item['column']}"


def _summary(data: CsvImportJson, *, is_dry: bool) -> Line:
    if data["problems"]:
        count = len(data["problems"])
        return Line(f"{count:,} problem{'' if count == 1 else 's'}. Nothing was written.", Tone.BAD)
    new = sum(item["state"] == "new" for item in data["mailboxes"])
    known = len(data["mailboxes"]) - new
    parts = [f"{new:,} new spec{'' if new == 1 else 's'}"] if new or not known else []
    parts += [f"{known:,} with a spec already"] if known else []
    files = len(data["files"])
    would = " would be written" if is_dry else ""
    written = f" {files:,} file{'' if files == 1 else 's'}{would}." if files else ""
    mailboxes = f"{len(data['mailboxes']):,} mailbox{'' if len(data['mailboxes']) == 1 else 'es'}"
    return Line(f"{mailboxes}: {', '.join(parts)}.{written}", Tone.GOOD)
