"""Who holds each right: by address, by id, or by the name as Exchange resolves it. Not resolved is not deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError, PermissionDenied
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Right, Trustee, TrusteeKind
from sharedbox_cli.providers.microsoft365.errors import is_ambiguous
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.grants import RawGrant, RawGrants, read_grants
from sharedbox_cli.providers.microsoft365.observe.mailboxes import MailboxRow
from sharedbox_cli.providers.microsoft365.observe.people import People, read_people
from sharedbox_cli.providers.microsoft365.quirks import is_guid, is_orphan
from sharedbox_cli.providers.responses import Row

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
    grants = await read_grants(exchange, rows)
    _, holders = await resolve_holders(graph, exchange, grants)
    return [(grant, holders[grant]) for listed in grants.values() for grant in listed]


async def resolve_holders(
    graph: Graph,
    exchange: ExchangeAdmin,
    grants: RawGrants,
    addresses: Iterable[str] = (),
    accounts: Iterable[str] = (),
) -> tuple[People, Holders]:
    """Return everybody who was read, and who holds each grant, once for all mailboxes that share it.

    `addresses` are those of other people who are needed, `accounts` the ids of users whose accounts are.
    """
    mailboxes: dict[RawGrant, Address] = {}
    for address, listed in grants.items():
        for grant in listed:
            mailboxes.setdefault(grant, address)
    texts, ids = set(addresses), set()
    for grant in mailboxes:
        texts |= {text for text in (grant.who, grant.address) if "@" in text}
        if not grant.address and is_guid(grant.who):
            ids.add(grant.who)
    people = await read_people(graph, texts, ids, accounts)
    holders = {grant: _holder(grant, mailbox, people) for grant, mailbox in mailboxes.items()}
    unknown = {grant: mailboxes[grant] for grant, holder in holders.items() if holder is None}
    if unknown:
        await _resolve_names(graph, exchange, people, unknown)
        holders |= {grant: _holder(grant, mailbox, people) for grant, mailbox in unknown.items()}
    await _resolve_applications(exchange, holders)
    for grant, mailbox in unknown.items():
        if holders[grant] is None and grant.right is Right.SEND_ON_BEHALF and not is_guid(grant.who):
            why = f"`{grant.who}` may send on behalf of it, and the service finds nobody with this name."
            hint = "Nothing is assumed about this mailbox. Look at it in the Exchange admin center."
            raise ObserveError(where=f"{mailbox} · send on behalf", why=why, hint=hint)
    return people, holders


def _holder(grant: RawGrant, mailbox: Address, people: People) -> Trustee | None:
    """Return who holds a grant: by address, by id, then by the name as Exchange resolved it."""
    if is_orphan(grant.who):
        return Trustee(TrusteeId(grant.who), TrusteeKind.ORPHAN)
    for text in (grant.address, grant.who):
        ids = people.at(Address.of(text)) if "@" in text else frozenset()
        if len(ids) == 1:
            return people.trustees.get(next(iter(ids)))
    if (known := people.trustees.get(TrusteeId(grant.who))) is not None:
        return known
    ids = people.named(grant.who)
    if len(ids) > 1:
        raise ObserveError(
            where=str(mailbox),
            why=f"`{grant.who}` holds a right there, and {len(ids)} objects have this name.",
            hint="Give each of them its own name.",
        )
    return people.trustees.get(next(iter(ids))) if ids else None


async def _resolve_names(
    graph: Graph, exchange: ExchangeAdmin, people: People, unknown: Mapping[RawGrant, Address]
) -> None:
    """Ask Exchange who has a name, or an id that Graph does not know; then ask Graph who they are."""
    found = await _named(exchange, "Get-Recipient", {grant.who for grant in unknown}, unknown)
    # Groups without an address hold rights as well, and are no recipients.
    left = {grant.who for grant in unknown if grant.sid and grant.who not in found}
    found |= await _named(exchange, "Get-Group", left, unknown)
    known = await read_people(graph, (), {item.id for items in found.values() for item in items if is_guid(item.id)})
    for name, items in found.items():
        for item in items:
            people.learn_name(name, item.id)
            own = Address.of(item.address) if item.address else None
            other = Trustee(item.id, TrusteeKind.OTHER, own, item.name or name)
            people.trustees.setdefault(item.id, known.trustees.get(item.id, other))


async def _named(
    exchange: ExchangeAdmin, cmdlet: str, names: set[str], unknown: Mapping[RawGrant, Address]
) -> dict[str, list[_Recipient]]:
    """Return the objects that a cmdlet finds by name; names that it does not know are left out."""
    ordered = sorted(names)
    commands = {str(index): (cmdlet, {"Identity": name}) for index, name in enumerate(ordered)}
    results = await exchange.collect_batch(commands, _recipient, what="names") if commands else {}
    found: dict[str, list[_Recipient]] = {}
    for index, name in enumerate(ordered):
        result = results[str(index)]
        if isinstance(result, CloudError):
            _tolerate(result, name, unknown)
        elif result:
            found[name] = result
    return found


def _recipient(row: Row) -> _Recipient:
    identity = str(row.get("ExternalDirectoryObjectId") or row["Guid"])
    address = row.get("PrimarySmtpAddress") or row.get("WindowsEmailAddress") or ""
    return _Recipient(TrusteeId(identity), str(row["DisplayName"] or ""), str(address))


def _tolerate(error: CloudError, name: str, mailboxes: Mapping[RawGrant, Address]) -> None:
    """Accept a name that the service does not know: it is kept raw, never dropped. Raises other errors."""
    if isinstance(error, NotFound):
        return
    if not is_ambiguous(error):
        raise error
    # Entries of full access and send as have a SID to distinguish them; those of send on behalf have only a name.
    mailbox = next(
        (mailbox for g, mailbox in mailboxes.items() if g.who == name and g.right is Right.SEND_ON_BEHALF), None
    )
    if mailbox is not None:
        raise ObserveError(
            where=f"{mailbox} · send on behalf",
            why=f"`{name}` matches several objects. {error.why}",
            hint="Give each of them its own name.",
        )


async def _resolve_applications(exchange: ExchangeAdmin, holders: Holders) -> None:
    """Find out which holders without an account are applications. The bare SID of a deleted account costs no call."""
    if None not in holders.values():
        return
    unclear = [grant for grant, holder in holders.items() if holder is None or holder.kind is TrusteeKind.ORPHAN]
    try:
        applications = await exchange.collect("Get-ServicePrincipal", {}, _application)
    except (PermissionDenied, NotFound):
        return  # the role does not include the cmdlet: these holders stay "not resolved"
    for grant in unclear:
        matches = {item.trustee.id: item.trustee for item in applications if _is_of(grant, item)}
        if len(matches) == 1:
            [holders[grant]] = matches.values()


def _is_of(grant: RawGrant, application: Application) -> bool:
    """Return whether an entry is an application's: by its SID where both have one, otherwise by its id or name."""
    if grant.sid and application.sid:
        return grant.sid.upper() == application.sid
    return grant.who.upper() == application.sid or grant.who.lower() in application.names


def _application(row: Row) -> Application:
    names = ("ObjectId", "AppId", "Guid", "Identity", "DisplayName")
    return Application(
        Trustee(TrusteeId(str(row["ObjectId"])), TrusteeKind.APPLICATION, name=str(row["DisplayName"] or "")),
        str(row.get("Sid") or "").upper(),
        frozenset(str(row[name]).lower() for name in names if row.get(name)),
    )
