"""sharedbox.yaml: strict, with places, and never a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.auth.connection import Method
from sharedbox_cli.cli.profile import load_profile
from sharedbox_cli.core.errors import SharedboxError, SpecError, UsageError

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
    assert profile.microsoft365 is not None
    assert profile.microsoft365.method is Method.CERTIFICATE
    assert profile.microsoft365.graph_origin == "https://graph.microsoft.us"
    assert profile.guard_limits().mass_revocation_percent == 10
    assert profile.guard_limits().external_domains == {"partner.example"}
    assert profile.is_journal_required
    assert load_profile("test", file(tmp_path, GOOD), {}).microsoft365 is None


def test_profile_when_there_is_no_file_then_the_environment_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    environment = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_AUTHORITY_HOST": "login.example"}
    profile = load_profile(None, None, environment)
    assert profile.microsoft365 is not None
    assert (profile.microsoft365.tenant, profile.microsoft365.login_origin) == ("t", "https://login.example")
    with pytest.raises(UsageError, match="no such profile"):
        load_profile("prod", None, environment)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("profiles: {a: {microsoft365: {tennant: x}}}", "`tenant`"),
        ("profiles: {a: {microsoft365: {tenant: x, client_secret: abc}}}", "unknown key"),
        ("profiles: {a: {microsoft365: {tenant: 'Q7~abcDEF0123456789abcDEF0123456789xy'}}}", "looks like a secret"),
        ("profiles: {a: {microsoft365: {tenant: x, graph_url: 'http://graph.example'}}}", "not an origin"),
        (
            "profiles: {a: {microsoft365: {tenant: x, graph_url: 'https://u:p@graph.example'}}}",
            "a password in an address",
        ),
        ("profiles: {a: {microsoft365: {tenant: x, method: magic}}}", "method"),
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
    words = " ".join(f"{item.place} {item.summary} {item.why} {item.mend}" for item in problems)
    assert told in f"{error.summary} {error.why} {words}"
    assert str(path) in f"{error.where} {words}"
    assert "abcDEF" not in words


def test_state_when_there_is_no_home_then_still_a_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HOME", raising=False)
    assert load_profile(None, file(tmp_path, "profiles: {a: {}}"), {}).state_dir.name
