"""Holds of Vault are seen before an account or a licence goes that they protect."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import DesiredMailbox, State
from sharedbox_cli.core.values import LICENCE_NONE, UNKNOWN, Value
from sharedbox_cli.emulator.company import DOMAIN
from sharedbox_cli.emulator.google.builder import SCOPES, GoogleBuilder
from sharedbox_cli.emulator.google.vault import MATTERS
from tests.asked import each
from tests.providers.google_setting import (
    STANDARD,
    STARTER,
    Fill,
    GoogleSetting,
    at,
    collaborative,
    delegated,
    id_of,
    scope_of,
)
from tests.providers.test_wrong_values import Recorder

Workspaces = Callable[[Fill], GoogleSetting]
GONE = delegated("press", state=State.ABSENT)
LESS = delegated("press", {Field.LICENCE: LICENCE_NONE})
OTHER = delegated("press", {Field.LICENCE: STARTER})
SAME = delegated("press", {Field.LICENCE: STANDARD})


def two(make: GoogleBuilder) -> None:
    make.mailbox("press", "Press")
    make.mailbox("jobs", "Jobs")


def holds(workspace: GoogleSetting, *rows: dict[str, Any], state: str = "OPEN") -> None:
    matter = {"matterId": "m", "name": "Case", "state": state, "holds": list(rows)}
    workspace.tenant.set_meta(MATTERS, json.dumps([matter]))


def on(workspace: GoogleSetting, local: str, **more: str) -> dict[str, Any]:
    account = {"accountId": id_of(workspace.make, local), "email": f"{local}@{DOMAIN}", **more}
    return {"holdId": "h", "name": "Case 7", "corpus": "MAIL", "accounts": [account]}


def found(workspace: GoogleSetting, spec: DesiredMailbox) -> Value:
    ending: dict[Any, Value] = {spec.address: spec.settings.get(Field.LICENCE)}
    observed = workspace.shared.observe(replace(scope_of([spec]), ending=ending))
    return observed.mailboxes[at("press")].facts.get(Fact.HOLDS)


@pytest.mark.parametrize("spec", [GONE, LESS, OTHER])
def test_holds_on_the_account_are_named(workspace_of: Workspaces, spec: DesiredMailbox) -> None:
    workspace = workspace_of(two)
    holds(workspace, on(workspace, "press"), {**on(workspace, "press"), "name": "Audit"}, on(workspace, "jobs"))
    assert found(workspace, spec) == ("Audit", "Case 7")
    assert workspace.calls()["vault.matters.holds.list"] == 1


def test_account_without_holds_has_none_and_one_that_keeps_its_licence_costs_no_call(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    holds(workspace, on(workspace, "jobs"))
    assert found(workspace, GONE) == ()
    calls = workspace.calls()["vault.matters.list"]
    assert found(workspace, SAME) is None
    assert workspace.calls()["vault.matters.list"] == calls


def test_hold_that_names_the_address_alone_counts(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    holds(workspace, on(workspace, "press", accountId="", email=f"Press@{DOMAIN}"))
    assert found(workspace, GONE) == ("Case 7",)


def on_unit(identity: str, name: str = "Unit") -> dict[str, Any]:
    return {"holdId": name, "name": name, "corpus": "MAIL", "orgUnit": {"orgUnitId": identity}}


ROOT, SHARED, PEOPLE, PRESS, LOOKALIKE = "id:00", "id:01", "id:02", "id:03", "id:04"
LIST_UNITS = "directory.orgunits.list"


def with_units(make: GoogleBuilder) -> None:
    """Put the account into a unit below another one; the name of a third one begins alike."""
    two(make)
    sql = "insert into g_orgunits values ('/Shared mailboxes/Press', ?), ('/Shared mailboxes/Pre', ?)"
    make.store.run(sql, PRESS, LOOKALIKE)
    press = make.store.user(str(at("press").key))
    assert press is not None
    make.store.save_user(press["id"], {**json.loads(press["doc"]), "orgUnitPath": "/Shared mailboxes/Press"})


def test_hold_on_a_unit_covers_the_accounts_in_it_and_below(workspace_of: Workspaces) -> None:
    workspace = workspace_of(with_units)
    cases: dict[tuple[str, ...], Value] = {
        (PRESS,): ("0",),
        (SHARED,): ("0",),
        (ROOT,): ("0",),
        ("orgUnits/03",): ("0",),
        (PEOPLE, LOOKALIKE): (),
        (PEOPLE, SHARED, ROOT): ("1", "2"),
        ("id:gone",): UNKNOWN,
        ("id:gone", SHARED): ("1",),
    }
    for units, expected in each(cases.items()):
        holds(workspace, *(on_unit(unit, str(number)) for number, unit in enumerate(units)))
        workspace.forget()
        assert found(workspace, GONE) == expected, units
        assert workspace.calls()[LIST_UNITS] == 1
    assert found(workspace, SAME) is None
    holds(workspace, on(workspace, "press"))
    workspace.forget()
    assert (found(workspace, GONE), LIST_UNITS in workspace.calls()) == (("Case 7",), False)


def test_holds_on_units_are_not_known_where_units_cannot_be_read(workspace_of: Workspaces) -> None:
    workspace = workspace_of(with_units)
    holds(workspace, on_unit(SHARED))
    workspace.faults({"route": f"google.{LIST_UNITS}", "kind": "forbidden", "count": 9})
    assert found(workspace, GONE) == UNKNOWN
    holds(workspace, on_unit(PEOPLE), on(workspace, "press"))
    assert found(workspace, GONE) == ("Case 7",)
    workspace.faults()
    granted = [scope for scope in SCOPES if "orgunit" not in scope]
    workspace.tenant.run("update g_service_accounts set scopes = ?", json.dumps(granted))
    workspace.provider()
    workspace.made.insert(0, workspace.made.pop())
    holds(workspace, on_unit(PEOPLE))
    assert found(workspace, GONE) == UNKNOWN


def test_unit_in_an_unknown_form_is_an_error_in_words(workspace_of: Workspaces) -> None:
    workspace = workspace_of(with_units)
    holds(workspace, on_unit(SHARED))
    recorder = Recorder(workspace)
    for path in each([("organizationUnits",), ("organizationUnits", 1, "orgUnitId")]):
        recorder.change, recorder.was_met = (f"google.{LIST_UNITS}", path, 7), False
        with pytest.raises(ObserveError, match="form that sharedbox does not know"):
            found(workspace, GONE)


def test_move_to_another_unit_names_the_holds_that_it_leaves(workspace_of: Workspaces) -> None:
    workspace = workspace_of(with_units)
    cases: list[tuple[str, str, Value]] = [
        ("/People", SHARED, ("Unit",)),
        ("/Shared mailboxes", PRESS, ("Unit",)),
        ("/Shared mailboxes/Pre", PRESS, ("Unit",)),
        ("/Shared mailboxes", SHARED, ()),
        ("/People", ROOT, ()),
        ("/", SHARED, ("Unit",)),
        ("/People", PEOPLE, ()),
        ("/People", "id:gone", UNKNOWN),
        ("/Shared mailboxes/Press", SHARED, None),
        ("/SHARED mailboxes/press", SHARED, None),
        ("/SHARED mailboxes", SHARED, ()),
    ]
    for to, held, expected in each(cases):
        holds(workspace, on_unit(held), on(workspace, "press"))
        wanted = {at("press"): {Field.ORG_UNIT: to}}
        scope = replace(scope_of([delegated("press", {Field.ORG_UNIT: to})]), releasing=wanted)
        facts = workspace.shared.observe(scope).mailboxes[at("press")].facts
        assert (facts.get(Fact.UNIT_HOLDS), facts.get(Fact.HOLDS)) == (expected, None), (to, held)
    workspace.faults({"route": "google.vault.matters.list", "kind": "forbidden", "count": 9})
    scope = replace(scope, releasing={at("press"): {Field.ORG_UNIT: "/People"}})
    assert workspace.shared.observe(scope).mailboxes[at("press")].facts[Fact.UNIT_HOLDS] == UNKNOWN


@pytest.mark.parametrize("spec", [GONE, LESS])
def test_without_the_scope_or_the_privilege_holds_are_not_known(workspace_of: Workspaces, spec: DesiredMailbox) -> None:
    workspace = workspace_of(two)
    workspace.faults({"route": "google.vault.matters.list", "kind": "forbidden", "count": 9})
    assert found(workspace, spec) == UNKNOWN
    workspace.faults()
    granted = [scope for scope in SCOPES if "ediscovery" not in scope]
    workspace.make.store.run("update g_service_accounts set scopes = ?", json.dumps(granted))
    workspace.provider()
    workspace.made.insert(0, workspace.made.pop())
    assert found(workspace, spec) == UNKNOWN


def test_empty_answer_to_an_administrator_with_a_role_proves_nothing(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    admin = workspace.make.store.user("admin@contoso.example")
    assert admin is not None
    doc = {**json.loads(admin["doc"]), "isAdmin": False, "isDelegatedAdmin": True}
    workspace.make.store.save_user(admin["id"], doc)
    assert found(workspace, GONE) == UNKNOWN


def test_matter_that_cannot_be_read_hides_its_own_holds_only(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    rows = [("m", [on(workspace, "press")]), ("n", [])]
    matters = [{"matterId": name, "name": "Case", "state": "OPEN", "holds": held} for name, held in rows]
    workspace.tenant.set_meta(MATTERS, json.dumps(matters))
    other = delegated("jobs", state=State.ABSENT)
    recorder = Recorder(workspace)
    recorder.change = ("google.vault.matters.list", ("matters", 1, "matterId"), "closed-meanwhile")
    scope = replace(scope_of([GONE, other]), ending={GONE.address: None, other.address: None})
    mailboxes = workspace.shared.observe(scope).mailboxes
    assert recorder.was_met
    assert mailboxes[at("press")].facts[Fact.HOLDS] == ("Case 7",)
    assert mailboxes[at("jobs")].facts[Fact.HOLDS] == UNKNOWN


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("matters.list", ("matters", 0, "matterId")),
        ("matters.holds.list", ("holds", 0, "accounts")),
        ("matters.holds.list", ("holds", 0, "accounts", 0, "email")),
        ("matters.holds.list", ("holds", 0, "orgUnit")),
    ],
)
def test_hold_in_an_unknown_form_is_an_error_in_words(
    workspace_of: Workspaces, route: str, path: tuple[str | int, ...]
) -> None:
    workspace = workspace_of(two)
    holds(workspace, {**on(workspace, "press"), "orgUnit": {}})
    recorder = Recorder(workspace)
    recorder.change = (f"google.vault.{route}", path, True)
    with pytest.raises(ObserveError, match="form that sharedbox does not know"):
        found(workspace, GONE)
    assert recorder.was_met


INBOX = collaborative("orders", state=State.ABSENT)


def of_group(workspace: GoogleSetting) -> Value:
    observed = workspace.shared.observe(replace(scope_of([INBOX]), ending={INBOX.address: None}))
    return observed.mailboxes[at("orders")].facts.get(Fact.HOLDS)


def with_group(make: GoogleBuilder) -> None:
    two(make)
    make.inbox("orders", "Orders")


def test_group_on_hold_is_seen_before_it_is_deleted(workspace_of: Workspaces) -> None:
    workspace = workspace_of(with_group)
    holds(workspace, on(workspace, "press"))
    assert of_group(workspace) == ()
    named = {**on(workspace, "press"), "corpus": "GROUPS", "accounts": [{"email": f"Orders@{DOMAIN}"}]}
    holds(workspace, named)
    assert of_group(workspace) == ("Case 7",)
    holds(workspace, {**named, "accounts": []})
    assert of_group(workspace) == ("Case 7",), "a hold on groups that names none"
    assert found(workspace, GONE) == ()
    holds(workspace, {**named, "corpus": "MAIL", "accounts": [], "orgUnit": {"orgUnitId": "id:03"}})
    assert of_group(workspace) == (), "no group is in an organisational unit"


def test_group_on_hold_is_seen_before_it_keeps_nothing_any_more(workspace_of: Workspaces) -> None:
    workspace = workspace_of(with_group)
    holds(workspace, {**on(workspace, "press"), "corpus": "GROUPS", "accounts": [{"email": f"orders@{DOMAIN}"}]})
    for keeps, expected in each([(False, ("Case 7",)), (True, None)]):
        spec = collaborative("orders", {Field.GROUP_HISTORY: keeps})
        scope = replace(scope_of([spec]), releasing={spec.address: {Field.GROUP_HISTORY: keeps}})
        workspace.forget()
        assert workspace.shared.observe(scope).mailboxes[at("orders")].facts.get(Fact.HOLDS) == expected
        assert ("vault.matters.list" in workspace.calls()) is (not keeps)


def test_holds_on_groups_are_not_known_without_the_scope(workspace_of: Workspaces) -> None:
    workspace = workspace_of(with_group)
    kept = [scope for scope in SCOPES if "ediscovery" not in scope]
    workspace.tenant.run("update g_service_accounts set scopes = ?", json.dumps(kept))
    assert of_group(workspace) == UNKNOWN
