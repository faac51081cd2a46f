"""Each fault while a Workspace is written: what is not known is settled by reading, and nothing is done twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import DesiredGrant, DesiredMailbox, MembersMode, Right, State
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.core.values import BLOCKED, LICENCE_NONE, Value
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.calendar import RULES
from sharedbox_cli.emulator.google.contacts import KIND as CONTACT
from tests.asked import every
from tests.faults import table
from tests.providers.google_setting import (
    STARTER,
    Fill,
    GoogleSetting,
    collaborative,
    company,
    delegated,
    held,
    id_of,
    level,
    user,
)
from tests.slow_rest import in_turn, with_each_value

Workspaces = Callable[[Fill], GoogleSetting]
G = "gmail.users.settings"
RULE: Value = ((("name", "r"), ("when.from", ("a@shop.example",)), ("then.tag", ("Orders",))),)


def inside(*grants: DesiredGrant, **more: frozenset[Right]) -> DesiredMailbox:
    """Return a spec that manages who uses the calendar or the contacts, and nothing else."""
    return replace(delegated("sales", {}, grants), has_members=False, **more)  # type: ignore[arg-type]


MODIFY = "cloudidentity.groups.memberships.modifyMembershipRoles"
ENDING = replace(user("ben", Right.MEMBER), until=datetime(2099, 1, 31, 15, 30, 5, tzinfo=UTC))
NEW = replace(user("emi", Right.MEMBER, "none"), until=ENDING.until)
KINDS: dict[str, DesiredMailbox] = {
    "directory.users.insert": delegated("press"),
    "directory.users.undelete": delegated("gone"),
    "directory.users.update": delegated("sales", {Field.HIDDEN: True, Field.DISPLAY_NAME: "S"}),
    "directory.users.signOut": delegated("sales", {Field.SIGN_IN: BLOCKED}),
    "directory.users.aliases.insert": delegated(
        "sales", {Field.ALIASES: ("new@contoso.example", "verkauf@contoso.example")}
    ),
    "directory.users.aliases.delete": delegated("sales", {Field.ALIASES: ()}),
    "directory.users.delete": delegated("sales", state=State.ABSENT),
    "licensing.licenseAssignments.insert": delegated("bare", {Field.LICENCE: STARTER}),
    "licensing.licenseAssignments.patch": delegated("sales", {Field.LICENCE: STARTER}),
    "licensing.licenseAssignments.delete": delegated("sales", {Field.LICENCE: LICENCE_NONE}),
    f"{G}.delegates.create": delegated("sales", {}, (user("anna"),), mode=MembersMode.AT_LEAST),
    f"{G}.delegates.delete": delegated("sales", {}, ()),
    f"{G}.sendAs.create": delegated("sales", {}, (user("anna", Right.SEND_AS),), mode=MembersMode.AT_LEAST),
    f"{G}.sendAs.patch": delegated("sales", {Field.SENDERS: (("help@contoso.example", "New", "", False),)}),
    f"{G}.sendAs.delete": delegated("sales", {Field.SENDERS: ()}),
    "gmail.users.labels.create": delegated("sales", {Field.FOLDERS: ("Orders",)}),
    "gmail.users.labels.patch": delegated("sales", {Field.TAGS: (("Old", "red"),)}),
    f"{G}.filters.create": delegated("sales", {Field.RULES: RULE}),
    f"{G}.filters.delete": delegated("sales", {Field.RULES: ()}),
    f"{G}.updateVacation": delegated("sales", {Field.AUTO_REPLY: True, Field.AUTO_REPLY_INTERNAL: "x"}),
    f"{G}.forwardingAddresses.create": delegated("sales", {Field.FORWARDING_TO: "anna@contoso.example"}),
    f"{G}.updateAutoForwarding": delegated("sales", {Field.FORWARDING_TO: "ben@contoso.example"}),
    f"{G}.updateImap": delegated("sales", {Field.ACCESS_IMAP: True}),
    f"{G}.updatePop": delegated("sales", {Field.ACCESS_POP: True}),
    f"{G}.updateLanguage": delegated("sales", {Field.LANGUAGE: "de"}),
    "calendar.acl.insert": inside(level("anna", "reader"), level("ben", "reader")),
    "calendar.acl.patch": inside(level("ben", "editor")),
    "calendar.acl.delete": inside(levels=frozenset({Right.CALENDAR})),
    "contactDelegation.users.delegates.create": inside(
        *(level(local, "editor", Right.CONTACTS) for local in ("anna", "ben"))
    ),
    "contactDelegation.users.delegates.delete": inside(levels=frozenset({Right.CONTACTS})),
    "directory.groups.insert": collaborative("team"),
    "directory.groups.patch": collaborative("desk", {Field.DISPLAY_NAME: "New", Field.GROUP_DESCRIPTION: "D"}),
    "groupsSettings.groups.patch": collaborative("desk", {Field.GROUP_POSTING: "members", Field.HIDDEN: True}),
    "directory.groups.aliases.insert": collaborative(
        "desk", {Field.ALIASES: ("new@contoso.example", "pult@contoso.example")}
    ),
    "directory.groups.aliases.delete": collaborative("desk", {Field.ALIASES: ()}),
    "directory.members.insert": collaborative(
        "desk", {}, (user("emi", Right.MEMBER, "none"),), mode=MembersMode.AT_LEAST
    ),
    "directory.members.update": collaborative(
        "desk", {}, (user("ben", Right.MANAGER, "daily"),), mode=MembersMode.AT_LEAST
    ),
    "cloudidentity.groups.memberships.create": replace(
        collaborative("desk", {}, (NEW,), mode=MembersMode.AT_LEAST), enforces_until=True
    ),
    MODIFY: replace(collaborative("desk", {}, (user("anna", Right.OWNER), ENDING)), enforces_until=True),
    "directory.members.delete": collaborative("desk", {}, (user("anna", Right.OWNER),)),
}
COMPOSED = frozenset({"directory.users.update", "groupsSettings.groups.patch"})
"""Calls of which one change may rightly make several."""
FAULTS: table.Groups = {
    "not executed": {
        "429 with Retry-After": {"kind": "throttle", "retry_after": 6},
        "403 with a quota's reason": {"kind": "status", "status": 403, "body": "json", "reason": "quotaExceeded"},
        "token expired": {"kind": "unauthorized"},
    },
    "failed": {
        "503 in Google's shape": {"kind": "status", "status": 503, "body": "json", "reason": "backendError"},
        **table.NO_ANSWER,
    },
    "effect lost": table.EFFECT_LOST,
}
NO_ANSWER = dict(zip(KINDS, cycle(("reset_before", "reset_before", "html200", "html200")), strict=False))


def fill(make: GoogleBuilder) -> None:
    company(make)
    sales = id_of(make, "sales")
    old = make.label(sales, "Old")
    make.filter(sales, {"from": "x@shop.example"}, {"addLabelIds": [old]})
    make.store.put(
        sales,
        "sendas",
        "help@contoso.example",
        {
            "sendAsEmail": "help@contoso.example",
            "displayName": "Help",
            "replyToAddress": "",
            "signature": "",
            "isPrimary": False,
            "isDefault": False,
            "treatAsAlias": False,
            "verificationStatus": "accepted",
        },
    )
    ben = id_of(make, "ben")
    make.store.put(sales, CONTACT, ben, {"user": ben, "email": "ben@contoso.example"})
    shared = {"user:ben@contoso.example": {"role": "reader", "scope": {"type": "user", "value": "ben@contoso.example"}}}
    make.gmail(sales, **{RULES: shared})
    make.person("bare", "Bare Desk", unit="/Shared mailboxes", licence="")
    gone = make.mailbox("gone", "Gone Desk")
    make.store.run("update g_users set deleted_at = ? where id = ?", make.store.now - 60, gone)
    for sql in ("delete from g_names where owner = ?", "delete from g_licences where user_id = ?"):
        make.store.run(sql, gone)


@pytest.fixture
def writing(workspace_of: Workspaces) -> GoogleSetting:
    return workspace_of(fill)


def _ended_well(workspace: GoogleSetting, spec: DesiredMailbox, route: str) -> None:
    twice = [effect for effect, count in Counter(workspace.effects()).items() if count > 1 and "changed" not in effect]
    assert route in COMPOSED or route.endswith("signOut") or not twice, twice
    workspace.faults()
    assert workspace.plan(spec) == ()


@pytest.mark.parametrize(("route", "group", "fault"), with_each_value(table.matrix(KINDS, FAULTS)))
def test_write_when_it_fails_once_then_it_is_done_once(
    writing: GoogleSetting, route: str, group: str, fault: str
) -> None:
    spec = KINDS[route]
    changes = writing.plan(spec)
    writing.faults({"route": f"google.{route}", **FAULTS[group][fault]})
    writing.forget()
    outcomes = writing.apply(changes)
    assert outcomes and every(outcome.is_success for outcome in outcomes.values()), outcomes
    sent = writing.calls()[route]
    assert sent == 2 if group == "not executed" and route not in COMPOSED else sent >= 1
    _ended_well(writing, spec, route)


@pytest.mark.parametrize("route", in_turn(list(KINDS), 0, 4))
def test_write_without_an_answer_is_finished_by_another_run(writing: GoogleSetting, route: str) -> None:
    spec, kind = KINDS[route], NO_ANSWER[route]
    changes = writing.plan(spec)
    writing.faults({"route": f"google.{route}", "kind": kind, "count": 10_000})
    writing.forget()
    outcome = next(one for one in writing.apply(changes).values() if not one.is_success)
    assert outcome.status is Status.UNKNOWN
    assert outcome.stops_run is (kind == "html200")
    assert writing.calls()[route] <= 2
    writing.faults()
    outcomes = writing.run(spec)
    assert every(one.is_success for one in outcomes.values()), outcomes
    assert writing.plan(spec) == ()


@pytest.mark.parametrize("route", in_turn(list(KINDS), 1, 4))
def test_write_when_it_is_refused_then_it_fails_and_says_so(writing: GoogleSetting, route: str) -> None:
    changes = writing.plan(KINDS[route])
    for kind, stops, most in (("forbidden", False, 1), ("unauthorized", True, 2), ("throttle", True, 3)):
        writing.faults({"route": f"google.{route}", "kind": kind, "count": 10_000})
        writing.forget()
        outcome = next(one for one in writing.apply(changes).values() if not one.is_success)
        assert (outcome.status, outcome.stops_run) == (Status.FAILED, stops), kind
        assert writing.calls()[route] <= most
        assert outcome.reason


def test_write_when_the_days_quota_is_used_up_then_the_run_stops(writing: GoogleSetting) -> None:
    writing.faults(
        {
            "route": f"google.{G}.delegates.create",
            "kind": "status",
            "status": 403,
            "body": "json",
            "reason": "dailyLimitExceeded",
            "count": 10_000,
        }
    )
    outcome = next(iter(writing.run(KINDS[f"{G}.delegates.create"]).values()))
    assert (outcome.status, outcome.stops_run) == (Status.FAILED, True)
    assert "quota" in outcome.reason


@pytest.mark.parametrize("spec", [delegated("press"), collaborative("team")], ids=["account", "group"])
def test_create_when_it_landed_late_then_it_is_found_as_ours(writing: GoogleSetting, spec: DesiredMailbox) -> None:
    changes = writing.plan(spec)
    writing.lag(user=90, group=90)
    for route in ("directory.users.insert", "directory.groups.insert"):
        writing.faults(
            *({"route": f"google.{one}", "kind": "reset_after"} for one in (route, "directory.groups.insert"))
        )
    writing.forget()
    outcome = writing.shared.apply(changes[0])
    assert outcome.status is Status.DONE
    assert sum(" made" in effect for effect in writing.effects()) == 1


@pytest.mark.parametrize("route", ["directory.users.insert", "directory.groups.insert"])
def test_lost_answer_to_a_creation_adopts_nobody(writing: GoogleSetting, route: str) -> None:
    change = writing.plan(KINDS[route])[0]
    if route == "directory.users.insert":
        writing.make.person("press", "Priya Ess")
    else:
        writing.make.member(writing.make.group("team", "Team"), id_of(writing.make, "anna"))
    writing.faults({"route": f"google.{route}", "kind": "status", "status": 503})
    assert writing.shared.apply(change).status is Status.FAILED


def test_write_when_settling_cannot_read_then_it_stays_unknown(writing: GoogleSetting) -> None:
    spec = KINDS[f"{G}.delegates.create"]
    changes = writing.plan(spec)
    writing.faults(
        {"route": f"google.{G}.delegates.create", "kind": "reset_after"},
        {"route": "google.directory.*", "kind": "status", "status": 500, "count": 10_000},
    )
    assert [outcome.status for outcome in writing.apply(changes).values()] == [Status.UNKNOWN]
    writing.faults()
    assert ("sales@contoso.example", "anna@contoso.example", "full_access") in held(writing.observe(spec))


def test_write_when_the_service_is_gone_then_the_run_stops(writing: GoogleSetting) -> None:
    changes = writing.plan(KINDS["directory.users.update"])
    writing.emulator.stop()
    outcome = writing.shared.apply(changes[0])
    assert outcome.status in (Status.FAILED, Status.UNKNOWN)
    assert outcome.stops_run


def test_revoke_when_it_is_seen_late_then_it_is_not_sent_twice(writing: GoogleSetting) -> None:
    changes = writing.plan(KINDS["directory.members.delete"])
    writing.lag(member=20)
    writing.faults({"route": "google.directory.members.delete", "kind": "reset_after"})
    writing.forget()
    assert [outcome.status for outcome in writing.apply(changes).values()] == [Status.DONE]
    assert writing.calls()["directory.members.delete"] == 1


def _with_whole_names(path: Path) -> str:
    """Return a module in which the names of calls have no part that is computed."""
    text = path.read_text(encoding="utf-8")
    for name, value in re.findall(r'^(_[A-Z]+) = "(.+)"$', text, re.MULTILINE):
        text = text.replace(f"{{{name}}}", value)
    return text.replace("{'patch' if is_there else 'create'}", "patch")


def test_kinds_when_looked_at_then_every_write_of_the_provider_is_in_the_matrix() -> None:
    import sharedbox_cli.providers.google_workspace.apply as apply

    folder = Path(str(apply.__path__[0]))
    text = "".join(map(_with_whole_names, folder.glob("*.py")))
    called = set(
        re.findall(r'"((?:directory|gmail|calendar|contactDelegation|licensing|groupsSettings)\.[A-Za-z.]+)"', text)
    )
    verbs = ("insert", "update", "patch", "delete", "create", "signOut", "undelete")
    writes = {name for name in called if name.rpartition(".")[2].startswith(verbs)}
    assert writes - set(KINDS) == {"directory.asps.delete", "directory.tokens.delete"}
