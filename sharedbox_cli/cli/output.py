"""Reports on the two streams, in the format that was asked for."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.plan import to_json as plan_json
from sharedbox_cli.reports.document import Deferred, Line, Tone
from sharedbox_cli.reports.views.plan import losing_words, plan_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.errors import Refusal
    from sharedbox_cli.core.plan import Plan
    from sharedbox_cli.reports.document import Report


def show(session: Session, report: Report, output: str) -> None:
    """Write a report to stdout: `text`, `json`, `csv` or `markdown`; data is written as a stream."""
    from sharedbox_cli.reports.formats.data import csv_parts, json_parts

    report = _with_left_out(session, report)
    match output:
        case "json":
            session.terminal.stream(json_parts(report))
        case "csv":
            session.terminal.stream(csv_parts(report))
        case _:
            session.terminal.data(rendered(session, report, output))


READERS = frozenset({"plan", "run", "findings", "audit", "observed"})
"""Reports on what was read from clouds: each says which were left out."""


def _with_left_out(session: Session, report: Report) -> Report:
    """Return a report that says itself which clouds could not be read: the exit code and stderr may get lost."""
    from sharedbox_cli.cli.messages import error_data

    if report.name not in READERS:
        return report
    left = [{"platform": str(name), **error_data(error)} for name, error in session.failures.items()]
    lines = tuple(
        Line(f"Left out: {name} ({error.summary}). Nothing above is about it.", Tone.RISK)
        for name, error in session.failures.items()
    )
    summary = Deferred(lambda: (*report.summary, *lines))
    return replace(report, data={**report.data, "left_out": left}, summary=summary)


def rendered(session: Session, report: Report, output: str) -> str:
    """Return a report as text or Markdown."""
    if output == "markdown":
        from sharedbox_cli.reports.formats.markdown import render as markdown

        return markdown(report)
    from sharedbox_cli.reports.formats.text import render

    terminal = session.terminal
    return render(report, width=terminal.width, colour=terminal.has_colour(terminal.out))


def show_plan(session: Session, plan: Plan, refusals: Sequence[Refusal], output: str) -> None:
    """Write a plan to stdout."""
    session.stop_progress()
    show(session, plan_report(plan, refusals), output)


def show_plan_before_apply(session: Session, plan: Plan, refusals: Sequence[Refusal], *, wants_json: bool) -> None:
    """Write a plan to stdout, or to stderr where stdout is for the run's JSON."""
    session.stop_progress()
    text = rendered(session, _with_left_out(session, plan_report(plan, refusals)), "text")
    if wants_json:
        session.terminal.say(text)
    else:
        session.terminal.data(text)


def show_nothing_done(session: Session, *, wants_json: bool) -> None:
    """Say that there was nothing to do; the plan has said it already in text."""
    if wants_json:
        from sharedbox_cli.cli.clouds import weighed
        from sharedbox_cli.reports.views.run import run_report

        show(session, run_report("", (), weighed(session, 0)), "json")


def question(plan: Plan, tenants: str) -> str:
    """Return the one question of an apply."""
    count, boxes = len(plan.changes), len(plan.mailboxes)
    changes = f"{count} change{'' if count == 1 else 's'}"
    mailboxes = f"{boxes} mailbox{'' if boxes == 1 else 'es'}"
    return f'Apply these {changes} to {mailboxes} of {tenants}? {losing_words(plan)}\nOnly "yes" goes ahead: '


def save_plan(session: Session, plan: Plan, path: Path) -> None:
    """Write a plan to a file, whole or not at all, for its owner alone."""
    write_whole(path, plan_json(plan))
    without = f", without {' and '.join(session.failures)}" if session.failures else ""
    session.terminal.say(f"Plan saved{without}. To apply it:\n    sharedbox apply {path}")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that no reader ever sees half of it. Raises UsageError."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)  # noqa: PTH105
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)  # noqa: PTH108
            raise
    except OSError as error:
        raise UsageError("cannot write there", where=str(path), why=error.strerror or "") from error
