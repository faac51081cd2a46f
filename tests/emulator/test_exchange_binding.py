"""Compares the parameters of the emulated cmdlets with the published ones, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sharedbox_cli.emulator.microsoft.exchange_admin.binding import bind, facts, is_served
from sharedbox_cli.emulator.microsoft.exchange_admin.catalogue import CMDLETS
from sharedbox_cli.emulator.microsoft.exchange_admin.conversion import HASH_TABLE
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError
from tests.all_pairs import all_pairs
from tests.asked import each
from tests.conftest import Cloud
from tests.emulator.exchange import ANNA, SALES, Door, edit, kind, opened
from tests.slow_rest import in_turn


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with opened(cloud) as made:
        yield made


def sentence(cmdlet: str, parameters: Any) -> str:
    """Return the error of parameter binding, or an empty text."""
    try:
        bind(cmdlet, parameters)
    except CmdletError as error:
        assert error.status == 400 and error.kind.endswith("ParameterBindingException")
        return error.sentence
    return ""


ACE = {"Identity": SALES, "User": ANNA, "AccessRights": ["FullAccess"]}
INBOX = f"{SALES}:\\Inbox"
FOLDER = {"Identity": INBOX, "User": ANNA, "AccessRights": ["Reviewer"]}
ENOUGH: dict[str, dict[str, Any]] = {
    "New-Mailbox": {"Shared": True, "Name": "x"},
    "Set-Mailbox": {"Identity": SALES},
    "Remove-Mailbox": {"Identity": SALES},
    "Enable-Mailbox": {"Identity": SALES},
    "Disable-Mailbox": {"Identity": SALES},
    "Set-CASMailbox": {"Identity": SALES},
    "Undo-SoftDeletedMailbox": {"SoftDeletedObject": SALES},
    "Get-MailboxStatistics": {"Identity": SALES},
    "Get-MailboxPermission": {"Identity": SALES},
    "Add-MailboxPermission": ACE,
    "Remove-MailboxPermission": ACE,
    "Add-RecipientPermission": {"Identity": SALES, "Trustee": ANNA, "AccessRights": ["SendAs"]},
    "Remove-RecipientPermission": {"Identity": SALES, "Trustee": ANNA, "AccessRights": ["SendAs"]},
    "Get-MailboxAutoReplyConfiguration": {"Identity": SALES},
    "Get-MailboxRegionalConfiguration": {"Identity": SALES},
    "Set-MailboxRegionalConfiguration": {"Identity": SALES},
    "Get-MailboxFolderStatistics": {"Identity": SALES},
    "Set-MailboxAutoReplyConfiguration": {"Identity": SALES},
    "Get-MailboxFolderPermission": {"Identity": INBOX},
    "Add-MailboxFolderPermission": FOLDER,
    "Set-MailboxFolderPermission": FOLDER,
    "Remove-MailboxFolderPermission": {"Identity": INBOX, "User": ANNA},
    "New-InboxRule": {"Name": "x"},
    **{f"{verb}-InboxRule": {"Identity": "x"} for verb in ("Set", "Remove", "Enable", "Disable")},
}
"""The required parameters of each cmdlet."""
TRI_STATE = [("EwsEnabled", None), ("SmtpClientAuthenticationDisabled", None)]
"""Switches of a mailbox for which null means: as the organisation has set it (set-casmailbox, read 2026-11)."""
WRONG: dict[str, tuple[Any, ...]] = {
    "SwitchParameter": ("true", 1, None, [True]),
    "Boolean": ("false", 0, None),
    "Int32": ("seven", 1.5, True),
    "String": (5, {"a": 1}),
}


@pytest.mark.parametrize("cmdlet", sorted(CMDLETS))
def test_cmdlet_when_it_is_given_just_enough_then_it_binds(cmdlet: str) -> None:
    assert sentence(cmdlet, ENOUGH.get(cmdlet, {})) == ""


@pytest.mark.parametrize("cmdlet", sorted(ENOUGH))
def test_cmdlet_when_a_mandatory_parameter_is_missing_null_or_empty_then_refused(cmdlet: str) -> None:
    wish = ENOUGH[cmdlet]
    required = [name for name in wish if facts()[cmdlet]["parameters"][name]["required"]]
    for name in each(required):
        rest = {key: value for key, value in wish.items() if key != name}
        if (cmdlet, name) != ("New-Mailbox", "Shared"):
            assert "mandatory" in sentence(cmdlet, rest), name
        nothings: tuple[Any, ...] = (None, "", [])
        for nothing in each(nothings):
            assert sentence(cmdlet, {**wish, name: nothing}), (name, nothing)


def wrong_values(cmdlet: str) -> list[tuple[str, Any]]:
    """Return each typed or listed parameter with values that do not fit."""
    parameters = facts()[cmdlet]["parameters"].items()
    typed = [
        (name, value)
        for name, one in parameters
        for value in WRONG.get(one["type"].removeprefix("System."), ())
        if (name, value) not in TRI_STATE
    ]
    return typed + [(name, "Nonsense") for name, one in parameters if one.get("values")]


@pytest.mark.parametrize("cmdlet", sorted(name for name in CMDLETS if wrong_values(name)))
def test_cmdlet_when_a_value_is_of_another_type_or_not_listed_then_refused(cmdlet: str) -> None:
    for name, value in each(wrong_values(cmdlet)):
        assert sentence(cmdlet, {**ENOUGH.get(cmdlet, {}), name: value}), (name, value)


@pytest.mark.parametrize("cmdlet", sorted(CMDLETS))
def test_cmdlet_when_a_parameter_is_unknown_then_refused_by_name(cmdlet: str) -> None:
    told = sentence(cmdlet, {**ENOUGH.get(cmdlet, {}), "Nonsense": True})
    assert told == "A parameter cannot be found that matches parameter name 'Nonsense'."


@pytest.mark.parametrize(
    ("cmdlet", "parameters"),
    [
        ("New-Mailbox", {"Shared": True, "Room": True, "Name": "x"}),
        ("New-Mailbox", {"Shared": True, "Name": "x", "MailboxPlan": "y"}),
        ("Get-Mailbox", {"Identity": "a", "Anr": "b"}),
        ("Add-MailboxPermission", {**ACE, "Owner": "anna"}),
        ("Remove-MailboxPermission", {**ACE, "ClearAutoMapping": True}),
        ("Get-Recipient", {"Identity": "a", "Anr": "b"}),
    ],
)
def test_cmdlet_when_parameters_of_two_sets_are_mixed_then_refused(cmdlet: str, parameters: dict[str, Any]) -> None:
    assert "Parameter set cannot be resolved" in sentence(cmdlet, parameters)


@pytest.mark.parametrize(
    "value",
    [
        {"Add": ["smtp:x@contoso.example"]},
        {"@odata.type": "#Exchange.Other", "Add": []},
        {"@odata.type": HASH_TABLE, "Set": ["x"]},
    ],
)
def test_hash_table_when_it_is_not_one_of_the_service_then_refused(value: dict[str, Any]) -> None:
    assert sentence("Set-Mailbox", {"Identity": SALES, "EmailAddresses": value})


def test_hash_table_when_the_parameter_is_an_array_then_refused() -> None:
    value = {"@odata.type": HASH_TABLE, "Add": ["FullAccess"]}
    assert sentence("Add-MailboxPermission", {**ACE, "AccessRights": value})


def test_array_when_an_item_is_no_text_then_refused() -> None:
    assert sentence("Add-MailboxPermission", {**ACE, "AccessRights": [5]})
    assert sentence("Add-MailboxPermission", {**ACE, "AccessRights": [None]})


def test_names_when_written_in_another_case_then_bound_by_their_published_spelling() -> None:
    bound = bind("Get-Mailbox", {"identity": "a", "INCLUDEGRANTSENDONBEHALFTOWITHDISPLAYNAMES": True})
    assert set(bound) == {"Identity", "IncludeGrantSendOnBehalfToWithDisplayNames"}


@pytest.mark.parametrize("cmdlet", ["Get-Mailbox", "Get-AcceptedDomain", "Get-MailboxPermission"])
def test_read_when_told_not_to_ask_then_refused_as_it_never_asks(cmdlet: str) -> None:
    assert "Confirm" in sentence(cmdlet, {**ENOUGH.get(cmdlet, {}), "Confirm": False})


def values_for(cmdlet: str) -> dict[str, Any]:
    """Return a value for each required parameter of the first set of a cmdlet."""
    fact = facts()[cmdlet]
    found: dict[str, Any] = {}
    chosen = next(iter(fact["sets"]), "")
    for name, detail in fact["parameters"].items():
        if detail["required"] and chosen in (detail.get("sets") or [chosen]):
            listed = detail.get("values")
            special = {"SwitchParameter": True, "Boolean": True, "Int32": 1}
            value: Any = listed[0] if listed else special.get(detail["type"], "x")
            found[name] = [value] if detail["type"].endswith("[]") else value
    return found


def test_cmdlets_when_not_modelled_then_none_pretends(door: Door) -> None:
    for cmdlet in each(sorted(name for name in set(facts()) - set(CMDLETS) if is_served(name))):
        answer = door(cmdlet, **values_for(cmdlet))
        assert answer.status_code in (400, 501), (cmdlet, answer.text)
        assert "value" not in answer.json(), cmdlet
        if answer.status_code == 501:
            assert cmdlet in answer.text and kind(answer) == "NotModelled"


def test_modelled_cmdlets_when_compared_then_the_facts_have_them() -> None:
    assert set(CMDLETS) <= set(facts()) and len(facts()) == 87


@pytest.mark.parametrize(
    ("cmdlet", "parameters"),
    [
        ("Remove-Mailbox", {"Identity": SALES, "WhatIf": True}),
        ("Set-Mailbox", {"Identity": SALES, "DisplayName": "x", "WhatIf": True}),
        ("Add-MailboxPermission", {**ACE, "WhatIf": True}),
        ("Set-Mailbox", {"Identity": SALES, "CalendarVersionStoreDisabled": True}),
        ("Get-Mailbox", {"Anr": "sal"}),
        ("Get-MailboxStatistics", {"Identity": SALES, "Archive": True}),
        ("Set-Mailbox", {"Identity": SALES, "DisplayName": "x", "RecipientLimits": "100"}),
        ("Get-Recipient", {"Anr": "sal"}),
        ("Get-Mailbox", {"Migration": True}),
        ("Get-MailboxPermission", {"Identity": SALES, "Owner": True}),
        ("Add-MailboxPermission", {**ACE, "InheritanceType": "None"}),
        ("Remove-RecipientPermission", {**ENOUGH["Remove-RecipientPermission"], "MultiTrustees": ["a"]}),
    ],
)
def test_parameter_when_not_modelled_then_it_says_so_and_nothing_changes(
    door: Door, cloud: Cloud, cmdlet: str, parameters: dict[str, Any]
) -> None:
    answer = door(cmdlet, **parameters)
    assert (answer.status_code, kind(answer)) == (501, "NotModelled") and "does not model" in answer.text
    assert cloud.effects() == []


def test_cmdlets_when_only_the_vendors_module_has_them_then_403_with_nul_bytes(door: Door) -> None:
    for cmdlet in each(sorted(name for name in facts() if not is_served(name))):
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": {}}}
        with door.http.stream("POST", f"{door.base}/InvokeCommand", json=body) as answer:
            assert (answer.status_code, set(b"".join(answer.iter_raw()))) == (403, {0}), cmdlet


@pytest.mark.parametrize("cmdlet", sorted(name for name in CMDLETS if facts()[name]["parameters"]))
def test_cmdlet_when_one_value_is_wanted_then_lists_and_hash_tables_are_refused(cmdlet: str) -> None:
    enough, table = ENOUGH.get(cmdlet, {}), edit(Add=["x@contoso.example"])
    for name, detail in each(facts()[cmdlet]["parameters"].items()):
        is_list = detail["type"] in ("MultiValuedProperty", "ProxyAddressCollection")
        if not is_list:
            assert sentence(cmdlet, {**enough, name: table}), name
        if not is_list and not detail["type"].endswith("[]"):
            assert sentence(cmdlet, {**enough, name: ["x@contoso.example"]}), name


@pytest.mark.parametrize("cmdlet", ["Add-RecipientPermission", "Remove-RecipientPermission", "Enable-Mailbox"])
def test_hash_table_when_the_cmdlet_changes_no_list_then_refused(cmdlet: str) -> None:
    name = "ArchiveName" if cmdlet == "Enable-Mailbox" else "AccessRights"
    assert "changes no list" in sentence(cmdlet, {**ENOUGH[cmdlet], name: edit(Add=["SendAs"])})


@pytest.mark.parametrize(
    ("cmdlet", "name"), [("Get-Mailbox", "Identity"), ("Get-Recipient", "Identity"), ("Get-MailboxPermission", "User")]
)
def test_identity_when_it_is_empty_then_refused_and_not_taken_for_all(cmdlet: str, name: str) -> None:
    assert "empty string" in sentence(cmdlet, {**ENOUGH.get(cmdlet, {}), name: ""})


@pytest.mark.parametrize("cmdlet", ["Get-Mailbox", "Get-Recipient", "Get-RecipientPermission", "Get-CASMailbox"])
def test_identity_when_it_is_null_then_refused_and_not_taken_for_all(cmdlet: str) -> None:
    assert "it is null" in sentence(cmdlet, {"Identity": None})


@pytest.mark.parametrize("value", [2**31, 10**30, str(2**31), "9" * 5000, -1, "-1", 1.5, True, [5], None, "", "²"])
def test_size_when_it_is_no_number_of_32_bits_then_refused(value: Any) -> None:
    assert sentence("Get-Mailbox", {"ResultSize": value})
    assert sentence("Set-Mailbox", {"Identity": SALES, "LitigationHoldDuration": value})


@pytest.mark.parametrize("value", [1, "1", 2**31 - 1, "Unlimited", "unlimited"])
def test_size_when_a_number_or_unlimited_then_bound(value: Any) -> None:
    assert sentence("Get-Mailbox", {"ResultSize": value}) == ""


@pytest.mark.parametrize("name", ["ErrorAction", "WarningAction", "InformationAction"])
def test_common_parameter_when_its_value_is_not_listed_then_refused(name: str) -> None:
    assert sentence("Get-Mailbox", {name: "SilentlyContinue"}) == ""
    values: tuple[Any, ...] = ("Nonsense", 1, None, True)
    for value in each(values):
        assert sentence("Get-Mailbox", {name: value}), value


def value_of(detail: dict[str, Any]) -> Any:
    """Return a valid value for the type of a parameter."""
    kind = detail["type"].removeprefix("System.")
    special: dict[str, Any] = {
        "SwitchParameter": True,
        "Boolean": True,
        "Int32": 1,
        "Unlimited": 1,
        "DateTime": "2026-11-24",
        "EnhancedTimeSpan": "1.00:00:00",
        "ByteQuantifiedSize": "1MB",
        "SmtpAddress": "x@contoso.example",
    }
    value = detail["values"][0] if detail.get("values") else special.get(kind, "x")
    return [value] if kind.endswith("[]") else value


@pytest.mark.parametrize(
    "cmdlet", sorted(name for name in CMDLETS if set(facts()[name]["parameters"]) - CMDLETS[name].parameters)
)
def test_parameter_that_is_not_modelled_says_so(door: Door, cloud: Cloud, cmdlet: str) -> None:
    answers = {}
    for name in sorted(set(facts()[cmdlet]["parameters"]) - CMDLETS[cmdlet].parameters):
        wish = {**ENOUGH.get(cmdlet, {}), name: value_of(facts()[cmdlet]["parameters"][name])}
        answers[name] = door(cmdlet, **wish)
    for name, answer in each(answers.items()):
        if answer.status_code == 501:
            assert f"{cmdlet} -{name}" in answer.text
        else:  # in another set than the required parameters
            assert kind(answer) == "ParameterBindingException", name
    assert "WhatIf" not in answers or answers["WhatIf"].status_code == 501
    assert cloud.effects() == []


ODD: dict[str, tuple[Any, ...]] = {
    "nothing": (None, "", " ", "\x00"),
    "text": ("é" * 300, "9" * 400, "'", "@", "smtp:", "*[", "S-1-5-10", "9999999999.00:00:00"),
    "number": (2**40, -1),
    "list": ([], [None], [[]]),
    "table": ({}, edit(), edit(Add=["X500:x"]), edit(Remove=["nobody"])),
}
"""Values per kind. Every parameter is tested with every value."""
ODD_CMDLETS = sorted(name for name in set(CMDLETS) - {"Remove-Mailbox"} if CMDLETS[name].parameters)
ODD_ROWS = all_pairs(
    [(cmdlet, name) for cmdlet in ODD_CMDLETS for name in sorted(CMDLETS[cmdlet].parameters)],
    list(ODD),
    range(max(map(len, ODD.values()))),
)


@pytest.mark.parametrize("cmdlet", ODD_CMDLETS)
def test_cmdlet_when_a_value_is_odd_then_it_is_bound_or_refused(cmdlet: str) -> None:
    for name in CMDLETS[cmdlet].parameters:
        for value in (value for values in ODD.values() for value in values):
            sentence(cmdlet, {**ENOUGH.get(cmdlet, {}), name: value})


@pytest.mark.parametrize("cmdlet", in_turn(ODD_CMDLETS, 0, 4))
def test_cmdlet_when_a_value_is_odd_then_it_answers_in_its_shape(door: Door, cmdlet: str) -> None:
    rows = [(name, ODD[sort][place % len(ODD[sort])]) for (owner, name), sort, place in ODD_ROWS if owner == cmdlet]
    assert {name for name, _ in rows} == set(CMDLETS[cmdlet].parameters)
    for name, value in each(rows):
        answer = door(cmdlet, **{**ENOUGH.get(cmdlet, {}), name: value})
        assert answer.status_code == 200 or kind(answer), (name, value)
