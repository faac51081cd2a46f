"""When a service itself ends access: what guards, notes, conversions and audits make of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sharedbox_cli.core.access_why import service_ends
from sharedbox_cli.core.change_words import words
from sharedbox_cli.core.convert import desired_of, moved_to
from sharedbox_cli.core.diff import fingerprint, make_plan
from sharedbox_cli.core.guards import GUARDS, GuardInput, GuardLimits, Waivers, guard
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.needs import needed
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.recent import RecentStep, recent_access
from sharedbox_cli.core.until import NEVER, end_of, end_value, end_words, is_later, is_writable
from sharedbox_cli.language.digest import digest
from sharedbox_cli.language.export.document import write
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from tests.asked import each, every
from tests.strategies import NOW, address

DESK, OUTSIDER = address("desk"), Address.of("otto@partner.example")
SOON, LATER = datetime(2027, 4, 1, tzinfo=UTC), datetime(2027, 6, 1, 16, 0, 5, tzinfo=UTC)
TABLE = CAPABILITIES[GOOGLE_COLLABORATIVE]
PEOPLE = {
    TrusteeId(f"id-{number}"): Trustee(TrusteeId(f"id-{number}"), TrusteeKind.USER, address(f"p{number}"))
    for number in range(12)
}
OUT = Trustee(TrusteeId("out"), TrusteeKind.USER, OUTSIDER, is_guest=True)


def observed(*ends: datetime | None, out: datetime | None = None) -> Observed:
    """Return a group whose members end, one by one, and an outsider whose membership ends."""
    grants = [Grant(TrusteeId(f"id-{number}"), Right.MEMBER, until=end_value(end)) for number, end in enumerate(ends)]
    grants += [Grant(OUT.id, Right.MEMBER, until=end_value(out))] if out else []
    known = {**PEOPLE, OUT.id: OUT}
    return Observed(
        "C1",
        "contoso.example",
        frozenset({GOOGLE_COLLABORATIVE}),
        frozenset({"contoso.example"}),
        NOW,
        mailboxes={DESK: ObservedMailbox("g", DESK, GOOGLE_COLLABORATIVE, {}, frozenset(grants))},
        trustees=known,
        directory={one.address: key for key, one in known.items() if one.address},
    )


def box(*ends: datetime | None, out: datetime | None = None) -> DesiredMailbox:
    """Return the spec of the group."""
    grants = [
        DesiredGrant(address(f"p{number}"), TrusteeKind.USER, Right.MEMBER, until=end)
        for number, end in enumerate(ends)
    ]
    grants += [DesiredGrant(OUTSIDER, TrusteeKind.USER, Right.MEMBER, until=out)] if out else []
    return DesiredMailbox(DESK, GOOGLE_COLLABORATIVE, grants=tuple(grants), enforces_until=True)


def refused(mailbox: DesiredMailbox, one: Observed, *earlier: RecentStep) -> list[str]:
    plan = make_plan(Desired({DESK: mailbox}, "digest", 1), {GOOGLE_COLLABORATIVE: one}, NOW, "0")
    facts = GuardInput(
        plan, {GOOGLE_COLLABORATIVE: one}, NOW, GuardLimits(), Waivers.parse((), GUARDS), recent=recent_access(earlier)
    )
    return [item.guard for item in guard(facts)]


@pytest.mark.parametrize(
    ("count", "expected"),
    [(3, []), (4, ["mass-revocation"]), (10, ["mass-revocation", "mailbox-revocation", "last-access"])],
)
def test_many_ends_that_come_earlier_are_refused_like_revocations(count: int, expected: list[str]) -> None:
    ends = [SOON] * count + [None] * (10 - count)
    assert refused(box(*ends), observed(*[None] * 10)) == expected
    assert refused(box(*[None] * 10), observed(*ends)) == [], "nobody loses access"


def test_a_later_end_of_an_outsider_is_refused_like_a_grant_and_an_earlier_one_is_not() -> None:
    assert refused(box(None, out=LATER), observed(None, out=SOON)) == ["external-trustee"]
    assert refused(box(None, out=SOON), observed(None, out=LATER)) == []


def step(before: datetime | None, after: datetime | None, number: int = 1, **role: str) -> RecentStep:
    """Return the change of an end that an earlier run made; `role` is the role before."""
    party = {"id": f"id-{number}", "right": "member"}
    change = {"mailbox": str(DESK), "kind": "update", "party": party}
    old, new = {"until": end_value(before), **role}, {"until": end_value(after), **dict.fromkeys(role, "member")}
    return RecentStep({**change, "before": old, "after": new})


@pytest.mark.parametrize(("more", "is_refused"), [(0, False), (1, True), (2, True), (4, True)])
def test_ends_in_small_steps_take_no_more_than_one_step_may(more: int, is_refused: bool) -> None:
    """Somebody who is to be removed is still a member: that makes the group no larger."""
    moved = [step(None, SOON, number) for number in range(5)]
    there = observed(*[SOON] * 5, *[None] * 5)
    wanted = box(*[SOON] * (5 + more), *[None] * (5 - more))
    assert ("mailbox-revocation" in refused(wanted, there, *moved)) is is_refused
    twice = refused(box(*[NOW] * 5, *[None] * 5), there, *moved)
    assert "mailbox-revocation" not in twice, "the same five"


def test_nobody_who_is_to_be_removed_keeps_access() -> None:
    assert "last-access" in refused(box(SOON, SOON), observed(SOON, None)), "the last one whose access had no end"
    assert "last-access" not in refused(box(SOON, LATER), observed(SOON, SOON)), "a later end takes nothing"
    assert "last-access" not in refused(box(SOON, None), observed(None, None))
    there = observed(SOON, None)
    assert "replaced-people" in refused(box(SOON, SOON, None), there, step(None, SOON, 0))
    assert "replaced-people" not in refused(box(SOON, None, None), there, step(None, SOON, 0))


def test_ends_that_come_earlier_count_together_over_some_runs() -> None:
    taken = (TrusteeId("id-1"), Right.MEMBER)
    assert recent_access([step(None, SOON)])[DESK].revoked == {taken}
    assert recent_access([step(None, SOON), step(SOON, LATER)])[DESK].revoked == frozenset()
    assert recent_access([step(None, SOON, role="manager")])[DESK].ending == {taken}, "a lower role that ends"


def test_a_change_of_an_end_reads_as_in_a_spec() -> None:
    plan = make_plan(Desired({DESK: box(SOON, None)}, "", 1), {GOOGLE_COLLABORATIVE: observed(LATER, SOON)}, NOW, "0")
    said = [words(change) for change in plan.changes]
    assert any("end by the service 2027-06-01 16:00 UTC -> 2027-03-31 for" in text for text in said), said
    assert any("end by the service 2027-03-31 -> never for" in text for text in said), said


def test_a_plan_is_stale_when_somebody_moved_an_end() -> None:
    prints = [fingerprint(box(SOON), observed(end)) for end in each([SOON, LATER, None])]
    assert len(set(prints)) == 3
    mailbox = box(SOON)
    assert digest({DESK: mailbox}) != digest({DESK: replace(mailbox, enforces_until=False)})


def test_values_of_ends_are_instants_to_the_second() -> None:
    zone = datetime.fromisoformat("2027-03-31T18:00:00.75+02:00")
    assert end_value(zone) == "2027-03-31T16:00:00Z"
    for end in each([SOON, LATER, None]):
        assert end_of(end_value(end)) == end
    assert (end_words(NEVER), end_words("2027-04-01T00:00:00Z"), end_of(None)) == (NEVER, "2027-03-31", None)
    assert is_later(NEVER, end_value(LATER)) and is_later(end_value(LATER), end_value(SOON))
    assert not is_later(NEVER, NEVER) and not is_later(end_value(SOON), NEVER)
    last = datetime(2200, 1, 1, tzinfo=UTC)
    assert is_writable(last) and not is_writable(last + timedelta(seconds=1))
    assert not is_writable(datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC))


def test_import_writes_the_ends_that_a_spec_can_name_and_names_the_others() -> None:
    there = observed(LATER, None)
    moved = desired_of(there.mailboxes[DESK], there, TABLE)
    text = write(moved.mailbox, TABLE)
    assert "enforce_until: true" in text and "until: 2027-06-01T16:00:05Z" in text
    far = observed(datetime(2345, 1, 1, tzinfo=UTC), SOON)
    kept = desired_of(far.mailboxes[DESK], far, TABLE)
    assert not kept.mailbox.enforces_until, "a spec that enforces its ends would remove this one"
    assert [note.is_lost for note in kept.notes] == [True]
    plain = observed(None)
    assert not desired_of(plain.mailboxes[DESK], plain, TABLE).mailbox.enforces_until


def test_spec_for_another_platform_keeps_the_end_and_names_who_ends_it() -> None:
    moved = moved_to(box(SOON), TABLE, CAPABILITIES[GOOGLE_DELEGATED])
    assert not moved.mailbox.enforces_until
    assert [grant.until for grant in moved.mailbox.grants or ()] == [SOON]
    assert "group.enforce_until" in {note.key for note in moved.notes if note.is_lost}


def test_only_a_spec_that_enforces_ends_needs_the_scope() -> None:
    scopes = ("cloud-identity.groups.readonly", "cloud-identity.groups")
    with_ends = needed(TABLE.needs, [box(SOON)]).all
    without = needed(TABLE.needs, [replace(box(SOON), enforces_until=False)]).all
    assert every(with_ends[scope] == ("group.enforce_until",) and scope not in without for scope in scopes)


def test_audit_names_who_ends_a_right() -> None:
    ends = service_ends({GOOGLE_COLLABORATIVE: observed(LATER, None)})
    assert ends[DESK.key, str(GOOGLE_COLLABORATIVE), "id-0", Right.MEMBER, ""] == LATER
    assert not any(key[2] == "id-1" for key in ends)
    named = replace(PEOPLE[TrusteeId("id-0")], name="sales@contoso.example")
    there = observed(LATER)
    ends = service_ends({GOOGLE_COLLABORATIVE: replace(there, trustees={**there.trustees, named.id: named})})
    assert {key[2] for key in ends} == {"id-0"}, "a person with the name of a group is not taken for it"
