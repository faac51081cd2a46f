"""What the journal says of earlier runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import show
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.reports.views.run import history_report, steps_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.session import Session


def show_history(session: Session, run: str | None, *, wants_json: bool) -> None:
    """Write the runs of a profile, or the changes of one. Raises UsageError, JournalError."""
    output = "json" if wants_json else "text"
    if not session.journal_path.exists():
        if run:
            raise UsageError("no such run", where=run, why="This profile has no journal yet.")
        show(session, history_report(()), output)
        return
    with session.journal(for_writing=False) as journal:
        found = journal.runs(run or "")
        if run is None:
            show(session, history_report([asdict(item) for item in found]), output)
            return
        if len(found) != 1:
            why = f"{len(found)} runs start with this." if found else "No run starts with this."
            raise UsageError("which run?", where=run, why=why, hint="See them with:\n    sharedbox history")
        steps = [asdict(step) for step in journal.steps(found[0].id)]
        show(session, steps_report(asdict(found[0]), steps), output)
