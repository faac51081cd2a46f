"""Rules on storage that all accounts of an organisation share."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Rule, Subject
from sharedbox_cli.checks.storage import gib, number
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Fact

Found = Iterable[tuple[str, str, str]]
_DELEGATED = frozenset({GOOGLE_DELEGATED})
_POOL = frozenset({Fact.POOL_USED_BYTES, Fact.POOL_TOTAL_BYTES})


def _pool(subject: Subject) -> tuple[int, int]:
    """Return what all accounts hold together, and what there is room for."""
    return number(subject, Fact.POOL_USED_BYTES) or 0, number(subject, Fact.POOL_TOTAL_BYTES) or 0


def _full(subject: Subject) -> Found:
    used, total = _pool(subject)
    if total and used >= total:
        why = f"All accounts together hold {gib(used)} of {gib(total)}: soon no mail is taken or sent."
        yield subject.observed.tenant_name, "the storage that all accounts share is full", why


def _nearly_full(subject: Subject) -> Found:
    used, total = _pool(subject)
    if limits.WARN_PERCENT * total < 100 * used < 100 * total:
        why = f"All accounts together hold {gib(used)} of {gib(total)}, more than {limits.WARN_PERCENT} %."
        yield subject.observed.tenant_name, "the storage that all accounts share is nearly full", why


def _large_share(subject: Subject) -> Found:
    used, (_, total) = number(subject, Fact.USED_BYTES) or 0, _pool(subject)
    if total and 100 * used > limits.SHARE_PERCENT * total:
        share = 100 * used // total
        why = f"It holds {gib(used)} of {gib(total)} that all accounts share ({share} %)."
        yield "", "much of the shared storage", why


RULES = (
    Rule(
        "pool-full",
        Severity.ERROR,
        "pooled storage that is full",
        "Buy storage, or free some: admin.google.com > Storage shows who holds most.",
        limits.POOL,
        _full,
        _POOL,
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Rule(
        "pool-nearly-full",
        Severity.WARNING,
        f"pooled storage that is more than {limits.WARN_PERCENT} % full",
        "Plan for more storage, or free some: admin.google.com > Storage shows who holds most.",
        limits.POOL,
        _nearly_full,
        _POOL,
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Rule(
        "pool-share",
        Severity.NOTE,
        f"one mailbox with more than {limits.SHARE_PERCENT} % of the pooled storage",
        "Move old mail away, or set a limit for the account.",
        limits.USAGE,
        _large_share,
        _POOL | {Fact.USED_BYTES},
        "storage",
        platforms=_DELEGATED,
    ),
)
