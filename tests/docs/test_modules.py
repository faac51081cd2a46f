"""The modules of the product: short enough to read, and named by nouns."""

from __future__ import annotations

import re
from pathlib import Path

from sharedbox_cli.cli.app import app
from tests.asked import each

PACKAGE = Path(__file__).parents[2] / "sharedbox_cli"
MOST_LINES = 315
NOUNS = {"automapping", "binding", "finding", "forwarding", "google_signing", "incoming", "licensing", "offboarding"}
NOUNS |= {"paging", "reading"}
"""Names that end in -ing and are things."""


def test_each_module_fits_in_one_reading() -> None:
    lengths = {path.name: path.read_bytes().count(b"\n") for path in each(PACKAGE.rglob("*.py"))}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_module_is_named_by_what_it_is_doing() -> None:
    assert {path.stem for path in each(PACKAGE.rglob("*.py")) if re.search("ing$", path.stem)} == NOUNS


def test_each_command_has_its_folder() -> None:
    groups = {group.name for group in app.registered_groups}
    commands = {one.name or one.callback.__name__ for one in app.registered_commands if one.callback}
    names = {name.removesuffix("_") for name in commands | {name for name in groups if name}}
    folders = {path.parent.name.removesuffix("_") for path in (PACKAGE / "cli").glob("*/command.py")}
    assert names == folders


def test_only_providers_and_checks_name_a_platform() -> None:
    names = re.compile(r"\b(MICROSOFT365|GOOGLE_DELEGATED|GOOGLE_COLLABORATIVE)\b")
    inner = [
        path for name in ("core", "engine", "language", "reports", "cli") for path in (PACKAGE / name).rglob("*.py")
    ]
    assert [path.name for path in each(inner) if names.search(path.read_text(encoding="utf-8"))] == ["model.py"]
