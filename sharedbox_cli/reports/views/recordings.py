"""What `doctor --record` has kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.topics import RecordingsJson


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer and its file."""

    cloud: str
    call: str
    status: int
    """The HTTP status; 0: no answer came."""
    file: str
    why: str = ""
    """Why there is none."""


def recordings_report(recorded: Sequence[Recorded], folder: str) -> Report:
    """Return the calls, and the files with their answers."""
    rows = tuple((item.cloud, item.call, str(item.status or "none"), item.file or item.why) for item in recorded)
    table = Table(("cloud", "call", "status", "file"), rows)
    missing = sum(not item.status for item in recorded)
    kept = len(recorded) - missing
    summary = [Line(f"{kept} answers recorded in {folder}. Look through them before you send them.", Tone.GOOD)]
    if missing:
        summary.append(Line(f"{missing} without an answer.", Tone.RISK))
    data: RecordingsJson = {
        "folder": folder,
        "recordings": [
            {"cloud": item.cloud, "call": item.call, "status": item.status, "file": item.file, "why": item.why}
            for item in recorded
        ],
    }
    return Report("recordings", data, (Section("", (table,)),), tuple(summary), table, "Recordings")
