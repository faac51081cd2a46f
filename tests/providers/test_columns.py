"""Every setting of every platform has one column, and what no column knows is refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.errors import ObserveError, SharedboxError
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, Platform, Right
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import (
    Column,
    Columns,
    carrier_of,
    property_names,
    read_row,
    request_body,
    switch,
    text,
    words,
)
from sharedbox_cli.providers.google_workspace import columns as google
from sharedbox_cli.providers.google_workspace.gmail_columns import GMAIL
from sharedbox_cli.providers.google_workspace.observe.directory import GROUP_FIELDS, USER_FIELDS
from sharedbox_cli.providers.microsoft365 import columns as microsoft
from tests.providers.google_setting import GoogleSetting, id_of
from tests.providers.google_setting import at as google_at
from tests.providers.setting import Setting, at, trustee_id

COLUMNS = {**microsoft.COLUMNS, **google.COLUMNS}
HOLDER = "sales · Get-Mailbox"
TABLE: Columns = {
    Field.HIDDEN: switch("Hidden"),
    Field.DISPLAY_NAME: text("Name"),
    Field.SENT_AS: words("Copy", {"sender": False, "both": True}),
}


def test_row_is_reduced_to_the_settings_in_our_words() -> None:
    row = {"Hidden": True, "Name": "Sales", "Copy": True, "Other": 1}
    assert read_row(TABLE, row, TABLE, HOLDER) == {
        Field.HIDDEN: True,
        Field.DISPLAY_NAME: "Sales",
        Field.SENT_AS: "both",
    }
    assert read_row(TABLE, row, {Field.HIDDEN, Field.ALIASES}, HOLDER) == {Field.HIDDEN: True}


def test_properties_are_those_of_the_wanted_settings() -> None:
    assert property_names(TABLE, {Field.HIDDEN, Field.SENT_AS, Field.ALIASES}) == {"Hidden", "Copy"}


@pytest.mark.parametrize(
    "row",
    [
        {"Name": "Sales", "Copy": True},
        {"Hidden": None, "Name": "Sales", "Copy": True},
        {"Hidden": "False", "Name": "Sales", "Copy": True},
        {"Hidden": True, "Name": "Sales", "Copy": ["both"]},
    ],
    ids=["left out", "null", "text for a switch", "a list for a word"],
)
def test_row_with_an_incomplete_or_unknown_form_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(ObserveError) as caught:
        read_row(TABLE, row, TABLE, HOLDER)
    assert caught.value.where.startswith(HOLDER)


def test_optional_property_is_false_or_empty_where_it_is_left_out() -> None:
    table = {Field.HIDDEN: switch("Hidden", is_optional=True), Field.DISPLAY_NAME: text("Name", is_optional=True)}
    assert read_row(table, {}, table, HOLDER) == {Field.HIDDEN: False, Field.DISPLAY_NAME: ""}


@pytest.mark.parametrize("value", [True, False])
def test_inverted_switch_is_the_opposite_on_both_ways(value: bool) -> None:
    column = switch("Shown", is_inverted=True)
    assert column.read({"Shown": value}) is (not value)
    assert request_body({Field.HIDDEN: column}, {}, {Field.HIDDEN: value}) == {"Shown": not value}


def test_word_of_the_service_that_we_have_none_for_stays_both_ways() -> None:
    table = {Field.GROUP_VIEWING: words("who", {"anyone": "ANYONE"})}
    assert read_row(table, {"who": "ALL_ROBOTS"}, table, HOLDER) == {Field.GROUP_VIEWING: "ALL_ROBOTS"}
    assert request_body(table, {}, {Field.GROUP_VIEWING: "ALL_ROBOTS"}) == {"who": "ALL_ROBOTS"}


def test_setting_that_no_request_carries_is_an_error() -> None:
    read_only = {Field.LICENCE: Column(("sku",), lambda row: str(row["sku"]))}
    for name in (Field.LICENCE, Field.ALIASES):
        with pytest.raises(SharedboxError, match="cannot be sent"):
            request_body(read_only, {}, {name: "x"})


def test_value_that_a_service_does_not_have_is_an_error() -> None:
    with pytest.raises(SharedboxError, match="kind"):
        request_body(microsoft.MAILBOX, {}, {Field.KIND: "group"})
    with pytest.raises(SharedboxError, match="reset the password"):
        request_body(google.ACCOUNT, {}, {Field.SIGN_IN: "allowed"})


def test_default_sender_of_a_group_is_required_under_one_of_its_names() -> None:
    wanted = {Field.GROUP_DEFAULT_SENDER}
    for row in ({"default_sender": "GROUP"}, {"defaultSender": "GROUP"}):
        assert read_row(google.INBOX, row, wanted, "desk") == {Field.GROUP_DEFAULT_SENDER: "group"}
    with pytest.raises(ObserveError):
        read_row(google.INBOX, {}, wanted, "desk")


def test_settings_that_no_request_carries_together_are_an_error() -> None:
    carriers = ((microsoft.MAILBOX, "mailbox"), (microsoft.SIGN_IN, "account"))
    assert carrier_of({Field.HIDDEN, Field.ALIASES}, carriers) == "mailbox"
    assert carrier_of({Field.SIGN_IN}, carriers) == "account"
    for mixed in ({Field.HIDDEN, Field.SIGN_IN}, set[Field]()):
        with pytest.raises(SharedboxError):
            carrier_of(mixed, carriers)


@pytest.mark.parametrize("name", sorted(google.GROUP.keys() | google.ACCOUNT.keys()))
def test_directory_is_asked_for_every_property_of_a_column(name: Field) -> None:
    for table, asked in ((google.ACCOUNT, USER_FIELDS), (google.GROUP, GROUP_FIELDS)):
        assert property_names(table, {name}) <= set(asked.split(","))


def test_gmail_columns_know_the_value_of_a_mailbox_that_is_not_set_up() -> None:
    assert all(SETTINGS[name].new is not None for name in GMAIL)


FOREIGN: dict[Platform, dict[Field, Value]] = {
    MICROSOFT365: {Field.GROUP_POSTING: "anyone", Field.GROUP_HISTORY: True, Field.ORG_UNIT: "/Shared"},
    GOOGLE_DELEGATED: {Field.GROUP_POSTING: "anyone", Field.SENT_AS: "both", Field.AUTO_REPLY_EXTERNAL: "away"},
    GOOGLE_COLLABORATIVE: {Field.SIGN_IN: "blocked", Field.LICENCE: "none", Field.SENT_AS: "both", Field.FOLDERS: ()},
}
GRANTS: dict[Platform, dict[Field, Value]] = {
    MICROSOFT365: {Field.DELIVERY: "all", Field.ROLE: "owner", Field.HIDDEN: True},
    GOOGLE_DELEGATED: {Field.AUTOMAPPING: True, Field.DELIVERY: "all"},
    GOOGLE_COLLABORATIVE: {Field.AUTOMAPPING: True, Field.GROUP_POSTING: "anyone"},
}


def changes_of(platform: Platform, address: Address, identity: str, trustee: TrusteeId) -> list[Change]:
    """Return changes that name a setting or a right the platform does not know."""
    base = Change(Kind.UPDATE, Phase.SETTINGS, address, platform, identity)
    right = Right.MEMBER if platform == GOOGLE_COLLABORATIVE else Right.FULL_ACCESS
    party = Party(trustee, right, Address.of("anna@contoso.example"))
    changes = []
    for name, value in FOREIGN[platform].items():
        changes += [replace(base, kind=kind, after={name: value}) for kind in (Kind.UPDATE, Kind.LICENCE)]
        changes.append(replace(base, kind=Kind.UPDATE, after={name: value, Field.DISPLAY_NAME: "Sales"}))
    for name, value in GRANTS[platform].items():
        changes += [replace(base, kind=kind, after={name: value}, party=party) for kind in (Kind.GRANT, Kind.UPDATE)]
    changes += [replace(base, kind=kind) for kind in (Kind.GRANT, Kind.REVOKE, Kind.UPDATE, Kind.LICENCE)]
    changes.append(replace(base, party=party))
    reader = replace(party, right=Right.CALENDAR, detail="reader")
    changes += [
        replace(base, before={Field.LEVEL: "none"}, after={Field.LEVEL: "reader"}, party=party),
        replace(base, before={Field.LEVEL: "none"}, after={Field.LEVEL: "editor"}, party=reader),
        replace(base, after={Field.AUTOMAPPING: True}, party=reader),
    ]
    known = COLUMNS[platform].keys() & {Field.AUTOMAPPING, Field.DELIVERY, Field.ROLE}
    changes += [replace(base, kind=Kind.UPDATE, after={name: True}) for name in known]
    foreign_right = Right.FULL_ACCESS if platform == GOOGLE_COLLABORATIVE else Right.OWNER
    unknown_rights = {foreign_right, Right.OTHER} | ({Right.READ} if platform != MICROSOFT365 else set())
    for unknown in sorted(unknown_rights):
        stranger = Party(trustee, unknown, Address.of("anna@contoso.example"))
        changes += [replace(base, kind=kind, party=stranger) for kind in (Kind.GRANT, Kind.REVOKE)]
    return changes


def test_microsoft365_refuses_what_it_does_not_know_and_sends_nothing(demo: Setting) -> None:
    provider = demo.provider()
    identity, anna = str(trustee_id(demo, "sales")), trustee_id(demo, "anna")
    changes = changes_of(MICROSOFT365, at("sales"), identity, anna)
    new = Change(Kind.CREATE, Phase.CREATE, at("press"), MICROSOFT365, how="new", after={Field.HIDDEN: True})
    mixed = Change(
        Kind.UPDATE,
        Phase.SETTINGS,
        at("sales"),
        MICROSOFT365,
        identity,
        after={Field.SIGN_IN: "blocked", Field.HIDDEN: True},
    )
    demo.forget()
    for change in (*changes, new, mixed, replace(mixed, platform=GOOGLE_DELEGATED)):
        outcome = provider.apply(change)
        assert outcome.status is Status.FAILED, change.key
        assert outcome.reason and not outcome.stops_run
    assert demo.emulator.log.lines == []
    assert provider.settle(changes[0]) is Effect.UNCLEAR
    assert demo.effects() == []


@pytest.mark.parametrize(("platform", "mailbox"), [(GOOGLE_DELEGATED, "sales"), (GOOGLE_COLLABORATIVE, "desk")])
def test_google_workspace_refuses_what_it_does_not_know_and_sends_nothing(
    workspace: GoogleSetting, platform: Platform, mailbox: str
) -> None:
    provider = workspace.shared
    identity, anna = id_of(workspace.make, mailbox), TrusteeId(id_of(workspace.make, "anna"))
    changes = changes_of(platform, google_at(mailbox), identity, anna)
    workspace.forget()
    for change in (*changes, replace(changes[0], platform=MICROSOFT365)):
        outcome = provider.apply(change)
        assert outcome.status is Status.FAILED, change.key
        assert outcome.reason and not outcome.stops_run
    assert workspace.emulator.log.lines == []
    assert provider.settle(changes[0]) is Effect.UNCLEAR
