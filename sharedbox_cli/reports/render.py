"""The formats, one enum per family of commands, and the function that selects the format."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sharedbox_cli.reports.document import Report

WIDTH = 100


class PlainOutput(StrEnum):
    """Formats of a command whose result is no table."""

    TEXT = "text"
    JSON = "json"


class PlanOutput(StrEnum):
    """Formats of a plan."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class TableOutput(StrEnum):
    """Formats of a table."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    HTML = "html"


class AuditOutput(StrEnum):
    """Formats of an audit: those of a table, and one that is binary and no text of `render`."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    HTML = "html"
    PARQUET = "parquet"


class FindingOutput(StrEnum):
    """Formats of findings."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"


Output = PlainOutput | PlanOutput | TableOutput | FindingOutput


def render(report: Report, output: Output, *, width: int = WIDTH, has_colour: bool = False) -> Iterator[str]:
    """Return a report in a format, part by part. `width` and `has_colour` apply only to text."""
    match output:
        case PlainOutput.TEXT | PlanOutput.TEXT | TableOutput.TEXT | FindingOutput.TEXT:
            from sharedbox_cli.reports.formats.text import render as text

            return iter((text(report, width=width, colour=has_colour),))
        case PlainOutput.JSON | PlanOutput.JSON | TableOutput.JSON | FindingOutput.JSON:
            from sharedbox_cli.reports.formats.data import json_parts

            return json_parts(report)
        case PlanOutput.MARKDOWN | TableOutput.MARKDOWN | FindingOutput.MARKDOWN:
            from sharedbox_cli.reports.formats.markdown import render as markdown

            return iter((markdown(report),))
        case TableOutput.CSV:
            from sharedbox_cli.reports.formats.data import csv_parts

            return csv_parts(report)
        case FindingOutput.SARIF:
            from sharedbox_cli.reports.formats.sarif import render as sarif

            return iter((sarif(report),))
        case FindingOutput.JUNIT:
            from sharedbox_cli.reports.formats.junit import render as junit

            return iter((junit(report),))
        case TableOutput.HTML | FindingOutput.HTML:
            from sharedbox_cli.reports.formats.html.render import html_parts

            return html_parts(report)
        case _:
            assert_never(output)
