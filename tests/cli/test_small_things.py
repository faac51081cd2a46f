"""Small promises of the command line: signals, colours, words."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.cli.terminal import Colour, Terminal
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.builder import blank as google_blank
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.engine.lock import RunLock
from sharedbox_cli.reports.document import Case
from sharedbox_cli.reports.formats.junit import render
from sharedbox_cli.reports.views.findings import findings_report
from tests.asked import each
from tests.conftest import EXAMPLES, Cli, Cloud, CloudMaker

SALES = "sales@contoso.example"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM")
def test_sigterm_while_reading_ends_with_130(cloud: Cloud) -> None:
    cloud.faults({"route": "exchange.*", "kind": "throttle", "retry_after": 600, "count": 10_000})
    command = [sys.executable, "-m", "sharedbox_cli", "audit"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        line = child.stderr.readline()  # the wait is reported: it reads
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (130, ""), line + err
    assert "stopped by you" in err


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_can_be_forced_in_a_pipe(environment: Mapping[str, str], expected: bool) -> None:
    stream = StringIO()
    terminal = Terminal(stream, stream, environment)
    assert terminal.has_colour(stream) is expected
    assert not replace(terminal, colour=Colour.NEVER).has_colour(stream)


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (["--color", "always"], {}, True),
        (["--color=always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "auto"], {}, False),
        (["--color", "auto"], {"FORCE_COLOR": "1"}, True),
        (["--no-color"], {"FORCE_COLOR": "1"}, False),
        (["--color", "always", "--no-color"], {}, False),
    ],
)
@pytest.mark.parametrize("command", [["explain"], ["show", SALES, str(EXAMPLES)]])
def test_color_is_an_option(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    arguments: list[str],
    environment: Mapping[str, str],
    expected: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = cli(*command, *arguments)
    assert (done.code, "\x1b[" in done.out) == (0, expected), done.out + done.err


def test_color_that_is_unknown(cli: Cli) -> None:
    assert cli("explain", "--color", "sometimes").code == 1


def test_error_has_the_colours_of_its_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, expected in each(
        [
            (["plan", "--color", "always"], Colour.ALWAYS),
            (["plan", "--color=never"], Colour.NEVER),
            (["plan", "--no-color"], Colour.NEVER),
            (["plan", "--color"], Colour.AUTO),
            (["plan", "--color=no"], Colour.AUTO),
            (["plan", "always"], Colour.AUTO),
        ]
    ):
        monkeypatch.setattr(sys, "argv", ["sharedbox", *arguments])
        assert Terminal.of_process().colour is expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("60", 60),
        ("250", 250),
        ("7", 40),
        ("0", 100),
        ("", 100),
        ("-5", 100),
        ("many", 100),
        ("9" * 40, 100),
        ("\u0663\u0663", 100),
        ("080", 80),
    ],
)
def test_columns_of_a_pipe_can_be_set(columns: str, expected: int) -> None:
    stream = StringIO()
    assert Terminal(stream, stream, {"COLUMNS": columns}).width == expected


@pytest.mark.parametrize("width", ["40", "60", "80", "100", "300"])
@pytest.mark.parametrize("folder", ["examples", "a folder with a long name, and with spaces/examples"])
def test_show_splits_no_place(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: str, folder: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLES, folder)
    done = cli("show", SALES, folder)
    assert done.code == 0, done.err
    document = json.loads(cli("show", SALES, folder, "-o", "json").out)
    for item in each(document["values"]):
        assert f"{item['file']}:{item['line']}:{item['column']}\n" in done.out


def test_history_shows_the_newest_runs(cloud: Cloud, cli: Cli) -> None:
    for count in each([1, 2, 3]):
        (spec := Path("one.yaml")).write_text(
            f"version: 1\nmailbox: {SALES}\nplatform: microsoft365\ndisplay_name: Sales {count}\n"
        )
        assert cli("apply", str(spec), "--yes").code == 0
    all_runs = json.loads(cli("history", "-o", "json").out)
    assert (len(all_runs["runs"]), all_runs["total"]) == (3, 3)
    newest = json.loads(cli("history", "--limit", "2", "-o", "json").out)
    assert (newest["runs"], newest["total"]) == (all_runs["runs"][:2], 3)
    assert cli("history", "--limit", "2").out.endswith("The newest 2 of 3 runs.\n")
    assert cli("history", "--limit", "9").out.endswith("\n3 runs.\n")
    assert cli("history", "--limit", "0").code == 1
    run = all_runs["runs"][0]["id"][:8]
    done = cli("history", run, "--limit", "1")
    assert (done.code, "does not go with RUN" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda plan: plan.update(extra=1, more=2), "unknown keys: `extra`, `more`"),
        (lambda plan: plan.pop("notes"), "missing key: `notes`"),
        (lambda plan: plan["changes"][0].update(kind=None), "`null` is not possible here"),
        (lambda plan: plan["changes"][0].update(kind="explode"), "`explode` is not possible here"),
        (lambda plan: plan.update(profile={}), "an object is not possible here"),
        (lambda plan: plan.update(profile=True), "true or false is not possible here"),
    ],
)
def test_words_about_a_plan_are_not_those_of_python(
    cloud: Cloud, cli: Cli, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    assert cli("plan", str(EXAMPLES), "--out", "plan.json").code == 0
    plan = json.loads(Path("plan.json").read_text())
    change(plan)
    Path("plan.json").write_text(json.dumps(plan))
    done = cli("apply", "plan.json", "--yes")
    assert (done.code, words in done.err) == (1, True), done.err


def test_lock_that_is_held_exits_with_6(cloud: Cloud, cli: Cli) -> None:
    done = cli("apply", str(EXAMPLES), "--yes")
    assert done.code == 0
    Path("one.yaml").write_text(f"version: 1\nmailbox: {SALES}\nplatform: microsoft365\ndisplay_name: Other\n")
    (lock,) = Path(os.environ["SHAREDBOX_STATE_DIR"]).glob("*.lock")
    before = cloud.effects()
    with RunLock(lock):
        done = cli("apply", "one.yaml", "--yes", "-o", "json")
        assert done.code == 6, done.err
        start = done.err.index('{\n "format"')
        assert json.loads(done.err[start:])["exit_code"] == 6
    assert cloud.effects() == before
    assert cli("apply", "one.yaml", "--yes").code == 0


@pytest.mark.parametrize("severity", list(Severity))
def test_note_is_no_failure_in_junit(severity: Severity) -> None:
    finding = Finding("a-check", severity, "x@contoso.example", "a summary", "", "", "")
    text = render(findings_report((finding,), (), 1, (Case("a-check", "a title"),)))
    is_failure = severity is not Severity.NOTE
    assert (f'failures="{int(is_failure)}"' in text, "<failure" in text) == (True, is_failure)
    assert "a summary" in text


def test_deletion_at_google_names_the_size(cloud_of: CloudMaker, cli: Cli) -> None:
    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        google_blank(tenant)
        make = GoogleBuilder(tenant, 7)
        make.mailbox("press", "Press")
        make.store.run("update g_users set used_mb = 2500 where email = 'press@contoso.example'")
        return Builder(tenant, 7).seeded

    cloud_of(fill)
    Path("press.yaml").write_text(
        "version: 1\nmailbox: press@contoso.example\nplatform: google-delegated\nstate: absent\n"
    )
    done = cli("apply", "press.yaml", "--yes")
    assert (done.code, "holds 2.4 GB" in done.err) == (4, True), done.err
