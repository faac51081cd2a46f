"""Odd machines and odd files: no home, no language, `python -O`, closed streams, proxies; plans that are none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.asked import each
from tests.cli.test_mixed import ALLOWED, SPECS
from tests.conftest import Cli, Cloud

ROOT = Path(__file__).parents[2]
NO_PROXY_HERE = "http://127.0.0.1:9"  # nothing listens there
SURROUNDINGS: dict[str, dict[str, str | None]] = {
    "no home, no language, a narrow terminal, proxies, a zone that is none": {
        "TZ": "Nowhere/Land",
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), NO_PROXY_HERE),
        "HOME": None,
        "XDG_STATE_HOME": None,
        "LANG": "C",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "COLUMNS": "1",
        "TERM": "dumb",
    },
    "no asserts, far east, a hash seed": {"PYTHONOPTIMIZE": "2", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4711"},
}


def process(
    *arguments: str | Path, surroundings: dict[str, str | None] | None = None, prefix: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """Return what a command line did in a process of its own, through a shell where a prefix asks for one."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for name, value in (surroundings or {}).items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    command = [sys.executable, "-m", "sharedbox_cli", *map(str, arguments)]
    if prefix:
        command = ["sh", "-c", f'exec "$@" {prefix}', "sh", *command]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", SURROUNDINGS.values(), ids=SURROUNDINGS)
def test_apply_works_in_odd_surroundings(both: Cloud, cli: Cli, surroundings: dict[str, str | None]) -> None:
    planned = cli("plan", *SPECS, "-o", "json")
    done = process("apply", *SPECS, *ALLOWED, "-o", "json", surroundings=surroundings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    applied = [result["change"]["key"] for result in json.loads(done.stdout)["results"]]
    assert sorted(applied) == sorted(change["key"] for change in json.loads(planned.out)["changes"])
    assert cli("plan", *SPECS, "--detailed-exitcode").code == 0


@pytest.mark.slow
@pytest.mark.parametrize("prefix", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_apply_when_streams_are_closed_then_what_it_does_is_done(both: Cloud, cli: Cli, prefix: str) -> None:
    done = process("apply", *SPECS, *ALLOWED, prefix=prefix)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert cli("plan", *SPECS, "--detailed-exitcode").code == 0


@pytest.mark.slow
def test_output_when_nobody_reads_it_then_it_ends_quietly(both: Cloud) -> None:
    done = process("plan", *SPECS, prefix="| true")
    others = [line for line in done.stderr.splitlines() if not line.startswith(b"reading ")]
    assert others == [], "progress at most, where the machine is busy"


@pytest.mark.slow
def test_apply_when_specs_are_for_one_cloud_then_the_other_is_asked_nothing(both: Cloud, cli: Cli) -> None:
    assert cli("apply", *SPECS, *ALLOWED).code == 0  # a new mailbox is looked for in the other cloud, too
    for specs, other in ((SPECS[0], ("google.",)), (SPECS[1], ("graph.", "exchange.", "login."))):
        before = len(both.emulator.log.lines)
        assert cli("apply", specs, "--allow", "empty-spec", *ALLOWED).code == 0
        routes = {str(line["route"]) for line in both.emulator.log.lines[before:]}
        assert routes
        assert not [route for route in routes if route.startswith(other)]


def plans(folder: Path) -> dict[str, Path]:
    """Return files that look like plans and are none."""
    made = {name: folder / f"{name}.json" for name in ("empty", "cut", "list", "binary", "deep", "huge", "link")}
    whole = (folder / "plan.json").read_text()
    made["empty"].write_text("")
    made["cut"].write_text(whole[: len(whole) // 2])
    made["list"].write_text("[]")
    made["binary"].write_bytes(b"\xff\xfe\x00{}")
    made["deep"].write_text("[" * 100_000)
    with made["huge"].open("wb") as file:
        file.truncate(1 << 30)  # a gigabyte that takes no room
    made["link"].symlink_to("/dev/zero")
    return made


def test_plan_file_when_it_is_none_then_said_and_nothing_is_written(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    assert cli("plan", *SPECS, "--out", tmp_path / "plan.json").code == 0
    for name, path in each(plans(tmp_path).items()):
        done = cli("apply", path, "--yes")
        assert done.code == 1, name
        assert str(path) in done.err or name == "link", (name, done.err)
        assert "Traceback" not in done.err
        assert "bug" not in done.err, (name, done.err)
    assert both.effects() == []
