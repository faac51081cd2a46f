"""A report as Markdown, for comments on pull requests."""

from __future__ import annotations

from collections.abc import Iterator

from sharedbox_cli.reports.document import Line, Report, Section, Table
from sharedbox_cli.reports.safe import ci_line, markdown


def render(report: Report) -> str:
    """Return the report with tables. Names cannot break out of a cell."""
    lines = [f"## {markdown(report.title)}", ""] if report.title else []
    for section in report.sections:
        lines += [*_section(section), ""]
    lines += [f"**{markdown(line.text)}**  " for line in report.closing]
    return ci_line("\n".join(lines).rstrip()) + "\n"


def _section(section: Section) -> Iterator[str]:
    if section.heading:
        yield f"### {markdown(section.heading)}"
        yield ""
    for part in section.parts:
        if isinstance(part, Line):
            yield f"- {markdown(part.text)}"
        else:
            yield from ("", *_table(part), "")


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(markdown(cell) or ' ' for cell in table.headers)} |"
    yield f"|{' --- |' * len(table.headers)}"
    for row in table.rows:
        yield f"| {' | '.join(markdown(cell) for cell in row)} |"
