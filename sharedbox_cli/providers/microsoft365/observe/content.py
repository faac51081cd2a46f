"""Settings that one list per mailbox holds: read only of mailboxes whose spec manages them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from sharedbox_cli.core.errors import NotFound, ObserveError, PermissionDenied
from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.mail_targets import recipients_named
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import Column, Columns, read_row
from sharedbox_cli.providers.microsoft365 import categories, folders, rules
from sharedbox_cli.providers.microsoft365.errors import refusal_of_one
from sharedbox_cli.providers.microsoft365.exchange_admin import BATCH as EXCHANGE_BATCH
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.graph import BATCH as GRAPH_BATCH
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.graph_batches import Parts
from sharedbox_cli.providers.microsoft365.observe.folder_reader import FolderReader
from sharedbox_cli.providers.microsoft365.observe.mailboxes import Mailboxes
from sharedbox_cli.providers.microsoft365.observe.rules import read_rules
from sharedbox_cli.providers.responses import Failure, Fields
from sharedbox_cli.providers.unread import UnreadLog

Lists = Mapping[str, list[Fields] | Failure]


Read = dict[str, list[Fields] | Failure]
Spellings = Mapping[str, Set[str]] | None
"""The addresses, in lower case, by which the spec of each mailbox names recipients, by the id of the mailbox. None: no
spec is compared, and only what a spec can express is read."""
Reader = Callable[[Graph, FolderReader, Iterable[str], Spellings], Awaitable[Read]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of a mailbox that holds some settings."""

    columns: Columns
    name: str
    """The property under which the columns find the list."""
    permission: str
    """The smallest permission that reads it."""
    per_request: tuple[int, ...]
    """How many mailboxes each of its requests reads."""
    read: Reader
    """Returns the whole list of each mailbox, by its id, or why it could not be read."""
    facts: Mapping[Fact, Column] = field(default_factory=dict)
    """What else the list says."""


async def _categories(graph: Graph, _: FolderReader, ids: Iterable[str], _spellings: Spellings) -> Read:
    parts: Parts = {key: (f"/users/{quote(key, safe='')}/outlook/masterCategories", {}) for key in ids}
    return await graph.batch_lists(parts, categories.LIST)


async def _folders(_: Graph, reader: FolderReader, ids: Iterable[str], _spellings: Spellings) -> Read:
    return await reader.lists(ids)


TAGS = Listing(categories.CATEGORIES, categories.LIST, "MailboxSettings.Read", (GRAPH_BATCH,), _categories)
FOLDER_STATISTICS = Listing(
    folders.FOLDERS, folders.LIST, "View-Only Recipients", (EXCHANGE_BATCH,), _folders, folders.FOLDER_FACTS
)
INBOX_RULES = Listing(
    rules.RULES,
    rules.LIST,
    "Mail Recipients",
    (EXCHANGE_BATCH, EXCHANGE_BATCH, GRAPH_BATCH),
    read_rules,
    rules.RULE_FACTS,
)
LISTINGS = (TAGS, FOLDER_STATISTICS, INBOX_RULES)


def requests_of(fields: Set[Field], mailboxes: int) -> int:
    """Return how many requests the lists of some mailboxes take, if none of them has a second page.

    Rules that name folders or recipients of the tenant take one more for each ten of these.
    """
    needed = [listing for listing in LISTINGS if listing.columns.keys() & fields]
    return sum(-(-mailboxes // size) for listing in needed for size in listing.per_request)


async def read_content(
    graph: Graph, reader: FolderReader, mailboxes: Mailboxes, scope: Scope, unread: UnreadLog
) -> None:
    """Add settings to the mailboxes whose specs manage them; one whose list cannot be read ends in `unread`."""
    for listing in LISTINGS:
        ids = {
            row.id: address
            for address, row in mailboxes.rows.items()
            if any(scope.wants(name, address) for name in listing.columns)
        }
        if ids:
            named = {key: scope.recipients.get(address, frozenset()) for key, address in ids.items()}
            is_list = scope.managing is None and scope.mailboxes is None and not scope.folders
            spellings = None if is_list else named
            found = await listing.read(graph, reader, ids, spellings)
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
        graph.warn(
            f"{names} of {len(denied)} mailboxes: not read, because the permission {listing.permission} is missing."
        )
        found = {key: result for key, result in found.items() if key not in denied}
    elif len(denied) < len(ids):  # the application may read others: the permission is limited to some mailboxes
        found = {
            key: refusal_of_one(ids[key], denied[key]) if key in denied else result for key, result in found.items()
        }
    for key, items in unread.successes(found, ids).items():
        row = mailboxes.rows[ids[key]]
        try:
            settings = read_row(listing.columns, {listing.name: items}, fields, f"{ids[key]} · {listing.name}")
            facts = read_row(listing.facts, {listing.name: items}, listing.facts, f"{ids[key]} · {listing.name}")
        except ObserveError as error:
            unread.add_mailbox(ids[key], error)
        else:
            settings, facts = {**row.settings, **settings}, {**row.facts, **facts}
            mailboxes.rows[ids[key]] = replace(row, settings=settings, facts=facts)


async def read_list(
    graph: Graph, exchange: ExchangeAdmin, listing: Listing, mailbox: str, spellings: Set[str] = frozenset()
) -> list[Fields]:
    """Return the whole list of one mailbox as it is now. Raises CloudError, ObserveError."""
    [result] = (await listing.read(graph, FolderReader(exchange), [mailbox], {mailbox: spellings})).values()
    if not isinstance(result, list):
        raise result
    return result


async def read_one(
    graph: Graph, exchange: ExchangeAdmin, listing: Listing, mailbox: str, after: Mapping[Field, Value], where: str
) -> dict[Field, Value]:
    """Return settings of one mailbox as they are now; nothing where it does not exist. Raises CloudError.

    Recipients have the addresses by which `after` names them.
    """
    wanted = after.keys() & listing.columns.keys()
    if not wanted:
        return {}
    try:
        items = await read_list(graph, exchange, listing, mailbox, recipients_named(after))
    except NotFound:
        return {}
    return read_row(listing.columns, {listing.name: items}, wanted, f"{where} · {listing.name}")
