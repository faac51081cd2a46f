"""Delegates of contacts in the emulated Google."""

from __future__ import annotations

from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import ADMIN
from sharedbox_cli.emulator.google.contacts import SWITCH
from tests.asked import each
from tests.emulator.google import ANNA, AUTH, BEN, HUGO, ORDERS, PRESS, Workspace, said

PATH = f"/admin/contacts/v1/users/{PRESS}/delegates"
SCOPE = f"{AUTH}admin.contact.delegation"


def status(answer: Any) -> tuple[int, str]:
    """Verify an error in the newer format, and return its code and status."""
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "status"}
    return error["code"], error["status"]


def test_delegates_are_added_listed_in_pages_and_removed(google: Workspace) -> None:
    assert google.call("GET", PATH).json() == {}
    for path, address in ((PATH, ANNA), (f"{PATH}/", BEN)):
        answer = google.call("POST", path, {"email": address.upper()})
        assert (answer.status_code, answer.json()) == (200, {"email": address})
    first = google.call("GET", f"{PATH}?pageSize=1").json()
    rest = google.call("GET", f"{PATH}?pageSize=1&pageToken={first['nextPageToken']}").json()
    assert [first["delegates"], rest] == [[{"email": ANNA}], {"delegates": [{"email": BEN}]}]
    assert google.call("DELETE", f"{PATH}/{ANNA}").json() == {}
    assert google.call("GET", PATH).json() == {"delegates": [{"email": BEN}]}


@pytest.mark.parametrize(
    "address",
    ["x@elsewhere.example", PRESS, ORDERS, HUGO, "anna", "nobody@contoso.example", "", "bestellung@contoso.example"],
)
def test_delegate_that_is_no_other_active_account_is_400(strict: Workspace, address: str) -> None:
    answer = strict.call("POST", PATH, {"email": address})
    assert (status(answer), said(answer)) == ((400, "INVALID_ARGUMENT"), "Request contains an invalid argument.")


def test_alias_is_no_delegate(google: Workspace) -> None:
    google.store.take("annamaria@contoso.example", google.store.user(ANNA)["id"], "user", "alias")  # type: ignore[index]
    assert status(google.call("POST", PATH, {"email": "annamaria@contoso.example"})) == (400, "INVALID_ARGUMENT")


def test_twice_is_409_and_absent_is_404(google: Workspace) -> None:
    google.call("POST", PATH, {"email": ANNA})
    assert status(google.call("POST", PATH, {"email": ANNA})) == (409, "ALREADY_EXISTS")
    assert status(google.call("DELETE", f"{PATH}/{BEN}")) == (404, "NOT_FOUND")
    assert status(google.call("GET", PATH.replace("press@", "nobody@"))) == (404, "NOT_FOUND")
    assert google.call("GET", f"{PATH}?pageSize=0").status_code == 400


def test_switched_off_for_the_organisation_is_a_failed_precondition(google: Workspace) -> None:
    google.emulator.tenant.set_meta(SWITCH, "off")
    assert status(google.call("GET", PATH)) == (400, "FAILED_PRECONDITION")


def test_only_an_administrator_with_the_privilege_and_the_full_scope_writes(google: Workspace) -> None:
    readonly = google.token(ADMIN, f"{SCOPE}.readonly")
    assert google.call("GET", PATH, token=readonly).status_code == 200
    assert google.call("POST", PATH, {"email": ANNA}, token=readonly).status_code == 403
    for subject in each((PRESS, ANNA)):
        assert status(google.call("GET", PATH, subject=subject)) == (403, "PERMISSION_DENIED")
    answer = google.call("GET", PATH, token=google.token(ADMIN, f"{AUTH}admin.directory.user"))
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_google_publishes_no_document_for_it(strict: Workspace) -> None:
    headers = {"Host": "admin.googleapis.com"}
    answer = strict.call("GET", "/$discovery/rest?version=contacts_v1", token="", headers=headers)
    assert answer.status_code == 404
