"""Which mailboxes there are, and their settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.observed import AddressHolder
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import Row, UnknownForm, property_names, read_row
from sharedbox_cli.providers.forms import name_of, text_of, understood
from sharedbox_cli.providers.microsoft365.columns import (
    FACTS,
    IDENTITY,
    MAILBOX,
    MASTERED,
    ON_BEHALF,
    OTHER_KIND,
    is_synchronised,
)
from sharedbox_cli.providers.microsoft365.errors import is_ambiguous
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Command
from sharedbox_cli.providers.microsoft365.observe.address_holders import (
    address_filter,
    known,
    read_deleted_holders,
    read_holders,
)
from sharedbox_cli.providers.microsoft365.quirks import Delegate, on_behalf_entries
from sharedbox_cli.providers.responses import Failure
from sharedbox_cli.providers.unread import UnreadLog

FEW = 10
"""Up to one batch: asking for each costs at most as much as listing the tenant."""


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


async def read_mailboxes(exchange: ExchangeAdmin, scope: Scope, unread: UnreadLog) -> Mailboxes:
    """Return all mailboxes in scope but those in `unread`. Raises ObserveError, CloudError."""
    reader = Reader(exchange, scope, unread)
    if scope.mailboxes is not None and len(scope.mailboxes) <= FEW:
        await reader.read_each(scope.mailboxes)
    else:
        await reader.read_all()
    if scope.mailboxes is not None:
        await _read_taken(exchange, reader, scope, unread)
    return reader.mailboxes


async def _read_taken(exchange: ExchangeAdmin, reader: Reader, scope: Scope, unread: UnreadLog) -> None:
    """Find out who holds the addresses of mailboxes that do not exist, and aliases that none of the mailboxes has."""
    rows, taken = reader.mailboxes.rows, reader.mailboxes.taken
    missing = (scope.mailboxes or frozenset()) - rows.keys() - unread.mailboxes
    held = {Address.of(str(one)) for row in rows.values() for one in _aliases(row)}
    aliases = scope.addresses - held - rows.keys() - missing
    living = await read_holders(exchange, missing | aliases)
    found = unread.successes({at: living[at] for at in sorted(missing)}, {at: at for at in missing})
    found |= _looked_up({at: living[at] for at in sorted(aliases)}, scope, unread)
    taken.update({at: tuple(holders) for at, holders in found.items() if holders})
    people = {
        at
        for at in missing & taken.keys()
        if any(holder.is_convertible and holder.address == at for holder in taken[at])
    }
    if people:
        await reader.read_each(frozenset(people))
        for address in people & (rows.keys() | unread.mailboxes):
            del taken[address]
    unclaimed = found.keys() - taken.keys() - rows.keys() - unread.mailboxes
    if unclaimed:
        taken.update(await read_deleted_holders(exchange, unclaimed))


def _looked_up(
    results: Mapping[Address, list[AddressHolder] | Failure], scope: Scope, unread: UnreadLog
) -> dict[Address, list[AddressHolder]]:
    """Return the holders of new aliases. A mailbox whose alias cannot be looked up was not read completely."""
    found: dict[Address, list[AddressHolder]] = {}
    for alias, result in results.items():
        mailboxes = scope.named_by.get(alias)
        if isinstance(result, SharedboxError) and mailboxes:
            for mailbox in sorted(mailboxes):
                unread.add_mailbox(mailbox, result)
        else:
            found[alias] = known(result)
    return found


def _aliases(row: MailboxRow) -> tuple[Value, ...]:
    value = row.settings.get(Field.ALIASES)
    return value if isinstance(value, tuple) else ()


def fields_read(scope: Scope) -> frozenset[Field]:
    """Return the settings to read: whether a copy is kept decides what forwarding means, and costs no request."""
    return scope.fields | ({Field.FORWARDING_KEEP_COPY} if Field.FORWARDING_TO in scope.fields else frozenset())


def properties(scope: Scope, *, with_grants: bool) -> tuple[str, ...]:
    """Return the properties to ask for: what nobody needs costs nothing."""
    needed = property_names(MAILBOX, fields_read(scope)) | property_names(FACTS, scope.facts)
    return tuple(sorted({*IDENTITY, *needed, *(ON_BEHALF if with_grants else ())}))


def reduced_row(row: Row, fields: Set[Field], facts: Set[Fact], *, with_grants: bool) -> MailboxRow:
    """Return a row of Get-Mailbox, reduced. Raises ObserveError for a property that is missing."""
    address = _address_of(row)
    where = f"{address} · Get-Mailbox"
    mastered: dict[Fact, Value] = {Fact.MASTERED: MASTERED} if is_synchronised(row) else {}
    return MailboxRow(
        address,
        text_of(row, "ExternalDirectoryObjectId"),
        text_of(row, "Identity"),
        read_row(MAILBOX, row, {*fields, Field.KIND}, where),
        {**read_row(FACTS, row, facts, where), **mastered},
        _delegates(row, where) if with_grants else (),
    )


def _delegates(row: Row, where: str) -> tuple[Delegate, ...]:
    try:
        return tuple(on_behalf_entries(row))
    except UnknownForm as error:
        hint = "Nothing is assumed about this mailbox. Report the form to the project, without the names in it."
        raise ObserveError(where=where, why=f"{str(error)[:1].upper()}{str(error)[1:]}.", hint=hint) from None


class Reader:
    """Reads the mailboxes of one scope."""

    def __init__(self, exchange: ExchangeAdmin, scope: Scope, unread: UnreadLog) -> None:
        self.mailboxes = Mailboxes()
        self._unread = unread
        self._exchange = exchange
        self._scope = scope
        with_grants = scope.grants_of is None or bool(scope.grants_of)
        self._fields = fields_read(scope)
        self._select = properties(scope, with_grants=with_grants)
        self._more = {"IncludeGrantSendOnBehalfToWithDisplayNames": True} if with_grants else {}

    def _reduce(self, row: Row) -> MailboxRow:
        grants_of = self._scope.grants_of
        with_grants = grants_of is None or _address_of(row) in grants_of
        return reduced_row(row, self._fields, self._scope.facts, with_grants=with_grants)

    async def read_all(self) -> None:
        """Read the list of the tenant."""
        wanted, rows = self._scope.mailboxes, self.mailboxes.rows

        def reduce(row: Row) -> MailboxRow | Address | None:
            try:
                address = understood(row, "Get-Mailbox", _address_of)
            except ObserveError as error:
                if wanted is not None:
                    raise  # it could be any of the mailboxes that were asked for
                self._unread.add("mailbox", name_of(row) or "without a name", error)
                return None
            return self._listed(row, address) if wanted is None or address in wanted else address

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

    def _listed(self, row: Row, address: Address) -> MailboxRow | None:
        """Return a mailbox of a list, or nothing where it has a form that is not known."""
        try:
            return understood(row, "Get-Mailbox", self._reduce)
        except ObserveError as error:
            self._unread.add_mailbox(address, error)
            return None

    async def _settled(self, moved: Mapping[Address, list[MailboxRow]]) -> dict[Address, MailboxRow]:
        """Return the current state of mailboxes that two pages show differently. Raises ObserveError."""
        commands = {rows[0].id: ("Get-Mailbox", {"Identity": rows[0].id, **self._more}) for rows in moved.values()}
        results = await self._exchange.collect_batch(commands, self._reduce, select=self._select, what="mailboxes")
        owners = {versions[0].id: address for address, versions in moved.items()}
        settled: dict[Address, MailboxRow] = {}
        for key, rows in self._unread.successes(results, owners).items():
            address = owners[key]
            if len(rows) == 1 and rows[0] in moved[address]:
                settled[address] = rows[0]
                continue
            why = "Two pages differ about it, and reading it separately did not settle it."
            error = ObserveError(where=f"{address} · Get-Mailbox", why=why, hint="It is being changed. Try again.")
            self._unread.add_mailbox(address, error)
        for address in moved.keys() - settled.keys():
            del self.mailboxes.rows[address]
        return settled

    async def read_each(self, wanted: frozenset[Address]) -> None:
        """Read a few mailboxes by address."""
        owners = {str(index): address for index, address in enumerate(sorted(wanted))}
        commands = {key: ("Get-Mailbox", {"Identity": one.text, **self._more}) for key, one in owners.items()}
        results = await self._exchange.collect_batch(commands, self._reduce, select=self._select, what="mailboxes")
        results |= await self._read_ambiguous(commands, results)
        existing = {key: result for key, result in results.items() if not isinstance(result, NotFound)}
        for rows in self._unread.successes(existing, owners).values():
            for row in rows:
                if row.address in wanted and row.settings[Field.KIND] != OTHER_KIND:
                    self.mailboxes.rows[row.address] = row

    async def _read_ambiguous(
        self, commands: Mapping[str, Command], results: Mapping[str, list[MailboxRow] | Failure]
    ) -> dict[str, list[MailboxRow] | Failure]:
        """Return mailboxes by a filter on their address, which is also the sign-in name or alias of another object."""
        again = {
            key: ("Get-Mailbox", {"Filter": address_filter(parameters["Identity"]), **self._more})
            for key, (_, parameters) in commands.items()
            if isinstance(error := results[key], CloudError) and is_ambiguous(error)
        }
        if not again:
            return {}
        return await self._exchange.collect_batch(again, self._reduce, select=self._select, what="mailboxes")


def _address_of(row: Row) -> Address:
    return Address.of(text_of(row, "PrimarySmtpAddress"))
