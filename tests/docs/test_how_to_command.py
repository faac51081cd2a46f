"""The page on adding a command works as written."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.docs.how_to import Copy


@pytest.mark.slow
def test_how_to_add_a_command(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "command.md")
    assert "2 passed" in copy.test("tests/cli/test_members.py")
    printed = "".join(copy.run(*shlex.split(line)) for line in copy.commands())
    [shown] = [text for language, _, text in copy.blocks() if language == "text"]
    assert shown in printed
    table = "from sharedbox_cli.reports.json_schema import reference_table; print(reference_table())"
    assert "`sharedbox.members/1`" in copy.run(sys.executable, "-c", table)
