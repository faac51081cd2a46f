"""The report of a run, and the exit code that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import exit_code_of, origin_of
from sharedbox_cli.core.errors import ExitCode, OutputError
from sharedbox_cli.reports.render import PlainOutput
from sharedbox_cli.reports.views.run import run_report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharedbox_cli.cli.pipeline import Basis
    from sharedbox_cli.cli.run_settings import RunSettings
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.core.model import Platform
    from sharedbox_cli.engine.summary import RunSummary
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.document import Report


def report_run(
    basis: Basis,
    summary: RunSummary | None,
    observed: Reading,
    settings: RunSettings,
    capabilities: Mapping[Platform, Capabilities],
    *,
    is_saved: bool = False,
) -> int:
    """Write the report of a run, or of an empty plan, and return the exit code."""
    code = exit_code_of(observed, summary.exit_code if summary else ExitCode.OK)
    report = _report(summary, code, capabilities, settings.again, is_saved=is_saved)
    if summary or settings.output is PlainOutput.JSON:  # in text, the empty plan already says so
        try:
            show(basis.terminal, report.based_on(origin_of(basis.profile, observed)), settings.output)
        except OutputError as error:
            if summary:
                error.hint = f"The run has ended, and the journal has it:\n    sharedbox history {summary.run[:8]}"
            raise
    return code


def _report(
    summary: RunSummary | None, code: int, capabilities: Mapping[Platform, Capabilities], again: str, *, is_saved: bool
) -> Report:
    if summary is None:
        return run_report("", (), code)
    changed = sorted({change.platform for change, outcome in summary.results if outcome.is_success})
    return run_report(
        summary.run,
        summary.results,
        code,
        unwritten=summary.unwritten,
        afterwards=tuple(dict.fromkeys(filter(None, (capabilities[name].afterwards for name in changed)))),
        is_saved=is_saved,
        again=again,
    )
