"""Everything in scope, put together: one complete Observed, or an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    MICROSOFT365,
    Fact,
    Grant,
    Observed,
    ObservedMailbox,
    Right,
    Source,
    SpecialEntry,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.values import ALLOWED, BLOCKED, Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.grants import RawGrant, read_grants
from sharedbox_cli.providers.microsoft365.observe.licences import (
    licence_names,
    licence_of,
    mailbox_plans,
    pools,
    read_skus,
)
from sharedbox_cli.providers.microsoft365.observe.mailboxes import Boxes, facts_of, read_boxes, settings_of
from sharedbox_cli.providers.microsoft365.observe.people import People, read_members, read_people
from sharedbox_cli.providers.microsoft365.observe.usage import Facts, read_usage
from sharedbox_cli.providers.microsoft365.quirks import is_orphan

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

_USAGE = frozenset({Fact.USED_BYTES, Fact.USED_AT, Fact.ITEM_COUNT, Fact.LAST_ACTIVITY})
_LICENCES = frozenset({Fact.LICENCES, Fact.MAILBOX_PLANS})


@dataclass(slots=True)
class Reading:
    """What has been read so far."""

    mailboxes: Boxes
    people: People
    grants: list[RawGrant] = field(default_factory=list)
    usage: Facts = field(default_factory=dict)
    skus: Sequence[dict[str, Any]] = ()
    members: dict[TrusteeId, frozenset[TrusteeId]] = field(default_factory=dict)


async def observe_tenant(graph: Graph, exchange: ExchangeAdmin, scope: Scope, now: datetime) -> Observed:
    """Return the tenant within scope, complete. Raises ObserveError, CloudError."""
    organization = (await graph.read_all(lambda: _organization(graph), "organization"))[0]
    domains = {str(row["DomainName"]).lower() for row in await exchange.read("Get-AcceptedDomain", {})}
    mailboxes = await read_boxes(exchange, scope)
    granted = {key: row for key, row in mailboxes.rows.items() if scope.grants_of is None or key in scope.grants_of}
    reading = Reading(mailboxes, People())
    if granted:
        reading.grants = await read_grants(exchange, granted)
    await _read_people(graph, scope, reading)
    await _resolve_names(graph, exchange, reading)
    if scope.facts & _USAGE and mailboxes.rows:
        reading.usage = await read_usage(graph, exchange, mailboxes.rows, now.date().isoformat())
    if Field.LICENCE in scope.fields or scope.facts & _LICENCES:
        reading.skus = await read_skus(graph)
    holders = {key: _holder(grant, reading.people) for key, grant in enumerate(reading.grants)}
    if scope.with_members:
        reading.members = await read_members(graph, reading.people, _groups_of(scope, reading, holders.values()))
    return _observed(organization, domains, scope, reading, granted, holders, now)


async def read_holders(
    graph: Graph, exchange: ExchangeAdmin, rows: Mapping[Address, dict[str, Any]]
) -> list[tuple[RawGrant, Trustee | None]]:
    """Return every entry of some mailboxes with its holder by id, or nothing for one whom nobody knows."""
    reading = Reading(Boxes(rows=dict(rows)), People(), await read_grants(exchange, rows))
    await _read_people(graph, Scope(frozenset()), reading)
    await _resolve_names(graph, exchange, reading)
    return [(grant, _holder(grant, reading.people)) for grant in reading.grants]


def _organization(graph: Graph) -> RequestInformation:
    return graph.client.organization.to_get_request_information()


async def _read_people(graph: Graph, scope: Scope, reading: Reading) -> None:
    addresses = {address.key for address in scope.trustees}
    for grant in reading.grants:
        addresses |= {text for text in (grant.who, grant.address) if "@" in text}
    needs_accounts = Field.SIGN_IN in scope.fields or Field.LICENCE in scope.fields or bool(scope.facts & _LICENCES)
    ids = (
        {str(row["ExternalDirectoryObjectId"]) for row in reading.mailboxes.rows.values()} if needs_accounts else set()
    )
    # Send on behalf names its holders by id where the service tells it.
    ids |= {grant.who for grant in reading.grants if grant.right is Right.SEND_ON_BEHALF and _is_guid(grant.who)}
    reading.people = await read_people(graph, addresses, ids)


def _is_guid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


async def _resolve_names(graph: Graph, exchange: ExchangeAdmin, reading: Reading) -> None:
    """Ask Exchange for holders that it named by display name, and Graph for who they are."""
    names = sorted({g.who for g in reading.grants if _holder(g, reading.people) is None and not is_orphan(g.who)})
    if not names:
        return
    commands = {str(index): ("Get-Recipient", {"Identity": name}) for index, name in enumerate(names)}
    answers = await exchange.read_batch(commands, what="names")
    ids = []
    for index, name in enumerate(names):
        answer = answers[str(index)]
        if isinstance(answer, CloudError):
            _tolerate(answer, name, reading)
            continue
        ids += [str(row["ExternalDirectoryObjectId"]) for row in answer]
        for row in answer:
            reading.people.names.setdefault(name.casefold(), set()).add(
                TrusteeId(str(row["ExternalDirectoryObjectId"]))
            )
    more = await read_people(graph, (), ids)
    reading.people.users |= more.users
    reading.people.trustees |= more.trustees


def _tolerate(error: CloudError, name: str, reading: Reading) -> None:
    """Pass where a name is unknown to the service: kept raw, never dropped. Raises what is missing knowledge."""
    if isinstance(error, NotFound):
        return
    if "ManagementObjectAmbiguousException" not in error.code:
        raise error
    # Full access and send as also tell a SID, so such an entry is told apart; send on behalf has its name alone.
    mailbox = next((g.mailbox for g in reading.grants if g.who == name and g.right is Right.SEND_ON_BEHALF), None)
    if mailbox is not None:
        raise ObserveError(
            where=f"{mailbox} · send on behalf",
            why=f"`{name}` fits several objects. {error.why}",
            hint="Give each of them a name of its own.",
        )


def _holder(grant: RawGrant, people: People) -> Trustee | None:
    """Return who holds a grant: by id, by address, then by a name that is unique."""
    if is_orphan(grant.who):
        return Trustee(TrusteeId(grant.who), TrusteeKind.ORPHAN)
    if TrusteeId(grant.who) in people.trustees:
        return people.trustees[TrusteeId(grant.who)]
    for text in (grant.address, grant.who):
        ids = people.addresses.get(Address.of(text), set()) if "@" in text else set()
        if len(ids) == 1:
            return people.trustees.get(next(iter(ids)))
    ids = people.names.get(grant.who.casefold(), set())
    if len(ids) > 1:
        raise ObserveError(
            where=str(grant.mailbox),
            why=f"`{grant.who}` holds a right there, and {len(ids)} objects have this name.",
            hint="Give each of them a name of its own.",
        )
    return people.trustees.get(next(iter(ids))) if ids else None


def _groups_of(scope: Scope, reading: Reading, holders: Iterable[Trustee | None]) -> set[TrusteeId]:
    found = {holder.id for holder in holders if holder is not None and holder.kind is TrusteeKind.GROUP}
    for address in scope.trustees:
        for identity in reading.people.addresses.get(address, set()):
            if reading.people.trustees[identity].kind is TrusteeKind.GROUP:
                found.add(identity)
    return found


def _observed(
    organization: dict[str, Any],
    domains: set[str],
    scope: Scope,
    reading: Reading,
    granted: dict[Address, dict[str, Any]],
    holders: dict[int, Trustee | None],
    now: datetime,
) -> Observed:
    trustees = dict(reading.people.trustees)
    grants: dict[Address, set[Grant]] = {key: set() for key in granted}
    special: dict[Address, list[SpecialEntry]] = {key: [] for key in granted}
    for index, raw in enumerate(reading.grants):
        holder = holders[index] or Trustee(TrusteeId(raw.sid or raw.who), TrusteeKind.OTHER, name=raw.who)
        trustees.setdefault(holder.id, holder)
        if raw.is_deny or raw.is_inherited or raw.right is Right.OTHER:
            special[raw.mailbox].append(_special(raw, holder))
        else:
            grants[raw.mailbox].add(Grant(holder.id, raw.right))
    skus = {str(sku["skuId"]): str(sku["skuPartNumber"]) for sku in reading.skus}
    mailboxes = {}
    for key, row in reading.mailboxes.rows.items():
        identity = str(row["ExternalDirectoryObjectId"])
        settings = settings_of(row, scope.fields) | _account(identity, key, scope, reading)
        facts = facts_of(row, scope.facts) | reading.usage.get(key, {}) | _plans(identity, scope, reading, skus)
        held = frozenset(grants[key]) if key in granted else None
        mailboxes[key] = ObservedMailbox(
            identity,
            Address.of(str(row["PrimarySmtpAddress"])),
            MICROSOFT365,
            settings,
            held,
            tuple(sorted(special.get(key, ()), key=lambda item: (item.trustee, item.text))),
            facts,
        )
    directory = {address: next(iter(ids)) for address, ids in reading.people.addresses.items() if len(ids) == 1}
    unclear = {address: tuple(sorted(ids)) for address, ids in reading.people.addresses.items() if len(ids) > 1}
    counted = {
        key: replace(item, member_count=len(reading.members[key])) if key in reading.members else item
        for key, item in trustees.items()
    }
    return Observed(
        tenant_id=str(organization["id"]),
        tenant_name=str(organization["displayName"]),
        platforms=frozenset({MICROSOFT365}),
        domains=frozenset(domains),
        read_at=now,
        mailboxes=mailboxes,
        trustees=counted,
        directory=directory,
        ambiguous=unclear,
        taken=reading.mailboxes.taken,
        members=reading.members,
        licences=pools(reading.skus),
        sources=_sources(reading, now),
        others=reading.mailboxes.others,
    )


def _special(raw: RawGrant, holder: Trustee) -> SpecialEntry:
    kind = "deny" if raw.is_deny else "inherited" if raw.is_inherited else "entry"
    name = str(holder.address or holder.name or holder.id)
    return SpecialEntry(holder.id, f"{kind} {raw.text} for {name}", raw.is_deny, raw.is_inherited)


def _account(identity: str, address: Address, scope: Scope, reading: Reading) -> dict[Field, Value]:
    if not scope.fields & {Field.SIGN_IN, Field.LICENCE}:
        return {}
    user = reading.people.users.get(identity)
    if user is None or user.get("accountEnabled") is None:
        raise ObserveError(
            where=str(address),
            why="Its account is not in the directory's answer.",
            hint="A mailbox made minutes ago may not be everywhere yet: try again.",
        )
    found: dict[Field, Value] = {}
    if Field.SIGN_IN in scope.fields:
        found[Field.SIGN_IN] = ALLOWED if user["accountEnabled"] else BLOCKED
    if Field.LICENCE in scope.fields:
        found[Field.LICENCE] = licence_of(user)
    return found


def _plans(identity: str, scope: Scope, reading: Reading, skus: dict[str, str]) -> dict[Fact, Value]:
    user = reading.people.users.get(identity)
    if user is None or not scope.facts & _LICENCES:
        return {}
    return {Fact.LICENCES: licence_names(user, skus), Fact.MAILBOX_PLANS: mailbox_plans(user)}


def _sources(reading: Reading, now: datetime) -> tuple[Source, ...]:
    counts = (
        ("mailboxes", "Get-Mailbox", len(reading.mailboxes.rows)),
        ("grants", "Get-MailboxPermission, Get-RecipientPermission", len(reading.grants)),
        ("people", "users, groups", len(reading.people.trustees)),
        ("sizes", "getMailboxUsageDetail or Get-MailboxStatistics", len(reading.usage)),
        ("licences", "subscribedSkus", len(reading.skus)),
    )
    return tuple(Source(what, call, items, 0, now) for what, call, items in counts if items)
