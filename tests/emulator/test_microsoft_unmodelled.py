"""What Microsoft has and the emulator does not model is answered 501, and links name the host that was asked."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from sharedbox_cli.emulator.microsoft.graph.unmodelled import is_of_graph
from tests.conftest import Cloud
from tests.emulator import exchange, graph
from tests.emulator.exchange import Door


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with exchange.opened(cloud) as made:
        yield made


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with graph.opened(cloud) as made:
        yield made


MINE = "/v1.0/users/anna@contoso.example"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{MINE}/memberOf", True),
        (f"{MINE}/mailboxSettings", True),
        (f"{MINE}/manager", True),
        (f"{MINE}/mailFolders", True),
        (f"{MINE}/mailFolders/inbox/messages", True),
        ("/v1.0/groups/x/owners", True),
        ("/v1.0/domains", True),
        ("/v1.0/me", True),
        ("/v1.0/me/messages", True),
        ("/v1.0/servicePrincipals", True),
        ("/v1.0/auditLogs/signIns", True),
        ("/beta/users", True),
        ("/v1.0/groups/$count", True),
        ("/v1.0/nothing", False),
        (f"{MINE}/nothing", False),
        ("/v1.0/groups/x/nothing", False),
        ("/v2.0/users", False),
    ],
)
def test_path_of_graph_is_known(path: str, expected: bool) -> None:
    assert is_of_graph(path) is expected


@pytest.mark.parametrize("path", [f"{MINE}/memberOf", "/v1.0/domains", "/beta/users", "/v1.0/users/$count", "/v1.0/me"])
def test_route_of_graph_that_is_not_modelled_is_501(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "NotImplemented")
    assert "does not model" in answer.text


def test_user_without_a_token_learns_nothing(http: httpx.Client) -> None:
    assert http.get("/v1.0/me", headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize(
    "entity", ["EXOBanner('AutogenSession')", "Mailbox('sales')", "Mailbox('sales')/MailboxPermission"]
)
def test_older_entity_of_exchange_is_501(door: Door, entity: str) -> None:
    assert door.http.get(f"{door.base}/{entity}").status_code == 501


def test_older_version_of_sign_in_is_501(door: Door, cloud: Cloud) -> None:
    assert door.http.post(f"{cloud.emulator.origin}/{cloud.tenant.id}/oauth2/token").status_code == 501


@pytest.mark.parametrize("host", ["graph.microsoft.com", ""])
def test_links_name_the_host_that_was_asked(http: httpx.Client, cloud: Cloud, host: str) -> None:
    answer = http.get("/v1.0/users?$top=2", headers={"Host": host} if host else {}).json()
    origin = f"https://{host}" if host else cloud.emulator.origin
    assert answer["@odata.nextLink"].startswith(f"{origin}/v1.0/users?")
    assert answer["@odata.context"].startswith(f"{origin}/v1.0/")
