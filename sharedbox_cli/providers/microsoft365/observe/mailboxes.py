"""Which mailboxes there are, and their settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import AddressHolder, Fact
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import Row, UnknownForm, property_names, read_row
from sharedbox_cli.providers.microsoft365.columns import FACTS, IDENTITY, MAILBOX, ON_BEHALF, OTHER_KIND
from sharedbox_cli.providers.microsoft365.errors import is_ambiguous
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Command
from sharedbox_cli.providers.microsoft365.quirks import Delegate, odata_quoted, on_behalf_entries

FEW = 10
"""Up to one batch: asking for each costs at most as much as listing the tenant."""

_HOLDER_KINDS = {
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


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """One mailbox, reduced to what is in scope. Two pages that show it differently are noticed by comparing this."""

    address: Address
    id: str
    identity: str
    """Its name in the organization's tree, by which lists of permissions refer to it."""
    settings: Mapping[Field, Value]
    facts: Mapping[Fact, Value]
    on_behalf: tuple[Delegate, ...]
    """Who may send on behalf of it, as the service names them."""


@dataclass(slots=True)
class Mailboxes:
    """What was read: mailboxes by address, and who holds the addresses of those that do not exist."""

    rows: dict[Address, MailboxRow] = field(default_factory=dict)
    taken: dict[Address, tuple[AddressHolder, ...]] = field(default_factory=dict)
    others: int = 0
    """Mailboxes that exist and were not requested."""


async def read_mailboxes(exchange: ExchangeAdmin, scope: Scope) -> Mailboxes:
    """Return all mailboxes in scope. Raises ObserveError, CloudError."""
    reader = _Reader(exchange, scope)
    if scope.mailboxes is not None and len(scope.mailboxes) <= FEW:
        await reader.read_each(scope.mailboxes)
    else:
        await reader.read_all()
    if scope.mailboxes is not None:
        await reader.read_missing(scope.mailboxes - set(reader.mailboxes.rows))
    return reader.mailboxes


def properties(scope: Scope, *, with_grants: bool) -> tuple[str, ...]:
    """Return the properties to ask for: what nobody needs costs nothing."""
    needed = property_names(MAILBOX, scope.fields) | property_names(FACTS, scope.facts)
    return tuple(sorted({*IDENTITY, *needed, *(ON_BEHALF if with_grants else ())}))


def reduced_row(row: Row, fields: Set[Field], facts: Set[Fact], *, with_grants: bool) -> MailboxRow:
    """Return a row of Get-Mailbox, reduced. Raises ObserveError for a property that is missing."""
    address = str(row["PrimarySmtpAddress"])
    where = f"{address} · Get-Mailbox"
    return MailboxRow(
        Address.of(address),
        str(row["ExternalDirectoryObjectId"]),
        str(row["Identity"]),
        read_row(MAILBOX, row, {*fields, Field.KIND}, where),
        read_row(FACTS, row, facts, where),
        _delegates(row, where) if with_grants else (),
    )


def _delegates(row: Row, where: str) -> tuple[Delegate, ...]:
    try:
        return tuple(on_behalf_entries(row))
    except UnknownForm as error:
        hint = "Nothing is assumed about this mailbox. Report the form to the project, without the names in it."
        raise ObserveError(where=where, why=f"{str(error)[:1].upper()}{str(error)[1:]}.", hint=hint) from None


class _Reader:
    """Reads the mailboxes of one scope."""

    def __init__(self, exchange: ExchangeAdmin, scope: Scope) -> None:
        self.mailboxes = Mailboxes()
        self._exchange = exchange
        self._scope = scope
        with_grants = scope.grants_of is None or bool(scope.grants_of)
        self._select = properties(scope, with_grants=with_grants)
        self._more = {"IncludeGrantSendOnBehalfToWithDisplayNames": True} if with_grants else {}

    def _reduce(self, row: Row) -> MailboxRow:
        grants_of = self._scope.grants_of
        with_grants = grants_of is None or Address.of(str(row["PrimarySmtpAddress"])) in grants_of
        return reduced_row(row, self._scope.fields, self._scope.facts, with_grants=with_grants)

    async def read_all(self) -> None:
        """Read the list of the tenant."""
        wanted, rows = self._scope.mailboxes, self.mailboxes.rows

        def reduce(row: Row) -> MailboxRow | Address:
            address = Address.of(str(row["PrimarySmtpAddress"]))
            return self._reduce(row) if wanted is None or address in wanted else address

        parameters = {"RecipientTypeDetails": ["SharedMailbox"], "ResultSize": "Unlimited", **self._more}
        moved: dict[Address, list[MailboxRow]] = {}
        listed: Sequence[MailboxRow | Address] = await self._exchange.collect(
            "Get-Mailbox", parameters, reduce, select=self._select
        )
        for row in listed:
            if isinstance(row, Address):
                self.mailboxes.others += 1
                continue
            twin = rows.setdefault(row.address, row)
            if twin.id != row.id:
                raise ObserveError(where=str(row.address), why="Two mailboxes have this primary address.")
            if twin != row:
                moved.setdefault(row.address, [twin]).append(row)
        if moved:
            rows |= await self._settled(moved)

    async def _settled(self, moved: Mapping[Address, list[MailboxRow]]) -> dict[Address, MailboxRow]:
        """Return the current state of mailboxes that two pages show differently. Raises ObserveError."""
        commands = {rows[0].id: ("Get-Mailbox", {"Identity": rows[0].id, **self._more}) for rows in moved.values()}
        results = await self._exchange.collect_batch(commands, self._reduce, select=self._select, what="mailboxes")
        settled: dict[Address, MailboxRow] = {}
        for address, versions in moved.items():
            rows = results[versions[0].id]
            if isinstance(rows, CloudError):
                raise rows
            if len(rows) != 1 or rows[0] not in versions:
                why = "Two pages differ about it, and reading it separately did not settle it."
                raise ObserveError(where=f"{address} · Get-Mailbox", why=why, hint="It is being changed. Try again.")
            settled[address] = rows[0]
        return settled

    async def read_each(self, wanted: frozenset[Address]) -> None:
        """Read a few mailboxes by address."""
        commands = {
            str(index): ("Get-Mailbox", {"Identity": address.text, **self._more})
            for index, address in enumerate(sorted(wanted))
        }
        results = await self._exchange.collect_batch(commands, self._reduce, select=self._select, what="mailboxes")
        results |= await self._read_ambiguous(commands, results)
        for rows in results.values():
            if isinstance(rows, NotFound):
                continue
            if isinstance(rows, CloudError):
                raise rows
            for row in rows:
                if row.address in wanted and row.settings[Field.KIND] != OTHER_KIND:
                    self.mailboxes.rows[row.address] = row

    async def _read_ambiguous(
        self, commands: Mapping[str, Command], results: Mapping[str, list[MailboxRow] | CloudError]
    ) -> dict[str, list[MailboxRow] | CloudError]:
        """Return mailboxes by a filter on their address, which is also the sign-in name or alias of another object."""
        again = {
            key: ("Get-Mailbox", {"Filter": _address_filter(parameters["Identity"]), **self._more})
            for key, (_, parameters) in commands.items()
            if isinstance(error := results[key], CloudError) and is_ambiguous(error)
        }
        if not again:
            return {}
        return await self._exchange.collect_batch(again, self._reduce, select=self._select, what="mailboxes")

    async def read_missing(self, missing: frozenset[Address]) -> None:
        """Find out who holds the addresses of mailboxes that do not exist."""
        if not missing:
            return
        ordered = sorted(missing)
        commands = {
            str(index): ("Get-Recipient", {"Filter": _address_filter(address.key)})
            for index, address in enumerate(ordered)
        }
        results = await self._exchange.collect_batch(commands, _address_holder, what="addresses")
        taken, rows = self.mailboxes.taken, self.mailboxes.rows
        people: set[Address] = set()
        for index, address in enumerate(ordered):
            holders = results[str(index)]
            if isinstance(holders, CloudError):
                raise holders
            if holders:
                taken[address] = tuple(holders)
            if any(holder.is_convertible and holder.address == address for holder in holders):
                people.add(address)
        if people:
            await self.read_each(frozenset(people))
            for address in people & set(rows):
                del taken[address]
        unclaimed = {address for address in ordered if address not in taken and address not in rows}
        if unclaimed:
            await self._read_soft_deleted(unclaimed)

    async def _read_soft_deleted(self, missing: set[Address]) -> None:
        def reduce(row: Row) -> AddressHolder | None:
            address = Address.of(str(row["PrimarySmtpAddress"]))
            if address not in missing:
                return None
            identity = str(row["ExternalDirectoryObjectId"] or row["ExchangeGuid"])
            name = str(row["DisplayName"])
            return AddressHolder(identity, "soft-deleted mailbox", name, address, is_soft_deleted=True)

        parameters = {"SoftDeletedMailbox": True, "ResultSize": "Unlimited"}
        select = (*IDENTITY, "DisplayName", "ExchangeGuid")
        taken = self.mailboxes.taken
        for holder in await self._exchange.collect("Get-Mailbox", parameters, reduce, select=select):
            taken[holder.address] = (*taken.get(holder.address, ()), holder)


def _address_filter(address: str) -> str:
    return f"EmailAddresses -eq {odata_quoted(f'smtp:{address}')}"


def _address_holder(row: Row) -> AddressHolder:
    kind = str(row["RecipientTypeDetails"])
    return AddressHolder(
        str(row["ExternalDirectoryObjectId"]),
        _HOLDER_KINDS.get(kind, kind),
        str(row["DisplayName"]),
        Address.of(str(row["PrimarySmtpAddress"])),
        is_convertible=kind == "UserMailbox",
    )
