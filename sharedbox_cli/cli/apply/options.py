"""What the command line says about an apply."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sharedbox_cli.cli.filters import Filter
from sharedbox_cli.cli.run_settings import RunSettings


@dataclass(frozen=True, slots=True)
class ApplyOptions(RunSettings):
    """What the command line says about an apply."""

    paths: tuple[Path, ...] = ()
    chosen: Filter = field(default_factory=Filter)
