"""What the journal records: the runs and their changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One apply, as recorded. Times are ISO instants in UTC, and empty where there is none yet."""

    id: str
    profile: str
    tenants: Mapping[str, str]
    """Tenant id by platform."""
    plan_id: str
    documents: int
    """How many documents the specs had before any filter."""
    tool_version: str
    who: str
    host: str
    waivers: tuple[str, ...]
    started_at: str
    ended_at: str
    state: str
    """`running`, `complete`, `partly` or `stopped`."""
    counts: Mapping[str, int]
    """Changes by outcome."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One change of a run, as recorded."""

    seq: int
    key: str
    change: Mapping[str, Any]
    """The plain form of a `Change`."""
    status: str
    """Empty: an intent without an outcome."""
    reason: str
    request_id: str
    intent_at: str
    outcome_at: str
