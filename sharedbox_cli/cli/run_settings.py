"""What the command line says about a run, whichever command starts it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sharedbox_cli.reports.render import PlainOutput


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a plan is confirmed, run and reported."""

    plan_file: Path | None = None
    """The saved plan that is named instead of specs."""
    is_confirmed: bool = False
    allow: tuple[str, ...] = ()
    deadline_seconds: float | None = None
    lock_timeout_seconds: float = 0.0
    output: PlainOutput = PlainOutput.TEXT
    again: str = ""
    """The command that continues after a stop. Empty: the command that was typed."""
