"""The default calendar of a mailbox in Graph: the same entries as in Exchange."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Cloud
from tests.emulator import exchange
from tests.emulator.exchange import Door
from tests.emulator.graph import ANNA, BEN, SALES, code, give, opened
from tests.emulator.test_graph_contract import fields

PERMISSIONS = f"/v1.0/users/{SALES}/calendar/calendarPermissions"
DEFAULT = f"{PERMISSIONS}/RGVmYXVsdA=="
CALENDAR = f"{SALES}:\\Calendar"


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    give(cloud, "Calendars.ReadWrite", directory_roles=("29232cdf-9323-42fd-ade2-1d097af3e4de",))
    with opened(cloud) as made:
        yield made


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with exchange.opened(cloud) as caller:
        yield caller


def share(http: httpx.Client, who: str, role: str) -> dict[str, Any]:
    """Share the calendar, and return the entry."""
    answer = http.post(PERMISSIONS, json={"emailAddress": {"name": "x", "address": who}, "role": role})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def roles(http: httpx.Client) -> dict[str, str]:
    value = http.get(PERMISSIONS).json()["value"]
    return {item["emailAddress"].get("address", item["emailAddress"]["name"]): item["role"] for item in value}


def test_new_calendar_shows_colleagues_when_it_is_busy(http: httpx.Client) -> None:
    [own] = http.get(PERMISSIONS).json()["value"]
    assert set(own) <= fields("CalendarPermission")
    assert (own["emailAddress"], own["role"], own["isRemovable"]) == (
        {"name": "My Organization"},
        "freeBusyRead",
        False,
    )
    assert http.get(DEFAULT).json()["id"] == own["id"]


@pytest.mark.parametrize(
    ("role", "rights", "flags"),
    [
        ("none", "None", None),
        ("freeBusyRead", "AvailabilityOnly", None),
        ("limitedRead", "LimitedDetails", None),
        ("read", "Reviewer", None),
        ("write", "Editor", None),
        ("delegateWithoutPrivateEventAccess", "Editor", "Delegate"),
        ("delegateWithPrivateEventAccess", "Editor", "Delegate, CanViewPrivateItems"),
    ],
)
def test_role_is_a_level_in_exchange(http: httpx.Client, door: Door, role: str, rights: str, flags: str | None) -> None:
    share(http, ANNA, role)
    [row] = door.rows("Get-MailboxFolderPermission", Identity=CALENDAR, User=ANNA)
    assert (row["AccessRights"], row["SharingPermissionFlags"]) == ([rights], flags)
    assert roles(http)[ANNA] == role


def test_entry_is_changed_and_removed(http: httpx.Client, cloud: Cloud) -> None:
    one = f"{PERMISSIONS}/{share(http, ANNA, 'read')['id']}"
    assert http.patch(one, json={"role": "write"}).json()["role"] == "write"
    assert http.delete(one).status_code == 204
    assert code(http.get(one)) == (404, "ErrorItemNotFound")
    assert http.patch(DEFAULT, json={"role": "read"}).status_code == 200
    assert code(http.delete(DEFAULT)) == (400, "ErrorInvalidRequest")
    assert len(cloud.effects()) == 4


def test_other_rights_are_custom_and_not_written(http: httpx.Client, door: Door) -> None:
    door.rows("Add-MailboxFolderPermission", Identity=CALENDAR, User=BEN, AccessRights=["Owner"])
    assert roles(http)[BEN] == "custom"
    assert http.post(PERMISSIONS, json={"emailAddress": {"address": ANNA}, "role": "custom"}).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "read"}, 400),
        ({"emailAddress": {"address": "nobody@contoso.example"}, "role": "read"}, 400),
        ({"emailAddress": {"address": ANNA}}, 400),
        ({"emailAddress": {"address": ANNA}, "role": "owner"}, 400),
        ({"emailAddress": {"address": ANNA}, "role": "read", "id": "x"}, 400),
        ({"emailAddress": {"address": ANNA}, "role": "read", "a": "x"}, 400),
    ],
)
def test_wrong_entry_is_refused(http: httpx.Client, body: dict[str, Any], status: int) -> None:
    assert http.post(PERMISSIONS, json=body).status_code == status


def test_second_entry_of_one_account_is_refused(http: httpx.Client) -> None:
    share(http, ANNA, "read")
    answer = http.post(PERMISSIONS, json={"emailAddress": {"address": ANNA}, "role": "write"})
    assert code(answer) == (409, "ErrorItemAlreadyExists")
    assert http.patch(DEFAULT, json={"role": "delegateWithPrivateEventAccess"}).status_code == 400
    assert http.get(f"{PERMISSIONS}?$filter=a").status_code == 501
