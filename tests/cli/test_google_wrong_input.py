"""What a new user gets wrong with Google: each answer names the place, the reason and the hint."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from tests.conftest import Cli, Cloud

SPECS = Path(__file__).parents[2] / "examples" / "google"
BOTH_KINDS = pytest.mark.parametrize("platform", CAPABILITIES)


def spec(folder: Path, platform: str, body: str, mailbox: str = "new@contoso.example") -> Path:
    (folder / "box.yaml").write_text(f"version: 1\nplatform: {platform}\nmailbox: {mailbox}\n{body}")
    return folder


def other_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    data = json.loads(Path(os.environ["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    data["private_key"] = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    named(monkeypatch, tmp_path, json.dumps(data))


def named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    path.chmod(0o600)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))


def test_key_when_another_then_5_with_the_reason_and_without_the_key(
    google: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other_key(monkeypatch, tmp_path)
    done = cli("plan", SPECS)
    assert done.code == 5
    assert "invalid_grant" in done.err
    assert "key" in done.err
    assert "PRIVATE" not in done.out + done.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "JSON"),
        ("{}", "type"),
        ('{"type": "service_account", "client_email": "x@y.iam.gserviceaccount.com"}', "incomplete or was edited"),
        ("-----BEGIN PRIVATE KEY-----\ncanary\n", "JSON"),
    ],
)
def test_key_file_when_it_is_none_then_said_by_its_path(
    google: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, told: str
) -> None:
    named(monkeypatch, tmp_path, text)
    done = cli("plan", SPECS)
    assert (done.code, str(tmp_path / "key.json") in done.err, told in done.err) == (5, True, True), done.err
    assert "canary" not in done.err


def test_key_file_when_missing_then_said(google: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    done = cli("audit")
    assert (done.code, "/nowhere/key.json" in done.err) == (5, True), done.err


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SHAREDBOX_GOOGLE_ADMIN", "nobody@contoso.example", "invalid_grant"),
        ("SHAREDBOX_GOOGLE_ADMIN", "anna", "SHAREDBOX_GOOGLE_ADMIN"),
        ("SHAREDBOX_GOOGLE_CUSTOMER", "C0other99", "sharedbox doctor"),
        ("SHAREDBOX_GOOGLE_URL", "http://127.0.0.1:1", "SHAREDBOX_GOOGLE_URL"),
        ("SHAREDBOX_GOOGLE_URL", "https://127.0.0.1:9", "cannot be reached"),
        ("SHAREDBOX_GOOGLE_ADMIN", "", "SHAREDBOX_GOOGLE_ADMIN"),
    ],
)
def test_environment_when_a_part_is_wrong_then_it_is_named(
    google: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    done = cli("plan", SPECS)
    assert done.code in (1, 5)
    assert told in done.err
    assert "Traceback" not in done.err
    assert google.effects() == []


def without_scope(cloud: Cloud, *lost: str) -> None:
    row = cloud.tenant.row("select scopes from g_service_accounts")
    assert row is not None
    kept = [scope for scope in json.loads(row["scopes"]) if not scope.endswith(lost)]
    assert len(kept) < len(json.loads(row["scopes"]))
    cloud.tenant.run("update g_service_accounts set scopes = ?", json.dumps(kept))


@pytest.mark.parametrize(
    "scope",
    ["admin.directory.user.readonly", "admin.directory.group.readonly", "apps.groups.settings", "gmail.settings.basic"],
)
def test_scope_when_missing_then_5_and_it_is_named_with_where_to_click(google: Cloud, cli: Cli, scope: str) -> None:
    without_scope(google, scope)
    done = cli("plan", SPECS)
    code = 3 if scope != "admin.directory.user.readonly" else 5  # one kind of mailbox can do without the others
    assert done.code == code, done.err
    assert "unauthorized_client" in done.err
    assert scope in done.err
    assert "Domain-wide delegation" in done.err


def test_apply_when_the_scopes_only_read_then_nothing_is_written_and_it_ends_with_5(google: Cloud, cli: Cli) -> None:
    without_scope(google, "admin.directory.user", "admin.directory.group", "gmail.settings.sharing", "group.member")
    assert cli("plan", SPECS).code == 0
    done = cli("apply", SPECS, "--yes", "--mailbox", "press@contoso.example")
    assert (done.code, google.effects()) == (5, []), done.out
    assert "authentication failed: the service account may not act on behalf of users" in done.out
    words = " ".join(done.out.split())
    assert "auth/admin.directory.user A change" in words and "sharedbox doctor SPECS" in words


def test_admin_when_without_a_role_then_5_and_said(google: Cloud, cli: Cli) -> None:
    google.tenant.run("update g_users set doc = json_set(doc, '$.isAdmin', json('false')) where email like 'admin@%'")
    done = cli("plan", SPECS)
    assert done.code == 5, done.err
    assert "Not Authorized" in done.err
    assert "sharedbox doctor" in done.err


@BOTH_KINDS
def test_member_when_unknown_then_its_line_is_named(google: Cloud, cli: Cli, tmp_path: Path, platform: str) -> None:
    spec(tmp_path, platform, "members:\n  - user: anna@contoso.example\n  - user: nobody@contoso.example\n")
    done = cli("plan", tmp_path)
    assert done.code == 1
    assert "no such user" in done.err
    assert "box.yaml:6:5" in done.err
    assert google.effects() == []


@pytest.mark.parametrize(
    ("platform", "address", "told"),
    [
        (GOOGLE_DELEGATED, "orders@contoso.example", "group `Orders`"),
        (GOOGLE_DELEGATED, "bestellung@contoso.example", "group `Orders`"),
        (GOOGLE_COLLABORATIVE, "press@contoso.example", "Press Contoso"),
        (GOOGLE_COLLABORATIVE, "presse@contoso.example", "Press Contoso"),
        (GOOGLE_COLLABORATIVE, "anna@contoso.example", "Anna Müller"),
    ],
)
def test_address_when_taken_then_said_by_whom(
    google: Cloud, cli: Cli, tmp_path: Path, platform: str, address: str, told: str
) -> None:
    spec(tmp_path, platform, "display_name: x\n", address)
    done = cli("plan", tmp_path)
    assert (done.code, "address is taken" in done.err) == (1, True), done.out + done.err
    assert told in done.err
    assert "box.yaml:3:10" in done.err


def test_person_when_named_as_a_mailbox_then_converted_only_with_the_address(
    google: Cloud, cli: Cli, tmp_path: Path
) -> None:
    spec(tmp_path, GOOGLE_DELEGATED, "members:\n  - user: ben@contoso.example\n", "anna@contoso.example")
    done = cli("apply", tmp_path, "--yes")
    assert (done.code, "--allow convert=anna@contoso.example" in done.err) == (4, True), done.out + done.err
    assert google.effects() == []


@BOTH_KINDS
def test_domain_when_not_verified_then_nothing_is_made_and_the_reason_is_told(
    google: Cloud, cli: Cli, tmp_path: Path, platform: str
) -> None:
    spec(tmp_path, platform, "aliases: [new@elsewhere.example]\n")
    done = cli("apply", tmp_path, "--yes")
    assert (done.code, "not a domain of the tenant" in done.err) == (1, True), done.out + done.err
    assert "new@elsewhere.example is not in an accepted domain of contoso.example" in done.err
    assert google.effects() == []


def test_delegate_when_suspended_then_said_before_anything_is_written(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec(
        tmp_path,
        GOOGLE_DELEGATED,
        "members:\n  - user: ben@contoso.example\n  - user: hugo@contoso.example\n",
        "jobs@contoso.example",
    )
    done = cli("check", tmp_path)
    assert "hugo@contoso.example" in done.out
    assert "disabled" in done.out


def test_delegate_when_suspended_and_new_then_the_change_fails_with_its_reason(
    google: Cloud, cli: Cli, tmp_path: Path
) -> None:
    google.tenant.run("update g_users set doc = json_set(doc, '$.suspended', json('true')) where email like 'emi@%'")
    body = "members:\n  - user: ben@contoso.example\n  - user: emi@contoso.example\n"
    spec(tmp_path, GOOGLE_DELEGATED, body, "press@contoso.example")
    done = cli("apply", tmp_path, "--yes")
    assert done.code in (1, 3, 4), done.out
    assert "emi@contoso.example" in done.out + done.err
    assert "Traceback" not in done.err


def test_delegate_when_a_group_is_named_as_user_then_said(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, GOOGLE_DELEGATED, "members:\n  - user: staff-google@contoso.example\n")
    done = cli("plan", tmp_path)
    assert (done.code, "box.yaml:5:5" in done.err) == (1, True), done.out + done.err


def test_outsider_when_the_group_takes_none_then_refused_by_address(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    body = "members:\n  - user: ben@contoso.example\n    rights: [owner]\n  - user: x@partner.example\n"
    spec(tmp_path, GOOGLE_COLLABORATIVE, body)
    done = cli("apply", tmp_path, "--yes")
    assert done.code in (1, 4), done.out + done.err
    assert "x@partner.example" in done.err
    assert google.effects() == []


def test_unit_when_missing_then_said(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, GOOGLE_DELEGATED, "google: {org_unit: /Nowhere}\n")
    done = cli("apply", tmp_path, "--yes")
    assert done.code in (1, 3), done.out + done.err
    assert "/Nowhere" in done.out + done.err


def test_certificate_when_not_trusted_then_no_traceback_and_the_hint(
    google: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPLIB2_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name)
    done = cli("plan", SPECS)
    assert done.code == 5
    assert "certificate" in done.err
    assert "HTTPLIB2_CA_CERTS" in done.err


def test_tenant_when_specs_are_of_another_domain_then_refused(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, GOOGLE_DELEGATED, "display_name: x\n", "support@fabrikam.example")
    done = cli("apply", tmp_path, "--yes", "--allow", "tenant-mismatch")
    assert (done.code, "tenant-mismatch" in done.err) == (4, True), done.out + done.err
    assert google.effects() == []


def test_mailbox_when_one_of_several_is_of_another_domain_then_told_at_its_place(
    google: Cloud, cli: Cli, tmp_path: Path
) -> None:
    spec(tmp_path, GOOGLE_DELEGATED, "display_name: x\n")
    (tmp_path / "other.yaml").write_text(
        "version: 1\nmailbox: x@fabrikam.example\nplatform: google-delegated\ndisplay_name: x\n"
    )
    done = cli("plan", tmp_path)
    assert (done.code, "other.yaml:2" in done.err, "not a domain of the tenant" in done.err) == (1, True, True), (
        done.err
    )


def test_customer_when_the_profile_names_another_workspace_then_nothing_is_written(
    google: Cloud, cli: Cli, tmp_path: Path
) -> None:
    config = tmp_path / "sharedbox.yaml"
    config.write_text("profiles: {main: {google_workspace: {customer: C0other99}}}\n")
    done = cli(
        "apply",
        SPECS,
        "--yes",
        "--config",
        config,
        "--allow",
        "convert=orders@contoso.example",
        "--allow",
        "mass-revocation=5",
    )
    assert done.code in (1, 4, 5), done.out
    assert google.effects() == []


def test_limit_of_delegates_has_a_hint(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    google.tenant.set_meta("google:delegate_limit", "3")
    people = "".join(f"  - user: {name}@contoso.example\n" for name in ("anna", "ben", "chloe", "emi", "ines"))
    spec(tmp_path, GOOGLE_DELEGATED, f"members:\n{people}", "press@contoso.example")
    done = cli("apply", tmp_path, "--yes")
    assert done.code != 0
    told = " ".join((done.out + done.err).split())
    assert "cannot have any more delegates" in told
    assert "collaborative inbox" in told
