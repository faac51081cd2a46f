"""Reading a Workspace: each mess of a grown one is understood, told or an error; never a smaller world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    DesiredMailbox,
    Fact,
    Right,
    State,
    TrusteeKind,
)
from sharedbox_cli.core.values import ALLOWED, BLOCKED, KIND_GROUP, KIND_SHARED, KIND_USER, LICENCE_NONE, Value
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from tests.providers.google_setting import (
    STANDARD,
    Fill,
    GoogleSetting,
    at,
    collaborative,
    company,
    delegated,
    everything,
    group,
    held,
    id_of,
    user,
)

Workspaces = Callable[[Fill], GoogleSetting]
SALES, DESK = at("sales"), at("desk")
ACCOUNT_FIELDS = (Field.DISPLAY_NAME, Field.ALIASES, Field.HIDDEN, Field.SIGN_IN, Field.ORG_UNIT, Field.LICENCE)


def test_observe_when_an_account_is_read_then_each_of_its_fields_is_told(workspace: GoogleSetting) -> None:
    observed = workspace.observe(delegated("sales", dict.fromkeys(ACCOUNT_FIELDS), ()))
    mailbox = observed.mailboxes[SALES]
    assert mailbox.settings == {
        Field.KIND: KIND_SHARED,
        Field.DISPLAY_NAME: "Sales Desk",
        Field.ALIASES: ("verkauf@contoso.example",),
        Field.HIDDEN: False,
        Field.SIGN_IN: ALLOWED,
        Field.ORG_UNIT: "/Shared mailboxes",
        Field.LICENCE: STANDARD,
    }
    assert held(observed) == {(SALES.key, "ben@contoso.example", "full_access")}
    assert "password may be known" in str(mailbox.facts[Fact.SIGN_IN_STATE])
    assert observed.domains == {"contoso.example", "contoso-mail.example"}
    assert (observed.tenant_id, observed.tenant_name) == ("C03xyz987", "contoso.example")


def test_observe_when_a_group_is_read_then_each_of_its_settings_is_told(workspace: GoogleSetting) -> None:
    fields = [name for name in Field if name.startswith("group.")]
    mailbox = workspace.observe(collaborative("desk", dict.fromkeys(fields), ())).mailboxes[DESK]
    assert mailbox.settings == {
        Field.KIND: KIND_SHARED,
        Field.GROUP_DESCRIPTION: "",
        Field.GROUP_POSTING: "anyone",
        Field.GROUP_POST_AS_GROUP: True,
        Field.GROUP_DEFAULT_SENDER: "group",
        Field.GROUP_REPLY_TO: "sender",
        Field.GROUP_VIEWING: "members",
        Field.GROUP_MEMBERS_VIEWING: "members",
        Field.GROUP_JOINING: "invited",
        Field.GROUP_LEAVING: "nobody",
        Field.GROUP_EXTERNAL_MEMBERS: False,
        Field.GROUP_ASSISTING: "members",
        Field.GROUP_MODERATING: "owners-and-managers",
        Field.GROUP_MANAGING_MEMBERS: "owners-and-managers",
        Field.GROUP_CONTACTING: "managers",
        Field.GROUP_DISCOVERING: "organization",
        Field.GROUP_MODERATION: "none",
        Field.GROUP_SPAM: "moderate",
        Field.GROUP_HISTORY: True,
    }


def test_observe_when_deliveries_are_wanted_then_each_member_is_asked(workspace: GoogleSetting) -> None:
    observed = workspace.observe(collaborative("desk", {}, (user("ben", Right.MEMBER, "all"),)))
    told = {observed.trustees[one.trustee].address: one.delivery for one in observed.mailboxes[DESK].grants or ()}
    assert told == {at("anna"): "all", at("ben"): "none"}
    assert workspace.calls()["directory.members.get"] == 2


def test_observe_when_nothing_is_managed_then_nothing_is_asked_for_it(workspace: GoogleSetting) -> None:
    workspace.observe(delegated("sales", {Field.DISPLAY_NAME: "x"}))
    workspace.observe(collaborative("desk", {Field.GROUP_HISTORY: True}))
    assert set(workspace.calls()) <= {
        "oauth2.token",
        "directory.domains.list",
        "directory.users.get",
        "directory.users.list",
        "directory.groups.get",
        "groupsSettings.groups.get",
    }


def test_observe_when_all_inboxes_are_asked_for_then_plain_groups_are_left_out(workspace: GoogleSetting) -> None:
    observed = workspace.shared.observe(everything(GOOGLE_COLLABORATIVE))
    assert set(observed.mailboxes) == {DESK}
    assert workspace.calls()["directory.members.list"] == 1, "of plain groups no members are read"


def test_observe_when_a_named_group_is_plain_then_it_says_so(workspace: GoogleSetting) -> None:
    assert workspace.observe(collaborative("news")).mailboxes[at("news")].settings[Field.KIND] == KIND_GROUP


def test_observe_when_a_named_account_is_a_persons_then_it_says_so(workspace: GoogleSetting) -> None:
    observed = workspace.observe(delegated("anna", {}, ()))
    assert observed.mailboxes[at("anna")].settings[Field.KIND] == KIND_USER
    assert at("anna") not in workspace.shared.observe(everything(GOOGLE_DELEGATED)).mailboxes


def test_observe_when_delegates_are_odd_then_each_is_what_it_is(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        mailbox = id_of(make, "sales")
        make.delegate(mailbox, id_of(make, "hugo"))
        for who, status in (("anna", "pending"), ("chloe", "rejected"), ("emi", "expired")):
            make.delegate(mailbox, id_of(make, who), status=status)
        make.odd_delegate(mailbox, "1000000000000000000001", "gone@contoso.example")
        make.odd_delegate(mailbox, id_of(make, "news"), "news@contoso.example")

    workspace = workspace_of(fill)
    for scope in (everything(GOOGLE_DELEGATED), None):
        observed = workspace.shared.observe(scope) if scope else workspace.observe(delegated("sales", {}, ()))
        kinds = {
            observed.trustees[one.trustee].address: observed.trustees[one.trustee]
            for one in observed.mailboxes[SALES].grants or ()
        }
        assert set(kinds) == {at("ben"), at("hugo"), at("gone"), at("news")}
        assert not kinds[at("hugo")].is_enabled
        assert kinds[at("gone")].kind is TrusteeKind.ORPHAN
        assert kinds[at("news")].kind is TrusteeKind.GROUP
        told = {entry.text for entry in observed.mailboxes[SALES].special}
        assert told == {
            f"{status} invitation of {who}@contoso.example as delegate"
            for who, status in (("anna", "pending"), ("chloe", "rejected"), ("emi", "expired"))
        }


def test_observe_when_a_status_is_unknown_then_it_is_shown_and_no_grant(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.delegate(id_of(make, "sales"), id_of(make, "emi"), status="verificationStatusUnspecified")

    mailbox = workspace_of(fill).shared.observe(everything(GOOGLE_DELEGATED)).mailboxes[SALES]
    assert len(mailbox.grants or ()) == 1
    assert "verificationStatusUnspecified" in mailbox.special[0].text


def test_observe_when_members_are_odd_then_each_is_what_it_is(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        mailbox = id_of(make, "desk")
        make.member(mailbox, "ext-agency@partner.example", kind="EXTERNAL", email="agency@partner.example")
        make.member(mailbox, "109999999999999999999", kind="EXTERNAL", email="")
        make.member(mailbox, make.store.customer, kind="CUSTOMER")
        make.member(mailbox, id_of(make, "all"), kind="GROUP")
        make.member(mailbox, id_of(make, "hugo"), "MANAGER")
        make.store.run("update g_members set role = 'VIEWER' where member_id = ?", id_of(make, "ben"))

    workspace = workspace_of(fill)
    for scope in (everything(GOOGLE_COLLABORATIVE), None):
        wanted = collaborative("desk", {}, (user("anna", Right.OWNER), group("all")))
        observed = workspace.shared.observe(scope) if scope else workspace.observe(wanted)
        mailbox = observed.mailboxes[DESK]
        known = {one.trustee: observed.trustees[one.trustee] for one in mailbox.grants or ()}
        outsider = known[TrusteeId("external:agency@partner.example")]
        assert outsider.is_guest
        assert known[TrusteeId("109999999999999999999")].kind is TrusteeKind.ORPHAN
        assert not known[TrusteeId(id_of(workspace.make, "hugo"))].is_enabled
        assert {entry.text for entry in mailbox.special} == {
            "MEMBER: everybody in the organisation",
            "role VIEWER of ben@contoso.example",
        }
        everyone = TrusteeId(id_of(workspace.make, "all"))
        assert observed.members[everyone] == {TrusteeId(id_of(workspace.make, "chloe"))}
        assert observed.trustees[everyone].member_count == 1


def test_observe_when_a_group_of_strangers_is_a_member_then_it_is_not_looked_into(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.member(id_of(make, "desk"), "ext-all@partner.example", kind="EXTERNAL", email="all@partner.example")
        make.store.run("update g_members set type = 'GROUP' where member_id = 'ext-all@partner.example'")

    observed = workspace_of(fill).shared.observe(everything(GOOGLE_COLLABORATIVE))
    assert observed.members == {}
    assert len(observed.mailboxes[DESK].grants or ()) == 3


def test_observe_when_a_mailbox_is_suspended_then_it_is_told_or_an_error(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.person("closed", "Closed Desk", suspended=True, unit="/Shared mailboxes")

    workspace = workspace_of(fill)
    mailbox = workspace.shared.observe(everything(GOOGLE_DELEGATED)).mailboxes[at("closed")]
    assert mailbox.grants is None, "nobody can look"
    assert mailbox.facts[Fact.IS_SUSPENDED] is True
    with pytest.raises(ObserveError, match="suspended"):
        workspace.observe(delegated("closed", {}, ()))
    workspace.observe(delegated("closed", {Field.DISPLAY_NAME: "x"}))


def test_observe_when_an_account_has_no_mailbox_yet_then_nobody_is_in_it(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.person("bare", "Bare Desk", licence="")

    workspace = workspace_of(fill)
    wanted: dict[Field, Value] = {
        Field.LICENCE: STANDARD,
        Field.FOLDERS: ("a",),
        Field.AUTO_REPLY: False,
        Field.ACCESS_IMAP: True,
    }
    mailbox = workspace.observe(delegated("bare", wanted, ())).mailboxes[at("bare")]
    assert mailbox.grants == frozenset()
    assert mailbox.settings[Field.LICENCE] == LICENCE_NONE
    assert mailbox.settings[Field.FOLDERS] == ()


def test_observe_when_sign_in_was_hardened_then_later_doings_open_it_again(workspace: GoogleSetting) -> None:
    spec = delegated("sales", {Field.SIGN_IN: BLOCKED})
    workspace.run(spec)
    assert workspace.plan(spec) == ()
    for more, words in (
        ({"lastLoginTime": "2099-01-01T00:00:00.000Z"}, "somebody signed in"),
        ({"recoveryEmail": "a@elsewhere.example"}, "recovery data"),
        ({"changePasswordAtNextLogin": True}, "password change is pending"),
    ):
        _change_account(workspace, "sales", more)
        mailbox = workspace.observe(spec).mailboxes[SALES]
        assert mailbox.settings[Field.SIGN_IN] == ALLOWED
        assert words in str(mailbox.facts[Fact.SIGN_IN_STATE])
        _change_account(workspace, "sales", dict.fromkeys(more))
    assert workspace.plan(spec) == ()


def _change_account(workspace: GoogleSetting, local: str, more: Mapping[str, object]) -> None:
    import json

    store, identity = workspace.make.store, id_of(workspace.make, local)
    row = store.row("select doc from g_users where id = ?", identity)
    assert row is not None
    doc = {key: value for key, value in {**json.loads(row["doc"]), **more}.items() if value is not None}
    store.save_user(identity, doc)


def test_observe_when_facts_are_wanted_then_storage_pool_and_policy_are_told(workspace: GoogleSetting) -> None:
    facts = [Fact.USED_BYTES, Fact.POOL_TOTAL_BYTES, Fact.DELEGATION, Fact.LICENCES]
    mailbox = workspace.shared.observe(everything(GOOGLE_DELEGATED, facts=facts)).mailboxes[SALES]
    assert mailbox.facts[Fact.USED_BYTES] == 1200 * 1024**2
    assert mailbox.facts[Fact.POOL_TOTAL_BYTES] == 30 * 1024 * 1000 * 1024**2
    assert mailbox.facts[Fact.DELEGATION] == "on"
    assert mailbox.facts[Fact.LICENCES] == (STANDARD,)


def test_late_reports_are_looked_for_day_by_day(workspace: GoogleSetting) -> None:
    scope = everything(GOOGLE_DELEGATED, facts=[Fact.USED_BYTES])
    workspace.tenant.set_meta("google:report_lag_days", "5")
    mailbox = workspace.shared.observe(scope).mailboxes[SALES]
    assert mailbox.facts[Fact.USED_BYTES] == 1200 * 1024**2
    workspace.tenant.set_meta("google:report_lag_days", "9")
    assert Fact.USED_BYTES not in workspace.shared.observe(scope).mailboxes[SALES].facts


def test_policy_that_nobody_set_is_off_and_a_hidden_one_unknown(workspace: GoogleSetting) -> None:
    scope = everything(GOOGLE_DELEGATED, facts=[Fact.DELEGATION])
    workspace.faults({"route": "google.cloudidentity.policies.list", "kind": "forbidden"})
    assert workspace.shared.observe(scope).mailboxes[SALES].facts[Fact.DELEGATION] == "unknown"
    workspace.faults()
    workspace.make.store.run("delete from g_policies")
    assert workspace.shared.observe(scope).mailboxes[SALES].facts[Fact.DELEGATION] == "off"


def test_observe_when_an_address_is_taken_then_it_says_by_whom(workspace: GoogleSetting) -> None:
    observed = workspace.observe(delegated("news"))
    assert [(one.kind, one.name) for one in observed.taken[at("news")]] == [("group", "News")]
    observed = workspace.observe(collaborative("anna"))
    assert [one.kind for one in observed.taken[at("anna")]] == ["account"]
    observed = workspace.observe(delegated("verkauf"))
    assert [one.address for one in observed.taken[at("verkauf")]] == [SALES], "an alias is nobody's mailbox"
    workspace.shared.apply(_deletion(workspace, "sales"))
    observed = workspace.observe(delegated("sales"))
    assert [(one.kind, one.is_soft_deleted) for one in observed.taken[SALES]] == [("deleted account", True)]


def _deletion(workspace: GoogleSetting, local: str) -> Change:
    return workspace.plan(delegated(local, state=State.ABSENT))[0]


def test_observe_when_a_setting_has_an_unknown_value_then_googles_word_is_kept(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.inbox("odd", "Odd", whoCanViewGroup="ALL_OWNERS_CAN_VIEW", whoCanAssistContent="ANYBODY_BUT_ED")

    workspace = workspace_of(fill)
    spec = collaborative("odd", {Field.GROUP_VIEWING: "members", Field.GROUP_ASSISTING: "members"})
    mailbox = workspace.observe(spec).mailboxes[at("odd")]
    assert mailbox.settings[Field.GROUP_VIEWING] == "ALL_OWNERS_CAN_VIEW"
    assert mailbox.settings[Field.GROUP_ASSISTING] == "ANYBODY_BUT_ED"


def test_observe_when_the_default_sender_has_its_other_name_then_it_is_read(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        company(make)
        make.store.run("update g_groups set settings = replace(settings, '\"default_sender\"', '\"defaultSender\"')")

    mailbox = workspace_of(fill).observe(collaborative("desk", {Field.GROUP_DEFAULT_SENDER: "group"})).mailboxes[DESK]
    assert mailbox.settings[Field.GROUP_DEFAULT_SENDER] == "group"


@pytest.mark.parametrize(
    ("route", "field"),
    [
        ("directory.users.list", "id"),
        ("directory.users.list", "primaryEmail"),
        ("directory.users.list", "name"),
        ("directory.users.list", "lastLoginTime"),
        ("directory.users.list", "orgUnitPath"),
        ("directory.users.list", "includeInGlobalAddressList"),
        ("gmail.users.settings.delegates.list", "delegateEmail"),
        ("licensing.licenseAssignments.listForProduct", "userId"),
        ("licensing.licenseAssignments.listForProduct", "skuId"),
        ("directory.domains.list", "domainName"),
    ],
)
def test_observe_when_a_field_is_left_out_then_it_is_an_error(workspace: GoogleSetting, route: str, field: str) -> None:
    workspace.faults({"route": f"google.{route}", "kind": "drop_field", "field": field, "count": 100})
    with pytest.raises(ObserveError):
        workspace.shared.observe(everything(GOOGLE_DELEGATED, fields=ACCOUNT_FIELDS))


@pytest.mark.parametrize(
    ("route", "field"),
    [
        ("directory.groups.list", "id"),
        ("directory.groups.list", "email"),
        ("directory.members.list", "id"),
        ("directory.members.list", "role"),
        ("directory.users.list", "customerId"),
    ],
)
def test_observe_when_a_field_of_groups_is_left_out_then_it_is_an_error(
    workspace: GoogleSetting, route: str, field: str
) -> None:
    workspace.faults({"route": f"google.{route}", "kind": "drop_field", "field": field, "count": 100})
    with pytest.raises(ObserveError):
        workspace.shared.observe(everything(GOOGLE_COLLABORATIVE))


def test_observe_when_answers_hold_what_nobody_knows_then_it_is_untouched(workspace: GoogleSetting) -> None:
    scopes = [everything(GOOGLE_DELEGATED, fields=ACCOUNT_FIELDS), everything(GOOGLE_COLLABORATIVE)]
    before = [workspace.shared.observe(scope).mailboxes for scope in scopes]
    workspace.tenant.set_meta("google:extra_fields", "1")
    assert [workspace.shared.observe(scope).mailboxes for scope in scopes] == before


def test_observe_when_the_administrator_is_in_no_directory_then_it_is_an_error(workspace: GoogleSetting) -> None:
    with pytest.raises((CloudError, ObserveError, Exception), match="the user does not exist"):
        workspace.provider(SHAREDBOX_GOOGLE_ADMIN="nobody@contoso.example").observe(everything(GOOGLE_DELEGATED))


@pytest.mark.parametrize("platform", CAPABILITIES)
def test_observe_when_there_is_no_mailbox_then_the_world_is_whole_and_empty(
    workspace_of: Workspaces, platform: str
) -> None:
    observed = workspace_of(lambda _: None).shared.observe(everything(platform))  # type: ignore[arg-type]
    assert (observed.mailboxes, observed.is_complete) == ({}, True)


@pytest.mark.parametrize("mailbox", [delegated, collaborative])
def test_address_of_another_domain_is_nobody_and_no_denial(
    workspace: GoogleSetting, mailbox: Callable[..., DesiredMailbox]
) -> None:
    foreign = replace(mailbox("desk"), address=Address.of("desk@typo.example"))
    observed = workspace.observe(foreign)
    assert (foreign.address in observed.mailboxes, observed.taken) == (False, {})
