"""The log of administrators in the emulated Google: members of groups, and nothing about delegates."""

from __future__ import annotations

from typing import Any

import pytest

from sharedbox_cli.emulator.google.activities import ADD, KEPT_DAYS, record
from sharedbox_cli.emulator.google.builder import ADMIN
from tests.asked import each
from tests.emulator.google import ANNA, BEN, DIRECTORY, EVENTS, PRESS, Workspace

PATH = "/admin/reports/v1/activity/users"
DAY_SECONDS = 86400


def events(google: Workspace, **more: str) -> list[tuple[str, str, str, str]]:
    """Return the events of the log, as the vendor's own client reads them."""
    asked = {"userKey": "all", "applicationName": "admin", **more}
    found: dict[str, Any] = google.api("reports").activities().list(**asked).execute()
    assert found["kind"] == "admin#reports#activities"
    lines = []
    for item in found.get("items", []):
        for event in item["events"]:
            values = {one["name"]: one["value"] for one in event["parameters"]}
            lines.append((event["name"], values["GROUP_EMAIL"], values["USER_EMAIL"], item["actor"]["email"]))
    return lines


def test_changes_of_members_are_logged_newest_first(google: Workspace) -> None:
    members = google.api("directory").members()
    members.insert(groupKey=EVENTS, body={"email": BEN, "role": "MEMBER"}).execute()
    members.update(groupKey=EVENTS, memberKey=BEN, body={"email": BEN, "role": "MANAGER"}).execute()
    members.delete(groupKey=EVENTS, memberKey=BEN).execute()
    assert [line[0] for line in events(google)] == ["REMOVE_GROUP_MEMBER", "UPDATE_GROUP_MEMBER", "ADD_GROUP_MEMBER"]
    assert {line[1:] for line in events(google)} == {(EVENTS, BEN, ADMIN)}
    assert [line[0] for line in events(google, eventName=ADD)] == [ADD]
    assert events(google, userKey=ANNA) == []


def test_delegates_leave_no_event(google: Workspace) -> None:
    google.call("POST", "/gmail/v1/users/me/settings/delegates", {"delegateEmail": BEN}, subject=PRESS)
    answer = google.call("GET", f"{PATH}/all/applications/admin").json()
    assert "items" not in answer


def test_changes_through_the_api_can_be_left_out(google: Workspace) -> None:
    google.call("POST", "/_emulator/google/knobs", {"api_activities": "off"})
    google.api("directory").members().insert(groupKey=EVENTS, body={"email": BEN}).execute()
    assert events(google) == []


def test_log_is_paged_and_ends_after_six_months(google: Workspace) -> None:
    now = google.store.now
    for days in (1, 2, 3, KEPT_DAYS + 1):
        record(google.store, ADMIN, ADD, EVENTS, f"p{days}@contoso.example", at=now - days * DAY_SECONDS)
    assert [line[2][:2] for line in events(google)] == ["p1", "p2", "p3"]
    first = google.call("GET", f"{PATH}/all/applications/admin?maxResults=2").json()
    second = google.call("GET", f"{PATH}/all/applications/admin?maxResults=2&pageToken={first['nextPageToken']}").json()
    assert (len(first["items"]), len(second["items"]), "nextPageToken" in second) == (2, 1, False)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("all/applications/nonsense", 400),
        ("all/applications/drive", 501),
        ("all/applications/admin?maxResults=1001", 400),
        ("all/applications/admin?startTime=yesterday", 400),
        ("all/applications/admin?startTime=2026-11-20T00:00:00Z&endTime=2026-11-19T00:00:00Z", 400),
        ("all/applications/admin?filters=GROUP_EMAIL==x", 501),
        ("nobody@contoso.example/applications/admin", 404),
        ("all/applications/admin?customerId=C0", 403),
    ],
)
def test_request_that_google_refuses(strict: Workspace, where: str, expected: int) -> None:
    assert strict.call("GET", f"{PATH}/{where}").status_code == expected


def test_log_needs_its_own_scope_and_an_administrator(strict: Workspace) -> None:
    for answer in each(
        [
            strict.call("GET", f"{PATH}/all/applications/admin", subject=ANNA),
            strict.call("GET", f"{PATH}/all/applications/admin", token=strict.token(ADMIN, f"{AUTH}apps.licensing")),
        ]
    ):
        assert answer.status_code == 403
    assert strict.call("GET", f"{DIRECTORY}/users/{ANNA}").status_code == 200
    assert strict.call("GET", f"{PATH}/all/applications/admin", token="").status_code == 401


AUTH = "https://www.googleapis.com/auth/"
