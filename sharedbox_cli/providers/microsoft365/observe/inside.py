"""Settings that a cmdlet other than Get-Mailbox returns: read only where a spec manages them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from sharedbox_cli.core.errors import NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import Columns, Row, property_names, read_row
from sharedbox_cli.providers.forms import text_of
from sharedbox_cli.providers.microsoft365.auto_reply import AUTO_REPLY
from sharedbox_cli.providers.microsoft365.client_access import ACCESS
from sharedbox_cli.providers.microsoft365.exchange_admin import BATCH, PAGE, ExchangeAdmin
from sharedbox_cli.providers.microsoft365.observe.mailboxes import FEW, Mailboxes
from sharedbox_cli.providers.microsoft365.regional import REGIONAL
from sharedbox_cli.providers.unread import UnreadLog

Settings = Mapping[Field, Value]
_ID = "ExternalDirectoryObjectId"


@dataclass(frozen=True, slots=True)
class Source:
    """A cmdlet that returns some settings."""

    cmdlet: str
    columns: Columns
    whole: Mapping[str, Any] | None = None
    """The parameters of one call for the whole tenant. None: it takes one call per mailbox, ten of them per request."""


CLIENT_ACCESS = Source("Get-CASMailbox", ACCESS, {"RecipientTypeDetails": ["SharedMailbox"], "ResultSize": "Unlimited"})
REPLY = Source("Get-MailboxAutoReplyConfiguration", AUTO_REPLY)
LANGUAGE = Source("Get-MailboxRegionalConfiguration", REGIONAL)
SOURCES = (CLIENT_ACCESS, REPLY, LANGUAGE)


def requests_of(fields: Set[Field], mailboxes: int, listed: int) -> int:
    """Return how many requests these settings of some mailboxes take, in a tenant that lists a number of mailboxes.

    Only mailboxes count whose specs manage one of the settings.

    A list that leaves out mailboxes takes more: each of them is asked for.
    """
    total = 0
    for source in SOURCES:
        if mailboxes and source.columns.keys() & fields:
            is_listed = source.whole is not None and mailboxes > FEW
            total += -(-max(listed, 1) // PAGE) if is_listed else -(-mailboxes // BATCH)
    return total


async def read_inside(exchange: ExchangeAdmin, mailboxes: Mailboxes, scope: Scope, unread: UnreadLog) -> None:
    """Add settings to all mailboxes that were read; one whose settings cannot be read ends in `unread`."""
    for source in SOURCES:
        fields = source.columns.keys() & scope.fields
        ids = {row.id: key for key, row in mailboxes.rows.items() if _is_managed(key, fields, scope)}
        if not fields or not ids:
            continue
        found = await _read(exchange, source, fields, ids, unread)
        for address, settings in found.items():
            row = mailboxes.rows[address]
            mailboxes.rows[address] = replace(row, settings={**row.settings, **settings})


def _is_managed(address: Address, fields: Set[Field], scope: Scope) -> bool:
    return scope.managing is None or bool(scope.managing.get(address, frozenset()) & fields)


async def read_one(
    exchange: ExchangeAdmin, source: Source, identity: str, fields: Iterable[Field], where: str
) -> dict[Field, Value]:
    """Return settings of one mailbox as they are now; nothing where it does not exist. Raises CloudError."""
    wanted = frozenset(fields) & source.columns.keys()
    if not wanted:
        return {}
    select = tuple(sorted(property_names(source.columns, wanted)))
    try:
        rows = await exchange.read(source.cmdlet, {"Identity": identity}, select=select, mailbox=identity)
    except NotFound:
        return {}
    return read_row(source.columns, rows[0], wanted, f"{where} · {source.cmdlet}") if len(rows) == 1 else {}


async def _read(
    exchange: ExchangeAdmin, source: Source, fields: Set[Field], ids: Mapping[str, Address], unread: UnreadLog
) -> dict[Address, Settings]:
    select = tuple(sorted({*property_names(source.columns, fields), *(() if source.whole is None else (_ID,))}))

    def settings_of(row: Row) -> Settings:
        return read_row(source.columns, row, fields, source.cmdlet)

    found: dict[Address, Settings] = {}
    if source.whole is not None and len(ids) > FEW:
        try:
            listed = await exchange.collect(
                source.cmdlet,
                source.whole,
                lambda row: (key, settings_of(row)) if (key := text_of(row, _ID)) in ids else None,
                select=select,
            )
        except ObserveError:  # a row or a page that cannot be read: asked one by one, it is one mailbox
            listed = []
        found = {ids[key]: settings for key, settings in listed}
    left = {key: address for key, address in ids.items() if address not in found}
    commands = {key: (source.cmdlet, {"Identity": key}) for key in left}
    results = await exchange.collect_batch(commands, settings_of, select=select, what=source.cmdlet)
    for key, rows in unread.successes(results, left).items():
        if len(rows) == 1:
            found[left[key]] = rows[0]
        else:
            error = ObserveError(where=f"{left[key]} · {source.cmdlet}", why=f"There are {len(rows)} rows about it.")
            unread.add_mailbox(left[key], error)
    return found
