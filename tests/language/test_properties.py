"""What must not matter: the order of documents, members and files, and the letter case of addresses."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.language.setting import desired, problems

RIGHTS = ["full_access", "read", "send_as", "send_on_behalf"]
NAMES = ["anna", "ben", "chloe", "dmitri"]
BOXES = ["support", "sales", "invoices"]

rights = st.lists(st.sampled_from(RIGHTS), unique=True, min_size=1)
members = st.lists(
    st.fixed_dictionaries(
        {"user": st.sampled_from(NAMES).map(lambda name: f"{name}@contoso.example")},
        optional={
            "rights": rights,
            "until": st.sampled_from(["2026-01-01", "2027-03-31"]),
            "reason": st.sampled_from(["cover", "review"]),
        },
    )
    | st.fixed_dictionaries({"team": st.sampled_from(["desk", "board"])}),
    unique_by=lambda member: member.get("user") or member["team"],
)


BOOLEANS = st.booleans()
SOME_BOXES = st.lists(st.sampled_from(BOXES), unique=True, min_size=1)
COUNTS = st.integers(0, 3)
TEAM_LABELS = st.sampled_from(["a", "b"])


@st.composite
def spec_sets(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for name in draw(SOME_BOXES):
        mailbox: dict[str, Any] = {"version": 1, "mailbox": f"{name}@contoso.example", "platform": "microsoft365"}
        if draw(BOOLEANS):
            mailbox["members"] = draw(members)
        if draw(BOOLEANS):
            mailbox["aliases"] = [f"{name}-{number}@contoso.example" for number in range(draw(COUNTS))]
        if draw(BOOLEANS):
            mailbox["labels"] = {"team": draw(TEAM_LABELS), "site": "hq"}
        found.append(mailbox)
    return found


TEAMS = {
    "desk": [{"user": "anna@contoso.example"}, {"user": "emi@contoso.example"}],
    "board": {"members": [{"user": "emi@contoso.example"}, {"group": "sg@contoso.example"}], "reason": "board"},
}


def _write(folder: Path, mailboxes: list[dict[str, Any]], *, in_one_file: bool) -> Path:
    # JSON is YAML: every text stands in quotes.
    (folder / "teams.yaml").write_text(json.dumps(TEAMS), "utf-8")
    texts = [json.dumps(mailbox, indent=1) for mailbox in mailboxes]
    if in_one_file:
        (folder / "all.yaml").write_text("\n---\n".join(texts), "utf-8")
    else:
        for number, text in enumerate(texts):
            (folder / f"{number}.yaml").write_text(text, "utf-8")
    return folder


def _shuffled(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict):
        keys = draw(st.permutations(sorted(value)))
        return {key: _shuffled(draw, value[key]) for key in keys}
    if isinstance(value, list):
        return [_shuffled(draw, item) for item in draw(st.permutations(value))]
    if isinstance(value, str) and "@" in value and draw(BOOLEANS):
        return value.upper()
    return value


@pytest.mark.slow
@given(st.data(), spec_sets())
@settings(max_examples=60, deadline=None)
def test_specs_when_written_in_another_order_and_case_then_the_same_is_desired(
    data: st.DataObject, mailboxes: list[dict[str, Any]]
) -> None:
    other = data.draw(st.composite(lambda draw: _shuffled(draw, mailboxes))())
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first = _write(Path(one), mailboxes, in_one_file=False)
        second = _write(Path(two), other, in_one_file=data.draw(st.booleans()))
        assert problems(first) == ()
        assert desired(first) == desired(second)


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_when_read_as_a_spec_then_nothing_but_problems_comes_of_it(text: str) -> None:
    from sharedbox_cli.language.yaml_source import read_documents

    documents, found = read_documents(text.replace("\x00", ""), "a.yaml")
    assert isinstance(documents, list)
    assert all(problem.place.file == "a.yaml" for problem in found)


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_bytes_when_loaded_then_nothing_but_problems_comes_of_them(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_bytes(raw)
        for problem in problems(Path(folder)):
            assert problem.summary


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["mailbox", "members", "rights", "user", "team", "storage", "state", "labels", "version"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
@settings(max_examples=300, deadline=None)
def test_any_data_when_loaded_then_nothing_but_problems_comes_of_it(data: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.yaml", "_defaults.yaml", "teams.yaml"):
            (Path(folder) / name).write_text(json.dumps(data), "utf-8")
        for problem in problems(Path(folder)):
            assert problem.summary
