"""Doctor looks at every cloud of a profile, in one report, and says what is missing where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_google_wrong_input import named, without_scope
from tests.conftest import Cli, Cloud


def steps_of(cli: Cli, code: int) -> list[dict[str, str]]:
    done = cli("doctor", "-o", "json")
    assert done.code == code, done.out
    found: list[dict[str, str]] = json.loads(done.out)["steps"]
    return found


def bad(steps: list[dict[str, str]], cloud: str) -> list[dict[str, str]]:
    return [step for step in steps if step["cloud"] == cloud and step["status"] in ("missing", "failed")]


def without_consent(cloud: Cloud) -> None:
    doc: dict[str, Any] = {"roles": {"https://outlook.office365.com": ["Exchange.ManageAsApp"]}, "directory_roles": []}
    cloud.tenant.run("update apps set doc = ?", json.dumps(doc))


def test_both_when_well_then_one_report_with_both_and_0(both: Cloud, cli: Cli) -> None:
    done = cli("doctor")
    assert done.code == 0, done.out
    assert "Microsoft 365: tenant" in done.out
    assert "Google Workspace: C03xyz987, as admin@contoso.example" in done.out
    assert done.out.endswith("All is well.\n")
    steps = steps_of(cli, 0)
    assert {step["cloud"] for step in steps} == {"microsoft365", "google_workspace"}
    assert both.effects() == []


def test_doctor_names_what_is_missing_in_each_cloud(both: Cloud, cli: Cli) -> None:
    without_scope(both, "apps.licensing")
    without_consent(both)
    steps = steps_of(cli, 5)
    [scope] = bad(steps, "google_workspace")
    assert scope["status"] == "missing"
    assert "auth/apps.licensing" in scope["detail"]
    assert "Domain-wide delegation. Client ID: 104857600000000000001" in scope["hint"]
    assert any("Entra admin center" in step["hint"] for step in bad(steps, "microsoft365"))
    text = cli("doctor").out
    assert "to fix: 1 at Google Workspace, 13 at Microsoft 365." in text
    assert "missing: scopes for Licensing" in text


def test_permission_that_only_some_specs_need_is_told_and_nothing_to_fix(cloud: Cloud, cli: Cli) -> None:
    row = cloud.tenant.row("select * from apps")
    assert row is not None
    doc = json.loads(row["doc"])
    roles = doc["roles"]["https://graph.microsoft.com"]
    doc["roles"]["https://graph.microsoft.com"] = [role for role in roles if not role.startswith("Mail")]
    cloud.tenant.run("update apps set doc = ?", json.dumps(doc))
    steps = {step["step"]: step for step in steps_of(cli, 0)}
    for name, needed in (("Mail.ReadWrite", "folders"), ("MailboxSettings.ReadWrite", "tags")):
        step = steps[f"permission {name}"]
        assert step["status"] == "not checked" and needed in step["detail"] and name in step["hint"]


def test_google_when_the_administrator_has_no_role_then_said(google: Cloud, cli: Cli) -> None:
    google.tenant.run("update g_users set doc = json_set(doc, '$.isAdmin', json('false')) where email like 'admin@%'")
    found = bad(steps_of(cli, 5), "google_workspace")
    assert found
    assert any("give admin@contoso.example the role" in step["hint"] for step in found)


def test_one_when_it_fails_altogether_then_the_other_is_still_looked_at(
    both: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as broken:
        named(broken, tmp_path, "{}")
        steps = steps_of(cli, 5)
        assert len(bad(steps, "google_workspace")) == 1
        assert not bad(steps, "microsoft365")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "canary-secret-4711")
    done = cli("doctor")
    assert (done.code, "AADSTS7000215" in done.out, "canary" in done.out) == (5, True, False)
    assert "ok: read a mailbox's settings: answered" in done.out


def test_profile_when_it_has_one_cloud_then_only_that_is_told(google: Cloud, cli: Cli) -> None:
    assert {step["cloud"] for step in steps_of(cli, 0)} == {"google_workspace"}


def test_profile_when_it_has_no_cloud_then_said(cli: Cli) -> None:
    done = cli("doctor")
    assert (done.code, "no tenant is configured" in done.err) == (1, True)


EXAMPLES = Path(__file__).parents[2] / "examples"
GRAPH = "https://graph.microsoft.com"


def examined(cli: Cli, *paths: Path, code: int = 0) -> dict[str, Any]:
    done = cli("doctor", *paths, "-o", "json")
    assert done.code == code, done.out
    found: dict[str, Any] = json.loads(done.out)
    return found


def statuses(found: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["status"] for step in found["steps"]}


def test_specs_show_what_is_granted_too_much_in_both_clouds(both: Cloud, cli: Cli) -> None:
    found = examined(cli, EXAMPLES / "mailboxes", EXAMPLES / "google")
    said = statuses(found)
    assert said["permission User.Read.All"] == "ok"
    assert said["permission Mail.ReadWrite"] == said["permission Directory.Read.All"] == "too much"
    assert said["directory role Exchange Administrator"] == "too much"
    assert (said["scope gmail.labels"], said["scope apps.licensing"]) == ("ok", "too much")
    assert said["administrator admin@contoso.example"] == "too much"
    assert {step["cloud"] for step in found["steps"]} == {"microsoft365", "google_workspace"}
    needed = {item["permission"]: item for item in found["needed"]}
    assert needed["User.EnableDisableAccount.All"]["command"] == "apply"
    assert needed["User.EnableDisableAccount.All"]["keys"] == ["sign_in"]
    assert "Mail.ReadWrite" not in needed and "MailboxSettings.Read" not in needed
    assert both.effects() == []
    text = cli("doctor", EXAMPLES / "mailboxes", EXAMPLES / "google").out
    assert "things are granted that the specs do not need." in text
    assert text.endswith("Nothing is missing.\n")


def test_specs_that_need_folders_get_commands_that_limit_them(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(
        "version: 1\nmailbox: o'brien@contoso.example\nplatform: microsoft365\nfolders: [Orders]\ntags: [{name: x}]\n"
    )
    found = examined(cli, tmp_path)
    said = statuses(found)
    assert said["permission Mail.ReadWrite"] == "too much", "it reaches every mailbox"
    assert said["read mailFolders of o'brien@contoso.example"] == "not checked", "the mailbox does not exist yet"
    (item,) = found["instructions"]
    lines = "\n".join(item["lines"])
    assert "-Role 'Application Mail.ReadWrite' -CustomResourceScope 'sharedbox'" in lines
    assert "'Application MailboxSettings.ReadWrite'" in lines and "'Application MailboxSettings.Read'" not in lines
    assert "'PrimarySmtpAddress -eq ''o''''brien@contoso.example'''" in lines
    assert "-Resource 'o''brien@contoso.example'" in lines


def test_specs_with_a_permission_in_exchange_alone_are_not_too_much(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    permit(cloud, "User.Read.All")
    (tmp_path / "one.yaml").write_text(
        "version: 1\nmailbox: sales@contoso.example\nplatform: microsoft365\nfolders: [Orders]\n"
    )
    found = examined(cli, tmp_path, code=5)
    missing = [step for step in found["steps"] if step["status"] == "missing"]
    assert {step["step"] for step in missing} == {
        "permission Mail.ReadWrite",
        "read mailFolders of sales@contoso.example",
    }
    assert "Assign `Application Mail.ReadWrite` in Exchange" in missing[0]["hint"]


def permit(cloud: Cloud, *names: str) -> None:
    """Grant an application these permissions of Graph alone."""
    row = cloud.tenant.row("select * from apps")
    assert row is not None
    doc = json.loads(row["doc"])
    doc["roles"][GRAPH] = [*names]
    cloud.tenant.run("update apps set doc = ?", json.dumps(doc))


def test_specs_of_one_cloud_leave_the_other_diagnosis_as_it_is(both: Cloud, cli: Cli) -> None:
    found = examined(cli, EXAMPLES / "google")
    assert {item["cloud"] for item in found["needed"]} == {"google_workspace"}
    assert statuses(found)["permission Mail.ReadWrite"] == "ok"


def test_specs_with_a_missing_scope_name_it_and_the_list(google: Cloud, cli: Cli) -> None:
    without_scope(google, "gmail.labels")
    found = examined(cli, EXAMPLES / "google", code=5)
    (step,) = [step for step in found["steps"] if step["status"] == "missing"]
    assert step["step"] == "scope gmail.labels" and "folders, rules" in step["detail"]
    (item,) = found["instructions"]
    assert "auth/gmail.labels" in "\n".join(item["lines"])


def test_specs_with_an_error_are_an_error_of_the_specs(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("version: 1\nmailbox: a@contoso.example\nplatfrm: microsoft365\n")
    done = cli("doctor", tmp_path)
    assert done.code == 1 and "platfrm" in done.err
