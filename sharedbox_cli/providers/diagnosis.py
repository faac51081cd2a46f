"""What `doctor` reports about one tenant: one result per step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "missing", "failed", "not checked"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of one step."""

    step: str
    status: Status
    detail: str
    hint: str = ""
    """How to fix it."""
