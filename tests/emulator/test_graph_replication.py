"""Lag of Graph: users that are created, changed, deleted or restored (`lag:directory`)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import Cloud
from tests.emulator import exchange
from tests.emulator.exchange import Door
from tests.emulator.graph import ANNA, BILLING, PLAN_1, assign, opened

NEW = "new@contoso.example"


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with opened(cloud) as made:
        yield made


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with exchange.opened(cloud) as made:
        yield made


def listed(http: httpx.Client) -> set[str]:
    """Return all users in the list."""
    return {item["mail"] for item in http.get("/v1.0/users?$select=mail").json()["value"]}


def make(door: Door) -> None:
    """Create a mailbox and its user."""
    answer = door("New-Mailbox", Shared=True, Name="new", PrimarySmtpAddress=NEW)
    assert answer.status_code == 200


def test_user_when_new_then_neither_listed_nor_found_nor_changed_until_the_lag_is_over(
    http: httpx.Client, door: Door, cloud: Cloud
) -> None:
    cloud.tenant.set_meta("lag:directory", "60")
    make(door)
    assert NEW not in listed(http)
    assert http.get(f"/v1.0/users/{NEW}").status_code == 404
    assert http.patch(f"/v1.0/users/{NEW}", json={"accountEnabled": False}).status_code == 404
    assert assign(http, NEW, [PLAN_1], []).status_code == 404
    cloud.tenant.clock.advance(61)
    assert NEW in listed(http)
    assert http.patch(f"/v1.0/users/{NEW}", json={"accountEnabled": False}).status_code == 204


def test_user_when_changed_then_the_old_value_is_read_until_the_lag_is_over(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:directory", "60")

    def enabled() -> set[bool]:
        one = http.get(f"/v1.0/users/{ANNA}?$select=accountEnabled").json()["accountEnabled"]
        every = http.get("/v1.0/users?$select=mail,accountEnabled").json()["value"]
        return {one, *(item["accountEnabled"] for item in every if item["mail"] == ANNA)}

    assert enabled() == {True}
    assert http.patch(f"/v1.0/users/{ANNA}", json={"accountEnabled": False}).status_code == 204
    assert enabled() == {True}
    cloud.tenant.clock.advance(30)
    assert http.patch(f"/v1.0/users/{ANNA}", json={"accountEnabled": True}).status_code == 204
    cloud.tenant.clock.advance(31)
    assert enabled() == {False}
    cloud.tenant.clock.advance(30)
    assert enabled() == {True}


def test_user_when_licensed_then_the_answer_shows_it_or_the_lag_hides_it(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:directory", "60")
    assert assign(http, BILLING, [PLAN_1], []).status_code == 202
    path = f"/v1.0/users/{BILLING}?$select=assignedLicenses"
    assert http.get(path).json()["assignedLicenses"] == []
    cloud.tenant.clock.advance(61)
    assert http.get(path).json()["assignedLicenses"] == [{"skuId": PLAN_1, "disabledPlans": []}]


def test_user_when_deleted_and_restored_then_each_shows_late(http: httpx.Client, door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:directory", "60")
    deleted = "/v1.0/directory/deletedItems/microsoft.graph.user?$select=mail"
    door("Remove-Mailbox", Identity=BILLING, Confirm=False)
    assert BILLING in listed(http) and http.get(deleted).json()["value"] == []
    cloud.tenant.clock.advance(61)
    assert BILLING not in listed(http) and http.get(deleted).json()["value"] == [{"mail": BILLING}]
    assert door("Undo-SoftDeletedMailbox", SoftDeletedObject=BILLING).status_code == 200
    assert BILLING not in listed(http) and http.get(deleted).json()["value"] == [{"mail": BILLING}]
    cloud.tenant.clock.advance(61)
    assert BILLING in listed(http) and http.get(deleted).json()["value"] == []


def test_user_when_deleted_thirty_days_ago_then_gone_for_good(http: httpx.Client, door: Door, cloud: Cloud) -> None:
    deleted = "/v1.0/directory/deletedItems/microsoft.graph.user"
    door("Remove-Mailbox", Identity=BILLING, Confirm=False)
    cloud.tenant.clock.advance(29 * 86400)
    with opened(cloud) as fresh:
        assert len(fresh.get(deleted).json()["value"]) == 1
    cloud.tenant.clock.advance(2 * 86400)
    with opened(cloud) as fresh:
        assert fresh.get(deleted).json()["value"] == []


def test_list_when_somebody_comes_or_goes_between_pages_then_nobody_is_passed_over(
    http: httpx.Client, door: Door
) -> None:
    everybody = listed(http)
    data = http.get("/v1.0/users?$select=id,mail&$top=3").json()
    first = [item["mail"] for item in data["value"]]
    door("Remove-Mailbox", Identity=first[0], Confirm=False)
    seen = list(first)
    while link := data.get("@odata.nextLink"):
        data = http.get(link).json()
        seen += [item["mail"] for item in data["value"]]
    assert sorted(seen) == sorted(everybody)
