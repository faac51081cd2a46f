"""What the journal records: the runs and their changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
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


@dataclass(frozen=True, slots=True)
class CompleteRun:
    """The last complete run of a profile on a set of tenants."""

    profile: str
    tenants: frozenset[str]
    documents: int
    started_at: str


def last_managed(runs: Iterable[CompleteRun], profile: str, tenants: Set[str]) -> int | None:
    """Return how many documents the last complete run on any of these tenants managed; None: nobody knows.

    For a profile that never ran there, perhaps because it was renamed, the largest number of the other profiles counts.
    """
    there = [run for run in runs if run.tenants & tenants]
    own = [run for run in there if run.profile == profile]
    if own:
        return max(own, key=lambda run: run.started_at).documents
    return max((run.documents for run in there), default=None)


@dataclass(frozen=True, slots=True)
class AutomappingStep:
    """What one change did to the automapping of a grant of full access."""

    at: str
    grant: tuple[str, str]
    """The IDs of the mailbox and of the trustee."""
    is_on: bool | None
    """None: the grant was revoked."""


@dataclass(frozen=True, slots=True)
class ReaderStep:
    """What a run did to somebody who can read the mail of a mailbox and nothing else."""

    at: str
    reader: tuple[str, str]
    """The address of the mailbox in lower case, and the id of the trustee."""
    can_read: bool
