"""Specs for both clouds at once: one plan, one apply; a cloud that fails does not stop the other, and is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365
from tests.asked import each, every
from tests.cli.conftest import Readings
from tests.conftest import Cli, Cloud
from tests.field_values import TABLES
from tests.slow_rest import in_turn

ROOT = Path(__file__).parents[2]
SPECS = (ROOT / "examples" / "mailboxes", ROOT / "examples" / "google")
ALLOWED = ("--yes", "--allow", "convert=orders@contoso.example", "--allow", "mass-revocation=5")
GOOGLE = {GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE}


def break_google(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> None:
    """Take the key of the service account away at Google: what is signed with it is refused."""
    cloud.tenant.run("update g_service_accounts set keys = '{}'")


def break_microsoft(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "canary-secret-4711")


@pytest.fixture
def readings() -> Readings:
    """Return the readings of a test: each has a tenant of its own."""
    return []


CASES = [
    pytest.param(break_google, GOOGLE, MICROSOFT365, "invalid_grant", id="google fails"),
    pytest.param(break_microsoft, {MICROSOFT365}, GOOGLE_DELEGATED, "AADSTS7000215", id="microsoft fails"),
]


def left_out(data: dict[str, Any]) -> set[str]:
    for item in data["left_out"]:
        assert item["summary"]
        assert item["why"] or item["where"]
        assert item["exit_code"] == 5
    return {item["platform"] for item in data["left_out"]}


def test_both_clouds_when_well_then_one_plan_one_apply_and_an_empty_plan(both: Cloud, cli: Cli) -> None:
    planned = json.loads(cli("plan", *SPECS, "-o", "json").out)
    assert {change["platform"] for change in planned["changes"]} == {*GOOGLE, MICROSOFT365}
    assert planned["left_out"] == []
    assert len(planned["tenants"]) == 3
    done = cli("apply", *SPECS, *ALLOWED)
    assert done.code == 0, done.out + done.err
    assert all(words in done.out for words in ("Outlook shows", "Gmail shows", "Google Groups shows"))
    before = len(both.effects())
    again = cli("plan", *SPECS, "--detailed-exitcode")
    assert (again.code, "No changes. 5 mailboxes match their specs." in again.out) == (0, True)
    assert len(both.effects()) == before
    [run] = json.loads(cli("history", "-o", "json").out)["runs"]
    steps = json.loads(cli("history", run["id"], "-o", "json").out)["steps"]
    text = json.dumps(steps)
    assert all(address in text for address in ("press@contoso", "orders@contoso", "support@contoso"))


@pytest.mark.parametrize("platform", in_turn(list(TABLES), 0, 3))
def test_platform_when_filtered_then_only_it_is_planned_read_and_checked(both: Cloud, cli: Cli, platform: str) -> None:
    start = len(both.emulator.log.lines)
    changes = json.loads(cli("plan", *SPECS, "--platform", platform, "-o", "json").out)["changes"]
    assert {change["platform"] for change in changes} == {platform}
    routes = {str(line["route"]).partition(".")[0] for line in both.lines(start, with_parts=False)}
    assert ("google" in routes, bool(routes & {"graph", "exchange"})) == (platform in GOOGLE, platform == MICROSOFT365)
    rows = json.loads(cli("audit", "--platform", platform, "-o", "json").out)["rows"]
    assert {row["platform"] for row in rows} == {platform}
    assert cli("check", *SPECS, "--platform", platform).code == 0
    assert cli("check", "--whole-tenant", "--platform", platform).code == 0


@pytest.mark.parametrize(("breaks", "failing", "well", "told"), CASES)
def test_plan_when_one_cloud_fails_then_the_other_is_planned_and_it_ends_with_3(
    both: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, breaks: Any, failing: set[str], well: str, told: str
) -> None:
    breaks(monkeypatch, both)
    done = cli("plan", *SPECS, "-o", "json")
    data = json.loads(done.out)
    assert (done.code, left_out(data)) == (3, failing)
    assert told in json.dumps(data["left_out"])
    platforms = {change["platform"] for change in data["changes"]}
    assert well in platforms
    assert not platforms & failing
    text = cli("plan", *SPECS)
    assert (text.code, told in text.err) == (3, True)
    assert "left out: not part of this report, and not changed." in text.err
    assert text.err.count(told) == 1  # one reason is told once, for both kinds of mailbox
    for platform in each(failing):
        assert f"Left out: {platform}" in text.out
        assert platform in text.err
    assert "canary" not in done.out + done.err + text.out + text.err
    assert "Left out: " in cli("plan", *SPECS, "-o", "markdown").out


@pytest.mark.slow
@pytest.mark.parametrize(("breaks", "failing", "well", "told"), CASES)
def test_apply_with_a_failed_cloud_is_finished_by_the_next_run(
    both: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, breaks: Any, failing: set[str], well: str, told: str
) -> None:
    with monkeypatch.context() as broken:
        keys = both.tenant.row("select keys from g_service_accounts")
        breaks(broken, both)
        done = cli("apply", *SPECS, *ALLOWED, "-o", "json")
        data = json.loads(done.out)
        assert (done.code, data["exit_code"], left_out(data)) == (3, 3, failing)
        assert told in done.err
        platforms = {item["change"]["platform"] for item in data["results"]}
        assert well in platforms
        assert not platforms & failing
        assert {item["outcome"]["status"] for item in data["results"]} == {"done"}
        empty = cli("apply", *SPECS, *ALLOWED, "-o", "json")
        assert (empty.code, json.loads(empty.out)["exit_code"]) == (3, 3)
    assert keys is not None
    both.tenant.run("update g_service_accounts set keys = ?", keys["keys"])
    rest = json.loads(cli("apply", *SPECS, *ALLOWED, "-o", "json").out)
    assert {item["change"]["platform"] for item in rest["results"]} <= failing
    assert rest["results"]
    assert "No changes." in cli("plan", *SPECS).out
    runs = json.loads(cli("history", "-o", "json").out)["runs"]
    assert [run["state"] for run in runs] == ["complete", "complete"]


@pytest.mark.slow
@pytest.mark.parametrize(("breaks", "failing", "well", "told"), CASES)
def test_check_and_audit_of_one_cloud_in_two_end_with_3(
    both: Cloud,
    cli: Cli,
    one_reading: None,
    monkeypatch: pytest.MonkeyPatch,
    breaks: Any,
    failing: set[str],
    well: str,
    told: str,
) -> None:
    breaks(monkeypatch, both)
    checked = cli("check", "--whole-tenant", "-o", "json")
    data = json.loads(checked.out)
    assert (checked.code, left_out(data)) == (3, failing)
    assert {item["platform"] for item in data["findings"]} - {""} <= {*GOOGLE, MICROSOFT365} - failing
    audited = cli("audit", "-o", "json")
    data = json.loads(audited.out)
    assert (audited.code, left_out(data)) == (3, failing)
    assert well in {row["platform"] for row in data["rows"]}
    assert not {row["platform"] for row in data["rows"]} & failing
    assert told in audited.err
    assert cli("check", *SPECS, "--detailed-exitcode").code == 3
    [invocation] = json.loads(cli("check", *SPECS, "-o", "sarif").out)["runs"][0]["invocations"]
    notes = [item["message"]["text"] for item in invocation["toolExecutionNotifications"]]
    assert not invocation["executionSuccessful"]
    assert every(any(text.startswith(f"{one} was left out") for text in notes) for one in failing)
    suite = Xml.fromstring(cli("check", *SPECS, "-o", "junit").out)  # noqa: S314 - our own text
    assert {case.get("name") for case in suite if case.find("error") is not None} == {f"read {one}" for one in failing}


@pytest.mark.parametrize(("breaks", "failing", "well", "told"), CASES)
def test_saved_plan_when_a_cloud_of_it_fails_then_nothing_is_applied(
    both: Cloud,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    breaks: Any,
    failing: set[str],
    well: str,
    told: str,
) -> None:
    file = tmp_path / "plan.json"
    assert cli("plan", *SPECS, "--out", file).code == 0
    breaks(monkeypatch, both)
    done = cli("apply", file, "--allow", "convert=orders@contoso.example", "--allow", "mass-revocation=5")
    assert (done.code, both.effects()) == (5, [])
    assert "A saved plan is applied whole or not at all" in done.err
    assert done.err.count(told) == 1


@pytest.mark.parametrize(("breaks", "failing", "well", "told"), CASES)
def test_plan_when_saved_without_a_cloud_then_it_says_so_and_is_good_for_the_other(
    both: Cloud,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    breaks: Any,
    failing: set[str],
    well: str,
    told: str,
) -> None:
    file = tmp_path / "plan.json"
    breaks(monkeypatch, both)
    done = cli("plan", *SPECS, "--out", file)
    assert done.code == 3
    assert f"Plan saved, without {' and '.join(sorted(failing))}" in done.err
    assert cli("apply", file, "--allow", "convert=orders@contoso.example", "--allow", "mass-revocation=5").code == 0
    assert both.effects()


@pytest.mark.parametrize(("breaks", "failing", "well", "told"), CASES)
def test_guard_when_it_refuses_and_a_cloud_failed_then_both_are_told(
    both: Cloud,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    breaks: Any,
    failing: set[str],
    well: str,
    told: str,
) -> None:
    for platform, address in ((MICROSOFT365, "sales"), (GOOGLE_DELEGATED, "press")):
        text = f"version: 1\nmailbox: {address}@contoso.example\nplatform: {platform}\nmembers: []\n"
        (tmp_path / f"{address}.yaml").write_text(text)
    breaks(monkeypatch, both)
    done = cli("apply", tmp_path, "--yes")
    assert (done.code, both.effects()) == (4, [])
    assert "refused: guard" in done.err
    assert "left out" in done.err
    assert told in done.err


def test_both_when_failing_then_the_first_failure_ends_it_with_its_own_code(
    both: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_google(monkeypatch, both)
    break_microsoft(monkeypatch, both)
    for command in (["plan", *SPECS], ["apply", *SPECS, "--yes"], ["audit"], ["check", "--whole-tenant"]):
        done = cli(*command)
        assert (done.code, done.out) == (5, ""), command
    assert both.effects() == []


def test_show_when_the_other_cloud_fails_then_the_mailbox_is_shown_and_it_ends_with_3(
    both: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_google(monkeypatch, both)
    done = cli("show", "sales@contoso.example", "--observed", "-o", "json")
    assert (done.code, left_out(json.loads(done.out))) == (3, GOOGLE)
    missing = cli("show", "press@contoso.example", "--observed")
    assert (missing.code, "invalid_grant" in missing.err, "left out" in missing.err) == (1, True, True)


def test_only_changes_of_an_unreadable_cloud_are_unknown(both: Cloud, cli: Cli) -> None:
    start = len(both.emulator.log.lines)
    cli("plan", *SPECS)
    route = "google.groupsSettings.groups.get"
    reads = sum(line["route"] == route for line in both.emulator.log.lines[start:])
    assert reads
    both.emulator.faults.set([{"route": route, "n": reads + 1, "count": 999, "kind": "forbidden"}])
    done = cli("apply", *SPECS, *ALLOWED, "-o", "json")
    data = json.loads(done.out)
    told = {(item["change"]["platform"], item["outcome"]["status"]) for item in data["results"]}
    assert (GOOGLE_COLLABORATIVE, "unknown") in told
    assert (MICROSOFT365, "done") in told
    assert (MICROSOFT365, "unknown") not in told
    assert (done.code, data["exit_code"], data["left_out"]) == (3, 3, [])


def test_specs_when_a_cloud_of_them_is_not_configured_then_said_with_the_way_round(cloud: Cloud, cli: Cli) -> None:
    done = cli("plan", *SPECS)
    assert (done.code, "names no Google Workspace account" in done.err, "--platform" in done.err) == (1, True, True)
    assert cli("plan", *SPECS, "--platform", MICROSOFT365).code == 0
