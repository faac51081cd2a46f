"""Batches of the emulated Graph: validation, and the responses to their parts."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Cloud
from tests.emulator.graph import ANNA, batch, code, opened

GET = {"id": "1", "method": "GET", "url": "/users?$top=1"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with opened(cloud) as made:
        yield made


@pytest.mark.parametrize(
    "body", [None, [], "x", {}, {"requests": None}, {"requests": []}, {"requests": ["x"]}, {"requests": {}}]
)
def test_batch_when_its_body_is_none_then_400(http: httpx.Client, body: Any) -> None:
    assert code(http.post("/v1.0/$batch", json=body)) == (400, "BadRequest")


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": 7},
        {"id": ""},
        {"method": None},
        {"method": "HEAD"},
        {"method": 1},
        {"url": None},
        {"url": ""},
        {"url": "//graph.microsoft.com/v1.0/users"},
        {"url": "https://graph.microsoft.com/v1.0/users"},
        {"url": "/$batch"},
        {"headers": []},
        {"headers": {"ConsistencyLevel": 1}},
        {"dependsOn": "x"},
        {"dependsOn": ["x"]},
        {"dependsOn": ["1"]},
        {"dependsOn": [1]},
        {"nonsense": 1},
        {"body": {}},
        {"method": "PATCH", "url": "/users/x"},
        {"method": "PATCH", "url": "/users/x", "headers": JSON},
        {"method": "PATCH", "url": "/users/x", "body": {}},
        {"method": "POST", "headers": JSON, "body": []},
    ],
)
def test_batch_when_a_part_is_malformed_then_the_whole_is_400(
    http: httpx.Client, cloud: Cloud, change: dict[str, Any]
) -> None:
    good = {"id": "0", "method": "GET", "url": "/users?$top=1"}
    assert code(http.post("/v1.0/$batch", json={"requests": [good, {**GET, **change}]})) == (400, "BadRequest")
    assert not [line for line in cloud.emulator.log.lines if line["parent"]]


@pytest.mark.parametrize("second", ["a", "A"])
def test_batch_when_ids_are_equal_but_for_their_case_then_400(http: httpx.Client, second: str) -> None:
    answer = http.post("/v1.0/$batch", json={"requests": [{**GET, "id": "a"}, {**GET, "id": second}]})
    assert code(answer) == (400, "BadRequest") and "unique" in answer.text


@pytest.mark.parametrize("count", [20, 21])
def test_batch_when_of_more_than_twenty_then_400(http: httpx.Client, count: int) -> None:
    parts = [{**GET, "id": str(number)} for number in range(count)]
    answer = http.post("/v1.0/$batch", json={"requests": parts})
    assert answer.status_code == (200 if count == 20 else 400)


def test_batch_when_a_dependency_is_written_in_another_case_then_found_and_424_spreads(http: httpx.Client) -> None:
    answers = batch(
        http,
        {"id": "A", "method": "GET", "url": "/users/nobody"},
        {**GET, "id": "b", "dependsOn": ["a"]},
        {**GET, "id": "c", "dependsOn": ["B"]},
        {**GET, "id": "d"},
    )
    assert {key: item["status"] for key, item in answers.items()} == {"A": 404, "b": 424, "c": 424, "d": 200}
    assert answers["b"]["body"]["error"]["code"] == "FailedDependency"


def test_batch_when_an_address_repeats_the_version_then_that_part_is_404(http: httpx.Client) -> None:
    assert batch(http, {**GET, "url": "/v1.0/users"})["1"]["status"] == 404


def test_batch_when_without_a_token_then_401(cloud: Cloud, http: httpx.Client) -> None:
    answer = httpx.post(f"{cloud.emulator.origin}/v1.0/$batch", json={"requests": [GET]})
    assert code(answer) == (401, "InvalidAuthenticationToken") and "Bearer" in answer.headers["www-authenticate"]


def test_batch_when_a_part_brings_a_token_of_its_own_then_the_batchs_counts(http: httpx.Client) -> None:
    assert batch(http, {**GET, "headers": {"Authorization": "Bearer x"}})["1"]["status"] == 200


@pytest.mark.parametrize("as_text", [False, True])
def test_batch_when_a_part_writes_then_its_body_is_an_object_or_base64(
    http: httpx.Client, cloud: Cloud, as_text: bool
) -> None:
    body: Any = {"accountEnabled": False}
    if as_text:
        body = base64.b64encode(json.dumps(body).encode()).decode()
    part = {"id": "1", "method": "patch", "url": f"users/{ANNA}", "headers": JSON, "body": body}
    assert batch(http, part)["1"]["status"] == 204
    assert len(cloud.effects()) == 1


def test_batch_when_parts_are_throttled_then_each_alone_with_its_own_wait(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.set_meta("graph_units", "4/10")
    parts = [{**GET, "id": str(number), "url": "/users"} for number in range(3)]
    answers = batch(http, *parts)
    assert [answers[key]["status"] for key in "012"] == [200, 200, 429]
    refused = answers["2"]
    assert 1 <= int(refused["headers"]["Retry-After"]) <= 10
    assert refused["body"]["error"]["code"] == "TooManyRequests"


def test_batch_when_answered_often_then_the_order_differs(http: httpx.Client) -> None:
    parts = [{**GET, "id": str(number)} for number in range(5)]
    orders = {
        tuple(item["id"] for item in http.post("/v1.0/$batch", json={"requests": parts}).json()["responses"])
        for _ in range(6)
    }
    assert len(orders) > 1
