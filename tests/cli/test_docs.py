"""The README's commands work, its demo is what one sees, and the reference says what there is."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from sharedbox_cli.cli.app import app
from tests import transcripts
from tests.conftest import Cli, Cloud
from tests.forked import python

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks() -> list[str]:
    found = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [line for block in found for line in block.splitlines() if line.strip()]


MAKE = [line for line in blocks() if line.startswith("make ")]
OURS = [line for line in blocks() if line.startswith("sharedbox ")]


def test_readme_when_read_then_every_command_is_ours_or_makes() -> None:
    assert len(MAKE) + len(OURS) == len(blocks())
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {line.split()[1] for line in MAKE} <= set(targets)


@pytest.mark.slow
def test_readme_when_its_commands_are_typed_in_order_then_each_works(both: Cloud, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sharedbox").write_text(f'#!/bin/sh\nexec {python()} -m sharedbox_cli "$@"\n')
    (folder / "sharedbox").chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    for line in OURS:
        command = shlex.split(line) + (["--yes"] if line.startswith("sharedbox apply") else [])
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "is_short"), [(transcripts.README, True), (transcripts.PAGE, False)], ids=["short", "full"]
)
def test_demo_when_run_then_the_page_shows_its_output(page: Path, is_short: bool) -> None:
    shown = transcripts.shown_on(page)
    assert shown
    assert transcripts.transcript(is_short=is_short) == shown


def test_plan_that_is_printed_twice_is_shown_once() -> None:
    plan = "~ a mailbox\n\nPlan: 1 to update.\nRead at noon.\n"
    start, end = f"$ sharedbox plan x\n{plan}\n$ sharedbox apply x\n", "Applied\n$ sharedbox plan x\nRead at noon.\n"
    assert transcripts.without_repetition(start + plan + end) == f"{start}(the plan above)\n{end}"


def test_demo_in_the_readme_fits_a_screen_or_two() -> None:
    assert 40 <= len(transcripts.shown_on(transcripts.README).splitlines()) <= 68


def commands() -> list[str]:
    alone = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    return sorted([*alone, "audit"])


@pytest.mark.parametrize("name", commands())
def test_command_when_asked_for_help_then_it_has_a_sentence_and_an_example(name: str, cli: Cli) -> None:
    done = cli(name, "--help")
    assert done.code == 0
    assert f"sharedbox {name}" in done.out.replace("Usage: ", "")
    assert "Example" in done.out


def test_exit_codes_when_documented_then_each_error_has_one_of_them() -> None:
    from sharedbox_cli.core import errors

    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SharedboxError)
    ]
    assert {kind.exit_code for kind in kinds} <= documented
    assert documented == {int(code) for code in errors.ExitCode} == {0, 1, 2, 3, 4, 5, 6, 130}
