"""The reader of YAML against PyYAML itself: the same values, at the same positions, with and without libyaml."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path as FilePath
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.language import yaml_source
from sharedbox_cli.language.document import Document, Path
from sharedbox_cli.language.yaml_source import read_documents
from tests.language.documents import EVIL, HOSTILE
from tests.language.test_cases import BAD, GOOD, UNREADABLE

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same parser as the reader's: the two of PyYAML do not agree on tabs."""
ANCHOR = re.compile(r"&\w+")
"""One name twice in a document is fine in YAML, and an error to PyYAML's composer."""
keys = st.text("abcé", min_size=1, max_size=5)
tame = st.text("abcé: #-\n'\"", max_size=12)
hostile = st.text(st.sampled_from(HOSTILE), max_size=12) | st.sampled_from(EVIL)


def mappings(texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    data = st.recursive(
        st.booleans() | st.integers(-(10**16), 10**16) | st.dates() | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=20,
    )
    return st.dictionaries(keys, data, min_size=1, max_size=4)


def dumps(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        yaml.safe_dump,
        mappings(texts),
        default_flow_style=st.sampled_from([True, False, None]),
        allow_unicode=st.booleans(),
        indent=st.sampled_from([2, 4]),
        width=st.sampled_from([20, 80]),
        explicit_start=st.booleans(),
    )


FRAGMENTS = [
    *("a", "b: ", "- ", "\n", "\n  ", "\n    ", "&x ", "*x", "&y ", "*y", "[", "]", "{", "}", ", ", "? ", ": "),
    *("'q'", '"q\\n"', '"\\u202e"', "yes", "null", "~", "1", "2027-03-31", "2027-02-31", "!!str ", "<<: ", "é: "),
    *("|\n", ">-\n", "---\n", "...\n", "# c\n", "\u212a: ", "K: ", "a: ", "c: d\n", "\t", "%TAG ! x\n"),
]
fragments = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join)


def positions(document: Document) -> dict[Path, tuple[Place, Place]]:
    return {path: (document.place_of(path), document.place_of_key(path)) for path, _ in document.values()}


def composed(node: Any, path: Path = (), key: Any = None) -> dict[Path, tuple[Place, Place]]:
    """Return the places of each value and its key by the marks of PyYAML's nodes."""
    found = {path: (_place(node), _place(key or node))}
    if isinstance(node, yaml.MappingNode):
        for inner, value in node.value:
            found |= composed(value, (*path, inner.value), inner)
    if isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            found |= composed(value, (*path, number))
    return found


def _place(node: Any) -> Place:
    return Place("a.yaml", node.start_mark.line + 1, node.start_mark.column + 1)


def comparable(value: Any) -> Any:
    """Return a value of PyYAML's as ours; it also knows moments, which are text to us."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return "a moment" if isinstance(value, datetime) else value


def ours(value: Any, theirs: Any) -> Any:
    """Return our value, with each text that PyYAML takes for a moment marked as such."""
    if isinstance(value, dict) and isinstance(theirs, dict):
        return {key: ours(item, theirs.get(key)) for key, item in value.items()}
    if isinstance(value, list) and isinstance(theirs, list):
        return [ours(item, other) for item, other in zip(value, theirs, strict=False)]
    return "a moment" if isinstance(theirs, datetime) and isinstance(value, str) else value


@pytest.mark.slow
@given(dumps(tame))
@settings(max_examples=200, deadline=None)
def test_tame_text_when_read_then_it_is_accepted(text: str) -> None:
    documents, problems = read_documents(text, "a.yaml")
    assert problems == []
    check_as_pyyaml(text, documents)


@pytest.mark.slow
@given(dumps(hostile) | fragments)
@settings(max_examples=300, deadline=None)
def test_any_text_when_accepted_then_values_and_positions_are_those_of_pyyaml(text: str) -> None:
    documents, problems = read_documents(text, "a.yaml")
    if not problems and len(ANCHOR.findall(text)) == len(set(ANCHOR.findall(text))):
        check_as_pyyaml(text, documents)


def check_as_pyyaml(text: str, documents: list[Document]) -> None:
    theirs = [found for found in yaml.load_all(text, Loader=LOADER) if found is not None]
    assert len(documents) == len(theirs)
    for document, expected in zip(documents, theirs, strict=True):
        assert repr(ours(document.data, expected)) == repr(comparable(expected))
    nodes = [node for node in yaml.compose_all(text, Loader=LOADER) if node.tag != "tag:yaml.org,2002:null"]
    assert [positions(document) for document in documents] == list(map(composed, nodes))


SYNTAX = {"not valid YAML", "a tab as indent", "looks like a template"}
"""Summaries of what the parsers refuse: they word and place it differently."""
ONLY_LIBYAML_REFUSES = {"escaped-surrogate"}
"""Cases that are refused without libyaml, too, but by this package."""


@pytest.mark.slow
@given(dumps(hostile) | fragments)
@settings(max_examples=300, deadline=None)
def test_any_text_when_libyaml_is_missing_then_nothing_else_is_accepted(text: str) -> None:
    found, problems = _read(text)
    found_without, problems_without = _read_without_libyaml(text)
    if SYNTAX & {problem.summary for problem in problems}:
        assert problems_without
    elif not SYNTAX & {problem.summary for problem in problems_without}:
        assert (found_without, problems_without) == (found, problems)


@pytest.mark.parametrize("case", [*GOOD, *BAD, *UNREADABLE], ids=lambda case: case.stem)
def test_case_when_libyaml_is_missing_then_the_result_is_the_same(case: FilePath) -> None:
    text = case.read_bytes().decode("utf-8", "replace")
    found, problems = _read(text)
    found_without, problems_without = _read_without_libyaml(text)
    if case.stem in ONLY_LIBYAML_REFUSES:
        assert problems
        assert problems_without
        return
    assert found_without == found
    assert [_heading(problem) for problem in problems_without] == [_heading(problem) for problem in problems]


def _heading(problem: Problem) -> tuple[Place, str]:
    return problem.place, problem.summary


def _read(text: str) -> tuple[list[Any], list[Problem]]:
    documents, problems = read_documents(text, "a.yaml")
    return [(document.data, positions(document)) for document in documents], problems


def _read_without_libyaml(text: str) -> tuple[list[Any], list[Problem]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_source, "Parser", yaml.SafeLoader)
        return _read(text)
