"""What the system refuses is an error in words, never a bug: a full disk, a folder that is a file, a loop of links."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.asked import each
from tests.conftest import EXAMPLES, Cli, Cloud
from tests.forked import python
from tests.slow_rest import in_turn

FULL = Path("/dev/full")
PLAIN = (
    ("--help",),
    ("--version",),
    ("validate", str(EXAMPLES)),
    ("show", "sales@contoso.example", str(EXAMPLES)),
    ("explain",),
    ("explain", "microsoft365"),
    ("schema",),
    ("history",),
    ("demo",),
    ("emulator", "faults"),
)
ON_A_TENANT = (
    ("plan", str(EXAMPLES)),
    ("apply", str(EXAMPLES), "--yes"),
    ("check", str(EXAMPLES)),
    ("audit",),
    ("audit", "-o", "csv"),
    ("audit", "-o", "json"),
    ("show", "sales@contoso.example", "--observed"),
    ("doctor",),
)


def to_full(arguments: tuple[str, ...], stream: str = "stdout") -> subprocess.CompletedProcess[str]:
    with FULL.open("w") as full:
        outputs = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: full}
        return subprocess.run([python(), "-m", "sharedbox_cli", *arguments], text=True, check=False, **outputs)  # type: ignore[call-overload, no-any-return]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no full device")
@pytest.mark.parametrize("arguments", in_turn({" ".join(words): words for words in PLAIN}, 0, 5))
def test_full_stdout_is_an_error_in_words(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = to_full(arguments)
    assert (done.returncode, "No space left on device" in done.stderr) == (1, True), done.stderr
    assert "bug" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="this system has no full device")
@pytest.mark.parametrize("arguments", in_turn({" ".join(words): words for words in ON_A_TENANT}, 0, 4))
def test_full_stdout_with_a_tenant(cloud: Cloud, arguments: tuple[str, ...]) -> None:
    done = to_full(arguments)
    assert (done.returncode, "No space left on device" in done.stderr) == (1, True), done.stderr
    assert "bug" not in done.stderr
    assert cloud.effects() == [], "nothing is applied that was not shown"


@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="this system has no full device")
def test_full_stderr_changes_nothing(cloud: Cloud) -> None:
    for arguments in each((("validate", str(EXAMPLES)), ("plan", str(EXAMPLES)), ("audit",))):
        done = to_full(arguments, "stderr")
        assert (done.returncode, bool(done.stdout)) == (0, True), arguments


def places(tmp_path: Path) -> dict[str, Path]:
    file, loop = tmp_path / "a-file", tmp_path / "loop"
    file.write_text("x")
    loop.symlink_to(loop)
    return {"a file": file, "below a file": file / "state", "a loop": loop}


@pytest.mark.parametrize("place", ["a file", "below a file", "a loop"])
def test_state_folder_that_cannot_be_read(
    cloud: Cloud, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("SHAREDBOX_STATE_DIR", str(places(tmp_path)[place]))
    history = cli("history")
    assert (history.code, "the journal cannot be read" in history.err) == (1, True), history.out
    assert history.out == ""
    plan = cli("plan", EXAMPLES)
    assert (plan.code, "cannot read the journal" in plan.err) == (0, True), plan.err
    apply = cli("apply", EXAMPLES, "--yes")
    assert (apply.code, "bug" in apply.err) == (1, False), apply.err
    assert cloud.effects() == []


@pytest.mark.parametrize("place", ["below a file", "a loop"])
def test_path_that_cannot_be_read(cli: Cli, tmp_path: Path, place: str) -> None:
    path = places(tmp_path)[place]
    for arguments in (
        ("validate", path),
        ("plan", path),
        ("plan", EXAMPLES, "--config", path),
        ("plan", EXAMPLES, "--out", path),
        ("init", path, "--platform", "microsoft365", "--mailbox", "x@contoso.example"),
        ("trust", path),
    ):
        done = cli(*arguments)
        assert done.code == 1, arguments
        assert "bug" not in done.err, (arguments, done.err)
        assert "error" in done.err


def test_error_of_the_system_names_its_file(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied", "/somewhere/specs.yaml")

    monkeypatch.setattr("sharedbox_cli.language.load.load_specs", refused)
    done = cli("validate", EXAMPLES)
    assert (done.code, "/somewhere/specs.yaml" in done.err, "Permission denied" in done.err) == (1, True, True)
    assert "bug" not in done.err
