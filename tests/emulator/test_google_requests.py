"""Requests to Google and its responses: the reference's rules 7 to 15 and 35 to 38."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import ADMIN
from tests.asked import every
from tests.emulator.google import (
    ANNA,
    DIRECTORY,
    GMAIL,
    NEW_USER,
    ORDERS,
    PRESS,
    SETTINGS,
    Workspace,
    reason,
    refused,
    said,
)

USERS = f"{DIRECTORY}/users"
LIST = f"{USERS}?customer=my_customer"
GROUP = "/groups/v1/groups/orders@contoso.example"
LICENCES = "/apps/licensing/v1/product/Google-Apps/users"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{DIRECTORY}/nonsense"),
        ("GET", "/admin/directory/v2/users"),
        ("POST", f"{USERS}/{ANNA}"),
        ("PUT", f"{SETTINGS}/filters/1"),
        ("PATCH", f"{SETTINGS}/delegates/{ANNA}"),
        ("GET", "/v1/nonsense"),
        ("GET", "/groups/v1/groups/"),
        ("DELETE", GROUP),
        ("GET", f"{DIRECTORY}//users"),
        ("GET", "/gmail/v1/Users/me"),
        ("GET", f"{DIRECTORY}/users('{ANNA}')"),
        ("GET", "/token"),
        ("GET", "/batch"),
    ],
)
def test_07_request_when_path_or_method_is_unknown_then_is_a_404_page(
    strict: Workspace, method: str, path: str
) -> None:
    if path.endswith("')"):  # keys in parentheses are a Microsoft notation; here it is an unusual address
        path = f"{DIRECTORY}/nonsense('{ANNA}')"
    answer = strict.call(method, path)
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("host", ["gmail.googleapis.com", "www.googleapis.com", "x.googleapis.com"])
def test_07_request_when_the_host_serves_another_api_then_is_a_404_page(strict: Workspace, host: str) -> None:
    assert strict.call("GET", LIST, headers={"Host": host}).status_code == 404
    assert strict.call("GET", LIST, headers={"Host": "admin.googleapis.com"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{LIST}&nonsense=1", (400, "badRequest")),
        (USERS, (400, "badRequest")),
        (f"{LIST}&maxResults=501", (400, "invalid")),
        (f"{LIST}&maxResults=0", (400, "invalid")),
        (f"{LIST}&maxResults=x", (400, "invalid")),
        (f"{LIST}&projection=all", (400, "invalid")),
        (f"{LIST}&sortOrder=UP", (400, "invalid")),
        (f"{LIST}&prettyPrint=yes", (400, "invalid")),
        (f"{LIST}&maxResults=1&maxResults=2", (400, "invalid")),
        (f"{DIRECTORY}/groups?customer=my_customer&maxResults=201", (400, "invalidParameter")),
        (f"{DIRECTORY}/groups/{ORDERS}/members?maxResults=201", (400, "invalidParameter")),
        (f"{DIRECTORY}/groups/{ORDERS}/members?roles=BOSS", (400, "invalid")),
        (f"{DIRECTORY}/groups/{ORDERS}/members?includeDerivedMembership=1", (400, "invalid")),
        (LICENCES, (400, "required")),
        (f"{LICENCES}?customerId=C03xyz987&maxResults=1001", (400, "invalid")),
        ("/admin/reports/v1/usage/dates/yesterday", (400, "invalid")),
        ("/admin/reports/v1/usage/dates/2026-01-01?parameters=used", (400, "invalid")),
    ],
)
def test_08_request_when_a_parameter_is_unknown_missing_or_out_of_range_then_is_400(
    strict: Workspace, path: str, expected: tuple[int, str]
) -> None:
    assert reason(strict.call("GET", path)) == expected


@pytest.mark.parametrize(
    "extra", ["alt=media", "uploadType=media", "callback=x", "event=add", "viewType=domain_public"]
)
def test_08_request_when_a_parameter_is_not_modelled_then_says_so(strict: Workspace, extra: str) -> None:
    answer = strict.call("GET", f"{LIST}&{extra}")
    assert reason(answer) == (501, "notImplemented")
    assert "does not model" in said(answer)


def test_08_client_when_it_lets_a_number_out_of_range_through_then_google_refuses(strict: Workspace) -> None:
    request = strict.api("directory").users().list(customer="my_customer", maxResults=9999)
    assert refused(request) == (400, "invalid")


BODIES: list[tuple[str, str, Any]] = [
    ("POST", USERS, {**NEW_USER, "nonsense": 1}),
    ("PUT", f"{USERS}/{ANNA}", {"name": {"nonsense": "x"}}),
    ("PUT", f"{USERS}/{ANNA}", {"suspended": "true"}),
    ("PUT", f"{USERS}/{ANNA}", {"includeInGlobalAddressList": "false"}),
    ("PUT", f"{USERS}/{ANNA}", {"name": "Anna"}),
    ("PUT", f"{USERS}/{ANNA}", {"externalIds": {"value": "x"}}),
    ("PUT", f"{USERS}/{ANNA}", {"phones": ["1"]}),
    ("PUT", f"{USERS}/{ANNA}", {"phones": [{"number": "1"}]}),
    ("PUT", f"{USERS}/{ANNA}", {"externalIds": [{"type": "mine", "value": "x"}]}),
    ("PUT", f"{USERS}/{ANNA}", {"externalIds": [{"type": "organization", "customType": "x", "value": "x"}]}),
    ("PUT", f"{USERS}/{ANNA}", {"externalIds": [{"type": "custom", "value": "x"}]}),
    ("PUT", f"{USERS}/{ANNA}", {"notes": "x"}),
    ("PUT", f"{USERS}/{ANNA}", {"isAdmin": "yes"}),
    ("POST", f"{DIRECTORY}/groups", {"email": 7}),
    ("POST", f"{DIRECTORY}/groups/{ORDERS}/members", {"email": ANNA, "rights": "all"}),
    ("PATCH", f"{GROUP}?alt=json", {"isArchived": True}),
    ("PATCH", f"{GROUP}?alt=json", {"enableCollaborativeInbox": False}),
    ("PATCH", f"{GROUP}?alt=json", {"defaultSender": "GROUP"}),
    ("PATCH", f"{GROUP}?alt=json", {"maxMessageBytes": "1"}),
    ("PATCH", f"{GROUP}?alt=json", {"maxMessageBytes": 2**40}),
]
GMAIL_BODIES: list[tuple[str, str, Any]] = [
    ("POST", f"{GMAIL}/labels", {"name": "x", "colour": {}}),
    ("POST", f"{GMAIL}/labels", {"name": "x", "labelListVisibility": "show"}),
    ("POST", f"{GMAIL}/labels", {"name": "x", "color": {"backgroundColor": "#000000", "textColor": "#fff"}}),
    ("POST", f"{SETTINGS}/filters", {"criteria": {"hasAttachment": "true"}, "action": {"addLabelIds": ["TRASH"]}}),
    ("POST", f"{SETTINGS}/filters", {"criteria": {"size": 1.5}, "action": {"addLabelIds": ["TRASH"]}}),
    ("POST", f"{SETTINGS}/filters", {"criteria": {"from": "x"}, "action": {"addLabelIds": "TRASH"}}),
    ("PUT", f"{SETTINGS}/vacation", {"enableAutoReply": "true", "responseSubject": "x"}),
    ("PUT", f"{SETTINGS}/vacation", {"startTime": "tomorrow"}),
    ("PUT", f"{SETTINGS}/imap", {"enabled": True, "expungeBehavior": "delete"}),
    ("POST", f"{SETTINGS}/delegates", {"delegate": ANNA}),
    ("POST", f"{SETTINGS}/delegates", {"delegateEmail": ANNA, "verificationStatus": "yes"}),
]


@pytest.mark.parametrize(("method", "path", "body"), BODIES + GMAIL_BODIES)
def test_09_10_body_when_a_name_is_unknown_or_a_type_wrong_then_is_400(
    strict: Workspace, method: str, path: str, body: Any
) -> None:
    answer = strict.call(method, path, body, subject=PRESS if path.startswith(GMAIL) else ADMIN)
    assert reason(answer) in ((400, "badRequest"), (400, "invalid"), (400, "invalidArgument")), answer.text


def test_09_body_when_a_name_is_unknown_then_says_which(strict: Workspace) -> None:
    answer = strict.call("PUT", f"{USERS}/{ANNA}", {"name": {"nonsense": "x"}})
    assert said(answer).startswith("Invalid JSON payload received. Unknown name \"nonsense\" at 'name'")
    answer = strict.call("POST", f"{GMAIL}/labels", {"colour": 1}, subject=PRESS)
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_10_answers_when_a_field_is_int64_then_it_is_text(strict: Workspace) -> None:
    found = strict.api("directory").groups().get(groupKey=ORDERS).execute()
    assert found["directMembersCount"] == "3"
    settings = strict.api("groupssettings").groups().get(groupUniqueId=ORDERS).execute()
    assert {type(value) for name, value in settings.items() if name != "maxMessageBytes"} == {str}
    assert settings["maxMessageBytes"] == 26214400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_11_body_when_its_content_type_is_not_json_then_is_400(strict: Workspace, kind: str) -> None:
    content = json.dumps({"suspended": False}).encode()
    answer = strict.call("PUT", f"{USERS}/{ANNA}", content=content, headers={"Content-Type": kind} if kind else {})
    assert reason(answer) == (400, "badContent")


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b'{"suspended": NaN}', b"[" * 100_000, b"\xff"])
def test_11_body_when_it_is_no_object_then_is_400(strict: Workspace, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = strict.call("PUT", f"{USERS}/{ANNA}", content=content, headers=headers)
    assert reason(answer) == (400, "parseError")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", LIST), ("DELETE", f"{USERS}/{ANNA}"), ("POST", f"{USERS}/{ANNA}/signOut")]
)
def test_11_body_when_the_method_has_none_then_is_400(strict: Workspace, method: str, path: str) -> None:
    assert reason(strict.call(method, path, {"x": 1})) == (400, "badRequest")


def test_12_groups_settings_when_json_is_not_asked_for_then_answer_in_atom(strict: Workspace) -> None:
    for path in (GROUP, f"{GROUP}?alt=atom"):
        answer = strict.call("GET", path)
        assert answer.headers["content-type"].startswith("application/atom+xml")
        assert "<apps:whoCanJoin>CAN_REQUEST_TO_JOIN</apps:whoCanJoin>" in answer.text
    assert strict.call("GET", f"{GROUP}?alt=json").json()["whoCanJoin"] == "CAN_REQUEST_TO_JOIN"


def test_13_write_when_it_holds_read_only_fields_then_they_are_ignored_and_noted(google: Workspace) -> None:
    sent = {"isAdmin": True, "aliases": ["boss@contoso.example"], "id": "1", "name": {"fullName": "X"}}
    users = google.api("directory").users()
    found = users.update(userKey=ANNA, body=sent).execute()
    assert not found["isAdmin"] and "aliases" not in found
    assert found["id"] != "1"
    assert found["name"]["fullName"] == "Anna Müller"
    google.api("groupssettings").groups().patch(groupUniqueId=ORDERS, body={"email": "x@contoso.example"}).execute()
    google.call(
        "POST", f"{SETTINGS}/delegates", {"delegateEmail": ANNA, "verificationStatus": "pending"}, subject=PRESS
    )
    assert sorted(google.emulator.google.read_only_sent) == [
        ("directory.users.update", "aliases"),
        ("directory.users.update", "id"),
        ("directory.users.update", "isAdmin"),
        ("directory.users.update", "name.fullName"),
        ("gmail.users.settings.delegates.create", "verificationStatus"),
        ("groupsSettings.groups.patch", "email"),
    ]


def test_14_pages_when_followed_then_hold_everything_once(strict: Workspace) -> None:
    users = strict.api("directory").users()
    found: list[str] = []
    request = users.list(customer="my_customer", maxResults=3)
    while request is not None:
        answer = request.execute()
        found += [row["primaryEmail"] for row in answer["users"]]
        request = users.list_next(request, answer)
    whole = users.list(customer="my_customer").execute()["users"]
    assert found == sorted(found) == [row["primaryEmail"] for row in whole]


def test_14_page_token_when_foreign_altered_or_with_other_parameters_then_is_400(google: Workspace) -> None:
    page = f"{LIST}&maxResults=3"
    token = google.call("GET", page).json()["nextPageToken"]
    assert google.call("GET", f"{page}&pageToken={token}").status_code == 200
    groups = f"{DIRECTORY}/groups?customer=my_customer&maxResults=1"
    for wrong in (
        f"{page}&pageToken=nonsense",
        f"{page}&pageToken={token[:-4]}AAAA",
        f"{page}&pageToken=A{token[1:]}",
        f"{LIST}&maxResults=4&pageToken={token}",
        f"{page}&orderBy=familyName&pageToken={token}",
        f"{groups}&pageToken={token}",
        f"{page}&pageToken=%C3%A4",
    ):
        answer = google.call("GET", wrong)
        assert (reason(answer), said(answer)) == ((400, "invalid"), "Invalid Input: pageToken"), wrong


def test_14_page_token_when_three_days_old_then_is_400(google: Workspace) -> None:
    page = f"{LIST}&maxResults=3"
    token = google.call("GET", page).json()["nextPageToken"]
    google.advance(3 * 86400 + 1)
    google._tokens.clear()
    assert reason(google.call("GET", f"{page}&pageToken={token}")) == (400, "invalid")


def test_15_fields_when_named_then_only_those_are_answered(strict: Workspace) -> None:
    found = strict.call("GET", f"{LIST}&maxResults=2&fields=users(id,name/givenName)").json()
    assert set(found) == {"users"}
    assert every(set(row) == {"id", "name"} and set(row["name"]) == {"givenName"} for row in found["users"])
    found = strict.call("GET", f"{LIST}&maxResults=2&fields=nextPageToken,users/id").json()
    assert set(found) == {"users", "nextPageToken"}
    for whole in ("*", ""):
        assert set(strict.call("GET", f"{LIST}&fields={whole}").json()) >= {"kind", "users"}


@pytest.mark.parametrize(
    "mask", ["users/name/givenName", "users/name(givenName)", "users(name/givenName)", "users(name(givenName))"]
)
def test_15_fields_when_written_in_any_way_then_mean_the_same(strict: Workspace, mask: str) -> None:
    found = strict.call("GET", f"{LIST}&fields={mask}").json()
    assert {json.dumps(row, ensure_ascii=False) for row in found["users"]} >= {'{"name": {"givenName": "Anna"}}'}


@pytest.mark.parametrize(
    "mask",
    [
        "xyz",
        "users(xyz)",
        "users(name(xyz))",
        "users(",
        "users)",
        ",",
        "users id",
        "/",
        "users/",
        "users/(x)",
        "users/name(givenName",
        "users/name(xyz)",
    ],
)
def test_15_fields_when_unknown_or_broken_then_is_400(strict: Workspace, mask: str) -> None:
    answer = strict.call("GET", f"{LIST}&fields={mask}")
    assert reason(answer) == (400, "invalidParameter")
    assert said(answer).startswith("Invalid field selection")
