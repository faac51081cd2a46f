"""Commands whose output nobody reads any more, as after `head`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, Cloud

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a closed pipe is another error elsewhere")


def unread(*arguments: str | Path, with_stderr: bool = False) -> int:
    """Return the exit code of a command whose output goes into a pipe that is closed already."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sharedbox_cli.cli.main", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=write,
            stderr=write if with_stderr else subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(write)
    assert not done.stderr or b"Traceback" not in done.stderr, done.stderr
    return done.returncode


@pytest.mark.slow
@pytest.mark.parametrize("with_stderr", [False, True])
def test_apply_does_its_work_and_keeps_its_code(cloud: Cloud, *, with_stderr: bool) -> None:
    assert unread("apply", EXAMPLES, "--yes", with_stderr=with_stderr) == 0
    assert cloud.effects()


@pytest.mark.slow
def test_plan_keeps_its_code_and_writes_its_file(cloud: Cloud, tmp_path: Path) -> None:
    assert unread("plan", EXAMPLES, "--detailed-exitcode", "--out", tmp_path / "plan") == 2
    assert (tmp_path / "plan").stat().st_size > 0
    assert cloud.effects() == []
