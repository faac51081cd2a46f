"""What the command line says about how to apply."""

from __future__ import annotations

import os
from dataclasses import dataclass

DEADLINE_SECONDS = 4 * 3600.0
DEADLINE_IN_CI_SECONDS = 50 * 60.0


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What the command line says about how to apply."""

    is_confirmed: bool = False
    allow: tuple[str, ...] = ()
    deadline_seconds: float | None = None
    lock_timeout_seconds: float = 0.0
    wants_json: bool = False


def deadline_of(options: ApplyOptions) -> float:
    """Return the seconds after which nothing new is started."""
    if options.deadline_seconds is not None:
        return options.deadline_seconds
    return DEADLINE_IN_CI_SECONDS if os.environ.get("CI") else DEADLINE_SECONDS
