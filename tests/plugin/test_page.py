"""The how-to and the README of the example: each piece of code is in the example, and each command works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.asked import each
from tests.conftest import Cli
from tests.plugin.conftest import EXAMPLE

PAGE = (Path(__file__).parents[2] / "docs" / "contributing" / "platform.md").read_text(encoding="utf-8")
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
FILES = [path.read_text(encoding="utf-8") for path in (EXAMPLE / "pyproject.toml", *EXAMPLE.rglob("*.py"))]
CODE = re.findall(r"```(?:python|toml)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("code", CODE, ids=lambda code: code.strip().split("\n")[0][:40])
def test_code_is_in_the_example(code: str) -> None:
    assert any(code in text for text in FILES), code


@pytest.mark.parametrize("text", [PAGE, README], ids=["page", "readme"])
def test_commands_work(plugin: Path, cli: Cli, text: str) -> None:
    commands = re.findall(r"^\$ sharedbox (.*)$", text, re.MULTILINE)
    assert {line.split()[0] for line in commands} >= {"explain", "doctor", "check", "plan", "apply"}
    for line in each(commands):
        words = shlex.split(line)
        done = cli(*words, *(["--yes"] if words[0] == "apply" and "--yes" not in words else []))
        assert done.code == 0, line + done.out + done.err


def test_last_plan_of_the_page_is_empty(plugin: Path, cli: Cli) -> None:
    for line in re.findall(r"^\$ sharedbox (.*)$", PAGE, re.MULTILINE):
        done = cli(*shlex.split(line))
    assert "No changes." in done.out


def test_table_names_every_part_of_a_plugin() -> None:
    from sharedbox_cli.providers.plugin import Plugin

    parts = {name for name in (*Plugin.__annotations__, *vars(Plugin)) if not name.startswith("_")}
    documented = set(re.findall(r"`(\w+)`", PAGE.partition("| --- | --- |")[2].partition("\n\n")[0]))
    assert parts - documented == {"name", "title", "sign_in_hint", "platforms"}


def test_readme_names_every_file() -> None:
    for path in each(EXAMPLE.rglob("*.py")):
        assert path.name in README or path.name == "__init__.py"
