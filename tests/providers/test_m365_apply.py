"""Each kind of change: done, already so, or refused with words that help; seen again by reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sharedbox_cli.core.change import RESTORE, Change, Kind, inverse
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import MICROSOFT365, Right
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.core.values import (
    ALLOWED,
    BLOCKED,
    COPY_BOTH,
    COPY_SENDER,
    KIND_SHARED,
    KIND_USER,
    LICENCE_NONE,
    PLAN_1,
    PLAN_2,
    Value,
)
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

Grown = Callable[[int, int], Setting]
RIGHTS = (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF)


def box_of(setting: Setting, local: str) -> ObservedMailbox:
    return setting.provider().observe(scope(local)).mailboxes[at(local)]


@pytest.mark.parametrize("right", RIGHTS)
def test_grant_then_the_same_again_then_revoke_then_that_again(demo: Setting, right: Right) -> None:
    provider = demo.provider()
    give, take = grant_of(demo, "sales", "anna", right), grant_of(demo, "sales", "anna", right, Kind.REVOKE)
    triple = ("sales@contoso.example", "anna@contoso.example", str(right))
    assert provider.apply(give).status is Status.DONE
    assert triple in held(provider.observe(scope("sales")))
    assert provider.settle(give) is Effect.PRESENT and provider.settle(take) is Effect.ABSENT
    assert provider.apply(give).status is Status.ALREADY_SO
    assert provider.apply(take).status is Status.DONE
    assert triple not in held(provider.observe(scope("sales")))
    assert provider.settle(take) is Effect.PRESENT and provider.settle(give) is Effect.ABSENT
    assert provider.apply(take).status is Status.ALREADY_SO


@pytest.mark.parametrize("right", RIGHTS)
def test_grant_is_one_request_and_leaves_all_others(demo: Setting, right: Right) -> None:
    provider = demo.provider()
    before = held(provider.observe(scope("sales")))
    demo.forget()
    provider.apply(grant_of(demo, "sales", "anna", right))
    assert sum(demo.requests().values()) == 1
    after = held(provider.observe(scope("sales")))
    assert after - before == {("sales@contoso.example", "anna@contoso.example", str(right))} and before <= after


def test_grant_to_a_group_is_done(demo: Setting) -> None:
    provider = demo.provider()
    assert provider.apply(grant_of(demo, "sales", "sg-audit")).status is Status.DONE
    triple = ("sales@contoso.example", "sg-audit@contoso.example", "full_access")
    assert triple in held(provider.observe(scope("sales")))


def test_grant_to_somebody_unknown_fails_and_does_not_stop_the_run(demo: Setting) -> None:
    change = grant_of(demo, "sales", "anna")
    assert change.party is not None
    nobody = replace(change.party, id=TrusteeId("00000000-0000-0000-0000-0000000000aa"))
    outcome = demo.provider().apply(replace(change, party=nobody))
    assert outcome.status is Status.FAILED and not outcome.stops_run
    assert outcome.request_id


@pytest.mark.parametrize("wish", [True, False])
def test_automapping_is_sent_with_the_grant(demo: Setting, wish: bool) -> None:
    provider = demo.provider()
    demo.forget()
    provider.apply(grant_of(demo, "sales", "anna", automapping=wish))
    (line,) = [line for line in demo.emulator.log.lines if line["route"] == "exchange.Add-MailboxPermission"]
    assert line["body"]["CmdletInput"]["Parameters"]["AutoMapping"] is wish


def test_change_of_automapping_takes_full_access_and_gives_it_again(demo: Setting) -> None:
    provider = demo.provider()
    before = held(provider.observe(scope("sales")))
    demo.forget()
    outcome = provider.apply(grant_of(demo, "sales", "ben", kind=Kind.UPDATE, automapping=False))
    assert outcome.status is Status.DONE
    assert demo.calls("exchange.Remove-MailboxPermission") == demo.calls("exchange.Add-MailboxPermission") == 1
    assert held(provider.observe(scope("sales"))) == before


def test_settings_travel_in_one_call_and_come_back_as_wanted(demo: Setting) -> None:
    provider = demo.provider()
    before = box_of(demo, "sales").settings
    wanted: dict[Field, Value] = {
        Field.DISPLAY_NAME: "Vertrieb «Süd»",
        Field.ALIASES: ("neu@contoso.example", "verkauf@contoso.example"),
        Field.HIDDEN: True,
        Field.SENT_AS: COPY_SENDER,
        Field.SENT_ON_BEHALF: COPY_BOTH,
    }
    demo.forget()
    change = update_of(demo, "sales", wanted, {name: before[name] for name in wanted})
    assert provider.apply(change).status is Status.DONE
    assert sum(demo.requests().values()) == 1
    after = box_of(demo, "sales").settings
    kept = ("neu@contoso.example", "sales@contoso.onmicrosoft.com", "verkauf@contoso.example")
    assert {name: after[name] for name in wanted} == {**wanted, Field.ALIASES: kept}
    assert provider.settle(change) is Effect.PRESENT
    back = inverse(change)
    assert back is not None and provider.apply(back).status is Status.DONE
    assert box_of(demo, "sales").settings == before


def test_aliases_are_added_and_removed_and_the_services_own_entries_stay(demo: Setting) -> None:
    change = update_of(demo, "sales", {Field.ALIASES: ()}, {Field.ALIASES: ("verkauf@contoso.example",)})
    assert demo.provider().apply(change).status is Status.DONE
    row = demo.tenant.row("select id from objects where mail = 'sales@contoso.example'")
    assert row is not None
    kept = [item for item in demo.tenant.addresses(row["id"]) if item.startswith("SIP:")]
    assert kept == ["SIP:sales@contoso.example"]


def test_same_settings_again_are_already_so(demo: Setting) -> None:
    change = update_of(demo, "sales", {Field.HIDDEN: True})
    provider = demo.provider()
    assert [provider.apply(change).status for _ in range(2)] == [Status.DONE, Status.ALREADY_SO]


@pytest.mark.parametrize("wanted", [BLOCKED, ALLOWED])
def test_sign_in_is_switched_by_the_account(demo: Setting, wanted: str) -> None:
    provider = demo.provider()
    assert provider.apply(update_of(demo, "sales", {Field.SIGN_IN: wanted})).status is Status.DONE
    assert box_of(demo, "sales").settings[Field.SIGN_IN] == wanted


def test_alias_of_somebody_else_fails_and_names_the_address(demo: Setting) -> None:
    change = update_of(demo, "billing", {Field.ALIASES: ("verkauf@contoso.example",)}, {Field.ALIASES: ()})
    outcome = demo.provider().apply(change)
    assert outcome.status is Status.FAILED and not outcome.stops_run
    assert "verkauf@contoso.example" in outcome.reason


def test_creation_gives_an_id_and_is_readable_after(demo: Setting) -> None:
    provider = demo.provider()
    outcome = provider.apply(creation_of("support", "Contoso Support"))
    assert outcome.status is Status.DONE and outcome.mailbox_id
    mailbox = box_of(demo, "support")
    assert mailbox.id == outcome.mailbox_id and mailbox.settings[Field.DISPLAY_NAME] == "Contoso Support"
    assert mailbox.settings[Field.KIND] == KIND_SHARED
    assert provider.settle(creation_of("support")) is Effect.PRESENT


def test_creation_waits_until_the_mailbox_is_everywhere(demo: Setting) -> None:
    demo.tenant.set_meta("lag:create", "45")
    provider = demo.provider()
    assert provider.apply(creation_of("support")).status is Status.DONE
    assert 45 <= sum(demo.clock.slept) <= 120


def test_creation_that_is_never_seen_is_unknown_after_five_minutes(demo: Setting) -> None:
    demo.tenant.set_meta("lag:create", "100000")
    outcome = demo.provider().apply(creation_of("support"))
    assert outcome.status is Status.UNKNOWN and "five minutes" in outcome.reason
    assert 300 <= sum(demo.clock.slept) <= 400


@pytest.mark.parametrize("local", ["sales", "all-staff", "anna"])
def test_creation_on_a_taken_address_fails_and_says_whose_it_is(demo: Setting, local: str) -> None:
    outcome = demo.provider().apply(creation_of(local))
    assert outcome.status is Status.FAILED and not outcome.stops_run
    assert f"{local}@contoso.example" in outcome.reason


def test_creation_with_a_soft_deleted_twin_says_how_to_restore(grown: Grown) -> None:
    outcome = grown(2, 1).provider().apply(creation_of("old-project"))
    assert outcome.status is Status.FAILED and "estore" in outcome.reason


def test_creation_in_a_foreign_domain_says_that_it_is_not_accepted(demo: Setting) -> None:
    change = replace(creation_of("x"), mailbox=Address.of("x@foreign.example"))
    outcome = demo.provider().apply(change)
    assert outcome.status is Status.FAILED and "domain" in outcome.reason


def test_creation_with_a_long_address_keeps_the_name_short_and_unique(demo: Setting) -> None:
    provider = demo.provider()
    for end in ("a", "b"):
        assert provider.apply(creation_of("x" * 63 + end)).status is Status.DONE


def test_first_changes_of_a_new_mailbox_need_no_id(demo: Setting) -> None:
    provider = demo.provider()
    provider.apply(creation_of("support"))
    assert provider.apply(replace(grant_of(demo, "support", "anna"), mailbox_id="")).status is Status.DONE
    assert provider.apply(replace(update_of(demo, "support", {Field.HIDDEN: True}), mailbox_id="")).is_success
    assert provider.apply(replace(update_of(demo, "support", {Field.SIGN_IN: BLOCKED}), mailbox_id="")).is_success
    mailbox = box_of(demo, "support")
    assert mailbox.settings[Field.HIDDEN] is True and mailbox.settings[Field.SIGN_IN] == BLOCKED


def test_deletion_is_soft_and_the_second_is_already_so(demo: Setting) -> None:
    provider = demo.provider()
    change = deletion_of(demo, "sales")
    assert provider.apply(change).status is Status.DONE
    assert provider.settle(change) is Effect.PRESENT
    (occupant,) = provider.observe(scope("sales")).taken[at("sales")]
    assert occupant.is_soft_deleted
    assert provider.apply(change).status is Status.ALREADY_SO


def test_deleted_mailbox_comes_back_with_its_grants(demo: Setting) -> None:
    provider = demo.provider()
    before = provider.observe(scope("sales"))
    provider.apply(deletion_of(demo, "sales"))
    (occupant,) = provider.observe(scope("sales")).taken[at("sales")]
    change = Change(Kind.CREATE, Phase.CREATE, at("sales"), MICROSOFT365, occupant.id, how=RESTORE)
    outcome = provider.apply(change)
    assert outcome.status is Status.DONE and outcome.mailbox_id == before.mailboxes[at("sales")].id
    assert held(provider.observe(scope("sales"))) == held(before)


def test_users_mailbox_is_converted(demo: Setting) -> None:
    provider = demo.provider()
    change = Change(
        Kind.UPDATE,
        Phase.CREATE,
        at("info"),
        MICROSOFT365,
        str(trustee_id(demo, "info")),
        before={Field.KIND: "user"},
        after={Field.KIND: KIND_SHARED},
    )
    assert provider.settle(change) is Effect.ABSENT
    assert provider.apply(change).status is Status.DONE
    assert provider.settle(change) is Effect.PRESENT
    assert box_of(demo, "info").settings[Field.KIND] == KIND_SHARED
    back = inverse(change)
    assert back is not None
    assert provider.apply(back).status is Status.DONE
    assert box_of(demo, "info").settings[Field.KIND] == KIND_USER
    assert provider.settle(change) is Effect.ABSENT


def test_licence_goes_up_changes_and_goes_down(demo: Setting) -> None:
    provider = demo.provider()
    for wanted in (PLAN_1, PLAN_2, LICENCE_NONE):
        assert provider.apply(licence_of(demo, "sales", wanted)).status is Status.DONE, wanted
        assert box_of(demo, "sales").settings[Field.LICENCE] == wanted
        assert provider.apply(licence_of(demo, "sales", wanted)).status is Status.ALREADY_SO


def test_licence_takes_the_small_product_and_not_a_suite(demo: Setting) -> None:
    demo.provider().apply(licence_of(demo, "sales", PLAN_2))
    rows = demo.tenant.rows(
        "select s.part from licences l join skus s on s.id = l.sku_id where l.user_id = ?", trustee_id(demo, "sales")
    )
    assert [row["part"] for row in rows] == ["EXCHANGEENTERPRISE"]


def test_licence_without_a_free_seat_fails_and_names_the_licence(demo: Setting) -> None:
    demo.tenant.run("update skus set enabled = 0")
    outcome = demo.provider().apply(licence_of(demo, "sales", PLAN_2))
    assert outcome.status is Status.FAILED and "seat" in outcome.reason and not outcome.stops_run


def test_licence_from_a_group_is_refused_with_the_reason(demo: Setting) -> None:
    group, mailbox = trustee_id(demo, "sg-audit"), trustee_id(demo, "sales")
    sku = demo.tenant.row("select id from skus where part = 'EXCHANGEENTERPRISE'")
    assert sku is not None
    demo.tenant.run("insert into licences values (?, ?, ?)", mailbox, sku["id"], group)
    outcome = demo.provider().apply(licence_of(demo, "sales", LICENCE_NONE))
    assert outcome.status is Status.FAILED and "group" in outcome.reason


def test_licence_without_a_usage_location_says_what_to_set(demo: Setting) -> None:
    sql = "update objects set doc = json_remove(doc, '$.usage_location') where id = ?"
    demo.tenant.run(sql, trustee_id(demo, "sales"))
    outcome = demo.provider().apply(licence_of(demo, "sales", PLAN_2))
    assert outcome.status is Status.FAILED and "usage location" in outcome.reason.lower()


def test_licence_of_a_new_mailbox_says_first_where_it_is_used_as_the_organisation_is(demo: Setting) -> None:
    demo.permit("User.ReadWrite.All")
    provider = demo.provider()
    made = provider.apply(creation_of("support"))
    change = replace(licence_of(demo, "sales", PLAN_2), mailbox=at("support"), mailbox_id=made.mailbox_id)
    demo.forget()
    assert provider.apply(change).status is Status.DONE
    assert len(demo.effects()) == 2, "where it is used, and the licence"
    assert box_of(demo, "support").settings[Field.LICENCE] == PLAN_2
    demo.forget()
    assert provider.apply(licence_of(demo, "sales", PLAN_2)).status is Status.DONE
    assert len(demo.effects()) == 1, "one that is said is left as it is"


def test_licence_without_a_country_says_what_to_set(demo: Setting) -> None:
    demo.permit("User.ReadWrite.All")
    demo.tenant.set_meta("country", "")
    made = demo.provider().apply(creation_of("support"))
    change = replace(licence_of(demo, "sales", PLAN_2), mailbox=at("support"), mailbox_id=made.mailbox_id)
    outcome = demo.provider().apply(change)
    assert outcome.status is Status.FAILED and "usage location" in outcome.reason and not outcome.stops_run


def test_aliases_of_a_new_mailbox_when_none_are_wished_then_nothing_is_sent(demo: Setting) -> None:
    provider = demo.provider()
    demo.forget()
    assert provider.apply(update_of(demo, "sales", {Field.ALIASES: ()})).status is Status.ALREADY_SO
    assert demo.calls("exchange.Set-Mailbox") == 0


def test_request_id_of_the_journal_travels_with_the_write(demo: Setting) -> None:
    provider = demo.provider()
    demo.forget()
    mark = "7e9d3c55-0000-4000-8000-000000000001"
    provider.apply(grant_of(demo, "sales", "anna"), request_id=mark)
    provider.apply(update_of(demo, "sales", {Field.SIGN_IN: BLOCKED}), request_id=mark)
    routes = ("exchange.Add-MailboxPermission", "graph.users.patch")
    marks = [line["headers"].get("client-request-id") for line in demo.emulator.log.lines if line["route"] in routes]
    assert marks == [mark, mark]


def test_all_calls_of_a_run_share_one_anchor(demo: Setting) -> None:
    provider = demo.provider()
    provider.observe(scope("sales"))
    provider.apply(grant_of(demo, "sales", "anna"))
    lines = [line for line in demo.emulator.log.lines if line["route"].startswith("exchange.")]
    anchors = {line["headers"].get("x-anchormailbox") for line in lines}
    assert len(anchors) == 1 and str(anchors.pop()).startswith("APP:SystemMailbox{")


def test_grant_of_a_person_named_otherwise_in_the_entry_is_settled_by_id(demo: Setting) -> None:
    """Rows name people by a user principal name that is no mail address of theirs."""
    demo.tenant.run("update objects set upn = 'm12345@contoso.example' where mail = 'anna@contoso.example'")
    provider = demo.provider()
    give = grant_of(demo, "sales", "anna")
    take = grant_of(demo, "sales", "anna", kind=Kind.REVOKE)
    assert give.party is not None and take.party is not None
    give = replace(give, party=replace(give.party, name=""))
    take = replace(take, party=replace(take.party, name=""))
    assert provider.apply(give).status is Status.DONE
    demo.tenant.run("update permissions set has_address = 0")
    assert provider.settle(give) is Effect.PRESENT
    assert provider.settle(take) is Effect.ABSENT
