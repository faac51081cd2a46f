"""Checks on storage that all accounts of an organisation share."""

from __future__ import annotations

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, Subject
from sharedbox_cli.checks.storage import number
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Fact
from sharedbox_cli.core.sizes import gb
from sharedbox_cli.core.texts import mark, tr

_DELEGATED = frozenset({GOOGLE_DELEGATED})
_POOL = frozenset({Fact.POOL_USED_BYTES, Fact.POOL_TOTAL_BYTES})


def _pool(subject: Subject) -> tuple[int, int]:
    """Return the bytes that all accounts use together, and the size of the pool."""
    return number(subject, Fact.POOL_USED_BYTES) or 0, number(subject, Fact.POOL_TOTAL_BYTES) or 0


def _full(subject: Subject) -> Detections:
    used, total = _pool(subject)
    if total and used >= total:
        why = tr(
            "All accounts together use {used} of {total}. Mailboxes will soon stop sending and receiving.",
            used=gb(used),
            total=gb(total),
        )
        yield subject.observed.tenant_name, tr("the pooled storage is full"), why


def _nearly_full(subject: Subject) -> Detections:
    used, total = _pool(subject)
    if limits.WARN_PERCENT * total < 100 * used < 100 * total:
        why = tr(
            "All accounts together use {used} of {total}, which is more than {warn_percent} %.",
            used=gb(used),
            total=gb(total),
            warn_percent=limits.WARN_PERCENT,
        )
        yield subject.observed.tenant_name, tr("the pooled storage is nearly full"), why


def _large_share(subject: Subject) -> Detections:
    used, (_, total) = number(subject, Fact.USED_BYTES) or 0, _pool(subject)
    if total and 100 * used > limits.SHARE_PERCENT * total:
        share = 100 * used // total
        why = tr(
            "It uses {used} of the {total} that all accounts share ({share} %).",
            used=gb(used),
            total=gb(total),
            share=share,
        )
        yield "", tr("a large share of the pooled storage"), why


CHECKS = (
    Check(
        id="pool-full",
        severity=Severity.ERROR,
        title=mark("pooled storage that is full"),
        hint=mark("Buy storage, or free some. admin.google.com > Storage lists the accounts that use the most."),
        source=limits.POOL,
        detect=_full,
        needs=_POOL,
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Check(
        id="pool-nearly-full",
        severity=Severity.WARNING,
        title=mark("pooled storage that is more than {warn_percent} % full", warn_percent=limits.WARN_PERCENT),
        hint=mark(
            "Plan for more storage, or free some. admin.google.com > Storage lists the accounts that use the most."
        ),
        source=limits.POOL,
        detect=_nearly_full,
        needs=_POOL,
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Check(
        id="pool-share",
        severity=Severity.NOTE,
        title=mark(
            "a mailbox that uses more than {share_percent} % of the pooled storage", share_percent=limits.SHARE_PERCENT
        ),
        hint=mark("Move old mail away, or set a storage limit for the account."),
        source=limits.USAGE,
        detect=_large_share,
        needs=_POOL | {Fact.USED_BYTES},
        path="storage",
        platforms=_DELEGATED,
    ),
)
