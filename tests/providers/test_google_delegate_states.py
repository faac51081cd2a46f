"""Who can be a delegate: refused or noted in the plan, before Google refuses, and only for Gmail delegates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Desired, Right
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from tests.providers.google_setting import NOW, Fill, GoogleSetting, collaborative, delegated, id_of, user

Workspaces = Callable[[Fill], GoogleSetting]
STATES: dict[str, dict[str, Any]] = {
    "active": {},
    "suspended": {"suspended": True},
    "archived": {"extra": {"archived": True}},
    "new": {"extra": {"changePasswordAtNextLogin": True}},
    "unlicensed": {"licence": ""},
}
REFUSED = ("suspended", "archived")
NOTED = {"new": "choose a new password", "unlicensed": "no Gmail mailbox"}
ACCEPTED = ("active", "new")
"""By the emulator."""


def company(make: GoogleBuilder) -> None:
    """Fill a mailbox, an inbox, and a person in each state."""
    anna = make.person("anna", "Anna")
    for name, more in STATES.items():
        make.person(name, name.title(), **more)
    make.delegate(make.mailbox("press", "Press"), anna)
    make.member(make.inbox("desk", "Desk"), anna, "OWNER")


def notes_of(workspace: GoogleSetting, *people: str) -> list[str]:
    """Return the notes of a plan for these delegates."""
    spec = delegated("press", {}, map(user, people))
    plan = make_plan(Desired({spec.address: spec}, "", 1), {GOOGLE_DELEGATED: workspace.observe(spec)}, NOW, "0")
    return [note.text for note in plan.notes]


@pytest.mark.parametrize("state", STATES)
def test_plan_agrees_with_google_on_delegates(workspace_of: Workspaces, state: str) -> None:
    workspace = workspace_of(company)
    spec = delegated("press", {}, (user("anna"), user(state)))
    if state in REFUSED:
        with pytest.raises(SpecError) as caught:
            workspace.plan(spec)
        (problem,) = caught.value.problems
        assert f"{state}@contoso.example is {state}" in problem.why
        return
    (outcome,) = workspace.run(spec).values()
    assert outcome.status is (Status.DONE if state in ACCEPTED else Status.FAILED)
    assert [NOTED[state] in note for note in notes_of(workspace, "anna", state)] == ([True] if state in NOTED else [])


def test_all_refused_delegates_are_named_at_once(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company)
    with pytest.raises(SpecError) as caught:
        workspace.plan(delegated("press", {}, map(user, ("anna", *REFUSED))))
    assert len(caught.value.problems) == len(REFUSED)


@pytest.mark.parametrize("state", STATES)
def test_delegate_who_has_access_already_is_no_error(workspace_of: Workspaces, state: str) -> None:
    workspace = workspace_of(company)
    workspace.make.delegate(id_of(workspace.make, "press"), id_of(workspace.make, state))
    assert workspace.plan(delegated("press", {}, (user("anna"), user(state)))) == ()


@pytest.mark.parametrize("state", STATES)
def test_a_group_takes_everybody(workspace_of: Workspaces, state: str) -> None:
    workspace = workspace_of(company)
    spec = collaborative("desk", {}, (user("anna", Right.OWNER), user(state, Right.MEMBER)))
    (outcome,) = workspace.run(spec).values()
    assert outcome.status is Status.DONE
