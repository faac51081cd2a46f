"""Which profile a command uses: that of the named paths, whichever folder one stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.cli.profile_search import find_config
from sharedbox_cli.core.errors import UsageError
from tests.conftest import Cli, Cloud

PROFILE = "profiles:\n  mail: {guards: {min_mailboxes: 3}}\n"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with a profile in `mail` and another one in `other`."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    for name in ("mail", "other"):
        (root / name / "specs" / "team").mkdir(parents=True)
        (root / name / "sharedbox.yaml").write_text(PROFILE)
        spec = f"version: 1\nmailbox: {name}@contoso.example\nplatform: microsoft365\n"
        (root / name / "specs" / "team" / "a.yaml").write_text(spec)
    (root / "bare" / "specs").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


NAMED = ["mail", "mail/specs", "mail/specs/team", "mail/specs/team/a.yaml", "mail/specs/../specs", "mail/gone/x.yaml"]
STANDING = [".", "mail", "mail/specs", "mail/specs/team", "other", "other/specs", "bare", ".."]


@pytest.mark.parametrize("standing", STANDING)
@pytest.mark.parametrize("named", NAMED)
@pytest.mark.parametrize("is_absolute", [False, True])
def test_named_path_decides(
    tree: Path, standing: str, named: str, is_absolute: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree / standing)
    path = (
        tree / named
        if is_absolute
        else Path(*[".."] * len((tree / standing).resolve().parts[1:])) / str(tree / named)[1:]
    )
    assert find_config([path]) == tree / "mail" / "sharedbox.yaml"
    assert find_config([path, tree / "mail" / "specs"]) == tree / "mail" / "sharedbox.yaml"


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        ("mail", "mail"),
        ("mail/specs", "mail"),
        ("mail/specs/team", "mail"),
        ("other", "other"),
        (".", None),
        ("bare", None),
        ("..", None),
    ],
)
def test_without_a_path_the_folder_decides(
    tree: Path, standing: str, found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree / standing)
    assert find_config() == (tree / found / "sharedbox.yaml" if found else None)


def test_default_specs_count_as_named(tree: Path) -> None:
    (tree / "specs").mkdir()
    (tree / "specs" / "sharedbox.yaml").write_text(PROFILE)
    (tree / "sharedbox.yaml").write_text(PROFILE)
    assert find_config() == tree / "specs" / "sharedbox.yaml"


@pytest.mark.parametrize("others", [["other/specs"], ["bare/specs"], ["bare/specs", "other"]])
def test_paths_that_disagree(tree: Path, cli: Cli, others: list[str]) -> None:
    with pytest.raises(UsageError, match="different profile files") as caught:
        find_config([tree / "mail" / "specs", *(tree / name for name in others)])
    assert str(tree / "mail" / "sharedbox.yaml") in caught.value.where
    assert (str(tree / "other") in caught.value.where) is ("other" in str(others))


def test_path_without_a_profile_uses_that_of_the_folder(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / ".git").mkdir(parents=True)
    (tree / "sharedbox.yaml").write_text(PROFILE)
    assert find_config([tmp_path / "elsewhere"]) == tree / "sharedbox.yaml"


def test_search_ends_at_the_repository(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "sharedbox.yaml").write_text(PROFILE)
    assert find_config([tree / "bare"]) is None


def test_search_ends_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, specs = tmp_path / "home", tmp_path / "home" / "mail" / "specs"
    specs.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(specs)
    (tmp_path / "sharedbox.yaml").write_text(PROFILE)
    assert find_config([specs]) is None
    (home / "sharedbox.yaml").write_text(PROFILE)
    assert find_config([specs]) == home / "sharedbox.yaml"


def test_file_of_somebody_else_where_everybody_can_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, specs = tmp_path / "shared", tmp_path / "shared" / "mail" / "specs"
    specs.mkdir(parents=True)
    shared.chmod(0o1777)
    (tmp_path / "sharedbox.yaml").write_text(PROFILE)
    (shared / "sharedbox.yaml").write_text(PROFILE)
    monkeypatch.chdir(specs)
    assert find_config([specs]) == shared / "sharedbox.yaml"
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    assert find_config([specs]) is None
    (specs.parent / "sharedbox.yaml").write_text(PROFILE)
    assert find_config([specs]) == specs.parent / "sharedbox.yaml"


def test_saved_plan_of_another_profile(tree: Path, cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec = tree / "mail" / "specs" / "team" / "a.yaml"
    spec.write_text("version: 1\nmailbox: support@contoso.example\nplatform: microsoft365\ndisplay_name: Helpers\n")
    (tree / "mail" / "sharedbox.yaml").write_text("profiles:\n  mail: {}\n")
    plan = tmp_path / "plan.json"
    assert cli("plan", "mail/specs", "--out", plan).code == 0
    before = cloud.effects()
    done = cli("apply", plan)
    assert (done.code, "made with the profile mail" in done.err, cloud.effects() == before) == (1, True, True), done.err
    assert cli("apply", plan, "--config", "mail/sharedbox.yaml").code == 0


@pytest.mark.parametrize(
    "command", [("history",), ("doctor",), ("audit",), ("plan",), ("check",), ("show", "x@y.example", "--observed")]
)
def test_stderr_names_the_file_and_the_profile_once(
    tree: Path, cli: Cli, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree / "mail")
    done = cli(*command)
    assert done.err.count(f"profile mail of {tree}/mail/sharedbox.yaml\n") == 1, done.err


def test_validate_needs_no_profile(tree: Path, cli: Cli) -> None:
    (tree / "mail" / "sharedbox.yaml").write_text("profiles: {a: {guards: {min_mailboxes: 0}}}\n")
    done = cli("validate", "mail/specs")
    assert (done.code, done.err) == (0, "")


def test_guards_hold_from_the_folder_above(tree: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_TENANT_ID", "t")
    (tree / "mail" / "sharedbox.yaml").write_text("profiles: {mail: {journal: required}}\n")
    for standing, named in ((".", "mail/specs"), ("mail", "specs"), ("mail/specs", "."), ("other", "../mail/specs")):
        monkeypatch.chdir(tree / standing)
        done = cli("plan", named)
        assert (done.code, "there is no journal" in done.err) == (1, True), done.err
