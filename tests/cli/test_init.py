"""The first files: they are right for their platform, and nothing is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from sharedbox_cli.core.model import Platform
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from tests.asked import each
from tests.conftest import Cli, Cloud
from tests.field_values import TABLES

PLATFORMS = tuple(TABLES)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_starter_when_written_then_it_is_valid_and_says_how_to_connect(
    cli: Cli, tmp_path: Path, platform: Platform
) -> None:
    made = cli("init", tmp_path / "mail", "--platform", platform, "--mailbox", "new@contoso.example")
    assert made.code == 0, made.err
    assert len(made.out.splitlines()) == 4
    done = cli("validate", tmp_path / "mail" / "specs", "--config", tmp_path / "mail" / "sharedbox.yaml")
    assert (done.code, done.err) == (0, ""), done.err
    profile = (tmp_path / "mail" / "sharedbox.yaml").read_text()
    page = next(word for word in profile.split() if word.startswith("docs/")).rstrip(".")
    assert (Path(__file__).parents[2] / page).is_file()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_file_names_its_schema_and_fits_it(cli: Cli, tmp_path: Path, platform: Platform) -> None:
    cli("init", tmp_path / "mail", "--platform", platform)
    for path in each(sorted((tmp_path / "mail" / "specs").glob("*.yaml"))):
        head, *_ = path.read_text().splitlines()
        name = head.removeprefix("# yaml-language-server: $schema=")
        assert (name.startswith(".schemas/"), head != name) == (True, True)
        schema = json.loads((path.parent / name).read_text())
        Draft202012Validator(schema).validate(yaml.safe_load(path.read_text()))


def test_starter_follows_the_schemas_of_the_version(cli: Cli, tmp_path: Path) -> None:
    old = tmp_path / "mail" / "specs" / ".schemas" / "teams.schema.json"
    old.parent.mkdir(parents=True)
    old.write_text("{}")
    assert cli("init", tmp_path / "mail").code == 0
    assert "$defs" in old.read_text()


@pytest.mark.parametrize("platform", CAPABILITIES)
def test_starter_when_applied_to_google_then_nothing_is_left_to_do(
    google: Cloud, cli: Cli, tmp_path: Path, platform: Platform
) -> None:
    specs = tmp_path / "mail" / "specs"
    cli(
        "init",
        tmp_path / "mail",
        "--platform",
        platform,
        "--mailbox",
        "new@contoso.example",
        "--member",
        "anna@contoso.example",
    )
    defaults = specs / "_defaults.yaml"
    defaults.write_text(defaults.read_text().replace("# storage:", "storage:"))
    done = cli("apply", specs, "--yes")
    assert done.code == 0, done.out + done.err
    assert "No changes." in cli("plan", specs).out


def test_starter_when_files_are_there_then_nothing_is_overwritten(cli: Cli, tmp_path: Path) -> None:
    cli("init", tmp_path)
    done = cli("init", tmp_path, "--platform", "google-delegated")
    assert (done.code, "Nothing is overwritten" in done.err) == (1, True)
    assert "microsoft365" in (tmp_path / "sharedbox.yaml").read_text()


def test_starter_when_the_platform_is_unknown_then_the_known_ones_are_named(cli: Cli, tmp_path: Path) -> None:
    done = cli("init", tmp_path, "--platform", "google")
    assert (done.code, "google-collaborative" in done.err) == (1, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--mailbox", "support"), "not an address\n  --mailbox support"),
        (("--member", "@contoso.example"), "not an address\n  --member @contoso.example"),
        (("--platform", "google-delegatd"), "Did you mean `google-delegated`?"),
    ],
)
def test_starter_with_a_wrong_option(cli: Cli, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = cli("init", tmp_path / "mail", *arguments)
    assert (done.code, message in done.err) == (1, True), done.err
    assert list(tmp_path.iterdir()) == []


def test_starter_below_a_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    done = cli("init", tmp_path / "mail")
    assert (done.code, "the files cannot be written" in done.err) == (1, True), done.err
