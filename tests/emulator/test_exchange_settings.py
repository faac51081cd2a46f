"""Settings of a mailbox in the emulated Exchange admin service: atomic writes, and the values that reads return."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError, envelope
from sharedbox_cli.emulator.microsoft.exchange_admin.forms import NO_GUID
from tests.asked import each
from tests.conftest import Cloud
from tests.emulator.exchange import ANNA, BEN, BILLING, SALES, Door, edit, id_of, kind, opened


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with opened(cloud) as made:
        yield made


GOOD: dict[str, Any] = {
    "DisplayName": "New",
    "HiddenFromAddressListsEnabled": True,
    "EmailAddresses": edit(Add=["smtp:new@contoso.example"]),
    "GrantSendOnBehalfTo": edit(Add=[ANNA]),
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"LitigationHoldEnabled": True},
        {"Alias": "a b"},
        {"Name": "billing"},
        {"ForwardingSmtpAddress": "nonsense"},
        {"ForwardingAddress": "nobody@contoso.example"},
        {"EmailAddresses": edit(Add=["smtp:new@elsewhere.example"])},
        {"EmailAddresses": edit(Add=[f"smtp:{BILLING}"])},
        {"EmailAddresses": edit(Remove=[f"smtp:{SALES}"])},
        {"GrantSendOnBehalfTo": edit(Add=["nobody@contoso.example"])},
        {"GrantSendOnBehalfTo": edit(Add=[ANNA, "all-staff@contoso.example"])},
        {"DisplayName": "x" * 257},
        {"HiddenFromAddressListsEnabled": "true"},
        {"RetainDeletedItemsFor": "31.00:00:00"},
        {"Type": "Workspace"},
        {"MaxSendSize": "151MB"},
        {"ModerationEnabled": True},
        {"RetentionPolicy": "No such policy"},
        {"AcceptMessagesOnlyFrom": ["sg-audit@contoso.example"]},
        {"AcceptMessagesOnlyFrom": [ANNA], "AcceptMessagesOnlyFromSendersOrMembers": [ANNA]},
        {"RejectMessagesFromSendersOrMembers": ["nobody@contoso.example"]},
        {"RulesQuota": "16KB"},
        {"CalendarVersionStoreDisabled": True},
    ],
)
def test_setting_when_one_of_a_call_is_refused_then_nothing_changes(
    door: Door, cloud: Cloud, wrong: dict[str, Any]
) -> None:
    before = door.row(SALES)
    answer = door("Set-Mailbox", Identity=SALES, **{**GOOD, **wrong})
    assert answer.status_code >= 400 and kind(answer)
    assert door.row(SALES) == before and cloud.effects() == []


def test_setting_when_all_of_a_call_is_fine_then_all_of_it_changes(door: Door, cloud: Cloud) -> None:
    assert door.warnings("Set-Mailbox", Identity=SALES, **GOOD) == ""
    row = door.row(SALES, IncludeGrantSendOnBehalfToWithDisplayNames=True)
    assert (row["DisplayName"], row["HiddenFromAddressListsEnabled"]) == ("New", True)
    assert "smtp:new@contoso.example" in row["EmailAddresses"]
    assert row["GrantSendOnBehalfToWithDisplayNames"] == ["(anna@contoso.example, Anna Müller)"]
    assert len(cloud.effects()) == 1


def test_setting_when_the_store_breaks_half_way_then_nothing_changes(
    door: Door, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[str]:
        message = "disk full"
        raise OSError(message)

    monkeypatch.setattr("sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.mailbox_settings._set_kind", broken)
    before = cloud.tenant.rows("select * from objects order by id")
    with pytest.raises(OSError, match="disk full"):
        run_inside(cloud, DisplayName="New")
    assert [tuple(row) for row in cloud.tenant.rows("select * from objects order by id")] == [tuple(r) for r in before]


def run_inside(cloud: Cloud, **parameters: Any) -> None:
    """Run Set-Mailbox without a connection, which would hide exceptions."""
    from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call
    from sharedbox_cli.emulator.microsoft.exchange_admin.service import ExchangeAdmin

    [service] = [one for one in cloud.emulator.services if isinstance(one, ExchangeAdmin)]
    with cloud.tenant.lock:
        service._whole_or_nothing(Call(cloud.emulator.context, "Set-Mailbox", {"Identity": SALES, **parameters}))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("x@elsewhere.example", "smtp:x@elsewhere.example"),
        ("smtp:x@elsewhere.example", "smtp:x@elsewhere.example"),
        ("SMTP:x@elsewhere.example", "smtp:x@elsewhere.example"),
        (None, None),
        ("", None),
    ],
)
def test_forwarding_when_set_then_read_back_with_its_prefix(door: Door, given: str | None, read: str | None) -> None:
    door.warnings("Set-Mailbox", Identity=SALES, ForwardingSmtpAddress="other@elsewhere.example")
    assert door.warnings("Set-Mailbox", Identity=SALES, ForwardingSmtpAddress=given) == ""
    assert door.row(SALES)["ForwardingSmtpAddress"] == read
    assert "no settings of" in door.warnings("Set-Mailbox", Identity=SALES, ForwardingSmtpAddress=given)


@pytest.mark.parametrize(("identity", "wanted"), [(SALES, "SharedMailbox"), (ANNA, "UserMailbox")])
def test_mailbox_when_named_and_of_another_type_than_asked_for_then_not_found(
    door: Door, identity: str, wanted: str
) -> None:
    other = "UserMailbox" if wanted == "SharedMailbox" else "SharedMailbox"
    assert door.row(identity, RecipientTypeDetails=[wanted])["RecipientTypeDetails"] == wanted
    assert door.row(identity, RecipientTypeDetails=wanted.lower())["RecipientTypeDetails"] == wanted
    for cmdlet in ("Get-Mailbox", "Get-CASMailbox", "Get-Recipient"):
        answer = door(cmdlet, Identity=identity, RecipientTypeDetails=[other])
        assert (answer.status_code, kind(answer)) == (404, "ManagementObjectNotFoundException"), cmdlet


def test_mailbox_when_its_archive_is_asked_for_then_only_those_with_one(door: Door, cloud: Cloud) -> None:
    assert door.rows("Get-Mailbox", Archive=True) == []
    answer = door("Get-Mailbox", Identity=ANNA, Archive=True)
    assert (answer.status_code, kind(answer)) == (404, "ManagementObjectNotFoundException")
    assert door("Enable-Mailbox", Identity=ANNA, Archive=True).status_code == 200
    [row] = door.rows("Get-Mailbox", Archive=True)
    assert row["ExternalDirectoryObjectId"] == id_of(cloud, ANNA) and row["ArchiveGuid"] != NO_GUID


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "BadRequest"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (429, "TooManyRequests"),
        (501, "NotImplemented"),
        (502, "BadGateway"),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
    ],
)
def test_envelope_when_of_any_status_then_it_carries_its_own_code(status: int, code: str) -> None:
    answer = envelope(CmdletError(status, "Some.Kind", "text"))
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (status, code)


def test_envelope_when_sent_then_status_and_code_agree(door: Door, cloud: Cloud) -> None:
    assert door("Get-Mailbox", Anr="x").json()["error"]["code"] == "NotImplemented"
    cloud.emulator.faults.set([{"route": "exchange.Get-Mailbox", "kind": "status", "status": 503, "body": "json"}])
    answer = door("Get-Mailbox")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ServiceUnavailable")
    assert kind(answer) == "ADTransientException"


@pytest.mark.parametrize("text", ["(" * 3000 + "Name -eq 'x'" + ")" * 3000, "-not " * 3000 + "Name -eq 'x'", "(" * 99])
def test_filter_when_nested_without_end_then_refused(door: Door, text: str) -> None:
    answer = door("Get-Mailbox", Filter=text)
    assert (answer.status_code, kind(answer)) == (400, "ParameterBindingException")


def test_filter_when_nested_a_little_then_read(door: Door) -> None:
    text = "(" * 20 + "Alias -eq 'sales'" + ")" * 20
    many = " -or ".join(["(Alias -eq 'sales')"] * 200)
    for one in (text, many):
        assert [row["PrimarySmtpAddress"] for row in door.rows("Get-Mailbox", Filter=one)] == [SALES]


def test_body_when_it_holds_half_a_character_then_400_and_nothing_changes(door: Door, cloud: Cloud) -> None:
    body = (
        b'{"CmdletInput": {"CmdletName": "Set-Mailbox", "Parameters": {"Identity": "sales", "DisplayName": "\\ud800"}}}'
    )
    headers = {"Content-Type": "application/json"}
    answer = door.http.post(f"{door.base}/InvokeCommand", content=body, headers=headers)
    assert (answer.status_code, kind(answer)) == (400, "ODataException")
    assert cloud.effects() == []


def test_delegate_when_without_an_address_then_refused(door: Door, cloud: Cloud) -> None:
    cloud.tenant.run("update objects set mail = null where id = ?", id_of(cloud, BEN))
    cloud.tenant.run("delete from addresses where key = ?", BEN)
    answer = door("Set-Mailbox", Identity=BILLING, GrantSendOnBehalfTo=edit(Add=[BEN]))
    assert kind(answer) == "RecipientTaskException" and cloud.effects() == []


def test_each_object_has_ids_that_differ(cloud: Cloud, door: Door) -> None:
    cmdlets = ("Get-Mailbox", "Get-CASMailbox", "Get-Recipient", "Get-User", "Get-Group")
    names = ("Id", "Guid", "ExchangeGuid", "ExternalDirectoryObjectId")
    for cmdlet in each(cmdlets):
        rows = door.rows(cmdlet)
        used: set[str] = set()
        for row in each(rows):
            ids = [row[name] for name in names if row.get(name) not in (None, NO_GUID)]
            assert len(ids) >= 3 and len(set(ids)) == len(ids), (cmdlet, row)
            assert not used & set(ids)
            used |= set(ids)


def test_each_mailbox_has_its_address_of_the_initial_domain(cloud: Cloud, door: Door) -> None:
    for row in each(door.rows("Get-Mailbox")):
        assert f"smtp:{row['Alias']}@{cloud.tenant.initial_domain}".lower() in map(str.lower, row["EmailAddresses"])
