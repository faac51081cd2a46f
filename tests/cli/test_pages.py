"""What the pages say is so: names that exist, files that work, and a package that holds what it needs."""

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
ROOMS = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", LIFECYCLE)))
DOTTED = [text for text in QUOTED if re.match(r"\w+(\.\w+)+(\(|\Z)", text) and text.partition(".")[0] in ROOMS]
PATHS = [text for text in QUOTED if "/" in text and text.partition("/")[0] in ROOMS]


def found(dotted: str) -> object:
    """Return what a dotted name below the package leads to. Raises AttributeError, ImportError."""
    thing: object = importlib.import_module("sharedbox_cli")
    for number, part in enumerate(names := dotted.split(".")):
        if isinstance(thing, ModuleType) and not hasattr(thing, part):
            thing = importlib.import_module(".".join(["sharedbox_cli", *names[: number + 1]]))
        else:
            thing = getattr(thing, part)
    return thing


def test_lifecycle_when_read_then_it_names_functions_of_every_room() -> None:
    assert {text.partition(".")[0] for text in DOTTED} >= {"spec", "core", "cli", "engine", "reports", "checks"}
    assert len(DOTTED) > 20


@pytest.mark.parametrize("text", DOTTED)
def test_lifecycle_when_it_names_something_then_it_exists_and_takes_what_it_says(text: str) -> None:
    name, _, arguments = text.partition("(")
    thing = found(name)
    told = [one.strip() for one in arguments.rstrip(")").split(",") if one.strip() not in ("", "…")]
    if told:
        assert callable(thing)
        assert list(inspect.signature(thing).parameters)[: len(told)] == told


@pytest.mark.parametrize("text", PATHS)
def test_lifecycle_when_it_names_a_file_then_it_is_there(text: str) -> None:
    assert (PACKAGE / text).exists()


def yaml_blocks() -> list[tuple[str, str]]:
    blocks = [
        (page.name, found) for page in PAGES for found in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.S)
    ]
    return [(f"{name}-{number}", text) for number, (name, text) in enumerate(blocks)]


@pytest.mark.parametrize("text", [text for _, text in yaml_blocks()], ids=[name for name, _ in yaml_blocks()])
def test_yaml_when_a_page_shows_it_then_it_is_accepted(text: str, tmp_path: Path) -> None:
    if "profiles:" in text:
        (tmp_path / "sharedbox.yaml").write_text(text)
        profile = load_profile(None, tmp_path / "sharedbox.yaml", {}, installed_plugins())
        assert profile.tenants
    else:
        teams = (ROOT / "examples" / "mailboxes" / "teams.yaml").read_text(encoding="utf-8")
        (tmp_path / "teams.yaml").write_text(teams)
        (tmp_path / "spec.yaml").write_text(text)
        assert len(resolve(load_specs([tmp_path]), capabilities_of_all(), NOW).mailboxes) == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_link_when_a_page_has_it_then_it_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [one for one in targets if not one.startswith("http") and not (page.parent / one).exists()] == []


def test_ci_when_it_runs_then_it_calls_what_the_readme_says_runs_the_tests() -> None:
    readme, ci = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    assert "```console\nmake test\n```" in readme
    assert "\nmake test" in ci
    makefile = (ROOT / "Makefile").read_text()
    for target, wanted in (("test", "$(BIN)/python -m pytest -n auto"), ("demo", "@$(BIN)/sharedbox demo")):
        assert re.findall(rf"^{target}: .*\n\t(.*)$", makefile, re.MULTILINE) == [wanted]


def test_wheel_when_built_then_it_holds_the_examples_of_both_clouds_and_nothing_of_the_tests(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("mailboxes", "google"):
        wanted = {path.name for path in (ROOT / "examples" / folder).glob("*.yaml")}
        assert {f"sharedbox_cli/cli/example_specs/{folder}/{name}" for name in wanted} <= names
    assert {"sharedbox_cli/py.typed", "sharedbox_cli/cli/main.py"} <= names
    assert any(name.endswith("exchange_cmdlets.json") for name in names)
    assert not [name for name in names if name.startswith(("tests", "bench"))]


def help_examples() -> list[str]:
    folder = PACKAGE / "cli" / "commands"
    pages = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))]
    return [line for page in pages for line in re.findall(r"^      sharedbox (.*)$", page, re.MULTILINE)]


@pytest.mark.parametrize("line", help_examples())
def test_help_when_it_shows_an_example_then_its_command_and_options_exist(cli: Cli, line: str) -> None:
    words = shlex.split(line.partition(" > ")[0])
    if "--" in words:
        words = words[: words.index("--")]
    done = cli(*words, "--help")  # everything is parsed before help is shown
    assert done.code == 0, done.err
    assert "Usage" in done.out
    assert cli(*words, "--no-such-option", "--help").code == 1, "and what does not exist is refused"
