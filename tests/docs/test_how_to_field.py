"""The page on adding a field works as written, and a field stays as small as the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.asked import each
from tests.docs.how_to import Copy

MOST_FILES, MOST_LINES = 6, 10


@pytest.mark.slow
def test_how_to_add_a_field(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "field.md")
    assert "passed" in copy.test("tests/test_field_contract.py")
    printed = "".join(copy.run(*shlex.split(line)) for line in copy.commands())
    shown = [text for language, _, text in copy.blocks() if language == "text"]
    assert len(shown) == 3
    for text in each(shown):
        assert text in printed
    assert "internal_senders_only" in copy.run("sharedbox", "schema")


def test_field_takes_as_many_lines_as_the_page_says(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "field.md")
    diffs = [text for language, _, text in copy.blocks() if language == "diff"]
    files = {re.findall(r"^\+\+\+ b/(.*)$", diff, re.MULTILINE)[0] for diff in diffs}
    lines = [line for diff in diffs for line in diff.splitlines() if re.match(r"\+(?!\+\+ )", line)]
    assert f"{len(lines)} lines in {len(files)} files" in copy.text
    assert len(files) <= MOST_FILES
    assert len(lines) <= MOST_LINES
