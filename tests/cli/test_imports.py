"""What a command may load: `--help` and `validate` stay light."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.slow_rest import in_turn

HEAVY = {
    "msgraph",
    "azure",
    "msal",
    "google",
    "googleapiclient",
    "google_auth_httplib2",
    "httplib2",
    "httpx",
    "tabulate",
    "jinja2",
}
PROBE = """
import json, sys
from sharedbox_cli.cli.main import run
code = run(sys.argv[1:])
print("LOADED" + json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""
EXAMPLES = Path(__file__).parents[2] / "examples"
BOTH = [str(EXAMPLES / "mailboxes"), str(EXAMPLES / "google")]


@pytest.mark.parametrize(
    "arguments",
    in_turn(
        [["validate", *BOTH], ["--help"], ["plan", "--help"], ["apply", "--help"], ["schema"], ["--version"]], 0, 3
    ),
)
def test_light_command_when_run_in_a_fresh_interpreter_then_no_sdk_is_loaded(arguments: list[str]) -> None:
    assert HEAVY & loaded_by(*arguments) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--help"], ["emulator", "run", "--help"]])
def test_help_loads_no_models(arguments: list[str]) -> None:
    assert {"pydantic", "yaml"} & loaded_by(*arguments) == set()


@pytest.mark.slow
def test_command_that_asks_every_plugin_loads_no_sdk() -> None:
    assert HEAVY & loaded_by("explain") == {"tabulate"}


def loaded_by(*arguments: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True)
    code, loaded = json.loads(done.stdout.rpartition("LOADED")[2])
    assert code == 0, done.stderr
    return set(loaded)
