"""Sign-in through the real azure-identity, and the message of each failure."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from sharedbox_cli.auth.claims import token_claims
from sharedbox_cli.auth.connection import CLOUDS, Method, MicrosoftConnection
from sharedbox_cli.auth.microsoft import RENEW_SECONDS, Bearer, Renewable, chosen_method, credential_for
from sharedbox_cli.auth.secrets import SecretFileWarning, secret_of
from sharedbox_cli.core.errors import AuthError
from sharedbox_cli.emulator.seed import CLIENT_ID, SECRET
from tests.conftest import Cloud

CANARY = "canary-4711-secret"


def claims_with(cloud: Cloud, method: Method, **environment: str) -> str:
    connection = cloud.connection()
    made = MicrosoftConnection(
        connection.tenant,
        connection.client_id,
        method,
        authority=connection.authority,
        certificate_path=environment.pop("certificate_path", ""),
    )
    return token_claims(credential_for(made, environment), made.graph_scope).app_id


def test_secret_when_right_then_a_token_with_its_claims(cloud: Cloud) -> None:
    connection = cloud.connection()
    claims = token_claims(credential_for(connection, {"AZURE_CLIENT_SECRET": SECRET}), connection.exchange_scope)
    assert (claims.tenant_id, claims.app_roles) == (cloud.tenant.id, ("Exchange.ManageAsApp",))
    assert len(claims.directory_roles) == 1


def test_secret_when_wrong_then_no_word_of_it(cloud: Cloud) -> None:
    with pytest.raises(AuthError) as caught:
        claims_with(cloud, Method.AUTO, AZURE_CLIENT_SECRET=CANARY)
    assert CANARY not in str(caught.value) + caught.value.hint
    assert caught.value.__cause__ is None


def certificate(folder: Path) -> tuple[Path, str]:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sharedbox")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "app.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return path, public.decode()


def app(cloud: Cloud, **more: object) -> None:
    row = cloud.tenant.row("select doc from apps")
    assert row is not None
    cloud.tenant.run("update apps set doc = ?", json.dumps({**json.loads(row["doc"]), **more}))


def test_certificate_when_registered_then_a_token_and_else_the_hint(cloud: Cloud, tmp_path: Path) -> None:
    path, public = certificate(tmp_path)
    with pytest.raises(AuthError, match="AADSTS700027"):
        claims_with(cloud, Method.AUTO, AZURE_CLIENT_CERTIFICATE_PATH=str(path))
    app(cloud, certificates=[public])
    assert claims_with(cloud, Method.AUTO, AZURE_CLIENT_CERTIFICATE_PATH=str(path)) == CLIENT_ID
    assert claims_with(cloud, Method.CERTIFICATE, certificate_path=str(path)) == CLIENT_ID


def test_certificate_when_missing_or_not_one_then_said(cloud: Cloud, tmp_path: Path) -> None:
    with pytest.raises(AuthError, match="does not exist"):
        claims_with(cloud, Method.AUTO, AZURE_CLIENT_CERTIFICATE_PATH=str(tmp_path / "none.pem"))
    (tmp_path / "bad.pem").write_text("no certificate")
    with pytest.raises(AuthError, match="cannot be used"):
        claims_with(cloud, Method.AUTO, AZURE_CLIENT_CERTIFICATE_PATH=str(tmp_path / "bad.pem"))


def test_federated_token_when_its_subject_is_registered_then_a_token(cloud: Cloud, tmp_path: Path) -> None:
    import jwt

    claims = {"iss": "https://cluster.example", "sub": "system:sa:mail", "aud": "api://AzureADTokenExchange"}
    file = tmp_path / "token"
    file.write_text(jwt.encode(claims, "k" * 40, algorithm="HS256"))
    with pytest.raises(AuthError, match="AADSTS700213"):
        claims_with(cloud, Method.AUTO, AZURE_FEDERATED_TOKEN_FILE=str(file))
    app(cloud, federated=[{"issuer": claims["iss"], "subject": claims["sub"], "audience": claims["aud"]}])
    assert claims_with(cloud, Method.AUTO, AZURE_FEDERATED_TOKEN_FILE=str(file)) == CLIENT_ID


def test_github_when_the_job_may_not_ask_then_the_permission_is_named(cloud: Cloud) -> None:
    with pytest.raises(AuthError) as caught:
        claims_with(cloud, Method.AUTO, ACTIONS_ID_TOKEN_REQUEST_URL="https://127.0.0.1:9/x")
    assert "id-token: write" in caught.value.hint


@pytest.mark.parametrize(
    ("variable", "method"),
    [
        ("AZURE_CLIENT_SECRET", Method.CLIENT_SECRET),
        ("AZURE_CLIENT_SECRET_FILE", Method.CLIENT_SECRET),
        ("AZURE_CLIENT_CERTIFICATE_PATH", Method.CERTIFICATE),
        ("AZURE_FEDERATED_TOKEN_FILE", Method.WORKLOAD_IDENTITY),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", Method.GITHUB),
        ("SYSTEM_OIDCREQUESTURI", Method.AZURE_DEVOPS),
        ("IDENTITY_ENDPOINT", Method.MANAGED_IDENTITY),
    ],
)
def test_method_when_the_environment_says_it_then_it_is_chosen(variable: str, method: Method) -> None:
    connection = MicrosoftConnection("t", "c")
    assert chosen_method(connection, {variable: "x"}, is_interactive=True) is method


def test_method_when_nothing_says_it_then_a_person_or_an_error() -> None:
    connection = MicrosoftConnection("t", "c")
    assert chosen_method(connection, {}, is_interactive=True) is Method.DEVICE_CODE
    with pytest.raises(AuthError, match="no credentials are configured"):
        chosen_method(connection, {}, is_interactive=False)


@pytest.mark.parametrize("cloud_name", sorted(CLOUDS))
def test_cloud_when_sovereign_then_hosts_and_scopes_follow(cloud_name: str) -> None:
    connection = MicrosoftConnection("t", "c", cloud=cloud_name)
    assert connection.graph_scope == f"{connection.graph_origin}/.default"
    assert connection.exchange_scope == f"{connection.exchange_origin}/.default"
    emulated = MicrosoftConnection("t", "c", cloud=cloud_name, graph_url="https://127.0.0.1:1")
    assert emulated.graph_scope == connection.graph_scope


def test_token_when_the_url_is_foreign_then_it_is_not_sent(cloud: Cloud) -> None:
    connection = cloud.connection()
    credential = Renewable(credential_for(connection, {"AZURE_CLIENT_SECRET": SECRET}))
    bearer = Bearer(credential, connection.graph_scope, connection.graph_origin)
    assert "Authorization" in bearer.header(f"{connection.graph_origin}/v1.0/users")
    for url in (
        "https://graph.example/v1.0/users",
        "http://127.0.0.1/v1.0",
        f"{connection.graph_origin}.evil.example/",
    ):
        assert bearer.header(url) == {}


def test_token_when_renewal_is_forced_then_a_new_one_is_fetched(cloud: Cloud) -> None:
    connection = cloud.connection()
    credential = Renewable(credential_for(connection, {"AZURE_CLIENT_SECRET": SECRET}))

    def asked() -> int:
        return sum(line["route"] == "login.token" for line in cloud.emulator.log.lines)

    credential.get_token(connection.graph_scope)
    credential.get_token(connection.graph_scope)
    assert asked() == 1
    credential.force_refresh()
    credential.get_token(connection.graph_scope)
    assert asked() == 2


def test_claims_of_a_challenge_reach_the_next_token_and_no_later_one() -> None:
    asked: list[str] = []

    class Credential:
        def get_token(self, *scopes: str, **options: Any) -> AccessToken:
            asked.append(options.get("claims", ""))
            return AccessToken("token", int(time.time()) + 3600)

    credential = Renewable(Credential())
    credential.get_token("graph")
    credential.force_refresh('{"access_token": {}}')
    credential.get_token("graph")
    credential.force_refresh()
    credential.get_token("graph")
    assert asked == ["", '{"access_token": {}}', "{}"]


def test_token_is_kept_for_its_scope_until_it_nearly_ends() -> None:
    asked: list[str] = []
    seconds = RENEW_SECONDS + 60

    class Credential:
        def get_token(self, *scopes: str, **_: Any) -> AccessToken:
            asked.extend(scopes)
            return AccessToken("token", int(time.time()) + seconds)

    credential = Renewable(Credential())
    for scope in ("graph", "graph", "exchange", "graph"):
        credential.get_token(scope)
    assert asked == ["graph", "exchange"]
    seconds = RENEW_SECONDS - 60
    credential.force_refresh()
    for _ in range(3):
        credential.get_token("graph")
    assert asked == ["graph", "exchange", "graph", "graph", "graph"]


def test_secret_file_when_open_to_others_empty_or_with_a_newline_then_handled(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{CANARY}\n")
    file.chmod(0o600)
    assert secret_of({"X_FILE": str(file)}, "X") == CANARY
    file.chmod(0o644)
    with pytest.warns(SecretFileWarning):
        assert secret_of({"X_FILE": str(file)}, "X") == CANARY
    file.chmod(0o600)
    file.write_text("\n")
    with pytest.raises(AuthError, match="is empty"):
        secret_of({"X_FILE": str(file)}, "X")
    with pytest.raises(AuthError, match="cannot be read"):
        secret_of({"X_FILE": str(tmp_path / "none")}, "X")
