"""Specs with the new addresses of people: what was replaced where, and who has no new address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sharedbox_cli.language.export.readdress import Readdressed
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.people_move import PeopleMoveJson

_MOST = 50
"""How many people the text lists; JSON has all of them."""


def people_move_report(made: Mapping[Path, Readdressed], files: Sequence[str], *, is_dry: bool) -> Report:
    """Return each address that was replaced, and everybody without a new one."""
    data: PeopleMoveJson = {
        "replaced": [
            {"file": str(path), "line": item.line, "column": item.column, "old": item.old, "new": item.new}
            for path, one in made.items()
            for item in one.found
            if item.new is not None
        ],
        "without_counterpart": [
            {"file": str(path), "line": item.line, "column": item.column, "address": item.old}
            for path, one in made.items()
            for item in one.found
            if item.new is None
        ],
        "files": list(files),
    }
    return Report("people-move", data, tuple(_sections(data)), summary=(_summary(data, is_dry=is_dry),))


def _sections(data: PeopleMoveJson) -> Iterator[Section]:
    pairs = sorted({(item["old"].lower(), item["new"]) for item in data["replaced"]})
    if pairs:
        yield Section("New addresses", (Table(("old", "new"), tuple(pairs[:_MOST])), *_more(len(pairs))))
    missing = data["without_counterpart"]
    if missing:
        lines = [
            Line(f"{item['address']}: {item['file']}:{item['line']}:{item['column']}", Tone.RISK)
            for item in missing[:_MOST]
        ]
        yield Section("Without a counterpart: the specs keep the old address", (*lines, *_more(len(missing))))


def _more(count: int) -> tuple[Line, ...]:
    return (Line(f"and {count - _MOST:,} more"),) if count > _MOST else ()


def _summary(data: PeopleMoveJson, *, is_dry: bool) -> Line:
    people = len({item["old"].lower() for item in data["replaced"]})
    missing = len({item["address"].lower() for item in data["without_counterpart"]})
    files = len(data["files"])
    written = f"{files:,} file{'' if files == 1 else 's'}{' would be written' if is_dry else ''}"
    addresses = f"{people:,} address{'' if people == 1 else 'es'} replaced"
    return Line(f"{addresses}, {missing:,} without a counterpart. {written}.", Tone.RISK if missing else Tone.GOOD)
