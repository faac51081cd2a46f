"""What Google refuses is found in a spec, before any request, with a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from tests.language.setting import NOW


def problems_of(
    tmp_path: Path, platform: str, body: str, mailbox: str = "press@contoso.example"
) -> tuple[Problem, ...]:
    """Return the problems of one document."""
    path = tmp_path / "spec.yaml"
    path.write_text(f"version: 1\nmailbox: {mailbox}\nplatform: {platform}\n{body}\n", "utf-8")
    try:
        resolve(load_specs((path,)), CAPABILITIES, NOW)
    except SpecError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("key", ["from", "to", "subject_contains"])
@pytest.mark.parametrize(("value", "column"), [("'\"a\" b'", 0), ("[good, 'Invoice \"paid\"']", 7)])
def test_refuse_a_quote_in_a_condition(tmp_path: Path, key: str, value: str, column: int) -> None:
    before = f"rules: [{{name: r, when: {{{key}: "
    (problem,) = problems_of(tmp_path, "google-delegated", f"{before}{value}}}, then: {{star: true}}}}]")
    assert (problem.place.line, problem.place.column) == (4, len(before) + 1 + column)
    assert "has_words" in problem.why


def test_has_words_is_search_syntax(tmp_path: Path) -> None:
    rule = "rules: [{name: r, when: {has_words: '\"a b\" -c', without_words: '\"d\"'}, then: {star: true}}]"
    assert problems_of(tmp_path, "google-delegated", rule) == ()
