"""The record of decisions next to the specs: who decided what, and when. Lines are only added."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.edits import Edits, text_of
from sharedbox_cli.cli.output import refuse_links_out, write_new
from sharedbox_cli.language.csv.review import record_lines
from sharedbox_cli.reports.safe import csv_cell

if TYPE_CHECKING:
    from sharedbox_cli.reports.views.review import Outcome

RECORD = "reviews.csv"
HEADERS = (
    *("decided_at", "reviewer", "mailbox", "platform", "person", "right", "through", "decision", "note", "result"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """The file with some lines more."""

    path: Path
    old: str | None
    new: str
    added: int

    def write(self, folder: Path) -> None:
        """Write the file. Raises UsageError."""
        if not self.added:
            return
        refuse_links_out(folder, [self.path])
        if self.old is None:
            write_new(self.path, self.new)
        else:
            Edits({self.path: self.old}, {self.path: self.new}).write(folder)


def recorded(path: Path, outcomes: Sequence[Outcome], now: datetime) -> Record:
    """Return the record with decisions that it does not have yet as the last ones on their grants."""
    old = text_of(path) if path.exists() else None
    last: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in record_lines(old or ""):
        last[_key(line[2:7])] = (line[1], *line[7:9])
    lines = io.StringIO()
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\n")
    if old is None:
        writer.writerow(HEADERS)
    added = 0
    for one in sorted(outcomes, key=lambda one: one.decision.grant):
        decision = one.decision
        said = (decision.reviewer, decision.words, decision.note)
        cells = [csv_cell(cell) for cell in (decision.reviewer, *decision.grant, *said[1:], str(one.result))]
        if last.get(_key(decision.grant)) == tuple(cell.strip().lstrip("'").strip() for cell in map(csv_cell, said)):
            continue
        writer.writerow([f"{now:%Y-%m-%dT%H:%M:%SZ}", *cells])
        added += 1
    text = old or ""
    separator = "\n" if text and not text.endswith("\n") else ""
    return Record(path, old, f"{text}{separator}{lines.getvalue()}", added)


def _key(parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip().lstrip("'").strip().lower() for part in map(csv_cell, parts))
