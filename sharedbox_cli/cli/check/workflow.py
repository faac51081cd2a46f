"""The course of one check: of the specs' mailboxes, or of the whole tenant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.checks.registry import needs_of, used_only_of
from sharedbox_cli.cli.findings import check_observed
from sharedbox_cli.cli.messages import unread_words
from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import exit_code_of, origin_of
from sharedbox_cli.cli.profile_search import FILE, repository_of
from sharedbox_cli.core.diff import observed_addresses
from sharedbox_cli.core.errors import ExitCode
from sharedbox_cli.core.fields import OBSERVABLE, Field
from sharedbox_cli.core.model import Desired, Fact, Platform
from sharedbox_cli.core.texts import mark
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.document import Base
from sharedbox_cli.reports.views.findings import findings_report
from sharedbox_cli.reports.views.page import PageInput, page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharedbox_cli.checks.model import Check
    from sharedbox_cli.cli.filters import Filter
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.reports.render import FindingOutput


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked."""

    desired: Desired
    platforms: tuple[Platform, ...]
    is_whole: bool
    """Whether every shared mailbox of the platforms is checked, in a spec or not."""


def select_specs(session: Session, paths: Sequence[Path] | None, chosen: Filter) -> Subject:
    """Return the mailboxes of some specs. Raises SpecError, UsageError."""
    desired = chosen.apply(session.desired(paths))
    platforms = sorted({mailbox.platform for mailbox in desired.mailboxes.values()})
    return Subject(desired, tuple(platforms), is_whole=False)


def select_tenant(session: Session, paths: Sequence[Path] | None, platforms: Sequence[str]) -> Subject:
    """Return all shared mailboxes, with what the specs intend if paths are given. Raises SpecError, UsageError."""
    desired = session.desired(paths) if paths else Desired()
    return Subject(desired, session.platforms(platforms), is_whole=True)


def check_mailboxes(session: Session, subject: Subject, output: FindingOutput, *, detailed: bool) -> int:
    """Write the findings; return the exit code. Raises ObserveError, AuthError, CloudError."""
    observed = session.observe({platform: _scope(subject, platform, session.checks) for platform in subject.platforms})
    result = check_observed(subject.desired, observed.observations, session.checks)
    for text in unread_words(result.failed):
        session.terminal.say(text)
    observed = observed.with_unread(result.failed)
    checked = result.checked
    mailboxes = [mailbox for one in observed.observations.values() for mailbox in one.mailboxes.values()]
    content = PageInput(mark("Findings"), mailboxes, checked=checked)
    report = findings_report(
        checked.findings,
        checked.not_checked,
        len(mailboxes),
        checked.cases,
        _base(session, subject),
        lambda: page_of(content),
    )
    show(session.terminal, report.based_on(origin_of(session.profile.name, observed)), output)
    return exit_code_of(observed, ExitCode.FOUND if detailed and checked.findings else ExitCode.OK)


def _base(session: Session, subject: Subject) -> Base:
    """Return where the files are. What no spec names is shown at the profile, or else at the first spec."""
    folder = Path.cwd()
    specs = (mailbox.place.file for mailbox in subject.desired.mailboxes.values() if mailbox.place.file)
    unplaced = str(session.profile.file or min(specs, default=""))
    return Base(str(folder), str(repository_of(folder / FILE) or folder), unplaced)


def _scope(subject: Subject, platform: Platform, checks: Sequence[Check]) -> Scope:
    """Return what the checks need on a platform and nothing else: data that no check uses costs no request."""
    needs = needs_of(platform, checks)
    mine = subject.desired.of_platforms(frozenset({platform}))
    mailboxes = None if subject.is_whole else frozenset(mine.mailboxes)
    expired = [grant for mailbox in mine.mailboxes.values() for grant in mailbox.expired]
    grants = [grant for mailbox in mine.mailboxes.values() for grant in mailbox.grants or ()] + expired
    return Scope(
        frozenset({platform}),
        mailboxes,
        frozenset(need for need in needs if isinstance(need, Field)) | {Field.KIND},
        frozenset(need for need in needs if isinstance(need, Fact)),
        mailboxes if "grants" in needs else frozenset(),
        observed_addresses(mine) | {grant.trustee for grant in expired},
        with_members="members" in needs,
        rights=frozenset(grant.right for grant in grants),
        dispensable=OBSERVABLE,
        only_of=used_only_of(platform, checks, mine),
    )
