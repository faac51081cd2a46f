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
    chosen: Filter = field(default_factory=Filter)
    is_confirmed: bool = False
    allow: tuple[str, ...] = ()
    deadline_seconds: float | None = None
    lock_timeout_seconds: float = 0.0
    output: PlainOutput = PlainOutput.TEXT

    @property
    def plan_file(self) -> Path | None:
        """Return the saved plan that is named instead of specs."""
        path = self.paths[0] if len(self.paths) == 1 else None
        return path if path is not None and path.suffix.lower() == ".json" and path.is_file() else None
