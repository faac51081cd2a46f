"""Who may do what on each mailbox: full access, send as, send on behalf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.core.errors import CloudError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Right
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin, PagingBroken
from sharedbox_cli.providers.microsoft365.quirks import (
    Entry,
    is_self,
    mailbox_entry,
    on_behalf_entries,
    on_behalf_identity,
    recipient_entry,
)

FEW = 50
"""Up to this many mailboxes: five batches are at most as dear as the tenant's pages of send-as entries."""


@dataclass(frozen=True, slots=True)
class RawGrant:
    """A right as the vendor names its holder; resolved to an id later."""

    mailbox: Address
    who: str
    sid: str
    address: str
    right: Right
    text: str
    is_deny: bool = False
    is_inherited: bool = False


Rows = Mapping[Address, Mapping[str, Any]]


async def read_grants(exchange: ExchangeAdmin, rows: Rows) -> list[RawGrant]:
    """Return every entry of these mailboxes, complete. Raises ObserveError, CloudError."""
    found = [*await _full_access(exchange, rows), *await _send_as(exchange, rows)]
    for address, row in rows.items():
        for entry in on_behalf_entries(row):
            who = on_behalf_identity(entry)
            found.append(RawGrant(address, who, "", "", Right.SEND_ON_BEHALF, "SendOnBehalf"))
    return found


async def _full_access(exchange: ExchangeAdmin, rows: Rows) -> list[RawGrant]:
    ids = {str(row["ExternalDirectoryObjectId"]): address for address, row in rows.items()}
    commands = {key: ("Get-MailboxPermission", {"Identity": key, "IncludeUnresolvedPermissions": True}) for key in ids}
    answers = await exchange.read_batch(commands, what="full access")
    found: list[RawGrant] = []
    for key, address in ids.items():
        for row in _whole(answers[key]):
            found += _understood(address, mailbox_entry(row), "FullAccess", Right.FULL_ACCESS)
    return found


async def _send_as(exchange: ExchangeAdmin, rows: Rows) -> list[RawGrant]:
    if len(rows) <= FEW:
        return await _send_as_of_each(exchange, rows)
    names = {str(row["Identity"]).lower(): address for address, row in rows.items()}
    found: list[RawGrant] = []
    told: set[Address] = set()
    try:
        for row in await exchange.read("Get-RecipientPermission", {"ResultSize": "Unlimited"}):
            owner = names.get(str(row["Identity"]).lower())
            if owner is not None:
                told.add(owner)
                found += _understood(owner, recipient_entry(row), "SendAs", Right.SEND_AS)
    except PagingBroken:
        return await _send_as_of_each(exchange, rows)
    # Each mailbox has its own SELF entry at least: one without any was not told of, or goes by another name.
    untold = {address: row for address, row in rows.items() if address not in told}
    return [*found, *await _send_as_of_each(exchange, untold)]


async def _send_as_of_each(exchange: ExchangeAdmin, rows: Rows) -> list[RawGrant]:
    ids = {str(row["ExternalDirectoryObjectId"]): address for address, row in rows.items()}
    commands = {key: ("Get-RecipientPermission", {"Identity": key, "ResultSize": "Unlimited"}) for key in ids}
    answers = await exchange.read_batch(commands, what="send as")
    return [
        grant
        for key, address in ids.items()
        for row in _whole(answers[key])
        for grant in _understood(address, recipient_entry(row), "SendAs", Right.SEND_AS)
    ]


def _whole(rows: list[dict[str, Any]] | CloudError) -> list[dict[str, Any]]:
    if isinstance(rows, CloudError):
        raise rows  # missing knowledge, not an empty part
    return rows


def _understood(mailbox: Address, entry: Entry, vendor_right: str, right: Right) -> list[RawGrant]:
    if is_self(entry.sid):
        return []
    meant = right if vendor_right in entry.rights else Right.OTHER
    text = ", ".join(sorted(entry.rights))
    return [RawGrant(mailbox, entry.who, entry.sid, entry.address, meant, text, entry.is_deny, entry.is_inherited)]
