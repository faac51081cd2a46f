"""Reads everything in scope of one of Google's two platforms into one complete Observed, or raises an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, LEVELLED, Grant, Trustee, TrusteeKind
from sharedbox_cli.core.observed import AddressHolder, LicencePool, Observed, ObservedMailbox, Source
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.unread import Unread
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace import accounts
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.calendar_columns import SPANS
from sharedbox_cli.providers.google_workspace.needs import scopes_of
from sharedbox_cli.providers.google_workspace.observe.account_wide import read_more, with_holds
from sharedbox_cli.providers.google_workspace.observe.address_holders import read_taken
from sharedbox_cli.providers.google_workspace.observe.directory import Directory, read_groups, read_users
from sharedbox_cli.providers.google_workspace.observe.domains import read_domains
from sharedbox_cli.providers.google_workspace.observe.effective import Joining, read_effective, read_joining
from sharedbox_cli.providers.google_workspace.observe.failed_lookups import name_failed
from sharedbox_cli.providers.google_workspace.observe.groups import read_inboxes
from sharedbox_cli.providers.google_workspace.observe.mailboxes import read_delegated
from sharedbox_cli.providers.google_workspace.observe.members import NO_PLUS, outsider_id
from sharedbox_cli.providers.google_workspace.observe.nested import read_direct
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.unread import UnreadLog


async def observe_tenant(google: Google, scope: Scope, now: datetime) -> Observed:
    """Return one platform within scope, complete. Raises ObserveError, CloudError, AuthError."""
    google.expect(scopes_of(scope))
    if scope.platforms == frozenset({GOOGLE_DELEGATED}):
        return await _delegated(google, scope, now)
    if scope.platforms == frozenset({GOOGLE_COLLABORATIVE}):
        return await _collaborative(google, scope, now)
    message = "one of Google's platforms at a time: an address is an account on one and a group on the other"
    raise ValueError(message)


async def _delegated(google: Google, scope: Scope, now: datetime) -> Observed:
    directory = Directory()
    wanted = None if scope.mailboxes is None else {*scope.mailboxes, *scope.trustees, Address.of(google.admin)}
    if wanted is None or {address.domain for address in wanted} == {Address.of(google.admin).domain}:
        await together((read_domains(google, directory), read_users(google, directory, wanted)))
    else:  # for an address outside, Google reports "not allowed" instead of "not found"
        await read_domains(google, directory)
        await read_users(google, directory, wanted)
    rows = _accounts(google, directory, scope)
    unread = UnreadLog(is_whole_tenant=scope.mailboxes is None)
    unknown = [address for address in scope.trustees if address not in directory.owner]
    if unknown:
        await read_groups(google, directory, unknown)  # to report "is a group" instead of "is unknown"
    name_failed(google, directory, scope, unread)
    reading = await read_delegated(google, directory, scope, rows, unread)
    taken = await read_taken(google, directory, scope, reading.mailboxes, unread.mailboxes)
    name_failed(google, directory, scope, unread)
    shared = {key: replace(box, grants=_levelled(box)) for key, box in reading.mailboxes.items()}
    behind = await read_effective(google, directory, scope, shared, reading.trustees, unread)
    joining = await read_joining(google, directory, scope, behind.nested, unread)
    mailboxes, pools = await read_more(
        google,
        scope,
        reading.mailboxes,
        _customer(directory),
        now,
        unread,
        units={address: str(row["orgUnitPath"]) for address, row in rows.items()},
        is_super=_is_super(google, directory),
    )
    others = 0 if scope.mailboxes is None else _others(google, directory, scope)
    read = len((scope.mailboxes or rows.keys()) - unread.mailboxes)
    return _observed(
        google,
        directory,
        scope,
        now,
        mailboxes,
        reading.trustees,
        taken,
        known=reading.directory,
        members=behind.people,
        joining=joining,
        others=others,
        licences=pools,
        unread=unread.finished(read),
    )


def _is_super(google: Google, directory: Directory) -> bool:
    """Return whether the administrator of the profile sees all matters of Vault."""
    boss = directory.user_of(Address.of(google.admin))
    return boss is not None and boss.get("isAdmin") is True


def _levelled(mailbox: ObservedMailbox) -> frozenset[Grant]:
    """Return who uses the calendar: groups among them give it to their members."""
    return frozenset(grant for grant in mailbox.grants or () if grant.right in LEVELLED)


def _accounts(google: Google, directory: Directory, scope: Scope) -> dict[Address, Fields]:
    if scope.mailboxes is None:
        shared = (row for row in directory.users.values() if accounts.is_shared(row, google.shared_units))
        return {accounts.address_of(row): row for row in shared}
    found = {address: directory.user_of(address) for address in sorted(scope.mailboxes)}
    return {address: row for address, row in found.items() if row is not None}


def _others(google: Google, directory: Directory, scope: Scope) -> int:
    shared = {
        accounts.address_of(row) for row in directory.users.values() if accounts.is_shared(row, google.shared_units)
    }
    return len(shared - (scope.mailboxes or frozenset()))


async def _collaborative(google: Google, scope: Scope, now: datetime) -> Observed:
    directory = Directory()
    admin = Address.of(google.admin)
    if scope.mailboxes is None:
        everybody, lists = read_users(google, directory, None), read_groups(google, directory, None)
        await together((read_domains(google, directory), everybody, lists))
        rows = {Address.of(str(row["email"])): row for row in directory.groups.values()}
    else:
        await read_domains(google, directory)
        inside = {address for address in scope.trustees if address.domain in directory.domains}
        await read_users(google, directory, {*inside, admin})
        unknown = {address for address in inside if address not in directory.owner}
        await read_groups(google, directory, {*scope.mailboxes, *unknown})
        found = {address: directory.group_of(address) for address in sorted(scope.mailboxes)}
        rows = {address: row for address, row in found.items() if row is not None}
    unread = UnreadLog(is_whole_tenant=scope.mailboxes is None)
    name_failed(google, directory, scope, unread)
    reading = await read_inboxes(google, directory, scope, rows, unread)
    outsiders = dict(reading.trustees)
    known = {**reading.directory}
    for address in scope.trustees:
        if address.domain not in directory.domains and address not in known:
            identity = outsider_id(address)
            known[address] = identity
            outsiders.setdefault(identity, _new_outsider(identity, address))
    taken = await read_taken(google, directory, scope, reading.mailboxes, unread.mailboxes)
    name_failed(google, directory, scope, unread)
    behind = await read_effective(google, directory, scope, reading.mailboxes, outsiders, unread)
    direct = await read_direct(google, directory, behind.people) if scope.with_paths else {}
    joining = await read_joining(google, directory, scope, behind.nested, unread)
    mailboxes = await with_holds(google, scope, reading.mailboxes, {}, is_super=_is_super(google, directory))
    subjects = scope.mailboxes or reading.mailboxes.keys() or rows.keys()
    read = len(subjects - unread.mailboxes)
    return _observed(
        google,
        directory,
        scope,
        now,
        mailboxes,
        outsiders,
        taken,
        known=known,
        members=behind.people,
        direct=direct,
        joining=joining,
        unread=unread.finished(read),
    )


def _new_outsider(identity: TrusteeId, address: Address) -> Trustee:
    """Return somebody from outside who is a member of no group that was read."""
    caveat = mark("cannot be added: {why}", why=NO_PLUS) if "+" in address.local else ""
    return Trustee(identity, TrusteeKind.USER, address, is_guest=True, is_kind_known=False, caveat=caveat)


def _observed(
    google: Google,
    directory: Directory,
    scope: Scope,
    now: datetime,
    mailboxes: Mapping[Address, ObservedMailbox],
    outsiders: Mapping[TrusteeId, Trustee],
    taken: Mapping[Address, tuple[AddressHolder, ...]],
    *,
    known: Mapping[Address, TrusteeId] | None = None,
    members: Mapping[TrusteeId, frozenset[TrusteeId]] | None = None,
    direct: Mapping[TrusteeId, frozenset[TrusteeId]] | None = None,
    joining: Mapping[TrusteeId, Joining] | None = None,
    others: int = 0,
    licences: Mapping[str, LicencePool] | None = None,
    unread: tuple[Unread, ...] = (),
) -> Observed:
    customer = _customer(directory)
    if not customer:
        raise ObserveError(
            where="directory.users",
            why=f"The administrator {google.admin} is not in the directory.",
            hint="Name an administrator of this account in the profile (`google_workspace: {admin: …}`).",
        )
    is_delegated = scope.platforms == frozenset({GOOGLE_DELEGATED})
    trustees = {**outsiders, **directory.trustees(as_delegates=is_delegated)}
    counted = {
        key: replace(item, member_count=len((members or {})[key])) if key in (members or {}) else item
        for key, item in trustees.items()
    }
    for key, found in (joining or {}).items():
        counted[key] = replace(counted[key], joining=found.who, joined_through=found.through)
    return Observed(
        tenant_id=customer,
        tenant_name=directory.primary,
        platforms=scope.platforms,
        domains=directory.domains,
        read_at=now,
        mailboxes=dict(mailboxes),
        trustees=counted,
        directory={**(known or {}), **{key: TrusteeId(value) for key, value in directory.owner.items()}},
        taken=taken,
        members=members or {},
        direct=direct or {},
        licences=licences or {},
        level_spans=SPANS,
        others=others,
        unread=unread,
        sources=_sources(directory, mailboxes, now),
    )


def _customer(directory: Directory) -> str:
    return next((str(row["customerId"]) for row in directory.users.values()), "")


def _sources(directory: Directory, mailboxes: Mapping[Address, ObservedMailbox], now: datetime) -> tuple[Source, ...]:
    counts = (
        ("accounts", "directory.users", len(directory.users)),
        ("groups", "directory.groups", len(directory.groups)),
        ("mailboxes", "gmail, groupsSettings", len(mailboxes)),
    )
    return tuple(Source(what, call, items, 0, now) for what, call, items in counts if items)
