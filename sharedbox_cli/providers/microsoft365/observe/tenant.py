"""Reads everything in scope into one complete Observed, or raises an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import MICROSOFT365, Fact, Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed, ObservedMailbox, Source, SpecialEntry
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.forms import Row, text_of, understood
from sharedbox_cli.providers.microsoft365.columns import ACCOUNT
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.content import read_content
from sharedbox_cli.providers.microsoft365.observe.folder_access import (
    FolderAccess,
    entries_of,
    find_holders,
    trustees_in,
)
from sharedbox_cli.providers.microsoft365.observe.folder_holders import Inside, resolve_inside
from sharedbox_cli.providers.microsoft365.observe.folder_lists import PERMISSION_CALL
from sharedbox_cli.providers.microsoft365.observe.folder_reader import FolderReader
from sharedbox_cli.providers.microsoft365.observe.folder_rights import read_folders, spans_in
from sharedbox_cli.providers.microsoft365.observe.grants import RawGrant, RawGrants, read_grants
from sharedbox_cli.providers.microsoft365.observe.holders import Holders, resolve_holders
from sharedbox_cli.providers.microsoft365.observe.inside import read_inside
from sharedbox_cli.providers.microsoft365.observe.licences import (
    licence_names,
    pools,
    product_facts,
    read_group_names,
    read_skus,
)
from sharedbox_cli.providers.microsoft365.observe.mailboxes import Mailboxes, read_mailboxes
from sharedbox_cli.providers.microsoft365.observe.members import read_members
from sharedbox_cli.providers.microsoft365.observe.nested import read_direct
from sharedbox_cli.providers.microsoft365.observe.people import ACCOUNT as PROPERTIES
from sharedbox_cli.providers.microsoft365.observe.people import Needed, People
from sharedbox_cli.providers.microsoft365.observe.recipients import forwarding_targets, resolve_recipients, rule_targets
from sharedbox_cli.providers.microsoft365.observe.usage import Facts, read_usage
from sharedbox_cli.providers.microsoft365.plans import mailbox_plans
from sharedbox_cli.providers.microsoft365.regional import KEPT_EXACTLY
from sharedbox_cli.providers.unread import NothingUnread, UnreadLog

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

_USAGE = frozenset({Fact.USED_BYTES, Fact.USED_AT, Fact.ITEM_COUNT, Fact.LAST_ACTIVITY})
_LICENCES = frozenset({Fact.LICENCES, Fact.MAILBOX_PLANS})


@dataclass(slots=True)
class Reading:
    """What has been read so far."""

    mailboxes: Mailboxes
    people: People
    unread: UnreadLog
    grants: RawGrants = field(default_factory=dict)
    holders: Holders = field(default_factory=dict)
    inside: Inside = field(default_factory=Inside)
    usage: Facts = field(default_factory=dict)
    skus: Sequence[dict[str, Any]] = ()
    assigning: dict[str, str] = field(default_factory=dict)
    """The names of the groups that assign licences, by id."""
    targets: frozenset[Address] = frozenset()
    """The addresses that mail is forwarded to."""
    folders: FolderAccess = field(default_factory=FolderAccess)
    members: dict[TrusteeId, frozenset[TrusteeId]] = field(default_factory=dict)
    direct: dict[TrusteeId, frozenset[TrusteeId]] = field(default_factory=dict)


async def observe_tenant(graph: Graph, exchange: ExchangeAdmin, scope: Scope, now: datetime) -> Observed:
    """Return the tenant within scope, with the objects that could not be read. Raises ObserveError, CloudError."""
    organizations = await graph.collect(lambda: _organization(graph), "organization", _tenant)
    if not organizations:
        raise ObserveError(where="organization", why="The service names no tenant.")
    domains = set(await exchange.collect("Get-AcceptedDomain", {}, lambda row: text_of(row, "DomainName").lower()))
    unread = UnreadLog(is_whole_tenant=scope.mailboxes is None)
    mailboxes = await read_mailboxes(exchange, scope, unread)
    await resolve_recipients(exchange, mailboxes, scope.recipients, unread)
    await read_inside(exchange, mailboxes, scope, unread)
    audited = [key for key in mailboxes.rows if scope.grants_of is None or key in scope.grants_of]
    ids = {address: row.id for address, row in mailboxes.rows.items()}
    reader = FolderReader(exchange, {ids[key] for key in audited} if scope.folders else ())
    await read_content(graph, reader, mailboxes, scope, unread)
    in_folders = await read_folders(graph, reader, mailboxes, audited, scope, unread)
    granted = {key: mailboxes.rows[key] for key in audited}
    targets = forwarding_targets(mailboxes) | (rule_targets(mailboxes) if scope.folders else frozenset())
    reading = Reading(mailboxes, People(), unread, targets=targets)
    if granted:
        reading.grants = await read_grants(exchange, granted, unread)
    reading.folders = await find_holders(reader, in_folders, ids, unread)
    await _read_holders(graph, exchange, scope, reading)
    reading.inside = await resolve_inside(graph, reader, in_folders.managed, scope, reading.people, unread)
    if scope.facts & _USAGE and mailboxes.rows:
        reading.usage = await read_usage(graph, exchange, mailboxes.rows, now.date().isoformat(), unread)
    if Field.LICENCE in scope.fields or scope.facts & _LICENCES:
        reading.skus = await read_skus(graph, unread if scope.mailboxes is None else NothingUnread())
        reading.assigning = await read_group_names(graph, reading.people, reading.skus)
    if scope.with_members:
        reading.members = await read_members(graph, reading.people, _groups_of(scope, reading), unread)
        if scope.with_paths:
            reading.direct = await read_direct(graph, reading.people, reading.members)
    return _observed(organizations[0], domains, scope, reading, now)


def _tenant(row: Row) -> tuple[str, str]:
    """Return the id and the name of the tenant."""
    return text_of(row, "id"), text_of(row, "displayName")


def _organization(graph: Graph) -> RequestInformation:
    return graph.client.organization.to_get_request_information()


async def _read_holders(graph: Graph, exchange: ExchangeAdmin, scope: Scope, reading: Reading) -> None:
    needs_licences = Field.LICENCE in scope.fields or bool(scope.facts & _LICENCES)
    needs_accounts = needs_licences or bool(scope.fields & ACCOUNT.keys())
    rows = reading.mailboxes.rows.values() if needs_accounts else ()
    accounts = Needed(frozenset(row.id for row in rows), PROPERTIES if needs_licences else ("accountEnabled",))
    addresses = {address.key for address in (*scope.trustees, *reading.targets)}
    people = reading.unread if scope.mailboxes is None else NothingUnread()  # a spec can name any of them
    reading.people, reading.holders = await resolve_holders(
        graph, exchange, reading.grants, reading.unread, people, addresses, accounts, reading.folders.holders
    )
    _name_failed(scope, reading)


def _name_failed(scope: Scope, reading: Reading) -> None:
    """Take the mailboxes whose account, member or forwarding target could not be looked up."""
    find = reading.people.error_of
    for key, row in reading.mailboxes.rows.items():
        target = row.facts.get(Fact.FORWARDING_TO)
        if error := find(row.id) or (find(target) if isinstance(target, str) else None):
            reading.unread.add_mailbox(key, error)
    for address in sorted(scope.trustees):
        if error := find(address.key):
            for mailbox in sorted(scope.named_by.get(address, ())):
                reading.unread.add_mailbox(mailbox, error)


def _groups_of(scope: Scope, reading: Reading) -> set[TrusteeId]:
    people, holders = reading.people, (*reading.holders.values(), *reading.inside.holders.values())
    found = {holder.id for holder in holders if holder is not None and holder.kind is TrusteeKind.GROUP}
    known = (people.trustees.get(TrusteeId(identity)) for identity in reading.folders.holders)
    found |= {one.id for one in known if one is not None and one.kind is TrusteeKind.GROUP}
    for address in scope.trustees:
        found |= {identity for identity in people.at(address) if people.trustees[identity].kind is TrusteeKind.GROUP}
    return found


def _observed(
    organization: tuple[str, str], domains: set[str], scope: Scope, reading: Reading, now: datetime
) -> Observed:
    people = reading.people
    grants, trustees = _grants(reading)
    skus = {str(sku["skuId"]): str(sku["skuPartNumber"]) for sku in reading.skus}
    mailboxes = {}
    for key, row in reading.mailboxes.rows.items():
        settings, facts = dict(row.settings), {**row.facts, **reading.usage.get(key, {})}
        try:
            settings |= _account(row.id, key, scope, people)
            facts |= _plans(row.id, key, scope, reading, skus)
        except ObserveError as error:
            reading.unread.add_mailbox(key, error)
        held, special = grants.get(key, (None, ()))
        inside = reading.inside
        if key in inside.grants:
            held = (held or frozenset()) | inside.grants[key]
            special += inside.special[key]
        mailboxes[key] = ObservedMailbox(
            row.id,
            row.address,
            MICROSOFT365,
            settings,
            held,
            special,
            facts,
            inside.levels.get(key, frozenset()),
            folders=entries_of(reading.folders, key),
            kept_exactly=KEPT_EXACTLY,
        )
    kept = {**trustees_in(reading.folders, people), **_kept(scope, reading, trustees)}
    trustees = {key: _counted(item, reading.members) for key, item in kept.items()}
    directory = {address: identity for address, identity in people.directory.items() if identity in kept}
    return Observed(
        tenant_id=organization[0],
        tenant_name=organization[1],
        platforms=frozenset({MICROSOFT365}),
        domains=frozenset(domains),
        read_at=now,
        mailboxes=mailboxes,
        trustees=trustees,
        directory={address: identity for address, identity in directory.items() if address not in people.ambiguous},
        ambiguous={address: tuple(sorted(ids)) for address, ids in people.ambiguous.items()},
        taken=reading.mailboxes.taken,
        members=reading.members,
        direct=reading.direct,
        licences=pools(reading.skus),
        level_spans=spans_in(mailboxes.values()),
        sources=_sources(reading, now),
        others=reading.mailboxes.others,
        unread=reading.unread.finished(len((scope.mailboxes or set(mailboxes)) - reading.unread.mailboxes)),
    )


def _grants(
    reading: Reading,
) -> tuple[dict[Address, tuple[frozenset[Grant], tuple[SpecialEntry, ...]]], dict[TrusteeId, Trustee]]:
    """Return the grants and special entries of each mailbox, and who holds them. Equal grants are one object."""
    holders: dict[TrusteeId, Trustee] = {}
    shared: dict[RawGrant, Grant | SpecialEntry] = {}
    for raw, known in reading.holders.items():
        holder = known or Trustee(TrusteeId(raw.sid or raw.who), TrusteeKind.OTHER, name=raw.who)
        holders.setdefault(holder.id, holder)
        is_special = raw.is_deny or raw.is_inherited or raw.right is Right.OTHER
        shared[raw] = _special(raw, holder) if is_special else Grant(holder.id, raw.right)
    grants = {}
    for address, raws in reading.grants.items():
        entries = [shared[raw] for raw in raws]
        special = [entry for entry in entries if isinstance(entry, SpecialEntry)]
        special.sort(key=lambda item: (item.trustee, item.text))
        held = frozenset(entry for entry in entries if isinstance(entry, Grant))
        grants[address] = held, tuple(special)
    return grants, {**reading.inside.holders, **holders}


def _kept(scope: Scope, reading: Reading, holders: Mapping[TrusteeId, Trustee]) -> dict[TrusteeId, Trustee]:
    """Return the trustees to keep: of a whole directory only those who matter here."""
    people = reading.people
    if not people.is_whole:
        return {**people.trustees, **{key: item for key, item in holders.items() if key not in people.trustees}}
    needed = {identity for members in reading.members.values() for identity in members}
    needed |= reading.direct.keys()
    needed |= {identity for address in (*scope.trustees, *reading.targets) for identity in people.at(address)}
    needed.update(*people.ambiguous.values())
    needed |= {TrusteeId(one) for one in reading.folders.holders} & people.trustees.keys()
    return {**holders, **{key: people.trustees[key] for key in needed}}


def _counted(trustee: Trustee, members: Mapping[TrusteeId, frozenset[TrusteeId]]) -> Trustee:
    return replace(trustee, member_count=len(members[trustee.id])) if trustee.id in members else trustee


def _special(raw: RawGrant, holder: Trustee) -> SpecialEntry:
    known = {"text": raw.text, "name": str(holder.address or holder.name or holder.id)}
    if raw.is_deny:
        words = mark("deny {text} for {name}", **known)
    elif raw.is_inherited:
        words = mark("inherited {text} for {name}", **known)
    else:
        words = mark("entry {text} for {name}", **known)
    return SpecialEntry(holder.id, words, raw.is_deny, raw.is_inherited)


def _account(identity: str, address: Address, scope: Scope, people: People) -> dict[Field, Value]:
    if not scope.fields & ACCOUNT.keys():
        return {}
    user = people.accounts.get(identity)
    if user is None:
        raise ObserveError(
            where=str(address),
            why="The directory did not return its account.",
            hint="A mailbox created minutes ago may not be known everywhere yet. Run the command again.",
        )
    return read_row(ACCOUNT, user, scope.fields - {Field.PRODUCT}, f"{address} · users")


def _plans(
    identity: str, address: Address, scope: Scope, reading: Reading, skus: Mapping[str, str]
) -> dict[Fact, Value]:
    user = reading.people.accounts.get(identity)
    if user is None or not (scope.facts & _LICENCES or Field.LICENCE in scope.fields):
        return {}
    return understood(user, f"{address} · users", lambda row: _plan_facts(row, reading, skus))


def _plan_facts(user: Row, reading: Reading, skus: Mapping[str, str]) -> dict[Fact, Value]:
    facts = {Fact.LICENCES: licence_names(user, skus), Fact.MAILBOX_PLANS: mailbox_plans(user)}
    return {**facts, **product_facts(user, reading.skus, reading.assigning)}


def _sources(reading: Reading, now: datetime) -> tuple[Source, ...]:
    counts = (
        ("mailboxes", "Get-Mailbox", len(reading.mailboxes.rows)),
        ("grants", "Get-MailboxPermission, Get-RecipientPermission", sum(map(len, reading.grants.values()))),
        ("rights in folders", PERMISSION_CALL, sum(map(len, reading.inside.grants.values()))),
        ("people", "users, groups", len(reading.people.trustees)),
        ("sizes", "getMailboxUsageDetail or Get-MailboxStatistics", len(reading.usage)),
        ("licences", "subscribedSkus", len(reading.skus)),
    )
    return tuple(Source(what, call, items, 0, now) for what, call, items in counts if items)
