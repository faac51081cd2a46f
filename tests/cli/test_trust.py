"""What a repository under review holds can never widen trust: hosts, credentials, guards, the journal, the profile."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.cli.profile import _LOOSENED, Guards, Profile, ProfileModel, _common_needs, load_profile
from sharedbox_cli.core.errors import SharedboxError, SpecError
from sharedbox_cli.core.guards_input import GuardLimits
from sharedbox_cli.providers.registry import installed_plugins
from tests.conftest import Cli
from tests.hostile_urls import FOREIGN, MALFORMED, NOT_PRIVATE
from tests.slow_rest import crossed

SPECS = {
    "microsoft365": "version: 1\nmailbox: sales@contoso.example\nplatform: microsoft365\ndisplay_name: X\n",
    "google_workspace": "version: 1\nmailbox: press@contoso.example\nplatform: google-delegated\ndisplay_name: X\n",
}
FILE_KEYS = [
    *(("microsoft365", (key,)) for key in ("authority", "graph_url", "exchange_url")),
    *(
        ("google_workspace", ("endpoints", key))
        for key in (
            "oauth",
            "iam",
            "admin",
            "gmail",
            "calendar",
            "groupssettings",
            "licensing",
            "cloudidentity",
            "vault",
        )
    ),
]
VARIABLES = ["AZURE_AUTHORITY_HOST", "SHAREDBOX_GRAPH_URL", "SHAREDBOX_EXCHANGE_URL", "SHAREDBOX_GOOGLE_URL"]
SECRETS = {
    "AZURE_TENANT_ID": "t",
    "AZURE_CLIENT_ID": "c",
    "AZURE_CLIENT_SECRET": "canary-4711",
    "SHAREDBOX_GOOGLE_ADMIN": "admin@contoso.example",
    "SHAREDBOX_GOOGLE_SERVICE_ACCOUNT": "s@p.iam.gserviceaccount.com",
}
LOOSE = {
    "mass_revocation_percent": 31,
    "mass_revocation_most": 101,
    "mailbox_revocation_percent": 51,
    "min_mailboxes": 0,
    "external_domains": ["evil.example"],
}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Record every name that is resolved and every connection that is opened, and let none through."""
    seen: list[object] = []

    def refuse(*where: object, **_: object) -> Any:
        seen.append(where)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return seen


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository under review, in which commands run beside the secrets of a pipeline."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "specs").mkdir()
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    return folder


def profile(repository: Path, text: str) -> Path:
    path = repository / "sharedbox.yaml"
    path.write_text(f"profiles:\n  p: {text}\n", encoding="utf-8")
    return path


def quoted(text: str) -> str:
    """Return a text as YAML, whatever it contains."""
    return '"' + "".join(f"\\u{ord(letter):04x}" for letter in text) + '"'


@pytest.mark.parametrize(("place", "is_named"), crossed(FILE_KEYS, {"found": False, "named": True}))
def test_hostile_endpoint_in_a_file(repository: Path, place: tuple[str, tuple[str, ...]], is_named: bool) -> None:
    section, keys = place
    for url in (*FOREIGN, *MALFORMED, *NOT_PRIVATE):
        text = quoted(url)
        for key in reversed(keys):
            text = f"{{{key}: {text}}}"
        file = profile(repository, f"{{{section}: {text}}}")
        with pytest.raises(SharedboxError) as caught:
            load_profile(None, file if is_named else None, dict(SECRETS), installed_plugins())
        assert "not possible here" in caught.value.summary or "character" in str(caught.value), url


@pytest.mark.parametrize("variable", VARIABLES)
def test_hostile_endpoint_in_the_environment(repository: Path, variable: str) -> None:
    for url in (*MALFORMED, *NOT_PRIVATE):
        if url.strip():
            with pytest.raises(SharedboxError, match=variable):
                load_profile(None, None, {**SECRETS, variable: url}, installed_plugins())


@pytest.mark.parametrize(
    ("place", "command"), crossed(FILE_KEYS, [("plan",), ("apply", "--yes"), ("check",), ("doctor",), ("audit",)])
)
def test_no_command_contacts_a_foreign_host(
    repository: Path, cli: Cli, opened: list[object], command: tuple[str, ...], place: tuple[str, tuple[str, ...]]
) -> None:
    section, keys = place
    (repository / "specs" / "x.yaml").write_text(SPECS[section])
    text = "'https://evil.example'"
    for key in reversed(keys):
        text = f"{{{key}: {text}}}"
    profile(repository, f"{{{section}: {text}}}")
    done = cli(*command)
    assert (done.code, opened) == (1, [])
    assert "evil.example is not a host of the vendor" in done.err
    assert "canary-4711" not in done.err + done.out


@pytest.mark.parametrize("variable", VARIABLES)
def test_no_command_sends_over_http(
    repository: Path, cli: Cli, opened: list[object], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "specs" / "x.yaml").write_text(SPECS["microsoft365"])
    monkeypatch.setenv(variable, "http://127.0.0.1:8080")
    done = cli("plan")
    assert (done.code, opened, variable in done.err) == (1, [], True)


def test_host_that_the_environment_names_is_shown(repository: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://login.contoso.example")
    monkeypatch.setenv("SHAREDBOX_TRUSTED_HOSTS", "mail.contoso.example")
    profile(repository, "{google_workspace: {endpoints: {gmail: 'https://mail.contoso.example/x'}}}")
    done = cli("history")
    assert done.code == 0
    assert "Microsoft 365: secrets or tokens are sent to login.contoso.example\n" in done.err
    assert "Google Workspace: secrets or tokens are sent to mail.contoso.example\n" in done.err


def test_loopback_in_an_untrusted_profile(repository: Path) -> None:
    profile(repository, "{microsoft365: {tenant: t, authority: 'https://127.0.0.1:8443'}}")
    found = load_profile(None, None, {}, installed_plugins())
    assert found.tenants["microsoft365"].connection.login_origin == "https://127.0.0.1:8443"


def test_every_guard_knows_what_is_looser() -> None:
    assert set(_LOOSENED) == set(Guards.model_fields) == set(LOOSE)


@pytest.mark.parametrize("key", LOOSE)
def test_guard_of_an_untrusted_profile(repository: Path, cli: Cli, key: str) -> None:
    file = profile(repository, f"{{guards: {{{key}: {LOOSE[key]}}}}}")
    for command in ("history", "doctor", "audit"):
        done = cli(command)
        assert (done.code, f"`guards.{key}`" in done.err, "sharedbox trust" in done.err) == (1, True, True), done.err
    assert f"{file}:2:" in done.err
    assert cli("history", "--config", file).code == 0


@pytest.mark.parametrize(
    "guards",
    [
        "mass_revocation_percent: 0",
        "mass_revocation_percent: 30",
        "mass_revocation_most: 100",
        "mailbox_revocation_percent: 50",
        "min_mailboxes: 1000",
        "external_domains: []",
    ],
)
def test_tighter_guard_needs_no_trust(repository: Path, cli: Cli, guards: str) -> None:
    profile(repository, f"{{guards: {{{guards}}}, journal: required}}")
    assert cli("history").code == 0


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{state_dir: /tmp/x}", "state_dir"),
        ("{google_workspace: {key_path: key.json}}", "google_workspace.key_path"),
        ("{microsoft365: {certificate_path: cert.pem}}", "microsoft365.certificate_path"),
        ("{google_workspace: {shared_org_units: [/]}}", "google_workspace.shared_org_units"),
        ("{google_workspace: {shared_org_units: [/Shared mailboxes, /Staff]}}", "google_workspace.shared_org_units"),
        ("{google_workspace: {shared_org_units: [/Shared mailboxes2]}}", "google_workspace.shared_org_units"),
        ("{google_workspace: {admin: root@contoso.example}}", "google_workspace.admin"),
    ],
)
def test_value_that_needs_trust(repository: Path, cli: Cli, opened: list[object], text: str, key: str) -> None:
    file = profile(repository, text)
    done = cli("doctor")
    assert (done.code, f"`{key}`" in done.err, opened) == (1, True, [])
    with pytest.raises(SpecError):
        load_profile(None, None, dict(os.environ), installed_plugins())
    load_profile(None, file, dict(os.environ), installed_plugins())


def test_environment_pins_the_customer(repository: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHAREDBOX_GOOGLE_CUSTOMER", "C01abcdef")
    profile(repository, "{google_workspace: {customer: my_customer}}")
    done = cli("history")
    assert (done.code, "would replace SHAREDBOX_GOOGLE_CUSTOMER" in done.err) == (1, True), done.err


@pytest.mark.parametrize("name", ["../../other", "a/b", ".hidden", "a\\\\b", "", "x\\n"])
def test_name_of_a_profile_cannot_lead_elsewhere(repository: Path, cli: Cli, name: str) -> None:
    (repository / "sharedbox.yaml").write_text(f'profiles: {{"{name}": {{}}}}\n')
    assert cli("history").code == 1


def test_trust_once_for_this_content(repository: Path, cli: Cli) -> None:
    file = profile(repository, "{guards: {external_domains: [partner.example]}}")
    done = cli("trust")
    assert (done.code, "no terminal" in done.err) == (4, True)
    assert "profile p: `guards.external_domains`: People of partner.example could get access." in done.out
    assert cli("history").code == 1
    assert cli("trust", "--yes").code == 0
    assert cli("history").code == 0
    assert "already" in cli("trust", file, "--yes").out
    text = file.read_text()
    file.write_text(text.replace("partner", "evil"))
    assert cli("history").code == 1
    file.write_text(text)
    assert cli("history").code == 0


def test_trust_is_for_one_path(repository: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = profile(repository, "{guards: {external_domains: [partner.example]}}")
    assert cli("trust", file, "--yes").code == 0
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    monkeypatch.chdir(other)
    (other / "sharedbox.yaml").symlink_to(file)
    for command in (("history",), ("trust", "--yes")):
        done = cli(*command)
        assert (done.code, "a link out of the repository" in done.err) == (1, True)
    assert cli("history", "--config", "sharedbox.yaml").code == 0
    (other / "sharedbox.yaml").unlink()
    (other / "sharedbox.yaml").write_text(file.read_text())
    assert cli("history").code == 1


def test_trust_in_the_repository_is_worth_nothing(
    repository: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = profile(repository, "{guards: {external_domains: [partner.example]}}")
    assert cli("trust", "--yes").code == 0
    outside = tmp_path / "state"
    (outside / "trusted").rename(repository / "trusted")
    monkeypatch.setenv("SHAREDBOX_STATE_DIR", str(repository))
    assert cli("history").code == 1
    (tmp_path / "link").symlink_to(repository)
    monkeypatch.setenv("SHAREDBOX_STATE_DIR", str(tmp_path / "link"))
    assert cli("history").code == 1
    done = cli("trust", file, "--yes")
    assert (done.code, "inside the repository" in done.err) == (1, True)


def test_link_inside_the_repository(repository: Path, cli: Cli) -> None:
    (repository / "profiles.yaml").write_text("profiles: {p: {}}\n")
    (repository / "sharedbox.yaml").symlink_to("profiles.yaml")
    assert cli("history").code == 0


def test_environment_names_a_trusted_file(
    repository: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = profile(repository, "{guards: {external_domains: [evil.example]}}")
    trusted = tmp_path / "trusted.yaml"
    trusted.write_text("profiles: {prod: {guards: {external_domains: [partner.example]}}}\n")
    monkeypatch.setenv("SHAREDBOX_CONFIG", str(trusted))
    done = cli("history")
    assert (done.code, f"profile prod of {trusted}\n" in done.err, str(file) in done.err) == (0, True, False)


def test_trust_that_others_could_write(repository: Path, cli: Cli, tmp_path: Path) -> None:
    profile(repository, "{guards: {external_domains: [partner.example]}}")
    assert cli("trust", "--yes").code == 0
    (entry,) = (tmp_path / "state" / "trusted").iterdir()
    entry.chmod(0o644)
    assert cli("history").code == 1


def test_trust_of_what_needs_none(repository: Path, cli: Cli) -> None:
    profile(repository, "{guards: {min_mailboxes: 3}}")
    done = cli("trust")
    assert (done.code, "works without trust" in done.out) == (0, True)


def test_trust_never_adds_a_host(repository: Path, cli: Cli) -> None:
    profile(repository, "{microsoft365: {tenant: t, graph_url: 'https://evil.example'}}")
    done = cli("trust", "--yes")
    assert (done.code, "SHAREDBOX_TRUSTED_HOSTS" in done.err) == (1, True)


def test_trust_without_a_file(repository: Path, cli: Cli) -> None:
    for arguments in ((), ("gone.yaml",)):
        assert "no such file" in cli("trust", *arguments).err


def test_first_plan_after_init_needs_no_trust(repository: Path, cli: Cli) -> None:
    for platform in ("microsoft365", "google-delegated", "google-collaborative"):
        assert cli("init", platform, "--platform", platform).code == 0
        load_profile(None, None, dict(os.environ), installed_plugins(), [repository / platform / "specs"])


@given(
    st.builds(
        Guards,
        mass_revocation_percent=st.integers(0, 100),
        mass_revocation_most=st.integers(0, 300),
        mailbox_revocation_percent=st.integers(0, 100),
        min_mailboxes=st.integers(0, 3),
        external_domains=st.lists(st.just("evil.example"), max_size=1),
    )
)
def test_what_needs_no_trust_is_never_looser(guards: Guards) -> None:
    if list(_common_needs(ProfileModel(guards=guards))):
        return
    ours, usual = Profile("p", Path(), guards=guards).guard_limits(), GuardLimits()
    assert ours.mass_revocation_percent <= usual.mass_revocation_percent
    assert ours.mass_revocation_most <= usual.mass_revocation_most
    assert ours.mailbox_revocation_percent <= usual.mailbox_revocation_percent
    assert ours.min_mailboxes >= usual.min_mailboxes
    assert ours.external_domains <= usual.external_domains
