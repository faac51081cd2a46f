"""The emulated sign-in of people: delegated permissions, public clients, consent and refresh tokens."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from sharedbox_cli.emulator.microsoft.login.forms import EXCHANGE, GRAPH, HOSTS
from sharedbox_cli.emulator.microsoft.login.people import CODE_SECONDS, DEVICE_CODE, REFRESH_SECONDS
from sharedbox_cli.emulator.seed import CLIENT_ID
from sharedbox_cli.emulator.server import VENDOR_HOSTS
from tests.asked import every
from tests.conftest import Cloud
from tests.emulator.graph import ANNA, BEN, PLAN_2, assign, code
from tests.emulator.test_login_strict import number

SCOPE = f"{GRAPH}/.default openid profile offline_access"
DELEGATED = {"graph": ["User.Read.All", "User.EnableDisableAccount.All", "LicenseAssignment.ReadWrite.All"]}


class Sign:
    """Somebody at the token service."""

    def __init__(self, cloud: Cloud, http: httpx.Client) -> None:
        self.cloud, self.http = cloud, http

    def enter(self, **choices: Any) -> httpx.Response:
        return self.http.post("/_emulator/microsoft/sign-in", json=choices)

    def post(self, path: str, **form: str) -> httpx.Response:
        return self.http.post(f"/{self.cloud.tenant.id}/oauth2/v2.0/{path}", data={"client_id": CLIENT_ID, **form})

    def code(self, scope: str = SCOPE) -> str:
        return str(self.post("devicecode", scope=scope).json()["device_code"])

    def poll(self, device_code: str, *, grant: str = DEVICE_CODE[0], **form: str) -> httpx.Response:
        return self.post("token", grant_type=grant, device_code=device_code, **form)

    def signed_in(self, scope: str = SCOPE) -> httpx.Response:
        """Return the response to the second poll."""
        device_code = self.code(scope)
        first = self.poll(device_code)
        return self.poll(device_code) if first.json().get("error") == "authorization_pending" else first

    def refresh(self, token: str, scope: str = SCOPE, **form: str) -> httpx.Response:
        return self.post("token", **{"grant_type": "refresh_token", "refresh_token": token, "scope": scope, **form})


@pytest.fixture
def sign(cloud: Cloud) -> Iterator[Sign]:
    with httpx.Client(base_url=cloud.emulator.origin) as http:
        made = Sign(cloud, http)
        made.enter(public_client=True, delegated={**DELEGATED, "exchange": ["Exchange.Manage"]}, consent=True)
        yield made


def claims(answer: httpx.Response, key: str = "access_token") -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = jwt.decode(answer.json()[key], options={"verify_signature": False})
    return found


def test_person_gets_what_is_consented_and_no_application_role(sign: Sign) -> None:
    token = claims(sign.signed_in())
    assert token["scp"].split() == sorted(DELEGATED["graph"])
    assert "roles" not in token
    assert (token["aud"], token["idtyp"], token["upn"]) == (GRAPH, "user", ANNA)
    sign.enter(person=BEN, roles=["Global Reader"])
    token = claims(sign.signed_in())
    assert (token["upn"], len(token["wids"])) == (BEN, 1)


@pytest.mark.parametrize("grant", DEVICE_CODE)
def test_first_poll_is_pending_and_a_code_works_once(sign: Sign, grant: str) -> None:
    device_code = sign.code()
    assert number(sign.poll(device_code, grant=grant)) == 70016
    assert sign.poll(device_code, grant=grant).status_code == 200
    assert number(sign.poll(device_code)) == 70020
    late = sign.code()
    sign.cloud.advance(CODE_SECONDS)
    assert number(sign.poll(late)) == 70020


@pytest.mark.parametrize(
    ("choices", "scope", "expected"),
    [
        ({"public_client": False}, SCOPE, 7000218),
        ({"consent": False}, SCOPE, 65001),
        ({"delegated": {"exchange": ["Exchange.Manage"]}}, SCOPE, 650057),
        ({"delegated": DELEGATED}, f"{EXCHANGE}/.default", 650057),
        ({}, f"{GRAPH}/Mail.Send offline_access", 65001),
        ({}, "Mail.Send", 65001),
        ({}, "User.Read.All openid", 0),
        ({}, f"{GRAPH}/User.Read.All", 0),
        ({}, "openid offline_access", 70011),
        ({}, "https://elsewhere.example/.default", 70011),
        ({}, f"{GRAPH}/.default {EXCHANGE}/.default", 28000),
        ({"person": "hugo@contoso.example"}, SCOPE, 50057),
    ],
)
def test_scope_is_granted_or_refused_by_number(sign: Sign, choices: dict[str, Any], scope: str, expected: int) -> None:
    assert sign.enter(**choices).status_code == 200
    begun = sign.post("devicecode", scope=scope)
    answer = sign.signed_in(scope) if begun.status_code == 200 else begun
    assert (0 if answer.status_code == 200 else number(answer)) == expected


def test_secret_of_a_public_client_is_refused(sign: Sign) -> None:
    assert number(sign.poll(sign.code(), client_secret="x")) == 700025


def test_refresh_token_brings_tokens_for_both_services(sign: Sign) -> None:
    first = sign.signed_in().json()
    for resource in (GRAPH, EXCHANGE):
        answer = sign.refresh(first["refresh_token"], f"{resource}/.default openid offline_access")
        assert claims(answer)["aud"] == resource
        assert claims(answer, "id_token")["iss"].endswith("/v2.0")
        assert sign.refresh(answer.json()["refresh_token"]).status_code == 200
    assert set(sign.signed_in(f"{GRAPH}/.default").json()) & {"refresh_token", "id_token"} == set()


def test_refresh_token_that_is_no_longer_good_is_refused_by_number(sign: Sign) -> None:
    token = sign.signed_in().json()["refresh_token"]
    assert number(sign.refresh("never issued")) == 9002313
    assert number(sign.refresh("")) == 900144
    sign.enter(consent=False)
    assert number(sign.refresh(token)) == 65001
    sign.enter(consent=True, public_client=False)
    assert number(sign.refresh(token)) == 7000218
    sign.enter(public_client=True)
    sign.cloud.tenant.set_meta("tokens_revoked_at", str(sign.cloud.tenant.clock.now() + 1))
    assert number(sign.refresh(token)) == 50173
    sign.cloud.tenant.set_meta("tokens_revoked_at", "0")
    sign.cloud.tenant.run(
        "update objects set doc = json_set(doc, '$.account_enabled', json('false')) where upn = ?", ANNA
    )
    assert number(sign.refresh(token)) == 50057
    sign.cloud.tenant.run(
        "update objects set doc = json_set(doc, '$.account_enabled', json('true')) where upn = ?", ANNA
    )
    sign.cloud.advance(REFRESH_SECONDS)
    assert number(sign.refresh(token)) == 700082


@pytest.mark.parametrize(
    ("roles", "may_block", "may_license"),
    [
        ([], False, False),
        (["Exchange Administrator"], False, False),
        (["License Administrator"], False, True),
        (["User Administrator"], True, True),
        (["Global Administrator"], True, True),
    ],
)
def test_person_needs_a_role_in_addition_to_the_permission(
    sign: Sign, roles: list[str], may_block: bool, may_license: bool
) -> None:
    sign.enter(person=ANNA, roles=roles)
    sign.http.headers["Authorization"] = f"Bearer {sign.signed_in().json()['access_token']}"
    blocked = sign.http.patch(f"/v1.0/users/{BEN}", json={"accountEnabled": False})
    licensed = assign(sign.http, BEN, [PLAN_2], [])
    for answer, may in ((blocked, may_block), (licensed, may_license)):
        assert answer.status_code < 300 if may else code(answer) == (403, "Authorization_RequestDenied")
    assert sign.http.get(f"/v1.0/users/{BEN}").status_code == 200


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"delegated": {"sharepoint": []}}, "unknown resource"),
        ({"roles": ["Owner"], "person": ANNA}, "unknown role"),
        ({"person": "nobody@contoso.example"}, "no user"),
        ({"roles": ["Global Reader"]}, "no user"),
        ({"public": True}, "unknown setting"),
    ],
)
def test_choice_that_does_not_exist_is_400(cloud: Cloud, choices: dict[str, Any], words: str) -> None:
    answer = httpx.post(f"{cloud.emulator.origin}/_emulator/microsoft/sign-in", json=choices)
    assert (answer.status_code, words in answer.json()["error"]) == (400, True)


def test_certificate_names_every_host_that_a_service_answers_for(cloud: Cloud) -> None:
    context = ssl.create_default_context(cafile=str(cloud.emulator.ca_file))
    port = int(cloud.emulator.origin.rpartition(":")[2])
    names = {name.replace("*", "any") for name in VENDOR_HOSTS} | set(HOSTS)
    for name in sorted(names):
        with socket.create_connection(("127.0.0.1", port)) as raw, context.wrap_socket(raw, server_hostname=name):
            pass


@pytest.mark.parametrize("host", HOSTS)
def test_sign_in_answers_under_each_of_its_names(cloud: Cloud, host: str) -> None:
    with httpx.Client(base_url=cloud.emulator.origin, headers={"Host": host}) as http:
        found = http.get(f"/{cloud.tenant.id}/v2.0/.well-known/openid-configuration").json()
        assert found["token_endpoint"].startswith(f"https://{host}/")
        [metadata] = http.get("/common/discovery/instance").json()["metadata"]
    assert every(name in metadata["aliases"] for name in HOSTS)
    assert json.dumps(found).count(host) >= 4
