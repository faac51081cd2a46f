"""Each kind of change in a Workspace: done, already so, waited for, or failed in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sharedbox_cli.core.change import Change, Kind, Party, inverse
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MembersMode, Platform, Right, State
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.core.values import ALLOWED, BLOCKED, Value
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.providers.google_workspace import accounts
from tests.asked import each, every
from tests.providers.google_setting import (
    STANDARD,
    STARTER,
    Fill,
    GoogleSetting,
    at,
    collaborative,
    company,
    delegated,
    held,
    id_of,
    user,
)

Workspaces = Callable[[Fill], GoogleSetting]


def change_of(
    workspace: GoogleSetting,
    mailbox: str,
    after: dict[Field, Value],
    platform: Platform = GOOGLE_DELEGATED,
    before: dict[Field, Value] | None = None,
    who: str = "",
    right: Right = Right.FULL_ACCESS,
    kind: Kind = Kind.UPDATE,
) -> Change:
    """Return one change of a mailbox that is there."""
    party = None
    if who:
        identity = f"external:{who}" if "@" in who else id_of(workspace.make, who)
        party = Party(TrusteeId(identity), right, at(who), who.title())
    return Change(
        kind,
        Phase.SETTINGS,
        at(mailbox),
        platform,
        id_of(workspace.make, mailbox),
        before=before or {},
        after=after,
        party=party,
    )


def test_new_account_has_a_password_that_nobody_knows(workspace: GoogleSetting) -> None:
    spec = delegated("press", {Field.SIGN_IN: BLOCKED, Field.LICENCE: STANDARD}, (user("anna"),))
    outcomes = workspace.run(spec)
    assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
    bodies = [line["body"] for line in workspace.emulator.log.lines if line["route"] == "google.directory.users.insert"]
    assert bodies[0]["password"] != ""
    assert bodies[0]["changePasswordAtNextLogin"] is False
    observed = workspace.observe(spec)
    assert observed.mailboxes[at("press")].settings[Field.SIGN_IN] == BLOCKED
    assert workspace.plan(spec) == ()


def test_create_when_google_takes_its_time_then_it_is_waited_for(workspace: GoogleSetting) -> None:
    workspace.lag(user=50, mailbox=150, group=40, member=20, settings=20, alias=20)
    spec = delegated(
        "press",
        {
            Field.SIGN_IN: BLOCKED,
            Field.LICENCE: STANDARD,
            Field.ALIASES: ("presse@contoso.example",),
            Field.FOLDERS: ("a",),
        },
        (user("anna"),),
    )
    outcomes = workspace.run(spec)
    assert {outcome.status for outcome in outcomes.values()} <= {Status.DONE, Status.ALREADY_SO}, outcomes
    inbox = collaborative("team", {Field.HIDDEN: True}, (user("anna", Right.OWNER),))
    outcomes = workspace.run(inbox)
    assert {outcome.status for outcome in outcomes.values()} <= {Status.DONE, Status.ALREADY_SO}, outcomes
    workspace.clock.pass_time(60)
    assert workspace.plan(spec) == ()
    assert workspace.plan(inbox) == ()


def test_create_when_the_mailbox_does_not_come_then_the_rest_waits_for_another_run(workspace: GoogleSetting) -> None:
    workspace.lag(mailbox=86400)
    spec = delegated("press", {Field.LICENCE: STANDARD, Field.FOLDERS: ("a",)}, (user("anna"), user("ben")))
    outcomes = workspace.run(spec)
    skipped = [outcome for outcome in outcomes.values() if outcome.status is Status.SKIPPED]
    assert len(skipped) == 3, outcomes
    assert every("up to a day" in outcome.reason for outcome in skipped)
    assert sum(workspace.clock.slept) < 400, "five minutes once, not for each change"


def test_create_when_there_is_no_licence_then_it_says_what_is_missing(workspace: GoogleSetting) -> None:
    spec = delegated("press", {}, (user("anna"),))
    outcomes = workspace.run(spec)
    assert [outcome.status for outcome in outcomes.values()] == [Status.DONE, Status.SKIPPED]
    assert "no licence with Gmail" in list(outcomes.values())[1].reason


def test_create_when_the_address_is_taken_meanwhile_then_nothing_is_adopted(workspace: GoogleSetting) -> None:
    spec, inbox = delegated("press"), collaborative("team")
    made, grouped = workspace.plan(spec), workspace.plan(inbox)
    workspace.make.person("press", "Priya Ess")
    workspace.make.group("team", "Team")
    for change in (*made, *grouped):
        outcome = workspace.shared.apply(change)
        assert outcome.status is Status.FAILED
        assert "taken" in outcome.reason


def test_create_when_an_account_was_deleted_then_it_comes_back(workspace: GoogleSetting) -> None:
    gone = workspace.plan(delegated("sales", state=State.ABSENT))[0]
    assert workspace.shared.apply(gone).status is Status.DONE
    assert workspace.shared.apply(gone).status is Status.ALREADY_SO
    back = workspace.plan(delegated("sales"))
    assert [(change.kind, change.how) for change in back] == [(Kind.CREATE, "restore")]
    assert workspace.shared.apply(back[0]).mailbox_id == gone.mailbox_id
    assert workspace.plan(delegated("sales")) == ()


def test_delete_when_it_is_a_group_then_it_is_refused_in_words(workspace: GoogleSetting) -> None:
    change = change_of(workspace, "desk", {}, GOOGLE_COLLABORATIVE, kind=Kind.DELETE)
    outcome = workspace.shared.apply(change)
    assert outcome.status is Status.FAILED
    assert "cannot be brought back" in outcome.reason
    assert workspace.effects() == []


def test_update_when_an_alias_is_anothers_then_it_fails_and_says_so(workspace: GoogleSetting) -> None:
    for platform, mailbox in ((GOOGLE_DELEGATED, "sales"), (GOOGLE_COLLABORATIVE, "desk")):
        change = change_of(workspace, mailbox, {Field.ALIASES: ("anna@contoso.example",)}, platform)
        outcome = workspace.shared.apply(change)
        assert outcome.status is Status.FAILED
        assert "anna@contoso.example belongs to the account `Anna Person`" in outcome.reason


@pytest.mark.parametrize(("platform", "mailbox"), [(GOOGLE_DELEGATED, "sales"), (GOOGLE_COLLABORATIVE, "desk")])
def test_update_when_aliases_are_as_wanted_already_then_it_is_no_error(
    workspace: GoogleSetting, platform: Platform, mailbox: str
) -> None:
    own = {"sales": "verkauf@contoso.example", "desk": "pult@contoso.example"}[mailbox]
    change = change_of(
        workspace, mailbox, {Field.ALIASES: (own,)}, platform, before={Field.ALIASES: ("gone@contoso.example",)}
    )
    assert workspace.shared.apply(change).is_success


def test_update_when_a_unit_is_not_there_then_it_says_where_to_make_it(workspace: GoogleSetting) -> None:
    outcome = workspace.shared.apply(change_of(workspace, "sales", {Field.ORG_UNIT: "/Nowhere"}))
    assert outcome.status is Status.FAILED
    assert "Organizational units" in outcome.reason


def test_unit_in_another_case_is_the_same_unit(workspace: GoogleSetting) -> None:
    spec = delegated("sales", {Field.ORG_UNIT: "/PEOPLE"})
    assert {outcome.status for outcome in workspace.run(spec).values()} == {Status.DONE}
    assert workspace.observe(spec).mailboxes[at("sales")].settings[Field.ORG_UNIT] == "/People"
    assert workspace.plan(spec) == ()
    for units, is_shared in each({("/people",): True, ("/PEOPLE/sales",): True, ("/Peopl", "/"): False}.items()):
        assert accounts.is_shared({"orgUnitPath": "/People/Sales"}, units) is is_shared


def test_blocking_sign_in_ends_sessions_passwords_and_tokens(workspace: GoogleSetting) -> None:
    store, sales = workspace.make.store, id_of(workspace.make, "sales")
    store.put(sales, "asp", "1", {"codeId": 1, "name": "phone", "kind": "admin#directory#asp"})
    store.put(sales, "token", "app.example", {"clientId": "app.example", "kind": "admin#directory#token"})
    workspace.shared.apply(change_of(workspace, "sales", {Field.SIGN_IN: BLOCKED}))
    writes = [str(line["route"]).removeprefix("google.directory.") for line in workspace.emulator.log.lines]
    wanted = ["users.update", "users.signOut", "asps.delete", "tokens.delete", "users.update"]
    assert [name for name in writes if name in wanted] == wanted


def test_account_with_open_sessions_is_not_hardened(workspace: GoogleSetting) -> None:
    workspace.faults({"route": "google.directory.users.signOut", "kind": "forbidden", "count": 10})
    spec = delegated("sales", {Field.SIGN_IN: BLOCKED})
    assert [outcome.status for outcome in workspace.run(spec).values()] == [Status.FAILED]
    assert workspace.observe(spec).mailboxes[at("sales")].settings[Field.SIGN_IN] == ALLOWED


def test_update_when_sign_in_is_to_be_opened_then_it_is_refused_in_words(workspace: GoogleSetting) -> None:
    outcome = workspace.shared.apply(change_of(workspace, "sales", {Field.SIGN_IN: ALLOWED}))
    assert outcome.status is Status.FAILED
    assert "reset the password" in outcome.reason


def test_update_when_external_ids_are_there_then_they_stay(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.mailbox("jobs", "Jobs", extra={"externalIds": [{"type": "organization", "value": "KST-4711"}]})

    workspace = workspace_of(fill)
    workspace.run(delegated("jobs", {Field.SIGN_IN: BLOCKED, Field.ORG_UNIT: "/People"}))
    bodies = [line["body"] for line in workspace.emulator.log.lines if str(line["route"]).endswith("users.update")]
    kept = [body["externalIds"] for body in bodies if "externalIds" in body]
    assert kept
    assert every({"type": "organization", "value": "KST-4711"} in ids for ids in kept)


def test_update_when_google_keeps_another_setting_then_it_fails_and_says_which(
    workspace: GoogleSetting, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sharedbox_cli.emulator.google import groups_settings

    coupled = groups_settings._coupled
    monkeypatch.setattr(
        groups_settings,
        "_coupled",
        lambda before, body, *rest: {**coupled(before, body, *rest), "whoCanViewGroup": before["whoCanViewGroup"]},
    )
    change = change_of(workspace, "desk", {Field.GROUP_VIEWING: "anyone"}, GOOGLE_COLLABORATIVE)
    outcome = workspace.shared.apply(change)
    assert outcome.status is Status.FAILED
    assert "whoCanViewGroup stayed ALL_MEMBERS_CAN_VIEW" in outcome.reason
    assert "Sharing settings" in outcome.reason


def test_update_when_a_plain_group_becomes_an_inbox_then_the_rest_of_it_stays(workspace: GoogleSetting) -> None:
    workspace.run(collaborative("news"))
    bodies = [line["body"] for line in workspace.emulator.log.lines if str(line["route"]).endswith("groups.patch")]
    assert bodies == [{"enableCollaborativeInbox": "true"}]


def test_licence_when_no_seat_is_left_then_it_fails_and_says_so(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.store.run("update g_seats set seats = 0 where sku = '1010020027'")

    outcomes = list(workspace_of(fill).run(delegated("sales", {Field.LICENCE: STARTER})).values())
    assert [outcome.status for outcome in outcomes] == [Status.FAILED]
    assert "Buy a licence, or release one" in outcomes[0].reason


def test_new_account_does_not_wait_for_an_unknown_licence(workspace: GoogleSetting) -> None:
    wanted = "google-workspace-business-plus"
    spec = delegated("press", {Field.LICENCE: wanted, Field.FOLDERS: ("a",)}, (user("anna"),))
    _, licence, *others = workspace.run(spec).values()
    assert (licence.status, "no such subscription" in licence.reason) == (Status.FAILED, True)
    assert {outcome.status for outcome in others} == {Status.FAILED}
    assert every("Give the account a licence" in outcome.reason for outcome in others)
    assert sum(workspace.clock.slept) < 30


def test_alias_that_is_gone_is_not_waited_for(workspace: GoogleSetting) -> None:
    licence, update = workspace.plan(delegated("sales", {Field.LICENCE: STARTER, Field.ALIASES: ()}))
    assert workspace.shared.apply(update).is_success
    outcomes = [workspace.shared.apply(change) for change in (licence, update)]
    assert [outcome.status for outcome in outcomes] == [Status.DONE, Status.DONE], outcomes
    assert sum(workspace.clock.slept) < 30


def test_licence_when_it_is_there_or_gone_already_then_it_is_no_error(workspace: GoogleSetting) -> None:
    give = change_of(workspace, "sales", {Field.LICENCE: STANDARD}, kind=Kind.LICENCE)
    assert workspace.shared.apply(give).status is Status.ALREADY_SO
    take = change_of(workspace, "sales", {Field.LICENCE: "none"}, before={Field.LICENCE: STANDARD}, kind=Kind.LICENCE)
    assert [workspace.shared.apply(take).status for _ in range(2)] == [Status.DONE, Status.ALREADY_SO]


def test_licence_when_many_are_changed_then_no_more_than_one_a_second(workspace: GoogleSetting) -> None:
    workspace.tenant.set_meta("quota:google:licensing:project", "1/1")
    for wanted in (STARTER, STANDARD, STARTER):
        assert every(
            one.status is Status.DONE for one in workspace.run(delegated("sales", {Field.LICENCE: wanted})).values()
        )
    refused = [line for line in workspace.emulator.log.lines if line["status"] == 503]
    assert refused == []


def test_grant_when_it_is_there_already_then_nothing_is_sent_twice(workspace: GoogleSetting) -> None:
    again = change_of(workspace, "sales", {}, who="ben", kind=Kind.GRANT)
    assert workspace.shared.apply(again).status is Status.ALREADY_SO
    member = change_of(workspace, "desk", {}, GOOGLE_COLLABORATIVE, who="ben", right=Right.MEMBER, kind=Kind.GRANT)
    assert workspace.shared.apply(member).status is Status.ALREADY_SO
    sender = change_of(workspace, "sales", {}, who="ben", right=Right.SEND_AS, kind=Kind.GRANT)
    assert [workspace.shared.apply(sender).status for _ in range(2)] == [Status.DONE, Status.ALREADY_SO]


def test_revoke_when_it_is_gone_already_then_it_is_no_error(workspace: GoogleSetting) -> None:
    for right, mailbox, platform in (
        (Right.FULL_ACCESS, "sales", GOOGLE_DELEGATED),
        (Right.SEND_AS, "sales", GOOGLE_DELEGATED),
        (Right.MEMBER, "desk", GOOGLE_COLLABORATIVE),
    ):
        change = change_of(workspace, mailbox, {}, platform, who="emi", right=right, kind=Kind.REVOKE)
        assert workspace.shared.apply(change).status is Status.ALREADY_SO


@pytest.mark.parametrize("status", ["pending", "rejected", "expired"])
def test_grant_when_an_invitation_lies_there_then_it_is_made_anew(workspace_of: Workspaces, status: str) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.delegate(id_of(make, "sales"), id_of(make, "emi"), status=status)

    workspace = workspace_of(fill)
    spec = delegated("sales", {}, (user("ben"), user("emi")))
    assert [outcome.status for outcome in workspace.run(spec).values()] == [Status.DONE]
    assert workspace.plan(spec) == ()


@pytest.mark.parametrize("who", ["hugo", "sales"])
def test_grant_when_somebody_cannot_be_a_delegate_then_it_says_who_can(workspace: GoogleSetting, who: str) -> None:
    outcome = workspace.shared.apply(change_of(workspace, "sales", {}, who=who, kind=Kind.GRANT))
    assert outcome.status is Status.FAILED
    assert "active account" in outcome.reason


def test_grant_when_outsiders_are_kept_out_then_it_says_what_to_write(workspace: GoogleSetting) -> None:
    change = change_of(
        workspace, "desk", {}, GOOGLE_COLLABORATIVE, who="x@partner.example", right=Right.MEMBER, kind=Kind.GRANT
    )
    outcome = workspace.shared.apply(change)
    assert outcome.status is Status.FAILED
    assert "external_members: true" in outcome.reason


def test_grant_when_somebody_is_in_with_another_role_then_the_role_changes(workspace: GoogleSetting) -> None:
    change = change_of(workspace, "desk", {}, GOOGLE_COLLABORATIVE, who="ben", right=Right.MANAGER, kind=Kind.GRANT)
    assert workspace.shared.apply(change).status is Status.DONE
    observed = workspace.observe(collaborative("desk", {}, ()))
    assert ("desk@contoso.example", "ben@contoso.example", "manager") in held(observed)


def test_grant_when_a_group_contains_the_inbox_then_the_circle_is_told(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.member(id_of(make, "all"), id_of(make, "desk"), kind="GROUP")

    workspace = workspace_of(fill)
    change = change_of(workspace, "desk", {}, GOOGLE_COLLABORATIVE, who="all", right=Right.MEMBER, kind=Kind.GRANT)
    outcome = workspace.shared.apply(change)
    assert outcome.status is Status.FAILED
    assert "Remove one of the groups" in outcome.reason


def test_role_when_it_changes_then_in_one_step_and_back_again(workspace: GoogleSetting) -> None:
    spec = collaborative("desk", {}, (user("ben", Right.OWNER),), mode=MembersMode.AT_LEAST)
    changes = workspace.plan(spec)
    workspace.forget()
    assert every(outcome.status is Status.DONE for outcome in workspace.apply(changes).values())
    assert workspace.calls()["directory.members.update"] == 1
    assert "directory.members.delete" not in workspace.calls()
    back = [inverse(change) for change in changes]
    assert every(workspace.shared.apply(change).status is Status.DONE for change in back if change)
    assert ("desk@contoso.example", "ben@contoso.example", "member") in held(workspace.observe(spec))


def test_content_when_other_things_are_there_then_they_stay(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        mailbox = id_of(make, "sales")
        make.label(mailbox, "Old")
        make.label(mailbox, "urgent", color={"backgroundColor": "#16a766", "textColor": "#ffffff"})
        make.gmail(
            mailbox,
            vacation={"enableAutoReply": False, "responseSubject": "S", "responseBodyHtml": "<b>x</b>"},
            imap={"enabled": False, "autoExpunge": False, "expungeBehavior": "trash", "maxFolderSize": 1000},
        )

    workspace = workspace_of(fill)
    workspace.tenant.set_meta("google:extra_fields", "1")
    spec = delegated(
        "sales",
        {Field.FOLDERS: ("New",), Field.TAGS: (("urgent", "red"),), Field.AUTO_REPLY: True, Field.ACCESS_IMAP: True},
    )
    assert every(outcome.status is Status.DONE for outcome in workspace.run(spec).values())
    mailbox = workspace.observe(spec).mailboxes[at("sales")]
    assert mailbox.settings[Field.FOLDERS] == ("New", "Old", "urgent")
    assert ("urgent", "red") in mailbox.settings[Field.TAGS]  # type: ignore[operator]
    bodies = {str(line["route"]).rpartition(".")[2]: line["body"] for line in workspace.emulator.log.lines}
    assert bodies["updateVacation"]["responseBodyHtml"] == "<b>x</b>"
    assert bodies["updateImap"] == {
        "enabled": True,
        "autoExpunge": False,
        "expungeBehavior": "trash",
        "maxFolderSize": 1000,
    }


def test_content_when_a_label_has_a_name_of_gmails_own_then_it_fails_in_words(workspace: GoogleSetting) -> None:
    outcome = workspace.shared.apply(change_of(workspace, "sales", {Field.FOLDERS: ("Inbox",)}))
    assert outcome.status is Status.FAILED
    assert "Gmail reserves some names" in outcome.reason


def test_forwarding_when_the_target_must_confirm_then_it_fails_and_says_what_to_do(workspace: GoogleSetting) -> None:
    change = change_of(workspace, "sales", {Field.FORWARDING_TO: "x@elsewhere.example"})
    for _ in range(2):
        outcome = workspace.shared.apply(change)
        assert outcome.status is Status.FAILED
        assert "must confirm first" in outcome.reason


def test_settle_when_asked_of_any_change_then_it_tells_what_a_reading_tells(workspace: GoogleSetting) -> None:
    settled = workspace.shared.settle
    grant = change_of(workspace, "sales", {}, who="ben", kind=Kind.GRANT)
    assert settled(grant) is Effect.PRESENT
    assert settled(replace(grant, kind=Kind.REVOKE)) is Effect.ABSENT
    role = change_of(
        workspace,
        "desk",
        {Field.ROLE: "member", Field.DELIVERY: "all"},
        GOOGLE_COLLABORATIVE,
        who="ben",
        right=Right.MEMBER,
    )
    assert settled(role) is Effect.ABSENT, "the role is there, the delivery is not"
    assert settled(replace(role, after={Field.ROLE: "member", Field.DELIVERY: "none"})) is Effect.PRESENT
    assert settled(change_of(workspace, "sales", {Field.LICENCE: STANDARD}, kind=Kind.LICENCE)) is Effect.PRESENT
    assert settled(change_of(workspace, "sales", {Field.FOLDERS: ("a",)})) is Effect.ABSENT
    workspace.faults({"route": "google.directory.*", "kind": "forbidden", "count": 100})
    assert settled(grant) is Effect.UNCLEAR


def test_secrets_when_an_account_was_made_then_its_password_is_in_no_outcome(workspace: GoogleSetting) -> None:
    outcomes = workspace.run(delegated("press", {Field.SIGN_IN: BLOCKED}))
    assert "password" not in repr(outcomes).lower()
