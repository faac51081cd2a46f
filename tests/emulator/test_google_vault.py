"""Matters and holds of Vault in the emulated Google."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sharedbox_cli.emulator.google.vault import DELETABLE, MATTERS
from tests.emulator.google import ANNA, PRESS, Workspace, reason

BASE = "/v1/matters"


def matter(name: str, state: str = "OPEN", *holds: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"matterId": name, "name": name, "state": state, "holds": list(holds), **more}


def hold(google: Workspace, address: str) -> dict[str, Any]:
    user = google.store.user(address)
    assert user is not None
    accounts = [{"accountId": user["id"], "email": address, "holdTime": "2026-01-02T03:04:05.123Z"}]
    return {"holdId": "h1", "name": "Case 7", "corpus": "MAIL", "accounts": accounts}


@pytest.fixture
def held(google: Workspace) -> Workspace:
    unit = {"holdId": "h2", "name": "All", "corpus": "MAIL", "orgUnit": {"orgUnitId": "id:01"}}
    matters = [
        matter("open", "OPEN", hold(google, PRESS), unit),
        matter("closed", "CLOSED", hold(google, ANNA)),
        matter("secret", isHidden=True),
    ]
    google.emulator.tenant.set_meta(MATTERS, json.dumps(matters))
    return google


def test_matters_that_are_shared_are_listed_by_state(held: Workspace) -> None:
    listed = held.call("GET", f"{BASE}?view=BASIC").json()["matters"]
    assert [one["matterId"] for one in listed] == ["open", "closed"]
    assert [one["matterId"] for one in held.call("GET", f"{BASE}?state=OPEN").json()["matters"]] == ["open"]
    assert held.call("GET", f"{BASE}?state=DELETED").json() == {}


def test_holds_are_readable_in_open_matters_only(held: Workspace) -> None:
    full = held.call("GET", f"{BASE}/open/holds").json()["holds"]
    assert [sorted(one) for one in full] == [
        ["accounts", "corpus", "holdId", "name"],
        ["corpus", "holdId", "name", "orgUnit"],
    ]
    basic = held.call("GET", f"{BASE}/open/holds?view=BASIC_HOLD").json()["holds"]
    assert [sorted(one) for one in basic] == [["corpus", "holdId", "name"]] * 2
    assert held.call("GET", f"{BASE}/closed/holds").json()["error"]["status"] == "FAILED_PRECONDITION"
    assert held.call("GET", f"{BASE}/secret/holds").status_code == 404
    first = held.call("GET", f"{BASE}/open/holds?pageSize=1").json()
    assert (len(first["holds"]), "nextPageToken" in first) == (1, True)


def test_account_on_hold_cannot_be_deleted_and_loses_its_licence(held: Workspace) -> None:
    assert reason(held.call("DELETE", f"/admin/directory/v1/users/{PRESS}"))[0] == 412
    path = f"/apps/licensing/v1/product/Google-Apps/sku/1010020028/user/{PRESS}"
    assert held.call("DELETE", path).status_code in (200, 204)
    held.emulator.tenant.set_meta(DELETABLE, "1")
    assert held.call("DELETE", f"/admin/directory/v1/users/{PRESS}").status_code == 204


def test_only_an_administrator_with_the_privilege_reads(held: Workspace) -> None:
    error = held.call("GET", BASE, subject=ANNA).json()["error"]
    assert (error["code"], error["status"]) == (403, "PERMISSION_DENIED")
