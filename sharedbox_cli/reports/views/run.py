"""The outcome of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.change_words import words
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.plan import OutcomeJson, RunJson
from sharedbox_cli.reports.views.change import change_data

Results = Sequence[tuple[Change, Outcome]]
CONTINUE = "run the same command again: it plans the rest"
CONTINUE_SAVED = "make another plan: a saved plan can be applied once, and the next one has the rest"

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
    again: str = "",
) -> Report:
    """Return each change with its outcome. Failures come last, where people look first.

    `is_saved`: a saved plan can be applied once, so continuing needs another one.
    `again`: the command that continues, where it is not the one that was typed.
    """
    good = [item for item in results if item[1].is_success]
    bad = [item for item in results if not item[1].is_success]
    sections = []
    if good:
        rows = tuple((_WORDS[outcome.status], str(change.mailbox), words(change)) for change, outcome in good)
        tones = tuple(_TONES[outcome.status] for _, outcome in good)
        remarks = tuple(_remarks(good))
        sections.append(Section("Applied", (Table(("", "mailbox", "change"), rows, tones), *remarks)))
    if bad:
        sections.append(Section("Not applied", tuple(_failures(bad)), Tone.RISK))
    if unwritten:
        lines = tuple(Line(text) for text in unwritten)
        sections.append(Section("Not recorded in the journal", lines, Tone.RISK))
    data: RunJson = {
        "run": run,
        "exit_code": exit_code,
        "counts": {str(status): sum(o.status is status for _, o in results) for status in Status},
        "results": [{"change": change_data(change), "outcome": _outcome(outcome)} for change, outcome in results],
        "unwritten": list(unwritten),
    }
    cells = tuple(
        (str(outcome.status), str(change.mailbox), words(change), outcome.reason, outcome.request_id)
        for change, outcome in results
    )
    flat = Table(("outcome", "mailbox", "change", "reason", "request id"), cells)
    summary = tuple(_summary(results, afterwards, is_saved, again))
    return Report("run", data, tuple(sections), summary, flat, "Run", is_sequel=True)


def _outcome(outcome: Outcome) -> OutcomeJson:
    return {
        "status": str(outcome.status),
        "reason": outcome.reason,
        "request_id": outcome.request_id,
        "mailbox_id": outcome.mailbox_id,
    }


def _remarks(results: Results) -> Iterator[Line]:
    """Yield what there is to say of changes that were made, such as a part that the service does not have."""
    for change, outcome in results:
        if outcome.status is Status.DONE and outcome.reason:
            yield Line(f"{change.mailbox}: {words(change)}: {outcome.reason}", Tone.CHANGE)


def _failures(results: Results) -> Iterator[Line]:
    for change, outcome in results:
        tone = _TONES[outcome.status]
        yield Line(f"{_WORDS[outcome.status]}: {change.mailbox}: {words(change)}", tone)
        request = f" (request id {outcome.request_id})" if outcome.request_id else ""
        for line in (outcome.reason + request).split("\n"):
            if line.strip():
                yield Line(line.strip(), indent=6)


def _summary(results: Results, afterwards: Sequence[str], is_saved: bool, again: str) -> Iterator[Line]:
    counts = {status: sum(outcome.status is status for _, outcome in results) for status in Status}
    text = ", ".join(f"{count} {_WORDS[status]}" for status, count in counts.items() if count)
    is_fine = all(outcome.is_success for _, outcome in results)
    yield Line(f"Run: {text or 'nothing to do'}.", Tone.GOOD if is_fine else Tone.RISK)
    if counts[Status.UNKNOWN]:
        yield Line("Unknown: sent, but the result could not be read. The next plan shows the actual state.")
    if not is_fine:
        if again:
            yield Line("To continue, fix what failed. Then this command plans the rest:")
            yield Line(f"    {again}", is_command=True)
        else:
            yield Line(f"To continue, fix what failed and {CONTINUE_SAVED if is_saved else CONTINUE}.")
    elif counts[Status.DONE]:
        yield from (Line(text, Tone.QUIET) for text in afterwards)
