"""Who has an address: any recipient, and mailboxes that were deleted and still keep their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from functools import partial

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.observed import AddressHolder
from sharedbox_cli.providers.columns import Row
from sharedbox_cli.providers.forms import optional_text, text_of
from sharedbox_cli.providers.microsoft365.columns import IDENTITY
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Command
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted, size_bytes, smtp_addresses
from sharedbox_cli.providers.responses import Failure

_KINDS = {
    "UserMailbox": "user mailbox",
    "SharedMailbox": "shared mailbox",
    "MailUniversalDistributionGroup": "distribution group",
    "MailUniversalSecurityGroup": "security group",
    "GroupMailbox": "Microsoft 365 group",
    "DynamicDistributionGroup": "dynamic distribution group",
    "MailUser": "mail user",
    "MailContact": "contact",
    "RoomMailbox": "room mailbox",
    "EquipmentMailbox": "equipment mailbox",
}
_SOFT_DELETED = "Restore that mailbox and remove the address there, or wait: it is deleted for good after 30 days."
_INACTIVE = (
    "A hold keeps that mailbox, and with it the address. Choose another address, or recover the inactive mailbox first "
    "(learn.microsoft.com/purview/recover-an-inactive-mailbox)."
)
Holders = Mapping[Address, tuple[AddressHolder, ...]]


def address_filter(address: str) -> str:
    """Return the filter for the recipient with an address, primary or alias."""
    return f"EmailAddresses -eq {odata_quoted(f'smtp:{address}')}"


async def read_holders(
    exchange: ExchangeAdmin, wanted: Iterable[Address]
) -> dict[Address, list[AddressHolder] | Failure]:
    """Return which recipients have some addresses, or the error of each, in batches. Raises CloudError."""
    ordered = {str(index): address for index, address in enumerate(sorted(wanted))}
    commands: dict[str, Command] = {
        key: ("Get-Recipient", {"Filter": address_filter(one.key)}) for key, one in ordered.items()
    }
    if not commands:
        return {}
    results = await exchange.collect_batch(commands, _address_holder, what="addresses")
    return {address: results[key] for key, address in ordered.items()}


def known(result: list[AddressHolder] | Failure) -> list[AddressHolder]:
    """Return holders that were read. Raises the error of a reading that failed."""
    if isinstance(result, Exception):
        raise result
    return result


def _address_holder(row: Row) -> AddressHolder:
    kind = text_of(row, "RecipientTypeDetails")
    return AddressHolder(
        optional_text(row, "ExternalDirectoryObjectId"),
        _KINDS.get(kind, kind),
        optional_text(row, "DisplayName"),
        Address.of(optional_text(row, "PrimarySmtpAddress")),
        is_convertible=kind == "UserMailbox",
    )


async def read_deleted_holders(exchange: ExchangeAdmin, wanted: Set[Address]) -> Holders:
    """Return which deleted mailboxes keep some addresses: soft-deleted ones, and inactive ones, which a hold keeps."""
    holders: dict[Address, tuple[AddressHolder, ...]] = {}
    seen: set[str] = set()

    def reduce(row: Row, *, is_inactive: bool) -> tuple[AddressHolder, Set[Address]] | None:
        held = wanted & _addresses(row)
        return (_deleted_holder(row, is_inactive=is_inactive), held) if held else None

    for switch in ("InactiveMailboxOnly", "SoftDeletedMailbox"):  # the second may list those of the first again
        kept = partial(reduce, is_inactive=switch == "InactiveMailboxOnly")
        parameters = {switch: True, "ResultSize": "Unlimited"}
        select = (*IDENTITY, "DisplayName", "ExchangeGuid", "EmailAddresses", "WhenSoftDeleted")
        for holder, addresses in await exchange.collect("Get-Mailbox", parameters, kept, select=select):
            if holder.id in seen:
                continue
            seen.add(holder.id)
            for address in addresses:
                holders[address] = (*holders.get(address, ()), holder)
    several = {address: own for address, own in holders.items() if sum(item.is_soft_deleted for item in own) > 1}
    return {**holders, **await _with_sizes(exchange, several)}


async def _with_sizes(exchange: ExchangeAdmin, several: Holders) -> Holders:
    """Return holders with the sizes of their mailboxes, from which a person chooses one."""
    ids = {holder.id for holders in several.values() for holder in holders if holder.is_soft_deleted}
    parameters = {"IncludeSoftDeletedRecipients": True}
    commands: dict[str, Command] = {
        identity: ("Get-MailboxStatistics", {"Identity": identity, **parameters}) for identity in sorted(ids)
    }
    if not commands:
        return {}
    results = await exchange.collect_batch(
        commands, lambda row: size_bytes(optional_text(row, "TotalItemSize")), what="sizes of deleted mailboxes"
    )
    # The size is only shown: one that cannot be read is not known. A mailbox that was never opened has no row.
    sizes = {key: (rows[0] if rows else 0) if isinstance(rows, list) else None for key, rows in results.items()}
    return {
        address: tuple(replace(holder, used_bytes=sizes.get(holder.id)) for holder in holders)
        for address, holders in several.items()
    }


def _addresses(row: Row) -> set[Address]:
    entries = row.get("EmailAddresses")
    primary, aliases = smtp_addresses(entries if isinstance(entries, list) else ())
    return {Address.of(text) for text in (text_of(row, "PrimarySmtpAddress"), primary, *aliases) if text}


def _deleted_holder(row: Row, *, is_inactive: bool) -> AddressHolder:
    return AddressHolder(
        optional_text(row, "ExternalDirectoryObjectId") or text_of(row, "ExchangeGuid"),
        "inactive mailbox" if is_inactive else "soft-deleted mailbox",
        optional_text(row, "DisplayName"),
        Address.of(text_of(row, "PrimarySmtpAddress")),
        is_soft_deleted=not is_inactive,
        hint=_INACTIVE if is_inactive else _SOFT_DELETED,
        deleted_at=optional_text(row, "WhenSoftDeleted")[:10],
    )
