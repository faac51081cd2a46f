"""How much a reading of a Workspace asks for: the floor, and where it is above it and why.

With G groups, U accounts, N mailboxes: collaborative ceil(G/200) + 2N, delegated ceil(U/500) + 2N (N tokens). Above
it: one token for each admin API (a scope that is not granted refuses one thing, not all), the domains (to tell
outsiders), for inboxes the accounts (names, and who is suspended), and the settings of each plain group, as nothing
else tells that it is one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from math import ceil

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Platform, Right
from sharedbox_cli.emulator.google.builder import SCOPES, GoogleBuilder
from sharedbox_cli.providers.google_workspace.api import THREADS
from sharedbox_cli.providers.google_workspace.google_client import Resource
from sharedbox_cli.providers.google_workspace.scopes import APIS, CALENDAR
from tests.asked import every
from tests.providers.google_setting import Fill, GoogleSetting, collaborative, delegated, everything, held, user

SIZES = [60, pytest.param(520, marks=pytest.mark.slow)]
"""Less than a page of everything, and more: 200 groups are a page, and 500 accounts."""
Workspaces = Callable[[Fill], GoogleSetting]


def tenant_of(platform: Platform, mailboxes: int, members: int, plain: int = 7) -> Fill:
    def fill(make: GoogleBuilder) -> None:
        make.store.run("begin")
        people = [make.person(f"p{number:04d}", f"P {number}") for number in range(members + 20)]
        for number in range(mailboxes):
            chosen = [people[(number + step) % len(people)] for step in range(members)]
            if platform == GOOGLE_DELEGATED:
                mailbox = make.mailbox(f"box{number:04d}", f"Box {number}")
                for who in chosen:
                    make.delegate(mailbox, who)
            else:
                mailbox = make.inbox(f"box{number:04d}", f"Box {number}")
                for who in chosen:
                    make.member(mailbox, who)
        for number in range(plain):
            make.group(f"list{number}", "List")
        make.store.run("commit")

    return fill


def count(workspace: GoogleSetting, table: str) -> int:
    return len(workspace.make.store.rows(f"select id from {table}"))  # noqa: S608 - a name of this file


@pytest.mark.parametrize("mailboxes", SIZES)
def test_observe_when_all_inboxes_are_read_then_calls_are_the_floor(workspace_of: Workspaces, mailboxes: int) -> None:
    workspace = workspace_of(tenant_of(GOOGLE_COLLABORATIVE, mailboxes, 10))
    observed = workspace.shared.observe(everything(GOOGLE_COLLABORATIVE))
    assert len(held(observed)) == 10 * mailboxes
    assert held(observed) == workspace.make.seeded.grants
    groups, accounts = count(workspace, "g_groups"), count(workspace, "g_users")
    assert workspace.calls() == {
        "oauth2.token": 2,
        "directory.domains.list": 1,
        "directory.users.list": ceil(accounts / 500),
        "directory.groups.list": ceil(groups / 200),
        "groupsSettings.groups.get": groups,
        "directory.members.list": mailboxes,
    }
    floor = ceil(groups / 200) + 2 * mailboxes
    above = 2 + 1 + ceil(accounts / 500) + (groups - mailboxes)
    assert sum(workspace.calls().values()) == floor + above
    assert workspace.requests() <= 8 + 2 * ceil(groups / 100), "what travels together is one request"


@pytest.mark.parametrize("mailboxes", SIZES)
def test_observe_when_all_delegated_mailboxes_are_read_then_calls_are_the_floor(
    workspace_of: Workspaces, mailboxes: int
) -> None:
    workspace = workspace_of(tenant_of(GOOGLE_DELEGATED, mailboxes, 10))
    observed = workspace.shared.observe(everything(GOOGLE_DELEGATED))
    assert len(held(observed)) == 10 * mailboxes
    assert held(observed) == workspace.make.seeded.grants
    accounts = count(workspace, "g_users")
    assert workspace.calls() == {
        "oauth2.token": 1 + mailboxes,
        "directory.domains.list": 1,
        "directory.users.list": ceil(accounts / 500),
        "gmail.users.settings.delegates.list": mailboxes,
    }
    assert sum(workspace.calls().values()) == ceil(accounts / 500) + 2 * mailboxes + 2
    assert workspace.requests() <= mailboxes + 6 + ceil(mailboxes / 50)


def test_observe_when_some_inboxes_are_planned_then_only_they_are_read(workspace_of: Workspaces) -> None:
    workspace = workspace_of(tenant_of(GOOGLE_COLLABORATIVE, 60, 10))
    specs = [collaborative(f"box{number:04d}", {Field.GROUP_HISTORY: True}, ()) for number in range(5)]
    workspace.observe(*specs)
    assert workspace.calls()["groupsSettings.groups.get"] == 5
    assert workspace.calls()["directory.members.list"] == 5


def test_observe_when_some_mailboxes_are_planned_then_only_they_are_read(workspace_of: Workspaces) -> None:
    workspace = workspace_of(tenant_of(GOOGLE_DELEGATED, 60, 10))
    specs = [delegated(f"box{number:04d}", {Field.HIDDEN: False}, (user("p0001"),)) for number in range(5)]
    workspace.observe(*specs)
    assert workspace.calls()["oauth2.token"] == 6
    assert workspace.calls()["gmail.users.settings.delegates.list"] == 5


def test_observe_when_topics_of_gmail_are_managed_then_each_costs_one_call_a_mailbox(workspace_of: Workspaces) -> None:
    workspace = workspace_of(tenant_of(GOOGLE_DELEGATED, 30, 2))
    fields = [Field.FOLDERS, Field.RULES, Field.AUTO_REPLY, Field.FORWARDING_TO, Field.ACCESS_IMAP, Field.SENDERS]
    workspace.shared.observe(everything(GOOGLE_DELEGATED, fields=fields))
    gmail = {name: number for name, number in workspace.calls().items() if name.startswith("gmail.")}
    assert len(gmail) == 7
    assert set(gmail.values()) == {30}


def test_observe_when_calendars_are_managed_then_they_cost_one_call_a_mailbox(workspace_of: Workspaces) -> None:
    workspace = workspace_of(tenant_of(GOOGLE_DELEGATED, 30, 2))
    specs = [delegated(f"box{number:04d}", {Field.CALENDAR_DEFAULT: "reader"}) for number in range(20)]
    workspace.observe(*specs)
    calls = workspace.calls()
    assert (calls["calendar.acl.list"], calls["oauth2.token"]) == (20, 21)
    assert not [name for name in calls if name.startswith("gmail.")]
    assert workspace.routes(with_parts=False)["google.batch"] <= 2


MAIL_AND_CALENDAR = everything(GOOGLE_DELEGATED, fields=[Field.FOLDERS, Field.CALENDAR_DEFAULT])


def test_mail_and_calendar_of_an_account_are_read_with_one_token(workspace_of: Workspaces) -> None:
    workspace = workspace_of(tenant_of(GOOGLE_DELEGATED, 30, 2))
    observed = workspace.shared.observe(MAIL_AND_CALENDAR)
    calls = workspace.calls()
    assert (calls["calendar.acl.list"], calls["gmail.users.labels.list"], calls["oauth2.token"]) == (30, 30, 31)
    assert len(observed.mailboxes) == 30


def test_calendar_that_may_not_be_read_costs_no_mailbox_its_mail(workspace_of: Workspaces) -> None:
    workspace = workspace_of(tenant_of(GOOGLE_DELEGATED, 30, 2))
    kept = [scope for scope in SCOPES if scope not in APIS[CALENDAR].read]
    workspace.tenant.run("update g_service_accounts set scopes = ?", json.dumps(kept))
    provider = workspace.provider()
    workspace.forget()
    observed = provider.observe(replace(MAIL_AND_CALENDAR, dispensable=frozenset({Field.CALENDAR_DEFAULT})))
    assert len(observed.mailboxes) == 30
    assert every(Field.FOLDERS in box.settings for box in observed.mailboxes.values())
    # One for each account's mail; two refusals each for its calendar; and the first ones, which end the sharing.
    assert workspace.calls()["oauth2.token"] <= 1 + 3 * 30 + THREADS


def test_observe_when_senders_are_wanted_then_each_person_is_asked_once(workspace_of: Workspaces) -> None:
    workspace = workspace_of(tenant_of(GOOGLE_DELEGATED, 30, 2))
    people = [user(f"p{number:04d}", Right.SEND_AS) for number in range(3)]
    workspace.observe(delegated("box0000", {}, people), delegated("box0001", {}, people))
    assert workspace.calls()["gmail.users.settings.sendAs.list"] == 3


def test_resource_when_used_again_then_not_built_again() -> None:
    import httplib2
    from googleapiclient.discovery import build

    gmail = Resource(build("gmail", "v1", http=httplib2.Http(), static_discovery=True, cache_discovery=False))
    settings = gmail.users().settings()
    assert gmail.users().settings() is settings
    first, second = (settings.delegates().list(userId=user) for user in ("a@x.example", "b@x.example"))
    assert first is not second and "a%40x.example" in first.uri and "b%40x.example" in second.uri
