"""Hypothesis strategies: tenants, specs and hostile names."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    ALLOWED,
    BLOCKED,
    COPY_BOTH,
    COPY_SENDER,
    KIND_SHARED,
    KIND_USER,
    LICENCE_NONE,
    MICROSOFT365,
    PLAN_1,
    PLAN_2,
    Desired,
    DesiredMailbox,
    Field,
    Grant,
    MembersMode,
    Observed,
    ObservedMailbox,
    Occupant,
    Right,
    State,
    Trustee,
    TrusteeKind,
    Value,
    WantedGrant,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DOMAIN = "contoso.example"
RIGHTS = (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF)
PEOPLE = tuple(f"person{number}" for number in range(6))
GROUPS = ("group0", "group1")
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


SETTINGS: dict[Field, st.SearchStrategy[Value]] = {
    Field.DISPLAY_NAME: st.one_of(st.sampled_from(["Support", "Verkauf"]), HOSTILE.filter(bool)),
    Field.ALIASES: st.lists(st.sampled_from(["a@contoso.example", "b@contoso.example"]), unique=True).map(
        lambda found: tuple(sorted(found))
    ),
    Field.HIDDEN: st.booleans(),
    Field.SIGN_IN: st.sampled_from([BLOCKED, ALLOWED]),
    Field.SENT_AS: st.sampled_from([COPY_BOTH, COPY_SENDER]),
    Field.SENT_ON_BEHALF: st.sampled_from([COPY_BOTH, COPY_SENDER]),
    Field.LICENCE: st.sampled_from([LICENCE_NONE, PLAN_1, PLAN_2]),
}

grants = st.frozensets(
    st.builds(
        Grant,
        st.sampled_from([*(TrusteeId(f"id-{name}") for name in (*PEOPLE, *GROUPS)), TrusteeId("S-1-5-21-9")]),
        st.sampled_from(RIGHTS),
        st.just(""),
        st.sampled_from([None, True, False]),
    ),
    max_size=8,
)


@st.composite
def observed_mailboxes(draw: st.DrawFn, name: str) -> ObservedMailbox:
    """Return a mailbox that exists."""
    settings = {field: draw(values) for field, values in SETTINGS.items()}
    settings[Field.KIND] = draw(st.sampled_from([KIND_SHARED, KIND_SHARED, KIND_USER]))
    return ObservedMailbox(f"id-{name}", address(name), MICROSOFT365, settings, draw(grants))


@st.composite
def worlds(draw: st.DrawFn) -> Observed:
    """Return a tenant in which some of the mailboxes exist, some are soft-deleted."""
    existing = draw(st.lists(st.sampled_from(BOXES), unique=True))
    boxes = {address(name): draw(observed_mailboxes(name)) for name in existing}
    buried = [name for name in BOXES if name not in existing and draw(st.booleans())]
    taken = {
        address(name): (Occupant(f"id-{name}", "soft-deleted mailbox", name, address(name), True),) for name in buried
    }
    known = trustees()
    return Observed(
        "tenant-1", "Contoso", frozenset({MICROSOFT365}), frozenset({DOMAIN}), NOW,
        mailboxes=boxes, trustees=known, taken=taken,
        directory={item.address: key for key, item in known.items() if item.address},
    )  # fmt: skip


@st.composite
def desired_mailboxes(draw: st.DrawFn, name: str) -> DesiredMailbox:
    """Return one document of a spec."""
    if draw(st.integers(0, 9)) == 0:
        return DesiredMailbox(address(name), MICROSOFT365, State.ABSENT)
    fields = draw(st.lists(st.sampled_from(list(SETTINGS)), unique=True))
    settings = {field: draw(SETTINGS[field]) for field in fields}
    who = draw(st.none() | st.lists(
        st.tuples(st.sampled_from((*PEOPLE, *GROUPS)), st.sampled_from(RIGHTS)), unique=True, max_size=8
    ))  # fmt: skip
    wanted = None if who is None else tuple(
        WantedGrant(
            address(person),
            TrusteeKind.GROUP if person in GROUPS else TrusteeKind.USER,
            right,
            automapping=draw(st.sampled_from([None, True, False])) if right is Right.FULL_ACCESS else None,
        )
        for person, right in who
    )  # fmt: skip
    mode = draw(st.sampled_from([MembersMode.EXACT, MembersMode.EXACT, MembersMode.AT_LEAST]))
    return DesiredMailbox(address(name), MICROSOFT365, settings=settings, grants=wanted, members_mode=mode)


@st.composite
def desired_sets(draw: st.DrawFn) -> Desired:
    """Return a set of specs."""
    names = draw(st.lists(st.sampled_from(BOXES), unique=True))
    boxes = {address(name): draw(desired_mailboxes(name)) for name in names}
    return Desired(boxes, "digest", len(boxes))
