"""Keyless signing in the emulated Google: token exchange, signBlob, signJwt, tokens for another account."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
import requests
from google.auth import external_account, iam
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from sharedbox_cli.emulator.google.builder import ADMIN, SERVICE_ACCOUNT
from tests.emulator.google import AUTH, DIRECTORY, GRANT, Workspace, flat

POOL = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/forge"
JWT_TOKEN = "urn:ietf:params:oauth:token-type:jwt"
EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "audience": POOL,
    "subject_token": "from-ci",
    "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "subject_token_type": JWT_TOKEN,
    "scope": f"{AUTH}cloud-platform",
}


def keyless(google: Workspace, signer: str = "ci@emulator.iam.gserviceaccount.com") -> None:
    """Allow one account to sign for the service account."""
    google.call("POST", "/_emulator/google/grant", {"signers": [signer, "principal://ci"]})
    google.store.run(
        "insert or ignore into g_service_accounts (email, client_id, scopes) values (?, '2', '[]')", signer
    )
    trusted = {POOL: {"name": "ci", "tokens": ["from-ci"]}}
    assert google.call("POST", "/_emulator/google/knobs", {"federated": trusted}).status_code == 200


def source(google: Workspace, *scopes: str) -> str:
    """Return the token of the source identity from the token exchange."""
    answer = google.call("POST", "/v1/token", token="", content=None, headers={})
    assert answer.status_code == 400
    found = google.form("/v1/token", {**EXCHANGE, "scope": " ".join(scopes) or EXCHANGE["scope"]})
    assert found.status_code == 200, found.text
    assert set(found.json()) == {"access_token", "issued_token_type", "token_type", "expires_in"}
    return str(found.json()["access_token"])


def test_signing_when_google_signs_for_a_federated_identity_then_the_grant_is_good(
    google: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyless(google)
    name = f"/v1/projects/-/serviceAccounts/{SERVICE_ACCOUNT}"
    token = source(google)
    claims = jwt.decode(google.assertion(), options={"verify_signature": False})
    answer = google.call("POST", f"{name}:signJwt", {"payload": json.dumps(claims)}, token=token)
    assert set(answer.json()) == {"keyId", "signedJwt"}
    assert google.grant(answer.json()["signedJwt"]).status_code == 200
    payload = base64.b64encode(b"hello").decode()
    answer = google.call("POST", f"{name}:signBlob", {"payload": payload}, token=token)
    assert set(answer.json()) == {"keyId", "signedBlob"}
    answer = google.call("POST", f"{name}:generateAccessToken", {"scope": [f"{AUTH}apps.licensing"]}, token=token)
    assert set(answer.json()) == {"accessToken", "expireTime"}


def test_signing_when_asked_by_google_auths_own_signer_then_directory_can_be_read(
    google: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyless(google)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(google.emulator.ca_file))
    monkeypatch.setattr(
        iam, "_IAM_SIGN_ENDPOINT", f"{google.emulator.origin}/v1/projects/-/serviceAccounts/{{}}:signBlob"
    )

    class Federated(external_account.Credentials):
        def retrieve_subject_token(self, request: Any) -> str:
            return "from-ci"

    source_credentials = Federated(  # type: ignore[no-untyped-call]
        audience=POOL,
        subject_token_type=JWT_TOKEN,
        token_url=f"{google.emulator.origin}/v1/token",
        credential_source={},
        scopes=[f"{AUTH}cloud-platform"],
    )
    session = requests.Session()
    request = Request(session)
    signer = iam.Signer(request, source_credentials, SERVICE_ACCOUNT)  # type: ignore[no-untyped-call]
    credentials = service_account.Credentials(  # type: ignore[no-untyped-call]
        signer,
        SERVICE_ACCOUNT,
        f"{google.emulator.origin}/token",
        subject=ADMIN,
        scopes=[f"{AUTH}admin.directory.user.readonly"],
    )
    credentials.refresh(request)  # type: ignore[no-untyped-call]
    session.close()
    answer = google.call("GET", f"{DIRECTORY}/users?customer=my_customer", token=credentials.token)
    assert answer.status_code == 200


def test_signing_when_the_caller_may_not_then_is_403_in_the_rpc_shape(google: Workspace) -> None:
    keyless(google)
    name = f"/v1/projects/-/serviceAccounts/{SERVICE_ACCOUNT}:signBlob"
    body = {"payload": base64.b64encode(b"x").decode()}
    own = google.token(None, f"{AUTH}cloud-platform")
    answer = google.call("POST", name, body, token=own)
    error = answer.json()["error"]
    assert (answer.status_code, error["status"], "errors" in error) == (403, "PERMISSION_DENIED", False)
    answer = google.call("POST", name, body, token=google.token(None, f"{AUTH}apps.licensing"))
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    wildcard = name.replace("/-/", "/emulator/")
    for path, wrong in (
        (name, {"payload": "no base64!"}),
        (name, {}),
        (wildcard, body),
        (name.replace("signBlob", "signJwt"), {"payload": "[]"}),
        (name.replace("signBlob", "signJwt"), {"payload": json.dumps({"exp": 2**40})}),
        (name.replace("signBlob", "generateAccessToken"), {"scope": [], "lifetime": "10s"}),
        (name.replace("signBlob", "generateAccessToken"), {"scope": [f"{AUTH}apps.licensing"], "lifetime": "7200s"}),
    ):
        assert google.call("POST", path, wrong, token=source(google)).status_code == 400, wrong


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": GRANT}, "invalid_request"),
        ({"subject_token": "forged"}, "invalid_grant"),
        ({"audience": "//iam.googleapis.com/other"}, "invalid_grant"),
        ({"scope": ""}, "invalid_request"),
        ({"requested_token_type": JWT_TOKEN}, "invalid_request"),
        ({"subject_token_type": "jwt"}, "invalid_request"),
    ],
)
def test_exchange_when_a_field_is_wrong_then_is_refused_in_the_flat_shape(
    google: Workspace, changed: dict[str, str], error: str
) -> None:
    keyless(google)
    answer = google.form("/v1/token", {**EXCHANGE, **changed})
    assert flat(answer)[:2] == (400, error)
