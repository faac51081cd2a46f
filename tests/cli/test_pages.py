"""The pages are correct: the names exist, the files work, and the package contains what it needs."""

from __future__ import annotations

import importlib
import inspect
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from sharedbox_cli.cli.profile import load_profile
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.providers.registry import capabilities_of_all, installed_plugins
from tests.conftest import Cli
from tests.strategies import NOW

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sharedbox_cli"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LIFECYCLE = (ROOT / "docs" / "explanation" / "lifecycle.md").read_text(encoding="utf-8")
PACKAGES = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", LIFECYCLE)))
DOTTED = [text for text in QUOTED if re.match(r"\w+(\.\w+)+(\(|\Z)", text) and text.partition(".")[0] in PACKAGES]
PATHS = [text for text in QUOTED if "/" in text and text.partition("/")[0] in PACKAGES]


def resolve_name(dotted: str) -> object:
    """Return the object that a dotted name below the package refers to. Raises AttributeError, ImportError."""
    thing: object = importlib.import_module("sharedbox_cli")
    for number, part in enumerate(names := dotted.split(".")):
        if isinstance(thing, ModuleType) and not hasattr(thing, part):
            thing = importlib.import_module(".".join(["sharedbox_cli", *names[: number + 1]]))
        else:
            thing = getattr(thing, part)
    return thing


def test_lifecycle_covers_every_package() -> None:
    assert {text.partition(".")[0].partition("/")[0] for text in (*DOTTED, *PATHS)} == PACKAGES
    assert len(DOTTED) > 20


@pytest.mark.parametrize("text", DOTTED)
def test_name_on_the_lifecycle_page_exists(text: str) -> None:
    name, _, arguments = text.partition("(")
    thing = resolve_name(name)
    parameters = [one.strip() for one in arguments.rstrip(")").split(",") if one.strip() not in ("", "…")]
    if parameters:
        assert callable(thing)
        assert list(inspect.signature(thing).parameters)[: len(parameters)] == parameters


@pytest.mark.parametrize("text", PATHS)
def test_path_on_the_lifecycle_page_exists(text: str) -> None:
    assert (PACKAGE / text).exists()


ABOVE_A_PART = "version: 1\nmailbox: info@contoso.example\nplatform: microsoft365\ndisplay_name: Info\n"
"""What a spec has around the part of it that a page shows."""


def yaml_blocks() -> list[tuple[str, str]]:
    blocks = [
        (page.name, found) for page in PAGES for found in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.S)
    ]
    return [(f"{name}-{number}", text) for number, (name, text) in enumerate(blocks)]


@pytest.mark.parametrize("text", [text for _, text in yaml_blocks()], ids=[name for name, _ in yaml_blocks()])
def test_yaml_on_a_page_is_valid(text: str, tmp_path: Path) -> None:
    if "profiles:" in text:
        (tmp_path / "sharedbox.yaml").write_text(text)
        profile = load_profile(None, tmp_path / "sharedbox.yaml", {}, installed_plugins())
        assert profile.tenants
    else:
        teams = (ROOT / "examples" / "mailboxes" / "teams.yaml").read_text(encoding="utf-8")
        (tmp_path / "teams.yaml").write_text(teams)
        (tmp_path / "spec.yaml").write_text(text if "mailbox:" in text else ABOVE_A_PART + text)
        assert len(resolve(load_specs([tmp_path]), capabilities_of_all(), NOW).mailboxes) == 1


def test_ci_runs_the_test_command_of_the_readme() -> None:
    readme, ci = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    assert "```console\nmake test\n```" in readme
    assert "\nmake test\nmake test-slow\n" in ci
    makefile = (ROOT / "Makefile").read_text()
    for target, wanted in (
        ("test", '$(BIN)/python -m pytest -n auto -m "not slow"'),  # with the next line: every test
        ("test-slow", "$(BIN)/python -m pytest -n auto -m slow"),
        ("demo", "@$(BIN)/sharedbox demo"),
    ):
        assert re.findall(rf"^{target}: .*\n\t(.*)$", makefile, re.MULTILINE) == [wanted]


@pytest.mark.slow
def test_wheel_contains_examples_and_no_tests(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("mailboxes", "google", "support"):
        wanted = {path.name for path in (ROOT / "examples" / folder).glob("*.yaml")}
        assert {f"sharedbox_cli/cli/example_specs/{folder}/{name}" for name in wanted} <= names
    assert {"sharedbox_cli/py.typed", "sharedbox_cli/cli/main.py"} <= names
    assert any(name.endswith("exchange_cmdlets.json") for name in names)
    assert not [name for name in names if name.startswith(("tests", "bench"))]


def help_examples() -> list[str]:
    pages = [path.read_text(encoding="utf-8") for path in sorted((PACKAGE / "cli").rglob("command.py"))]
    return [line for page in pages for line in re.findall(r"^      sharedbox (.*)$", page, re.MULTILINE)]


@pytest.mark.parametrize("line", help_examples())
def test_example_in_help_is_valid(cli: Cli, line: str) -> None:
    words = shlex.split(line.partition(" > ")[0])
    if "--" in words:
        words = words[: words.index("--")]
    done = cli(*words, "--help")  # all options are parsed before the help is printed
    assert done.code == 0, done.err
    assert "Usage" in done.out
    assert cli(*words, "--no-such-option", "--help").code == 1, "and what does not exist is refused"
