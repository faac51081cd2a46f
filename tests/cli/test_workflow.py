"""A workflow is planned and applied like any other spec, and the next plan is empty."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.asked import each
from tests.conftest import Cli, Cloud

ASSIGN = "assign: [{to: anna@contoso.example, when: {from: alerts@news.example}}]"


def specs(folder: Path, platform: str, workflow: str, mailbox: str) -> Path:
    (folder / "teams.yaml").write_text("desk:\n  - user: anna@contoso.example\n  - user: ben@contoso.example\n")
    (folder / "one.yaml").write_text(
        f"version: 1\nmailbox: {mailbox}@contoso.example\nplatform: {platform}\n"
        f"members: [{{team: desk}}]\nmembers_mode: at-least\nworkflow: {{members: [desk], {workflow}}}\n"
    )
    return folder


@pytest.mark.slow
def test_workflow_on_microsoft365_is_applied_once(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    for workflow in each(("assign_by: tags", f"assign_by: rules, {ASSIGN}", "assign_by: round-robin")):
        path = specs(tmp_path, "microsoft365", workflow, "sales")
        done = cli("apply", path, "--yes", "--allow", "mass-revocation=5")
        assert done.code == 0, done.out + done.err
        again = cli("plan", path, "--detailed-exitcode")
        assert again.code == 0, again.out
    assert "owner: Anna" in cli("show", "sales@contoso.example", path).out


def test_workflow_on_google_is_applied_once(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    for workflow in each(("assign_by: tags", f"assign_by: rules, {ASSIGN}")):
        path = specs(tmp_path, "google-delegated", workflow, "press")
        done = cli("apply", path, "--yes", "--allow", "mass-revocation=5")
        assert done.code == 0, done.out + done.err
        assert cli("plan", path, "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ("google-delegated", "`workflow.assign_by` can be rules, tags on google-delegated: a filter compares whole"),
        ("google-collaborative", "Members do it in Google Groups"),
    ],
)
def test_round_robin_that_a_platform_cannot_do_is_refused(cli: Cli, tmp_path: Path, platform: str, words: str) -> None:
    done = cli("validate", specs(tmp_path, platform, "assign_by: round-robin", "press"))
    assert done.code == 1
    assert words in " ".join(done.err.split())


def test_round_robin_names_every_last_character_once(cli: Cli, tmp_path: Path) -> None:
    path = specs(tmp_path, "microsoft365", "assign_by: round-robin", "sales")
    data = json.loads(cli("show", "sales@contoso.example", path, "-o", "json").out)
    endings = [item for one in data["values"] if one["path"].endswith("from_contains") for item in one["value"]]
    assert len(endings) == len(set(endings)) == 36
    assert {one["through"] for one in data["values"] if one["path"].startswith(("rules", "tags"))} == {"workflow"}


def test_guide_is_a_topic(cli: Cli) -> None:
    assert "workflow" in cli("explain").out
    done = cli("explain", "workflow")
    assert done.code == 0 and "Nothing locks a message" in " ".join(done.out.split())
    german = cli("explain", "workflow", "--lang", "de")
    assert "Nichts sperrt eine Nachricht" in " ".join(german.out.split())


def test_person_who_leaves_takes_no_messages(cli: Cli, tmp_path: Path) -> None:
    path = specs(tmp_path, "microsoft365", "assign_by: tags", "sales") / "one.yaml"
    assert "owner: Anna" in cli("show", "sales@contoso.example", tmp_path).out
    done = cli("offboard", "anna@contoso.example", tmp_path, "--write")
    assert done.code in (0, 3), done.out + done.err
    assert "owner: Anna" not in cli("show", "sales@contoso.example", tmp_path).out
    takers = "".join(f"    - {name}@contoso.example\n" for name in ("ben", "emi"))
    members = "\n  - team: desk\n  - user: emi@contoso.example"
    head = path.read_text().partition("members_mode:")[0].replace("[{team: desk}]", members)
    path.write_text(f"{head}workflow:\n  assign_by: tags\n  members:\n{takers}")
    done = cli("offboard", "emi@contoso.example", tmp_path, "--write")
    assert done.code == 0, done.out + done.err
    assert "emi" not in path.read_text() and "ben@contoso.example" in path.read_text()
    assert cli("validate", tmp_path).code == 0
