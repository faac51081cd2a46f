"""Specs that were written for mailboxes that exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.imported import ImportedJson, ImportJson
from sharedbox_cli.reports.views.file_changes import diff_section


class SpecState(StrEnum):
    """How the spec of a mailbox compares with the tenant."""

    NEW = "new"
    """It had none, and has one now."""
    EQUAL = "equal"
    DIFFERS = "differs"
    UPDATED = "updated"
    BY_HAND = "by hand"
    """It differs, and cannot be changed without touching other mailboxes."""
    GONE = "gone"
    """There is a spec, and no mailbox."""
    EXISTS = "exists"
    """There is a spec for its new address."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One mailbox of the tenant or of the specs."""

    mailbox: str
    platform: str
    state: SpecState
    file: str = ""
    differences: Sequence[str] = ()
    not_managed: Sequence[str] = ()


_MOST = 50
"""How many mailboxes the text lists; JSON has all of them."""
_WORDS = {
    SpecState.NEW: ("new spec", "new specs"),
    SpecState.EQUAL: ("equal", "equal"),
    SpecState.DIFFERS: ("differs", "differ"),
    SpecState.UPDATED: ("updated", "updated"),
    SpecState.BY_HAND: ("has to be changed by hand", "have to be changed by hand"),
    SpecState.GONE: ("spec without a mailbox", "specs without a mailbox"),
    SpecState.EXISTS: ("with a spec already", "with a spec already"),
}


def import_report(
    rows: Sequence[Imported],
    files: Sequence[str],
    teams: Sequence[str],
    without: Sequence[str] = (),
    diff: str = "",
    *,
    is_dry: bool = False,
) -> Report:
    """Return what was written (or would be), what differs, and what no spec can express.

    `without` are people without a new address, `diff` has the changes of existing files.
    """
    data: ImportJson = {
        "mailboxes": [_data(row) for row in rows],
        "files": list(files),
        "teams": list(teams),
        "without_counterpart": list(without),
        "diff": diff,
    }
    sections = [*_sections(rows, teams)]
    if diff and is_dry:
        sections.append(diff_section("Changes of existing files", diff))
    if without:
        lines = tuple(Line(text, Tone.RISK) for text in without)
        sections.append(Section("Without a counterpart in the map of people", lines))
    return Report("import", data, tuple(sections), summary=(_summary(rows, len(files), is_dry=is_dry),))


def _data(row: Imported) -> ImportedJson:
    return {
        "mailbox": row.mailbox,
        "platform": row.platform,
        "state": row.state,
        "file": row.file,
        "differences": list(row.differences),
        "not_managed": list(row.not_managed),
    }


def _sections(rows: Sequence[Imported], teams: Sequence[str]) -> Iterator[Section]:
    shown = [row for row in rows if row.state is not SpecState.EQUAL]
    if shown:
        table = Table(
            ("mailbox", "spec", "file"), tuple((row.mailbox, str(row.state), row.file) for row in shown[:_MOST])
        )
        more = (Line(f"and {len(shown) - _MOST:,} more"),) if len(shown) > _MOST else ()
        yield Section("Mailboxes", (table, *more))
    if teams:
        yield Section("New teams", (Line(", ".join(teams)),))
    for state, heading in ((SpecState.DIFFERS, "Differences"), (SpecState.BY_HAND, "To change by hand")):
        lines = tuple(
            Line(f"{row.mailbox}: {text}", Tone.CHANGE)
            for row in rows
            if row.state is state
            for text in row.differences
        )
        if lines:
            yield Section(heading, lines)
    lost = tuple(Line(f"{row.mailbox}: {text}", Tone.QUIET) for row in rows for text in row.not_managed)
    if lost:
        yield Section("Not managed", lost)


def _summary(rows: Sequence[Imported], files: int, *, is_dry: bool) -> Line:
    counts = Counter(row.state for row in rows)
    parts = [f"{counts[state]:,} {words[counts[state] > 1]}" for state, words in _WORDS.items() if counts[state]]
    done = "would be written" if is_dry else "written"
    written = f" {files:,} file{'' if files == 1 else 's'} {done}." if files else ""
    mailboxes = f"{len(rows):,} mailbox{'' if len(rows) == 1 else 'es'}"
    return Line(f"{mailboxes}: {', '.join(parts) or 'none'}.{written}", Tone.GOOD)
