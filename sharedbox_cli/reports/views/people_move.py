"""Specs with the new addresses of people: what was replaced where, and who has no new address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sharedbox_cli.core.location import Place
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.people_move import PeopleMoveJson
from sharedbox_cli.reports.views.place import place_data

_MOST = 50
"""How many people the text lists; JSON has all of them."""


@dataclass(frozen=True, slots=True)
class Converted:
    """One mailbox for another platform."""

    mailbox: str
    from_platform: str
    platform: str
    file: str
    not_managed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PeopleMove:
    """What became of the addresses of some specs."""

    replaced: Sequence[tuple[Place, str, str]]
    """Where, the old address and the new one."""
    without: Sequence[tuple[Place, str]]
    """Where, and the address that has no counterpart."""
    files: Sequence[str]
    mailboxes: Sequence[Converted] = ()


def people_move_report(move: PeopleMove, *, is_dry: bool) -> Report:
    """Return each address that was replaced, everybody without a new one, and mailboxes for another platform."""
    data: PeopleMoveJson = {
        "replaced": [{**place_data(place), "old": old, "new": new} for place, old, new in move.replaced],
        "mailboxes": [
            {
                "mailbox": one.mailbox,
                "from_platform": one.from_platform,
                "platform": one.platform,
                "file": one.file,
                "not_managed": list(one.not_managed),
            }
            for one in move.mailboxes
        ],
        "without_counterpart": [{**place_data(place), "address": address} for place, address in move.without],
        "files": list(move.files),
    }
    return Report("people-move", data, tuple(_sections(data)), summary=(_summary(data, is_dry=is_dry),))


def _sections(data: PeopleMoveJson) -> Iterator[Section]:
    pairs = sorted({(item["old"].lower(), item["new"]) for item in data["replaced"]})
    if pairs:
        yield Section("New addresses", (Table(("old", "new"), tuple(pairs[:_MOST])), *_more(len(pairs))))
    moved = data["mailboxes"]
    if moved:
        rows = tuple((one["mailbox"], one["from_platform"], one["platform"], one["file"]) for one in moved[:_MOST])
        yield Section("Mailboxes", (Table(("mailbox", "from", "to", "file"), rows), *_more(len(moved))))
    lost = [Line(f"{one['mailbox']}: {text}", Tone.QUIET) for one in moved for text in one["not_managed"]]
    if lost:
        yield Section("Not managed", (*lost[:_MOST], *_more(len(lost))))
    missing = data["without_counterpart"]
    if missing:
        lines = [
            Line(f"{item['address']}: {item['file']}:{item['line']}:{item['column']}", Tone.RISK)
            for item in missing[:_MOST]
        ]
        kept = "left out" if moved else "the specs keep the old address"
        yield Section(f"Without a counterpart: {kept}", (*lines, *_more(len(missing))))


def _more(count: int) -> tuple[Line, ...]:
    return (Line(f"and {count - _MOST:,} more"),) if count > _MOST else ()


def _summary(data: PeopleMoveJson, *, is_dry: bool) -> Line:
    people = len({item["old"].lower() for item in data["replaced"]})
    missing = len({item["address"].lower() for item in data["without_counterpart"]})
    files = len(data["files"])
    written = f"{files:,} file{'' if files == 1 else 's'}{' would be written' if is_dry else ''}"
    addresses = f"{people:,} address{'' if people == 1 else 'es'} replaced"
    return Line(f"{addresses}, {missing:,} without a counterpart. {written}.", Tone.RISK if missing else Tone.GOOD)
