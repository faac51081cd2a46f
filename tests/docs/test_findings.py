"""The page of findings: each id has a row, with a test that exists or the reason why there is none."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.asked import each

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "findings.md"
LATER = frozenset({"U7", "S12", "S15", "S16"})
_ID = re.compile(r"\b[MGSEU][0-9]+\b")


def all_ids() -> list[str]:
    """Return the ids that the page lists in its last section."""
    line = PAGE.read_text(encoding="utf-8").partition("## All ids")[2]
    ranges = re.findall(r"`([MGSEU])1` to `\1([0-9]+)`", line)
    return [f"{letter}{number}" for letter, last in ranges for number in range(1, int(last) + 1)]


@cache
def rows() -> list[tuple[str, list[str]]]:
    """Return the section and the cells of each row of a table."""
    section, found = "", []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line.startswith("| ") and not line.startswith(("| ---", "| id |", "| what ")):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            found.append((section, cells))
    return found


@cache
def names_of_tests() -> frozenset[str]:
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return frozenset(name for text in texts for name in re.findall(r"^ *(?:async )?def (test_\w+)", text, re.MULTILINE))


def test_list_of_ids_is_complete() -> None:
    ids = all_ids()
    assert (len(ids), ids[0], ids[-1]) == (86, "M1", "U11")


@pytest.mark.parametrize("name", all_ids())
def test_each_finding_has_a_row(name: str) -> None:
    sections = {section for section, cells in rows() if name in _ID.findall(cells[0])}
    assert sections, f"{name} has no row"
    assert ("Later work" in sections) == (name in LATER), f"{name} is both done and later work, or neither"


def test_each_row_names_a_test_that_exists() -> None:
    for section, cells in each(rows()):
        if section == "Later work" or cells[-1] == "-":
            continue
        named = re.findall(r"`([^`]+)`", cells[-1])
        assert named, f"{cells[0]}: no test"
        for item in each(named):
            assert (ROOT / item).exists() if "/" in item else item in names_of_tests(), f"{cells[0]}: {item}"


def test_tables_are_whole() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for before, line, after in each(list(zip(lines, lines[1:], lines[2:], strict=False))):
        if line.startswith("|"):
            assert before.startswith("|") or after.startswith("| ---"), f"a row without a table: {line[:60]}"
            assert not after or after.startswith("|"), f"a text in a table: {after[:60]}"
