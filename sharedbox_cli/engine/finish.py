"""The last entry of a run. The journal records what verification found, not what the service answered."""

from __future__ import annotations

from dataclasses import replace

from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.summary import RunSummary


def close_run(journal: Journal, ran: RunSummary, verified: RunSummary) -> RunSummary:
    """Return the verified summary, recorded in the journal. `unwritten` lists what could not be recorded."""
    unwritten = list(verified.unwritten)
    state = "complete" if verified.is_complete else "stopped" if verified.is_interrupted else "partly"
    for number, ((_, before), (change, after)) in enumerate(zip(ran.results, verified.results, strict=True)):
        if before == after:
            continue
        try:
            journal.conclude(ran.run, number, after)
        except JournalError:
            unwritten.append(f"{change.key}: {after.status}: {after.reason}")
    try:
        journal.end_run(ran.run, state)
    except JournalError as error:
        unwritten.append(f"the end of the run: {error.why}")
    return replace(verified, unwritten=tuple(unwritten))
