"""Licences in the emulated Graph: bodies, seats, exclusions, and activation lag."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.asked import every
from tests.conftest import Cloud
from tests.emulator import exchange
from tests.emulator.graph import BILLING, PLAN_1, PLAN_2, SALES, assign, code, opened

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
PLAN_2_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
UNKNOWN = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with opened(cloud) as made:
        yield made


def used(http: httpx.Client, sku: str) -> int:
    """Return the number of used seats of a product."""
    skus = http.get("/v1.0/subscribedSkus").json()["value"]
    return next(int(item["consumedUnits"]) for item in skus if item["skuId"] == sku)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"addLicenses": []},
        {"removeLicenses": []},
        {"addLicenses": [], "removeLicenses": []},
        {"addLicenses": None, "removeLicenses": []},
        {"addLicenses": [PLAN_1], "removeLicenses": []},
        {"addLicenses": [{"disabledPlans": []}], "removeLicenses": []},
        {"addLicenses": [{"skuId": "EXCHANGESTANDARD"}], "removeLicenses": []},
        {"addLicenses": [{"skuId": UNKNOWN}], "removeLicenses": []},
        {"addLicenses": [{"skuId": PLAN_1, "disabledPlans": "x"}], "removeLicenses": []},
        {"addLicenses": [{"skuId": PLAN_1, "nonsense": 1}], "removeLicenses": []},
        {"addLicenses": [{"skuId": PLAN_1}, {"skuId": PLAN_1}], "removeLicenses": []},
        {"addLicenses": [{"skuId": PLAN_1}], "removeLicenses": [PLAN_1]},
        {"addLicenses": [], "removeLicenses": [{"skuId": PLAN_1}]},
        {"addLicenses": [], "removeLicenses": PLAN_1},
        {"addLicenses": [], "removeLicenses": [PLAN_1]},
        {"addLicenses": [], "removeLicenses": [UNKNOWN]},
        {"addLicenses": [{"skuId": PLAN_1}], "removeLicenses": [], "nonsense": 1},
    ],
)
def test_licence_when_the_body_is_wrong_then_400_and_nothing_changed(
    http: httpx.Client, cloud: Cloud, body: Any
) -> None:
    assert code(http.post(f"/v1.0/users/{BILLING}/assignLicense", json=body))[0] == 400
    assert cloud.effects() == []


def test_plans_that_are_disabled_give_nothing(http: httpx.Client, cloud: Cloud) -> None:
    body = {"addLicenses": [{"skuId": E3, "disabledPlans": [PLAN_2_PLAN]}], "removeLicenses": []}
    answer = http.post(f"/v1.0/users/{BILLING}/assignLicense", json=body)
    assert answer.json()["assignedLicenses"] == [{"skuId": E3, "disabledPlans": [PLAN_2_PLAN]}]
    assert PLAN_2_PLAN not in plans(http) and plans(http)
    assert assign(http, BILLING, [PLAN_1], []).status_code == 202, "its mail plan is off, so nothing excludes Plan 1"
    assert "mutually exclusive" in assign(http, BILLING, [E3], []).text
    user = http.get(f"/v1.0/users/{BILLING}?$select=licenseAssignmentStates").json()
    assert [item["disabledPlans"] for item in user["licenseAssignmentStates"] if item["skuId"] == E3] == [[PLAN_2_PLAN]]


def test_plan_of_another_product_cannot_be_disabled(http: httpx.Client) -> None:
    body = {"addLicenses": [{"skuId": PLAN_1, "disabledPlans": [PLAN_2_PLAN]}], "removeLicenses": []}
    assert code(http.post(f"/v1.0/users/{BILLING}/assignLicense", json=body))[0] == 400


def test_product_can_come_directly_and_from_a_group(http: httpx.Client, cloud: Cloud) -> None:
    billing = http.get(f"/v1.0/users/{BILLING}").json()["id"]
    cloud.tenant.run("insert into licences values (?, ?, 'a-group')", billing, E3)
    seats = used(http, E3)
    assert assign(http, BILLING, [E3], []).status_code == 202
    assert used(http, E3) == seats
    user = http.get(f"/v1.0/users/{BILLING}?$select=licenseAssignmentStates,assignedLicenses").json()
    assert {item["assignedByGroup"] for item in user["licenseAssignmentStates"]} == {None, "a-group"}
    assert len(user["assignedLicenses"]) == 1
    assert assign(http, BILLING, [], [E3]).status_code == 202
    assert "inherited from a group" in assign(http, BILLING, [], [E3]).text


@pytest.mark.parametrize("lag", [0, 600])
def test_archive_and_hold_end_with_their_licence_and_come_back_with_it(
    http: httpx.Client, cloud: Cloud, lag: int
) -> None:
    assign(http, BILLING, [PLAN_2], [])
    cloud.tenant.set_meta("lag:licence", str(lag))
    with exchange.opened(cloud) as door:
        door("Set-Mailbox", Identity=BILLING, LitigationHoldEnabled=True)
        door("Enable-Mailbox", Identity=BILLING, Archive=True)
        archive = door.row(BILLING)["ArchiveGuid"]
        assign(http, BILLING, [PLAN_1], [PLAN_2])
        assert (door.row(BILLING)["ArchiveGuid"] == archive) is (lag > 0)
        cloud.tenant.clock.advance(lag)
        row = door.row(BILLING)
        assert (row["LitigationHoldEnabled"], row["ArchiveStatus"]) == (False, "None")
        assert set(row["ArchiveGuid"]) <= set("0-")
        assign(http, BILLING, [PLAN_2], [PLAN_1])
        row = door.row(BILLING)
        assert (row["LitigationHoldEnabled"], row["ArchiveGuid"]) == (True, archive)


def test_licence_when_added_and_removed_in_one_call_then_a_swap(http: httpx.Client) -> None:
    assert assign(http, BILLING, [PLAN_1], []).status_code == 202
    assert "mutually exclusive" in assign(http, BILLING, [PLAN_2], []).text
    answer = assign(http, BILLING, [PLAN_2], [PLAN_1])
    assert [item["skuId"] for item in answer.json()["assignedLicenses"]] == [PLAN_2]
    assert (used(http, PLAN_1), used(http, PLAN_2)) == (0, 1)


def test_licence_when_two_products_bring_the_same_plan_then_no_contradiction(http: httpx.Client) -> None:
    assert assign(http, BILLING, [PLAN_2, E3], []).status_code == 202
    assert "mutually exclusive" in assign(http, SALES, [PLAN_1, E3], []).text


def test_licence_when_the_place_of_use_is_unknown_then_400(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.run("update objects set doc = json_remove(doc, '$.usage_location') where mail = ?", BILLING)
    assert "invalid usage location" in assign(http, BILLING, [PLAN_1], []).text
    assert http.patch(f"/v1.0/users/{BILLING}", json={"usageLocation": "DE"}).status_code in (204, 403)


def test_seat_when_many_ask_for_the_last_one_at_once_then_one_gets_it(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.run("update skus set enabled = 1 where id = ?", PLAN_1)
    with ThreadPoolExecutor(8) as pool:
        users = [BILLING, SALES] * 4
        answers = list(pool.map(lambda user: assign(http, user, [PLAN_1], []), users))
    assert used(http, PLAN_1) == 1
    good = {user for user, answer in zip(users, answers, strict=True) if answer.status_code == 202}
    assert len(good) == 1
    assert every("CountViolation" in answer.text for answer in answers if answer.status_code == 400)


def test_seat_when_its_user_is_deleted_then_free(http: httpx.Client, cloud: Cloud) -> None:
    assign(http, BILLING, [PLAN_1], [])
    with exchange.opened(cloud) as door:
        door("Remove-Mailbox", Identity=BILLING, Confirm=False)
    assert used(http, PLAN_1) == 0


def plans(http: httpx.Client) -> set[str]:
    """Return the active plans of billing."""
    user = http.get(f"/v1.0/users/{BILLING}?$select=assignedPlans").json()
    return {item["servicePlanId"] for item in user["assignedPlans"]}


def test_plan_when_its_licence_lags_then_quota_hold_and_archive_come_later(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:licence", "600")
    cloud.tenant.set_meta("archive_without_licence", "0")
    answer = assign(http, BILLING, [PLAN_2], [])
    assert [item["skuId"] for item in answer.json()["assignedLicenses"]] == [PLAN_2]
    assert used(http, PLAN_2) == 1 and plans(http) == set()
    with exchange.opened(cloud) as door:
        assert door("Set-Mailbox", Identity=BILLING, LitigationHoldEnabled=True).status_code == 400
        assert door("Enable-Mailbox", Identity=BILLING, Archive=True).status_code == 400
        assert door.row(BILLING)["ProhibitSendReceiveQuota"].startswith("50 GB")
        cloud.tenant.clock.advance(601)
        assert plans(http) == {"efb87545-963c-4e0d-99df-69c6916d9eb0"}
        assert door.row(BILLING)["ProhibitSendReceiveQuota"].startswith("100 GB")
        assert door("Set-Mailbox", Identity=BILLING, LitigationHoldEnabled=True).status_code == 200


def test_plan_when_its_licence_is_taken_and_lags_then_still_in_force_for_a_while(
    http: httpx.Client, cloud: Cloud
) -> None:
    assign(http, BILLING, [PLAN_2], [])
    cloud.tenant.set_meta("lag:licence", "600")
    assign(http, BILLING, [], [PLAN_2])
    assert plans(http) and used(http, PLAN_2) == 0
    cloud.tenant.clock.advance(601)
    assert plans(http) == set()
