"""Small things that a plan says about Google: outsiders, invitations, names in another case, limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sharedbox_cli.checks.registry import run_checks
from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.change_words import change_words
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Desired, DesiredMailbox, Right
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.store import outsider_id
from tests.providers.google_setting import NOW, Fill, GoogleSetting, at, collaborative, delegated, group, id_of, user

Workspaces = Callable[[Fill], GoogleSetting]
OPEN = {Field.GROUP_EXTERNAL_MEMBERS: True}


def fill(make: GoogleBuilder) -> None:
    """Fill a mailbox, an inbox and two people."""
    anna, ben = make.person("anna", "Anna"), make.person("ben", "Ben")
    make.delegate(make.mailbox("press", "Press", aliases=("old@contoso.example",)), anna)
    make.label(id_of(make, "press"), "Clients")
    desk = make.inbox("desk", "Desk", allowExternalMembers="true")
    make.member(desk, anna, "OWNER")
    make.member(desk, ben)
    make.member(desk, outsider_id("jane@fabrikam.example"), kind="EXTERNAL", email="jane@fabrikam.example")


def plan_of(workspace: GoogleSetting, spec: DesiredMailbox) -> Plan:
    """Return the plan of one spec."""
    return make_plan(Desired({spec.address: spec}, "", 1), {spec.platform: workspace.observe(spec)}, NOW, "0")


def test_outsider_with_a_plus_is_noted_and_takes_nobody_out(workspace_of: Workspaces) -> None:
    workspace = workspace_of(fill)
    people = (user("anna", Right.OWNER), user("ben", Right.MEMBER), user("jane+x@fabrikam.example", Right.MEMBER))
    plan = plan_of(workspace, collaborative("desk", OPEN, people))
    assert ["a plus" in note.text for note in plan.notes] == [True]
    outcomes = workspace.apply(plan.changes)
    assert [outcome.status for outcome in outcomes.values()] == [Status.FAILED, Status.FAILED]
    assert "groups.google.com" in " ".join(outcome.reason for outcome in outcomes.values())
    members = {str(row["email"]) for row in workspace.make.store.members(id_of(workspace.make, "desk"))}
    assert members == {"anna@contoso.example", "ben@contoso.example", "jane@fabrikam.example"}


def test_member_with_a_plus_is_no_problem(workspace_of: Workspaces) -> None:
    workspace = workspace_of(fill)
    address = "jane+x@fabrikam.example"
    workspace.make.member(id_of(workspace.make, "desk"), outsider_id(address), kind="EXTERNAL", email=address)
    people = (user("anna", Right.OWNER), user("ben", Right.MEMBER), user("jane@fabrikam.example", Right.MEMBER))
    plan = plan_of(workspace, collaborative("desk", OPEN, (*people, user(address, Right.MEMBER))))
    assert (plan.changes, plan.notes) == ((), ())


@pytest.mark.parametrize("member", [user, group])
def test_outsider_can_be_a_person_or_a_group(workspace_of: Workspaces, member: Callable[..., object]) -> None:
    workspace = workspace_of(fill)
    outside = member("list@partner.example", Right.MEMBER)
    spec = collaborative("desk", OPEN, (user("anna", Right.OWNER), outside))  # type: ignore[arg-type]
    assert "list@partner.example" in str(plan_of(workspace, spec).changes)


@pytest.mark.parametrize("status", ["pending", "rejected", "expired"])
def test_invitation_says_whether_it_can_be_accepted(workspace_of: Workspaces, status: str) -> None:
    workspace = workspace_of(fill)
    workspace.make.delegate(id_of(workspace.make, "press"), id_of(workspace.make, "ben"), status=status)
    spec = delegated("press", {}, (user("anna"), user("ben")))
    plan = plan_of(workspace, spec)
    assert (len(plan.changes), plan.notes, plan.untouched.special_entries) == (1, (), 0)
    alone = plan_of(workspace, delegated("press", {}, (user("anna"),)))
    assert bool(alone.changes) is (status == "pending")
    findings = run_checks(Desired({}, "", 0), {GOOGLE_DELEGATED: workspace.observe(spec)}, NOW).findings
    (why,) = (finding.why for finding in findings if finding.check == "delegate-not-accepted")
    assert ("Whoever accepts it" in why) is (status == "pending")


def test_label_in_another_case_is_a_rename(workspace_of: Workspaces) -> None:
    workspace = workspace_of(fill)
    spec = delegated("press", {Field.FOLDERS: ("clients", "New")})
    (change,) = workspace.plan(spec)
    assert change_words(Field.FOLDERS, change) == "Clients -> clients +New"
    workspace.apply((change,))
    labels = {str(item["name"]) for item in workspace.make.store.items(id_of(workspace.make, "press"), "label")}
    assert labels == {"clients", "New"}


def test_address_of_a_renamed_mailbox_names_the_new_one(workspace_of: Workspaces) -> None:
    with pytest.raises(SpecError) as caught:
        workspace_of(fill).plan(delegated("old", {}))
    (problem,) = caught.value.problems
    assert f"write `mailbox: {at('press')}`" in problem.hint


def test_group_at_the_address_of_a_deleted_account_is_noted(workspace_of: Workspaces) -> None:
    def deleted(make: GoogleBuilder) -> None:
        fill(make)
        gone = make.person("gone", "Gone Box")
        make.store.run("update g_users set deleted_at = ? where id = ?", make.store.now, gone)
        make.store.run("delete from g_names where owner = ?", gone)

    workspace = workspace_of(deleted)
    spec = collaborative("gone", {}, (user("anna", Right.OWNER),))
    plan = plan_of(workspace, spec)
    assert ["`Gone Box` (gone@contoso.example), which then cannot be restored" in note.text for note in plan.notes] == [
        True
    ]
    assert [change.how for change in plan.changes if change.kind is Kind.CREATE] == ["new"]
    assert {outcome.status for outcome in workspace.apply(plan.changes).values()} == {Status.DONE}
    assert workspace.plan(spec) == ()


def test_collaborative_platform_has_no_refusals(workspace_of: Workspaces) -> None:
    workspace = workspace_of(fill)
    observed = workspace.observe(collaborative("desk", {}, (user("anna", Right.OWNER),)))
    assert observed.platforms == frozenset({GOOGLE_COLLABORATIVE})
    assert not [one for one in observed.trustees.values() if one.refusal or one.caveat]
