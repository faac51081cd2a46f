"""The database queries of the Exchange service: few, independent of the tenant's size, without full table scans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sharedbox_cli.emulator.seed import grown
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each
from tests.conftest import Cloud, CloudMaker
from tests.emulator.exchange import ANNA, SALES, Door, opened


@contextmanager
def statements(tenant: Tenant) -> Iterator[list[str]]:
    """Yield the statements that the store executes."""
    found: list[str] = []
    with tenant.lock:
        tenant._connection.set_trace_callback(found.append)
    yield found
    with tenant.lock:
        tenant._connection.set_trace_callback(None)


READS: dict[str, Callable[[Door], object]] = {
    "send as": lambda door: door.rows("Get-RecipientPermission", ResultSize="Unlimited"),
    "mailboxes": lambda door: door.rows("Get-Mailbox", ResultSize="Unlimited"),
    "recipients": lambda door: door.rows("Get-Recipient", ResultSize="Unlimited"),
    "client access": lambda door: door.rows("Get-CASMailbox", ResultSize="Unlimited"),
}


@pytest.mark.parametrize("name", sorted(READS))
def test_list_when_the_tenant_is_larger_then_no_further_statement(cloud_of: CloudMaker, name: str) -> None:
    counts = []
    for size in (5, 40):
        cloud = cloud_of(lambda tenant, size=size: grown(tenant, size, 4, 1))  # type: ignore[misc]
        with opened(cloud) as door, statements(cloud.tenant) as found:
            READS[name](door)
        counts.append(len(found))
    assert counts[0] == counts[1] < 30


ONE: dict[str, Callable[[Door], object]] = {
    "mailbox": lambda door: door.row(SALES),
    "entries": lambda door: door.rows("Get-MailboxPermission", Identity=SALES),
    "recipient": lambda door: door.rows("Get-Recipient", Identity=SALES),
    "owner": lambda door: door.rows("Get-Recipient", Filter=f"EmailAddresses -eq 'smtp:{SALES}'"),
    "owners": lambda door: door.rows(
        "Get-Recipient", Filter=f"EmailAddresses -eq 'smtp:{SALES}' -or EmailAddresses -eq 'smtp:{ANNA}'"
    ),
    "grant": lambda door: door.warnings(
        "Add-MailboxPermission", Identity=SALES, User=ANNA, AccessRights=["FullAccess"]
    ),
    "setting": lambda door: door.warnings("Set-Mailbox", Identity=SALES, DisplayName="New"),
}
_LARGE = ("objects", "addresses", "mailboxes", "permissions", "licences", "members")


@pytest.mark.parametrize("name", sorted(ONE))
def test_lookup_when_of_one_recipient_then_no_table_is_read_whole(cloud: Cloud, name: str) -> None:
    with opened(cloud) as door, statements(cloud.tenant) as found:
        ONE[name](door)
    names = {name: [f"SCAN {name}", *(f"SCAN {alias}" for alias in name[0])] for name in _LARGE}
    wholes = {text for texts in names.values() for text in texts}
    for sql in each(found):
        if not sql.startswith(("select", "update", "delete")):
            continue
        for step in each(cloud.tenant.rows(f"explain query plan {sql}")):
            assert not any(step["detail"] == whole for whole in wholes), (sql, step["detail"])


def test_owner_when_asked_for_by_another_kind_of_address_then_found(cloud: Cloud) -> None:
    with opened(cloud) as door:
        for text in (f"SIP:{SALES}", f"smtp:{SALES}"):
            [row] = door.rows("Get-Recipient", Filter=f"EmailAddresses -eq '{text}'")
            assert row["PrimarySmtpAddress"] == SALES
        either = f"EmailAddresses -eq 'smtp:{SALES}' -or EmailAddresses -eq 'smtp:{ANNA}'"
        assert {row["PrimarySmtpAddress"] for row in door.rows("Get-Recipient", Filter=either)} == {SALES, ANNA}
        assert door.rows("Get-Recipient", Filter="EmailAddresses -eq 'SIP:anna@contoso.example'") == []
