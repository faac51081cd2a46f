"""The access control lists of calendars, as the reference describes them, by plain requests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.google import ANNA, AUTH, PRESS, Workspace, reason

BASE = "/calendar/v3/calendars"
ACL = f"{BASE}/primary/acl"
OWN = f"{ACL}/user%3A{PRESS.replace('@', '%40')}"


def scoped(role: str, kind: str, value: str | None = None) -> dict[str, Any]:
    scope = {"type": kind} if value is None else {"type": kind, "value": value}
    return {"role": role, "scope": scope}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (scoped("reader", "default"), 200),
        (scoped("writer", "default"), 400),
        (scoped("reader", "default", "x"), 400),
        (scoped("reader", "user"), 400),
        (scoped("reader", "group", "no address"), 400),
        (scoped("reader", "planet", "x"), 400),
        (scoped("emperor", "user", ANNA), 400),
        (scoped("reader", "domain", "contoso.example"), 200),
        (scoped("reader", "domain", "unknown.example"), 404),
        (scoped("writerWithoutPrivateAccess", "user", "someone@elsewhere.example"), 200),
        (scoped("reader", "user", PRESS), 403),
        ({"role": "reader"}, 400),
    ],
)
def test_insert(google: Workspace, body: dict[str, Any], status: int) -> None:
    assert google.call("POST", ACL, body, subject=PRESS).status_code == status


def test_own_rule_cannot_be_lowered_or_removed(google: Workspace) -> None:
    for answer in (
        google.call("PATCH", OWN, {"role": "reader"}, subject=PRESS),
        google.call("DELETE", OWN, subject=PRESS),
    ):
        assert reason(answer) == (403, "cannotChangeOwnAcl")


def test_only_an_owner_reads_and_changes_the_list(google: Workspace) -> None:
    answer = google.call("GET", f"{BASE}/{PRESS}/acl", subject=ANNA)
    assert reason(answer) == (403, "requiredAccessLevel")
    assert google.call("GET", f"{BASE}/nobody@contoso.example/acl", subject=ANNA).status_code == 404
    google.call("POST", ACL, scoped("owner", "user", ANNA), subject=PRESS)
    assert google.call("GET", f"{BASE}/{PRESS}/acl", subject=ANNA).status_code == 200


def test_absent_rules_are_404_and_pages_are_clamped(google: Workspace) -> None:
    assert google.call("DELETE", f"{ACL}/default", subject=PRESS).status_code == 404
    assert google.call("GET", f"{ACL}?maxResults=5000", subject=PRESS).status_code == 200
    first = google.call("GET", f"{ACL}?maxResults=1", subject=PRESS).json()
    rest = google.call("GET", f"{ACL}?maxResults=1&pageToken={first['nextPageToken']}", subject=PRESS).json()
    assert [item["role"] for item in (*first["items"], *rest["items"])] == ["owner", "freeBusyReader"]


def test_scope_that_reads_calendars_does_not_list_rules(google: Workspace) -> None:
    google.store.run("update g_service_accounts set scopes = json_array(?)", f"{AUTH}calendar.readonly")
    token = google.token(PRESS, f"{AUTH}calendar.readonly")
    assert google.call("GET", ACL, token=token).status_code == 403
