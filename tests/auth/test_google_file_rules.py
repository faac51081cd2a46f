"""What a credential file for Google may ask for: each type, each key that names a host, each source of an identity."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.auth.connection import GoogleConnection
from sharedbox_cli.auth.google import GoogleCredentials
from sharedbox_cli.auth.google_file_rules import credential_file_problem
from sharedbox_cli.core.errors import AuthError
from tests.auth.google_service import ACCOUNT, key_info, written
from tests.hostile_urls import FOREIGN, MALFORMED, NOT_PRIVATE

STS = "https://sts.googleapis.com/v1/token"
IMPERSONATION = f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"
GITHUB = "https://run-actions-3-azure-eastus.actions.githubusercontent.com/abc//idtoken/1?api-version=2.0"
ENVIRONMENT = {"ACTIONS_ID_TOKEN_REQUEST_URL": GITHUB}
AWS = {
    "environment_id": "aws1",
    "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
    "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
    "imdsv2_session_token_url": "http://169.254.169.254/latest/api/token",
    "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
}
USER = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}


def external(source: object, **more: object) -> dict[str, Any]:
    return {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": STS,
        "credential_source": source,
        **more,
    }


GOOD: dict[str, dict[str, Any]] = {
    "key": key_info(),
    "person": USER,
    "file": external({"file": "/var/run/secrets/tokens/gcp", "format": {"type": "text"}}),
    "github": external({"url": f"{GITHUB}&audience=x", "headers": {"Authorization": "Bearer x"}}),
    "azure": external({"url": "http://169.254.169.254/metadata/identity/oauth2/token?resource=x"}),
    "arc": external({"url": "http://localhost:40342/metadata/identity/oauth2/token"}),
    "aws": external(AWS, service_account_impersonation_url=IMPERSONATION),
    "workforce": {
        "type": "external_account_authorized_user",
        "token_url": STS,
        "token_info_url": "https://sts.googleapis.com/v1/introspect",
        "revoke_url": "https://sts.googleapis.com/v1/revoke",
    },
    "impersonated": {
        "type": "impersonated_service_account",
        "service_account_impersonation_url": IMPERSONATION,
        "source_credentials": USER,
    },
}
HOST_KEYS = [
    ("key", "token_uri"),
    ("file", "token_url"),
    ("file", "token_info_url"),
    ("file", "service_account_impersonation_url"),
    ("workforce", "token_url"),
    ("workforce", "token_info_url"),
    ("workforce", "revoke_url"),
    ("impersonated", "service_account_impersonation_url"),
]
HOSTILE = [*FOREIGN, *MALFORMED, *NOT_PRIVATE]


@pytest.mark.parametrize("name", GOOD)
def test_usual_file(name: str) -> None:
    assert credential_file_problem(GOOD[name], ENVIRONMENT) == ""


@pytest.mark.parametrize(("name", "key"), HOST_KEYS)
def test_hostile_host(name: str, key: str) -> None:
    missed = [url for url in HOSTILE if f"`{key}`" not in credential_file_problem({**GOOD[name], key: url}, {})]
    assert missed == []
    assert credential_file_problem({**GOOD[name], key: ["https://evil.example"]}, {})
    named = {"SHAREDBOX_TRUSTED_HOSTS": "sts.contoso.example", **ENVIRONMENT}
    assert credential_file_problem({**GOOD[name], key: "https://sts.contoso.example/x"}, named) == ""


@pytest.mark.parametrize("name", GOOD)
def test_another_universe(name: str) -> None:
    assert "universe" in credential_file_problem({**GOOD[name], "universe_domain": "evil.example"}, ENVIRONMENT)


def test_nested_credentials_follow_the_same_rules() -> None:
    for nested in (
        {**USER, "token_uri": "https://evil.example"},
        GOOD["impersonated"],
        external(AWS, token_url="x"),
        None,
        "x",
    ):
        assert "`source_credentials`" in credential_file_problem(
            {**GOOD["impersonated"], "source_credentials": nested}, {}
        )


@pytest.mark.parametrize(
    "path",
    [
        "/proc/self/environ",
        "//proc/self/environ",
        "/./proc/self/environ",
        "/etc/../proc/1/environ",
        "/proc/thread-self/environ",
        "/proc/self/fd/0",
        "/dev/stdin",
        "/dev/fd/3",
        "/sys/kernel/notes",
        "LINK",
        "FOLDER/self/environ",
        "DEVICE",
        "",
        7,
        None,
        ["/etc/hostname"],
    ],
)
def test_file_of_the_system(path: Any, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/proc/self/environ")
    (tmp_path / "folder").symlink_to("/proc")
    (tmp_path / "device").symlink_to("/dev/null")
    if isinstance(path, str):
        path = path.replace("LINK", f"{tmp_path}/link").replace("FOLDER", f"{tmp_path}/folder")
        path = path.replace("DEVICE", f"{tmp_path}/device")
    assert "credential_source" in credential_file_problem(external({"file": path}), {})


def test_relative_path_into_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/proc/self")
    assert "`credential_source.file`" in credential_file_problem(external({"file": "environ"}), {})


@pytest.mark.parametrize("url", [url for url in HOSTILE if "127.0.0.1:8080" not in url])
def test_hostile_issuer(url: str) -> None:
    is_machine = url in ("http://localhost", "http://[::1]", "https://169.254.169.254", "https://[fd00:ec2::254]")
    assert bool(credential_file_problem(external({"url": url}), {})) is not is_machine


@pytest.mark.parametrize("environment", [{}, {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://other.example/x"}])
def test_issuer_of_another_pipeline(environment: dict[str, str]) -> None:
    assert "`credential_source.url`" in credential_file_problem(GOOD["github"], environment)


@pytest.mark.parametrize("key", [key for key in AWS if key != "environment_id"])
@pytest.mark.parametrize(
    "url", ["https://evil.example", "http://169.254.169.254.evil.example/x", "http://169.254.169.253", 7]
)
def test_hostile_aws_url(key: str, url: Any) -> None:
    assert f"`credential_source.{key}`" in credential_file_problem(external({**AWS, key: url}), {})


@pytest.mark.parametrize(
    "url",
    [
        "https://sts.evil.example?Action=GetCallerIdentity&Version=2011-06-15",
        "https://sts.{region}.amazonaws.com.evil.example?Action=GetCallerIdentity&Version=2011-06-15",
        "https://sts.{region}.evil.example/.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
        "https://sts.{region}.amazonaws.com?Action=AssumeRole&Version=2011-06-15",
        "http://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
    ],
)
def test_hostile_verification_url(url: str) -> None:
    assert credential_file_problem(external({**AWS, "regional_cred_verification_url": url}), {})


@pytest.mark.parametrize(
    "source",
    [
        {"executable": {"command": "cat /proc/self/environ"}},
        {"certificate": {"use_default_certificate_config": True}},
        {"file": "/etc/hostname", "certificate": {}},
        {"file": "/etc/hostname", "url": "http://127.0.0.1/x"},
        {"file": "/etc/hostname", "executable": {"command": "x"}},
        {**AWS, "file": "/proc/self/environ"},
        {**AWS, "executable": {"command": "x"}},
        {**AWS, "environment_id": "azure1"},
        {},
        [],
        None,
        "/proc/self/environ",
    ],
)
def test_other_source(source: object) -> None:
    assert credential_file_problem(external(source), {}) != ""


def test_executable_needs_the_variable_of_the_vendor() -> None:
    source = {"executable": {"command": "/usr/bin/token", "output_file": "/run/token.json"}}
    allowed = {"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES": "1"}
    assert credential_file_problem(external(source), allowed) == ""
    for value in ("0", "true", "", "11"):
        assert credential_file_problem(external(source), {"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES": value})
    source["executable"]["output_file"] = "/proc/self/environ"
    assert credential_file_problem(external(source), allowed)


@pytest.mark.parametrize(
    "kind", ["gdch_service_account", "api_key", "", "EXTERNAL_ACCOUNT", None, 7, ["service_account"]]
)
def test_unknown_type(kind: object) -> None:
    assert "types that can be used" in credential_file_problem({**GOOD["aws"], "type": kind}, {})


@pytest.mark.parametrize("name", ["key", "file", "workforce", "impersonated", "person"])
def test_refused_before_the_library_reads_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *names, **_: opened.append(names))
    monkeypatch.setattr("google.auth.load_credentials_from_dict", lambda *names, **_: opened.append(names))
    info = copy.deepcopy(GOOD[name])
    info |= dict.fromkeys(("token_url", "token_uri", "service_account_impersonation_url"), "https://evil.example/sts")
    account = ACCOUNT if name != "key" else ""
    connection = GoogleConnection(admin="a@contoso.example", service_account=account, key_path=written(tmp_path, info))
    with pytest.raises(AuthError, match="cannot be used"):
        GoogleCredentials(connection, environment={}).of("x@contoso.example", ("scope",))
    assert opened == []
