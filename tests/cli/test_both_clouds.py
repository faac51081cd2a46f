"""Checks and audits of a tenant on Microsoft 365 with a Google Workspace, end to end."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import SCOPES, SHARED_UNIT, GoogleBuilder, blank
from sharedbox_cli.emulator.seed import Seeded
from sharedbox_cli.emulator.seed import demo as microsoft_demo
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli, Cloud, CloudMaker


def both(tenant: Tenant) -> Seeded:
    """Fill both clouds: a mailbox that is being moved, and people who have an account in each."""
    seeded = microsoft_demo(tenant)
    blank(tenant)
    make = GoogleBuilder(tenant, 9)
    ben, chloe = make.person("ben", "Ben Carter"), make.person("chloe", "Chloé Dubois")
    emi = make.person("e.sato", "恵美 佐藤", aliases=("emi@contoso.example",))
    hugo = make.person("hugo", "Hugo Left", suspended=True)
    orders = make.mailbox("orders", "Orders")
    for who in (ben, emi, hugo):
        make.delegate(orders, who)
    make.person("old-desk", "Old desk", unit=SHARED_UNIT, suspended=True)
    make.person("bare", "Bare desk", unit=SHARED_UNIT, licence="")
    desk = make.inbox("helpdesk", "Help desk", isArchived="false")
    make.member(desk, chloe, "OWNER")
    make.member(desk, emi)
    sales = make.inbox("sales", "Sales", whoCanViewGroup="ANYONE_CAN_VIEW", allowExternalMembers="true")
    make.member(sales, chloe)
    make.member(sales, "ext-1", kind="EXTERNAL", email="otto@partner.example")
    inner = make.group("inner", "Inner")
    make.member(inner, ben)
    make.member(inner, "ext-2", kind="EXTERNAL", email="olga@partner.example")
    make.member(sales, inner, kind="GROUP")
    return seeded


@pytest.fixture
def clouds(cloud_of: CloudMaker) -> Cloud:
    return cloud_of(both)


def findings(cli: Cli, *more: str) -> dict[tuple[str, str], set[str]]:
    done = cli("check", "--whole-tenant", "-o", "json", *more)
    assert done.code == 0, done.err
    found: dict[tuple[str, str], set[str]] = {}
    for item in json.loads(done.out)["findings"]:
        found.setdefault((item["mailbox"].partition("@")[0], item["platform"]), set()).add(item["check"])
    return found


def test_check_when_both_clouds_are_read_then_each_mailbox_has_its_own_findings(clouds: Cloud, cli: Cli) -> None:
    found = findings(cli)
    assert found["sales", "google-collaborative"] == {
        "address-twice",
        "external-members-allowed",
        "group-with-outsiders",
        "member-guest",
        "owner-missing",
        "viewed-by-anyone",
    }
    assert found["sales", "microsoft365"] == {
        "address-twice",
        "member-deleted",
        "member-disabled",
        "nearly-full",
        "sign-in-open",
        "one-member",
    }
    assert {"account-suspended", "licence-wasted"} <= found["old-desk", "google-delegated"]
    assert "licence-missing" in found["bare", "google-delegated"]
    assert "history-missing" in found["helpdesk", "google-collaborative"]
    assert "member-disabled" in found["orders", "google-delegated"]


def test_check_when_google_is_checked_then_only_what_rules_need_is_asked_for(clouds: Cloud, cli: Cli) -> None:
    findings(cli, "--platform", "google-delegated")
    asked = Counter(str(line["route"]).removeprefix("google.") for line in clouds.emulator.log.lines)
    gmail = {name for name in asked if name.startswith("gmail.")}
    assert gmail == {
        "gmail.users.settings.delegates.list",
        "gmail.users.settings.getAutoForwarding",
        "gmail.users.settings.sendAs.list",  # for senders that nobody confirmed
    }
    assert asked["gmail.users.settings.getAutoForwarding"] == 1  # one that is licensed and not suspended
    assert asked["licensing.licenseAssignments.listForProduct"] == 2  # Workspace and Education
    assert not any(name.startswith("groupsSettings") for name in asked)
    start = len(clouds.emulator.log.lines)
    findings(cli, "--platform", "google-collaborative")
    names = {str(line["route"]).removeprefix("google.") for line in clouds.emulator.log.lines[start:]}
    assert {name.partition(".")[0] for name in names} - {"batch"} == {"oauth2", "directory", "groupsSettings"}


@pytest.mark.parametrize(("policy", "rule"), [("off", "delegation-off"), ("403", "delegation-unknown"), ("on", "")])
def test_check_when_the_delegation_policy_is_off_or_unreadable_then_that_is_told_once(
    clouds: Cloud, cli: Cli, policy: str, rule: str
) -> None:
    store = GoogleBuilder(clouds.tenant, 1).store
    if policy == "off":
        store.run("delete from g_policies")
    if policy == "403":
        store.run("update g_users set doc = json_set(doc, '$.isAdmin', json('true'), '$.isSuperAdmin', json('false'))")
        scopes = [one for one in SCOPES if not one.endswith("cloud-identity.policies.readonly")]
        store.run("update g_service_accounts set scopes = ?", json.dumps(scopes))
    told = findings(cli, "--platform", "google-delegated").get(("", "google-delegated"), set())
    assert told == ({rule} if rule else set())


def audit(cli: Cli, *more: str) -> dict[str, Any]:
    done = cli("audit", "-o", "json", *more)
    assert done.code == 0, done.err
    data: dict[str, Any] = json.loads(done.out)
    return data


def test_audit_of_both_clouds_joins_people_and_not_mailboxes(clouds: Cloud, cli: Cli) -> None:
    data = audit(cli)
    ben = {(row["mailbox"], row["platform"]) for row in data["rows"] if row["person"] == "ben@contoso.example"}
    assert ben == {
        ("orders@contoso.example", "google-delegated"),
        ("sales@contoso.example", "google-collaborative"),
        ("sales@contoso.example", "microsoft365"),
    }
    assert [item["mailbox"] for item in data["mailboxes"]].count("sales@contoso.example") == 2
    olga = next(row for row in data["rows"] if row["person"] == "olga@partner.example")
    assert (olga["via"], olga["is_guest"]) == (["inner@contoso.example"], True)
    emi = {row["platform"] for row in data["rows"] if row["person"] == "e.sato@contoso.example"}
    assert emi == {"microsoft365", "google-delegated", "google-collaborative"}
    assert {"mailbox": "old-desk@contoso.example", "platform": "google-delegated", "is_read": False} in data[
        "mailboxes"
    ]


def test_audit_when_one_address_is_asked_for_then_both_mailboxes_are_told(clouds: Cloud, cli: Cli) -> None:
    data = audit(cli, "-m", "Sales@contoso.example")
    assert {(mailbox["mailbox"], mailbox["platform"]) for mailbox in data["mailboxes"]} == {
        ("sales@contoso.example", "google-collaborative"),
        ("sales@contoso.example", "microsoft365"),
    }
    shown = cli("audit", "-m", "sales@contoso.example", "--by", "person").out
    assert shown.count("Ben Carter <ben@contoso.example>") == 1
    assert "sales@contoso.example (microsoft365)" in shown
    assert "sales@contoso.example (google-collaborative)" in shown


def test_show_when_both_clouds_have_the_address_then_neither_is_lost(clouds: Cloud, cli: Cli) -> None:
    done = cli("show", "sales@contoso.example", "--observed", "-o", "json")
    assert {mailbox["platform"] for mailbox in json.loads(done.out)["mailboxes"]} == {
        "microsoft365",
        "google-collaborative",
    }


def test_check_when_specs_of_google_are_checked_then_their_wishes_and_places_are_told(
    clouds: Cloud, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "orders.yaml").write_text(
        "version: 1\nmailbox: orders@contoso.example\nplatform: google-delegated\nmembers:\n"
        "  - user: ben@contoso.example\n    until: 2020-01-01\n  - user: otto@partner.example\n"
        "rules: [{name: out, when: {subject_contains: [a]}, then: {forward_to: x@partner.example}}]\n"
    )
    done = cli("check", tmp_path, "-o", "json")
    assert done.code == 0, done.err
    found = {(item["check"], item["subject"]): item["line"] for item in json.loads(done.out)["findings"]}
    assert found["access-expired", "ben@contoso.example"] == 5
    assert found["delegate-outside", "otto@partner.example"] == 7
    assert ("forwarding-outside", "x@partner.example") in found


def test_group_that_loses_its_owner_or_opens_is_refused(clouds: Cloud, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(
        "version: 1\nmailbox: helpdesk@contoso.example\nplatform: google-collaborative\n"
        "members: [{user: e.sato@contoso.example}]\ngroup: {viewing: organization}\n"
    )
    done = cli("apply", tmp_path, "--yes", "--allow", "wide-trustee=helpdesk@contoso.example")
    assert (done.code, "last-owner" in done.err, "wide-trustee" in done.err) == (4, True, False)
    assert cli("apply", tmp_path, "--yes", "--allow", "last-owner").code == 4
    assert clouds.effects() == []
    (tmp_path / "desk.yaml").write_text(
        "version: 1\nmailbox: helpdesk@contoso.example\nplatform: google-collaborative\n"
        "members: [{user: e.sato@contoso.example, rights: [owner]}]\ngroup: {viewing: organization}\n"
    )
    assert "wide-trustee" in cli("apply", tmp_path, "--yes").err
    assert cli("apply", tmp_path, "--yes", "--allow", "wide:helpdesk@contoso.example").code == 0


def test_explain_shows_where_a_check_or_guard_applies(cli: Cli) -> None:
    assert "only_on: google-collaborative" in cli("explain", "owner-missing").out
    assert "this guard cannot be waived" in cli("explain", "last-owner").out
    assert "not_on" not in json.loads(cli("explain", "no-member", "-o", "json").out)
