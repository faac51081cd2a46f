"""Errors of the emulated token service, with the codes of the vendor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sharedbox_cli.emulator.seed import CLIENT_ID, SECRET
from tests.conftest import Cloud

SCOPE = "https://graph.microsoft.com/.default"
FORM = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET, "scope": SCOPE}


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=cloud.emulator.origin) as made:
        yield made


def number(answer: httpx.Response) -> int:
    """Verify the format of an error and return its AADSTS number."""
    data = answer.json()
    [found] = data["error_codes"]
    assert data["error_description"].startswith(f"AADSTS{found}: ") and data["trace_id"]
    assert 400 <= answer.status_code < 500
    return int(found)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scope": "https://graph.microsoft.com/User.Read"}, 1002012),
        ({"scope": f"{SCOPE} https://outlook.office365.com/.default"}, 1002012),
        ({"scope": "https://elsewhere.example/.default"}, 70011),
        ({"scope": ""}, 70011),
        ({"client_secret": "wrong"}, 7000215),
        ({"client_secret": ""}, 7000218),
        ({"client_id": "00000000-0000-0000-0000-000000000001"}, 700016),
        ({"grant_type": "password"}, 70003),
        ({"grant_type": ""}, 900144),
    ],
)
def test_token_when_the_form_is_wrong_then_refused_by_number(
    http: httpx.Client, cloud: Cloud, change: dict[str, str], code: int
) -> None:
    assert number(http.post(f"/{cloud.tenant.id}/oauth2/v2.0/token", data={**FORM, **change})) == code


@pytest.mark.parametrize(("tenant", "code"), [("common", 50059), ("organizations", 50059), ("other.example", 90002)])
def test_token_when_an_app_does_not_say_of_which_tenant_then_refused(
    http: httpx.Client, tenant: str, code: int
) -> None:
    assert number(http.post(f"/{tenant}/oauth2/v2.0/token", data=FORM)) == code


def test_token_when_asked_for_by_json_or_with_a_field_twice_then_refused(http: httpx.Client, cloud: Cloud) -> None:
    url = f"/{cloud.tenant.id}/oauth2/v2.0/token"
    assert number(http.post(url, json=FORM)) == 900144
    twice = "&".join([*(f"{name}={value}" for name, value in FORM.items()), "grant_type=client_credentials"])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert number(http.post(url, content=twice, headers=headers)) == 900144


def test_secret_when_expired_then_refused(http: httpx.Client, cloud: Cloud) -> None:
    cloud.tenant.run("update apps set secret_expires = 1")
    assert number(http.post(f"/{cloud.tenant.id}/oauth2/v2.0/token", data=FORM)) == 7000222


def test_assertion_when_for_another_service_or_about_another_then_refused(http: httpx.Client, cloud: Cloud) -> None:
    import jwt
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    sql = "update apps set doc = json_set(doc, '$.certificates', json_array(?))"
    cloud.tenant.run(sql, public.decode())
    url = f"{cloud.emulator.origin}/{cloud.tenant.id}/oauth2/v2.0/token"
    good = {"iss": CLIENT_ID, "sub": CLIENT_ID, "aud": url, "exp": time.time() + 600}

    def ask(**change: Any) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "scope": SCOPE,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode({**good, **change}, key, algorithm="RS256"),
        }
        return http.post(url, data=form)

    assert ask().status_code == 200
    assert number(ask(aud="https://elsewhere.example/token")) == 50027
    assert number(ask(aud=url.replace(cloud.tenant.id, "other.example"))) == 50027
    assert number(ask(sub="somebody else")) == 50027
    assert number(ask(exp=time.time() - 600)) == 700027
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = other
    assert number(ask()) == 700027
