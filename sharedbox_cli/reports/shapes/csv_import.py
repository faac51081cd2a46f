"""Specs that were written for the mailboxes of CSV files."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.header import ProblemJson
from sharedbox_cli.reports.shapes.words import Column, Line, Mailbox, Platform

CsvFile = Annotated[str, "The CSV file."]


class CsvPlaceJson(TypedDict):
    """A place in a CSV file."""

    file: CsvFile
    line: Line
    column: Column


class CsvFileJson(TypedDict):
    """One CSV file."""

    file: CsvFile
    encoding: Annotated[str, "The encoding in words, such as `Windows-1252`."]
    delimiter: Annotated[str, "`semicolon`, `comma` or `tab`."]
    rows: Annotated[int, "The rows with values, without the header."]


class CsvColumnJson(CsvPlaceJson):
    """How one column was read."""

    name: Annotated[str, "The name in the header."]
    field: Annotated[str, "The field that it is read as; `ignore` if it is not used."]
    why: Annotated[str, "What that means, or why it is not used."]


class CsvRemarkJson(CsvPlaceJson):
    """A value, a row or a person that was not used."""

    what: Annotated[str, "What was not used."]
    why: Annotated[str, "Why it was not used."]


class CsvSpecJson(CsvPlaceJson):
    """One mailbox of the CSV files, and the place that names it first."""

    mailbox: Mailbox
    platform: Platform
    state: Annotated[str, "`new`, or `exists` for a mailbox that has a spec already."]
    spec: Annotated[str, "The file with its spec."]
    not_managed: Annotated[list[str], "What its spec cannot express, and why."]
    without_counterpart: Annotated[list[str], "People that `--people` has no new address for."]


class CsvImportJson(TypedDict):
    """How CSV files were read, and their mailboxes. With problems, nothing is written."""

    sources: list[CsvFileJson]
    columns: list[CsvColumnJson]
    ignored: list[CsvRemarkJson]
    problems: list[ProblemJson]
    mailboxes: list[CsvSpecJson]
    files: Annotated[list[str], "The files that are written; with `--check`, those that would be."]
    teams: Annotated[list[str], "The names of the new teams."]
    without_counterpart: Annotated[list[str], "All people that `--people` has no new address for."]
