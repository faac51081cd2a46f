"""Checks on the specs' mailboxes, or on the whole tenant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.clouds import chosen_platforms, read_platforms
from sharedbox_cli.cli.output import show
from sharedbox_cli.core.diff import observed_addresses
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Desired, Fact, Platform
from sharedbox_cli.providers.base import Scope

if TYPE_CHECKING:
    from sharedbox_cli.cli.session import Session


def check_specs(session: Session, desired: Desired, output: str) -> int:
    """Return how many findings there are on the mailboxes of some specs."""
    platforms = sorted({mailbox.platform for mailbox in desired.mailboxes.values()})
    return _check(session, desired, platforms, output, is_whole=False)


def check_tenant(session: Session, paths: Sequence[Path] | None, output: str, platforms: Sequence[str] = ()) -> int:
    """Return how many findings there are on all shared mailboxes; specs help where they are named."""
    desired = session.desired(paths) if paths else Desired()
    return _check(session, desired, chosen_platforms(session, platforms), output, is_whole=True)


def _check(session: Session, desired: Desired, platforms: Sequence[Platform], output: str, *, is_whole: bool) -> int:
    from sharedbox_cli import __version__
    from sharedbox_cli.checks.registry import run_checks
    from sharedbox_cli.reports.formats.findings import to_junit, to_sarif
    from sharedbox_cli.reports.views.findings import findings_report

    observations = read_platforms(
        session,
        {
            platform: partial(_scope, session, platform, desired.of_platforms(frozenset({platform})), is_whole=is_whole)
            for platform in platforms
        },
    )
    session.stop_progress()
    result = run_checks(desired, observations, session.now(), session.checks)
    checks = [(check.id, check.title, check.source) for check in session.checks]
    left_out = [(str(name), f"{error.summary}. {error.why}") for name, error in session.failures.items()]
    if output == "sarif":
        session.terminal.data(to_sarif(result.findings, checks, __version__, left_out))
    elif output == "junit":
        session.terminal.data(to_junit(result.findings, checks, left_out))
    else:
        count = sum(len(observed.mailboxes) for observed in observations.values())
        show(session, findings_report(result.findings, result.not_checked, count), output)
    return len(result.findings)


def _scope(session: Session, platform: Platform, mine: Desired, *, is_whole: bool) -> Scope:
    """Return what the checks need on a platform, and nothing else: data that no check uses costs no request."""
    from sharedbox_cli.checks.registry import needs_of

    needs = needs_of(platform, session.checks)
    mailboxes = None if is_whole else frozenset(mine.mailboxes)
    expired = [grant for mailbox in mine.mailboxes.values() for grant in mailbox.expired]
    wanted = [grant for mailbox in mine.mailboxes.values() for grant in mailbox.grants or ()] + expired
    return Scope(
        frozenset({platform}),
        mailboxes,
        frozenset(need for need in needs if isinstance(need, Field)) | {Field.KIND},
        frozenset(need for need in needs if isinstance(need, Fact)),
        mailboxes if "grants" in needs else frozenset(),
        observed_addresses(mine) | {grant.trustee for grant in expired},
        with_members="members" in needs,
        rights=frozenset(grant.right for grant in wanted),
    )
