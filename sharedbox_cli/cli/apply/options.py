"""What the command line says about an apply."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sharedbox_cli.cli.filters import Filter
from sharedbox_cli.reports.render import PlainOutput


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What the command line says about an apply."""

    paths: tuple[Path, ...] = ()
    plan_file: Path | None = None
    """The saved plan that is named instead of specs."""
    chosen: Filter = field(default_factory=Filter)
    is_confirmed: bool = False
    allow: tuple[str, ...] = ()
    deadline_seconds: float | None = None
    lock_timeout_seconds: float = 0.0
    output: PlainOutput = PlainOutput.TEXT
