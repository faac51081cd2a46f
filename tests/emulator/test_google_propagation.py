"""Writes to the emulated Google are not visible immediately: the reference's note 33."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.google.builder import ADMIN
from tests.emulator.google import (
    ANNA,
    BEN,
    DIRECTORY,
    HUGO,
    NEW_USER,
    ORDERS,
    SETTINGS,
    Workspace,
    reason,
    refused,
    said,
)

NEW = "new@contoso.example"
LICENCE = {"productId": "Google-Apps", "skuId": "1010020028"}


def emails(google: Workspace, group: str = ORDERS) -> set[str]:
    found = google.api("directory").members().list(groupKey=group).execute()
    return {row["email"] for row in found.get("members", ())}


def test_33_user_when_just_made_then_reads_are_404_writes_412_and_a_second_insert_409(google: Workspace) -> None:
    google.lag(user=20)
    users = google.api("directory").users()
    users.insert(body=NEW_USER).execute()
    assert refused(users.get(userKey=NEW)) == (404, "notFound")
    assert NEW not in str(users.list(customer="my_customer").execute())
    answer = google.call("PUT", f"{DIRECTORY}/users/{NEW}", {"suspended": False})
    assert (reason(answer), said(answer)) == ((412, "conditionNotMet"), "User creation is not complete.")
    assert refused(users.insert(body=NEW_USER)) == (409, "duplicate")
    found = google.grant(google.assertion(sub=NEW)).json()
    assert found == {"error": "invalid_grant", "error_description": "Invalid email or User ID"}
    google.advance(20)
    assert users.get(userKey=NEW).execute()["primaryEmail"] == NEW
    assert google.grant(google.assertion(sub=NEW)).status_code == 200


def test_33_mailbox_when_just_made_then_gmail_says_it_is_not_enabled(google: Workspace) -> None:
    google.lag(mailbox=60)
    users = google.api("directory").users()
    users.insert(body=NEW_USER).execute()
    google.api("licensing").licenseAssignments().insert(**LICENCE, body={"userId": NEW}).execute()
    assert said(google.call("GET", f"{SETTINGS}/delegates", subject=NEW)) == "Mail service not enabled"
    assert users.get(userKey=NEW).execute()["isMailboxSetup"] is False
    google.advance(60)
    assert google.call("GET", f"{SETTINGS}/delegates", subject=NEW).status_code == 200
    assert users.get(userKey=NEW).execute()["isMailboxSetup"] is True


def test_33_address_when_just_changed_then_more_changes_are_409_and_no_token_is_given(google: Workspace) -> None:
    google.lag(rename=90)
    users = google.api("directory").users()
    renamed = "anna.mueller@contoso.example"
    users.update(userKey=ANNA, body={"primaryEmail": renamed}).execute()
    assert refused(users.update(userKey=renamed, body={"suspended": False})) == (409, "duplicate")
    assert google.grant(google.assertion(sub=renamed)).json()["error"] == "invalid_grant"
    assert users.get(userKey=ANNA).execute()["primaryEmail"] == renamed
    google.advance(90)
    users.update(userKey=renamed, body={"suspended": False}).execute()
    assert google.grant(google.assertion(sub=renamed)).status_code == 200


def test_33_group_when_just_made_then_members_and_settings_are_404_and_a_second_insert_409(google: Workspace) -> None:
    google.lag(group=15)
    directory, settings = google.api("directory"), google.api("groupssettings").groups()
    directory.groups().insert(body={"email": NEW}).execute()
    for request in (
        directory.members().insert(groupKey=NEW, body={"email": ANNA}),
        directory.groups().get(groupKey=NEW),
        settings.get(groupUniqueId=NEW),
        settings.patch(groupUniqueId=NEW, body={"isArchived": "true"}),
    ):
        assert refused(request) == (404, "notFound")
    assert said(google.call("GET", f"{DIRECTORY}/groups/{NEW}")) == "Resource Not Found: groupKey"
    assert refused(directory.groups().insert(body={"email": NEW})) == (409, "duplicate")
    google.advance(15)
    directory.members().insert(groupKey=NEW, body={"email": ANNA}).execute()
    assert settings.patch(groupUniqueId=NEW, body={"isArchived": "true"}).execute()["isArchived"] == "true"


def test_33_members_when_just_written_then_the_list_is_stale_and_a_second_insert_409(google: Workspace) -> None:
    google.lag(member=30)
    directory = google.api("directory")
    members = directory.members()
    members.insert(groupKey=ORDERS, body={"email": ANNA}).execute()
    members.delete(groupKey=ORDERS, memberKey=HUGO).execute()
    assert ANNA not in emails(google) and HUGO in emails(google)
    assert directory.groups().get(groupKey=ORDERS).execute()["directMembersCount"] == "3"
    assert refused(members.insert(groupKey=ORDERS, body={"email": ANNA})) == (409, "duplicate")
    assert refused(members.delete(groupKey=ORDERS, memberKey=HUGO)) == (404, "notFound")
    google.advance(30)
    assert emails(google) == {ANNA, BEN, "jakub@contoso.example"}


def test_33_settings_when_just_written_then_are_read_as_they_were(google: Workspace) -> None:
    google.lag(settings=45)
    settings = google.api("groupssettings").groups()
    patch: dict[str, Any] = {"groupUniqueId": ORDERS, "body": {"enableCollaborativeInbox": "true"}}
    assert settings.patch(**patch).execute()["enableCollaborativeInbox"] == "true"
    settings.patch(groupUniqueId=ORDERS, body={"isArchived": "true"}).execute()
    before = settings.get(groupUniqueId=ORDERS).execute()
    assert (before["enableCollaborativeInbox"], before["isArchived"]) == ("false", "false")
    google.advance(45)
    after = settings.get(groupUniqueId=ORDERS).execute()
    assert (after["enableCollaborativeInbox"], after["isArchived"]) == ("true", "true")


def test_33_lag_when_ordered_over_the_wire_then_holds_until_the_clock_is_moved(google: Workspace) -> None:
    assert google.call("POST", "/_emulator/lag", {"google.user": 30}).status_code == 200
    users = google.api("directory").users()
    users.insert(body=NEW_USER).execute()
    assert refused(users.get(userKey=NEW)) == (404, "notFound")
    google.call("POST", "/_emulator/clock", {"advance": 30})
    assert users.get(userKey=NEW).execute()["primaryEmail"] == NEW
    assert google.token(ADMIN)
