"""sharedbox.yaml: strict, with places, and never a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.auth.connection import GoogleConnection, GoogleMethod, Method, MicrosoftConnection
from sharedbox_cli.cli.profile import Profile
from sharedbox_cli.cli.profile import load_profile as load_profile_with
from sharedbox_cli.core.errors import SharedboxError, SpecError, UsageError
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365
from sharedbox_cli.providers.registry import installed_plugins


def load_profile(name: str | None, config: Path | None, environment: dict[str, str]) -> Profile:
    return load_profile_with(name, config, environment, installed_plugins())


def microsoft(profile: Profile) -> MicrosoftConnection:
    connection = profile.tenants["microsoft365"].connection
    assert isinstance(connection, MicrosoftConnection)
    return connection


GOOD = """\
default_profile: prod
profiles:
  prod:
    microsoft365: {tenant: contoso.example, client_id: 4c1e, method: certificate, cloud: gcc-high}
    guards: {mass_revocation_percent: 10, external_domains: [Partner.example]}
    journal: required
  test: {}
"""


def file(folder: Path, text: str) -> Path:
    path = folder / "sharedbox.yaml"
    path.write_text(text)
    return path


def test_profile_when_right_then_read(tmp_path: Path) -> None:
    profile = load_profile(None, file(tmp_path, GOOD), {})
    assert profile.name == "prod"
    assert microsoft(profile).method is Method.CERTIFICATE
    assert microsoft(profile).graph_origin == "https://graph.microsoft.us"
    assert profile.guard_limits().mass_revocation_percent == 10
    assert profile.guard_limits().external_domains == {"partner.example"}
    assert profile.is_journal_required
    assert load_profile("test", file(tmp_path, GOOD), {}).tenants == {}


def test_profile_when_there_is_no_file_then_the_environment_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    environment = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_AUTHORITY_HOST": "login.example"}
    profile = load_profile(None, None, environment)
    assert (microsoft(profile).tenant, microsoft(profile).login_origin) == ("t", "https://login.example")
    with pytest.raises(UsageError, match="no such profile"):
        load_profile("prod", None, environment)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("profiles: {a: {microsoft365: {tennant: x}}}", "`tenant`"),
        ("profiles: {a: {microsoft365: {tenant: x, client_secret: abc}}}", "unknown key"),
        ("profiles: {a: {microsoft365: {tenant: 'Q7~abcDEF0123456789abcDEF0123456789xy'}}}", "looks like a secret"),
        (
            "profiles: {a: {microsoft365: {tenant: x, graph_url: 'http://graph.example'}}}",
            "`graph_url`: The value must be",
        ),
        (
            "profiles: {a: {microsoft365: {tenant: x, graph_url: 'https://u:p@graph.example'}}}",
            "`graph_url`: A URL must not contain a password",
        ),
        ("profiles: {a: {microsoft365: {tenant: x, method: magic}}}", "method"),
        ("profiles: {a: {microsoft356: {tenant: x}}}", "1:16 unknown key `microsoft356` is not a key of `a`."),
        ("profiles: {a: {microsoft356: {tenant: x}}}", "Did you mean `microsoft365`?"),
        ("profiles: {guards: {microsoft356: {tenant: x}}}", "Did you mean `microsoft365`?"),
        ("profiles: {microsoft365: {microsoft365: {tennant: x}}}", "Did you mean `tenant`?"),
        ("profiles: {a: {google_workspace: {admn: x@y.example}}}", "`admin`"),
        ("profiles: {a: {google_workspace: {admin: anna}}}", "must be the address of an administrator"),
        ("profiles: {a: {google_workspace: {customer: c012ab}}}", "my_customer"),
        ("profiles: {a: {google_workspace: {service_account: '1048576'}}}", "gserviceaccount.com"),
        ("profiles: {a: {google_workspace: {shared_org_units: [Shared]}}}", "begins with /"),
        ("profiles: {google_workspace: {google_workspace: {admin: anna}}}", "must be the address of an administrator"),
        ("profiles: {a: {google_workspace: {method: magic}}}", "`keyless`"),
        ("profiles: {a: {google_workspace: {endpoints: {mail: 'https://x.example'}}}}", "`gmail`"),
        ("profiles: {a: {google_workspace: {endpoints: {gmail: 'http://x.example'}}}}", "https://HOST"),
        ("profiles: {a: {google_workspace: {endpoints: {gmail: 'https://x.example:y'}}}}", "not a URL"),
        (
            "profiles: {a: {google_workspace: {endpoints: {oauth: 'https://u:abcDEF@x.example'}}}}",
            "must not contain a password",
        ),
        ("profiles: {a: {google_workspace: {key_path: '-----BEGIN PRIVATE KEY-----abcDEF'}}}", "CREDENTIALS to"),
        ("profiles: {a: {google_workspace: {private_key: abcDEF}}}", "looks like a secret"),
        ("profiles: {a: {guards: {mass_revocation_percent: 101}}}", "mass_revocation_percent"),
        ("profiles: {a: {}, b: {}}", "which profile?"),
        ("default_profile: c\nprofiles: {a: {}}", "no such profile"),
        ("", "not a profile file"),
    ],
)
def test_profile_when_wrong_then_the_place_and_the_reason(tmp_path: Path, text: str, told: str) -> None:
    path = file(tmp_path, text)
    with pytest.raises(SharedboxError) as caught:
        load_profile(None, path, {})
    error = caught.value
    problems = error.problems if isinstance(error, SpecError) else ()
    words = " ".join(f"{item.place} {item.summary} {item.why} {item.hint}" for item in problems)
    assert told in f"{error.summary} {error.why} {words}"
    assert str(path) in f"{error.where} {words}"
    assert "abcDEF" not in words


def test_state_when_there_is_no_home_then_still_a_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HOME", raising=False)
    assert load_profile(None, file(tmp_path, "profiles: {a: {}}"), {}).state_dir.name


OWN_HOSTS = {"SHAREDBOX_TRUSTED_HOSTS": "login.example, gmail.example"}
GOOGLE = """\
profiles:
  prod:
    google_workspace:
      customer: C01abcdef
      admin: admin@contoso.example
      service_account: sharedbox@ops.iam.gserviceaccount.com
      method: keyless
      key_path: federation.json
      endpoints: {oauth: "https://login.example/token", gmail: "https://gmail.example:8443"}
      shared_org_units: [/Shared, /Archive/Shared]
"""


def google(text: str, folder: Path, environment: dict[str, str]) -> GoogleConnection:
    found = load_profile(None, file(folder, text), environment).tenants["google_workspace"].connection
    assert isinstance(found, GoogleConnection)
    return found


def test_google_when_in_the_file_then_read_and_before_the_environment(tmp_path: Path) -> None:
    environment = {
        "SHAREDBOX_GOOGLE_ADMIN": "other@x.example",
        "SHAREDBOX_GOOGLE_URL": "https://localhost:1",
        **OWN_HOSTS,
    }
    found = google(GOOGLE, tmp_path, environment)
    assert found.admin == "admin@contoso.example"
    assert (found.method, found.key_path) == (GoogleMethod.KEYLESS, str(tmp_path / "federation.json"))
    assert (found.token_url, found.iam_url) == ("https://login.example/token", "https://localhost:1")
    assert found.api_urls["gmail"] == "https://gmail.example:8443/"
    assert found.api_urls["admin"] == "https://localhost:1/"
    assert found.shared_org_units == ("/Shared", "/Archive/Shared")


def test_google_when_little_is_said_then_the_vendors_own(tmp_path: Path) -> None:
    found = google("profiles: {a: {google_workspace: {}}}", tmp_path, {})
    assert found == GoogleConnection()
    assert found.shared_org_units == ("/Shared mailboxes",)


def test_google_when_only_the_environment_names_it_then_enough(tmp_path: Path) -> None:
    environment = {
        "SHAREDBOX_GOOGLE_ADMIN": "admin@contoso.example",
        "SHAREDBOX_GOOGLE_CUSTOMER": "C01abcdef",
        "SHAREDBOX_GOOGLE_SERVICE_ACCOUNT": "s@p.iam.gserviceaccount.com",
        "GOOGLE_APPLICATION_CREDENTIALS": "/run/key.json",
        "SHAREDBOX_GOOGLE_URL": "https://localhost:8443/",
    }
    found = google("profiles: {a: {}}", tmp_path, environment)
    origin = "https://localhost:8443"
    assert found == GoogleConnection(
        customer="C01abcdef",
        admin="admin@contoso.example",
        service_account="s@p.iam.gserviceaccount.com",
        key_path="/run/key.json",
        token_url=f"{origin}/token",
        iam_url=origin,
        api_urls={
            "admin": f"{origin}/",
            "gmail": f"{origin}/",
            "licensing": f"{origin}/",
            "calendar": f"{origin}/calendar/v3/",
            "cloudidentity": f"{origin}/",
            "vault": f"{origin}/",
            "groupssettings": f"{origin}/groups/v1/groups/",
        },
    )
    without = {"GOOGLE_APPLICATION_CREDENTIALS": "/run/key.json", "SHAREDBOX_GOOGLE_CUSTOMER": "C01abcdef"}
    assert load_profile(None, file(tmp_path, "profiles: {a: {}}"), without).tenants == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHAREDBOX_GOOGLE_ADMIN", "anna"),
        ("SHAREDBOX_GOOGLE_CUSTOMER", "c01abcdef"),
        ("SHAREDBOX_GOOGLE_SERVICE_ACCOUNT", "104857600000000000001"),
        ("SHAREDBOX_GOOGLE_URL", "http://localhost:8443"),
        ("SHAREDBOX_GOOGLE_URL", "https://localhost:8443/path"),
        ("SHAREDBOX_GOOGLE_URL", "https://user:abcDEF@localhost"),
    ],
)
def test_google_when_the_environment_is_wrong_then_the_variable_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        google("profiles: {a: {}}", tmp_path, {"SHAREDBOX_GOOGLE_ADMIN": "a@contoso.example", name: value})
    assert caught.value.where == name
    assert "abcDEF" not in f"{caught.value} {caught.value.hint}"


def test_expected_tenants_when_the_customer_is_an_id_then_both_kinds_of_google(tmp_path: Path) -> None:
    both = GOOGLE + "    microsoft365: {tenant: contoso.example}\n"
    assert load_profile(None, file(tmp_path, both), OWN_HOSTS).expected_tenants() == {
        MICROSOFT365: "contoso.example",
        GOOGLE_DELEGATED: "C01abcdef",
        GOOGLE_COLLABORATIVE: "C01abcdef",
    }
    any_customer = GOOGLE.replace("C01abcdef", "my_customer")
    assert load_profile(None, file(tmp_path, any_customer), OWN_HOSTS).expected_tenants() == {}
