"""Requests to the emulated Exchange admin service: tokens, roles, bodies, batches, pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sharedbox_cli.emulator.seed import grown
from tests.asked import each, every
from tests.conftest import Cloud, CloudMaker
from tests.emulator.exchange import BILLING, CONTINUE, SALES, Door, kind, opened

GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with opened(cloud) as made:
        yield made


def with_app(cloud: Cloud, path: str, value: Any) -> None:
    """Change the permissions of the app before it requests a token."""
    cloud.tenant.run("update apps set doc = json_set(doc, ?, json(?))", path, json.dumps(value))


def test_token_when_of_graph_then_401(cloud: Cloud) -> None:
    with opened(cloud, "https://graph.microsoft.com/.default") as door:
        assert door("Get-AcceptedDomain").status_code == 401


def test_token_when_missing_or_expired_then_401(door: Door, cloud: Cloud) -> None:
    assert door.raw({}, Authorization="Bearer x").status_code == 401
    cloud.tenant.clock.advance(3600)
    assert door("Get-AcceptedDomain").status_code == 401


def test_app_when_without_its_role_then_401(cloud: Cloud) -> None:
    with_app(cloud, '$.roles."https://outlook.office365.com"', [])
    with opened(cloud) as door:
        assert door("Get-AcceptedDomain").status_code == 401


def test_app_when_without_a_directory_role_then_403(cloud: Cloud) -> None:
    with_app(cloud, "$.directory_roles", [])
    with opened(cloud) as door:
        answer = door("Get-AcceptedDomain")
        assert (answer.status_code, kind(answer)) == (403, "CmdletAccessDeniedException")


def test_reader_when_it_writes_then_403_with_nul_bytes_and_no_effect(cloud: Cloud) -> None:
    with_app(cloud, "$.directory_roles", [GLOBAL_READER])
    with opened(cloud) as door:
        assert door("Get-Mailbox", Identity=SALES).status_code == 200
        body = {"CmdletInput": {"CmdletName": "Remove-Mailbox", "Parameters": {"Identity": SALES}}}
        with door.http.stream("POST", f"{door.base}/InvokeCommand", json=body) as answer:
            raw = b"".join(answer.iter_raw())
    assert (answer.status_code, answer.headers["content-encoding"], set(raw)) == (403, "gzip", {0})
    assert cloud.effects() == []


@pytest.mark.parametrize("name", ["contoso.example", "contoso-mail.example"])
def test_tenant_when_a_domain_of_it_stands_in_the_path_then_answered(door: Door, name: str) -> None:
    door.base = f"/adminapi/beta/{name}"
    assert door("Get-AcceptedDomain").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {},
        {"CmdletInput": None},
        {"CmdletInput": []},
        {"CmdletInput": {"CmdletName": "Get-Mailbox"}},
        {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": None}},
        {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": []}},
        {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": "x"}},
    ],
)
def test_body_when_it_is_no_command_then_400(door: Door, body: Any) -> None:
    assert kind(door.raw(body))
    assert door.raw(body).status_code == 400


def test_answer_when_given_then_it_has_the_services_frame_and_headers(door: Door) -> None:
    answer = door.raw(
        {"CmdletInput": {"CmdletName": "Get-AcceptedDomain", "Parameters": {}}}, **{"client-request-id": "mine"}
    )
    data = answer.json()
    assert data["@odata.context"].endswith("/$metadata#Collection(Exchange.GenericHashTable)")
    assert data["adminapi.warnings@odata.type"] == "#Collection(String)" and data["@adminapi.warnings"] == []
    assert answer.headers["rate-limit-limit"] == "30000" and answer.headers["rate-limit-remaining"].isdecimal()
    assert answer.headers["rate-limit-reset"].endswith("Z")
    assert answer.headers["request-id"] and answer.headers["client-request-id"] == "mine"


def test_select_when_given_then_only_those_properties_and_their_sidecars(door: Door) -> None:
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"Identity": SALES}}}
    [row] = door.raw(body, query="?$select=PrimarySmtpAddress,EmailAddresses").json()["value"]
    assert {name.partition("@")[0] for name in row} == {"PrimarySmtpAddress", "EmailAddresses"}


def test_throttled_when_told_how_long_or_not_then_the_header_says_so(door: Door, cloud: Cloud) -> None:
    route = "exchange.Get-AcceptedDomain"
    cloud.emulator.faults.set(
        [
            {"route": route, "kind": "throttle", "retry_after": 7},
            {"route": route, "n": 2, "kind": "throttle"},
            {"route": route, "n": 3, "kind": "status", "status": 503, "retry_after": 9, "body": "json"},
        ]
    )
    first, second, third = (door("Get-AcceptedDomain") for _ in range(3))
    assert (first.status_code, first.headers["retry-after"], kind(first)) == (429, "7", "OverBudgetException")
    assert second.status_code == 429 and "retry-after" not in second.headers
    assert (third.status_code, third.headers["retry-after"]) == (503, "9")


@pytest.mark.parametrize("query", ["?$select=Name&$select=Alias", "?$Select=Name", "?$top=1", "?nonsense=1"])
def test_query_when_an_option_is_unknown_or_given_twice_then_400(door: Door, query: str) -> None:
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"Identity": SALES}}}
    answer = door.raw(body, query=query)
    assert (answer.status_code, kind(answer)) == (400, "ODataException")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("path", ["InvokeCommand", "$batch"])
def test_body_when_it_does_not_say_it_is_json_then_415(door: Door, content_type: str, path: str) -> None:
    body = b'{"CmdletInput": {"CmdletName": "Get-AcceptedDomain", "Parameters": {}}}'
    headers = {"Content-Type": content_type} if content_type else {}
    answer = door.http.post(f"{door.base}/{path}", content=body, headers=headers)
    assert (answer.status_code, kind(answer)) == (415, "ODataContentTypeException")


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b'{"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"ResultSize": NaN}}}']
)
def test_body_when_python_alone_would_take_it_or_nobody_then_400(door: Door, text: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("InvokeCommand", "$batch"):
        answer = door.http.post(f"{door.base}/{path}", content=text, headers=headers)
        assert (answer.status_code, kind(answer)) == (400, "ODataException")


@pytest.mark.parametrize(("endpoint", "status"), [("Mailbox", 501), ("AcceptedDomain", 501), ("Nonsense", 404)])
def test_second_door_when_knocked_at_then_it_says_it_is_not_modelled(door: Door, endpoint: str, status: int) -> None:
    answer = door.http.post(door.base.replace("/beta/", "/v2.0/") + f"/{endpoint}", json={})
    assert answer.status_code == status and kind(answer)


# --- batches


def test_batch_when_full_then_each_part_is_answered_by_id_and_logged_under_it(door: Door, cloud: Cloud) -> None:
    parts = [door.part(number, "Get-MailboxPermission", Identity=SALES) for number in range(10)]
    orders = set()
    for _ in range(4):
        answers = door.batch(*parts).json()["responses"]
        orders.add(tuple(item["id"] for item in answers))
        assert {item["id"] for item in answers} == {part["id"] for part in parts}
        assert every(item["status"] == 200 and item["body"]["value"] for item in answers)
    assert len(orders) > 1
    outer = [line["id"] for line in cloud.emulator.log.lines if line["route"] == "exchange.batch"]
    inner = [line for line in cloud.emulator.log.lines if line["parent"]]
    assert len(inner) == 40 and {line["parent"] for line in inner} == set(outer)
    assert {line["route"] for line in inner} == {"exchange.Get-MailboxPermission"}


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://outlook.example/adminapi/beta/{tenant}/InvokeCommand"},
        {"url": "https://{host}/adminapi/beta/other.example/InvokeCommand"},
        {"url": "https://{host}/adminapi/beta/{tenant}/$batch"},
        {"url": "http://{host}/adminapi/beta/{tenant}/InvokeCommand"},
        {"url": "/adminapi/beta/{tenant}/InvokeCommand"},
        {"url": "InvokeCommand"},
        {"url": None},
        {"method": "GET"},
        {"url": "https://u@{host}/adminapi/beta/{tenant}/InvokeCommand"},
        {"url": "https://{host}/adminapi/beta/{tenant}/InvokeCommand#x"},
        {"dependsOn": ["1"]},
        {"headers": []},
        {"headers": {"X-AnchorMailbox": 1}},
        {"method": "post"},
        {"id": None},
        {"id": 7},
        {"id": ""},
    ],
)
def test_batch_when_a_part_is_not_allowed_then_400(door: Door, cloud: Cloud, change: dict[str, Any]) -> None:
    host = cloud.emulator.origin.removeprefix("https://")
    made = {
        key: value.format(host=host, tenant=cloud.tenant.id) if isinstance(value, str) else value
        for key, value in change.items()
    }
    answer = door.batch({**door.part(1, "Get-AcceptedDomain"), **made})
    assert answer.status_code == 400 and kind(answer)


@pytest.mark.parametrize("count", [10, 11])
def test_batch_when_of_more_than_ten_then_400_and_none_is_carried_out(door: Door, cloud: Cloud, count: int) -> None:
    answer = door.batch(*(door.part(number, "Get-AcceptedDomain") for number in range(count)))
    assert answer.status_code == (200 if count == 10 else 400)
    assert len([line for line in cloud.emulator.log.lines if line["parent"]]) == (10 if count == 10 else 0)


def test_batch_when_ids_repeat_or_it_is_empty_or_no_batch_then_400(door: Door) -> None:
    assert door.batch(door.part(1, "Get-AcceptedDomain"), door.part(1, "Get-AcceptedDomain")).status_code == 400
    assert door.batch().status_code == 400
    parts = [door.part(1, "Get-AcceptedDomain")]
    assert door.http.post(f"{door.base}/$batch?x=1", json={"requests": parts}).status_code == 400
    bodies: list[Any] = [None, [], {}, {"requests": None}, {"requests": ["x"]}, {"requests": parts, "x": 1}]
    headers = {"Content-Type": "application/json"}
    for body in each(bodies):
        answer = door.http.post(f"{door.base}/$batch", content=json.dumps(body).encode(), headers=headers)
        assert answer.status_code == 400


@pytest.mark.parametrize("body", [None, {}, [], {"CmdletInput": None}])
def test_batch_when_a_part_has_no_command_then_that_part_alone_is_400(door: Door, body: Any) -> None:
    broken = {**door.part(1, "Get-AcceptedDomain"), "body": body}
    answers = door.batch(broken, door.part(2, "Get-AcceptedDomain"), **CONTINUE).json()["responses"]
    assert {item["id"]: item["status"] for item in answers} == {"1": 400, "2": 200}


def test_batch_when_a_part_is_throttled_then_it_carries_its_own_wait(door: Door, cloud: Cloud) -> None:
    cloud.emulator.faults.set([{"route": "exchange.Get-Mailbox", "n": 2, "kind": "throttle", "retry_after": 11}])
    parts = [
        door.part(number, "Get-Mailbox", Identity=mailbox) for number, mailbox in enumerate((SALES, BILLING, SALES))
    ]
    answers = {item["id"]: item for item in door.batch(*parts, **CONTINUE).json()["responses"]}
    assert [answers[key]["status"] for key in "012"] == [200, 429, 200]
    assert answers["1"]["headers"]["Retry-After"] == "11"
    assert "OverBudget" in answers["1"]["body"]["error"]["details"][0]["message"]


def test_batch_when_it_writes_for_a_reader_then_the_parts_are_403_without_a_body(cloud: Cloud) -> None:
    with_app(cloud, "$.directory_roles", [GLOBAL_READER])
    with opened(cloud) as door:
        [answer] = door.batch(door.part(1, "Remove-Mailbox", Identity=SALES)).json()["responses"]
    assert (answer["status"], answer["body"]) == (403, None)
    assert cloud.effects() == []


# --- pages


def command(**parameters: Any) -> dict[str, Any]:
    """Return the parameters of a list of mailboxes, for every page."""
    return {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": parameters}}


def test_pages_when_followed_then_every_row_once_and_the_links_are_absolute(door: Door, cloud: Cloud) -> None:
    body, seen, count = command(ResultSize="Unlimited"), list[str](), 0
    url = f"{door.base}/InvokeCommand?$select=Name"
    while url:
        data = door.http.post(url, json=body, headers={"Prefer": "odata.maxpagesize=4"}).json()
        assert len(data["value"]) <= 4
        seen += [row["Name"] for row in data["value"]]
        url = data.get("@odata.nextLink", "")
        assert not url or url.startswith(f"{cloud.emulator.origin}/adminapi/beta/")
        count += 1
    assert len(seen) == len(set(seen)) == len(door.rows("Get-Mailbox", ResultSize="Unlimited"))
    assert count == -(-len(seen) // 4)


@pytest.mark.parametrize("seconds", [1799, 1801])
def test_page_when_followed_after_half_an_hour_then_it_is_gone(door: Door, cloud: Cloud, seconds: int) -> None:
    small = {"Prefer": "odata.maxpagesize=2"}
    link = door.raw(command(ResultSize="Unlimited"), **small).json()["@odata.nextLink"]
    cloud.tenant.clock.advance(seconds)
    answer = door.http.post(link, json=command(ResultSize="Unlimited"), headers=small)
    assert answer.status_code == (200 if seconds < 1800 else 400)
    assert seconds < 1800 or "Default Expiry time is 00:30:00" in answer.text


@pytest.mark.parametrize("token", ["x", "%00", "bm9uc2Vuc2U=", "WzEsMiwzXQ=="])
def test_page_when_its_token_is_made_up_then_400(door: Door, token: str) -> None:
    answer = door.raw(command(ResultSize="Unlimited"), query=f"?$skiptoken={token}")
    assert answer.status_code == 400 and "pagination" in answer.text


def test_page_when_links_never_work_then_400_at_once_and_filters_still_read_all(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("broken_paging", "1")
    small = {"Prefer": "odata.maxpagesize=2"}
    link = door.raw(command(ResultSize="Unlimited"), **small).json()["@odata.nextLink"]
    assert door.http.post(link, json=command(ResultSize="Unlimited"), headers=small).status_code == 400
    every = {row["Name"].lower() for row in door.rows("Get-Mailbox", ResultSize="Unlimited")}
    low = {row["Name"].lower() for row in door.rows("Get-Mailbox", Filter="Name -lt 'd'")}
    high = {row["Name"].lower() for row in door.rows("Get-Mailbox", Filter="Name -ge 'd' -and Name -ne 'x'")}
    assert low and high and not low & high and low | high == every


@pytest.mark.slow
def test_list_when_no_size_is_asked_for_then_a_thousand_and_a_warning(cloud_of: CloudMaker) -> None:
    with opened(cloud_of(lambda tenant: grown(tenant, 350, 2, 3))) as door:
        answer = door("Get-Mailbox").json()
        assert len(answer["value"]) == 1000 and "@odata.nextLink" not in answer
        assert "only the first 1000" in " ".join(answer["@adminapi.warnings"])
        whole = door("Get-Mailbox", ResultSize="Unlimited").json()
        assert len(whole["value"]) == 1000 and whole["@odata.nextLink"] and whole["@adminapi.warnings"] == []
        huge = door.raw(command(ResultSize="Unlimited"), Prefer="odata.maxpagesize=5000").json()
        assert len(huge["value"]) == 1000
