"""What came of a run, and the runs there were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.change_words import words
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.views.plan import change_data

Results = Sequence[tuple[Change, Outcome]]
GO_ON = "run the same command again: it plans what is left"
GO_ON_SAVED = "make another plan: a saved one is good once, and the next has what is left"

_WORDS = {
    Status.DONE: "done",
    Status.ALREADY_SO: "already so",
    Status.FAILED: "failed",
    Status.SKIPPED: "skipped",
    Status.UNKNOWN: "unknown",
}
_TONES = {
    Status.DONE: Tone.GOOD,
    Status.ALREADY_SO: Tone.GOOD,
    Status.FAILED: Tone.RISK,
    Status.SKIPPED: Tone.CHANGE,
    Status.UNKNOWN: Tone.RISK,
}


def run_report(
    run: str,
    results: Results,
    exit_code: int,
    *,
    unwritten: Sequence[str] = (),
    afterwards: Sequence[str] = (),
    is_saved: bool = False,
) -> Report:
    """Return each change with its outcome; what went wrong comes last, where it is read.

    A saved plan is good once: to go on after `is_saved`, another one is needed.
    """
    good = [item for item in results if item[1].is_success]
    bad = [item for item in results if not item[1].is_success]
    sections = []
    if good:
        rows = tuple((_WORDS[outcome.status], str(change.mailbox), words(change)) for change, outcome in good)
        tones = tuple(_TONES[outcome.status] for _, outcome in good)
        sections.append(Section("Applied", (Table(("", "mailbox", "change"), rows, tones),)))
    if bad:
        sections.append(Section("Not applied", tuple(_failures(bad)), Tone.RISK))
    if unwritten:
        lines = tuple(Line(text) for text in unwritten)
        sections.append(Section("The journal could not take this", lines, Tone.RISK))
    data = {
        "run": run,
        "exit_code": exit_code,
        "counts": {str(status): sum(o.status is status for _, o in results) for status in Status},
        "results": [{"change": change_data(change), "outcome": to_plain(outcome)} for change, outcome in results],
        "unwritten": list(unwritten),
    }
    cells = tuple(
        (str(outcome.status), str(change.mailbox), words(change), outcome.reason, outcome.request_id)
        for change, outcome in results
    )
    flat = Table(("outcome", "mailbox", "change", "reason", "request id"), cells)
    return Report("run", data, tuple(sections), tuple(_summary(results, afterwards, is_saved)), flat, "Run")


def _failures(results: Results) -> Iterator[Line]:
    for change, outcome in results:
        tone = _TONES[outcome.status]
        yield Line(f"{_WORDS[outcome.status]}: {change.mailbox}: {words(change)}", tone)
        request = f" (request id {outcome.request_id})" if outcome.request_id else ""
        for line in (outcome.reason + request).split("\n"):
            if line.strip():
                yield Line(line.strip(), indent=6)


def _summary(results: Results, afterwards: Sequence[str], is_saved: bool) -> Iterator[Line]:
    counts = {status: sum(outcome.status is status for _, outcome in results) for status in Status}
    text = ", ".join(f"{count} {_WORDS[status]}" for status, count in counts.items() if count)
    is_fine = all(outcome.is_success for _, outcome in results)
    yield Line(f"Run: {text or 'nothing to do'}.", Tone.GOOD if is_fine else Tone.RISK)
    if counts[Status.UNKNOWN]:
        yield Line("Unknown: sent, and what became of it could not be read. The next plan shows what is there.")
    if not is_fine:
        again = GO_ON_SAVED if is_saved else GO_ON
        yield Line(f"To go on, mend what failed and {again}.")
    elif counts[Status.DONE]:
        yield from (Line(text, Tone.QUIET) for text in afterwards)


def history_report(runs: Sequence[Mapping[str, Any]]) -> Report:
    """Return the runs, newest first."""
    rows = tuple(
        (
            str(run["id"])[:8],
            str(run["started_at"])[:19].replace("T", " "),
            str(run["state"]),
            str(run["who"]),
            ", ".join(f"{count} {status}" for status, count in sorted(run["counts"].items())),
        )
        for run in runs
    )
    table = Table(("run", "started (UTC)", "state", "by", "changes"), rows)
    summary = Line(f"{len(runs)} run{'' if len(runs) == 1 else 's'}.")
    sections = (Section("", (table,)),) if rows else ()
    return Report("history", {"runs": [dict(run) for run in runs]}, sections, (summary,), table, "History")


def steps_report(run: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Report:
    """Return the changes of one run, as the journal has them."""
    rows = tuple(
        (str(step["status"] or "open"), str(step["key"]), str(step["reason"]), str(step["vendor_id"])) for step in steps
    )
    table = Table(("outcome", "change", "reason", "request id"), rows)
    heading = f"Run {run['id']} by {run['who']} on {run['host']}, {run['state']}"
    waivers = (Line(f"waived: {', '.join(run['waivers'])}"),) if run["waivers"] else ()
    data = {"run": dict(run), "steps": [dict(step) for step in steps]}
    return Report("run-history", data, (Section(heading, (*waivers, table)),), (), table, "Run")
