"""Sign-in of a person through the real azure-identity: what is kept, what is asked again, what is explained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sharedbox_cli.auth.claims import token_claims
from sharedbox_cli.auth.connection import Method, MicrosoftConnection
from sharedbox_cli.auth.failures import _MEANINGS, auth_error
from sharedbox_cli.auth.microsoft import credential_for
from sharedbox_cli.core.errors import AuthError
from sharedbox_cli.emulator.microsoft.login.forms import EXCHANGE, GRAPH
from tests.asked import each
from tests.conftest import Cloud

CANARY = "canary-4711"
SCOPES = {GRAPH: ["User.Read.All"], EXCHANGE: ["Exchange.Manage"]}


@pytest.fixture
def person(cloud: Cloud, tmp_path: Path) -> MicrosoftConnection:
    """Return the connection of a person, at an application that is registered for people."""
    row = cloud.tenant.row("select doc from apps")
    assert row is not None
    doc = {**json.loads(row["doc"]), "public_client": True, "delegated": SCOPES, "consented": SCOPES}
    cloud.tenant.run("update apps set doc = ?", json.dumps(doc))
    return replace(cloud.connection(), method=Method.DEVICE_CODE, state_dir=tmp_path / "state")


def sign_in(connection: MicrosoftConnection) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Return how often a command asks, and the scopes at both services."""
    told: list[str] = []
    credential = credential_for(connection, {}, is_interactive=True, prompt=told.append)
    graph, exchange = (token_claims(credential, one) for one in (connection.graph_scope, connection.exchange_scope))
    credential.get_token(connection.graph_scope, enable_cae=True)  # as the vendor's client of Graph asks
    assert all("enter the code" in text for text in told)
    return len(told), graph.scopes, exchange.scopes


def test_person_gets_delegated_scopes_and_is_asked_once(person: MicrosoftConnection) -> None:
    assert sign_in(person) == (1, ("User.Read.All",), ("Exchange.Manage",))


def test_account_is_kept_without_a_token(person: MicrosoftConnection, tmp_path: Path) -> None:
    sign_in(person)
    kept = tmp_path / "state" / "account.json"
    assert kept.stat().st_mode & 0o077 == 0
    expected = {"authority", "clientId", "homeAccountId", "tenantId", "username", "version"}
    assert set(json.loads(kept.read_text())) == expected


def test_second_command_finds_the_account(person: MicrosoftConnection) -> None:
    sign_in(person)
    assert sign_in(person)[0] <= 1


@pytest.mark.parametrize(
    "change",
    [
        {"clientId": "00000000-0000-0000-0000-000000000000"},
        {"tenantId": "00000000-0000-0000-0000-000000000000"},
        {"authority": "login.attacker.example"},
    ],
)
def test_account_of_another_application_tenant_or_host_is_not_used(
    person: MicrosoftConnection, cloud: Cloud, change: dict[str, str]
) -> None:
    sign_in(person)
    assert person.state_dir is not None
    path = person.state_dir / "account.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    cloud.forget()
    assert sign_in(person)[1:] == (("User.Read.All",), ("Exchange.Manage",))
    asked = [line["body"]["client_id"] for line in cloud.lines() if line["route"] == "login.devicecode"]
    assert set(each(asked)) == {person.client_id}


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "\udcff", '{"version": "2.0"}', '{"version": 1}', "{"])
def test_account_that_is_damaged_is_asked_for_again(person: MicrosoftConnection, text: str) -> None:
    assert person.state_dir is not None
    person.state_dir.mkdir()
    (person.state_dir / "account.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert sign_in(person)[0] == 1


def test_state_that_cannot_be_written_does_not_end_the_sign_in(person: MicrosoftConnection, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert sign_in(replace(person, state_dir=tmp_path / "file" / "state"))[0] == 1


@pytest.mark.parametrize("number", sorted(_MEANINGS))
def test_every_error_of_sign_in_has_a_cause_and_a_hint(number: int) -> None:
    error = auth_error(RuntimeError(f"Authentication failed: AADSTS{number}: {CANARY}"))
    assert error.where == f"AADSTS{number}"
    assert len(error.why) > 10 and error.why.endswith(".")
    assert error.hint.endswith(".")
    assert CANARY not in str(error) + error.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Timed out waiting for user to authenticate", "again"),
        ("Failed to open a browser", "device-code"),
        ("Couldn't start an HTTP server on http://localhost:8400", "device-code"),
    ],
)
def test_sign_in_that_fails_on_this_machine_has_a_hint(text: str, hint: str) -> None:
    assert hint in auth_error(RuntimeError(text)).hint


def test_code_that_nobody_enters_ends_with_a_hint(
    person: MicrosoftConnection, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: cloud.advance(1000))
    with pytest.raises(AuthError) as caught:
        sign_in(person)
    assert "code has expired" in str(caught.value)
    assert "again" in caught.value.hint
