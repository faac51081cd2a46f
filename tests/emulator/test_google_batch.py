"""Batches of the emulated Google: the reference's rule 31 and section 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from google_auth_httplib2 import Request
from googleapiclient.http import BatchHttpRequest

from sharedbox_cli.emulator.google.builder import ADMIN
from tests.emulator.google import ANNA, BEN, DIRECTORY, ORDERS, PRESS, SETTINGS, Workspace, reason, said

GET_ANNA = f"GET {DIRECTORY}/users/{ANNA}"


def sent(
    google: Workspace, *lines: str, path: str = "/batch", kind: str = "application/http", **more: Any
) -> httpx.Response:
    """Send a batch of request lines unchanged."""
    parts = "".join(
        f"--b\r\nContent-Type: {kind}\r\nContent-ID: <x + {number}>\r\n\r\n{line} HTTP/1.1\r\nHost: any\r\n\r\n\r\n"
        for number, line in enumerate(lines)
    )
    headers = {"Content-Type": 'multipart/mixed; boundary="b"', **more.pop("headers", {})}
    return google.call("POST", path, content=f"{parts}--b--".encode(), headers=headers, **more)


@pytest.mark.parametrize(
    "lines",
    [
        [f"GET https://admin.googleapis.com{DIRECTORY}/users/{ANNA}"],
        [f"GET //x{DIRECTORY}/users/{ANNA}"],
        ["POST /batch"],
        ["POST /batch/groupssettings/v1"],
        ["POST /upload/gmail/v1/users/me/messages"],
        [f"{GET_ANNA}?alt=media"],
        [GET_ANNA, f"GET {SETTINGS}/delegates"],
        [f"GET /groups/v1/groups/{ORDERS}?alt=json"],
        ["GET /nonsense"],
        ["GET"],
    ],
)
def test_31_batch_when_a_part_does_not_belong_in_one_then_is_400(strict: Workspace, lines: list[str]) -> None:
    assert reason(sent(strict, *lines)) == (400, "badRequest")


def test_31_batch_when_too_large_then_is_400(strict: Workspace) -> None:
    labels = ["GET /gmail/v1/users/me/labels"] * 101
    answer = sent(strict, *labels, subject=PRESS)
    assert (reason(answer), said(answer)) == (
        (400, "batchSizeTooLarge"),
        "The batch request exceeds the limit of 100 calls.",
    )
    assert reason(sent(strict, *[GET_ANNA] * 1001)) == (400, "batchSizeTooLarge")
    assert sent(strict, *labels[:100], subject=PRESS).text.count("HTTP/1.1 200 OK") == 100


def test_31_batch_when_it_is_no_multipart_of_requests_then_is_400(strict: Workspace) -> None:
    assert reason(sent(strict, GET_ANNA, kind="application/json")) == (400, "badRequest")
    assert reason(sent(strict, GET_ANNA, headers={"Content-Type": "application/json"})) == (400, "badRequest")
    assert reason(sent(strict)) == (400, "badRequest")


def test_31_batch_when_at_another_apis_host_then_is_400(strict: Workspace) -> None:
    assert reason(sent(strict, GET_ANNA, headers={"Host": "gmail.googleapis.com"})) == (400, "badRequest")
    assert reason(sent(strict, GET_ANNA, path="/batch/groupssettings/v1")) == (400, "badRequest")
    assert sent(strict, GET_ANNA, headers={"Host": "admin.googleapis.com"}).status_code == 200


def run(
    google: Workspace, requests: list[Any], path: str = "batch", names: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return the responses that the client's batch class receives, per request number or name."""
    found: dict[str, Any] = {}

    def keep(identity: str, response: Any, error: Any) -> None:
        found[identity] = error if error is not None else response

    batch = BatchHttpRequest(callback=keep, batch_uri=f"{google.emulator.origin}/{path}")
    for name, request in zip(names or map(str, range(len(requests))), requests, strict=True):
        request.http.credentials.refresh(Request(google.plain()))  # otherwise the batch would use another HTTP object
        batch.add(request, request_id=name)
    batch.execute()
    return found


def test_batch_when_sent_by_the_client_then_each_part_is_answered_for_itself(google: Workspace) -> None:
    users = google.api("directory").users()
    found = run(
        google,
        [
            users.get(userKey=ANNA),
            users.get(userKey="nobody@contoso.example"),
            users.patch(userKey=BEN, body={"name": {"givenName": "Benjamin"}}),
            users.signOut(userKey=BEN),
        ],
    )
    assert found["0"]["primaryEmail"] == ANNA
    assert found["1"].status_code == 404
    assert found["2"]["name"]["givenName"] == "Benjamin"
    assert not found["3"]
    lines = [line for line in google.emulator.log.lines if line["parent"]]
    assert [line["route"] for line in lines] == [
        "google.directory.users.get",
        "google.directory.users.get",
        "google.directory.users.patch",
        "google.directory.users.signOut",
    ]


def test_batch_when_parts_have_tokens_of_their_own_then_mailboxes_can_be_mixed(google: Workspace) -> None:
    found = run(
        google,
        [google.api("gmail", subject).users().settings().delegates().list(userId="me") for subject in (PRESS, ANNA)],
    )
    assert (len(found["0"]["delegates"]), found["1"]) == (3, {})
    log = str(google.emulator.log.lines)
    assert "authorization: (redacted)" in log and "Bearer" not in log


def test_batch_when_of_groups_settings_then_has_an_address_of_its_own(google: Workspace) -> None:
    groups = google.api("groupssettings").groups()
    found = run(
        google,
        [groups.get(groupUniqueId=ORDERS), groups.get(groupUniqueId="x@contoso.example")],
        "batch/groupssettings/v1",
    )
    assert found["0"]["email"] == ORDERS and found["1"].status_code == 404


def test_batch_when_a_part_has_no_good_token_then_only_that_part_is_401(strict: Workspace) -> None:
    answer = sent(strict, GET_ANNA, token="")
    assert answer.status_code == 200 and "HTTP/1.1 401" in answer.text
    assert strict.token(ADMIN) not in str(strict.emulator.log.lines)


@pytest.mark.parametrize("fold", ["\r\n ", "\n\t"])
def test_31_batch_when_headers_of_a_part_are_folded_then_they_are_whole(strict: Workspace, fold: str) -> None:
    head = f"Content-Type:{fold}application/http\r\nContent-ID: <x{'y' * 60} +{fold}7>"
    part = f"--b\r\n{head}\r\n\r\n{GET_ANNA} HTTP/1.1\r\n\r\n\r\n"
    headers = {"Content-Type": 'multipart/mixed; boundary="b"'}
    answer = strict.call("POST", "/batch", content=f"{part}--b--".encode(), headers=headers)
    assert answer.status_code == 200
    assert f"Content-ID: <response-x{'y' * 60} +{fold[-1]}7>\r\n" in answer.text


def test_31_batch_when_ids_are_long_then_the_client_finds_them(google: Workspace) -> None:
    names = [f"{'n' * 70}-{number}" for number in range(3)]
    found = run(google, [google.api("directory").users().get(userKey=ANNA) for _ in names], names=names)
    assert [found[name]["primaryEmail"] for name in names] == [ANNA] * 3
