"""The page on adding a format works as written."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.docs.how_to import Copy


@pytest.mark.slow
def test_how_to_add_a_format(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "format.md")
    assert "1 passed" in copy.test("tests/reports/test_tsv.py")
    [line] = copy.commands()
    assert copy.run(*shlex.split(line)).startswith("possible\tpath\tmeaning\tvalues\tsource\tto read\tto write\n")
