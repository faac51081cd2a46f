"""Who may do what on each mailbox: full access, send as, send on behalf."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Right
from sharedbox_cli.providers.forms import text_of
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.observe.mailboxes import MailboxRow
from sharedbox_cli.providers.microsoft365.quirks import (
    Delegate,
    Entry,
    is_self,
    mailbox_entry,
    recipient_entry,
    split_rights,
)
from sharedbox_cli.providers.responses import Row
from sharedbox_cli.providers.unread import UnreadLog

FEW = 50
"""Up to this many mailboxes: five batches cost at most as much as the tenant's pages of send-as entries."""


@dataclass(frozen=True, slots=True, eq=False)
class RawGrant:
    """A right as the vendor names its holder; resolved to an id later. Mailboxes share equal ones as one object."""

    who: str
    sid: str
    address: str
    right: Right
    text: str
    is_deny: bool = False
    is_inherited: bool = False


_WITH_DELETED = {"IncludeUnresolvedPermissions": True, "IncludeSoftDeletedUserPermissions": True}
"""Rights of deleted accounts need one switch, those of accounts that can still be restored another: they come back."""
SELF = RawGrant("", "", "", Right.OTHER, "")
"""Represents the SELF entry that each mailbox has, which is never a grant."""
Rows = Mapping[Address, MailboxRow]
RawGrants = dict[Address, list[RawGrant]]
Understand = Callable[[Entry], RawGrant]


async def read_grants(exchange: ExchangeAdmin, rows: Rows, unread: UnreadLog) -> RawGrants:
    """Return every entry of these mailboxes, complete; some end in `unread`. Raises ObserveError, CloudError."""
    grants = await _full_access(exchange, rows, unread)
    await _send_as(exchange, rows, grants, unread)
    known: dict[Delegate, RawGrant] = {}
    for address in grants:
        for delegate in rows[address].on_behalf:
            if delegate not in known:
                known[delegate] = RawGrant(delegate.who, "", delegate.address, Right.SEND_ON_BEHALF, "SendOnBehalf")
            grants[address].append(known[delegate])
    return grants


async def _full_access(exchange: ExchangeAdmin, rows: Rows, unread: UnreadLog) -> RawGrants:
    understand = _understand("FullAccess", Right.FULL_ACCESS)
    ids = {row.id: address for address, row in rows.items()}
    commands = {key: ("Get-MailboxPermission", {"Identity": key, **_WITH_DELETED}) for key in ids}
    results = await exchange.collect_batch(commands, lambda row: understand(mailbox_entry(row)), what="full access")
    return {ids[key]: _without_self(entries) for key, entries in unread.successes(results, ids).items()}


async def _send_as(exchange: ExchangeAdmin, rows: Rows, grants: RawGrants, unread: UnreadLog) -> None:
    """Add the entries of send as: from the list of the whole tenant where that takes fewer requests."""
    understand = _understand("SendAs", Right.SEND_AS)
    if len(rows) <= FEW:
        return await _send_as_of_each(exchange, rows, understand, grants, unread)
    owners = {row.identity.lower(): address for address, row in rows.items()}

    def reduce(row: Row) -> tuple[Address, RawGrant] | None:
        owner = owners.get(text_of(row, "Identity").lower())
        return None if owner is None else (owner, understand(recipient_entry(row)))

    try:
        entries = await exchange.collect("Get-RecipientPermission", {"ResultSize": "Unlimited"}, reduce)
    except ObserveError:  # a page or a row that cannot be read: asked one by one, it is one mailbox
        return await _send_as_of_each(exchange, rows, understand, grants, unread)
    for owner, entry in entries:
        if entry is not SELF and owner in grants:
            grants[owner].append(entry)
    # Each mailbox has at least its own SELF entry: one without any was left out, or is listed by another name.
    listed = {owner for owner, _ in entries}
    unlisted = {address: row for address, row in rows.items() if address not in listed}
    return await _send_as_of_each(exchange, unlisted, understand, grants, unread)


async def _send_as_of_each(
    exchange: ExchangeAdmin, rows: Rows, understand: Understand, grants: RawGrants, unread: UnreadLog
) -> None:
    ids = {row.id: address for address, row in rows.items()}
    commands = {key: ("Get-RecipientPermission", {"Identity": key, "ResultSize": "Unlimited"}) for key in ids}
    results = await exchange.collect_batch(commands, lambda row: understand(recipient_entry(row)), what="send as")
    read = unread.successes(results, ids)
    for key, address in ids.items():
        if address not in grants:
            continue
        if key in read:
            grants[address] += _without_self(read[key])
        else:
            del grants[address]  # a part of the entries is not the entries


def _without_self(entries: Sequence[RawGrant]) -> list[RawGrant]:
    return [entry for entry in entries if entry is not SELF]


def _understand(vendor_right: str, right: Right) -> Understand:
    """Return a function from an entry to a grant that understands, and keeps, equal entries once."""
    known: dict[Entry, RawGrant] = {}

    def understand(entry: Entry) -> RawGrant:
        grant = known.get(entry)
        if grant is None:
            grant = known[entry] = _grant(entry, vendor_right, right)
        return grant

    return understand


def _grant(entry: Entry, vendor_right: str, right: Right) -> RawGrant:
    if is_self(entry.sid):
        return SELF
    rights = split_rights(entry.rights)
    named = right if vendor_right in rights else Right.OTHER
    who, sid, address, text = map(intern, (entry.who, entry.sid, entry.address, ", ".join(sorted(rights))))
    return RawGrant(who, sid, address, named, text, entry.is_deny, entry.is_inherited)
