"""Resource units, write limits and their headers in the emulated Graph."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.graph.units import Units, cost
from tests.conftest import Cloud
from tests.emulator.graph import ANNA, code, opened


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with opened(cloud) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("/v1.0/users", 2),
        ("/v1.0/users?$select=id", 1),
        ("/v1.0/users?$top=5", 1),
        ("/v1.0/users?$top=20", 2),
        ("/v1.0/users?$select=id&$top=5", 1),
        (f"/v1.0/users/{ANNA}", 1),
        ("/v1.0/subscribedSkus", 3),
        (f"/v1.0/users/{ANNA}/licenseDetails", 2),
        ("/v1.0/groups", 1),
    ],
)
def test_answer_when_given_then_it_tells_its_resource_units(http: httpx.Client, path: str, units: int) -> None:
    answer = http.get(path)
    assert answer.headers["x-ms-resource-unit"] == str(units)
    assert "x-ms-throttle-limit-percentage" not in answer.headers


def test_calls_over_the_units_get_429_until_the_window_ends(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.set_meta("graph_units", "10/10")
    first = [http.get("/v1.0/users") for _ in range(5)]
    assert {answer.status_code for answer in first} == {200}
    assert first[-1].headers["x-ms-throttle-limit-percentage"] == "1.00"
    refused = http.get("/v1.0/users")
    assert code(refused) == (429, "TooManyRequests")
    assert refused.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert refused.headers["x-ms-throttle-scope"].endswith(cloud.tenant.id)
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    cloud.tenant.clock.advance(int(refused.headers["retry-after"]))
    assert http.get("/v1.0/users").status_code == 200


def test_calls_when_refused_then_they_count_as_well(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.set_meta("graph_units", "4/10")
    answers = [http.get("/v1.0/users") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429, 429]
    shares = [float(answer.headers["x-ms-throttle-limit-percentage"]) for answer in answers[1:]]
    assert shares == sorted(shares) and shares[-1] == 1.8


@pytest.mark.parametrize(("people", "most"), [(10, 3500), (50, 5000), (500, 5000), (501, 8000)])
def test_limit_when_the_tenant_is_of_a_size_then_the_vendors(cloud: Cloud, people: int, most: int) -> None:
    have = cloud.tenant.row("select count(*) n from objects where kind = 'user'")
    assert have is not None
    for number in range(people - have["n"]):
        cloud.tenant.add_object("user", f"Person {number}", None)
    if people < have["n"]:
        cloud.tenant.run("update objects set deleted_at = 1 where kind = 'user' and mail <> ?", ANNA)
    units = Units(cloud.tenant)
    assert units._by_size() == most


def test_writes_when_over_three_thousand_in_two_and_a_half_minutes_then_429(cloud: Cloud) -> None:
    units, write = Units(cloud.tenant), Request("PATCH", "graph.microsoft.com", "/v1.0/users/x")
    from sharedbox_cli.emulator.microsoft.graph.errors import GraphError

    for _ in range(3000):
        cloud.tenant.clock.advance(0.04)
        units.spend("users.patch", write, "app")
    with pytest.raises(GraphError) as caught:
        units.spend("users.patch", write, "app")
    assert caught.value.status == 429 and "Write" in caught.value.headers["x-ms-throttle-scope"]
    units.spend("users.list", Request("GET", "graph.microsoft.com", "/v1.0/users"), "app")
    units.spend("users.patch", write, "another app")


def test_cost_when_of_the_dearest_question_then_five() -> None:
    assert cost("groups.transitiveMembers", Request("GET", "", "", "")) == 5
    assert cost("groups.transitiveMembers", Request("GET", "", "", "$select=id&$top=999")) == 4
