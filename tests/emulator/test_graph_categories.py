"""The categories of a mailbox in the emulated Graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.asked import each
from tests.conftest import Cloud
from tests.emulator.graph import SALES, batch, code, opened

CATEGORIES = f"/v1.0/users/{SALES}/outlook/masterCategories"


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with opened(cloud) as made:
        yield made


def create(http: httpx.Client, name: str, color: str = "preset0") -> dict[str, Any]:
    """Create a category, and return it."""
    answer = http.post(CATEGORIES, json={"displayName": name, "color": color})
    assert answer.status_code == 201, answer.text
    return {key: value for key, value in answer.json().items() if "@" not in key}


def names(http: httpx.Client) -> list[str]:
    """Return the names of all categories."""
    return [item["displayName"] for item in http.get(CATEGORIES).json()["value"]]


def test_category_is_listed_coloured_and_deleted(http: httpx.Client) -> None:
    made = create(http, "Größe: 佐藤")
    assert http.get(CATEGORIES).json()["value"] == [made]
    changed = http.patch(f"{CATEGORIES}/{made['id']}", json={"color": "Preset24"})
    assert (changed.status_code, changed.json()["color"]) == (200, "preset24")
    assert http.get(f"{CATEGORIES}/{made['id']}").json()["color"] == "preset24"
    assert http.delete(f"{CATEGORIES}/{made['id']}").status_code == 204
    assert names(http) == []
    assert code(http.get(f"{CATEGORIES}/{made['id']}")) == (404, "ErrorItemNotFound")


def test_mailboxes_have_separate_categories(http: httpx.Client) -> None:
    made = create(http, "urgent")
    other = CATEGORIES.replace("sales", "billing")
    assert http.get(other).json()["value"] == []
    assert http.patch(f"{other}/{made['id']}", json={"color": "none"}).status_code == 404


def test_name_is_taken_in_any_case(http: httpx.Client) -> None:
    create(http, "Urgent")
    assert http.post(CATEGORIES, json={"displayName": "uRGENT"}).status_code == 409
    assert names(http) == ["Urgent"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"color": "preset0"},
        {"displayName": ""},
        {"displayName": " "},
        {"displayName": 1},
        {"displayName": "x" * 256},
        {"displayName": "x", "color": "red"},
        {"displayName": "x", "color": "preset25"},
        {"displayName": "x", "color": None},
        {"displayName": "x", "id": "1"},
        {"displayName": "x", "colour": "preset1"},
    ],
)
def test_wrong_category_is_refused(http: httpx.Client, body: dict[str, Any]) -> None:
    assert http.post(CATEGORIES, json=body).status_code == 400
    assert names(http) == []


def test_name_cannot_be_changed(http: httpx.Client) -> None:
    made = create(http, "urgent")
    for body in each([{"displayName": "later"}, {"id": "1"}, {"color": "blue"}]):
        assert http.patch(f"{CATEGORIES}/{made['id']}", json=body).status_code == 400
    assert http.get(CATEGORIES).json()["value"] == [made]


def test_mailbox_that_is_not_there_is_404(http: httpx.Client, cloud: Cloud) -> None:
    assert code(http.get("/v1.0/users/nobody@contoso.example/outlook/masterCategories")) == (404, "ErrorInvalidUser")
    later = cloud.tenant.clock.now() + 60
    cloud.tenant.run("update mailboxes set visible_at = ? where alias = 'sales'", later)
    assert code(http.get(CATEGORIES)) == (404, "MailboxNotEnabledForRESTAPI")


def test_query_options_are_501_and_unknown_ones_400(http: httpx.Client) -> None:
    assert http.get(CATEGORIES, params={"$top": "5"}).status_code == 501
    assert http.get(CATEGORIES, params={"nonsense": "5"}).status_code == 400


def test_limit_of_a_mailbox_throttles_that_mailbox_alone(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.set_meta("outlook_limit", "2/600")
    parts = [
        {"id": str(number), "method": "GET", "url": f"/users/{SALES}/outlook/masterCategories"} for number in range(3)
    ]
    answers = batch(http, *parts)
    assert sorted(item["status"] for item in answers.values()) == [200, 200, 429]
    refused = next(item for item in answers.values() if item["status"] == 429)
    assert int(refused["headers"]["Retry-After"]) == 600
    assert http.get(CATEGORIES.replace("sales", "billing")).status_code == 200
