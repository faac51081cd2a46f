"""The page on adding a command works as written."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.asked import each
from tests.docs.how_to import PAGES, Copy


@pytest.mark.slow
def test_how_to_add_a_command(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "command.md")
    assert "2 passed" in copy.test("tests/cli/test_members.py")
    printed = "".join(copy.run(*shlex.split(line)) for line in copy.commands())
    [shown] = [text for language, _, text in copy.blocks() if language == "text"]
    assert shown in printed
    table = "from sharedbox_cli.reports.json_schema import reference_table; print(reference_table())"
    assert "`sharedbox.members/1`" in copy.run(sys.executable, "-c", table)


def test_page_whose_code_has_texts_says_that_they_need_german() -> None:
    texts = {page.name: page.read_text(encoding="utf-8") for page in PAGES.glob("*.md")}
    translated = {name for name, text in texts.items() if re.search(r"\b(can|cannot|tr|tr_count|mark)\(\"", text)}
    assert {"field.md", "rule.md", "command.md"} <= translated
    for name in each(translated - {"text.md", "platform.md"}):  # a package of somebody else has no catalogue
        assert "(text.md)" in texts[name], name
