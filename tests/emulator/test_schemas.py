"""The schemas of the log and of fault schedules agree with real files, and with what the emulator accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from sharedbox_cli.emulator.company import PLATFORMS
from sharedbox_cli.emulator.faults import EXAMPLE, KINDS, Faults
from sharedbox_cli.emulator.schemas import SCHEMAS, faults_schema, log_schema
from sharedbox_cli.emulator.seed import demo
from sharedbox_cli.emulator.server import Emulator
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each
from tests.conftest import EXAMPLES, Cli

ROOT = Path(__file__).parents[2]
LOG, FAULTS = Draft202012Validator(log_schema()), Draft202012Validator(faults_schema())


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_published_as_it_is(name: str) -> None:
    text = (ROOT / "specs" / "json" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == SCHEMAS[name]()
    Draft202012Validator.check_schema(SCHEMAS[name]())
    assert f"{name}.schema.json" in (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_line_of_a_log_is_valid(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant, path = Tenant(), tmp_path / "log.jsonl"
    demo(tenant, PLATFORMS)
    with Emulator(tenant, log=path) as emulator:
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        assert cli("apply", EXAMPLES, "--yes").code == 0
        assert cli("audit").code in (0, 3)
        emulator.faults.set([{"route": "graph.*", "kind": "reset_before"}])
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{emulator.origin}/v1.0/users")
        httpx.post(f"{emulator.origin}/v1.0/users", content=b"\xff{", headers={"Content-Type": "text/odd"})
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for line in each(lines):
        LOG.validate(line)
        assert set(line) == set(log_schema()["required"])
    assert {bool(line["parent"]) for line in lines} == {True, False}
    assert {"login", "graph", "exchange", "google"} <= {line["route"].partition(".")[0] for line in lines}


GOOD = {"route": "graph.users.list", "kind": "status"}
SCHEDULES: list[tuple[Any, bool]] = [
    (EXAMPLE, True),
    ([], True),
    ([{**GOOD, "kind": kind} for kind in KINDS], True),
    ([{**GOOD, "n": 2, "count": 3, "method": "GET", "status": 503, "body": "json", "reason": "x", "field": "y"}], True),
    ([{**GOOD, "retry_after": 5}, {**GOOD, "retry_after": "0.5"}, {**GOOD, "retry_after": 1.5}], True),
    ([{**GOOD, "retry_after": None}], True),
    ([{"kind": "status"}], False),
    ([{"route": "x"}], False),
    ([{**GOOD, "kind": "explode"}], False),
    ([{**GOOD, "n": 0}], False),
    ([{**GOOD, "n": "2"}], False),
    ([{**GOOD, "n": True}], False),
    ([{**GOOD, "count": 1.5}], False),
    ([{**GOOD, "status": "503"}], False),
    ([{**GOOD, "body": "xml"}], False),
    ([{**GOOD, "route": None}], False),
    ([{**GOOD, "seen": 1}], False),
    ([{**GOOD, "unknown": 1}], False),
    (["graph.users.list"], False),
    ("graph.users.list", False),
    (None, False),
]


@pytest.mark.parametrize(("schedule", "is_valid"), SCHEDULES, ids=repr)
def test_schedule_is_valid_where_the_emulator_takes_it(schedule: Any, is_valid: bool, tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    for data in (schedule, {"faults": schedule}):
        assert FAULTS.is_valid(data) is is_valid
        path.write_text(json.dumps(data))
        if is_valid:
            Faults.of_file(path)
        else:
            with pytest.raises((ValueError, TypeError, KeyError)):
                Faults.of_file(path)


@pytest.mark.parametrize("text", ["{}", '{"fault": []}', "3", '"x"', "null", "{", ""])
def test_file_that_is_no_schedule_is_an_error_of_the_command(text: str, tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text)
    done = cli("emulator", "run", "--faults", path, "--", "true")
    assert (done.code, "not a schedule of faults" in done.err) == (1, True), done.err
    assert "Traceback" not in done.err
