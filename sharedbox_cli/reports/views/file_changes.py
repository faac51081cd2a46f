"""Changes of files, as a diff."""

from __future__ import annotations

from sharedbox_cli.reports.document import Line, Section, Tone


def diff_section(heading: str, diff: str) -> Section:
    """Return a unified diff, one line each."""
    return Section(heading, tuple(map(_line, diff.splitlines())))


def _line(text: str) -> Line:
    tone = Tone.GOOD if text.startswith("+") else Tone.BAD if text.startswith("-") else Tone.QUIET
    return Line(text, tone)
