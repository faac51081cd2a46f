"""Checks on storage that all accounts of an organisation share."""

from __future__ import annotations

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, Subject
from sharedbox_cli.checks.storage import number
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Fact
from sharedbox_cli.core.sizes import gb

_DELEGATED = frozenset({GOOGLE_DELEGATED})
_POOL = frozenset({Fact.POOL_USED_BYTES, Fact.POOL_TOTAL_BYTES})


def _pool(subject: Subject) -> tuple[int, int]:
    """Return the bytes that all accounts use together, and the size of the pool."""
    return number(subject, Fact.POOL_USED_BYTES) or 0, number(subject, Fact.POOL_TOTAL_BYTES) or 0


def _full(subject: Subject) -> Detections:
    used, total = _pool(subject)
    if total and used >= total:
        why = f"All accounts together use {gb(used)} of {gb(total)}. Mailboxes will soon stop sending and receiving."
        yield subject.observed.tenant_name, "the pooled storage is full", why


def _nearly_full(subject: Subject) -> Detections:
    used, total = _pool(subject)
    if limits.WARN_PERCENT * total < 100 * used < 100 * total:
        why = f"All accounts together use {gb(used)} of {gb(total)}, which is more than {limits.WARN_PERCENT} %."
        yield subject.observed.tenant_name, "the pooled storage is nearly full", why


def _large_share(subject: Subject) -> Detections:
    used, (_, total) = number(subject, Fact.USED_BYTES) or 0, _pool(subject)
    if total and 100 * used > limits.SHARE_PERCENT * total:
        share = 100 * used // total
        why = f"It uses {gb(used)} of the {gb(total)} that all accounts share ({share} %)."
        yield "", "a large share of the pooled storage", why


CHECKS = (
    Check(
        id="pool-full",
        severity=Severity.ERROR,
        title="pooled storage that is full",
        hint="Buy storage, or free some. admin.google.com > Storage lists the accounts that use the most.",
        source=limits.POOL,
        detect=_full,
        needs=_POOL,
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Check(
        id="pool-nearly-full",
        severity=Severity.WARNING,
        title=f"pooled storage that is more than {limits.WARN_PERCENT} % full",
        hint="Plan for more storage, or free some. admin.google.com > Storage lists the accounts that use the most.",
        source=limits.POOL,
        detect=_nearly_full,
        needs=_POOL,
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Check(
        id="pool-share",
        severity=Severity.NOTE,
        title=f"a mailbox that uses more than {limits.SHARE_PERCENT} % of the pooled storage",
        hint="Move old mail away, or set a storage limit for the account.",
        source=limits.USAGE,
        detect=_large_share,
        needs=_POOL | {Fact.USED_BYTES},
        path="storage",
        platforms=_DELEGATED,
    ),
)
