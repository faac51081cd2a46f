"""The numbers that the checks compare, for reports: what a report shows is what a check judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Subject
from sharedbox_cli.checks.storage import number, plans_of, quota_of
from sharedbox_cli.core.diff_licence import held_products
from sharedbox_cli.core.figures import Figures, MailboxFigures, Pool
from sharedbox_cli.core.model import MICROSOFT365, Fact, Platform
from sharedbox_cli.core.observed import LicencePool, Observed


def figures_of(observations: Mapping[Platform, Observed], now: datetime) -> Figures:
    """Return the numbers of all mailboxes that were read."""
    distinct = tuple({id(observed): observed for observed in observations.values()}.values())
    mailboxes = {}
    for observed in distinct:
        for mailbox in observed.mailboxes.values():
            subject = Subject(mailbox, None, observed, now)
            mailboxes[mailbox.address.key, str(mailbox.platform)] = _figures(subject)
    return Figures(
        mailboxes,
        tuple(dict.fromkeys(_pools(distinct))),
        tuple(sorted(dict.fromkeys(_seats(distinct)), key=lambda pair: (pair[0], pair[1].name))),
        limits.WARN_PERCENT,
    )


def _figures(subject: Subject) -> MailboxFigures:
    used = number(subject, Fact.USED_BYTES)
    return MailboxFigures(
        used,
        None if used is None else quota_of(subject),
        None if subject.mailbox.grants is None else len(subject.readers()),
        limits.MOST_USERS if subject.mailbox.platform == MICROSOFT365 else None,
        held_products(subject.mailbox) or plans_of(subject),
    )


def _pools(observations: tuple[Observed, ...]) -> Iterator[Pool]:
    for observed in observations:
        for mailbox in observed.mailboxes.values():
            facts = mailbox.facts
            used, total = facts.get(Fact.POOL_USED_BYTES), facts.get(Fact.POOL_TOTAL_BYTES)
            if isinstance(used, int) and isinstance(total, int) and total:
                yield Pool(observed.tenant_name, used, total)
                break


def _seats(observations: tuple[Observed, ...]) -> Iterator[tuple[str, LicencePool]]:
    for observed in observations:
        for pool in observed.licences.values():
            yield observed.tenant_name, pool
