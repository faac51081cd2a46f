"""Each fault while writing: what is not known is settled by reading, and nothing is ever done twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sharedbox_cli.providers.microsoft365.apply as apply_package
from sharedbox_cli.core.change import RESTORE, Change, Kind
from sharedbox_cli.core.errors import CloudError
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import MICROSOFT365, Right
from sharedbox_cli.core.order import Phase, Topic
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.core.values import BLOCKED, KIND_SHARED, KIND_USER, PLAN_2, Value
from sharedbox_cli.emulator.microsoft import inbox_rules
from tests.field_values import possible, settings_on, values_on
from tests.providers.setting import (
    Setting,
    at,
    creation_of,
    deletion_of,
    grant_of,
    held,
    licence_of,
    scope,
    trustee_id,
    update_of,
)
from tests.providers.test_m365_folder_rights import level_of
from tests.slow_rest import crossed, in_turn

Make = Callable[[Setting], Change]


def restoration(setting: Setting) -> Change:
    """Return the change that brings a mailbox back that was deleted before."""
    provider = setting.provider()
    assert provider.apply(deletion_of(setting, "sales")).status is Status.DONE
    (soft_deleted,) = provider.observe(scope("sales")).taken[at("sales")]
    setting.forget()
    return Change(Kind.CREATE, Phase.CREATE, at("sales"), MICROSOFT365, soft_deleted.id, how=RESTORE)


def conversion(setting: Setting) -> Change:
    """Return the change that makes a person's mailbox a shared one."""
    return Change(
        Kind.UPDATE,
        Phase.CREATE,
        at("info"),
        MICROSOFT365,
        str(trustee_id(setting, "info")),
        before={Field.KIND: KIND_USER},
        after={Field.KIND: KIND_SHARED},
    )


def new_aliases(setting: Setting) -> Change:
    """Return the change that takes an alias and gives another."""
    return update_of(
        setting, "sales", {Field.ALIASES: ("neu@contoso.example",)}, {Field.ALIASES: ("verkauf@contoso.example",)}
    )


KINDS: dict[str, tuple[str, Make]] = {
    "create": ("exchange.New-Mailbox", lambda s: creation_of("support")),
    "grant full access": ("exchange.Add-MailboxPermission", lambda s: grant_of(s, "sales", "anna")),
    "grant send as": ("exchange.Add-RecipientPermission", lambda s: grant_of(s, "sales", "anna", Right.SEND_AS)),
    "grant on behalf": ("exchange.Set-Mailbox", lambda s: grant_of(s, "sales", "anna", Right.SEND_ON_BEHALF)),
    "revoke full access": (
        "exchange.Remove-MailboxPermission",
        lambda s: grant_of(s, "sales", "ben", kind=Kind.REVOKE),
    ),
    "revoke send as": (
        "exchange.Remove-RecipientPermission",
        lambda s: grant_of(s, "sales", "hugo", Right.SEND_AS, Kind.REVOKE),
    ),
    "update": ("exchange.Set-Mailbox", lambda s: update_of(s, "sales", {Field.HIDDEN: True})),
    "sign in": ("graph.users.patch", lambda s: update_of(s, "sales", {Field.SIGN_IN: BLOCKED})),
    "aliases": ("exchange.Set-Mailbox", new_aliases),
    "convert": ("exchange.Set-Mailbox", conversion),
    "restore": ("exchange.Undo-SoftDeletedMailbox", restoration),
    "delete": ("exchange.Remove-Mailbox", lambda s: deletion_of(s, "sales")),
    "licence": ("graph.users.assignLicense", lambda s: licence_of(s, "sales", PLAN_2)),
}
OF_TOPICS = {
    Topic.FORWARDING: "exchange.Set-Mailbox",
    Topic.AUTO_REPLY: "exchange.Set-MailboxAutoReplyConfiguration",
    Topic.LANGUAGE: "exchange.Set-MailboxRegionalConfiguration",
    Topic.ACCESS: "exchange.Set-CASMailbox",
    Topic.INCOMING: "exchange.Set-Mailbox",
    Topic.RETENTION: "exchange.Set-Mailbox",
    Topic.ARCHIVE: "exchange.Enable-Mailbox",
}
"""The write of each topic that is not above."""


def every_field(topic: Topic, number: int) -> Make:
    """Return the change of all fields of a topic to other values."""
    values = {name: values for name, values in values_on(MICROSOFT365).items() if SETTINGS[name].topic is topic}
    after = possible({name: found[(number + 1) % len(found)] for name, found in values.items()}, MICROSOFT365)
    after.pop(Field.LICENCE, None)  # assigned before
    before = {name: found[number % len(found)] for name, found in values.items()}

    def make(setting: Setting) -> Change:
        if after.keys() & {Field.HOLD, Field.ARCHIVE}:
            assert setting.provider().apply(licence_of(setting, "sales", PLAN_2)).is_success
            setting.forget()
        return update_of(setting, "sales", after, before)

    return make


KINDS |= {topic.name.lower(): (route, every_field(topic, 0)) for topic, route in OF_TOPICS.items()}


def without_archive(setting: Setting) -> Change:
    """Return the change that disconnects an archive."""
    provider = setting.provider()
    assert provider.apply(licence_of(setting, "sales", PLAN_2)).is_success
    assert provider.apply(update_of(setting, "sales", {Field.ARCHIVE: True}, {Field.ARCHIVE: False})).is_success
    setting.forget()
    return update_of(setting, "sales", {Field.ARCHIVE: False}, {Field.ARCHIVE: True})


def rules(after: dict[str, Value] | None, *, enabled: bool = True, is_new: bool = False) -> Make:
    """Return the change of a rule into another one, or of none into it, or the deletion of it."""

    def make(setting: Setting) -> Change:
        mailbox = str(trustee_id(setting, "sales"))
        if not is_new:
            inbox_rules.add(setting.tenant, mailbox, "a", is_enabled=enabled, HasAttachment=True, MarkAsRead=True)
        pairs: dict[str, Value] = {"name": "a", "when.has_attachment": True, "then.mark_read": True}
        wanted = () if after is None else (tuple(sorted({**pairs, **after}.items())),)
        return update_of(setting, "sales", {Field.RULES: wanted})

    return make


KINDS |= {
    "rule new": ("exchange.New-InboxRule", rules({}, is_new=True)),
    "rule changed": ("exchange.Set-InboxRule", rules({"stop": True})),
    "rule deleted": ("exchange.Remove-InboxRule", rules(None)),
    "rule enabled": ("exchange.Enable-InboxRule", rules({}, enabled=False)),
    "rule disabled": ("exchange.Disable-InboxRule", rules({"enabled": False})),
}


KINDS |= {
    "level": ("exchange.Add-MailboxFolderPermission", level_of(Kind.GRANT, "reader")),
    "level for everybody": (
        "exchange.Set-MailboxFolderPermission",
        lambda s: update_of(s, "sales", {Field.CALENDAR_DEFAULT: "reader"}),
    ),
    "no level": ("exchange.Remove-MailboxFolderPermission", level_of(Kind.REVOKE, "")),
    "no archive": ("exchange.Disable-Mailbox", without_archive),
    "folders": ("graph.mailFolders.create", lambda s: update_of(s, "sales", {Field.FOLDERS: ("Inbox/Orders",)})),
    "tags": ("graph.outlook.masterCategories.create", lambda s: update_of(s, "sales", {Field.TAGS: (("a", "red"),)})),
}
NOT_EXECUTED: dict[str, dict[str, Any]] = {
    "429 with Retry-After": {"kind": "throttle", "retry_after": 6},
    "429 without": {"kind": "throttle"},
    "token expired": {"kind": "unauthorized"},
}
AMBIGUOUS: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "status": 500},
    "503 empty": {"kind": "status", "status": 503},
    "502 with a page": {"kind": "status", "status": 502, "body": "html"},
    "504 after the effect": {"kind": "status_after", "status": 504},
    "reset before": {"kind": "reset_before"},
    "reset after": {"kind": "reset_after"},
    "cut short": {"kind": "truncate"},
}
LASTING = 5
"""So many tests have every kind of write and a fault that stays; in each run, they share the kinds."""


def each_fault_with_each_kind(faults: dict[str, dict[str, Any]]) -> pytest.MarkDecorator:
    """Return a test's parameters: the product of kinds and faults."""
    return pytest.mark.parametrize(("kind", "fault"), crossed(KINDS, faults))


def each_kind(turn: int) -> pytest.MarkDecorator:
    """Return the parameters of one of the tests of a fault that stays."""
    return pytest.mark.parametrize("kind", in_turn(KINDS, turn, LASTING))


@each_fault_with_each_kind(NOT_EXECUTED)
def test_write_that_was_not_carried_out_is_sent_again(
    demo: Setting, kind: tuple[str, Make], fault: dict[str, Any]
) -> None:
    route, make = kind
    demo.faults({"route": route, **fault})
    provider, change = demo.provider(), make(demo)
    demo.forget()
    assert provider.apply(change).status is Status.DONE
    assert demo.calls(route) == 2 and len(demo.effects()) == 1
    assert provider.settle(change) is Effect.PRESENT


@each_fault_with_each_kind(AMBIGUOUS)
def test_ambiguous_write_is_settled_and_done_once(demo: Setting, kind: tuple[str, Make], fault: dict[str, Any]) -> None:
    route, make = kind
    demo.faults({"route": route, **fault})
    provider, change = demo.provider(), make(demo)
    demo.forget()
    assert provider.apply(change).is_success
    assert len(demo.effects()) == 1, demo.effects()
    assert demo.calls(route) == (1 if fault["kind"] in ("reset_after", "status_after", "truncate") else 2)
    assert provider.settle(change) is Effect.PRESENT


@each_kind(0)
def test_write_that_never_gets_an_answer_is_unknown_after_one_repetition(demo: Setting, kind: tuple[str, Make]) -> None:
    route, make = kind
    demo.faults({"route": route, "kind": "reset_before", "count": 10_000})
    provider, change = demo.provider(), make(demo)
    demo.forget()
    assert provider.apply(change).status is Status.UNKNOWN
    assert demo.calls(route) == 2 and not demo.effects()


@each_kind(1)
def test_forbidden_write_fails_and_stops_the_run(demo: Setting, kind: tuple[str, Make]) -> None:
    route, make = kind
    demo.faults({"route": route, "kind": "forbidden", "count": 10_000})
    outcome = demo.provider().apply(make(demo))
    assert outcome.status is Status.FAILED and outcome.stops_run
    assert "doctor" in outcome.reason


@each_kind(2)
def test_second_refusal_of_the_token_fails_and_stops_the_run(demo: Setting, kind: tuple[str, Make]) -> None:
    route, make = kind
    demo.faults({"route": route, "kind": "unauthorized", "count": 10_000})
    outcome = demo.provider().apply(make(demo))
    assert outcome.status is Status.FAILED and outcome.stops_run
    assert demo.calls(route) == 2


@each_kind(3)
def test_endless_patience_fails_and_stops_the_run(demo: Setting, kind: tuple[str, Make]) -> None:
    route, make = kind
    demo.faults({"route": route, "kind": "throttle", "retry_after": 1, "count": 10_000})
    outcome = demo.provider().apply(make(demo))
    assert outcome.status is Status.FAILED and outcome.stops_run
    assert demo.calls(route) == 3


@each_kind(4)
def test_portals_page_in_place_of_an_answer_stops_the_run(demo: Setting, kind: tuple[str, Make]) -> None:
    route, make = kind
    demo.faults({"route": route, "kind": "html200", "count": 10_000})
    outcome = demo.provider().apply(make(demo))
    assert outcome.status is Status.UNKNOWN and outcome.stops_run
    assert not demo.effects()


def test_revocation_is_visible_late_and_is_not_sent_twice(demo: Setting) -> None:
    demo.tenant.set_meta("lag:grant", "20")
    demo.faults({"route": "exchange.Remove-MailboxPermission", "kind": "reset_after"})
    provider = demo.provider()
    demo.forget()
    change = grant_of(demo, "sales", "ben", kind=Kind.REVOKE)
    assert provider.apply(change).status is Status.DONE
    assert demo.calls("exchange.Remove-MailboxPermission") == 1


def test_lost_answer_to_a_creation_on_a_taken_alias_adopts_nobody(demo: Setting) -> None:
    """`verkauf@` is an alias of another mailbox: found when settling, and not what was to be made."""
    demo.faults({"route": "exchange.New-Mailbox", "kind": "status", "status": 503})
    outcome = demo.provider().apply(creation_of("verkauf"))
    assert outcome.status is Status.FAILED and not outcome.mailbox_id


def test_lost_answer_to_a_creation_where_one_was_before_adopts_nobody(demo: Setting) -> None:
    demo.tenant.run("update mailboxes set created_at = created_at - 86400")
    demo.faults({"route": "exchange.New-Mailbox", "kind": "status", "status": 503})
    outcome = demo.provider().apply(creation_of("sales"))
    assert outcome.status is Status.FAILED and not outcome.mailbox_id


def test_creation_that_landed_late_is_found_as_ours(demo: Setting) -> None:
    demo.tenant.set_meta("lag:create", "90")
    demo.faults({"route": "exchange.New-Mailbox", "kind": "reset_after"})
    provider = demo.provider()
    demo.forget()
    outcome = provider.apply(creation_of("support"))
    assert outcome.status is Status.DONE and outcome.mailbox_id
    assert len(demo.effects()) == 1


def test_settling_that_cannot_read_leaves_it_unknown(demo: Setting) -> None:
    demo.faults(
        {"route": "exchange.Add-MailboxPermission", "kind": "reset_after"},
        {"route": "exchange.Get-*", "kind": "status", "status": 500, "count": 10_000},
        {"route": "exchange.batch", "kind": "status", "status": 500, "count": 10_000},
    )
    provider = demo.provider()
    assert provider.apply(grant_of(demo, "sales", "anna")).status is Status.UNKNOWN
    demo.faults()
    assert ("sales@contoso.example", "anna@contoso.example", "full_access") in held(provider.observe(scope("sales")))


def test_unreachable_service_fails_and_stops_the_run(demo: Setting) -> None:
    provider = demo.provider()
    provider.observe(scope("sales"))
    change = grant_of(demo, "sales", "anna")
    demo.emulator.stop()
    outcome = provider.apply(change)
    assert outcome.status in (Status.FAILED, Status.UNKNOWN) and outcome.stops_run


@pytest.mark.parametrize("told", [61, 7200])
def test_wait_that_the_run_does_not_last_for_stops_it_and_says_when_to_go_on(demo: Setting, told: int) -> None:
    provider = demo.provider()
    provider.observe(scope("sales"))
    start = len(demo.clock.slept)
    demo.faults({"route": "exchange.Add-MailboxPermission", "kind": "throttle", "retry_after": told, "count": 9})
    provider.finish_within(60.0)
    outcome = provider.apply(grant_of(demo, "sales", "anna"))
    assert (outcome.status, outcome.stops_run) == (Status.FAILED, True)
    assert "Continue after 20" in outcome.reason and demo.clock.slept[start:] == []
    provider.finish_within(None)
    demo.faults()
    assert provider.apply(grant_of(demo, "sales", "anna")).status is Status.DONE


def test_service_that_keeps_failing_gets_no_write_until_a_read_came_back(demo: Setting) -> None:
    provider = demo.provider()
    provider.observe(scope("sales"))
    demo.faults({"route": "exchange.*", "kind": "status", "status": 503, "count": 7})
    with pytest.raises(CloudError):
        provider.observe(scope("sales"))
    start = len(demo.emulator.log.lines)
    assert provider.apply(grant_of(demo, "sales", "anna")).status is Status.DONE
    routes = [line["route"] for line in demo.emulator.log.lines[start:] if line["route"].startswith("exchange")]
    assert routes == ["exchange.Get-AcceptedDomain"] * 3 + ["exchange.Add-MailboxPermission"]


def test_graph_that_keeps_failing_gets_no_write_until_a_read_came_back(demo: Setting) -> None:
    provider = demo.provider()
    provider.observe(scope("sales"))
    demo.faults({"route": "graph.*", "kind": "status", "status": 503, "count": 7})
    with pytest.raises(CloudError):
        provider.observe(scope("sales"))
    start = len(demo.emulator.log.lines)
    assert provider.apply(update_of(demo, "sales", {Field.SIGN_IN: BLOCKED})).status is Status.DONE
    routes = [line["route"] for line in demo.emulator.log.lines[start:] if line["route"].startswith("graph")]
    assert routes == ["graph.organization.list"] * 3 + ["graph.users.patch"]


def test_field_left_out_of_the_answer_to_a_creation_is_read_afterwards(demo: Setting) -> None:
    demo.faults({"route": "exchange.New-Mailbox", "kind": "drop_field", "field": "ExternalDirectoryObjectId"})
    provider = demo.provider()
    outcome = provider.apply(creation_of("support"))
    assert outcome.status is Status.DONE
    assert outcome.mailbox_id == provider.observe(scope("support")).mailboxes[at("support")].id


def test_kinds_when_looked_at_then_every_write_of_the_provider_is_in_the_matrix() -> None:
    folder = Path(str(apply_package.__path__[0]))
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    cmdlets = {
        f"exchange.{name}" for name in re.findall(r'"((?:New|Set|Add|Remove|Undo|Enable|Disable)-[A-Za-z]+)"', text)
    }
    assert cmdlets, "the provider names its cmdlets"
    graph = {"graph.users.patch", "graph.users.assignLicense", "graph.mailFolders.create"}
    graph.add("graph.outlook.masterCategories.create")
    assert cmdlets | graph == {route for route, _ in KINDS.values()}


def test_every_topic_meets_the_faults() -> None:
    topics = {SETTINGS[name].topic for name in settings_on(MICROSOFT365)}
    assert topics == {
        Topic.MAILBOX,
        Topic.ADDRESSES,
        Topic.SIGN_IN,
        Topic.LICENCE,
        Topic.LABELS,
        Topic.RULES,
        Topic.CALENDAR,
        Topic.CONTACTS,
        *OF_TOPICS,
    }
