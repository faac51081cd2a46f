"""What is read is complete, costs what it should, and names everybody by an id."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sharedbox_cli.core.errors import ObserveError, PermissionDenied
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact, Right, TrusteeKind
from sharedbox_cli.core.values import ALLOWED, BLOCKED, COPY_BOTH, COPY_SENDER, KIND_SHARED, KIND_USER, LICENCE_NONE
from sharedbox_cli.emulator.seed import GIB
from sharedbox_cli.providers.microsoft365.folder_rights import FOLDER_RIGHTS
from sharedbox_cli.providers.microsoft365.observe.content import LISTINGS
from sharedbox_cli.providers.microsoft365.observe.inside import SOURCES
from tests.asked import each, every
from tests.providers.setting import ALL_FIELDS, Setting, at, held, scope

Grown = Callable[[int, int], Setting]
USAGE = (Fact.USED_BYTES, Fact.USED_AT, Fact.ITEM_COUNT, Fact.LAST_ACTIVITY)


def test_observe_of_a_grown_tenant_finds_every_grant_and_no_other(grown: Grown) -> None:
    setting = grown(60, 8)
    observed = setting.provider().observe(scope(members=True))
    assert observed.is_complete
    assert {key.key for key in observed.mailboxes} == set(setting.seeded.mailboxes)
    assert held(observed) == setting.seeded.grants


def test_observe_of_some_mailboxes_finds_their_grants_and_counts_the_others(grown: Grown) -> None:
    setting = grown(60, 8)
    chosen = sorted(setting.seeded.mailboxes)[:15]
    observed = setting.provider().observe(scope(*(item.partition("@")[0] for item in chosen)))
    assert held(observed) == {grant for grant in setting.seeded.grants if grant[0] in chosen}
    assert observed.others == len(setting.seeded.mailboxes) - 15


PER_MAILBOX = (
    *(listing.columns for listing in LISTINGS),
    *(source.columns for source in SOURCES if source.whole is None),
    FOLDER_RIGHTS,
)
OF_THE_TENANT = ALL_FIELDS.difference(*PER_MAILBOX)
"""Without what costs a call per mailbox and no audit reads: the tests of these calls count them."""


@pytest.mark.slow
def test_audit_of_a_large_tenant_takes_at_most_015_requests_a_mailbox(grown: Grown) -> None:
    setting = grown(400, 10)
    provider = setting.provider()
    setting.forget()
    observed = provider.observe(scope(fields=OF_THE_TENANT, members=True))
    sent = setting.requests()
    assert held(observed) == setting.seeded.grants
    assert sum(sent.values()) <= 0.15 * 400 + 15, sent


@pytest.mark.slow
def test_requests_of_an_audit_grow_by_a_tenth_a_mailbox(grown: Grown) -> None:
    totals = []
    for mailboxes in (100, 200):
        setting = grown(mailboxes, 4)
        provider = setting.provider()
        setting.forget()
        provider.observe(scope(fields=OF_THE_TENANT))
        totals.append(sum(setting.requests().values()))
    assert 10 <= totals[1] - totals[0] <= 13


def test_observe_of_settings_alone_asks_nothing_of_grants_people_or_sizes(demo: Setting) -> None:
    provider = demo.provider()
    demo.forget()
    provider.observe(scope("sales", fields={Field.DISPLAY_NAME}, grants=False))
    routes = set(demo.requests()) | {line["route"] for line in demo.emulator.log.lines}
    assert not [name for name in routes if "Permission" in name or "users" in name or "reports" in name], routes


def test_settings_are_read_as_a_spec_writes_them(demo: Setting) -> None:
    observed = demo.provider().observe(scope("sales", "billing"))
    sales, billing = observed.mailboxes[at("sales")].settings, observed.mailboxes[at("billing")].settings
    assert sales[Field.DISPLAY_NAME] == "Sales"
    assert sales[Field.ALIASES] == (
        "sales@contoso.onmicrosoft.com",
        "verkauf@contoso.example",
    )  # no SIP entry, no primary
    assert sales[Field.SENT_AS] == COPY_BOTH and sales[Field.SENT_ON_BEHALF] == COPY_SENDER
    assert sales[Field.SIGN_IN] == ALLOWED and billing[Field.SIGN_IN] == BLOCKED
    assert sales[Field.KIND] == KIND_SHARED and sales[Field.LICENCE] == LICENCE_NONE
    assert observed.tenant_name == "Contoso" and "contoso.example" in observed.domains


def test_orphan_is_kept_by_its_sid_and_is_no_user(demo: Setting) -> None:
    observed = demo.provider().observe(scope("sales"))
    grants = observed.mailboxes[at("sales")].grants or frozenset()
    orphans = [grant for grant in grants if observed.trustees[grant.trustee].kind is TrusteeKind.ORPHAN]
    assert len(orphans) == 1 and orphans[0].trustee.startswith("S-1-5-21-")


def test_deny_and_inherited_entries_are_shown_and_are_no_grants(grown: Grown) -> None:
    setting = grown(30, 4)
    observed = setting.provider().observe(scope())
    special = [entry for mailbox in observed.mailboxes.values() for entry in mailbox.special]
    assert sum(entry.is_deny for entry in special) == setting.seeded.denies == 1
    assert sum(entry.is_inherited for entry in special) == 1


def test_members_of_a_trustee_group_include_those_of_inner_groups(grown: Grown) -> None:
    setting = grown(30, 4)
    observed = setting.provider().observe(scope(trustees=["grp-outer"], members=True))
    outer = observed.directory[at("grp-outer")]
    assert observed.trustees[outer].kind is TrusteeKind.GROUP
    assert observed.trustees[outer].member_count == len(observed.members[outer]) == 6


def test_wanted_trustees_resolve_by_primary_address_and_by_alias(demo: Setting) -> None:
    row = demo.tenant.row("select id from objects where mail = 'anna@contoso.example'")
    assert row is not None
    demo.tenant.add_address(row["id"], "smtp", "anna.mueller@contoso.example")
    observed = demo.provider().observe(scope("sales", trustees=["anna", "anna.mueller", "sg-audit", "nobody"]))
    assert observed.directory[at("anna")] == observed.directory[at("anna.mueller")] == row["id"]
    assert at("nobody") not in observed.directory


def test_distribution_list_is_told_from_a_security_group(demo: Setting) -> None:
    observed = demo.provider().observe(scope("sales", trustees=["sg-audit", "all-staff"]))
    groups = {key: observed.trustees[observed.directory[at(key)]] for key in ("sg-audit", "all-staff")}
    assert groups["sg-audit"].is_security and not groups["all-staff"].is_security


def test_mailbox_that_is_not_there_leaves_no_row_and_no_occupant(demo: Setting) -> None:
    observed = demo.provider().observe(scope("nothing"))
    assert not observed.mailboxes and not observed.taken


def test_address_of_a_group_is_taken_and_says_by_whom(demo: Setting) -> None:
    observed = demo.provider().observe(scope("all-staff"))
    (occupant,) = observed.taken[at("all-staff")]
    assert occupant.kind == "distribution group" and occupant.name == "All staff"
    assert not occupant.is_convertible and not observed.mailboxes


def test_alias_of_another_shared_mailbox_is_taken(demo: Setting) -> None:
    observed = demo.provider().observe(scope("verkauf"))
    (occupant,) = observed.taken[at("verkauf")]
    assert occupant.kind == "shared mailbox" and occupant.address == at("sales")


def test_users_own_mailbox_is_read_whole_as_it_can_be_converted(demo: Setting) -> None:
    observed = demo.provider().observe(scope("info"))
    mailbox = observed.mailboxes[at("info")]
    assert mailbox.settings[Field.KIND] == KIND_USER and mailbox.settings[Field.DISPLAY_NAME] == "Info Desk"
    assert mailbox.grants == frozenset()


def test_soft_deleted_mailbox_is_told_as_what_holds_the_address(grown: Grown) -> None:
    observed = grown(3, 2).provider().observe(scope("old-project"))
    (occupant,) = observed.taken[at("old-project")]
    assert occupant.is_soft_deleted and occupant.id


def test_soft_deleted_ones_are_read_only_where_an_address_is_free(demo: Setting) -> None:
    provider = demo.provider()
    demo.forget()
    provider.observe(scope("sales"))
    bodies = [str(line["body"]) for line in demo.emulator.log.lines]
    assert not any("SoftDeletedMailbox" in body for body in bodies)


@pytest.mark.parametrize("mailboxes", [3, 30])
def test_sizes_are_read_by_statistics_for_few_and_by_one_report_for_many(grown: Grown, mailboxes: int) -> None:
    setting = grown(mailboxes, 2)
    provider = setting.provider()
    setting.clock.emulated.advance(4 * 86400.0)  # the report is older than today
    setting.forget()
    observed = provider.observe(scope(facts=USAGE, grants=False, fields=()))
    for mailbox in each(observed.mailboxes.values()):
        used = mailbox.facts[Fact.USED_BYTES]
        assert isinstance(used, int) and used >= 2 * GIB
        assert len(str(mailbox.facts[Fact.USED_AT])) == 10
    assert bool(setting.calls("exchange.Get-MailboxStatistics")) is (mailboxes == 3)


def test_concealed_report_falls_back_to_statistics(grown: Grown) -> None:
    setting = grown(30, 2)
    setting.tenant.set_meta("concealed_reports", "1")
    setting.tenant.set_meta("concealed", "1")
    observed = setting.provider().observe(scope(facts=USAGE, grants=False, fields=()))
    assert every(isinstance(mailbox.facts[Fact.USED_BYTES], int) for mailbox in observed.mailboxes.values())


def test_report_download_carries_no_token(grown: Grown) -> None:
    setting = grown(30, 2)
    setting.provider().observe(scope(facts=USAGE, grants=False, fields=()))
    downloads = [line for line in setting.emulator.log.lines if line["route"] == "graph.reports.download"]
    assert downloads and every(line["status"] == 200 for line in downloads)  # 400 with a token


def test_same_display_names_do_not_confuse_who_sends_on_behalf(demo: Setting) -> None:
    """Two people called Anna Müller: names come back, ids decide."""
    from sharedbox_cli.emulator.seed import Builder

    make = Builder(demo.tenant, 99)
    twin = make.person("anna2", "Anna Müller")
    row = demo.tenant.row("select id from objects where mail = 'sales@contoso.example'")
    assert row is not None
    make.grant(row["id"], twin, "send_on_behalf")
    observed = demo.provider().observe(scope("sales"))
    on_behalf = [g for g in observed.mailboxes[at("sales")].grants or () if g.right is Right.SEND_ON_BEHALF]
    assert [grant.trustee for grant in on_behalf] == [twin]


@pytest.mark.slow
@pytest.mark.parametrize("many", [True, False])
def test_broken_page_links_of_the_mailbox_list_are_got_round(grown: Grown, many: bool) -> None:
    """The service refuses its own next links at once: the list is read in ranges, and whole."""
    setting = grown(1100 if many else 20, 0)
    setting.tenant.set_meta("broken_paging", "1")
    observed = setting.provider().observe(scope(fields={Field.DISPLAY_NAME}, grants=False))
    assert {key.key for key in observed.mailboxes} == set(setting.seeded.mailboxes)


@pytest.mark.slow
def test_broken_page_links_of_send_as_entries_are_got_round(grown: Grown) -> None:
    setting = grown(120, 6)
    setting.tenant.set_meta("broken_paging", "1")
    observed = setting.provider().observe(scope())
    assert held(observed) == setting.seeded.grants


def test_missing_field_is_an_error_and_never_a_default(demo: Setting) -> None:
    for name in ("DisplayName", "EmailAddresses", "HiddenFromAddressListsEnabled", "MessageCopyForSentAsEnabled"):
        demo.faults({"route": "exchange.Get-Mailbox", "kind": "drop_field", "field": name, "count": 99})
        with pytest.raises(ObserveError, match=name):
            demo.provider().observe(scope("sales"))


@pytest.mark.parametrize(
    ("route", "name"),
    [
        ("exchange.Get-Mailbox", "PrimarySmtpAddress"),
        ("exchange.Get-Mailbox", "ExternalDirectoryObjectId"),
        ("exchange.Get-MailboxPermission", "User"),
        ("exchange.Get-MailboxPermission", "Deny"),
        ("exchange.Get-RecipientPermission", "AccessRights"),
        ("exchange.Get-AcceptedDomain", "DomainName"),
        ("exchange.Get-Mailbox", "GrantSendOnBehalfTo"),
        ("graph.users.list", "accountEnabled"),
        ("graph.users.list", "id"),
        ("graph.subscribedSkus.list", "skuId"),
    ],
)
def test_field_left_out_of_any_answer_is_an_error(demo: Setting, route: str, name: str) -> None:
    demo.faults({"route": route, "kind": "drop_field", "field": name, "count": 99})
    with pytest.raises(ObserveError):
        demo.provider().observe(scope("sales"))


def test_addresses_are_compared_in_any_case(grown: Grown) -> None:
    setting = grown(14, 2)
    wanted = next(item for item in setting.seeded.mailboxes if item.endswith("00013@contoso.example"))
    observed = setting.provider().observe(scope(wanted.partition("@")[0].upper()))
    assert Address.of(wanted) in observed.mailboxes


def test_name_that_cannot_be_looked_up_is_an_error_and_not_a_stranger(demo: Setting) -> None:
    row = demo.tenant.row("select id from objects where mail = 'sales@contoso.example'")
    assert row is not None
    demo.tenant.run(
        "update permissions set sid = 'x', trustee_id = null where mailbox_id = ? and right = 'send_as'", row["id"]
    )
    demo.faults({"route": "exchange.Get-Recipient", "kind": "forbidden", "count": 99})
    with pytest.raises(PermissionDenied):
        demo.provider().observe(scope("sales"))


def test_name_that_nobody_has_is_kept_as_it_is(demo: Setting) -> None:
    row = demo.tenant.row("select id from objects where mail = 'sales@contoso.example'")
    assert row is not None
    demo.tenant.run(
        "insert into permissions values (?, 'send_as', null, 'EURPR01A\\ghost', 'SendAs', 0, 0, null, 1, 0, null)",
        row["id"],
    )
    observed = demo.provider().observe(scope("sales"))
    strangers = [item for item in observed.trustees.values() if item.kind is TrusteeKind.OTHER]
    assert [item.name for item in strangers] == ["EURPR01A\\ghost"]
    assert any(grant.trustee == strangers[0].id for grant in observed.mailboxes[at("sales")].grants or ())


@pytest.mark.parametrize(
    ("settings", "is_on_hold"),
    [
        ({}, False),
        ({"LitigationHoldEnabled": True}, True),
        ({"InPlaceHolds": ["UniH3e5b1c8a"]}, True),
        ({"InPlaceHolds": ["-mbx3e5b1c8a"]}, False),
        ({"ComplianceTagHoldApplied": True}, True),
        ({"DelayHoldApplied": True}, True),
        ({"DelayReleaseHoldApplied": True}, True),
    ],
    ids=str,
)
def test_every_kind_of_hold_is_read(demo: Setting, settings: dict[str, object], is_on_hold: bool) -> None:
    row = demo.tenant.row("select id from objects where lower(mail) = ?", at("sales").key)
    assert row is not None
    demo.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(settings), row["id"])
    observed = demo.provider().observe(scope("sales", facts=(Fact.ON_HOLD,), grants=False, fields=()))
    assert observed.mailboxes[at("sales")].facts[Fact.ON_HOLD] is is_on_hold
