"""When Google itself ends memberships: read and compared, written, refused by an edition, and gone when it comes."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sharedbox_cli.core.change import Change, inverse
from sharedbox_cli.core.convert import desired_of
from sharedbox_cli.core.diff_notes import notes_on
from sharedbox_cli.core.errors import Ambiguous, Conflict, PermissionDenied, Refused, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, DesiredGrant, DesiredMailbox, Fact, MembersMode, Right
from sharedbox_cli.core.needs import needed
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.core.until import NEVER, end_value, end_words
from sharedbox_cli.emulator.google.builder import SCOPES
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from sharedbox_cli.providers.google_workspace.ends import ENDS, require_success
from sharedbox_cli.providers.google_workspace.scopes import AUTH
from tests.asked import each, every
from tests.providers.google_setting import GoogleSetting, at, collaborative, everything, id_of, user

LOOKUP, LIST = "cloudidentity.groups.lookup", "cloudidentity.groups.memberships.list"
CREATE = "google.cloudidentity.groups.memberships.create"
MODIFY = "google.cloudidentity.groups.memberships.modifyMembershipRoles"
TRIAL = "cloudidentity.groups.memberships.checkTransitiveMembership"
OWNER = user("anna", Right.OWNER)


def box(*grants: DesiredGrant, mode: MembersMode = MembersMode.EXACT, local: str = "desk") -> DesiredMailbox:
    """Return the spec of a group of which Google itself ends the members."""
    return replace(collaborative(local, None, (OWNER, *grants), mode=mode), enforces_until=True)


def soon(now: datetime) -> datetime:
    """Return the end that new members get."""
    return now + timedelta(days=3)


def ending(local: str, end: datetime | None, right: Right = Right.MEMBER) -> DesiredGrant:
    """Return a right that ends."""
    return replace(user(local, right), until=end)


@pytest.fixture
def now(workspace: GoogleSetting) -> datetime:
    """Return the time of the tenant, to the second."""
    return workspace.clock.now().replace(microsecond=0)


def ends(workspace: GoogleSetting, mailbox: DesiredMailbox) -> dict[str, str | None]:
    """Return when Google ends whose membership."""
    observed = workspace.observe(mailbox)
    grants = observed.mailboxes[mailbox.address].grants or ()
    names = {key: str(item.address).partition("@")[0] for key, item in observed.trustees.items()}
    return {names[grant.trustee]: grant.until for grant in grants}


def settled(workspace: GoogleSetting, *mailboxes: DesiredMailbox) -> list[Change]:
    """Apply a plan without a failure, after which there is nothing to plan; return its changes."""
    changes = workspace.plan(*mailboxes)
    outcomes = workspace.apply(changes)
    assert {outcome.status for outcome in outcomes.values()} <= {Status.DONE}, outcomes
    assert every(workspace.shared.settle(change) is Effect.PRESENT for change in changes)
    assert workspace.plan(*mailboxes) == ()
    return list(changes)


def test_end_when_set_moved_and_removed_then_google_has_it(workspace: GoogleSetting, now: datetime) -> None:
    first, later = now + timedelta(days=30, hours=5, seconds=7), now + timedelta(days=90)
    for end, phase in each([(first, Phase.REVOKE), (later, Phase.GRANT), (first, Phase.REVOKE), (None, Phase.GRANT)]):
        (change,) = settled(workspace, box(ending("ben", end)))
        assert (change.phase, change.after) == (phase, {Field.UNTIL: end_value(end)})
        assert ends(workspace, box()) == {"anna": NEVER, "ben": end_value(end)}
        back = inverse(change)
        assert back is not None and back.phase is not phase and inverse(back) == replace(change, risk=back.risk)


def test_member_when_added_promoted_and_demoted_then_only_a_member_has_an_end(
    workspace: GoogleSetting, now: datetime
) -> None:
    end = now + timedelta(days=30)
    (added,) = settled(workspace, box(ending("ben", None), ending("chloe", end)))
    assert added.after == {Field.UNTIL: end_value(end)}
    (promoted,) = settled(workspace, box(ending("ben", None), ending("chloe", end, Right.MANAGER)))
    assert promoted.after == {Field.ROLE: "manager", Field.UNTIL: NEVER}
    assert ends(workspace, box())["chloe"] == NEVER
    (demoted,) = settled(workspace, box(ending("ben", None), ending("chloe", end)))
    assert demoted.before == {Field.ROLE: "manager", Field.UNTIL: NEVER}
    assert ends(workspace, box())["chloe"] == end_value(end)
    undone = inverse(demoted)
    assert undone is not None
    assert workspace.shared.apply(undone).status is Status.DONE
    texts = [note.text for note in notes_on(box(ending("chloe", end, Right.MANAGER)), workspace.observe(box()))]
    assert any("ends the access of members only" in text for text in texts)


def test_member_when_the_end_comes_then_is_gone_and_the_plan_stays_empty(
    workspace: GoogleSetting, now: datetime
) -> None:
    end = now + timedelta(minutes=2)
    settled(workspace, box(ending("ben", end)))
    workspace.advance(121)
    gone = replace(box(), expired=(ending("ben", end),))
    assert workspace.plan(gone) == ()
    assert ends(workspace, box()) == {"anna": NEVER}


def test_at_least_when_google_ends_later_then_nobody_loses_access_earlier(
    workspace: GoogleSetting, now: datetime
) -> None:
    first, later = now + timedelta(days=3), now + timedelta(days=9)
    settled(workspace, box(ending("ben", later)))
    assert workspace.plan(box(ending("ben", first), mode=MembersMode.AT_LEAST)) == ()
    settled(workspace, box(ending("ben", None), mode=MembersMode.AT_LEAST))
    settled(workspace, box(ending("ben", None), ending("emi", first), mode=MembersMode.AT_LEAST))


@pytest.mark.parametrize(("edition", "is_known"), [("off", True), ("refused", False)])
def test_edition_without_ends_when_asked_then_access_ends_by_apply_and_nothing_fails(
    workspace: GoogleSetting, now: datetime, edition: str, is_known: bool
) -> None:
    workspace.tenant.set_meta("google:membership_ends", edition)
    mailbox = box(ending("ben", now + timedelta(days=3)), ending("chloe", now + timedelta(days=3)))
    observed = workspace.observe(mailbox)
    assert observed.mailboxes[at("desk")].facts[Fact.ENDS_ACCESS] is not is_known
    assert any("this edition of the service" in note.text for note in notes_on(mailbox, observed)) is is_known
    changes = workspace.plan(mailbox)
    assert len(changes) == (1 if is_known else 2)
    if is_known:
        assert changes[0].after == {}
        settled(workspace, mailbox)
        return
    (moved,) = (outcome for key, outcome in workspace.apply(changes).items() if key.startswith("update"))
    assert moved.reason.startswith("Google does not end this access: "), moved.reason
    outcomes = {key: outcome.status for key, outcome in workspace.run(mailbox).items()}
    assert set(outcomes.values()) == {Status.FAILED}, "an argument that Google does not accept, and no edition"
    assert every("leave `group.enforce_until` out" in outcome.reason for outcome in workspace.run(mailbox).values())
    assert "chloe" not in ends(workspace, mailbox), "nobody gets access that does not end"


def test_write_when_the_edition_is_found_out_late_then_is_skipped_and_the_member_is_added(
    workspace: GoogleSetting, now: datetime
) -> None:
    mailbox = box(ending("ben", now + timedelta(days=3)), ending("chloe", now + timedelta(days=3)))
    changes = workspace.plan(mailbox)
    workspace.tenant.set_meta("google:membership_ends", "off")
    outcomes = {str(change.kind): workspace.shared.apply(change) for change in changes}
    assert (outcomes["update"].status, outcomes["grant"].status) == (Status.SKIPPED, Status.DONE)
    for outcome in each(outcomes.values()):
        assert "this edition of Google Workspace does not end memberships" in outcome.reason and not outcome.stops_run


def test_end_that_is_refused_later_is_said_with_the_one_that_stays(workspace: GoogleSetting, now: datetime) -> None:
    settled(workspace, box(ending("ben", soon(now))))
    workspace.tenant.set_meta("google:membership_ends", "refused")
    (outcome,) = workspace.run(box(ending("ben", now + timedelta(days=9)))).values()
    assert outcome.status is Status.FAILED
    assert outcome.reason.startswith(f"Google still ends this access after {end_words(end_value(soon(now)))}: ")


def test_end_when_over_by_the_time_of_the_write_then_nothing_is_sent(workspace: GoogleSetting, now: datetime) -> None:
    changes = workspace.plan(box(ending("chloe", now + timedelta(hours=1)), ending("ben", now + timedelta(hours=1))))
    workspace.advance(3600)
    workspace.forget()
    for change in each(changes):
        outcome = workspace.shared.apply(change)
        assert (outcome.status, "this access ended" in outcome.reason) == (Status.FAILED, True)
    assert workspace.effects() == []


@pytest.mark.parametrize("kind", ["reset_after", "status_after", "reset_before", "status"])
def test_write_when_its_answer_is_lost_then_the_end_is_found_or_sent_again(
    workspace: GoogleSetting, now: datetime, kind: str
) -> None:
    fault = {"kind": kind, **({"status": 500} if "status" in kind else {})}
    workspace.faults(*({"route": route, "count": 1, **fault} for route in (MODIFY, CREATE)))
    settled(workspace, box(ending("ben", now + timedelta(days=3)), ending("chloe", now + timedelta(days=3))))


@pytest.mark.parametrize(
    "fault", [{"kind": "throttle", "retry_after": 4}, {"kind": "forbidden"}, {"kind": "status", "status": 404}]
)
def test_member_whose_end_is_not_set_is_told_and_gets_it_from_the_next_plan(
    workspace: GoogleSetting, now: datetime, fault: dict[str, object]
) -> None:
    settled(workspace, box(ending("ben", None), user("chloe", Right.MANAGER)))
    mailbox = box(ending("ben", None), ending("chloe", now + timedelta(days=3)))
    workspace.faults({"route": MODIFY, "count": 100, **fault})
    (outcome,) = workspace.run(mailbox).values()
    assert outcome.status is Status.FAILED
    assert outcome.reason.startswith("the person is a member, but Google does not end the membership: "), outcome.reason
    workspace.faults()
    assert ends(workspace, mailbox)["chloe"] == NEVER
    (change,) = settled(workspace, mailbox)
    assert change.phase is Phase.REVOKE


@pytest.mark.parametrize(
    "fault",
    [
        *({"kind": "throttle", "retry_after": 4}, {"kind": "forbidden"}, {"kind": "status", "status": 404}),
        *({"kind": "status", "status": 400}, {"kind": "reset_before"}),
    ],
    ids=str,
)
def test_new_member_whose_end_is_not_set_gets_no_access(
    workspace: GoogleSetting, now: datetime, fault: dict[str, object]
) -> None:
    mailbox = box(ending("ben", None), ending("chloe", now + timedelta(days=3)))
    workspace.faults({"route": CREATE, "count": 100, **fault})
    workspace.forget()
    (outcome,) = workspace.run(mailbox).values()
    assert not outcome.is_success and outcome.reason
    assert workspace.effects() == []
    workspace.faults()
    assert "chloe" not in ends(workspace, mailbox)
    settled(workspace, mailbox)
    assert workspace.effects() == [f"{at('chloe').key} in {at('desk').key} as MEMBER until {end_value(soon(now))}"]


def test_new_member_when_the_run_dies_before_the_delivery_is_set_then_has_the_end(
    workspace: GoogleSetting, now: datetime
) -> None:
    new = replace(user("chloe", Right.MEMBER, "none"), until=soon(now))
    mailbox = box(ending("ben", None), new)
    for fault in each([{"kind": "reset_before"}, {"kind": "forbidden"}]):
        workspace.faults({"route": "google.directory.members.update", "count": 100, **fault})
        (outcome,) = workspace.run(mailbox).values()
        assert not outcome.is_success
        assert ends(workspace, mailbox)["chloe"] == end_value(soon(now))
    assert "its delivery was not set" in outcome.reason or "not allowed" in outcome.reason
    workspace.faults()
    settled(workspace, mailbox)


def test_new_member_who_was_added_meanwhile_gets_the_end_and_the_delivery(
    workspace: GoogleSetting, now: datetime
) -> None:
    mailbox = box(ending("ben", None), replace(user("chloe", Right.MEMBER, "daily"), until=soon(now)))
    changes = workspace.plan(mailbox)
    workspace.make.member(id_of(workspace.make, "desk"), id_of(workspace.make, "chloe"), "MANAGER")
    assert {outcome.status for outcome in workspace.apply(changes).values()} == {Status.DONE}
    assert workspace.plan(mailbox) == ()


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ({"done": True, "response": {}}, None),
        ({"done": True, "error": {"code": 6, "message": "exists"}}, Conflict),
        ({"done": True, "error": {"code": 7}}, PermissionDenied),
        ({"done": True, "error": {"code": 3}}, Refused),
        ({"done": False, "name": "operations/1"}, Ambiguous),
        ({}, Ambiguous),
    ],
    ids=str,
)
def test_operation_is_a_success_only_where_it_says_so(operation: dict[str, Any], error: type[Exception] | None) -> None:
    with pytest.raises(error) if error is not None else nullcontext():
        require_success(operation, "call", "desk@contoso.example")


def test_end_when_the_scope_to_write_it_is_missing_then_the_edition_is_not_suspected(
    workspace: GoogleSetting, now: datetime
) -> None:
    changes = workspace.plan(box(ending("ben", now + timedelta(days=3))))
    kept = [scope for scope in SCOPES if not scope.endswith("/cloud-identity.groups")]
    workspace.tenant.run("update g_service_accounts set scopes = ?", json.dumps(kept))
    (outcome,) = workspace.apply(changes).values()
    assert outcome.status is Status.FAILED and "enforce_until" not in outcome.reason, outcome.reason


@pytest.mark.parametrize("route", [LOOKUP, LIST])
def test_end_when_it_cannot_be_read_then_nothing_is_planned(
    workspace: GoogleSetting, now: datetime, route: str
) -> None:
    mailbox = box(ending("ben", now + timedelta(days=3)))
    workspace.faults({"route": f"google.{route}", "kind": "forbidden", "count": 100})
    with pytest.raises(SharedboxError):
        workspace.plan(mailbox)


def test_member_of_whom_google_says_nothing_when_planned_then_is_kept_and_noted(
    workspace: GoogleSetting, now: datetime
) -> None:
    mailbox = box(ending("ben", now + timedelta(days=3)))
    observed = workspace.observe(mailbox)
    there = observed.mailboxes[at("desk")]
    unknown = replace(there, grants=frozenset(replace(one, until=None) for one in there.grants or ()))
    observed = replace(observed, mailboxes={at("desk"): unknown})
    assert any("does not say when" in note.text for note in notes_on(mailbox, observed))


def test_import_when_google_ends_a_membership_then_the_spec_says_when_and_plans_nothing(
    workspace: GoogleSetting, now: datetime
) -> None:
    desk, end = id_of(workspace.make, "desk"), now + timedelta(days=60, hours=3, minutes=4, seconds=5.25)
    workspace.make.member(desk, id_of(workspace.make, "emi"), ends_at=end.timestamp())
    observed = workspace.shared.observe(everything(GOOGLE_COLLABORATIVE, fields=(Field.KIND, Field.UNTIL)))
    moved = desired_of(observed.mailboxes[at("desk")], observed, CAPABILITIES[GOOGLE_COLLABORATIVE])
    assert moved.mailbox.enforces_until
    kept = {grant.trustee.key: grant.until for grant in moved.mailbox.grants or ()}
    assert kept[at("emi").key] == end.replace(microsecond=0)
    assert workspace.plan(replace(moved.mailbox, settings={})) == ()


def test_cost_when_no_spec_enforces_ends_then_nothing_is_asked(workspace: GoogleSetting, now: datetime) -> None:
    plain = replace(box(ending("ben", now + timedelta(days=3))), enforces_until=False)
    workspace.plan(plain)
    assert not any(name.startswith("cloudidentity.") for name in workspace.calls())
    workspace.make.inbox("second", "Second")
    workspace.forget()
    workspace.observe(box(), box(local="second"), replace(box(local="news"), enforces_until=False))
    calls = {name: count for name, count in workspace.calls().items() if name.startswith("cloudidentity.")}
    assert calls == {LOOKUP: 2, LIST: 2, TRIAL: 1}
    settled(workspace, box(ending("ben", now + timedelta(days=3))))
    workspace.forget()
    workspace.observe(box())
    assert TRIAL not in workspace.calls(), "an end that is there proves the edition"


def test_new_group_when_google_knows_it_late_then_its_members_get_their_ends(
    workspace: GoogleSetting, now: datetime
) -> None:
    workspace.lag(group=12, member=3)
    mailbox = box(ending("ben", now + timedelta(days=3)), local="fairs")
    outcomes = workspace.apply(workspace.plan(mailbox))
    assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}, outcomes
    workspace.lag(group=0, member=0)
    workspace.advance(3)
    assert workspace.plan(mailbox) == ()


def test_new_group_when_the_edition_has_no_ends_then_one_member_alone_waits(
    workspace: GoogleSetting, now: datetime
) -> None:
    workspace.tenant.set_meta("google:membership_ends", "off")
    mailbox = box(ending("ben", soon(now)), ending("chloe", soon(now)), local="fairs")
    outcomes = workspace.apply(workspace.plan(mailbox))
    assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}, outcomes
    assert workspace.calls()[CREATE.removeprefix("google.")] == 5, "a new group may be known only later"
    assert workspace.plan(mailbox) == ()


def test_promotion_when_the_end_cannot_be_cleared_then_it_is_said_with_the_end_that_stays(
    workspace: GoogleSetting, now: datetime
) -> None:
    settled(workspace, box(ending("ben", soon(now))))
    for kind in each(["forbidden", "throttle"]):
        workspace.faults({"route": MODIFY, "count": 100, "kind": kind})
        (outcome,) = workspace.run(box(user("ben", Right.MANAGER))).values()
        assert outcome.status is Status.FAILED
        assert outcome.reason.startswith(f"Google still ends this access after {end_words(end_value(soon(now)))}: ")


def test_scopes_when_only_those_of_the_spec_are_granted_then_all_of_it_works(
    workspace: GoogleSetting, now: datetime
) -> None:
    mailbox = box(ending("ben", now + timedelta(days=3)), ending("chloe", now + timedelta(days=3)))
    scopes = [f"{AUTH}{name}" for name in needed(CAPABILITIES[GOOGLE_COLLABORATIVE].needs, [mailbox]).all]
    workspace.tenant.run("update g_service_accounts set scopes = ?", json.dumps(scopes))
    settled(workspace, mailbox)


@pytest.mark.parametrize(
    "roles",
    [
        *(None, [], "MEMBER", [{"expiryDetail": {}}]),
        *([{"name": "MEMBER", "expiryDetail": {"expireTime": time}}] for time in ("soon", "0001-01-01T00:00:00Z")),
    ],
    ids=str,
)
def test_membership_in_an_unknown_form_is_never_one_without_an_end(roles: object) -> None:
    with suppress(SharedboxError):
        found = read_row(ENDS, {"roles": roles}, {Field.UNTIL}, "here")
        assert found == {Field.UNTIL: None}


def test_audit_when_ends_cannot_be_read_then_asks_once_and_keeps_the_members(workspace: GoogleSetting) -> None:
    for number in range(3):
        workspace.make.member(workspace.make.inbox(f"inbox{number}", "Inbox"), id_of(workspace.make, "ben"))
    scope = replace(
        everything(GOOGLE_COLLABORATIVE, fields=(Field.KIND, Field.UNTIL)), dispensable=frozenset({Field.UNTIL})
    )
    workspace.observe(box())
    workspace.forget()
    workspace.shared.observe(scope)
    assert TRIAL not in workspace.calls(), "a report says when access ends, not whether it could"
    for fault, asked in each(
        [
            ({"route": f"google.{LOOKUP}", "kind": "forbidden", "count": 100}, {LOOKUP: 1}),
            (
                {"route": f"google.{LIST}", "kind": "status", "status": 404, "body": "json", "count": 100},
                {LOOKUP: 5, LIST: 4},
            ),
        ]
    ):
        workspace.faults(fault)
        workspace.forget()
        observed = workspace.shared.observe(scope)
        assert len(observed.mailboxes) == 4 and observed.unread == ()
        grants = [grant for mailbox in observed.mailboxes.values() for grant in mailbox.grants or ()]
        assert len(grants) == 5 and {grant.until for grant in grants} == {None}
        assert {name: count for name, count in workspace.calls().items() if name.startswith("cloudid")} == asked
