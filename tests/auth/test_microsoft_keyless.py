"""Sign-in without a secret: the exchange of the identity of a pipeline or a machine."""

from __future__ import annotations

import time

import pytest

from sharedbox_cli.auth.claims import token_claims
from sharedbox_cli.auth.connection import Method, MicrosoftConnection
from sharedbox_cli.auth.microsoft import Renewable, credential_for
from sharedbox_cli.core.errors import AuthError
from sharedbox_cli.emulator.seed import CLIENT_ID
from tests.auth.conftest import Platform
from tests.auth.test_microsoft import app, claims_with
from tests.conftest import Cloud

AUDIENCE = "api://AzureADTokenExchange"
ISSUER, SUBJECT = "https://pipelines.example", "repo:contoso/mail:environment:prod"


def assertion(subject: str = SUBJECT) -> str:
    import jwt

    return jwt.encode({"iss": ISSUER, "sub": subject, "aud": AUDIENCE}, "k" * 40, algorithm="HS256")


def trust(cloud: Cloud) -> None:
    app(cloud, federated=[{"issuer": ISSUER, "subject": SUBJECT, "audience": AUDIENCE}])


def test_github_when_the_job_may_ask_then_its_identity_becomes_a_token(cloud: Cloud, platform: Platform) -> None:
    trust(cloud)
    platform.answer = {"value": assertion()}
    environment = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{platform.url}?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-of-the-job",
    }
    assert claims_with(cloud, Method.AUTO, **environment) == CLIENT_ID
    [(verb, path, headers)] = platform.asked
    assert verb == "GET"
    assert path == "/token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange"
    assert headers["authorization"] == "Bearer canary-of-the-job"


def test_github_when_the_subject_is_another_then_the_number_and_no_token(cloud: Cloud, platform: Platform) -> None:
    trust(cloud)
    platform.answer = {"value": assertion("repo:contoso/mail:pull_request")}
    environment = {"ACTIONS_ID_TOKEN_REQUEST_URL": platform.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-of-the-job"}
    with pytest.raises(AuthError, match="AADSTS700213") as caught:
        claims_with(cloud, Method.AUTO, **environment)
    assert platform.answer["value"] not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(("status", "answer"), [(403, {"message": "canary"}), (200, {}), (200, {"valu": "x"})])
def test_github_when_it_refuses_then_the_permission_of_the_job_is_named(
    cloud: Cloud, platform: Platform, status: int, answer: dict[str, str]
) -> None:
    platform.status, platform.answer = status, answer
    environment = {"ACTIONS_ID_TOKEN_REQUEST_URL": platform.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-of-the-job"}
    with pytest.raises(AuthError, match="no identity token from GitHub") as caught:
        claims_with(cloud, Method.AUTO, **environment)
    assert "id-token: write" in caught.value.hint
    assert "canary" not in str(caught.value)


def test_azure_devops_when_the_connection_is_trusted_then_its_identity_becomes_a_token(
    cloud: Cloud, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(cloud)
    platform.answer = {"oidcToken": assertion()}
    environment = {
        "SYSTEM_OIDCREQUESTURI": platform.url,
        "SYSTEM_ACCESSTOKEN": "canary-of-the-job",
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "c0nn3ct10n",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)  # azure-identity reads the address from the environment
    assert claims_with(cloud, Method.AUTO, **environment) == CLIENT_ID
    [(verb, path, headers)] = platform.asked
    assert verb == "POST"
    assert "serviceConnectionId=c0nn3ct10n" in path
    assert headers["authorization"] == "Bearer canary-of-the-job"


def test_managed_identity_when_the_machine_has_one_then_its_token_is_used(
    cloud: Cloud, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = cloud.connection()
    token = cloud.emulator.context.tokens.issue(
        {"aud": "https://graph.microsoft.com", "tid": cloud.tenant.id, "appid": CLIENT_ID, "roles": ["User.Read.All"]}
    )
    expires = str(int(time.time()) + 3600)
    platform.answer = {
        "access_token": token,
        "expires_on": expires,
        "resource": "https://graph.microsoft.com",
        "token_type": "Bearer",
    }
    monkeypatch.setenv("IDENTITY_ENDPOINT", platform.url)
    monkeypatch.setenv("IDENTITY_HEADER", "canary-of-the-machine")
    made = MicrosoftConnection(connection.tenant, CLIENT_ID, Method.AUTO, authority=connection.authority)
    credential = credential_for(made, {"IDENTITY_ENDPOINT": platform.url})
    claims = token_claims(Renewable(credential), made.graph_scope)
    assert (claims.app_id, claims.app_roles) == (CLIENT_ID, ("User.Read.All",))
    [(verb, path, headers)] = platform.asked
    assert verb == "GET"
    assert "resource=https://graph.microsoft.com" in path
    assert f"client_id={CLIENT_ID}" in path
    assert headers["x-identity-header"] == "canary-of-the-machine"
