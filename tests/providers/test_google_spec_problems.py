"""What Google refuses is found in a spec, before any request, with a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from tests.language.setting import NOW
from tests.providers.google_setting import GoogleSetting, collaborative
from tests.slow_rest import crossed


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


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ("when: {larger_than: 5MB, smaller_than: 9MB}, then: {star: true}", "smaller_than"),
        ("when: {has_attachment: true}, then: {forward_to: [a@b.example, c@b.example]}", "forward_to"),
        ("when: {everything: true}, then: {star: true}", "everything"),
        ("when: {from_contains: news}, then: {star: true}", "from_contains"),
        ("when: {has_attachment: true}, unless: {from: a@b.example}, then: {star: true}", "unless"),
        ("when: {has_attachment: true}, then: {star: true}, stop: true", "stop"),
        ("when: {has_attachment: true}, then: {star: true}, enabled: true", "enabled"),
        ("when: {has_attachment: true}, then: {redirect_to: a@b.example}", "redirect_to"),
    ],
)
def test_refuse_what_a_filter_cannot_say(tmp_path: Path, rule: str, key: str) -> None:
    before = "rules: [{name: r, "
    (problem,) = problems_of(tmp_path, "google-delegated", f"{before}{rule}}}]")
    assert problem.place.column >= len(before) + rule.index(f"{key}:") + 1
    assert problem.place.column <= len(before) + rule.index(f"{key}:") + len(f"{key}: ") + 1


ROLES = ("member", "manager", "owner")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", ["user", "group"])
def test_a_group_is_only_a_member_of_a_group(tmp_path: Path, kind: str, role: str) -> None:
    body = f"members: [{{{kind}: leads@contoso.example, rights: [{role}]}}]"
    found = problems_of(tmp_path, "google-collaborative", body)
    assert [role in problem.why for problem in found] == ([True] if kind == "group" and role != "member" else [])


POSTING = ("anyone", "organization", "members", "managers", "owners", "nobody")


@pytest.mark.parametrize(
    ("posting", "moderation"), crossed(list(POSTING), ["none", "new-members", "non-members", "all"])
)
def test_spec_agrees_with_google_on_posting_and_moderation(
    tmp_path: Path, workspace: GoogleSetting, posting: str, moderation: str
) -> None:
    """Whatever `validate` accepts is applied, whatever the group had before; what it refuses, Google refuses."""
    body = f"group: {{posting: {posting}, moderation: {moderation}}}"
    is_refused = bool(problems_of(tmp_path, "google-collaborative", body, "desk@contoso.example"))
    assert is_refused is (moderation == "non-members" and posting not in ("anyone", "organization"))
    spec = collaborative("desk", {Field.GROUP_POSTING: posting, Field.GROUP_MODERATION: moderation})
    outcomes = workspace.run(spec)
    assert bool([outcome for outcome in outcomes.values() if not outcome.is_success]) is is_refused


@pytest.mark.parametrize("posting", POSTING)
def test_posting_alone_in_a_group_that_moderates(workspace: GoogleSetting, posting: str) -> None:
    workspace.run(collaborative("desk", {Field.GROUP_POSTING: "anyone", Field.GROUP_MODERATION: "non-members"}))
    spec = collaborative("desk", {Field.GROUP_POSTING: posting})
    outcomes = workspace.run(spec)
    assert [outcome for outcome in outcomes.values() if not outcome.is_success] == []
    assert workspace.plan(spec) == ()
