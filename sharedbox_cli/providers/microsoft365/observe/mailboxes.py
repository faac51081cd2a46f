"""Which mailboxes there are, and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import AddressHolder, Fact
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import property_names, read_row
from sharedbox_cli.providers.microsoft365.columns import FACTS, IDENTITY, MAILBOX, ON_BEHALF, OTHER_KIND
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted

FEW = 10
"""Up to one batch: cheaper, or as cheap, to ask for each than to list the tenant."""

_OCCUPANTS = {
    "MailUniversalDistributionGroup": "distribution group",
    "MailUniversalSecurityGroup": "security group",
    "GroupMailbox": "Microsoft 365 group",
    "DynamicDistributionGroup": "dynamic distribution group",
    "MailUser": "mail user",
    "MailContact": "contact",
    "RoomMailbox": "room mailbox",
    "EquipmentMailbox": "equipment mailbox",
}


@dataclass(slots=True)
class Boxes:
    """What was found: rows by address, and who holds addresses that are no mailbox."""

    rows: dict[Address, dict[str, Any]] = field(default_factory=dict)
    taken: dict[Address, tuple[AddressHolder, ...]] = field(default_factory=dict)
    others: int = 0


def properties(scope: Scope, *, with_grants: bool) -> tuple[str, ...]:
    """Return the properties to ask for: what nobody needs costs nothing."""
    needed = property_names(MAILBOX, scope.fields) | property_names(FACTS, scope.facts)
    return tuple(sorted({*IDENTITY, *needed, *(ON_BEHALF if with_grants else ())}))


async def read_boxes(exchange: ExchangeAdmin, scope: Scope) -> Boxes:
    """Return all mailboxes in scope. Raises ObserveError, CloudError."""
    with_grants = scope.grants_of is None or bool(scope.grants_of)
    select = properties(scope, with_grants=with_grants)
    more = {"IncludeGrantSendOnBehalfToWithDisplayNames": True} if with_grants else {}
    mailboxes = Boxes()
    if scope.mailboxes is not None and len(scope.mailboxes) <= FEW:
        await _read_few(exchange, scope.mailboxes, select, more, mailboxes)
    else:
        await _read_all(exchange, scope.mailboxes, select, more, mailboxes)
    if scope.mailboxes is not None:
        await _read_missing(exchange, scope.mailboxes - set(mailboxes.rows), select, more, mailboxes)
    return mailboxes


async def _read_all(
    exchange: ExchangeAdmin,
    wanted: frozenset[Address] | None,
    select: tuple[str, ...],
    more: dict[str, bool],
    mailboxes: Boxes,
) -> None:
    parameters = {"RecipientTypeDetails": ["SharedMailbox"], "ResultSize": "Unlimited", **more}
    moved: dict[Address, list[dict[str, Any]]] = {}
    for row in await exchange.read("Get-Mailbox", parameters, select=select):
        address = Address.of(str(row["PrimarySmtpAddress"]))
        twin = mailboxes.rows.get(address)
        if twin is not None and twin["ExternalDirectoryObjectId"] != row["ExternalDirectoryObjectId"]:
            raise ObserveError(where=str(address), why="Two mailboxes have this primary address.")
        if wanted is None or address in wanted:
            if twin is not None and twin != row:
                moved.setdefault(address, [twin]).append(row)
            mailboxes.rows[address] = row
        else:
            mailboxes.others += 1
    mailboxes.rows |= await _settled(exchange, moved, select, more)


async def _settled(
    exchange: ExchangeAdmin, moved: dict[Address, list[dict[str, Any]]], select: tuple[str, ...], more: dict[str, bool]
) -> dict[Address, dict[str, Any]]:
    """Return mailboxes that two pages show differently as they are now. Raises ObserveError where they move on."""
    ids = {address: str(versions[0]["ExternalDirectoryObjectId"]) for address, versions in moved.items()}
    commands = {identity: ("Get-Mailbox", {"Identity": identity, **more}) for identity in ids.values()}
    answers = await exchange.read_batch(commands, select=select, what="mailboxes") if commands else {}
    found: dict[Address, dict[str, Any]] = {}
    for address, identity in ids.items():
        rows = answers[identity]
        if isinstance(rows, CloudError):
            raise rows
        if len(rows) != 1 or rows[0] not in moved[address]:
            why = "Two pages differ about it, and reading it by itself did not settle it."
            raise ObserveError(where=f"{address} · Get-Mailbox", why=why, hint="It is being changed. Try again.")
        found[address] = rows[0]
    return found


async def _read_few(
    exchange: ExchangeAdmin,
    wanted: frozenset[Address],
    select: tuple[str, ...],
    more: dict[str, bool],
    mailboxes: Boxes,
) -> None:
    commands = {
        str(index): ("Get-Mailbox", {"Identity": address.text, **more}) for index, address in enumerate(sorted(wanted))
    }
    answers = await exchange.read_batch(commands, select=select, what="mailboxes")
    for rows in answers.values():
        if isinstance(rows, NotFound):
            continue
        if isinstance(rows, CloudError):
            raise rows
        for row in rows:
            address = Address.of(str(row["PrimarySmtpAddress"]))
            if address in wanted and MAILBOX[Field.KIND].read(row) != OTHER_KIND:
                mailboxes.rows[address] = row


async def _read_missing(
    exchange: ExchangeAdmin,
    missing: set[Address] | frozenset[Address],
    select: tuple[str, ...],
    more: dict[str, bool],
    mailboxes: Boxes,
) -> None:
    """Find out who holds the addresses of mailboxes that are not there."""
    if not missing:
        return
    ordered = sorted(missing)
    commands = {
        str(index): ("Get-Recipient", {"Filter": f"EmailAddresses -eq {odata_quoted(f'smtp:{address.key}')}"})
        for index, address in enumerate(ordered)
    }
    answers = await exchange.read_batch(commands, what="addresses")
    people: set[Address] = set()
    for index, address in enumerate(ordered):
        rows = answers[str(index)]
        if isinstance(rows, CloudError):
            raise rows
        found = tuple(_occupant(row) for row in rows)
        if found:
            mailboxes.taken[address] = found
        if any(item.is_convertible and item.address == address for item in found):
            people.add(address)
    if people:
        await _read_few(exchange, frozenset(people), select, more, mailboxes)
        for address in people & set(mailboxes.rows):
            del mailboxes.taken[address]
    unclaimed = {address for address in ordered if address not in mailboxes.taken and address not in mailboxes.rows}
    if unclaimed:
        await _read_soft_deleted(exchange, unclaimed, mailboxes)


async def _read_soft_deleted(exchange: ExchangeAdmin, missing: set[Address], mailboxes: Boxes) -> None:
    parameters = {"SoftDeletedMailbox": True, "ResultSize": "Unlimited"}
    select = (*IDENTITY, "DisplayName", "ExchangeGuid")
    for row in await exchange.read("Get-Mailbox", parameters, select=select):
        address = Address.of(str(row["PrimarySmtpAddress"]))
        if address in missing:
            identity = str(row["ExternalDirectoryObjectId"] or row["ExchangeGuid"])
            name = str(row["DisplayName"])
            found = AddressHolder(identity, "soft-deleted mailbox", name, address, is_soft_deleted=True)
            mailboxes.taken[address] = (*mailboxes.taken.get(address, ()), found)


def _occupant(row: Mapping[str, Any]) -> AddressHolder:
    kind = str(row["RecipientTypeDetails"])
    words = {"UserMailbox": "user mailbox", "SharedMailbox": "shared mailbox"}.get(kind) or _OCCUPANTS.get(kind, kind)
    return AddressHolder(
        str(row["ExternalDirectoryObjectId"]),
        words,
        str(row["DisplayName"]),
        Address.of(str(row["PrimarySmtpAddress"])),
        is_convertible=kind == "UserMailbox",
    )


def settings_of(row: Mapping[str, Any], fields: frozenset[Field]) -> dict[Field, Value]:
    """Return the settings in a row, and always its kind. Raises ObserveError where one is missing."""
    return read_row(MAILBOX, row, {*fields, Field.KIND}, f"{row['PrimarySmtpAddress']} · Get-Mailbox")


def facts_of(row: Mapping[str, Any], facts: frozenset[Fact]) -> dict[Fact, Value]:
    """Return the facts in a row."""
    return read_row(FACTS, row, facts, f"{row['PrimarySmtpAddress']} · Get-Mailbox")
