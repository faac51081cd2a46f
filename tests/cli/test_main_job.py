"""The main job through the command line, against the emulated tenant."""

from __future__ import annotations

import json
from pathlib import Path

from tests.asked import every
from tests.conftest import EXAMPLES, Cli, Cloud


def test_apply_when_confirmed_then_the_next_plan_is_empty_and_sends_no_write(cloud: Cloud, cli: Cli) -> None:
    assert cli("plan", EXAMPLES, "--detailed-exitcode").code == 2
    assert cloud.effects() == []
    done = cli("apply", EXAMPLES, "--yes")
    assert done.code == 0, done.out + done.err
    assert "28 done" in done.out
    before = len(cloud.effects())
    again = cli("plan", EXAMPLES, "--detailed-exitcode")
    assert (again.code, "No changes." in again.out) == (0, True)
    assert len(cloud.effects()) == before


def test_apply_when_there_is_no_terminal_then_it_asks_for_yes_and_writes_nothing(cloud: Cloud, cli: Cli) -> None:
    done = cli("apply", EXAMPLES)
    assert done.code == 4
    assert f"sharedbox apply {EXAMPLES} --yes" in done.err
    assert cloud.effects() == []


def test_plan_when_saved_then_it_applies_once(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert cli("plan", EXAMPLES, "--out", file).code == 0
    assert file.stat().st_mode & 0o077 == 0
    assert cli("apply", file).code == 0
    again = cli("apply", file)
    assert (again.code, "A plan can be applied once" in again.err) == (1, True)


def test_plan_when_edited_then_it_is_refused(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    cli("plan", EXAMPLES, "--out", file)
    data = json.loads(file.read_text())
    data["changes"] = [change for change in data["changes"] if change["kind"] != "revoke"]
    file.write_text(json.dumps(data))
    done = cli("apply", file)
    assert (done.code, "edited" in done.err) == (1, True)
    file.write_text(file.read_text()[:-50])
    assert cli("apply", file).code == 1
    assert cloud.effects() == []


def test_plan_when_the_cloud_moved_then_it_is_stale(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    cli("plan", EXAMPLES, "--out", file)
    cloud.tenant.run("update objects set name = 'Moved' where mail = 'sales@contoso.example'")
    done = cli("apply", file)
    assert (done.code, "sales@contoso.example" in done.err, "out of date" in done.err) == (1, True, True)


def test_plan_when_json_then_stdout_is_one_document_and_talk_is_elsewhere(cloud: Cloud, cli: Cli) -> None:
    done = cli("plan", EXAMPLES, "-o", "json")
    data = json.loads(done.out)
    assert data["format"] == "sharedbox.plan/1"
    assert data["counts"]["create"] == 2
    assert {"key", "words", "risk", "before", "after", "is_reversible"} <= set(data["changes"][0])


def test_apply_when_json_then_stdout_holds_the_run_alone(cloud: Cloud, cli: Cli) -> None:
    data = json.loads(cli("apply", EXAMPLES, "--yes", "-o", "json").out)
    assert (data["format"], data["exit_code"], data["counts"]["done"]) == ("sharedbox.run/1", 0, 28)


def test_plan_when_filtered_then_only_these_mailboxes_are_read(cloud: Cloud, cli: Cli) -> None:
    done = cli("plan", EXAMPLES, "--mailbox", "SALES@*", "-o", "json")
    assert {change["mailbox"] for change in json.loads(done.out)["changes"]} == {"sales@contoso.example"}
    assert cli("plan", EXAMPLES, "--label", "team=service", "--exclude", "invoices@contoso.example").code == 0
    wrong = cli("plan", EXAMPLES, "--mailbox", "salse@contoso.example")
    assert (wrong.code, "no such mailbox in the specs" in wrong.err) == (1, True)
    assert cli("plan", EXAMPLES, "--label", "team").code == 1
    mistyped = cli("plan", EXAMPLES, "--label", "team=servcie")
    assert (mistyped.code, "no spec has this label" in mistyped.err, "service" in mistyped.err) == (1, True, True)


def test_history_when_runs_were_made_then_they_are_listed_with_their_changes(cloud: Cloud, cli: Cli) -> None:
    assert "0 runs" in cli("history").out
    cli("apply", EXAMPLES, "--yes")
    runs = json.loads(cli("history", "-o", "json").out)["runs"]
    assert [(run["state"], run["counts"]) for run in runs] == [("complete", {"done": 28})]
    steps = json.loads(cli("history", runs[0]["id"][:8], "-o", "json").out)["steps"]
    assert len(steps) == 28
    assert every(step["status"] == "done" for step in steps)
    assert cli("history", "zzz").code == 1


def test_automapping_when_the_wish_changes_then_the_journal_knows_and_it_is_one_change(
    cloud: Cloud, cli: Cli, tmp_path: Path
) -> None:
    text = (EXAMPLES / "sales.yaml").read_text().replace("platform:", "#")
    (tmp_path / "sales.yaml").write_text("platform: microsoft365\n" + text)
    cli("apply", tmp_path, "--yes")
    flipped = (tmp_path / "sales.yaml").read_text().replace("automapping: false", "automapping: true")
    (tmp_path / "sales.yaml").write_text(flipped)
    changes = json.loads(cli("plan", tmp_path, "-o", "json").out)["changes"]
    assert [change["words"] for change in changes] == [
        "switch automapping on for Fatima al-Masri <fatima@contoso.example>"
    ]
    assert cli("apply", tmp_path, "--yes").code == 0
    assert "No changes." in cli("plan", tmp_path).out


def test_deletion_when_allowed_by_address_then_soft_and_restorable(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec = tmp_path / "billing.yaml"
    spec.write_text("version: 1\nmailbox: billing@contoso.example\nplatform: microsoft365\nstate: absent\n")
    refused = cli("apply", tmp_path, "--yes")
    assert (refused.code, "--allow delete=billing@contoso.example" in refused.err) == (4, True)
    assert cli("apply", tmp_path, "--yes", "--allow", "delete:billing@contoso.example").code == 0
    assert "No changes." in cli("plan", tmp_path).out
    spec.write_text("version: 1\nmailbox: billing@contoso.example\nplatform: microsoft365\ndisplay_name: Billing\n")
    back = cli("apply", tmp_path, "--yes")
    assert (back.code, "restore" in back.err) == (4, True)
    assert cli("apply", tmp_path, "--yes", "--allow", "restore=billing@contoso.example").code == 0
    assert "No changes." in cli("plan", tmp_path).out


def test_user_mailbox_when_named_then_it_is_converted_only_with_its_address(
    cloud: Cloud, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "info.yaml").write_text(
        "version: 1\nmailbox: info@contoso.example\nplatform: microsoft365\nsign_in: blocked\n"
        "storage: {licence: exchange-online-plan-2}\nmembers:\n  - user: anna@contoso.example\n"
    )
    assert cli("apply", tmp_path, "--yes").code == 4
    done = cli("apply", tmp_path, "--yes", "--allow", "convert=info@contoso.example")
    assert done.code == 0, done.out + done.err
    assert "No changes." in cli("plan", tmp_path).out


def test_licence_when_wanted_then_the_seat_is_taken_and_given_back(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec = tmp_path / "billing.yaml"
    base = "version: 1\nmailbox: billing@contoso.example\nplatform: microsoft365\nstorage: {licence: %s}\n"
    spec.write_text(base % "exchange-online-plan-2")
    assert cli("apply", tmp_path, "--yes").code == 0
    assert "No changes." in cli("plan", tmp_path).out
    spec.write_text(base % "none")
    refused = cli("apply", tmp_path, "--yes")
    assert (refused.code, "licence-drop" in refused.err) == (4, True)
    cloud.tenant.run("update mailboxes set used_bytes = 1000 where alias = 'billing'")
    assert cli("apply", tmp_path, "--yes").code == 0
    assert "No changes." in cli("plan", tmp_path).out


def test_shards_when_all_are_planned_then_each_mailbox_is_in_exactly_one(cloud: Cloud, cli: Cli) -> None:
    parts = [json.loads(cli("plan", EXAMPLES, "--shard", f"{n}/3", "-o", "json").out)["changes"] for n in (1, 2, 3)]
    mailboxes = [{change["mailbox"] for change in part} for part in parts]
    assert sum(map(len, mailboxes)) == len(set().union(*mailboxes)) == 3
    assert cli("plan", EXAMPLES, "--shard", "4/3").code == 1


def test_journal_when_damaged_then_plan_works_and_apply_refuses(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    cli("apply", EXAMPLES, "--yes")
    [file] = (tmp_path / "state").glob("*.sqlite3")
    for side in (tmp_path / "state").glob("*-wal"):
        side.unlink()
    raw = bytearray(file.read_bytes())
    raw[100:4000] = b"\xff" * 3900
    file.write_bytes(raw)
    plan = cli("plan", EXAMPLES)
    assert (plan.code, "cannot read the journal" in plan.err) == (0, True)
    cloud.tenant.run("update objects set name = 'Moved' where mail = 'sales@contoso.example'")
    before = len(cloud.effects())
    done = cli("apply", EXAMPLES, "--yes")
    assert (done.code, len(cloud.effects())) == (1, before)
    assert "Traceback" not in done.err


def test_journal_when_required_and_missing_then_nothing_is_planned(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    config = tmp_path / "sharedbox.yaml"
    config.write_text("profiles: {main: {journal: required}}\n")
    done = cli("plan", EXAMPLES, "--config", config)
    assert (done.code, "there is no journal" in done.err) == (1, True)
