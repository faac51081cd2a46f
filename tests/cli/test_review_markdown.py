"""`review --sheets markdown`: the same review in a pull request."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.language.csv.markdown import markdown_tables
from sharedbox_cli.reports.safe import markdown, one_line
from tests.asked import each
from tests.cli.test_review import ANNA, BEN, DESK, SALES, SPECS, TEAMS, company, read, refused, results
from tests.conftest import Cli, CloudMaker

SHEET = Path("review") / f"{ANNA}.md"


@pytest.fixture
def sheet(cloud_of: CloudMaker, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the sheet of Anna."""

    monkeypatch.chdir(tmp_path)
    SPECS.mkdir()
    for name, text in (("sales", SALES), ("desk", DESK), ("teams", TEAMS)):
        (SPECS / f"{name}.yaml").write_text(text)
    cloud_of(company)
    done = cli("review", "start", "--sheets", "markdown")
    assert done.code == 0, done.err
    assert {path.name for path in SHEET.parent.iterdir()} == {f"{ANNA}.md", "no-owner.md"}
    return SHEET.read_text()


def decided(text: str, person: str, right: str, decision: str, note: str = "") -> str:
    """Return a sheet in which a direct right has a decision."""
    lines = text.splitlines()
    name = markdown(person)
    [number] = [number for number, line in enumerate(lines) if name in line and f"| {markdown(right)} |  |" in line]
    cells = lines[number].split(" | ")
    cells[9:11] = [decision, note]
    lines[number] = " | ".join(cells)
    return "\n".join(lines) + "\n"


def test_decisions_of_a_markdown_sheet_are_those_of_a_spreadsheet(sheet: str, cli: Cli) -> None:
    text = decided(sheet, BEN, "full_access", "no", "left | the team")
    text = decided(text, BEN, "send_as", "until 2198-12-31")
    SHEET.write_text(text.replace("left | the team", r"left \| the team"))
    data = read(cli, SHEET, "--by", "emi@contoso.example", "--write")
    found = results(data)
    assert (found["ben", "full_access"], found["ben", "send_as"]) == ("removed", "ends")
    assert "2198-12-31" in (SPECS / "sales.yaml").read_text()
    assert "left | the team" in (SPECS / "reviews.csv").read_text(encoding="utf-8-sig")
    assert cli("validate", SPECS).code == 0


def test_table_that_a_formatter_aligned_is_the_same_sheet(sheet: str, cli: Cli) -> None:
    text = decided(sheet, BEN, "full_access", "no")
    SHEET.write_text(text.replace(" | ", "   |   ").replace(" --- |", " :--------: |").replace(r"\_", "_"))
    assert results(read(cli, SHEET))["ben", "full_access"] == "removed"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text.replace("ben@", "eve@"), "a row that names no grant"),
        (lambda text: text.replace("| decision |", "| verdict |"), "It has no column decision."),
        (lambda text: text.replace("|", ""), "not a sheet of a review"),
        (lambda text: "", "not a sheet of a review"),
        (lambda text: decided(text, BEN, "send_as", "perhaps"), "`perhaps` is none."),
        (lambda text: decided(text, BEN, "send_as", "no", "left | then"), "a value without a column"),
    ],
)
def test_problems_have_their_place(sheet: str, cli: Cli, change: object, told: str) -> None:
    SHEET.write_text(change(sheet))  # type: ignore[operator]
    before = {path: path.read_text() for path in SPECS.iterdir()}
    words = refused(cli("review", "read", SHEET, "--write"))
    assert told in words
    assert f"{SHEET}" in words
    assert {path: path.read_text() for path in SPECS.iterdir()} == before


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_every_text_comes_back_from_its_cell(texts: list[str]) -> None:
    row = [one_line(text).strip() for text in texts]
    lines = ["| h |" + " h |" * (len(row) - 1), "|" + " --- |" * len(row), f"| {' | '.join(map(markdown, row))} |"]
    [table] = markdown_tables("\n".join(lines), "f.md", "UTF-8")
    assert not table.problems
    for cells in each(table.rows or [[]]):
        assert [cell.text for cell in cells] == (row if any(row) else [])
