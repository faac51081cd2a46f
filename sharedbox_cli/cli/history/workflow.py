"""What the journal records of earlier runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.reports.document import Origin
from sharedbox_cli.reports.views.history import history_report, steps_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.reports.document import Report


def history_of(session: Session, run: str | None, limit: int | None = None) -> Report:
    """Return the runs of a profile, or the changes of one. Raises UsageError, JournalError."""
    if run is not None and limit is not None:
        why = "It limits the list of runs, and RUN asks for the changes of one."
        raise UsageError("--limit does not go with RUN", where=f"{run} --limit {limit}", why=why)
    origin = Origin(session.profile.name)
    if not session.has_journal:
        if run:
            raise UsageError("no such run", where=run, why="This profile has no journal yet.")
        return history_report(()).based_on(origin)
    with session.journal() as journal:
        runs = journal.runs(run or "", limit)
        if run is None:
            return history_report(runs, journal.count_runs()).based_on(origin)
        if len(runs) != 1:
            why = f"{len(runs)} runs start with this id." if runs else "No run starts with this id."
            raise UsageError("which run?", where=run, why=why, hint="To list the runs:\n    sharedbox history")
        return steps_report(runs[0], journal.steps(runs[0].id)).based_on(origin)
