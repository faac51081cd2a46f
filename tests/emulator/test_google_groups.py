"""Groups, members and their settings in the emulated Google: the reference's rules 21 and 22."""

from __future__ import annotations

from typing import Any

import pytest

from sharedbox_cli.emulator.google.groups_settings import VALUES
from tests.emulator.google import ANNA, BEN, DIRECTORY, EVENTS, HUGO, ORDERS, STAFF, Workspace, reason, refused, said

CUSTOMER = "C03xyz987"
GROUP = f"/groups/v1/groups/{ORDERS}?alt=json"


def members(google: Workspace) -> Any:
    return google.api("directory").members()


def settings(google: Workspace) -> Any:
    return google.api("groupssettings").groups()


def listed(google: Workspace, group: str, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = members(google).list(groupKey=group, **more).execute().get("members", [])
    return found


def test_21_member_when_there_already_then_is_409_by_any_name(strict: Workspace) -> None:
    answer = strict.call("POST", f"{DIRECTORY}/groups/{ORDERS}/members", {"email": BEN, "role": "MANAGER"})
    assert (reason(answer), said(answer)) == ((409, "duplicate"), "Member already exists.")
    alias = "press@contoso-mail.example"
    with_alias = {"email": alias}
    assert refused(members(strict).insert(groupKey="nobody@contoso.example", body=with_alias)) == (404, "notFound")


def test_21_member_when_given_by_alias_then_is_the_same_member(google: Workspace) -> None:
    found = members(google).insert(groupKey=ORDERS, body={"email": "presse@contoso.example"}).execute()
    assert found["email"] == "press@contoso.example"
    again = members(google).insert(groupKey=ORDERS, body={"email": "press@contoso.example"})
    assert refused(again) == (409, "duplicate")


@pytest.mark.parametrize("key", [ANNA, "nobody@contoso.example", "x@elsewhere.example", "123", EVENTS])
def test_21_member_when_not_there_then_is_404(strict: Workspace, key: str) -> None:
    path = f"{DIRECTORY}/groups/{ORDERS}/members/{key}"
    for method, body in (("GET", None), ("PUT", {"role": "OWNER"}), ("PATCH", {"role": "OWNER"}), ("DELETE", None)):
        answer = strict.call(method, path, body)
        assert (reason(answer), said(answer)) == ((404, "notFound"), "Resource Not Found: memberKey")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "invalid")),
        ({"email": "anna"}, (400, "invalid")),
        ({"email": ORDERS}, (400, "invalid")),
        ({"email": CUSTOMER}, (400, "invalid")),
        ({"id": "123"}, (404, "notFound")),
        ({"email": "no+body@contoso.example"}, (404, "notFound")),
        ({"email": "x+y@elsewhere.example"}, (404, "notFound")),
        ({"email": ANNA, "role": "BOSS"}, (400, "invalid")),
        ({"email": ANNA, "delivery_settings": "SOMETIMES"}, (400, "invalid")),
        ({"email": "x@elsewhere.example"}, (412, "conditionNotMet")),
    ],
)
def test_21_member_when_nobody_or_not_allowed_then_is_refused(
    strict: Workspace, body: dict[str, str], expected: tuple[int, str]
) -> None:
    assert reason(strict.call("POST", f"{DIRECTORY}/groups/{ORDERS}/members", body)) == expected


def test_address_of_the_organisation_without_an_account_is_added(strict: Workspace) -> None:
    path = f"{DIRECTORY}/groups/{ORDERS}/members"
    added = strict.call("POST", path, {"email": "nobody@contoso.example"}).json()
    assert added["email"] == "nobody@contoso.example"
    assert added["id"] in {member["id"] for member in strict.call("GET", path).json()["members"]}


def test_21_groups_when_they_would_hold_each_other_then_is_412(google: Workspace) -> None:
    members(google).insert(groupKey=ORDERS, body={"email": EVENTS}).execute()
    members(google).insert(groupKey=EVENTS, body={"email": STAFF}).execute()
    for inner in (EVENTS, STAFF):
        answer = google.call("POST", f"{DIRECTORY}/groups/{inner}/members", {"email": ORDERS})
        assert (reason(answer), said(answer)) == ((412, "conditionNotMet"), "Cyclic memberships not allowed")
        assert answer.json()["error"]["errors"][0]["location"] == "If-Match"


def test_members_when_nested_then_the_list_is_direct_unless_asked_otherwise(google: Workspace) -> None:
    members(google).insert(groupKey=ORDERS, body={"email": STAFF}).execute()
    direct = listed(google, ORDERS)
    assert [(row["email"], row["type"]) for row in direct if row["type"] == "GROUP"] == [(STAFF, "GROUP")]
    derived = {row.get("email") for row in listed(google, ORDERS, includeDerivedMembership=True)}
    assert ANNA in derived
    assert members(google).hasMember(groupKey=ORDERS, memberKey=ANNA).execute() == {"isMember": True}
    assert refused(members(google).get(groupKey=ORDERS, memberKey=ANNA)) == (404, "notFound")
    outsider = members(google).hasMember(groupKey=ORDERS, memberKey="x@elsewhere.example")
    assert refused(outsider) == (400, "invalid")


def test_members_when_listed_then_delivery_is_left_out_and_suspension_told(google: Workspace) -> None:
    body = {"email": ANNA, "delivery_settings": "NONE"}
    assert members(google).insert(groupKey=ORDERS, body=body).execute()["delivery_settings"] == "NONE"
    rows = {row["email"]: row for row in listed(google, ORDERS)}
    assert not [row for row in rows.values() if "delivery_settings" in row]
    assert (rows[HUGO]["status"], rows[ANNA]["status"]) == ("SUSPENDED", "ACTIVE")
    assert [row["email"] for row in listed(google, ORDERS, roles="OWNER")] == [BEN]


def test_delivery_when_written_by_patch_then_is_kept_as_it_was(google: Workspace) -> None:
    update = members(google).update(groupKey=ORDERS, memberKey=BEN, body={"delivery_settings": "DIGEST"}).execute()
    assert (update["delivery_settings"], update["role"]) == ("DIGEST", "OWNER")
    body = {"role": "MANAGER", "delivery_settings": "NONE"}
    patched = members(google).patch(groupKey=ORDERS, memberKey=BEN, body=body).execute()
    assert (patched["delivery_settings"], patched["role"]) == ("DIGEST", "MANAGER")
    assert google.emulator.google.read_only_sent == [("directory.members.patch", "delivery_settings")]


def test_members_when_everybody_or_external_then_keys_are_as_google_has_them(google: Workspace) -> None:
    members(google).insert(groupKey=EVENTS, body={"id": CUSTOMER}).execute()
    rows = {row.get("email", row["id"]): row for row in listed(google, EVENTS)}
    assert rows[CUSTOMER]["type"] == "CUSTOMER" and "status" not in rows[CUSTOMER]
    outsider = rows["agency@partner.example"]
    assert members(google).get(groupKey=EVENTS, memberKey=outsider["id"]).execute()["email"] == outsider["email"]
    assert refused(google.api("directory").users().get(userKey=outsider["id"])) == (404, "notFound")
    found = google.api("directory").groups().list(userKey="agency@partner.example").execute()["groups"]
    assert [row["email"] for row in found] == [EVENTS]


def test_last_owner_when_taken_out_then_the_group_has_none(google: Workspace) -> None:
    members(google).delete(groupKey=ORDERS, memberKey=BEN).execute()
    assert "OWNER" not in {row["role"] for row in listed(google, ORDERS)}


@pytest.mark.parametrize(
    "body", [{"name": "x" * 76}, {"name": ""}, {"description": "x" * 4097}, {"email": "x y@contoso.example"}]
)
def test_group_when_a_field_is_too_long_or_malformed_then_is_400(strict: Workspace, body: dict[str, str]) -> None:
    assert refused(strict.api("directory").groups().patch(groupKey=ORDERS, body=body)) == (400, "invalid")


def test_group_when_made_then_begins_as_fresh_ones_do(google: Workspace) -> None:
    groups = google.api("directory").groups()
    found = groups.insert(body={"email": "New@contoso.example", "externalIds": []}).execute()
    assert (found["email"], found["directMembersCount"]) == ("new@contoso.example", "0")
    fresh = settings(google).get(groupUniqueId="new@contoso.example").execute()
    assert (fresh["enableCollaborativeInbox"], fresh["whoCanAssistContent"]) == ("false", "NONE")
    assert refused(groups.insert(body={})) == (400, "required")
    assert refused(groups.list()) == (400, "badRequest")


@pytest.mark.parametrize("field", sorted(VALUES))
def test_22_setting_when_its_value_is_unknown_then_is_400(strict: Workspace, field: str) -> None:
    for value in ("SOMEBODY", "", VALUES[field][0].lower() if VALUES[field][0].isupper() else "TRUE"):
        answer = strict.call("PATCH", GROUP, {field: value})
        assert reason(answer) == (400, "invalid"), answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"whoCanPostMessage": "NONE_CAN_POST"},
        {"whoCanPostMessage": "NONE_CAN_POST", "archiveOnly": "false"},
        {"replyTo": "REPLY_TO_CUSTOM"},
        {"replyTo": "REPLY_TO_CUSTOM", "customReplyTo": "nobody"},
        {"name": "x" * 76},
        {"name": " "},
        {"description": "x" * 301},
        {"customFooterText": "x" * 1001},
        {"maxMessageBytes": 26214401},
        {"maxMessageBytes": -1},
        {"isArchived": None},
        {"primaryLanguage": "klingon"},
        {"customReplyTo": "answers"},
    ],
)
def test_22_settings_when_they_do_not_go_together_then_is_400(strict: Workspace, body: dict[str, Any]) -> None:
    assert reason(strict.call("PATCH", GROUP, body)) == (400, "invalid")


def test_22_archive_only_when_set_and_taken_back_then_moves_who_can_post(google: Workspace) -> None:
    found = settings(google).patch(groupUniqueId=ORDERS, body={"archiveOnly": "true"}).execute()
    assert found["whoCanPostMessage"] == "NONE_CAN_POST"
    found = settings(google).patch(groupUniqueId=ORDERS, body={"archiveOnly": "false"}).execute()
    assert found["whoCanPostMessage"] == "ALL_MANAGERS_CAN_POST"
    body = {"replyTo": "REPLY_TO_CUSTOM", "customReplyTo": "answers@contoso.example"}
    assert settings(google).patch(groupUniqueId=ORDERS, body=body).execute()["replyTo"] == "REPLY_TO_CUSTOM"


def test_settings_when_patched_then_the_rest_stays_and_directory_shows_name_and_text(google: Workspace) -> None:
    before = settings(google).get(groupUniqueId=ORDERS).execute()
    after = settings(google).patch(groupUniqueId=ORDERS, body={"name": "Orders & co", "description": "x"}).execute()
    assert {name: after[name] for name in after if after[name] != before[name]} == {
        "name": "Orders & co",
        "description": "x",
    }
    found = google.api("directory").groups().get(groupKey=ORDERS).execute()
    assert (found["name"], found["description"]) == ("Orders & co", "x")
    assert refused(settings(google).get(groupUniqueId="nobody@contoso.example")) == (404, "notFound")
