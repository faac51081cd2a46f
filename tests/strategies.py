"""Hypothesis strategies: tenants, specs and hostile names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

from hypothesis import assume
from hypothesis import strategies as st

from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.levels import EDITOR, LEVELS, PARTIAL
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    GRANTABLE,
    LEVELLED,
    MICROSOFT365,
    ROLES,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    MembersMode,
    Platform,
    Right,
    State,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import AddressHolder, Observed, ObservedMailbox
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.until import NEVER, end_of
from sharedbox_cli.core.values import KIND_GROUP, KIND_SHARED, KIND_USER, Value
from tests.field_values import DOMAIN, TABLES, values_on

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PEOPLE = tuple(f"person{number}" for number in range(6))
GROUPS = ("group0", "group1")
DELIVERIES = ("all", "none")
BOXES = ("support", "sales", "invoices", "info")

HOSTILE = st.text(alphabet=st.sampled_from("aé日=+-@\t\x1b\n|`<>&\"',;:#\u202e\u200b]["), min_size=0, max_size=12)


def address(local: str) -> Address:
    """Return an address of the test tenant."""
    return Address.of(f"{local}@{DOMAIN}")


def trustees() -> dict[TrusteeId, Trustee]:
    """Return the people and groups of the test tenant."""
    found = {}
    for name in PEOPLE:
        found[TrusteeId(f"id-{name}")] = Trustee(TrusteeId(f"id-{name}"), TrusteeKind.USER, address(name), name.title())
    for name in GROUPS:
        found[TrusteeId(f"id-{name}")] = Trustee(
            TrusteeId(f"id-{name}"), TrusteeKind.GROUP, address(name), name.title(), member_count=2
        )
    found[TrusteeId("S-1-5-21-9")] = Trustee(TrusteeId("S-1-5-21-9"), TrusteeKind.ORPHAN)
    return found


SETTINGS: dict[Platform, dict[Field, st.SearchStrategy[Value]]] = {
    platform: {name: st.sampled_from(values) for name, values in values_on(platform).items()} for platform in TABLES
}
for _strategies in SETTINGS.values():
    _strategies[Field.DISPLAY_NAME] |= HOSTILE.filter(bool)
    if Field.GROUP_DESCRIPTION in _strategies:
        _strategies[Field.GROUP_DESCRIPTION] |= HOSTILE
RIGHTS = {
    platform: tuple(right for right in GRANTABLE if table.refusal(f"members[].rights.{right}") is None)
    for platform, table in TABLES.items()
}
LEVELLED_ON = {
    platform: frozenset(right for right in LEVELLED if table.refusal(f"{right}.members") is None)
    for platform, table in TABLES.items()
}
"""The rights with levels that a platform has."""
OTHER_KIND = {MICROSOFT365: KIND_USER, GOOGLE_DELEGATED: KIND_USER, GOOGLE_COLLABORATIVE: KIND_GROUP}
PLATFORM: st.SearchStrategy[Platform] = st.shared(st.sampled_from(sorted(SETTINGS)), key="platform")
"""One platform per example, the same for its tenant and its specs."""
MOST_FIELDS = 8


BOOLEAN = st.booleans()
MOSTLY = st.sampled_from([True, True, True, False])
ONE_IN_TEN = st.integers(0, 9).map(lambda number: number == 0)
AUTOMAPPING = st.sampled_from([None, True, False])
DELIVERY = st.sampled_from(DELIVERIES)
END = st.sampled_from([None, NEVER, NEVER, "2027-04-01T00:00:00Z", "2027-06-01T16:00:05Z"])
"""When the service ends a grant; None: not read."""
MAYBE_DELIVERY = st.none() | DELIVERY
SOME_BOXES = st.lists(st.sampled_from(BOXES), unique=True)
MODE = st.sampled_from([MembersMode.EXACT, MembersMode.EXACT, MembersMode.AT_LEAST])
KIND_ON = {platform: st.sampled_from([KIND_SHARED, KIND_SHARED, kind]) for platform, kind in OTHER_KIND.items()}
HOLDERS = st.sampled_from([*(TrusteeId(f"id-{name}") for name in (*PEOPLE, *GROUPS)), TrusteeId("S-1-5-21-9")])
EVERY_RIGHT = {
    platform: st.sampled_from([*rights, *sorted(LEVELLED_ON[platform])]) for platform, rights in RIGHTS.items()
}
LEVEL = {Right.CALENDAR: st.sampled_from(LEVELS[1:]), Right.CONTACTS: st.sampled_from(("reader", "editor"))}
HELD_LEVEL = {
    **{right: levels | st.just("Owner") for right, levels in LEVEL.items()},
    Right.READ: st.sampled_from(("", "", PARTIAL, EDITOR)),
}
HELD_ON = {platform: st.lists(st.tuples(HOLDERS, rights), max_size=8) for platform, rights in EVERY_RIGHT.items()}
WANTED_ON = {
    platform: st.lists(st.tuples(st.sampled_from((*PEOPLE, *GROUPS)), rights), max_size=8)
    for platform, rights in EVERY_RIGHT.items()
}
"""Made once: Hypothesis takes longer to make a strategy than to draw from it."""


@cache
def fields_in_use(platform: Platform) -> st.SearchStrategy[list[Field]]:
    """Return a few settings of a platform, the same for the tenant and the specs of an example."""
    chosen = st.lists(st.sampled_from(list(SETTINGS[platform])), unique=True, min_size=1, max_size=MOST_FIELDS)
    return st.shared(chosen, key=f"fields of {platform}")


@cache
@st.composite
def grants(draw: st.DrawFn, platform: Platform) -> frozenset[Grant]:
    """Return what is held on one mailbox; of the roles of a group, and of the levels of a calendar, one each."""
    found = {}
    for who, right in draw(HELD_ON[platform]):
        automapping = draw(AUTOMAPPING) if platform == MICROSOFT365 else None
        delivery = draw(DELIVERY) if right in ROLES else None
        level = draw(HELD_LEVEL[right]) if right in HELD_LEVEL else ""
        end = draw(END) if right in ROLES else None
        if right in ROLES[1:] and end is not None:
            end = NEVER  # the service ends no higher role
        found[who, right in ROLES or right] = Grant(who, right, level, automapping, delivery, end)
    return frozenset(found.values())


@cache
@st.composite
def observed_mailboxes(draw: st.DrawFn, name: str, platform: Platform) -> ObservedMailbox:
    """Return a mailbox that exists."""
    settings = {name: draw(SETTINGS[platform][name]) for name in draw(fields_in_use(platform))}
    settings[Field.KIND] = draw(KIND_ON[platform])
    held = draw(grants(platform))
    return ObservedMailbox(f"id-{name}", address(name), platform, settings, held, levels=LEVELLED_ON[platform])


ALIASES = ("first", "second", "third")
M = TypeVar("M", ObservedMailbox, DesiredMailbox)


def _with_aliases(draw: st.DrawFn, mailboxes: dict[Address, M]) -> dict[Address, M]:
    """Return mailboxes of which each alias belongs to one at most, as in any tenant and any valid set of specs."""
    able: list[Address] = [key for key, mailbox in mailboxes.items() if Field.ALIASES in mailbox.settings]
    owners = {name: draw(_one_of(tuple(able))) for name in ALIASES} if able else {}
    for key in able:
        settings = {**mailboxes[key].settings, Field.ALIASES: _owned(owners, key)}
        mailboxes[key] = replace(mailboxes[key], settings=settings)
    return mailboxes


@cache
def _one_of(able: tuple[Address, ...]) -> st.SearchStrategy[Address | None]:
    return st.sampled_from([None, *able])


def _owned(owners: dict[str, Address | None], key: Address) -> tuple[str, ...]:
    return tuple(address(name).key for name, owner in owners.items() if owner == key)


def planned(desired: Desired, observed: Observed) -> Plan:
    """Return the plan for the one test tenant. Drops an example in which a mailbox outside the specs has an alias."""
    try:
        return make_plan(desired, dict.fromkeys(observed.platforms, observed), NOW, "0")
    except SpecError as error:
        assume(any(problem.summary != "address is taken" for problem in error.problems))
        raise


@st.composite
def observations(draw: st.DrawFn) -> Observed:
    """Return a tenant in which some of the mailboxes exist, some are soft-deleted."""
    platform = draw(PLATFORM)
    existing = draw(SOME_BOXES)
    mailboxes = _with_aliases(draw, {address(name): draw(observed_mailboxes(name, platform)) for name in existing})
    soft_deleted = [name for name in BOXES if name not in existing and draw(BOOLEAN)]
    taken = {
        address(name): (AddressHolder(f"id-{name}", "soft-deleted mailbox", name, address(name), True),)
        for name in soft_deleted
    }
    known = trustees()
    return Observed(
        "tenant-1",
        "Contoso",
        frozenset({platform}),
        frozenset({DOMAIN}),
        NOW,
        mailboxes=mailboxes,
        trustees=known,
        taken=taken,
        directory={item.address: key for key, item in known.items() if item.address},
    )


@cache
@st.composite
def desired_grants(draw: st.DrawFn, platform: Platform) -> tuple[DesiredGrant, ...]:
    """Return what members get; of the roles of a group, one each."""
    one_role = {(person, right in ROLES or right): right for person, right in draw(WANTED_ON[platform])}
    return tuple(
        DesiredGrant(
            address(person),
            TrusteeKind.GROUP if person in GROUPS else TrusteeKind.USER,
            right,
            draw(LEVEL[right]) if right in LEVELLED else "",
            automapping=draw(AUTOMAPPING) if right is Right.FULL_ACCESS else None,
            delivery=draw(MAYBE_DELIVERY) if right in ROLES else None,
            until=end_of(draw(END)) if right in ROLES else None,
        )
        for (person, _), right in one_role.items()
    )


@cache
@st.composite
def desired_mailboxes(draw: st.DrawFn, name: str) -> DesiredMailbox:
    """Return one document of a spec."""
    platform = draw(PLATFORM)
    if draw(ONE_IN_TEN):
        return DesiredMailbox(address(name), platform, State.ABSENT)
    named = [name for name in sorted(draw(fields_in_use(platform))) if draw(BOOLEAN)]
    settings = {name: draw(SETTINGS[platform][name]) for name in named}
    wanted = draw(desired_grants(platform)) if draw(BOOLEAN) else None
    levels = LEVELLED_ON[platform] if wanted is not None else frozenset[Right]()
    has_members = not levels or draw(MOSTLY)
    if wanted is not None and not has_members:
        wanted = tuple(grant for grant in wanted if grant.right in LEVELLED)
    return DesiredMailbox(
        address(name),
        platform,
        settings=settings,
        grants=wanted,
        levels=levels,
        has_members=has_members,
        members_mode=draw(MODE),
        enforces_until=platform == GOOGLE_COLLABORATIVE and draw(BOOLEAN),
    )


@st.composite
def desired_sets(draw: st.DrawFn) -> Desired:
    """Return a set of specs."""
    names = draw(SOME_BOXES)
    mailboxes = _with_aliases(draw, {address(name): draw(desired_mailboxes(name)) for name in names})
    return Desired(mailboxes, "digest", len(mailboxes))
