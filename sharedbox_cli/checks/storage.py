"""Checks on size and licences."""

from __future__ import annotations

from collections.abc import Iterator

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, PlatformOverride, Subject
from sharedbox_cli.core.diff_licence import group_products, held_products, products_for
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, DesiredMailbox, Fact, State
from sharedbox_cli.core.sizes import gb
from sharedbox_cli.core.texts import mark, tr, tr_count
from sharedbox_cli.core.values import KIND_USER, LICENCE_NONE, PLAN_1, PLAN_2, Value

_ARCHIVING = "exchange-online-archiving"


def number(subject: Subject, fact: Fact) -> int | None:
    """Return a fact that is a number, or None if it was not read."""
    value = subject.mailbox.facts.get(fact)
    return value if isinstance(value, int) else None


def _used(subject: Subject) -> int | None:
    return number(subject, Fact.USED_BYTES)


def plans_of(subject: Subject) -> tuple[str, ...]:
    """Return the mail plans of the mailbox."""
    plans = subject.mailbox.facts.get(Fact.MAILBOX_PLANS, ())
    return tuple(map(str, plans)) if isinstance(plans, tuple) else ()


def quota_of(subject: Subject) -> int | None:
    """Return the quota in bytes: what the licence allows, or less if an admin or a smaller plan set less.

    None if all accounts share the storage, so that the mailbox has no separate limit.
    """
    quota = number(subject, Fact.QUOTA_BYTES) or None
    if subject.mailbox.platform != MICROSOFT365:
        return quota
    allowed = limits.PLAN_2_BYTES if PLAN_2 in plans_of(subject) else limits.UNLICENSED_BYTES
    return min(allowed, quota) if quota else allowed


def _too_large(subject: Subject) -> Detections:
    used = _used(subject)
    if used is not None and used > limits.UNLICENSED_BYTES and PLAN_2 not in plans_of(subject):
        limit = gb(limits.UNLICENSED_BYTES)
        why = tr(
            "It holds {used}. Without Exchange Online Plan 2 the limit is {limit}, and mail flow stops.",
            used=gb(used),
            limit=limit,
        )
        yield "", tr("larger than its licence allows"), why


def _full(subject: Subject) -> Detections:
    used, quota = _used(subject), quota_of(subject)
    if used is None or quota is None:
        return
    if used >= quota and not (subject.mailbox.platform == MICROSOFT365 and any(_too_large(subject))):
        yield (
            "",
            tr("full"),
            tr(
                "It holds {used} of {quota}. It cannot send, and will soon stop receiving mail.",
                used=gb(used),
                quota=gb(quota),
            ),
        )


def _nearly_full(subject: Subject) -> Detections:
    used, quota = _used(subject), quota_of(subject)
    warn_at = subject.spec.warn_at_percent if subject.spec else None
    percent = limits.WARN_PERCENT if warn_at is None else warn_at
    if used is not None and quota is not None and percent * quota < 100 * used < 100 * quota:
        yield (
            "",
            tr("nearly full"),
            tr(
                "It holds {used} of {quota}, which is more than {percent} %.",
                used=gb(used),
                quota=gb(quota),
                percent=percent,
            ),
        )
    pooled, total = number(subject, Fact.POOL_USED_BYTES), number(subject, Fact.POOL_TOTAL_BYTES)
    if quota is None and warn_at is not None and pooled is not None and total and 100 * pooled > warn_at * total:
        own = "" if used is None else tr("This mailbox uses {used} of it.", used=gb(used))
        why = tr(
            "All accounts together use {pooled} of {total}, which is more than {warn_at} %.",
            pooled=gb(pooled),
            total=gb(total),
            warn_at=warn_at,
        )
        yield "", tr("the pooled storage is nearly full"), f"{why} {own}".rstrip()


def _without_need(subject: Subject) -> Iterator[str]:
    """Yield why the mailbox does not need its licence, if it does not."""
    used = _used(subject)
    needs_it = subject.mailbox.facts.get(Fact.HAS_ARCHIVE) or subject.mailbox.facts.get(Fact.ON_HOLD)
    is_desired = subject.spec is not None and subject.spec.settings.get(Field.LICENCE) not in (None, LICENCE_NONE)
    is_person = subject.mailbox.settings.get(Field.KIND) == KIND_USER
    if (
        plans_of(subject)
        and not is_person
        and used is not None
        and used < limits.UNLICENSED_BYTES * 9 // 10
        and not needs_it
        and not is_desired
    ):
        yield tr("It holds {used} and has no archive and no hold.", used=gb(used))


def _not_needed(subject: Subject) -> Detections:
    for why in () if group_products(subject.mailbox) else _without_need(subject):
        products = ", ".join(held_products(subject.mailbox))
        yield (
            ", ".join(plans_of(subject)),
            tr("licence not needed"),
            tr("{why} It comes from {products}.", why=why, products=products) if products else why,
        )


def _not_needed_from_group(subject: Subject) -> Detections:
    for why in _without_need(subject):
        for product, group in group_products(subject.mailbox):
            yield (
                product,
                tr("licence not needed"),
                tr("{why} The group {group} assigns {product}.", why=why, group=group, product=product),
            )


def _unlicensed_feature(subject: Subject) -> Detections:
    plans = plans_of(subject)
    is_enough = PLAN_2 in plans or (PLAN_1 in plans and _ARCHIVING in plans)
    for fact, feature in ((Fact.HAS_ARCHIVE, mark("archive")), (Fact.ON_HOLD, mark("litigation hold"))):
        if subject.mailbox.facts.get(fact) and not is_enough:
            why = tr(
                "The {feature} requires Exchange Online Plan 2, or Plan 1 with Exchange Online Archiving.",
                feature=tr(feature),
            )
            yield feature, tr("{feature} without the required licence", feature=tr(feature)), why


def _no_seat(subject: Subject) -> Detections:
    licence = subject.spec.settings.get(Field.LICENCE) if subject.spec else None
    if licence in (None, LICENCE_NONE):
        return
    suite = subject.spec.suite if subject.spec else ""
    products = products_for(subject.observed.licences, licence, suite)
    free, names = sum(pool.free for pool in products), ", ".join(pool.name for pool in products)
    waiting = [
        key
        for key, spec in sorted(subject.desired.mailboxes.items())
        if _waits(subject, key, spec, licence) and spec.suite.casefold() == suite.casefold()
    ]
    if subject.mailbox.address in waiting[free:]:
        what = f"{licence} ({names})" if names else licence
        count = tr_count("{count} more mailbox", "{count} more mailboxes", len(waiting), count=len(waiting))
        yield (
            str(licence),
            tr("no free licence seat"),
            tr("The specs need {what} for {count}. Free seats: {free}.", what=what, count=count, free=free),
        )


def _waits(subject: Subject, key: Address, spec: DesiredMailbox, licence: Value) -> bool:
    observed = subject.observed.mailboxes.get(key)
    plans = observed.facts.get(Fact.MAILBOX_PLANS, ()) if observed else ()
    is_desired = spec.state is State.PRESENT and spec.settings.get(Field.LICENCE) == licence
    return is_desired and not (isinstance(plans, tuple) and licence in plans)


_SIZE = frozenset({Fact.USED_BYTES, Fact.MAILBOX_PLANS})
_OWN_LIMIT = frozenset({Fact.QUOTA_BYTES})
_EXCHANGE = frozenset({MICROSOFT365})
_NO_STORAGE = frozenset({GOOGLE_COLLABORATIVE})

CHECKS = (
    Check(
        id="over-50-gb",
        severity=Severity.ERROR,
        title=mark("more than 50 GB without Exchange Online Plan 2"),
        hint=mark(
            "Assign Exchange Online Plan 2 (`storage: {licence: exchange-online-plan-2}`), or move old mail away."
        ),
        source=limits.ABOUT_SHARED,
        detect=_too_large,
        needs=_SIZE,
        path="storage",
        platforms=_EXCHANGE,
    ),
    Check(
        id="over-quota",
        severity=Severity.ERROR,
        title=mark("a mailbox that has reached its quota"),
        hint=mark(
            "Move old mail away, enable the archive, or raise the quota (directly, or with Exchange Online Plan 2)."
        ),
        source=limits.ABOUT_SHARED,
        detect=_full,
        needs=_SIZE,
        path="storage",
        uses=_OWN_LIMIT,
        not_on=_NO_STORAGE,
        overrides={
            GOOGLE_DELEGATED: PlatformOverride(
                mark("Move old mail away, or raise the limit of the account at admin.google.com > Storage."),
                limits.USAGE,
                frozenset({Fact.USED_BYTES}),
            )
        },
    ),
    Check(
        id="nearly-full",
        severity=Severity.WARNING,
        title=mark("a mailbox that uses more of its quota than `storage.warn_at`"),
        hint=mark("Move old mail away, or plan for Exchange Online Plan 2."),
        source=limits.ABOUT_SHARED,
        detect=_nearly_full,
        needs=_SIZE,
        path="storage.warn_at",
        uses=_OWN_LIMIT | {Fact.POOL_USED_BYTES, Fact.POOL_TOTAL_BYTES},
        not_on=_NO_STORAGE,
        overrides={
            GOOGLE_DELEGATED: PlatformOverride(
                mark("Move old mail away, or buy storage for the organisation."),
                limits.USAGE,
                frozenset({Fact.USED_BYTES}),
            )
        },
    ),
    Check(
        id="licence-not-needed",
        severity=Severity.NOTE,
        title=mark("a licence that the mailbox does not need"),
        hint=mark(
            "Remove the licence (`storage: {licence: none}`, and `suite: SPE_E3` for a suite). Before it is removed, "
            "a guard checks the size again."
        ),
        source=limits.REMOVE_LICENCE,
        detect=_not_needed,
        needs=_SIZE | {Fact.HAS_ARCHIVE, Fact.ON_HOLD},
        path="storage.licence",
        platforms=_EXCHANGE,
    ),
    Check(
        id="group-licence-not-needed",
        severity=Severity.NOTE,
        title=mark("a licence from a group that the mailbox does not need"),
        hint=mark("Remove the account from the group that assigns the licence. A spec cannot remove such a licence."),
        source=limits.REMOVE_LICENCE,
        detect=_not_needed_from_group,
        needs=_SIZE | {Fact.HAS_ARCHIVE, Fact.ON_HOLD},
        path="storage.licence",
        platforms=_EXCHANGE,
    ),
    Check(
        id="feature-without-licence",
        severity=Severity.ERROR,
        title=mark("an archive or a litigation hold without the licence it requires"),
        hint=mark("Assign Exchange Online Plan 2, or Plan 1 with Exchange Online Archiving."),
        source=limits.ABOUT_SHARED,
        detect=_unlicensed_feature,
        needs=frozenset({Fact.HAS_ARCHIVE, Fact.ON_HOLD, Fact.MAILBOX_PLANS}),
        path="storage.licence",
        platforms=_EXCHANGE,
    ),
    Check(
        id="no-free-seat",
        severity=Severity.ERROR,
        title=mark("a licence in a spec for which no seat is free"),
        hint=mark("Buy a seat, or release one."),
        source=limits.ABOUT_SHARED,
        detect=_no_seat,
        needs=frozenset({Fact.MAILBOX_PLANS}),
        path="storage.licence",
        is_of_spec=True,
        platforms=_EXCHANGE,
    ),
)
