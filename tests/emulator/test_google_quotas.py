"""Quotas of the emulated Google per project, user and API, and their errors: the reference's note 34."""

from __future__ import annotations

from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import ADMIN
from sharedbox_cli.emulator.google.quotas import PUBLISHED, publish
from tests.asked import each
from tests.emulator.google import ANNA, DIRECTORY, GMAIL, ORDERS, PRESS, SETTINGS, Workspace, reason, said

USER = f"{DIRECTORY}/users/{ANNA}"
GROUP = f"/groups/v1/groups/{ORDERS}?alt=json"
LICENCE = f"/apps/licensing/v1/product/Google-Apps/sku/1010020028/user/{ANNA}"
LABELS = f"{GMAIL}/labels"


def limit(google: Workspace, **quotas: str) -> None:
    body = {name.replace("_", ":"): value for name, value in quotas.items()}
    assert google.call("POST", "/_emulator/google/quota", body).status_code == 200


@pytest.mark.parametrize(
    ("quota", "path", "subject", "expected", "domain"),
    [
        ("directory", USER, ADMIN, (403, "userRateLimitExceeded"), "usageLimits"),
        ("directory_project", USER, ADMIN, (429, "rateLimitExceeded"), "usageLimits"),
        ("groupsSettings_project", GROUP, ADMIN, (403, "quotaExceeded"), "usageLimits"),
        ("licensing", LICENCE, ADMIN, (503, "backendError"), "global"),
        ("gmail_project", LABELS, PRESS, (403, "rateLimitExceeded"), "usageLimits"),
    ],
)
def test_34_quota_when_used_up_then_is_told_in_the_old_style(
    google: Workspace, quota: str, path: str, subject: str, expected: tuple[int, str], domain: str
) -> None:
    limit(google, **{quota: "2/60"})
    answers = [google.call("GET", path, subject=subject) for _ in range(3)]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    assert reason(answers[2]) == expected
    assert answers[2].json()["error"]["errors"][0]["domain"] == domain
    assert "retry-after" not in answers[2].headers
    google.advance(60)
    assert google.call("GET", path, subject=subject).status_code == 200


@pytest.mark.parametrize(("api", "path"), [("gmail", LABELS), ("cloudidentity", "/v1/policies")])
def test_34_quota_when_used_up_then_is_told_in_the_rpc_style(google: Workspace, api: str, path: str) -> None:
    limit(google, **{api: "1/60"})
    subject = PRESS if api == "gmail" else ADMIN
    assert google.call("GET", path, subject=subject).status_code == 200
    answer = google.call("GET", path, subject=subject)
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert said(answer).startswith("Quota exceeded for quota metric 'Queries'")
    [info] = error["details"]
    assert (info["reason"], info["@type"]) == ("RATE_LIMIT_EXCEEDED", "type.googleapis.com/google.rpc.ErrorInfo")
    assert info["metadata"]["service"] == f"{api}.googleapis.com"


def test_34_quota_when_one_person_is_over_it_then_others_and_other_apis_are_not(google: Workspace) -> None:
    limit(google, gmail="1/60")
    assert google.call("GET", LABELS, subject=PRESS).status_code == 200
    assert google.call("GET", LABELS, subject=PRESS).status_code == 429
    assert google.call("GET", LABELS, subject=ANNA).status_code == 200
    assert google.call("GET", USER).status_code == 200


def test_34_quota_when_another_project_calls_then_has_its_own(google: Workspace) -> None:
    account = google.store.row("select * from g_service_accounts")
    assert account is not None
    other = "tool@other-project.iam.gserviceaccount.com"
    google.store.run(
        "insert into g_service_accounts (email, client_id, scopes, keys) values (?, '2', ?, ?)",
        other,
        account["scopes"],
        account["keys"],
    )
    token = google.grant(google.assertion(iss=other)).json()["access_token"]
    limit(google, directory="1/60", directory_project="9/60")
    assert google.call("GET", USER).status_code == 200
    assert google.call("GET", USER).status_code == 403
    assert google.call("GET", USER, token=token).status_code == 200


def test_34_gmail_when_counted_in_units_then_a_new_delegate_costs_a_hundred_and_a_list_one(google: Workspace) -> None:
    limit(google, gmail="106/60")
    calls: list[tuple[str, str, Any, int]] = [
        ("POST", "/delegates", {"delegateEmail": ANNA}, 200),
        ("DELETE", f"/delegates/{ANNA}", None, 204),
        ("GET", "/delegates", None, 200),
        ("GET", "/delegates", None, 429),
    ]
    for method, path, body, status in each(calls):
        assert google.call(method, SETTINGS + path, body, subject=PRESS).status_code == status


def test_34_parts_of_a_batch_when_counted_then_each_is_a_call(google: Workspace) -> None:
    limit(google, directory="2/60")
    part = f"--b\r\nContent-Type: application/http\r\n\r\nGET {USER} HTTP/1.1\r\n\r\n\r\n"
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    answer = google.call("POST", "/batch", content=f"{part * 3}--b--".encode(), headers=headers)
    assert (answer.text.count("HTTP/1.1 200"), answer.text.count("HTTP/1.1 403")) == (2, 1)


def test_34_published_quotas_when_switched_on_then_licences_come_one_a_second(google: Workspace) -> None:
    publish(google.emulator.tenant)
    assert google.call("POST", "/_emulator/google/published-quotas").json() == PUBLISHED
    assert google.call("GET", LICENCE).status_code == 200
    assert google.call("GET", LICENCE).status_code == 503
    google.advance(1)
    assert google.call("GET", LICENCE).status_code == 200
