"""The page on adding a route to the emulator works as written."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.asked import each
from tests.docs.how_to import Copy


@pytest.mark.slow
def test_how_to_add_a_route_to_the_emulator(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "emulator-route.md")
    commands = [shlex.split(line) for line in copy.commands()]
    assert len(commands) == 2
    for python, *arguments in each(commands):
        assert python == "python"
        assert arguments[:3] == ["-m", "pytest", "-q"]
        assert "passed" in copy.test(*arguments[3:])
