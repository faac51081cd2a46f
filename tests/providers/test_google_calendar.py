"""Who can use the calendar of a delegated mailbox: levels for the organisation and for everybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from sharedbox_cli.core.errors import AuthError, SharedboxError
from sharedbox_cli.core.events import Listener
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_DELEGATED
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.company import DOMAIN, OTHER_DOMAIN
from sharedbox_cli.emulator.google.builder import SCOPES, GoogleBuilder
from sharedbox_cli.emulator.google.calendar import CAP, MAILS, OFF, RULES
from tests.asked import each
from tests.providers.google_setting import Fill, GoogleSetting, at, delegated, everything, id_of, scope_of

Workspaces = Callable[[Fill], GoogleSetting]
DEFAULT, ANONYMOUS = Field.CALENDAR_DEFAULT, Field.CALENDAR_ANONYMOUS
LEVELS = ("none", "availability", "reader", "editor")
BOTH = frozenset({DEFAULT, ANONYMOUS})


def rule(role: str, kind: str, value: str = "") -> tuple[str, dict[str, Any]]:
    scope = {"type": kind, "value": value} if value else {"type": kind}
    return (f"{kind}:{value}" if value else kind), {"role": role, "scope": scope}


def press(make: GoogleBuilder) -> None:
    make.mailbox("press", "Press")


def shared(*rules: tuple[str, dict[str, Any]]) -> Fill:
    """Return a filling with one mailbox whose calendar has these rules."""

    def fill(make: GoogleBuilder) -> None:
        make.gmail(make.mailbox("press", "Press"), **{RULES: dict(rules)})

    return fill


def rules_in(workspace: GoogleSetting) -> dict[str, str]:
    stored = workspace.make.store.gmail(id_of(workspace.make, "press"))[RULES]
    return {key: one["role"] for key, one in stored.items()}


def levels_of(workspace: GoogleSetting) -> dict[Field, Value]:
    settings = (
        workspace.observe(delegated("press", {DEFAULT: "none", ANONYMOUS: "none"})).mailboxes[at("press")].settings
    )
    return {name: settings[name] for name in BOTH}


def test_each_level_is_written_and_read_back_and_nobody_gets_a_mail(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    assert levels_of(workspace) == {DEFAULT: "availability", ANONYMOUS: "none"}
    for default, anonymous in each(product(LEVELS, LEVELS[:3])):
        spec = delegated("press", {DEFAULT: default, ANONYMOUS: anonymous})
        assert {outcome.status for outcome in workspace.run(spec).values()} <= {Status.DONE}
        assert workspace.plan(spec) == ()
        assert levels_of(workspace) == {DEFAULT: default, ANONYMOUS: anonymous}
    assert workspace.make.store.tenant.meta(MAILS, "0") == "0"


PEOPLE = (rule("writer", "user", f"anna@{DOMAIN}"), rule("reader", "domain", "partner.example"))


@pytest.mark.parametrize("level", LEVELS)
def test_rules_of_people_and_of_other_organisations_stay(workspace_of: Workspaces, level: str) -> None:
    workspace = workspace_of(shared(*PEOPLE, rule("owner", "domain", OTHER_DOMAIN), rule("reader", "domain", DOMAIN)))
    assert levels_of(workspace)[DEFAULT] == "owner", "the widest of the organisation, in the word of Google"
    spec = delegated("press", {DEFAULT: level})
    assert {outcome.status for outcome in workspace.run(spec).values()} == {Status.DONE}
    assert workspace.plan(spec) == ()
    left = rules_in(workspace)
    assert {key: left.pop(key) for key, _ in PEOPLE} == {key: one["role"] for key, one in PEOPLE}
    assert set(left) == (set() if level == "none" else {f"domain:{DOMAIN}"})


def test_drift_by_the_vendors_api_is_planned_and_corrected(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    spec = delegated("press", {DEFAULT: "none", ANONYMOUS: "none"})
    workspace.run(spec)
    workspace.make.gmail(id_of(workspace.make, "press"), **{RULES: dict([rule("reader", "default")])})
    (change,) = workspace.plan(spec)
    assert (change.before, change.after) == ({ANONYMOUS: "reader"}, {ANONYMOUS: "none"})
    assert {outcome.status for outcome in workspace.apply([change]).values()} == {Status.DONE}
    assert rules_in(workspace) == {}


def test_level_that_an_administrator_limits_fails_and_says_where(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    workspace.make.store.tenant.set_meta(CAP, "freeBusyReader")
    spec = delegated("press", {DEFAULT: "reader", ANONYMOUS: "reader"})
    (outcome,) = workspace.run(spec).values()
    assert (outcome.status, "Sharing settings" in outcome.reason) == (Status.FAILED, True)
    assert levels_of(workspace) == {DEFAULT: "reader", ANONYMOUS: "availability"}


def test_settle_says_what_a_calendar_holds(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    (change,) = workspace.plan(delegated("press", {DEFAULT: "reader"}))
    assert workspace.shared.settle(change).name == "ABSENT"
    workspace.apply([change])
    assert workspace.shared.settle(change).name == "PRESENT"


class Heard(Listener):
    """Collects warnings."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def reading(self, what: str, done: int, total: int | None) -> None: ...

    def waiting(self, seconds: float, why: str) -> None: ...

    def warning(self, text: str) -> None:
        self.texts.append(text)

    def change_started(self, change: Any) -> None: ...

    def change_finished(self, change: Any, outcome: Any) -> None: ...


def take_scope(workspace: GoogleSetting) -> None:
    granted = [scope for scope in SCOPES if "calendar" not in scope]
    workspace.make.store.run("update g_service_accounts set scopes = ?", json.dumps(granted))


def test_without_the_scope_nothing_else_is_lost_and_one_warning_names_it(workspace_of: Workspaces) -> None:
    def two(make: GoogleBuilder) -> None:
        press(make)
        make.mailbox("jobs", "Jobs")

    workspace, heard = workspace_of(two), Heard()
    take_scope(workspace)
    wanted = replace(everything(GOOGLE_DELEGATED, fields=[*BOTH, Field.ACCESS_IMAP]), dispensable=BOTH)
    observed = workspace.shared.observe(wanted, heard)
    assert [set(mailbox.settings) & {*BOTH, Field.ACCESS_IMAP} for mailbox in observed.mailboxes.values()] == [
        {Field.ACCESS_IMAP},
        {Field.ACCESS_IMAP},
    ]
    assert observed.unread == ()
    assert ["calendar.acls.readonly" in text for text in heard.texts] == [True]


def test_spec_that_names_a_calendar_needs_the_scope(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    take_scope(workspace)
    with pytest.raises(AuthError) as error:
        workspace.observe(delegated("press", {DEFAULT: "none"}))
    assert "calendar.acls.readonly" in str(error.value) + error.value.hint + error.value.why


def test_account_without_a_calendar(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        make.gmail(make.mailbox("press", "Press"), **{OFF: {"by": "administrator"}})

    workspace, spec = workspace_of(fill), delegated("press", {DEFAULT: "none"})
    observed = workspace.shared.observe(replace(scope_of([spec]), dispensable=BOTH))
    assert DEFAULT not in observed.mailboxes[at("press")].settings
    with pytest.raises(SharedboxError, match="no calendar") as error:
        workspace.observe(spec)
    assert "leave `calendar` out" in error.value.hint


def test_domain_in_another_case_is_the_same_one(workspace_of: Workspaces) -> None:
    key, one = rule("reader", "domain", DOMAIN)
    workspace = workspace_of(shared((key, {**one, "scope": {"type": "domain", "value": DOMAIN.title()}})))
    for level in each(("availability", "editor", "none")):
        spec = delegated("press", {DEFAULT: level})
        assert {outcome.status for outcome in workspace.run(spec).values()} == {Status.DONE}
        assert workspace.plan(spec) == ()
