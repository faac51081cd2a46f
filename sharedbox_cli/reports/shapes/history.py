"""What the journal records."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.plan import RecordedChangeJson
from sharedbox_cli.reports.shapes.words import Counts, Instant, OptionalInstant


class RunRecordJson(TypedDict):
    """A run in the journal."""

    id: str
    state: Annotated[str, "`running`, `complete`, `partly` or `stopped`."]
    started_at: Instant
    ended_at: OptionalInstant
    profile: str
    tenants: Annotated[dict[str, str], "Tenant ID by platform."]
    plan_id: str
    documents: Annotated[int, "How many specs there were."]
    tool_version: Annotated[str, "The version of sharedbox that ran."]
    who: Annotated[str, "The account on the host."]
    host: str
    waivers: Annotated[list[str], "The values of `--allow`."]
    counts: Annotated[Counts, "Changes by outcome."]


class HistoryJson(TypedDict):
    """The runs of a profile."""

    runs: Annotated[list[RunRecordJson], "Newest first."]
    total: Annotated[int, "How many runs the journal has. `--limit` shows the newest of them."]


class StepJson(TypedDict):
    """A change of a run in the journal."""

    number: Annotated[int, "The position in the plan, from 0."]
    key: str
    change: RecordedChangeJson
    status: Annotated[str, "The outcome; `open` if none was recorded."]
    reason: str
    request_id: str
    intent_at: Instant
    outcome_at: OptionalInstant


class StepsJson(TypedDict):
    """The changes of one run."""

    run: RunRecordJson
    steps: list[StepJson]
