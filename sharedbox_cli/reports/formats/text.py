"""A report as text for a terminal or a pipe."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.safe import ci_line, one_line

_CODES = {
    Tone.PLAIN: "", Tone.GOOD: "32", Tone.CHANGE: "33", Tone.BAD: "31", Tone.RISK: "1;31", Tone.QUIET: "2",
}  # fmt: skip
NARROWEST_COLUMN = 12


def render(report: Report, *, width: int = 100, colour: bool = False) -> str:
    """Return the report; names in it are harmless, and no line is taken for a command of a pipeline."""
    lines: list[str] = []
    for section in report.sections:
        if lines:
            lines.append("")
        lines += _section(section, width, colour=colour)
    if report.summary and lines:
        lines.append("")
    lines += [_styled(one_line(line.text), line.tone, colour=colour) for line in report.summary]
    return ci_line("\n".join(lines)) + "\n"


def _section(section: Section, width: int, *, colour: bool) -> Iterator[str]:
    if section.heading:
        yield _styled(one_line(section.heading), section.tone, colour=colour, bold=True)
    for part in section.parts:
        if isinstance(part, Line):
            yield from _line(part, width, colour=colour)
        else:
            yield from _table(part, width, colour=colour)


def _line(line: Line, width: int, *, colour: bool) -> Iterator[str]:
    start = " " * line.indent
    wrapped = textwrap.wrap(
        one_line(line.text), width, initial_indent=start, subsequent_indent=start + "  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    for text in wrapped or [start]:
        yield _styled(text, line.tone, colour=colour)


def _table(table: Table, width: int, *, colour: bool) -> Iterator[str]:
    from tabulate import tabulate

    rows = [[one_line(cell) for cell in row] for row in table.rows]
    text = tabulate(
        rows,
        headers=[*table.headers] if any(table.headers) else (),
        tablefmt="plain",
        disable_numparse=True,
        maxcolwidths=_widths(table, rows, width),
        break_long_words=True,
    )
    lines = text.split("\n")
    if any(table.headers):
        yield _styled("  " + lines[0].rstrip(), Tone.QUIET, colour=colour)
        lines = lines[1:]
    tones = iter(table.tones)
    for line in lines:
        # A row that wraps keeps the tone of its first line: continued lines start with a space.
        is_new = not line.startswith(" ") or not line.strip()
        tone = next(tones, Tone.PLAIN) if is_new else Tone.PLAIN
        yield _styled("  " + line.rstrip(), tone, colour=colour)


def _widths(table: Table, rows: list[list[str]], width: int) -> list[int | None]:
    """Return the widest each column may be, so that a table fits: the widest gives way first."""
    count = len(table.headers)
    natural = [max([len(table.headers[i]), *(len(row[i]) for row in rows)], default=0) for i in range(count)]
    room = width - 2 - 2 * (count - 1)
    limits = list(natural)
    while sum(limits) > room and max(limits) > NARROWEST_COLUMN:
        widest = limits.index(max(limits))
        limits[widest] -= 1
    return [limit if limit < wish else None for limit, wish in zip(limits, natural, strict=True)]


def _styled(text: str, tone: Tone, *, colour: bool, bold: bool = False) -> str:
    code = ";".join(part for part in ("1" if bold else "", _CODES[tone]) if part)
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code and text.strip() else text
