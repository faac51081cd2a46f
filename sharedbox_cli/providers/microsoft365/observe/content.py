"""Settings that one list per mailbox holds: read only of mailboxes whose spec manages them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from urllib.parse import quote

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError, PermissionDenied
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import Columns, read_row
from sharedbox_cli.providers.microsoft365 import categories, folders
from sharedbox_cli.providers.microsoft365.exchange_admin import BATCH as EXCHANGE_BATCH
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Truncated
from sharedbox_cli.providers.microsoft365.graph import BATCH as GRAPH_BATCH
from sharedbox_cli.providers.microsoft365.graph import Graph, Parts
from sharedbox_cli.providers.microsoft365.observe.mailboxes import Mailboxes
from sharedbox_cli.providers.responses import Failure, Fields
from sharedbox_cli.providers.unread import UnreadLog

Lists = Mapping[str, list[Fields] | Failure]


Read = Callable[[Graph, ExchangeAdmin, Iterable[str]], Awaitable[dict[str, list[Fields] | Failure]]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of a mailbox that holds some settings."""

    columns: Columns
    name: str
    """The property under which the columns find the list."""
    permission: str
    """The smallest permission that reads it."""
    per_request: int
    """How many mailboxes one request reads."""
    read: Read
    """Returns the whole list of each mailbox, by its id, or why it could not be read."""


async def _categories(graph: Graph, _: ExchangeAdmin, ids: Iterable[str]) -> dict[str, list[Fields] | Failure]:
    parts: Parts = {key: (f"/users/{quote(key, safe='')}/outlook/masterCategories", {}) for key in ids}
    return await graph.batch_lists(parts, categories.LIST)


async def _folders(_: Graph, exchange: ExchangeAdmin, ids: Iterable[str]) -> dict[str, list[Fields] | Failure]:
    """Without `ResultSize`, a mailbox shows 1,000 folders. The pages of one with more are read one by one."""
    what = "Get-MailboxFolderStatistics"
    commands = {key: (what, {"Identity": key, "ResultSize": "Unlimited"}) for key in ids}
    found = await exchange.read_batch(commands, select=folders.PROPERTIES, what=what)
    for key in [key for key, result in found.items() if isinstance(result, Truncated)]:
        try:
            found[key] = await exchange.read(*commands[key], select=folders.PROPERTIES, mailbox=key)
        except (CloudError, ObserveError) as error:
            found[key] = error
    return found


TAGS = Listing(categories.CATEGORIES, categories.LIST, "MailboxSettings.Read", GRAPH_BATCH, _categories)
FOLDER_STATISTICS = Listing(folders.FOLDERS, folders.LIST, "View-Only Recipients", EXCHANGE_BATCH, _folders)
LISTINGS = (TAGS, FOLDER_STATISTICS)


def requests_of(fields: Set[Field], mailboxes: int) -> int:
    """Return how many requests the lists of some mailboxes take, if none of them has a second page."""
    return sum(-(-mailboxes // listing.per_request) for listing in LISTINGS if listing.columns.keys() & fields)


async def read_content(
    graph: Graph, exchange: ExchangeAdmin, mailboxes: Mailboxes, scope: Scope, unread: UnreadLog
) -> None:
    """Add settings to the mailboxes whose specs manage them; one whose list cannot be read ends in `unread`."""
    for listing in LISTINGS:
        ids = {
            row.id: address
            for address, row in mailboxes.rows.items()
            if any(scope.wants(name, address) for name in listing.columns)
        }
        if ids:
            found = await listing.read(graph, exchange, ids)
            _take(graph, listing, found, ids, mailboxes, scope, unread)


def _take(
    graph: Graph,
    listing: Listing,
    found: Lists,
    ids: Mapping[str, Address],
    mailboxes: Mailboxes,
    scope: Scope,
    unread: UnreadLog,
) -> None:
    fields = listing.columns.keys() & scope.fields
    denied = {key: error for key, error in found.items() if isinstance(error, PermissionDenied)}
    if denied and fields <= scope.dispensable:
        names = ", ".join(sorted(fields))
        graph.warn(f"{names} of {len(denied)} mailboxes: not read, as the permission {listing.permission} is missing.")
        found = {key: result for key, result in found.items() if key not in denied}
    elif len(denied) < len(ids):  # the application may read others: the permission is limited to some mailboxes
        found = {key: _of_one(ids[key], denied[key]) if key in denied else result for key, result in found.items()}
    for key, items in unread.successes(found, ids).items():
        row = mailboxes.rows[ids[key]]
        try:
            settings = read_row(listing.columns, {listing.name: items}, fields, f"{ids[key]} · {listing.name}")
        except ObserveError as error:
            unread.add_mailbox(ids[key], error)
        else:
            mailboxes.rows[ids[key]] = replace(row, settings={**row.settings, **settings})


def _of_one(address: Address, error: PermissionDenied) -> ObserveError:
    return ObserveError(where=f"{address} · {error.call}", why=error.why or "Access is denied.", hint=error.hint)


async def read_list(graph: Graph, exchange: ExchangeAdmin, listing: Listing, mailbox: str) -> list[Fields]:
    """Return the whole list of one mailbox as it is now. Raises CloudError, ObserveError."""
    [result] = (await listing.read(graph, exchange, [mailbox])).values()
    if not isinstance(result, list):
        raise result
    return result


async def read_one(
    graph: Graph, exchange: ExchangeAdmin, listing: Listing, mailbox: str, fields: Iterable[Field], where: str
) -> dict[Field, Value]:
    """Return settings of one mailbox as they are now; nothing where it does not exist. Raises CloudError."""
    wanted = frozenset(fields) & listing.columns.keys()
    if not wanted:
        return {}
    try:
        items = await read_list(graph, exchange, listing, mailbox)
    except NotFound:
        return {}
    return read_row(listing.columns, {listing.name: items}, wanted, f"{where} · {listing.name}")
