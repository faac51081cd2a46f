"""Who holds each right: by address, by id, or by the name as Exchange resolves it. Not resolved is not deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError, PermissionDenied
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Right, Trustee, TrusteeKind
from sharedbox_cli.providers.forms import name_of, optional_text, text_of, understood
from sharedbox_cli.providers.microsoft365.errors import is_ambiguous
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.grants import RawGrant, RawGrants, read_grants
from sharedbox_cli.providers.microsoft365.observe.mailboxes import MailboxRow
from sharedbox_cli.providers.microsoft365.observe.people import NOBODY, Needed, People, read_people
from sharedbox_cli.providers.microsoft365.quirks import is_guid, is_orphan
from sharedbox_cli.providers.responses import Failure, Row
from sharedbox_cli.providers.unread import NothingUnread, UnreadLog

Holders = dict[RawGrant, Trustee | None]
"""Who holds each grant; None if the holder is unknown."""


class _Recipient(NamedTuple):
    """An object that Exchange found by a name."""

    id: TrusteeId
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Application:
    """A service principal that Exchange knows: it can hold rights on mailboxes, but is no recipient."""

    trustee: Trustee
    sid: str
    names: frozenset[str]
    """The texts by which an entry can name it, in lower case."""


async def read_holders(
    graph: Graph, exchange: ExchangeAdmin, rows: Mapping[Address, MailboxRow]
) -> list[tuple[RawGrant, Trustee | None]]:
    """Return every entry of some mailboxes with its holder; None if the holder is unknown."""
    unread = NothingUnread()
    grants = await read_grants(exchange, rows, unread)
    _, holders = await resolve_holders(graph, exchange, grants, unread, NothingUnread())
    return [(grant, holders[grant]) for listed in grants.values() for grant in listed]


async def resolve_holders(
    graph: Graph,
    exchange: ExchangeAdmin,
    grants: RawGrants,
    unread: UnreadLog,
    unread_people: UnreadLog,
    addresses: Iterable[str] = (),
    accounts: Needed = NOBODY,
    others: Iterable[str] = (),
) -> tuple[People, Holders]:
    """Return everybody who was read, and who holds each grant, once for all mailboxes that share it.

    `addresses` and `others` (ids) are those of other people who are needed, `accounts` the users whose accounts are.
    A mailbox with a holder of whom nothing can be said is taken out of `grants`, into `unread`.
    """
    mailboxes: dict[RawGrant, Address] = {}
    for address, listed in grants.items():
        for grant in listed:
            mailboxes.setdefault(grant, address)
    texts, ids = set(addresses), set(others)
    for grant in mailboxes:
        texts |= {text for text in (grant.who, grant.address) if "@" in text}
        if not grant.address and is_guid(grant.who):
            ids.add(grant.who)
    people = await read_people(graph, texts, ids, accounts, unread_people)
    failures: dict[RawGrant, Failure] = {}
    holders = _holders(mailboxes, people, failures)
    unknown = {grant for grant, holder in holders.items() if holder is None and grant not in failures}
    if unknown:
        await _resolve_names(graph, exchange, people, unknown, failures)
        holders |= _holders(unknown, people, failures)
    await _resolve_applications(exchange, holders, unread)
    for grant in unknown:
        if holders[grant] is None and grant.right is Right.SEND_ON_BEHALF and not is_guid(grant.who):
            why = f"`{grant.who}` may send on behalf of it, and the service finds nobody with this name."
            hint = "Nothing is assumed about this mailbox. Look at it in the Exchange admin center."
            failures.setdefault(grant, ObserveError(where="send on behalf", why=why, hint=hint))
    for address, listed in [*grants.items()]:
        failed = [failures[grant] for grant in listed if grant in failures]
        if failed:
            unread.add_mailbox(address, _at(address, failed[0]))
            del grants[address]
    return people, holders


def _at(address: Address, error: Failure) -> Failure:
    if isinstance(error, CloudError):
        return error
    return ObserveError(where=f"{address} · {error.where}", why=error.why, hint=error.hint)


def _holders(grants: Iterable[RawGrant], people: People, failures: dict[RawGrant, Failure]) -> Holders:
    """Return who holds each grant; those of whom that cannot be said are failures too."""
    holders: Holders = {}
    for grant in grants:
        try:
            holders[grant] = _holder(grant, people)
        except (CloudError, ObserveError) as error:
            holders[grant] = None
            failures[grant] = error
    return holders


def _holder(grant: RawGrant, people: People) -> Trustee | None:
    """Return who holds a grant: by address, by id, then by the name as Exchange resolved it."""
    if is_orphan(grant.who):
        return Trustee(TrusteeId(grant.who), TrusteeKind.ORPHAN)
    for text in (grant.address, grant.who):
        ids = people.at(Address.of(text)) if "@" in text else frozenset()
        if len(ids) == 1:
            return people.trustees.get(next(iter(ids)))
    if (known := people.trustees.get(TrusteeId(grant.who))) is not None:
        return known
    if error := people.error_of(grant.address) or people.error_of(grant.who):
        raise error
    ids = people.named(grant.who)
    if len(ids) > 1:
        raise ObserveError(
            where="holders of rights",
            why=f"`{grant.who}` holds a right there, and {len(ids)} objects have this name.",
            hint="Give each of them its own name.",
        )
    return people.trustees.get(next(iter(ids))) if ids else None


async def _resolve_names(
    graph: Graph,
    exchange: ExchangeAdmin,
    people: People,
    unknown: Collection[RawGrant],
    failures: dict[RawGrant, Failure],
) -> None:
    """Ask Exchange who has a name, or an id that Graph does not know; then ask Graph who they are."""
    found = await _named(exchange, "Get-Recipient", {grant.who for grant in unknown}, unknown, failures)
    # Groups without an address hold rights as well, and are no recipients.
    left = {grant.who for grant in unknown if grant.sid and grant.who not in found}
    found |= await _named(exchange, "Get-Group", left, unknown, failures)
    known = await read_people(graph, (), {item.id for items in found.values() for item in items if is_guid(item.id)})
    for name, items in found.items():
        for item in items:
            if error := known.error_of(item.id):
                failures |= {grant: error for grant in unknown if grant.who == name}
                continue
            people.learn_name(name, item.id)
            own = Address.of(item.address) if item.address else None
            other = Trustee(item.id, TrusteeKind.OTHER, own, item.name or name)
            people.trustees.setdefault(item.id, known.trustees.get(item.id, other))


async def _named(
    exchange: ExchangeAdmin,
    cmdlet: str,
    names: set[str],
    unknown: Collection[RawGrant],
    failures: dict[RawGrant, Failure],
) -> dict[str, list[_Recipient]]:
    """Return the objects that a cmdlet finds by name; names that it does not know are left out."""
    ordered = sorted(names)
    commands = {str(index): (cmdlet, {"Identity": name}) for index, name in enumerate(ordered)}
    results = await exchange.collect_batch(commands, _recipient, what="names") if commands else {}
    found: dict[str, list[_Recipient]] = {}
    for index, name in enumerate(ordered):
        result = results[str(index)]
        if isinstance(result, (CloudError, ObserveError)):
            failures |= _unresolved(result, [grant for grant in unknown if grant.who == name])
        elif result:
            found[name] = result
    return found


def _recipient(row: Row) -> _Recipient:
    identity = optional_text(row, "ExternalDirectoryObjectId") or text_of(row, "Guid")
    address = optional_text(row, "PrimarySmtpAddress") or optional_text(row, "WindowsEmailAddress")
    return _Recipient(TrusteeId(identity), optional_text(row, "DisplayName"), address)


def _unresolved(error: Failure, grants: Iterable[RawGrant]) -> dict[RawGrant, Failure]:
    """Return the grants of whose holder nothing can be said after an error.

    A name that the service does not know, or that several objects have, is kept raw where a SID distinguishes it.
    """
    if isinstance(error, NotFound):
        return {}
    if not isinstance(error, CloudError) or not is_ambiguous(error):
        return dict.fromkeys(grants, error)
    # Entries of full access and send as have a SID to distinguish them; those of send on behalf have only a name.
    named = [grant for grant in grants if grant.right is Right.SEND_ON_BEHALF]
    return {
        grant: ObserveError(
            where="send on behalf",
            why=f"`{grant.who}` matches several objects. {error.why}",
            hint="Give each of them its own name.",
        )
        for grant in named
    }


async def _resolve_applications(exchange: ExchangeAdmin, holders: Holders, unread: UnreadLog) -> None:
    """Find out which holders without an account are applications, also those of which only the SID is left.

    A bare SID is a deleted account only if it is certain that no application has it; otherwise it is not resolved.
    """
    unclear = [grant for grant, holder in holders.items() if holder is None or holder.kind is TrusteeKind.ORPHAN]
    if not unclear:
        return

    def reduce(row: Row) -> tuple[Application | None]:
        try:
            return (understood(row, "Get-ServicePrincipal", _application),)
        except ObserveError as error:
            unread.add("application", name_of(row) or "without a name", error)
            return (None,)

    applications: list[Application | None]
    try:
        applications = [item for (item,) in await exchange.collect("Get-ServicePrincipal", {}, reduce)]
    except (PermissionDenied, NotFound):
        applications = [None]  # the role does not include the cmdlet
    known = [item for item in applications if item is not None]
    is_certain = len(known) == len(applications) and all(item.sid for item in known)
    for grant in unclear:
        matches = {item.trustee.id: item.trustee for item in known if _is_of(grant, item)}
        if len(matches) == 1:
            [holders[grant]] = matches.values()
        elif not is_certain:
            holders[grant] = None


def _is_of(grant: RawGrant, application: Application) -> bool:
    """Return whether an entry is an application's: by its SID where both have one, otherwise by its id or name."""
    if grant.sid and application.sid:
        return grant.sid.upper() == application.sid
    return grant.who.upper() == application.sid or grant.who.lower() in application.names


def _application(row: Row) -> Application:
    names = ("ObjectId", "AppId", "Guid", "Identity", "DisplayName")
    return Application(
        Trustee(TrusteeId(text_of(row, "ObjectId")), TrusteeKind.APPLICATION, name=optional_text(row, "DisplayName")),
        optional_text(row, "Sid").upper(),
        frozenset(str(row[name]).lower() for name in names if row.get(name)),
    )
