"""The page on adding a check works as written."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.docs.how_to import Copy


@pytest.mark.slow
def test_how_to_add_a_check(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "rule.md")
    assert "passed" in copy.test("tests/checks")
    printed = "".join(copy.run(*shlex.split(line)) for line in copy.commands())
    shown = [text for language, _, text in copy.blocks() if language == "text"]
    assert len(shown) == 1
    assert shown[0] in printed
