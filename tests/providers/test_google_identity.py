"""People and objects by Google's identity: one "not found" proves no absence, and two spellings are one account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MembersMode, Platform, Right
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.core.values import LICENCE_NONE, Value
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.store import outsider_id
from tests.providers.google_setting import (
    STANDARD,
    Fill,
    GoogleSetting,
    collaborative,
    delegated,
    everything,
    id_of,
    user,
)
from tests.providers.test_google_apply import change_of

Workspaces = Callable[[Fill], GoogleSetting]
OUTSIDERS = ("partner@fabrikam.example", "jane.doe@gmail.com", "a+b@googlemail.com")


def inbox_with(*outsiders: str) -> Fill:
    """Return what makes an inbox with Anna and outsiders."""

    def fill(make: GoogleBuilder) -> None:
        anna = make.person("anna", "Anna")
        group = make.inbox("support", "Support", allowExternalMembers="true")
        make.member(group, anna, "OWNER")
        for outsider in outsiders:
            make.member(group, outsider_id(outsider), kind="EXTERNAL", email=outsider)

    return fill


def members_of(workspace: GoogleSetting) -> set[str]:
    """Return who is in the inbox."""
    store = workspace.make.store
    return {str(row["email"]) for row in store.members(id_of(workspace.make, "support"))}


@pytest.mark.parametrize("outsider", OUTSIDERS)
def test_remove_outsider_by_id(workspace_of: Workspaces, outsider: str) -> None:
    workspace = workspace_of(inbox_with(outsider))
    spec = collaborative("support", {}, (user("anna", Right.OWNER),))
    (outcome,) = workspace.run(spec).values()
    assert outcome.status is Status.DONE
    assert members_of(workspace) == {"anna@contoso.example"}
    assert workspace.plan(spec) == ()


@pytest.mark.parametrize("outsider", OUTSIDERS)
def test_role_of_an_outsider_by_id(workspace_of: Workspaces, outsider: str) -> None:
    workspace = workspace_of(inbox_with(outsider))
    spec = collaborative("support", {}, (user("anna", Right.OWNER), user(outsider, Right.MANAGER)))
    (outcome,) = workspace.run(spec).values()
    assert outcome.status is Status.DONE
    assert workspace.plan(spec) == ()


@pytest.mark.parametrize("desired", ["janedoe@gmail.com", "jane.doe@googlemail.com", "j.a.n.e.doe@gmail.com"])
@pytest.mark.parametrize("held", ["janedoe@gmail.com", "Jane.Doe@googlemail.com"])
def test_spellings_of_gmail_are_one_account(workspace_of: Workspaces, held: str, desired: str) -> None:
    workspace = workspace_of(inbox_with(held))
    spec = collaborative(
        "support", {Field.GROUP_EXTERNAL_MEMBERS: True}, (user("anna", Right.OWNER), user(desired, Right.MEMBER))
    )
    assert workspace.plan(spec) == ()


def test_outsider_under_another_address_is_not_removed(workspace_of: Workspaces) -> None:
    workspace = workspace_of(inbox_with("old@fabrikam.example"))
    spec = collaborative("support", {}, (user("anna", Right.OWNER), user("new@fabrikam.example", Right.MEMBER)))
    plan = workspace.plan(spec)
    refusal = {"route": "google.directory.members.insert", "n": 1, "count": 9, "kind": "status", "status": 409}
    workspace.faults({**refusal, "body": "json", "reason": "duplicate"})
    outcomes = workspace.apply(plan)
    assert {outcome.status for outcome in outcomes.values()} == {Status.FAILED}
    assert "old@fabrikam.example" in members_of(workspace)


LISTED: dict[str, tuple[Platform, Kind, dict[Field, Value], dict[Field, Value], str, Right, str]] = {
    "delegate": (
        GOOGLE_DELEGATED,
        Kind.REVOKE,
        {},
        {},
        "ben",
        Right.FULL_ACCESS,
        "gmail.users.settings.delegates.delete",
    ),
    "sender": (GOOGLE_DELEGATED, Kind.REVOKE, {}, {}, "ben", Right.SEND_AS, "gmail.users.settings.sendAs.delete"),
    "member": (GOOGLE_COLLABORATIVE, Kind.REVOKE, {}, {}, "ben", Right.MEMBER, "directory.members.delete"),
    "alias": (
        GOOGLE_DELEGATED,
        Kind.UPDATE,
        {Field.ALIASES: ("vendas@contoso.example",)},
        {Field.ALIASES: ()},
        "",
        Right.FULL_ACCESS,
        "directory.users.aliases.delete",
    ),
    "licence": (
        GOOGLE_DELEGATED,
        Kind.UPDATE,
        {Field.LICENCE: STANDARD},
        {Field.LICENCE: LICENCE_NONE},
        "",
        Right.FULL_ACCESS,
        "licensing.licenseAssignments.delete",
    ),
}


def full(make: GoogleBuilder) -> None:
    """Make a mailbox and an inbox that hold one thing of each kind."""
    anna, ben = make.person("anna", "Anna"), make.person("ben", "Ben")
    sales = make.mailbox("sales", "Sales", aliases=("vendas@contoso.example",))
    make.delegate(sales, ben)
    make.sender(ben, sales, "Sales")
    desk = make.inbox("desk", "Desk")
    make.member(desk, anna, "OWNER")
    make.member(desk, ben)


@pytest.mark.parametrize("name", LISTED)
def test_not_found_while_listed_is_no_success(workspace_of: Workspaces, name: str) -> None:
    platform, kind, before, after, who, right, route = LISTED[name]
    workspace = workspace_of(full)
    mailbox = "sales" if platform == GOOGLE_DELEGATED else "desk"
    change = change_of(workspace, mailbox, after, platform, before, who, right, kind)
    missing = {"route": f"google.{route}", "n": 1, "count": 99, "kind": "status", "status": 404}
    workspace.faults({**missing, "body": "json", "reason": "notFound"})
    (outcome,) = workspace.apply((change,)).values()
    assert not outcome.is_success, outcome
    workspace.faults()
    (outcome,) = workspace.apply((change,), workspace.provider()).values()
    assert outcome.status is Status.DONE, outcome
    (outcome,) = workspace.apply((change,), workspace.provider()).values()
    assert outcome.is_success, outcome


def invited(status: str) -> Fill:
    """Return what makes a mailbox with Ben as delegate, and an invitation of Anna."""

    def fill(make: GoogleBuilder) -> None:
        full(make)
        make.delegate(id_of(make, "sales"), id_of(make, "anna"), status=status)

    return fill


def test_pending_invitation_is_revoked(workspace_of: Workspaces) -> None:
    workspace = workspace_of(invited("pending"))
    spec = delegated("sales", {}, (user("ben"),))
    (change,) = workspace.plan(spec)
    assert change.kind is Kind.REVOKE
    assert "pending invitation" in change.why
    (outcome,) = workspace.apply((change,)).values()
    assert outcome.status is Status.DONE
    assert workspace.plan(spec) == ()
    assert not workspace.observe(spec).mailboxes[change.mailbox].special


def test_pending_invitation_is_verified_by_reading(workspace_of: Workspaces) -> None:
    workspace = workspace_of(invited("pending"))
    (change,) = workspace.plan(delegated("sales", {}, (user("ben"),)))
    assert workspace.shared.settle(change) is Effect.ABSENT
    workspace.apply((change,))
    assert workspace.shared.settle(change) is Effect.PRESENT


def test_at_least_keeps_an_invitation(workspace_of: Workspaces) -> None:
    workspace = workspace_of(invited("pending"))
    assert workspace.plan(delegated("sales", {}, (user("ben"),), mode=MembersMode.AT_LEAST)) == ()


@pytest.mark.parametrize("route", ["delegates.list", "sendAs.list"])
def test_missing_status_stops_the_reading(workspace_of: Workspaces, route: str) -> None:
    workspace = workspace_of(invited("pending"))
    name = f"google.gmail.users.settings.{route}"
    workspace.faults({"route": name, "n": 1, "count": 99, "kind": "drop_field", "field": "verificationStatus"})
    with pytest.raises(ObserveError, match="verificationStatus"):
        workspace.observe(delegated("sales", {}, (user("ben"), user("ben", Right.SEND_AS))))


def test_reserved_groups_do_not_stop_an_audit(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        full(make)
        make.group("abuse", "Abuse")
        make.group("postmaster", "Postmaster")

    observed = workspace_of(fill).shared.observe(everything(GOOGLE_COLLABORATIVE))
    assert {address.local for address in observed.mailboxes} == {"desk"}
