"""The folders of a mailbox in the emulated Graph and Exchange."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sharedbox_cli.emulator.microsoft import folders
from tests.conftest import Cloud
from tests.emulator import exchange
from tests.emulator.exchange import SALES, Door
from tests.emulator.graph import code, opened

FOLDERS = f"/v1.0/users/{SALES}/mailFolders"
STATISTICS = "Get-MailboxFolderStatistics"


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with opened(cloud) as made:
        yield made


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with exchange.opened(cloud) as caller:
        yield caller


def create(http: httpx.Client, name: str, below: str = "") -> dict[str, Any]:
    """Create a folder, and return it."""
    answer = http.post(f"{FOLDERS}/{below}/childFolders" if below else FOLDERS, json={"displayName": name})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_default_folders_are_in_the_language_of_the_mailbox(http: httpx.Client, door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("folder_language", "de-DE")
    assert http.get(f"{FOLDERS}/inbox").json()["displayName"] == "Posteingang"
    rows = {row["FolderPath"]: row for row in door.rows(STATISTICS, Identity=SALES)}
    assert rows["/Posteingang"]["FolderType"] == "Inbox"
    assert rows["/Kalender"]["FolderType"] == "Calendar"
    assert rows["/Oberste Ebene des Informationsspeichers"]["FolderType"] == "Root"
    assert rows["/Posteingang"]["Identity"] == "sales\\Posteingang"
    assert code(http.get(f"{FOLDERS}/Inbox2"))[0] == 404


def test_folder_is_in_both_views(http: httpx.Client, door: Door) -> None:
    orders = create(http, "Q1/Q2", "inbox")
    below = create(http, "New", orders["id"])
    assert below["parentFolderId"] == orders["id"]
    rows = {row["FolderPath"]: row for row in door.rows(STATISTICS, Identity=SALES, ResultSize="Unlimited")}
    assert rows["/Inbox/Q1\uf8ffQ2/New"]["FolderType"] == "User Created"
    assert rows["/Inbox/Q1\uf8ffQ2/New"]["FolderId"] != below["id"]
    assert http.get(f"{FOLDERS}/{orders['id']}").json()["childFolderCount"] == 1


def test_list_has_one_level_and_pages(http: httpx.Client) -> None:
    create(http, "Deep", create(http, "Top")["id"])
    names: list[str] = []
    link = f"{FOLDERS}?$top=4&$select=displayName"
    while link:
        data = http.get(link).json()
        assert len(data["value"]) <= 4
        names += [item["displayName"] for item in data["value"]]
        link = data.get("@odata.nextLink", "")
    assert "Top" in names and "Deep" not in names and "Calendar" not in names
    assert len(http.get(FOLDERS).json()["value"]) == len(names) == 9


def test_hidden_folders_are_listed_only_if_asked_for(http: httpx.Client) -> None:
    assert http.post(FOLDERS, json={"displayName": "secret", "isHidden": True}).status_code == 201
    shown = http.get(FOLDERS, params={"$top": "100"}).json()["value"]
    every = http.get(FOLDERS, params={"$top": "100", "includeHiddenFolders": "true"}).json()["value"]
    assert len(every) == len(shown) + 1


def test_name_is_taken_in_any_case(http: httpx.Client) -> None:
    create(http, "Orders", "inbox")
    answer = http.post(f"{FOLDERS}/inbox/childFolders", json={"displayName": "ORDERS"})
    assert code(answer) == (409, "ErrorFolderExists")
    create(http, "Orders")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"displayName": " "},
        {"displayName": 1},
        {"displayName": "x", "totalItemCount": 1},
        {"displayName": "x", "a": 1},
    ],
)
def test_wrong_folder_is_refused(http: httpx.Client, body: dict[str, Any]) -> None:
    assert http.post(FOLDERS, json=body).status_code == 400


@pytest.mark.parametrize(
    ("query", "status"), [("$top=0", 400), ("$top=1001", 400), ("$filter=a", 501), ("a=b", 400), ("$select=nope", 400)]
)
def test_wrong_query_is_refused(http: httpx.Client, query: str, status: int) -> None:
    assert http.get(f"{FOLDERS}?{query}").status_code == status


def test_statistics_show_so_many_folders(door: Door, cloud: Cloud) -> None:
    row = cloud.tenant.row("select id from objects where mail = ?", SALES)
    assert row is not None
    root = folders.root_of(cloud.tenant, row["id"])
    for number in range(990):
        folders.add(cloud.tenant, row["id"], root["id"], f"f{number}")
    assert len(door.rows(STATISTICS, Identity=SALES, ResultSize=5)) == 5
    assert len(door.rows(STATISTICS, Identity=SALES)) == 1000
