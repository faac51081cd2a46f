"""Mailboxes that were deleted: soft-deleted ones, inactive ones, and those whose account was deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Cloud
from tests.emulator.exchange import BILLING, SALES, Door, edit, opened

VERKAUF = "verkauf@contoso.example"
HOLDS: dict[str, Any] = {
    "LitigationHoldEnabled": True,
    "InPlaceHolds": ["UniHdeadbeef"],
    "ComplianceTagHoldApplied": True,
    "DelayHoldApplied": True,
    "DelayReleaseHoldApplied": True,
}


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with opened(cloud) as made:
        yield made


def deleted(cloud: Cloud, *, days: float = 1, hold: dict[str, Any] | None = None, account: bool = False) -> None:
    """Delete the mailbox sales@, with a hold, or with its account in the directory."""
    tenant = cloud.tenant
    mailbox = tenant.row("select id from objects where mail = ?", SALES)
    assert mailbox is not None
    tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(hold or {}), mailbox["id"])
    if account:
        tenant.run("update objects set doc = ? where id = ?", json.dumps({"deleted_in_directory": True}), mailbox["id"])
    at = tenant.clock.now() - days * 86400
    tenant.run("update objects set deleted_at = ? where id = ?", at, mailbox["id"])


@pytest.mark.parametrize("hold", HOLDS)
def test_mailbox_on_hold_becomes_inactive(hold: str, cloud: Cloud, door: Door) -> None:
    deleted(cloud, days=400, hold={hold: HOLDS[hold]})
    (row,) = door.rows("Get-Mailbox", InactiveMailboxOnly=True)
    assert (row["PrimarySmtpAddress"], row["IsInactiveMailbox"]) == (SALES, True)
    assert door.rows("Get-Mailbox", InactiveMailboxOnly=True, Identity=SALES) == [row]
    assert door.rows("Get-Mailbox", SoftDeletedMailbox=True) == []
    assert SALES in {row["PrimarySmtpAddress"] for row in door.rows("Get-Mailbox", IncludeInactiveMailbox=True)}
    assert SALES not in {row["PrimarySmtpAddress"] for row in door.rows("Get-Mailbox")}
    refused = door("Set-Mailbox", Identity=BILLING, EmailAddresses=edit(Add=[f"smtp:{VERKAUF}"]))
    assert "ExternalDirectoryObjectId was not returned" in refused.text
    assert door("Undo-SoftDeletedMailbox", SoftDeletedObject=SALES).status_code == 404


@pytest.mark.parametrize("hold", [{}, {"InPlaceHolds": ["-UniHdeadbeef"]}, {"LitigationHoldEnabled": False}])
def test_mailbox_without_hold_is_soft_deleted_for_a_month(hold: dict[str, Any], cloud: Cloud, door: Door) -> None:
    deleted(cloud, days=29.99, hold=hold)
    assert door.rows("Get-Mailbox", InactiveMailboxOnly=True) == []
    (row,) = door.rows("Get-Mailbox", SoftDeletedMailbox=True)
    assert (row["IsInactiveMailbox"], row["IsSoftDeletedByRemove"]) == (False, True)
    cloud.advance(0.02 * 86400)
    assert door.rows("Get-Mailbox", SoftDeletedMailbox=True) == []
    assert door("Set-Mailbox", Identity=BILLING, EmailAddresses=edit(Add=[f"smtp:{VERKAUF}"])).status_code == 200


def test_undo_is_refused_after_a_deletion_in_the_directory(cloud: Cloud, door: Door) -> None:
    deleted(cloud, account=True)
    (row,) = door.rows("Get-Mailbox", SoftDeletedMailbox=True)
    assert (row["IsSoftDeletedByRemove"], row["IsSoftDeletedByDisable"]) == (False, True)
    answer = door("Undo-SoftDeletedMailbox", SoftDeletedObject=SALES)
    assert answer.status_code == 400
    assert "Restore the account in the directory" in answer.text


def test_inactive_mailbox_is_found_by_each_identity(cloud: Cloud, door: Door) -> None:
    deleted(cloud, hold={"LitigationHoldEnabled": True})
    (row,) = door.rows("Get-Mailbox", InactiveMailboxOnly=True)
    for name in ("ExternalDirectoryObjectId", "ExchangeGuid", "Guid", "Name", "Alias", "PrimarySmtpAddress"):
        assert door.rows("Get-Mailbox", InactiveMailboxOnly=True, Identity=row[name]) == [row], name
    assert door("Get-Mailbox", InactiveMailboxOnly=True, Identity=BILLING).status_code == 404
