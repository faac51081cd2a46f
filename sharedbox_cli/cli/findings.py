"""The checks on what was read, for the commands that report findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharedbox_cli.checks.figures import figures_of
from sharedbox_cli.checks.registry import run_checks
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.reports.document import Case
from sharedbox_cli.reports.views.page import Checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharedbox_cli.checks.model import Check
    from sharedbox_cli.core.model import Desired, Platform
    from sharedbox_cli.core.observed import Observed
    from sharedbox_cli.core.unread import Unread


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks found, and the checks of plug-ins that failed."""

    checked: Checked
    failed: tuple[tuple[Platform, Unread], ...]


def check_observed(desired: Desired, observations: Mapping[Platform, Observed], checks: Sequence[Check]) -> Judged:
    """Return the findings and the numbers of everything that was read."""
    now = utc_now()
    result = run_checks(desired, observations, now, checks)
    cases = tuple(Case(check.id, check.title, check.source) for check in checks)
    return Judged(Checked(result.findings, result.not_checked, cases, figures_of(observations, now)), result.failed)
