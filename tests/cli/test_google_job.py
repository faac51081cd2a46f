"""The main job on both kinds of Google's mailboxes, through the real command line in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED
from tests.asked import each
from tests.cli.test_terminal import typed
from tests.conftest import Cli, Cloud, Done
from tests.forked import python

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "examples" / "google"
ALLOWED = ("--yes", "--allow", "convert=orders@contoso.example", "--allow", "mass-revocation=5")


def process(*arguments: str | Path) -> Done:
    """Return what a command line did in a process of its own."""
    command = [python(), "-m", "sharedbox_cli", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.slow
def test_job_when_done_from_plan_to_audit_then_every_step_is_right(google: Cloud, cli: Cli) -> None:
    planned = process("plan", SPECS, "--detailed-exitcode")
    assert (planned.code, google.effects()) == (4, [])  # a guard asks for the name of the group
    assert "convert the group to a shared inbox" in planned.out
    refused = cli("apply", SPECS, "--yes")
    assert (refused.code, google.effects()) == (4, [])
    assert "--allow convert=orders@contoso.example" in refused.err
    done = process("apply", SPECS, *ALLOWED)
    assert done.code == 0, done.out + done.err
    assert "Gmail shows the mailbox to a delegate" in done.out
    before = len(google.effects())
    again = cli("plan", SPECS, "--detailed-exitcode")
    assert (again.code, "No changes. 2 mailboxes match their specs." in again.out) == (0, True)
    assert len(google.effects()) == before
    checked = json.loads(cli("check", SPECS, "-o", "json").out)
    assert {item["check"] for item in checked["findings"] if item["severity"] == "error"} == set()
    rows = json.loads(cli("audit", "-o", "json").out)["rows"]
    told = {(row["mailbox"], row["address"], row["right"]) for row in rows if row["entry"] == "grant"}
    assert {
        ("orders@contoso.example", "ben@contoso.example", "owner"),
        ("orders@contoso.example", "anna@contoso.example", "member"),
        ("press@contoso.example", "ines@contoso.example", "full_access"),
    } <= told
    assert ("press@contoso.example", "hugo@contoso.example", "full_access") not in told
    shown = cli("show", "press@contoso.example", "--observed")
    assert "Clippings/2026" in shown.out
    assert "sign_in" in shown.out


def test_plan_when_saved_then_it_applies_once(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert cli("plan", SPECS, "--out", file).code == 0
    assert cli("apply", file, *ALLOWED[1:]).code == 0
    again = cli("apply", file, *ALLOWED[1:])
    assert (again.code, "A plan can be applied once" in again.err) == (1, True)


def test_saved_plan_that_fails_in_part_needs_another_plan(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs, file = tmp_path / "specs", tmp_path / "plan.json"
    specs.mkdir()
    mailbox(specs, GOOGLE_COLLABORATIVE, "members:\n  - user: ben@contoso.example\n", "shop@contoso.example")
    order = {"route": "google.directory.members.insert", "n": 1, "count": 1, "kind": "status", "status": 400}
    google.emulator.faults.set([order])
    assert cli("plan", specs, "--out", file).code == 0
    done = cli("apply", file)
    assert (done.code, "make another plan" in done.out, "the same command" in done.out) == (3, True, False), done.out
    again = cli("apply", specs, "--yes")
    assert (again.code, "grant member to Ben" in again.out) == (0, True)


def test_plan_when_the_cloud_moved_then_it_is_stale(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    cli("plan", SPECS, "--out", file)
    google.tenant.run("""update g_groups set doc = '{"name": "Moved"}' where email = 'orders@contoso.example'""")
    done = cli("apply", file, *ALLOWED[1:])
    assert (done.code, "orders@contoso.example" in done.err, "out of date" in done.err) == (1, True, True)
    assert google.effects() == []


def mailbox(folder: Path, platform: str, body: str, address: str = "new@contoso.example") -> Path:
    (folder / "box.yaml").write_text(f"version: 1\nplatform: {platform}\nmailbox: {address}\n{body}")
    return folder


def test_new_inbox_when_made_then_it_is_as_the_guide_says_and_stays_so(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    body = "aliases: [laden@contoso.example]\nmembers:\n  - user: ben@contoso.example\n    rights: [owner]\n"
    mailbox(tmp_path, GOOGLE_COLLABORATIVE, body, "shop@contoso.example")
    done = cli("apply", tmp_path, "--yes")
    assert done.code == 0, done.out + done.err
    assert "No changes." in cli("plan", tmp_path).out
    found = json.loads(cli("show", "shop@contoso.example", "--observed", "-o", "json").out)["mailboxes"][0]["settings"]
    page = (ROOT / "docs" / "how-to" / "google-workspace.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    told = {key.strip().strip("`"): value.strip().strip("`") for key, value in rows}
    made = {name: value for name, value in found.items() if name.removeprefix("group.") in told}
    assert len(made) >= 14
    for name, value in each(made.items()):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        assert told[name.removeprefix("group.")] == text, name


def test_new_account_when_made_then_hardened_licensed_and_shared(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    body = (
        "display_name: Contoso HR\nsign_in: blocked\nstorage: {licence: google-workspace-business-standard}\n"
        "folders: [Applications/2026]\nmembers:\n  - user: anna@contoso.example\n  - user: emi@contoso.example\n"
    )
    mailbox(tmp_path, GOOGLE_DELEGATED, body, "hr@contoso.example")
    done = cli("apply", tmp_path, "--yes")
    assert done.code == 0, done.out + done.err
    assert "No changes." in cli("plan", tmp_path).out
    text = cli("show", "hr@contoso.example", "--observed").out
    assert "google-workspace-business-standard" in text


def test_deletion_when_named_then_the_account_goes_and_comes_back(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    mailbox(tmp_path, GOOGLE_DELEGATED, "state: absent\n", "jobs@contoso.example")
    refused = cli("apply", tmp_path, "--yes")
    assert (refused.code, "--allow delete=jobs@contoso.example" in refused.err) == (4, True)
    assert cli("apply", tmp_path, "--yes", "--allow", "delete=jobs@contoso.example").code == 0
    assert "No changes." in cli("plan", tmp_path).out
    mailbox(tmp_path, GOOGLE_DELEGATED, "display_name: Jobs\n", "jobs@contoso.example")
    back = cli("apply", tmp_path, "--yes")
    assert (back.code, "restore" in back.err) == (4, True)
    assert cli("apply", tmp_path, "--yes", "--allow", "restore=jobs@contoso.example").code == 0
    assert "No changes." in cli("plan", tmp_path).out


@pytest.mark.slow
def test_terminal_when_asked_then_the_question_names_the_workspace(google: Cloud) -> None:
    code, screen = typed([('Only "yes" is accepted:', "no")], "apply", str(SPECS), *ALLOWED[1:])
    assert (code, google.effects()) == (4, [])
    assert "to 2 mailboxes of contoso.example?" in screen


@pytest.mark.parametrize("output", ["text", "json", "markdown", "csv"])
@pytest.mark.parametrize("by", ["mailbox", "person", "matrix"])
def test_audit_when_written_in_any_form_then_both_kinds_are_in_it(
    google: Cloud, cli: Cli, one_reading: None, output: str, by: str
) -> None:
    done = cli("audit", "--by", by, "-o", output)
    assert done.code == 0
    for address in ("events", "jobs", "press"):
        assert address in done.out
