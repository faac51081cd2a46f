"""Which mailboxes there are, and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import AddressHolder, Fact
from sharedbox_cli.core.values import COPY_BOTH, COPY_SENDER, KIND_SHARED, KIND_USER, Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted, size_bytes, smtp_addresses

FEW = 10
"""Up to one batch: cheaper, or as cheap, to ask for each than to list the tenant."""

_ALWAYS = ("Identity", "ExternalDirectoryObjectId", "PrimarySmtpAddress", "RecipientTypeDetails")
_COLUMNS: Mapping[Field | Fact, tuple[str, ...]] = {
    Field.DISPLAY_NAME: ("DisplayName",),
    Field.ALIASES: ("EmailAddresses",),
    Field.HIDDEN: ("HiddenFromAddressListsEnabled",),
    Field.SENT_AS: ("MessageCopyForSentAsEnabled",),
    Field.SENT_ON_BEHALF: ("MessageCopyForSendOnBehalfEnabled",),
    Fact.HAS_ARCHIVE: ("ArchiveStatus",),
    Fact.ON_HOLD: ("LitigationHoldEnabled",),
    Fact.FORWARDING_TO: ("ForwardingSmtpAddress", "ForwardingAddress"),
    Fact.QUOTA_BYTES: ("ProhibitSendReceiveQuota",),
    Fact.CREATED_AT: ("WhenCreated",),
    Fact.ON_PREMISES: ("IsDirSynced",),
}
_KINDS = {"SharedMailbox": KIND_SHARED, "UserMailbox": KIND_USER}
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


def columns(scope: Scope, *, with_grants: bool) -> tuple[str, ...]:
    """Return the properties to ask for: what nobody wants costs nothing."""
    asked: list[Field | Fact] = [*scope.fields, *scope.facts]
    wanted = [name for key in asked for name in _COLUMNS.get(key, ())]
    more = ("GrantSendOnBehalfTo", "GrantSendOnBehalfToWithDisplayNames") if with_grants else ()
    return tuple(sorted({*_ALWAYS, *wanted, *more}))


async def read_boxes(exchange: ExchangeAdmin, scope: Scope) -> Boxes:
    """Return all mailboxes in scope. Raises ObserveError, CloudError."""
    with_grants = scope.grants_of is None or bool(scope.grants_of)
    select = columns(scope, with_grants=with_grants)
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
            if address in wanted and row["RecipientTypeDetails"] in _KINDS:
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
    select = (*_ALWAYS, "DisplayName", "ExchangeGuid")
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
    """Return the settings in a row. Raises ObserveError where one that was asked for is left out."""
    address = str(row["PrimarySmtpAddress"])
    found: dict[Field, Value] = {Field.KIND: _KINDS.get(str(row["RecipientTypeDetails"]), "other")}
    for name in fields:
        for column in _COLUMNS.get(name, ()):
            if row.get(column) is None:
                raise ObserveError(where=f"{address} · Get-Mailbox · {column}", why="The service left it out.")
    if Field.DISPLAY_NAME in fields:
        found[Field.DISPLAY_NAME] = str(row["DisplayName"])
    if Field.ALIASES in fields:
        found[Field.ALIASES] = smtp_addresses(row["EmailAddresses"])[1]
    if Field.HIDDEN in fields:
        found[Field.HIDDEN] = bool(row["HiddenFromAddressListsEnabled"])
    for name, column in (
        (Field.SENT_AS, "MessageCopyForSentAsEnabled"),
        (Field.SENT_ON_BEHALF, "MessageCopyForSendOnBehalfEnabled"),
    ):
        if name in fields:
            found[name] = COPY_BOTH if row[column] else COPY_SENDER
    return found


def facts_of(row: Mapping[str, Any], facts: frozenset[Fact]) -> dict[Fact, Value]:
    """Return the facts in a row."""
    found: dict[Fact, Value] = {}
    if Fact.HAS_ARCHIVE in facts:
        found[Fact.HAS_ARCHIVE] = str(row.get("ArchiveStatus") or "None") != "None"
    if Fact.ON_HOLD in facts:
        found[Fact.ON_HOLD] = bool(row.get("LitigationHoldEnabled"))
    if Fact.FORWARDING_TO in facts:
        target = str(row.get("ForwardingSmtpAddress") or row.get("ForwardingAddress") or "")
        found[Fact.FORWARDING_TO] = target.partition(":")[2] if target.lower().startswith("smtp:") else target
    if Fact.QUOTA_BYTES in facts:
        found[Fact.QUOTA_BYTES] = size_bytes(row.get("ProhibitSendReceiveQuota"))
    if Fact.CREATED_AT in facts:
        found[Fact.CREATED_AT] = str(row.get("WhenCreated") or "")
    if Fact.ON_PREMISES in facts:
        found[Fact.ON_PREMISES] = bool(row.get("IsDirSynced"))
    return found
