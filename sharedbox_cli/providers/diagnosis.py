"""What a provider's doctor says: one step a thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "missing", "failed", "not checked"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at."""

    step: str
    status: Status
    detail: str
    hint: str = ""
