"""A platform from another package: every command works with it, alone and beside a built-in one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.registry import installed_plugins
from tests.conftest import Cli, Cloud

INFO = "info@contoso.example"


def content(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "mail.json").read_text())
    return data


def test_explain_lists_platform_and_check(plugin: Path, cli: Cli) -> None:
    topics = cli("explain").out
    assert "json-file" in topics
    assert "json-file-name-missing" in topics
    assert "key of `people`" in cli("explain", "json-file").out
    assert "a mailbox without a name" in cli("explain", "json-file-name-missing").out


@pytest.mark.slow
def test_explain_in_a_new_process(installed: Path) -> None:
    command = [sys.executable, "-m", "sharedbox_cli", "explain", "json-file"]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "Mailbox in a JSON file" in done.stdout
    assert done.stderr == ""


def test_validate(plugin: Path, cli: Cli) -> None:
    done = cli("validate", "specs")
    assert (done.code, done.err) == (0, "")


def test_validate_refuses_what_the_platform_does_not_list(plugin: Path, cli: Cli) -> None:
    spec = plugin / "specs" / "info.yaml"
    spec.write_text(spec.read_text() + "    rights: [send_as]\nforwarding: {to: x@contoso.example}\n")
    done = cli("validate", "specs")
    assert done.code == 1
    assert "specs/info.yaml:7:5   json-file has no `rights.send_as`" in done.err
    owners = "google-delegated and microsoft365"
    assert f"specs/info.yaml:9:1   json-file has no `forwarding`: it belongs to {owners}." in done.err


def test_plan_apply_plan(plugin: Path, cli: Cli) -> None:
    plan = cli("plan", "specs", "--detailed-exitcode")
    assert plan.code == 2, plan.err
    assert INFO in plan.out
    done = cli("apply", "specs", "--yes", "--allow", f"mass-revocation={INFO}", "--allow", "mass-revocation=1")
    assert done.code == 0, done.out + done.err
    assert content(plugin)["mailboxes"][INFO] == {
        "name": "Information",
        "aliases": ["hello@contoso.example"],
        "members": {"anna@contoso.example": ["full_access"]},
    }
    assert "No changes." in cli("plan", "specs").out


def test_create(plugin: Path, cli: Cli) -> None:
    (plugin / "specs" / "info.yaml").write_text(
        "version: 1\nmailbox: new@contoso.example\nplatform: json-file\nmembers: [{user: ben@contoso.example}]\n"
    )
    done = cli("apply", "specs", "--yes")
    assert done.code == 0, done.out + done.err
    assert content(plugin)["mailboxes"]["new@contoso.example"]["members"] == {"ben@contoso.example": ["full_access"]}
    assert "No changes." in cli("plan", "specs").out


def test_show_and_audit(plugin: Path, cli: Cli) -> None:
    assert "Information" in cli("show", INFO, "specs").out
    observed = cli("show", INFO, "--observed")
    assert (observed.code, "ben@contoso.example" in observed.out) == (0, True), observed.err
    (row,) = json.loads(cli("audit", "-o", "json").out)["rows"]
    assert (row["mailbox"], row["person"], row["right"], row["platform"]) == (
        INFO,
        "ben@contoso.example",
        "full_access",
        "json-file",
    )


def test_show_as_moves_a_mailbox(plugin: Path, cli: Cli) -> None:
    done = cli("show", INFO, "specs", "--as", "microsoft365")
    assert (done.code, "platform: microsoft365" in done.out) == (0, True), done.err


def test_check_runs_check_of_plugin(plugin: Path, cli: Cli) -> None:
    findings = json.loads(cli("check", "specs", "-o", "json").out)["findings"]
    assert "json-file-name-missing" in {item["check"] for item in findings}
    assert "json-file-name-missing" in cli("check", "--whole-tenant", "-o", "sarif").out


def test_doctor(plugin: Path, cli: Cli) -> None:
    done = cli("doctor")
    assert (done.code, "JSON file: file mail.json (profile main)" in done.out) == (0, True), done.err
    (plugin / "mail.json").unlink()
    done = cli("doctor")
    assert (done.code, "1 at JSON file." in done.out) == (5, True)


def test_init_writes_valid_files(plugin: Path, cli: Cli) -> None:
    done = cli("init", "new", "--platform", "json-file", "--mailbox", "x@contoso.example")
    assert done.code == 0, done.err
    assert "    json_file:\n      path: mail.json\n" in (plugin / "new" / "sharedbox.yaml").read_text()
    shutil.copy(plugin / "mail.json", plugin / "new")
    done = cli("plan", "new/specs", "--config", "new/sharedbox.yaml")
    assert (done.code, "x@contoso.example" in done.out) == (0, True), done.err


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{pat: mail.json}", "4:17   `pat` is not a key of `json_file`. Did you mean `path`?"),
        ("{path: mail.txt}", "4:23   `path`: The value must be the name of a .json file."),
        ("{path: 7}", "4:23   `path` is a text"),
        ("{path: mail.json, token: x}", "looks like a secret"),
    ],
)
def test_section_with_a_problem(plugin: Path, cli: Cli, text: str, problem: str) -> None:
    file = plugin / "sharedbox.yaml"
    file.write_text(f"default_profile: main\nprofiles:\n  main:\n    json_file: {text}\n")
    done = cli("audit")
    assert done.code == 1
    assert f"{file}:4:" in done.err
    assert problem in done.err


@pytest.mark.parametrize("path", ["/tmp/mail.json", "../mail.json"])  # noqa: S108 - never written
def test_section_with_a_file_elsewhere(plugin: Path, cli: Cli, path: str) -> None:
    file = plugin / "sharedbox.yaml"
    file.write_text(f"default_profile: main\nprofiles:\n  main:\n    json_file: {{path: {path}}}\n")
    done = cli("audit")
    assert (done.code, "`json_file.path`: It is a file outside" in done.err) == (1, True), done.err


def test_section_name_with_a_typing_error(plugin: Path, cli: Cli) -> None:
    file = plugin / "sharedbox.yaml"
    file.write_text(file.read_text().replace("json_file", "json_fil"))
    done = cli("audit")
    assert (done.code, f"{file}:4:5" in done.err, "Did you mean `json_file`?" in done.err) == (1, True, True)


def test_file_beside_the_profile_is_found_from_another_folder(
    plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(plugin / "specs")
    done = cli("audit")
    assert (done.code, INFO in done.out) == (0, True), done.err


def test_environment_names_the_file(plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    (plugin / "sharedbox.yaml").unlink()
    done = cli("audit")
    assert (done.code, "It names no JSON file" in done.err) == (1, True)
    monkeypatch.setenv("SHAREDBOX_JSON_FILE", "mail.json")
    assert cli("audit").code == 0


def test_wrong_tenant_is_refused(plugin: Path, cli: Cli) -> None:
    file = plugin / "sharedbox.yaml"
    file.write_text(file.read_text().replace("Contoso", "Fabrikam"))
    done = cli("apply", "specs", "--yes")
    assert (done.code, "tenant-mismatch" in done.err) == (4, True), done.err


def test_two_platforms_in_one_plan(plugin: Path, cloud: Cloud, cli: Cli) -> None:
    (plugin / "specs" / "other.yaml").write_text(
        "version: 1\nmailbox: support@contoso.example\nplatform: microsoft365\ndisplay_name: Helpers\n"
    )
    plan = json.loads(cli("plan", "specs", "-o", "json").out)
    assert {change["platform"] for change in plan["changes"]} == {"json-file", "microsoft365"}
    done = cli("apply", "specs", "--yes", "--allow", "mass-revocation=1")
    assert done.code == 0, done.out + done.err
    assert "No changes." in cli("plan", "specs").out
    assert {step["cloud"] for step in json.loads(cli("doctor", "-o", "json").out)["steps"]} == {
        "json_file",
        "microsoft365",
    }


def test_saved_plan_without_its_plugin(plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("plan", "specs", "--out", "plan.json").code == 0
    before = content(plugin)
    (plugin / "sharedbox.yaml").unlink()
    monkeypatch.setattr("sharedbox_cli.providers.registry.entry_points", lambda **_: ())
    installed_plugins.cache_clear()
    done = cli("apply", "plan.json", "--yes")
    assert done.code == 1
    assert "no provider for this platform\n  json-file" in done.err
    assert content(plugin) == before


def test_plugin_reports_an_object_as_not_read(plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from sharedbox_jsonfile import provider

    from sharedbox_cli.core.identity import Address
    from sharedbox_cli.core.unread import Unread

    observe, address = provider.JsonFile.observe, Address.of(INFO)

    def partly(self: provider.JsonFile, scope: Scope, listener: Listener = SILENT) -> Observed:
        observed = observe(self, scope, listener)
        unread = (Unread("mailbox", INFO, "locked", mailbox=address),)
        return replace(observed, mailboxes={}, unread=unread)

    monkeypatch.setattr(provider.JsonFile, "observe", partly)
    audit = cli("audit", "-o", "json")
    assert (audit.code, [item["name"] for item in json.loads(audit.out)["not_read"]]) == (3, [INFO])
    plan = cli("plan", "specs", "-o", "json")
    assert (plan.code, json.loads(plan.out)["changes"]) == (3, []), plan.err
