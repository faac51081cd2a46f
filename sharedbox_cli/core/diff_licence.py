"""The change of a mailbox licence: which product it assigns and removes, and whether the spec allows that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sharedbox_cli.core.change import Change, Kind, Risk
from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import DesiredMailbox, Fact, Platform
from sharedbox_cli.core.observed import LicencePool, Observed, ObservedMailbox
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.plan import Note
from sharedbox_cli.core.values import LICENCE_NONE, PLAN_1, PLAN_2, Value

_LICENCES = (LICENCE_NONE, PLAN_1, PLAN_2)
_LEAVE_OUT = "leave `licence` out of the spec."


def licence_change(mailbox: DesiredMailbox, current: ObservedMailbox, wanted: Value, observed: Observed) -> Change:
    """Return the change of the licence, with its products where the platform has several for one licence.

    Raises SpecError where the licence comes from a group, or from a suite that the spec does not name.
    """
    before = current.settings.get(Field.LICENCE, LICENCE_NONE)
    goes_up = _rank(wanted) > _rank(before) or (
        _rank(wanted) == len(_LICENCES)  # another licence of a kind that has no ranks
    )
    from_product, to_product = _products(mailbox, current, wanted, observed)
    return Change(
        Kind.LICENCE,
        Phase.LICENCE_UP if goes_up else Phase.LICENCE_DOWN,
        mailbox.address,
        mailbox.platform,
        current.id,
        before={Field.LICENCE: before, **from_product} if Field.LICENCE in current.settings else {},
        after={Field.LICENCE: wanted, **to_product},
        risk=Risk.LOW if goes_up else Risk.HIGH,
        place=mailbox.places.get(str(Field.LICENCE), mailbox.place),
    )


def _rank(value: Value) -> int:
    return _LICENCES.index(value) if value in _LICENCES else len(_LICENCES)


def _products(
    mailbox: DesiredMailbox, current: ObservedMailbox, wanted: Value, observed: Observed
) -> tuple[dict[Field, Value], dict[Field, Value]]:
    """Return the products before and after; nothing on a platform where the licence is the product."""
    problems = [
        Problem(mailbox.places.get(str(Field.LICENCE), mailbox.place), *parts)
        for parts in _problems(mailbox, current, wanted, observed)
    ]
    if problems:
        raise SpecError(problems)
    given = LICENCE_NONE
    if wanted != LICENCE_NONE:
        chosen = products_for(observed.licences, wanted, mailbox.suite)
        if not chosen:
            return {}, {}
        given = chosen[0].name
    elif not observed.licences:
        return {}, {}
    held = ", ".join(held_products(current)) or LICENCE_NONE
    return {Field.PRODUCT: held}, {Field.PRODUCT: given}


def held_products(current: ObservedMailbox) -> tuple[str, ...]:
    """Return the products that the licence of a mailbox comes from."""
    held = current.facts.get(Fact.PRODUCTS)
    return tuple(map(str, held)) if isinstance(held, tuple) else ()


def group_products(current: ObservedMailbox) -> tuple[tuple[str, str], ...]:
    """Return the products that a group assigns, each with the name of the group."""
    found = current.facts.get(Fact.GROUP_PRODUCTS)
    pairs = found if isinstance(found, tuple) else ()
    return tuple((str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, tuple))


def products_for(pools: Mapping[str, LicencePool], licence: Value, suite: str) -> Sequence[LicencePool]:
    """Return the products that can give a licence, the best one first.

    A suite gives it only where a spec names the suite. A product with a free seat comes first, and the product with the
    shortest name is the ordinary one: others are for schools and governments.
    """
    named = _named(pools, suite)
    if named is not None and licence in named.plans:
        return (named,)
    possible = [pool for pool in pools.values() if licence in pool.plans and not pool.is_suite]
    return sorted(possible, key=lambda pool: (not pool.free, len(pool.name), pool.name))


def _named(pools: Mapping[str, LicencePool], name: str) -> LicencePool | None:
    return next((pool for pool in pools.values() if name and pool.name.casefold() == name.casefold()), None)


def _problems(
    mailbox: DesiredMailbox, current: ObservedMailbox, wanted: Value, observed: Observed
) -> Iterator[tuple[str, str, str]]:
    """Yield the summary, the reason and the hint of each problem."""
    where, before, pools = str(mailbox.address), current.settings.get(Field.LICENCE), observed.licences
    by_group = group_products(current)
    for product, group in by_group:
        why = f"{where} has {before} from {product}, which the group {group} assigns to its account."
        yield "the licence comes from a group", why, f"Remove the account from that group, or {_LEAVE_OUT}"
    suites = {pool.name for pool in pools.values() if pool.is_suite} - {product for product, _ in by_group}
    for product in held_products(current):
        if product in suites and product.casefold() != mailbox.suite.casefold():
            why = (
                f"{where} has {before} from {product}, which includes more than a mailbox: all of it would be removed."
            )
            hint = f"If this is intended, add `suite: {product}` next to `licence`. Otherwise {_LEAVE_OUT}"
            yield "the licence is part of a suite", why, hint
    names = ", ".join(sorted(pools))
    if pools and mailbox.suite and _named(pools, mailbox.suite) is None:
        why = f"{observed.tenant_name} has no product `{mailbox.suite}` with a mail plan. It has: {names}."
        yield "no such product", why, "Write the name of the product as `sharedbox check` and the admin center show it."
    elif wanted != LICENCE_NONE and not products_for(pools, wanted, mailbox.suite):
        including = sorted(pool.name for pool in pools.values() if wanted in pool.plans)
        if including:
            why = f"{observed.tenant_name} has {wanted} only in {', '.join(including)}, which includes more."
            hint = f"If this is intended, add `suite: {including[0]}` next to `licence`. Otherwise {_LEAVE_OUT}"
            yield "the licence is part of a suite", why, hint


def seat_notes(changes: Sequence[Change], observations: Mapping[Platform, Observed]) -> Iterator[Note]:
    """Yield which mailboxes need a seat that is not free. Seats that the plan releases come later than these."""
    given: dict[tuple[Platform, str], int] = {}
    for change in changes:
        pool = observations[change.platform].licences.get(str(change.after.get(Field.PRODUCT, "")))
        if change.kind is not Kind.LICENCE or pool is None:
            continue
        key = (change.platform, pool.name)
        given[key] = given.get(key, 0) + 1
        if given[key] > pool.free:
            seats = "1 seat is" if pool.free == 1 else f"{pool.free} seats are"
            yield Note(str(change.mailbox), f"{seats} free of {pool.name}, and the plan needs {given[key]} or more")
