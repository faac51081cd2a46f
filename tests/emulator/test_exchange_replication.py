"""Lag of the emulated Exchange service: new and restored mailboxes, settings, client access."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Cloud
from tests.emulator.exchange import ANNA, BILLING, SALES, Door, edit, kind, opened

NEW = "new@contoso.example"


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with opened(cloud) as made:
        yield made


def make(door: Door) -> None:
    """Create a mailbox."""
    assert door("New-Mailbox", Shared=True, Name="new", PrimarySmtpAddress=NEW).status_code == 200


def listed(door: Door) -> set[str]:
    """Return the addresses of all mailboxes."""
    return {row["PrimarySmtpAddress"] for row in door.rows("Get-Mailbox", ResultSize="Unlimited")}


def test_mailbox_when_new_then_404_for_every_cmdlet_until_the_lag_is_over(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:create", "90")
    make(door)
    for answer in (
        door("Get-Mailbox", Identity=NEW),
        door("Set-Mailbox", Identity=NEW, DisplayName="x"),
        door("Get-MailboxPermission", Identity=NEW),
        door("Add-MailboxPermission", Identity=NEW, User=ANNA, AccessRights=["FullAccess"]),
        door("Add-RecipientPermission", Identity=NEW, Trustee=ANNA, AccessRights=["SendAs"], Confirm=False),
        door("Get-CASMailbox", Identity=NEW),
        door("Remove-Mailbox", Identity=NEW, Confirm=False),
    ):
        assert (answer.status_code, kind(answer)) == (404, "ManagementObjectNotFoundException")
    assert NEW not in listed(door)
    cloud.tenant.clock.advance(91)
    assert NEW in listed(door) and door("Set-Mailbox", Identity=NEW, DisplayName="x").status_code == 200


def test_mailbox_when_new_then_its_address_is_taken_at_once(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:create", "90")
    make(door)
    again = door("New-Mailbox", Shared=True, Name="other", PrimarySmtpAddress=NEW)
    assert kind(again) == "ProxyAddressExistsException"


def test_mailbox_when_only_other_anchors_lag_then_its_maker_sees_it(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:create", "90")
    cloud.tenant.set_meta("lag_scope", "other_anchors")
    make(door)
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"Identity": NEW}}}
    assert door.raw(body).status_code == 200
    assert door.raw(body, **{"X-AnchorMailbox": "APP:two"}).status_code == 404


def test_mailbox_when_restored_then_it_lags_like_a_new_one(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:create", "90")
    door("Remove-Mailbox", Identity=BILLING, Confirm=False)
    assert BILLING not in listed(door)
    assert door("Undo-SoftDeletedMailbox", SoftDeletedObject=BILLING).status_code == 200
    assert BILLING not in listed(door)
    cloud.tenant.clock.advance(91)
    assert BILLING in listed(door)


def test_setting_when_changed_then_the_old_value_is_read_until_the_lag_is_over(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:settings", "60")
    before = door.row(SALES)
    aliases = edit(Add=["smtp:extra@contoso.example"])
    assert door.warnings("Set-Mailbox", Identity=SALES, DisplayName="New", EmailAddresses=aliases) == ""
    assert "no settings of" in door.warnings("Set-Mailbox", Identity=SALES, DisplayName="New")
    assert door.row(SALES) == before
    [listed] = [row for row in door.rows("Get-Mailbox") if row["PrimarySmtpAddress"] == SALES]
    assert listed["DisplayName"] == before["DisplayName"]
    cloud.tenant.clock.advance(61)
    after = door.row(SALES)
    assert after["DisplayName"] == "New" and "smtp:extra@contoso.example" in after["EmailAddresses"]


def test_setting_when_changed_twice_then_each_shows_after_its_own_lag(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:settings", "60")
    first = door.row(SALES)["DisplayName"]
    door("Set-Mailbox", Identity=SALES, DisplayName="One")
    cloud.tenant.clock.advance(30)
    door("Set-Mailbox", Identity=SALES, DisplayName="Two")
    seen = []
    for seconds in (0, 31, 30):
        cloud.tenant.clock.advance(seconds)
        seen.append(door.row(SALES)["DisplayName"])
    assert seen == [first, "One", "Two"]


def test_client_access_when_changed_then_it_lags_as_settings_do(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:settings", "60")
    assert door.warnings("Set-CASMailbox", Identity=SALES, ImapEnabled=False) == ""
    assert door.rows("Get-CASMailbox", Identity=SALES)[0]["ImapEnabled"] is True
    cloud.tenant.clock.advance(61)
    assert door.rows("Get-CASMailbox", Identity=SALES)[0]["ImapEnabled"] is False


def test_mailbox_when_deleted_then_restorable_for_thirty_days_and_its_address_held(door: Door, cloud: Cloud) -> None:
    door("Remove-Mailbox", Identity=BILLING, Confirm=False)
    taken = door("New-Mailbox", Shared=True, Name="billing", PrimarySmtpAddress=BILLING)
    assert "ExternalDirectoryObjectId was not returned" in taken.text
    cloud.tenant.clock.advance(31 * 86400)
    with opened(cloud) as fresh:
        assert fresh.rows("Get-Mailbox", SoftDeletedMailbox=True) == []
        assert fresh("Undo-SoftDeletedMailbox", SoftDeletedObject=BILLING).status_code == 404
        assert fresh("New-Mailbox", Shared=True, Name="billing", PrimarySmtpAddress=BILLING).status_code == 200
