"""Sources of an identity for Google without a key: other clouds, pipelines, a person's sign-in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from sharedbox_cli.auth.connection import GoogleConnection
from sharedbox_cli.auth.google import GoogleCredentials
from sharedbox_cli.auth.google_signing import TokenRequest
from tests.auth.conftest import Platform
from tests.auth.google_service import ACCOUNT, SOURCE_TOKEN, TOKEN, Service, written

BOX = "support@contoso.example"
READ = ("https://www.googleapis.com/auth/gmail.settings.basic",)
POOL = "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/p/providers/x"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the identity of the machine."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")


def signed_in(google: Service, folder: Path, info: dict[str, Any]) -> str:
    """Return the header of a request for a mailbox, with the identity that a file describes."""
    connection = GoogleConnection(
        admin="admin@contoso.example",
        key_path=written(folder, info),
        token_url=f"{google.origin}/token",
        iam_url=google.origin,
        service_account=ACCOUNT,
    )
    headers: dict[str, str] = {}
    credentials = GoogleCredentials(connection, environment={}).of(BOX, READ)
    credentials.before_request(TokenRequest(), "GET", "https://gmail.googleapis.com/", headers)  # type: ignore[no-untyped-call]
    return headers["authorization"]


def external(google: Service, kind: str, source: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "external_account",
        "audience": POOL,
        "subject_token_type": f"urn:ietf:params:{kind}",
        "token_url": f"{google.origin}/sts",
        "credential_source": source,
    }


def assert_signed_by_iam(google: Service, authorization: str) -> None:
    """Assert that Google signed for the service account with the exchanged identity."""
    assert authorization == f"Bearer {TOKEN}-1"
    [asked] = google.tokens
    assert (asked.claims["iss"], asked.claims["sub"]) == (ACCOUNT, BOX)
    [(path, by)] = google.signs
    assert path.endswith(f"/{ACCOUNT}:signBlob")
    assert by.startswith("Bearer canary-")


def test_github_or_azure_when_their_address_is_asked_then_its_token_is_exchanged(
    google: Service, platform: Platform, tmp_path: Path
) -> None:
    platform.answer = {"value": "canary-of-the-job"}
    source = {
        "url": f"{platform.url}?audience=x",
        "headers": {"Metadata": "True"},
        "format": {"type": "json", "subject_token_field_name": "value"},
    }
    assert_signed_by_iam(google, signed_in(google, tmp_path, external(google, "oauth:token-type:jwt", source)))
    [(_, path, headers)] = platform.asked
    assert (path, headers["metadata"]) == ("/token?audience=x", "True")
    [exchange] = google.exchanges
    assert (exchange["subject_token"], exchange["audience"]) == ("canary-of-the-job", POOL)


def test_aws_when_the_machine_has_a_role_then_its_signed_question_is_exchanged(
    google: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "canary-aws",
        "AWS_SESSION_TOKEN": "session",
        "AWS_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    url = "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
    source = {"environment_id": "aws1", "regional_cred_verification_url": url}
    info = external(google, "aws:token-type:aws4_request", source)
    assert_signed_by_iam(google, signed_in(google, tmp_path, info))
    [exchange] = google.exchanges
    question = json.loads(unquote(exchange["subject_token"]))
    assert question["url"].startswith("https://sts.eu-central-1.amazonaws.com")
    assert "canary-aws" not in exchange["subject_token"]


def test_own_sign_in_when_gcloud_keeps_one_then_it_lets_google_sign(
    google: Service, platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", platform.url)  # no other endpoint
    platform.answer = {"access_token": f"{SOURCE_TOKEN}-own", "expires_in": 3599, "token_type": "Bearer"}
    info = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    assert_signed_by_iam(google, signed_in(google, tmp_path, info))
    assert google.signs[0][1] == f"Bearer {SOURCE_TOKEN}-own"
