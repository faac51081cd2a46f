"""The emulator rejects what Graph rejects, in the same format."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from tests.conftest import Cloud
from tests.emulator.graph import BILLING, PLAN_1, PLAN_2, assign, code
from tests.emulator.test_graph_contract import http as _http

http = _http


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
        ("/v1.0/users?$Select=nonsense", 400),
        ("/v1.0/users?$TOP=1000", 400),
        ("/v1.0/users?$top=1&$top=2", 400),
        ("/v1.0/users?$select=id&$SELECT=mail", 400),
        ("/v1.0/users?$skip=1", 400),
        ("/v1.0/users?$top=", 400),
        ("/v1.0/users?$top=-1", 400),
        ("/v1.0/users?$top=x", 400),
        ("/v1.0/users?$count=true", 400),
        ("/v1.0/users?$count=yes", 400),
        ("/v1.0/users?$orderby=displayName", 501),
        ("/v1.0/users?$search=x", 501),
        ("/v1.0/users?$expand=manager", 501),
        ("/v1.0/users?$skiptoken=x", 400),
        ("/v1.0/users?$skiptoken=", 400),
        ("/v1.0/users?$skiptoken=WyJ4Il0", 400),
        ("/v1.0/users/anna@contoso.example?$top=1", 400),
        ("/v1.0/users/anna@contoso.example?$filter=mail eq 'x'", 400),
        ("/v1.0/users/anna@contoso.example?$select=nonsense", 400),
        ("/v1.0/users/anna@contoso.example?$select=mailboxSettings", 501),
        ("/v1.0/users/verkauf@contoso.example", 404),
        ("/v1.0/users/nobody@contoso.example/licenseDetails", 404),
        ("/v1.0/subscribedSkus?$filter=skuId eq 'x'", 400),
        ("/v1.0/subscribedSkus?$top=1", 400),
        ("/v1.0/subscribedSkus?$select=nonsense", 400),
        ("/v1.0/organization?$top=1", 400),
        ("/v1.0/organization?$select=nonsense", 400),
        ("/v1.0/admin/reportSettings?$select=id", 400),
        ("/v1.0/reports/getMailboxUsageDetail(period='D7')?$top=1", 400),
        ("/v1.0/reports/getMailboxUsageDetail(period=D7)", 400),
        ("/v1.0/groups?$select=nonsense", 400),
        ("/v1.0/groups/00000000-0000-0000-0000-000000000000/members", 404),
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


@pytest.mark.parametrize(
    "body",
    [
        {"proxyAddresses": []},
        {"nonsense": 1},
        {"accountEnabled": "no"},
        {"accountEnabled": None},
        {"accountEnabled": 0},
        {"assignedLicenses": []},
        {"id": "x"},
        {"displayName": ""},
        {"displayName": None},
        {"displayName": "x" * 257},
        {"usageLocation": "Germany"},
        {"usageLocation": 49},
        {},
        {"@odata.type": "#microsoft.graph.user"},
        [],
        "x",
        None,
    ],
)
def test_patch_when_the_body_is_wrong_then_400_and_nothing_changed(http: httpx.Client, body: Any) -> None:
    assert code(http.patch("/v1.0/users/anna@contoso.example", json=body))[0] == 400
    assert http.get("/v1.0/users/anna@contoso.example?$select=accountEnabled").json()["accountEnabled"] is True


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({}, b'{"accountEnabled": false}', 400),
        ({"Content-Type": "text/plain"}, b'{"accountEnabled": false}', 415),
        ({"Content-Type": "application/json"}, b'{"accountEnabled": false', 400),
        ({"Content-Type": "application/json"}, b"", 400),
        ({"Content-Type": "application/json"}, b'{"accountEnabled": false, "displayName": "\\ud800"}', 400),
        ({"Content-Type": "application/json"}, b"[" * 100_000, 400),
    ],
)
def test_write_when_it_is_no_json_or_does_not_say_so_then_refused(
    http: httpx.Client, cloud: Cloud, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = http.patch("/v1.0/users/anna@contoso.example", content=content, headers=headers)
    assert code(answer)[0] == status
    assert cloud.effects() == []


def test_patch_when_the_property_is_the_vendors_and_not_modelled_then_501(http: httpx.Client) -> None:
    answer = http.patch("/v1.0/users/anna@contoso.example", json={"jobTitle": "x"})
    assert code(answer) == (501, "NotImplemented") and "does not model" in answer.text


def test_patch_when_it_has_query_options_then_400(http: httpx.Client, cloud: Cloud) -> None:
    answer = http.patch("/v1.0/users/anna@contoso.example?$select=id", json={"accountEnabled": False})
    assert code(answer)[0] == 400 and cloud.effects() == []


GUID = "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"ids": []},
        {"ids": "x"},
        {"ids": ["x"]},
        {"ids": [1]},
        {"ids": [GUID] * 1001},
        {"ids": [GUID], "types": "user"},
        {"ids": [GUID], "types": ["nonsense"]},
        {"ids": [GUID], "types": [1]},
        {"ids": [GUID], "nonsense": 1},
    ],
)
def test_by_ids_when_the_body_is_wrong_then_400(http: httpx.Client, body: Any) -> None:
    assert code(http.post("/v1.0/directoryObjects/getByIds", json=body))[0] == 400


def test_by_ids_when_asked_then_typed_objects_of_those_kinds_and_unknown_ones_absent(
    http: httpx.Client, cloud: Cloud
) -> None:
    rows = {row["kind"]: row["id"] for row in cloud.tenant.rows("select kind, id from objects")}
    ids = [rows["user"], rows["group"], GUID]
    path = "/v1.0/directoryObjects/getByIds"
    found = http.post(path, json={"ids": ids}).json()["value"]
    assert {(item["@odata.type"], item["id"]) for item in found} == {
        ("#microsoft.graph.user", rows["user"]),
        ("#microsoft.graph.group", rows["group"]),
    }
    assert "accountEnabled" not in found[0]
    assert [item["id"] for item in http.post(path, json={"ids": ids, "types": ["group"]}).json()["value"]] == [
        rows["group"]
    ]
    assert code(http.post(f"{path}?$select=id", json={"ids": ids}))[0] == 400


def test_error_when_answered_then_it_names_the_request_as_its_headers_do(http: httpx.Client) -> None:
    answer = http.get("/v1.0/users?nonsense=1", headers={"client-request-id": "mine"})
    inner = answer.json()["error"]["innerError"]
    assert (inner["request-id"], inner["client-request-id"]) == (answer.headers["request-id"], "mine")


def test_page_link_when_its_question_is_changed_then_refused(http: httpx.Client) -> None:
    link = http.get("/v1.0/users?$select=id&$top=2").json()["@odata.nextLink"]
    for changed in (
        link.replace("$top=2", "$top=3"),
        link.replace("$select=id", "$select=mail"),
        link.replace("/users", "/groups"),
    ):
        assert code(http.get(changed)) == (400, "Directory_ExpiredPageToken")


def test_members_when_a_group_is_within_then_direct_ones_of_both_kinds(http: httpx.Client, cloud: Cloud) -> None:
    ids = {row["mail"].partition("@")[0]: row["id"] for row in cloud.tenant.rows("select id, mail from objects")}
    cloud.tenant.run("insert into members values (?, ?)", ids["all-staff"], ids["sg-audit"])
    found = http.get(f"/v1.0/groups/{ids['all-staff']}/members").json()["value"]
    kinds = {item["id"]: item["@odata.type"].rpartition(".")[2] for item in found}
    assert kinds[ids["sg-audit"]] == "group" and kinds[ids["anna"]] == "user"
    path = f"/v1.0/groups/{ids['all-staff']}/transitiveMembers/microsoft.graph.user"
    assert code(http.get(path)) == (400, "Request_UnsupportedQuery")
    people = http.get(f"{path}?$count=true", headers={"ConsistencyLevel": "eventual"}).json()["value"]
    assert ids["sg-audit"] not in {item["id"] for item in people}


def test_patch_when_right_then_204_and_odata_type_is_accepted(http: httpx.Client) -> None:
    body = {"@odata.type": "#microsoft.graph.user", "accountEnabled": False}
    assert http.patch("/v1.0/users/anna@contoso.example", json=body).status_code == 204


def test_licence_when_inherited_from_a_group_then_not_taken_directly(http: httpx.Client, cloud: Cloud) -> None:
    assert assign(http, BILLING, [PLAN_1], []).status_code == 202
    cloud.tenant.run("update licences set by_group = 'g'")
    assert "inherited" in assign(http, BILLING, [], [PLAN_1]).text


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


def test_report_when_its_address_is_old_or_made_up_then_403(http: httpx.Client, cloud: Cloud) -> None:
    link = http.get("/v1.0/reports/getMailboxUsageDetail(period='D7')").headers["location"]
    assert httpx.get(f"{cloud.emulator.origin}/data/download/D7").status_code == 403
    cloud.tenant.clock.advance(301)
    assert httpx.get(link).status_code == 403


def test_report_when_a_mailbox_is_deleted_or_large_then_its_line_says_so(http: httpx.Client, cloud: Cloud) -> None:
    assign(http, BILLING, [PLAN_2], [])
    cloud.tenant.run("update objects set deleted_at = ? where mail = 'sales@contoso.example'", 86400.0)
    plain = httpx.get(http.get("/v1.0/reports/getMailboxUsageDetail(period='D7')").headers["location"])
    lines = {row["User Principal Name"]: row for row in csv.DictReader(io.StringIO(plain.text.lstrip("\ufeff")))}
    gone, large = lines["sales@contoso.example"], lines[BILLING]
    assert (gone["Is Deleted"], gone["Deleted Date"], gone["Prohibit Send Quota (Byte)"]) == ("True", "1970-01-02", "")
    assert large["Prohibit Send/Receive Quota (Byte)"] == "107374182400" and large["Is Deleted"] == "False"


def test_token_when_of_another_audience_or_expired_then_401(http: httpx.Client, cloud: Cloud) -> None:
    url = f"/adminapi/beta/{cloud.tenant.id}/InvokeCommand"
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {}}}
    assert http.post(url, json=body).status_code == 401
    cloud.tenant.clock.advance(3600)
    assert code(http.get("/v1.0/users")) == (401, "InvalidAuthenticationToken")
