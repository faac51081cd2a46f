"""The corpus of good and bad specs: what is said, where, and whether editors agree by the JSON Schema."""

from __future__ import annotations

import datetime
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.language.schema import defaults_schema, json_schema, teams_schema
from sharedbox_cli.language.yaml_source import read_documents
from tests.asked import each
from tests.language.setting import desired, problems

CASES = Path(__file__).parents[1] / "cases" / "specs"
GOOD = sorted((CASES / "good").glob("*.yaml"))
BAD = sorted((CASES / "bad").glob("*.yaml"))
UNREADABLE = sorted((CASES / "unreadable").glob("*.yaml"))
WITHOUT_HEADER = {
    "html": ["1:1 not YAML"],
    "lfs-pointer": ["1:1 not the file itself"],
    "tag-directive": ["1:1 tags are not read"],
}
"""Cases that are told by their first line."""
MOST_UNTOLD = 29
"""How many bad cases an editor may miss: JSON Schema compares no two keys and knows no calendar."""


def _expected(case: Path) -> list[str]:
    found = re.findall(r"^# expect: (.*)$", case.read_text("utf-8"), re.MULTILINE)
    return found or WITHOUT_HEADER[case.stem]


def _for_editors(data: Any) -> Any:
    """Return a document as an editor reads it: a bare date is text there."""
    if isinstance(data, dict):
        return {key: _for_editors(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_for_editors(value) for value in data]
    return data.isoformat() if isinstance(data, datetime.date) else data


@cache
def _editor() -> Draft202012Validator:
    return Draft202012Validator(json_schema())


def _is_valid_for_editors(case: Path) -> bool:
    documents, _ = read_documents(case.read_text("utf-8"), case.name)
    return all(_editor().is_valid(_for_editors(document.data)) for document in documents)


def test_corpus_when_listed_then_no_kind_of_case_is_empty() -> None:
    assert len(GOOD) >= 10
    assert len(BAD) >= 70
    assert len(UNREADABLE) >= 40


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.stem)
def test_good_spec_when_resolved_then_it_is_accepted_as_editors_do(case: Path) -> None:
    assert (desired(case).total or 0) >= 1
    assert _is_valid_for_editors(case)


@pytest.mark.parametrize("case", [*BAD, *UNREADABLE], ids=lambda case: case.stem)
def test_bad_spec_when_resolved_then_each_problem_is_told_at_its_place(case: Path) -> None:
    found = problems(case)
    assert [f"{item.place.line}:{item.place.column} {item.summary}" for item in found] == _expected(case)
    for item in each(found):
        assert item.place.file == str(case)
        assert item.why.endswith((".", "?", "`", '"')), item.why
        assert "Traceback" not in item.why
        assert "pydantic" not in item.why.lower()


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.stem)
def test_bad_spec_when_an_editor_checks_it_then_it_agrees_or_the_case_says_why_not(case: Path) -> None:
    is_untold = "# schema: cannot tell" in case.read_text("utf-8")
    assert _is_valid_for_editors(case) is is_untold


def test_corpus_when_counted_then_few_mistakes_escape_editors() -> None:
    untold = [case.stem for case in BAD if "# schema: cannot tell" in case.read_text("utf-8")]
    assert len(untold) <= MOST_UNTOLD


@pytest.mark.parametrize(
    "schema", [json_schema(), defaults_schema(), teams_schema()], ids=["mailbox", "defaults", "teams"]
)
def test_schema_when_checked_then_it_is_one(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("data", "is_valid"),
    [
        ({"desk": [{"user": "anna@contoso.example"}]}, True),
        ({"desk": {"members": [{"group": "sg-audit@contoso.example"}], "rights": ["send_as"]}}, True),
        ({"desk": []}, False),
        ({"desk": {"members": []}}, False),
        ({"desk": None}, False),
        ({"Service Desk": [{"user": "anna@contoso.example"}]}, False),
        ({"desk": [{"team": "other"}]}, False),
        ({"desk": [{"user": "anna@contoso.example", "group": "b@contoso.example"}]}, False),
    ],
)
def test_teams_when_an_editor_checks_them_then_it_agrees_with_the_loader(
    data: Any, is_valid: bool, tmp_path: Path
) -> None:
    import yaml

    (tmp_path / "teams.yaml").write_text(yaml.safe_dump(data), "utf-8")
    assert Draft202012Validator(teams_schema()).is_valid(data) is is_valid
    assert (problems(tmp_path) == ()) is is_valid


def test_first_hundred_problems_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    for number in range(130):
        (tmp_path / f"{number:03}.yaml").write_text("version: 1\n", "utf-8")
    with pytest.raises(SpecError) as caught:
        desired(tmp_path)
    found = caught.value.problems
    assert len(found) == 101
    assert [item.place.file for item in found[:100]] == sorted(item.place.file for item in found[:100])
    assert "30 more problems" in found[-1].summary
