"""A caller of the emulated Graph: plain requests with a token, without code of the client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from sharedbox_cli.emulator.seed import CLIENT_ID, SECRET
from tests.conftest import Cloud

ANNA, BEN, BILLING, SALES = (f"{name}@contoso.example" for name in ("anna", "ben", "billing", "sales"))
PLAN_1, PLAN_2 = "4b9405b0-7788-4568-add1-99614e613b69", "19ec0d23-8335-4cbd-94ac-6050e30712fa"
ADVANCED = {"ConsistencyLevel": "eventual"}


@contextmanager
def opened(cloud: Cloud) -> Iterator[httpx.Client]:
    """Yield a client with a token for Graph."""
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "scope": "https://graph.microsoft.com/.default",
    }
    with httpx.Client(base_url=cloud.emulator.origin) as http:
        token = http.post(f"/{cloud.tenant.id}/oauth2/v2.0/token", data=form).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


def give(cloud: Cloud, *roles: str, directory_roles: tuple[str, ...] = ()) -> None:
    """Give the app exactly these permissions, starting with its next token."""
    sql = """update apps set doc = json_set(doc, '$.roles."https://graph.microsoft.com"', json(?),
        '$.directory_roles', json(?))"""
    cloud.tenant.run(sql, json.dumps(roles), json.dumps(directory_roles))


def code(answer: httpx.Response) -> tuple[int, str]:
    """Verify the format of an error, and return its status and code."""
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "innerError"} and error["message"]
    assert {"date", "request-id", "client-request-id"} == set(error["innerError"])
    return answer.status_code, str(error["code"])


def batch(http: httpx.Client, *parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the responses of a valid batch by id."""
    answer = http.post("/v1.0/$batch", json={"requests": list(parts)})
    assert answer.status_code == 200, answer.text
    return {item["id"]: item for item in answer.json()["responses"]}


def assign(http: httpx.Client, user: str, add: list[str], remove: list[str]) -> httpx.Response:
    """Assign and remove licences."""
    body = {"addLicenses": [{"skuId": one, "disabledPlans": []} for one in add], "removeLicenses": remove}
    return http.post(f"/v1.0/users/{user}/assignLicense", json=body)
