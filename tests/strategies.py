"""Hypothesis strategies: tenants, specs and hostile names."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    MICROSOFT365,
    ROLES,
    AddressHolder,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    MembersMode,
    Observed,
    ObservedMailbox,
    Platform,
    Right,
    State,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.values import (
    ALLOWED,
    BLOCKED,
    COPY_BOTH,
    COPY_SENDER,
    KIND_GROUP,
    KIND_SHARED,
    KIND_USER,
    LICENCE_NONE,
    PLAN_1,
    PLAN_2,
    Value,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DOMAIN = "contoso.example"
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


_ALIASES = st.lists(st.sampled_from(["a@contoso.example", "b@contoso.example"]), unique=True).map(
    lambda found: tuple(sorted(found))
)
_LABELS = st.lists(st.sampled_from(["Orders", "Returns/2026", "urgent"]), unique=True).map(
    lambda found: tuple(sorted(found))
)
_TAGS = st.dictionaries(st.sampled_from(["urgent", "later"]), st.sampled_from(["", "red", "blue"])).map(
    lambda found: tuple(sorted(found.items()))
)
_RULES = st.lists(st.sampled_from(["order", "Bestellung"]), unique=True, max_size=2).map(
    lambda found: tuple((("then.labels", ("Orders",)), ("when.subject_contains", (word,))) for word in sorted(found))
)
_FORWARDING = st.sampled_from(["", "help@contoso.example", "desk@elsewhere.example"])
MICROSOFT_SETTINGS: dict[Field, st.SearchStrategy[Value]] = {
    Field.DISPLAY_NAME: st.one_of(st.sampled_from(["Support", "Verkauf"]), HOSTILE.filter(bool)),
    Field.ALIASES: _ALIASES,
    Field.HIDDEN: st.booleans(),
    Field.SIGN_IN: st.sampled_from([BLOCKED, ALLOWED]),
    Field.SENT_AS: st.sampled_from([COPY_BOTH, COPY_SENDER]),
    Field.SENT_ON_BEHALF: st.sampled_from([COPY_BOTH, COPY_SENDER]),
    Field.LICENCE: st.sampled_from([LICENCE_NONE, PLAN_1, PLAN_2]),
}

DELEGATED_SETTINGS: dict[Field, st.SearchStrategy[Value]] = {
    Field.DISPLAY_NAME: MICROSOFT_SETTINGS[Field.DISPLAY_NAME],
    Field.ALIASES: _ALIASES,
    Field.HIDDEN: st.booleans(),
    Field.SIGN_IN: st.just(BLOCKED),
    Field.LICENCE: st.sampled_from([LICENCE_NONE, "google-a", "google-b"]),
    Field.FOLDERS: _LABELS,
    Field.TAGS: _TAGS,
    Field.RULES: _RULES,
    Field.FORWARDING_TO: _FORWARDING,
    Field.FORWARDING_KEEP_COPY: st.booleans(),
    Field.AUTO_REPLY: st.booleans(),
    Field.AUTO_REPLY_SUBJECT: st.sampled_from(["", "Away"]),
    Field.ACCESS_IMAP: st.booleans(),
    Field.ORG_UNIT: st.sampled_from(["/", "/Shared mailboxes"]),
}
COLLABORATIVE_SETTINGS: dict[Field, st.SearchStrategy[Value]] = {
    Field.DISPLAY_NAME: MICROSOFT_SETTINGS[Field.DISPLAY_NAME],
    Field.ALIASES: _ALIASES,
    Field.HIDDEN: st.booleans(),
    Field.GROUP_POSTING: st.sampled_from(["anyone", "members"]),
    Field.GROUP_HISTORY: st.booleans(),
    Field.GROUP_VIEWING: st.sampled_from(["members", "anyone"]),
    Field.GROUP_DESCRIPTION: HOSTILE,
}
SETTINGS = {
    MICROSOFT365: MICROSOFT_SETTINGS,
    GOOGLE_DELEGATED: DELEGATED_SETTINGS,
    GOOGLE_COLLABORATIVE: COLLABORATIVE_SETTINGS,
}
RIGHTS = {
    MICROSOFT365: (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF),
    GOOGLE_DELEGATED: (Right.FULL_ACCESS, Right.SEND_AS),
    GOOGLE_COLLABORATIVE: ROLES,
}
OTHER_KIND = {MICROSOFT365: KIND_USER, GOOGLE_DELEGATED: KIND_USER, GOOGLE_COLLABORATIVE: KIND_GROUP}
PLATFORM: st.SearchStrategy[Platform] = st.shared(st.sampled_from(sorted(SETTINGS)), key="platform")
"""One platform an example, the same for its tenant and its specs."""


@st.composite
def grants(draw: st.DrawFn, platform: Platform) -> frozenset[Grant]:
    """Return what is held on one mailbox; of the roles of a group, one each."""
    holders = [*(TrusteeId(f"id-{name}") for name in (*PEOPLE, *GROUPS)), TrusteeId("S-1-5-21-9")]
    found = {}
    for who, right in draw(
        st.lists(st.tuples(st.sampled_from(holders), st.sampled_from(RIGHTS[platform])), max_size=8)
    ):
        automapping = draw(st.sampled_from([None, True, False])) if platform == MICROSOFT365 else None
        delivery = draw(st.sampled_from(DELIVERIES)) if right in ROLES else None
        found[who, right in ROLES or right] = Grant(who, right, "", automapping, delivery)
    return frozenset(found.values())


@st.composite
def observed_mailboxes(draw: st.DrawFn, name: str, platform: Platform) -> ObservedMailbox:
    """Return a mailbox that exists."""
    settings = {field: draw(values) for field, values in SETTINGS[platform].items()}
    settings[Field.KIND] = draw(st.sampled_from([KIND_SHARED, KIND_SHARED, OTHER_KIND[platform]]))
    return ObservedMailbox(f"id-{name}", address(name), platform, settings, draw(grants(platform)))


@st.composite
def observations(draw: st.DrawFn) -> Observed:
    """Return a tenant in which some of the mailboxes exist, some are soft-deleted."""
    platform = draw(PLATFORM)
    existing = draw(st.lists(st.sampled_from(BOXES), unique=True))
    mailboxes = {address(name): draw(observed_mailboxes(name, platform)) for name in existing}
    soft_deleted = [name for name in BOXES if name not in existing and draw(st.booleans())]
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


@st.composite
def desired_grants(draw: st.DrawFn, platform: Platform) -> tuple[DesiredGrant, ...]:
    """Return what members get; of the roles of a group, one each."""
    who = st.tuples(st.sampled_from((*PEOPLE, *GROUPS)), st.sampled_from(RIGHTS[platform]))
    one_role = {(person, right in ROLES or right): right for person, right in draw(st.lists(who, max_size=8))}
    return tuple(
        DesiredGrant(
            address(person),
            TrusteeKind.GROUP if person in GROUPS else TrusteeKind.USER,
            right,
            automapping=draw(st.sampled_from([None, True, False])) if right is Right.FULL_ACCESS else None,
            delivery=draw(st.none() | st.sampled_from(DELIVERIES)) if right in ROLES else None,
        )
        for (person, _), right in one_role.items()
    )


@st.composite
def desired_mailboxes(draw: st.DrawFn, name: str) -> DesiredMailbox:
    """Return one document of a spec."""
    platform = draw(PLATFORM)
    if draw(st.integers(0, 9)) == 0:
        return DesiredMailbox(address(name), platform, State.ABSENT)
    mine = SETTINGS[platform]
    settings = {field: draw(mine[field]) for field in draw(st.lists(st.sampled_from(list(mine)), unique=True))}
    wanted = draw(st.none() | desired_grants(platform))
    mode = draw(st.sampled_from([MembersMode.EXACT, MembersMode.EXACT, MembersMode.AT_LEAST]))
    return DesiredMailbox(address(name), platform, settings=settings, grants=wanted, members_mode=mode)


@st.composite
def desired_sets(draw: st.DrawFn) -> Desired:
    """Return a set of specs."""
    names = draw(st.lists(st.sampled_from(BOXES), unique=True))
    mailboxes = {address(name): draw(desired_mailboxes(name)) for name in names}
    return Desired(mailboxes, "digest", len(mailboxes))
