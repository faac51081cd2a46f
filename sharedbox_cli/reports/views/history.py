"""The runs that the journal records, and the changes of one run."""

from __future__ import annotations

from collections.abc import Sequence

from sharedbox_cli.core.record import RunRecord, StepRecord
from sharedbox_cli.reports.document import Line, Report, Section, Table
from sharedbox_cli.reports.shapes.history import HistoryJson, RunRecordJson, StepJson, StepsJson
from sharedbox_cli.reports.views.change import recorded_change


def history_report(runs: Sequence[RunRecord], total: int = 0) -> Report:
    """Return the runs, newest first. `total` is how many there are, if not all of them are shown."""
    total = max(total, len(runs))
    rows = tuple(
        (
            run.id[:8],
            run.started_at[:19].replace("T", " "),
            run.state,
            run.who,
            ", ".join(f"{count} {status}" for status, count in sorted(run.counts.items())),
        )
        for run in runs
    )
    table = Table(("run", "started (UTC)", "state", "by", "changes"), rows)
    data: HistoryJson = {"runs": [_run(run) for run in runs], "total": total}
    shown = f"The newest {len(runs)} of {total}" if total > len(runs) else f"{total}"
    summary = Line(f"{shown} run{'' if total == 1 else 's'}.")
    sections = (Section("", (table,)),) if rows else ()
    return Report("history", data, sections, (summary,), table, "History")


def steps_report(run: RunRecord, steps: Sequence[StepRecord]) -> Report:
    """Return the changes of one run."""
    rows = tuple((step.status or "open", step.key, step.reason, step.request_id) for step in steps)
    table = Table(("outcome", "change", "reason", "request id"), rows)
    heading = f"Run {run.id} by {run.who} on {run.host}, {run.state}"
    waivers = (Line(f"waived: {', '.join(run.waivers)}"),) if run.waivers else ()
    data: StepsJson = {"run": _run(run), "steps": [_step(step) for step in steps]}
    return Report("steps", data, (Section(heading, (*waivers, table)),), (), table, "Run")


def _run(run: RunRecord) -> RunRecordJson:
    return {
        "id": run.id,
        "state": run.state,
        "started_at": run.started_at,
        "ended_at": run.ended_at or None,
        "profile": run.profile,
        "tenants": dict(run.tenants),
        "plan_id": run.plan_id,
        "documents": run.documents,
        "tool_version": run.tool_version,
        "who": run.who,
        "host": run.host,
        "waivers": list(run.waivers),
        "counts": dict(run.counts),
    }


def _step(step: StepRecord) -> StepJson:
    return {
        "number": step.seq,
        "key": step.key,
        "change": recorded_change(step.change),
        "status": step.status or "open",
        "reason": step.reason,
        "request_id": step.request_id,
        "intent_at": step.intent_at,
        "outcome_at": step.outcome_at or None,
    }
