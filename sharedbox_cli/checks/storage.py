"""Rules on size and licences."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Here, Rule, Subject
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, DesiredMailbox, Fact, State
from sharedbox_cli.core.values import KIND_USER, LICENCE_NONE, PLAN_1, PLAN_2, Value

Found = Iterable[tuple[str, str, str]]
_ARCHIVING = "exchange-online-archiving"


def gib(size: int) -> str:
    """Return a size in words."""
    return f"{size / limits.GIB:.1f} GB"


def number(subject: Subject, fact: Fact) -> int | None:
    """Return a fact that is a number, or nothing where it was not read."""
    told = subject.mailbox.facts.get(fact)
    return told if isinstance(told, int) else None


def _used(subject: Subject) -> int | None:
    return number(subject, Fact.USED_BYTES)


def _plans(subject: Subject) -> tuple[str, ...]:
    plans = subject.mailbox.facts.get(Fact.MAILBOX_PLANS, ())
    return tuple(map(str, plans)) if isinstance(plans, tuple) else ()


def _quota(subject: Subject) -> int | None:
    """Return the bytes there is room for: what the licence gives, or less where an admin or a lesser plan set it.

    Nothing where there is no limit of the mailbox's own, as with storage that all accounts share.
    """
    told = number(subject, Fact.QUOTA_BYTES) or None
    if subject.mailbox.platform != MICROSOFT365:
        return told
    allowed = limits.PLAN_2_BYTES if PLAN_2 in _plans(subject) else limits.UNLICENSED_BYTES
    return min(allowed, told) if told else allowed


def _too_large(subject: Subject) -> Found:
    used = _used(subject)
    if used is not None and used > limits.UNLICENSED_BYTES and PLAN_2 not in _plans(subject):
        why = f"It holds {gib(used)}; without Plan 2 there is room for {gib(limits.UNLICENSED_BYTES)}. Mail stops."
        yield "", "larger than its licence allows", why


def _full(subject: Subject) -> Found:
    used, quota = _used(subject), _quota(subject)
    if used is None or quota is None:
        return
    if used >= quota and not (subject.mailbox.platform == MICROSOFT365 and any(_too_large(subject))):
        yield "", "full", f"It holds {gib(used)} of {gib(quota)}: it can't send, and soon not receive."


def _nearly_full(subject: Subject) -> Found:
    used, quota = _used(subject), _quota(subject)
    wished = subject.spec.warn_at_percent if subject.spec else None
    share = limits.WARN_PERCENT if wished is None else wished
    if used is not None and quota is not None and share * quota < 100 * used < 100 * quota:
        yield "", "nearly full", f"It holds {gib(used)} of {gib(quota)}, more than {share} %."
    pooled, total = number(subject, Fact.POOL_USED_BYTES), number(subject, Fact.POOL_TOTAL_BYTES)
    if quota is None and wished is not None and pooled is not None and total and 100 * pooled > wished * total:
        own = "" if used is None else f"; {gib(used)} of it are this mailbox's"
        why = f"All accounts together hold {gib(pooled)} of {gib(total)}, more than {wished} %{own}."
        yield "", "the storage it shares is nearly full", why


def _wasted(subject: Subject) -> Found:
    used = _used(subject)
    needs_it = subject.mailbox.facts.get(Fact.HAS_ARCHIVE) or subject.mailbox.facts.get(Fact.ON_HOLD)
    wished = subject.spec is not None and subject.spec.settings.get(Field.LICENCE) not in (None, LICENCE_NONE)
    is_person = subject.mailbox.settings.get(Field.KIND) == KIND_USER
    if (
        _plans(subject)
        and not is_person
        and used is not None
        and used < limits.UNLICENSED_BYTES * 9 // 10
        and not needs_it
        and not wished
    ):
        yield ", ".join(_plans(subject)), "licence not needed", f"It holds {gib(used)}, has no archive and no hold."


def _unlicensed_feature(subject: Subject) -> Found:
    plans = _plans(subject)
    is_enough = PLAN_2 in plans or (PLAN_1 in plans and _ARCHIVING in plans)
    for fact, words in ((Fact.HAS_ARCHIVE, "archive"), (Fact.ON_HOLD, "litigation hold")):
        if subject.mailbox.facts.get(fact) and not is_enough:
            yield words, f"{words} without licence", "It needs Exchange Online Plan 2, or Plan 1 with Archiving."


def _no_seat(subject: Subject) -> Found:
    wanted = subject.spec.settings.get(Field.LICENCE) if subject.spec else None
    if wanted in (None, LICENCE_NONE):
        return
    free = sum(pool.free for pool in subject.observed.licences.values() if wanted in pool.plans)
    waiting = [key for key, spec in sorted(subject.desired.mailboxes.items()) if _waits(subject, key, spec, wanted)]
    if subject.mailbox.address in waiting[free:]:
        why = f"The specs want {wanted} for {len(waiting)} more, and {free} seats with it are free."
        yield str(wanted), "no free seat", why


def _waits(subject: Subject, key: Address, spec: DesiredMailbox, wanted: Value) -> bool:
    there = subject.observed.mailboxes.get(key)
    plans = there.facts.get(Fact.MAILBOX_PLANS, ()) if there else ()
    is_wanted = spec.state is State.PRESENT and spec.settings.get(Field.LICENCE) == wanted
    return is_wanted and not (isinstance(plans, tuple) and wanted in plans)


_SIZE = frozenset({Fact.USED_BYTES, Fact.MAILBOX_PLANS})
_OWN_LIMIT = frozenset({Fact.QUOTA_BYTES})
_EXCHANGE = frozenset({MICROSOFT365})
_NO_STORAGE = frozenset({GOOGLE_COLLABORATIVE})

RULES = (
    Rule(
        "over-50-gb",
        Severity.ERROR,
        "more than 50 GB without Exchange Online Plan 2",
        "Assign Exchange Online Plan 2 (`storage: {licence: exchange-online-plan-2}`), or move old mail away.",
        limits.ABOUT_SHARED,
        _too_large,
        _SIZE,
        "storage",
        platforms=_EXCHANGE,
    ),
    Rule(
        "over-quota",
        Severity.ERROR,
        "as much in use as the quota allows, or more",
        "Move old mail away, enable the archive, or raise the quota (its own, or by Exchange Online Plan 2).",
        limits.ABOUT_SHARED,
        _full,
        _SIZE,
        "storage",
        uses=_OWN_LIMIT,
        not_on=_NO_STORAGE,
        on={
            GOOGLE_DELEGATED: Here(
                "Move old mail away, or raise the account's limit at admin.google.com > Storage.",
                limits.USAGE,
                frozenset({Fact.USED_BYTES}),
            )
        },
    ),
    Rule(
        "nearly-full",
        Severity.WARNING,
        "more in use than `storage.warn_at` of the quota",
        "Move old mail away, or plan for Exchange Online Plan 2.",
        limits.ABOUT_SHARED,
        _nearly_full,
        _SIZE,
        "storage.warn_at",
        uses=_OWN_LIMIT | {Fact.POOL_USED_BYTES, Fact.POOL_TOTAL_BYTES},
        not_on=_NO_STORAGE,
        on={
            GOOGLE_DELEGATED: Here(
                "Move old mail away, or buy storage for the organisation.", limits.USAGE, frozenset({Fact.USED_BYTES})
            )
        },
    ),
    Rule(
        "licence-not-needed",
        Severity.NOTE,
        "a licence where none is needed",
        "Take it away (`storage: {licence: none}`); the guard looks at the size once more.",
        limits.REMOVE_LICENCE,
        _wasted,
        _SIZE | {Fact.HAS_ARCHIVE, Fact.ON_HOLD},
        "storage.licence",
        platforms=_EXCHANGE,
    ),
    Rule(
        "feature-without-licence",
        Severity.ERROR,
        "archive or hold without the licence it needs",
        "Assign Exchange Online Plan 2, or Plan 1 with Archiving.",
        limits.ABOUT_SHARED,
        _unlicensed_feature,
        frozenset({Fact.HAS_ARCHIVE, Fact.ON_HOLD, Fact.MAILBOX_PLANS}),
        "storage.licence",
        platforms=_EXCHANGE,
    ),
    Rule(
        "no-free-seat",
        Severity.ERROR,
        "a licence in a spec for which there is no seat",
        "Buy a seat, or free one.",
        limits.ABOUT_SHARED,
        _no_seat,
        frozenset({Fact.MAILBOX_PLANS}),
        "storage.licence",
        is_of_spec=True,
        platforms=_EXCHANGE,
    ),
)
