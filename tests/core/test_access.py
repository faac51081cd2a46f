"""Who may do what across clouds: one person once, two people never one, two mailboxes with one address apart."""

from __future__ import annotations

from sharedbox_cli.core.access import AccessRow, access_rows
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    MICROSOFT365,
    Grant,
    Platform,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox, SpecialEntry
from tests.strategies import NOW

DESK = Address.of("Desk@contoso.example")


def user(identity: str, text: str, *, is_guest: bool = False, name: str = "") -> Trustee:
    return Trustee(
        TrusteeId(identity), TrusteeKind.USER, Address.of(text) if text else None, name or identity, is_guest=is_guest
    )


def cloud(
    platform: Platform,
    tenant: str,
    *people: Trustee,
    aliases: dict[str, str] | None = None,
    members: dict[str, tuple[str, ...]] | None = None,
    right: Right = Right.FULL_ACCESS,
    special: tuple[SpecialEntry, ...] = (),
    holders: tuple[str, ...] | None = None,
) -> Observed:
    """Return a cloud with one mailbox on which everybody, or some, have a right."""
    inner = {one for many in (members or {}).values() for one in many}
    ids = holders if holders is not None else tuple(str(one.id) for one in people if one.id not in inner)
    held = frozenset(Grant(TrusteeId(one), right) for one in ids)
    mailbox = ObservedMailbox(f"box-{platform}", DESK, platform, grants=held, special=special)
    known = {one.address: one.id for one in people if one.address}
    return Observed(
        tenant,
        tenant,
        frozenset({platform}),
        frozenset({"contoso.example"}),
        NOW,
        mailboxes={DESK: mailbox},
        trustees={one.id: one for one in people},
        directory=known | {Address.of(text): TrusteeId(one) for text, one in (aliases or {}).items()},
        members={TrusteeId(key): frozenset(map(TrusteeId, many)) for key, many in (members or {}).items()},
    )


def rows_of(*observations: Observed) -> tuple[AccessRow, ...]:
    return tuple(access_rows({platform: observed for observed in observations for platform in observed.platforms}))


def people(*observations: Observed) -> dict[str, set[str]]:
    """Return each holder that is told apart, with the accounts behind it."""
    found: dict[str, set[str]] = {}
    for row in rows_of(*observations):
        found.setdefault(row.person, set()).add(row.trustee_id)
    assert len({row.holder for row in rows_of(*observations)}) == len(found)
    return found


def test_person_when_primary_addresses_match_in_any_case_then_there_is_one() -> None:
    one = cloud(MICROSOFT365, "t", user("m1", "Anna@contoso.example"))
    two = cloud(GOOGLE_DELEGATED, "C", user("g1", "anna@contoso.example"))
    assert people(one, two) == {"anna@contoso.example": {"m1", "g1"}}


def test_alias_and_primary_address_of_two_clouds_are_one_person() -> None:
    one = cloud(MICROSOFT365, "t", user("m1", "anna.mueller@contoso.example"), aliases={"anna@contoso.example": "m1"})
    two = cloud(GOOGLE_DELEGATED, "C", user("g1", "anna@contoso.example"))
    assert people(one, two) == {"anna.mueller@contoso.example": {"m1", "g1"}}
    assert {row.address for row in rows_of(one, two)} == {"anna.mueller@contoso.example", "anna@contoso.example"}
    assert people(two, one) == people(one, two)


def test_guest_of_one_cloud_and_user_of_the_other_are_one_person() -> None:
    one = cloud(MICROSOFT365, "t", user("m1", "anna@contoso.example"))
    two = cloud(GOOGLE_COLLABORATIVE, "C", user("x1", "anna@contoso.example", is_guest=True), right=Right.MEMBER)
    assert people(one, two) == {"anna@contoso.example": {"m1", "x1"}}
    home = cloud(GOOGLE_DELEGATED, "C", user("g1", "z.anna@contoso.example"), aliases={"anna@contoso.example": "g1"})
    guest = cloud(MICROSOFT365, "t", user("m2", "anna@contoso.example", is_guest=True))
    assert people(home, guest) == {"z.anna@contoso.example": {"g1", "m2"}}


def test_two_accounts_of_one_tenant_stay_two_people() -> None:
    one = cloud(MICROSOFT365, "t", user("m1", "anna@contoso.example"), user("m2", "ben@contoso.example"))
    two = cloud(GOOGLE_DELEGATED, "C", user("g1", "anna@contoso.example"), aliases={"ben@contoso.example": "g1"})
    assert people(one, two) == {"anna@contoso.example": {"m1", "g1"}, "ben@contoso.example": {"m2"}}


def test_people_when_only_aliases_match_then_they_stay_two() -> None:
    one = cloud(MICROSOFT365, "t", user("m1", "anna@contoso.example"), aliases={"info@contoso.example": "m1"})
    two = cloud(GOOGLE_DELEGATED, "C", user("g1", "ben@contoso.example"), aliases={"info@contoso.example": "g1"})
    assert set(people(one, two)) == {"anna@contoso.example", "ben@contoso.example"}


def test_account_when_two_platforms_of_a_tenant_have_it_then_it_is_one() -> None:
    anna = user("g1", "anna@contoso.example")
    one = cloud(GOOGLE_DELEGATED, "C", anna)
    two = cloud(GOOGLE_COLLABORATIVE, "C", anna, right=Right.OWNER)
    assert people(one, two) == {"anna@contoso.example": {"g1"}}


def test_name_when_somebody_chose_anothers_address_then_it_joins_nobody() -> None:
    anna, liar = user("m1", "anna@contoso.example"), user("m2", "", name="anna@contoso.example")
    rows = rows_of(cloud(MICROSOFT365, "t", anna, liar))
    assert [row.person for row in rows] == ["anna@contoso.example"] * 2
    assert len({row.holder for row in rows}) == 2


def test_group_when_it_has_the_address_of_a_person_elsewhere_then_they_are_two() -> None:
    group = Trustee(TrusteeId("gr"), TrusteeKind.GROUP, Address.of("desk2@contoso.example"), "Desk 2")
    one = cloud(MICROSOFT365, "t", user("m1", "desk2@contoso.example"))
    two = cloud(GOOGLE_COLLABORATIVE, "C", group, right=Right.MEMBER)
    assert len({row.holder for row in rows_of(one, two)}) == 2


def test_mailbox_when_both_clouds_have_its_address_then_rows_are_told_apart() -> None:
    one = cloud(MICROSOFT365, "t", user("m1", "anna@contoso.example"))
    two = cloud(GOOGLE_DELEGATED, "C", user("g1", "anna@contoso.example"))
    assert [row.mailbox_key for row in rows_of(one, two)] == [
        ("desk@contoso.example", "google-delegated"),
        ("desk@contoso.example", "microsoft365"),
    ]


def test_people_of_a_member_group_count_and_outsiders_are_guests() -> None:
    group = Trustee(TrusteeId("gr"), TrusteeKind.GROUP, Address.of("inner@contoso.example"), "Inner")
    out = user("x1", "otto@partner.example", is_guest=True)
    observed = cloud(
        GOOGLE_COLLABORATIVE,
        "C",
        group,
        user("g1", "anna@contoso.example"),
        out,
        right=Right.MEMBER,
        members={"gr": ("g1", "x1")},
    )
    told = {(row.person, row.via, row.is_guest) for row in rows_of(observed)}
    assert told == {
        ("inner@contoso.example", (), False),
        ("anna@contoso.example", ("inner@contoso.example",), False),
        ("otto@partner.example", ("inner@contoso.example",), True),
    }


def test_entry_when_it_is_no_grant_then_it_keeps_its_words() -> None:
    everybody = SpecialEntry(TrusteeId("C"), "MEMBER: everybody in the organisation", is_everybody=True)
    [row] = rows_of(cloud(GOOGLE_COLLABORATIVE, "C", special=(everybody,)))
    assert (row.entry, row.detail, row.kind, row.right) == ("grant", everybody.text, "organization", Right.MEMBER)
    assert row.person == "everybody in the organisation"
