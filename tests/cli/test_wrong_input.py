"""What a new user gets wrong: each answer names the place, the reason and the hint."""

from __future__ import annotations

import json
import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from sharedbox_cli.emulator.seed import DOMAIN
from tests.conftest import EXAMPLES, Cli, Cloud

ROOT = Path(__file__).parents[2]
HEAD = "version: 1\nplatform: microsoft365\n"


def spec(folder: Path, body: str, mailbox: str = "new@contoso.example") -> Path:
    (folder / "box.yaml").write_text(f"{HEAD}mailbox: {mailbox}\n{body}")
    return folder


def test_secret_when_wrong_then_5_with_the_code_and_without_the_secret(
    cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "canary-secret-4711")
    done = cli("plan", EXAMPLES)
    assert done.code == 5
    assert "AADSTS7000215" in done.err
    assert "Certificates & secrets" in done.err
    assert "canary" not in done.out + done.err


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("AZURE_TENANT_ID", "nowhere.example", "AADSTS90002"),
        ("AZURE_CLIENT_ID", "00000000-0000-0000-0000-000000000000", "AADSTS700016"),
        ("AZURE_CLIENT_ID", "", "AZURE_CLIENT_ID"),
        ("AZURE_TENANT_ID", "", "AZURE_TENANT_ID"),
        ("AZURE_CLIENT_SECRET", "", "no credentials are configured"),
    ],
)
def test_sign_in_when_a_part_is_wrong_then_it_is_named(
    cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    done = cli("plan", EXAMPLES)
    assert done.code in (1, 5)
    assert told in done.err
    assert "Traceback" not in done.err


def test_secret_when_expired_then_said(cloud: Cloud, cli: Cli) -> None:
    cloud.tenant.run("update apps set secret_expires = ?", cloud.tenant.clock.now() - 1)
    done = cli("audit")
    assert (done.code, "AADSTS7000222" in done.err) == (5, True)


def roles(cloud: Cloud, graph: list[str], exchange: list[str], directory: list[str]) -> None:
    doc = {
        "roles": {"https://graph.microsoft.com": graph, "https://outlook.office365.com": exchange},
        "directory_roles": directory,
    }
    cloud.tenant.run("update apps set doc = ?", json.dumps(doc))


READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


@pytest.mark.parametrize(
    ("graph", "exchange", "directory"),
    [
        ([], ["Exchange.ManageAsApp"], [READER]),
        (["User.Read.All"], [], [READER]),
        (["User.Read.All"], ["Exchange.ManageAsApp"], []),
    ],
)
def test_permission_when_missing_then_5_and_doctor_says_where_to_click(
    cloud: Cloud, cli: Cli, graph: list[str], exchange: list[str], directory: list[str]
) -> None:
    roles(cloud, graph, exchange, directory)
    done = cli("plan", EXAMPLES)
    assert done.code == 5, done.err
    assert "sharedbox doctor" in done.err
    found = cli("doctor")
    assert found.code == 5
    assert "Entra admin center" in found.out


def test_apply_when_the_role_only_reads_then_nothing_is_written_and_it_ends_with_5(cloud: Cloud, cli: Cli) -> None:
    roles(cloud, ["Directory.Read.All", "Reports.Read.All"], ["Exchange.ManageAsApp"], [READER])
    assert cli("plan", EXAMPLES).code == 0
    done = cli("apply", EXAMPLES, "--yes")
    assert done.code == 5, done.out
    assert "a directory role is missing" in done.out
    assert cloud.effects() == []


def test_doctor_when_all_is_there_then_0(cloud: Cloud, cli: Cli) -> None:
    done = cli("doctor", "-o", "json")
    assert done.code == 0, done.out
    assert {step["status"] for step in json.loads(done.out)["steps"]} == {"ok"}


def test_path_when_missing_then_said_with_the_next_step(cli: Cli) -> None:
    done = cli("plan", "no-such-folder")
    assert (done.code, "no-such-folder" in done.err, "sharedbox init" in done.err) == (1, True, True)


def test_trustee_when_unknown_then_its_line_is_named(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, "members:\n  - user: anna@contoso.example\n  - user: nobody@contoso.example\n")
    done = cli("plan", tmp_path)
    assert done.code == 1
    assert "no such user" in done.err
    assert "box.yaml:6:5" in done.err
    assert cloud.effects() == []


def test_group_when_it_cannot_hold_rights_then_said(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, "members:\n  - group: all-staff@contoso.example\n")
    done = cli("plan", tmp_path)
    assert (done.code, "this group cannot hold a right" in done.err) == (1, True)


def test_address_when_another_recipient_has_it_then_said_by_kind(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, "display_name: x\n", mailbox="all-staff@contoso.example")
    done = cli("plan", tmp_path)
    assert done.code == 1
    assert "address is taken" in done.err
    assert "distribution group `All staff`" in done.err


def test_alias_when_another_recipient_has_it_then_the_plan_says_whose(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, "aliases: [anna@contoso.example]\n", mailbox="billing@contoso.example")
    done = cli("apply", tmp_path, "--yes")
    assert done.code == 1
    assert "address is taken" in done.err
    assert "anna@contoso.example belongs to the user mailbox `Anna Müller`" in done.err
    assert cloud.effects() == []


def test_domain_when_not_accepted_then_it_is_told_at_its_place_before_any_write(
    cloud: Cloud, cli: Cli, tmp_path: Path
) -> None:
    spec(tmp_path, "aliases: [x@elsewhere.example]\n", mailbox="billing@contoso.example")
    assert "domain-not-accepted" in cli("check", tmp_path).out
    done = cli("apply", tmp_path, "--yes")
    assert (done.code, "not a domain of the tenant" in done.err) == (1, True)
    assert "x@elsewhere.example is not in an accepted domain of" in done.err


def test_tenant_when_no_domain_of_the_specs_is_its_own_then_refused(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, "display_name: x\n", mailbox="support@fabrikam.example")
    done = cli("apply", tmp_path, "--yes", "--allow", "tenant-mismatch")
    assert (done.code, "tenant-mismatch" in done.err, "cannot be waived" in done.err) == (4, True, True)


def test_mailbox_when_soft_deleted_with_this_address_then_restore_is_offered_by_name(
    cloud: Cloud, cli: Cli, tmp_path: Path
) -> None:
    cloud.tenant.run(
        "update objects set deleted_at = ? where mail = 'billing@contoso.example'", cloud.tenant.clock.now()
    )
    spec(tmp_path, "display_name: Billing\n", mailbox="billing@contoso.example")
    done = cli("apply", tmp_path, "--yes")
    assert (done.code, "--allow restore=billing@contoso.example" in done.err) == (4, True)
    shown = cli("show", "billing@contoso.example", "--observed")
    assert "soft-deleted mailbox" in shown.out


def test_command_line_when_mistyped_then_1_and_not_2(cli: Cli) -> None:
    assert cli("plan", "--no-such-flag").code == 1
    assert cli("plam").code == 1
    assert cli("apply", EXAMPLES, "--deadline", "soon").code == 1
    assert cli("apply", EXAMPLES, "--allow", "mass-revokation=1").code == 1


def test_errors_when_json_is_asked_then_they_are_json_on_stderr(cli: Cli, tmp_path: Path) -> None:
    spec(tmp_path, "displayname: x\n")
    done = cli("validate", tmp_path, "-o", "json")
    told = json.loads(done.err)
    assert (done.code, done.out) == (1, "")
    assert told["problems"][0] | {"file": ""} == {
        "file": "",
        "line": 4,
        "column": 1,
        "summary": "unknown key",
        "why": "`displayname` is not a key here.",
        "hint": "Did you mean `display_name`?",
    }


def test_server_when_its_certificate_is_not_trusted_then_no_traceback_and_the_hint(
    cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE")
    done = cli("plan", EXAMPLES)
    assert done.code == 5
    assert "certificate" in done.err
    assert "Traceback" not in done.err


def test_server_when_not_there_then_said(cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://127.0.0.1:9")
    done = cli("plan", EXAMPLES)
    assert done.code in (1, 5)
    assert "cannot be reached" in done.err


def test_external_trustee_when_named_then_refused_by_address(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    cloud.tenant.add_object(
        "user", "Mail user", "guest@partner.example", upn="guest@partner.example", doc={"user_type": "Member"}
    )
    spec(tmp_path, "members:\n  - user: anna@contoso.example\n  - user: guest@partner.example\n", f"billing@{DOMAIN}")
    done = cli("apply", tmp_path, "--yes")
    assert (done.code, "--allow external-trustee=guest@partner.example" in done.err) == (4, True)


@pytest.mark.parametrize(
    "command", [["validate"], ["plan"], ["apply", "--yes"], ["check"], ["plan", "--detailed-exitcode"]], ids=" ".join
)
def test_folder_without_specs_is_an_error(command: list[str], cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    done = cli(*command, tmp_path)
    assert (done.code, done.out) == (1, "")
    assert "no specs were found" in done.err


@pytest.mark.parametrize("options", [["-x", "*"], ["-m", "support@*", "-x", "support@*"]], ids=" ".join)
def test_options_that_select_nothing_are_an_error(options: list[str], cloud: Cloud, cli: Cli) -> None:
    done = cli("plan", EXAMPLES, *options)
    assert (done.code, done.out) == (1, "")
    assert "nothing is selected" in done.err


def test_plan_that_a_guard_refuses_exits_with_4(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    folder = spec(tmp_path, "members: [{user: hugo@contoso.example}]\n", "sales@contoso.example")
    assert cli("plan", folder, "--detailed-exitcode").code == 4
    assert cli("plan", folder).code == 0


def test_hint_names_the_packages_of_the_extra(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    monkeypatch.setitem(sys.modules, "trustme", None)
    done = cli("demo")
    assert done.code == 1
    [line] = [line for line in done.err.splitlines() if "pip install" in line]
    assert line.split()[2:] == [re.split("[<>=]", item)[0] for item in extra["emulator"]]


@pytest.mark.parametrize("command", ["apply", "apply -m sales@contoso.example --yes"])
def test_hint_repeats_what_was_typed(command: str, cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    folder = spec(tmp_path, "members: [{user: hugo@contoso.example}]\n", "sales@contoso.example")
    typed = [*command.split(), "--profile", "default", str(folder)]
    done = cli(*typed)
    assert done.code == 4
    hints = [line.strip() for line in done.err.splitlines() if line.strip().startswith("sharedbox ")]
    assert hints
    assert {shlex.split(hint)[1 : len(typed) + 1] == typed for hint in hints} == {True}


def test_hint_of_a_missing_confirmation_repeats_what_was_typed(cloud: Cloud, cli: Cli) -> None:
    done = cli("apply", EXAMPLES, "-m", "support@*")
    assert done.code == 4
    assert f"sharedbox apply {EXAMPLES} -m 'support@*' --yes" in done.err
