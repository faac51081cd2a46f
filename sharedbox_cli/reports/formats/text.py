"""A report as text for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.formats.columns import cut, fit, wrap
from sharedbox_cli.reports.safe import ci_line, one_line

_CODES = {Tone.PLAIN: "", Tone.GOOD: "32", Tone.CHANGE: "33", Tone.BAD: "31", Tone.RISK: "1;31", Tone.QUIET: "2"}
_PARAGRAPH = 6
"""From this indent on, a line is a paragraph: continuation lines have the same indent."""


def render(report: Report, *, width: int = 100, colour: bool = False) -> str:
    """Return the report. Names are escaped, and a pipeline takes no line for a command."""
    if report.document:
        return report.document
    lines: list[str] = []
    for section in report.sections:
        if lines:
            lines.append("")
        lines += _section(section, width, colour=colour)
    closing = report.closing
    if closing and lines:
        lines.append("")
    for line in closing:
        lines += _line(replace(line, indent=0), width, colour=colour)
    return ci_line("\n".join(lines)) + "\n"


def _section(section: Section, width: int, *, colour: bool) -> Iterator[str]:
    if section.heading:
        yield _styled(one_line(section.heading), section.tone, colour=colour, bold=True)
    for part in section.parts:
        if isinstance(part, Line):
            yield from _line(part, width, colour=colour)
        else:
            for table in cut(part, width - 2):
                yield from _table(table, width - 2, colour=colour)


def _line(line: Line, width: int, *, colour: bool) -> Iterator[str]:
    text = one_line(line.text)
    if line.is_command:
        yield _styled(" " * line.indent + text, line.tone, colour=colour)
        return
    body = text.lstrip(" ")
    start = line.indent + len(text) - len(body)
    hang = start if line.indent >= _PARAGRAPH or line.indent == 0 else start + 2
    for number, part in enumerate(wrap(body, width - hang)):
        yield _styled(" " * (hang if number else start) + part, line.tone, colour=colour)


def _table(table: Table, width: int, *, colour: bool) -> Iterator[str]:
    from tabulate import tabulate

    rows, heights = fit([[one_line(cell) for cell in row] for row in table.rows], table.headers, width)
    has_headers = any(table.headers)
    text = tabulate(rows, headers=[*table.headers] if has_headers else (), tablefmt="plain", disable_numparse=True)
    lines = iter(text.split("\n"))
    if has_headers:
        yield _styled("  " + next(lines).rstrip(), Tone.QUIET, colour=colour)
    tones = table.tones or (Tone.PLAIN,) * len(heights)
    for tone, height in zip(tones, heights, strict=True):
        for _ in range(height):
            yield _styled("  " + next(lines).rstrip(), tone, colour=colour)


def _styled(text: str, tone: Tone, *, colour: bool, bold: bool = False) -> str:
    code = ";".join(part for part in ("1" if bold else "", _CODES[tone]) if part)
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code and text.strip() else text
