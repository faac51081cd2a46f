"""Checks on the specs' mailboxes, or on the whole tenant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.present import show
from sharedbox_cli.core.diff import observed_addresses
from sharedbox_cli.core.model import MICROSOFT365, Desired, Fact, Field
from sharedbox_cli.providers.base import Scope

if TYPE_CHECKING:
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.identity import Address


def check_specs(session: Session, desired: Desired, output: str) -> int:
    """Return how many findings there are on the mailboxes of some specs."""
    return _check(session, desired, frozenset(desired.mailboxes), output)


def check_tenant(session: Session, paths: Sequence[Path] | None, output: str) -> int:
    """Return how many findings there are on all shared mailboxes; specs help where they are named."""
    desired = session.desired(paths) if paths else Desired()
    return _check(session, desired, None, output)


def _check(session: Session, desired: Desired, mailboxes: frozenset[Address] | None, output: str) -> int:
    from sharedbox_cli import __version__
    from sharedbox_cli.checks.registry import RULES, check
    from sharedbox_cli.reports.formats.findings import to_junit, to_sarif
    from sharedbox_cli.reports.views.findings import findings_report

    provider = session.provider(MICROSOFT365)
    scope = Scope(
        provider.platforms, mailboxes, frozenset(Field) - {Field.AUTOMAPPING}, frozenset(Fact), mailboxes,
        observed_addresses(desired), with_members=True,
    )  # fmt: skip
    world = provider.observe(scope, session.listener)
    session.stop_progress()
    result = check(desired, {MICROSOFT365: world}, session.now())
    rules = [(rule.id, rule.looks_for, rule.source) for rule in RULES]
    if output == "sarif":
        session.terminal.data(to_sarif(result.findings, rules, __version__))
    elif output == "junit":
        session.terminal.data(to_junit(result.findings, rules))
    else:
        show(session, findings_report(result.findings, result.not_checked, len(world.mailboxes)), output)
    return len(result.findings)
