"""What Graph refuses, the emulator refuses, in Graph's shape."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.conftest import Cloud
from tests.emulator.test_graph_contract import http as _http

http = _http


def code(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert {"code", "message", "innerError"} <= set(error)
    return answer.status_code, error["code"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1.0/nothing", 404),
        ("/v1.0/users?$top=1000", 400),
        ("/v1.0/users?$top=0", 400),
        ("/v1.0/users?$select=id,nonsense", 400),
        ("/v1.0/users?nonsense=1", 400),
        ("/v1.0/users?$select=mailboxSettings", 501),
        ("/v1.0/users?$filter=jobTitle eq 'x'", 400),
        ("/v1.0/users?$filter=accountEnabled ne true", 400),
        ("/v1.0/users?$filter=mail in (" + ",".join(f"'{n}@x.example'" for n in range(16)) + ")", 400),
        ("/v1.0/users/nobody@contoso.example", 404),
        ("/v1.0/groups/00000000-0000-0000-0000-000000000000", 404),
        ("/v1.0/reports/getMailboxUsageDetail(period='D8')", 400),
    ],
)
def test_get_when_refused_by_the_vendor_then_refused_here(http: httpx.Client, path: str, status: int) -> None:
    assert code(http.get(path))[0] == status


def test_paging_when_followed_then_every_user_comes_once(http: httpx.Client) -> None:
    found: list[str] = []
    url = "/v1.0//users?$select=id&$top=2"
    while url:
        data = http.get(url).json()
        found += [item["id"] for item in data["value"]]
        url = data.get("@odata.nextLink", "")
    assert len(found) == len(set(found)) == 11


def test_keys_when_written_the_other_way_then_the_same_user(http: httpx.Client) -> None:
    first = http.get("/v1.0/users/anna@contoso.example").json()
    assert http.get("/v1.0/USERS('anna%40contoso.example')").json() == first


@pytest.mark.parametrize("body", [{"proxyAddresses": []}, {"nonsense": 1}, {"accountEnabled": "no"}])
def test_patch_when_the_body_is_wrong_then_400_and_nothing_changed(http: httpx.Client, body: dict[str, Any]) -> None:
    assert code(http.patch("/v1.0/users/anna@contoso.example", json=body))[0] == 400
    assert http.get("/v1.0/users/anna@contoso.example?$select=accountEnabled").json()["accountEnabled"] is True


def test_patch_when_right_then_204_and_odata_type_is_accepted(http: httpx.Client) -> None:
    body = {"@odata.type": "#microsoft.graph.user", "accountEnabled": False}
    assert http.patch("/v1.0/users/anna@contoso.example", json=body).status_code == 204


@pytest.mark.parametrize(
    ("requests", "told"),
    [
        ([{"id": str(n), "method": "GET", "url": "/users"} for n in range(21)], "maximum value of 20"),
        ([{"id": "1", "method": "GET", "url": "/users"}, {"id": "1", "method": "GET", "url": "/users"}], "unique"),
        ([{"id": "1", "method": "GET", "url": "/users", "dependsOn": ["2"]}], "Invalid dependency"),
        ([{"id": "1", "method": "PATCH", "url": "/users/x", "body": {}}], "Content-Type"),
        ([{"id": "1", "method": "GET", "url": "https://graph.microsoft.com/v1.0/users"}], "relative"),
    ],
)
def test_batch_when_malformed_then_400(http: httpx.Client, requests: list[dict[str, Any]], told: str) -> None:
    answer = http.post("/v1.0/$batch", json={"requests": requests})
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]


def test_batch_when_a_part_fails_then_its_dependants_get_424(http: httpx.Client) -> None:
    parts = [
        {"id": "a", "method": "GET", "url": "/users/nobody"},
        {"id": "b", "method": "GET", "url": "/users", "dependsOn": ["a"]},
        {"id": "c", "method": "GET", "url": "/users?$top=1"},
    ]
    answers = {
        item["id"]: item["status"] for item in http.post("/v1.0/$batch", json={"requests": parts}).json()["responses"]
    }
    assert answers == {"a": 404, "b": 424, "c": 200}


def licence(http: httpx.Client, add: list[str], remove: list[str]) -> httpx.Response:
    body = {"addLicenses": [{"skuId": one, "disabledPlans": []} for one in add], "removeLicenses": remove}
    return http.post("/v1.0/users/billing@contoso.example/assignLicense", json=body)


def test_licence_when_rules_are_broken_then_400(http: httpx.Client, cloud: Cloud) -> None:
    plan1, plan2 = "4b9405b0-7788-4568-add1-99614e613b69", "19ec0d23-8335-4cbd-94ac-6050e30712fa"
    assert http.post("/v1.0/users/anna@contoso.example/assignLicense", json={"addLicenses": []}).status_code == 400
    assert "mutually exclusive" in licence(http, [plan1, plan2], []).text
    assert licence(http, [plan1], []).status_code == 202
    assert licence(http, [], [plan2]).status_code == 400
    cloud.tenant.run("update skus set enabled = 0")
    assert "CountViolation" in licence(http, [plan2], [plan1]).text
    cloud.tenant.run("update licences set by_group = 'g'")
    assert "inherited" in licence(http, [], [plan1]).text


def test_report_when_asked_too_often_then_429_with_the_time_to_wait(http: httpx.Client) -> None:
    path = "/v1.0/reports/getMailboxUsageDetail(period='D7')"
    answers = [http.get(path) for _ in range(15)]
    assert [answer.status_code for answer in answers] == [302] * 14 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 601


def test_report_when_fetched_with_a_token_then_refused(http: httpx.Client) -> None:
    link = http.get("/v1.0/reports/getMailboxUsageDetail(period='D7')").headers["location"]
    assert http.get(link).status_code == 400
    plain = httpx.get(link)
    assert plain.content.startswith(b"\xef\xbb\xbfReport Refresh Date,User Principal Name")


def test_token_when_of_another_audience_or_expired_then_401(http: httpx.Client, cloud: Cloud) -> None:
    url = f"/adminapi/beta/{cloud.tenant.id}/InvokeCommand"
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {}}}
    assert http.post(url, json=body).status_code == 401
    cloud.tenant.clock.advance(3600)
    assert code(http.get("/v1.0/users")) == (401, "InvalidAuthenticationToken")
