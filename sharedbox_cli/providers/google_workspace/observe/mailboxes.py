"""Delegated mailboxes: accounts, their delegates, and what Gmail holds for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import NamedTuple

from sharedbox_cli.core.errors import ObserveError, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.mail_targets import forwarded_to
from sharedbox_cli.core.model import GOOGLE_DELEGATED, LEVELLED, Fact, Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import ObservedMailbox, SpecialEntry
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.forms import list_of, text_of, understood
from sharedbox_cli.providers.google_workspace import accounts
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.calendar_columns import CALENDAR
from sharedbox_cli.providers.google_workspace.columns import account_columns
from sharedbox_cli.providers.google_workspace.errors import NO_MAIL
from sharedbox_cli.providers.google_workspace.gmail_columns import GMAIL as GMAIL_COLUMNS
from sharedbox_cli.providers.google_workspace.gmail_columns import PRESENTATION
from sharedbox_cli.providers.google_workspace.observe.calendar import read_calendar
from sharedbox_cli.providers.google_workspace.observe.content import EMPTY, read_content
from sharedbox_cli.providers.google_workspace.observe.directory import Directory, look_up_users, read_groups
from sharedbox_cli.providers.google_workspace.observe.failed_lookups import take
from sharedbox_cli.providers.google_workspace.observe.inside import (
    Inside,
    entries_of,
    everybody_at,
    grants_of,
    outsiders_in,
    read_inside,
)
from sharedbox_cli.providers.google_workspace.observe.member_senders import read_member_senders
from sharedbox_cli.providers.google_workspace.scopes import CALENDAR as CALENDAR_API
from sharedbox_cli.providers.google_workspace.scopes import GMAIL
from sharedbox_cli.providers.responses import Fields, Row, reduced
from sharedbox_cli.providers.unread import UnreadLog, attempt

ACCEPTED = "accepted"
PENDING = "pending"
"""The trustee can still accept. `delegates.delete` revokes an invitation in any state (API reference, read 2026-11)."""


class Delegate(NamedTuple):
    """A delegate of a mailbox; many mailboxes share its texts."""

    address: str
    status: str


@dataclass(slots=True)
class Gmail:
    """What Gmail returned for one mailbox."""

    delegates: list[Delegate] = field(default_factory=list)
    content: dict[Field, Value] = field(default_factory=dict)
    facts: dict[Fact, Value] = field(default_factory=dict)
    was_read: bool = True
    inside: Inside = field(default_factory=Inside)
    has_mail: bool = True
    """False: Gmail said that the account has no mail service."""

    @property
    def addresses(self) -> list[Address]:
        """Return the addresses of the delegates."""
        return [Address.of(delegate.address) for delegate in self.delegates]


@dataclass(slots=True)
class DelegatedReading:
    """All mailboxes of a reading, and the trustees that the directory does not have."""

    mailboxes: dict[Address, ObservedMailbox] = field(default_factory=dict)
    trustees: dict[TrusteeId, Trustee] = field(default_factory=dict)
    directory: dict[Address, TrusteeId] = field(default_factory=dict)
    """Those from outside who use a calendar."""


async def read_delegated(
    google: Google, directory: Directory, scope: Scope, rows: Mapping[Address, Fields], unread: UnreadLog
) -> DelegatedReading:
    """Return the mailboxes of some accounts; some end in `unread`. Raises CloudError, ObserveError."""
    content = scope.fields & {*GMAIL_COLUMNS, *CALENDAR}
    reads_calendar = content & CALENDAR.keys() or Right.CALENDAR in scope.inside_all.union(*scope.inside.values())
    if reads_calendar and (scope.grants_of is None or scope.grants_of or content & GMAIL_COLUMNS.keys()):
        google.share_token(GMAIL, CALENDAR_API)
    works = [attempt(_gmail(google, key, row, scope, content, directory), signs_in=True) for key, row in rows.items()]
    results = dict(zip(rows, await together(works), strict=True))
    unclear = {key: Gmail(was_read=False) for key in rows}
    gmail_of = unclear | unread.successes(results, {key: key for key in rows})
    await _read_unknown_people(google, directory, gmail_of, with_targets=scope.with_members)
    _leave_out_unclear(directory, scope, gmail_of, unread)
    delegates_of = {key: gmail.addresses for key, gmail in gmail_of.items()}
    senders = await read_member_senders(google, directory, scope, delegates_of, unread)
    outsiders = dict(outsiders_in((gmail.inside for gmail in gmail_of.values()), directory.domains))
    columns = account_columns(google.shared_units)
    reading = DelegatedReading(directory={address: outsider.id for address, outsider in outsiders.items()})
    for key, row in rows.items():
        gmail = gmail_of[key]
        where = f"{key} · directory.users"
        try:
            settings = read_row(columns, row, {*scope.fields, Field.KIND}, where) | gmail.content
            facts = understood(row, where, accounts.facts_of, own_name=False)
        except ObserveError as error:
            unread.add_mailbox(key, error)
            continue
        reads_grants = gmail.was_read and (wants_grants(scope, key) or bool(gmail.inside.read))
        grants: set[Grant] = set()
        special: list[SpecialEntry] = []
        for delegate in gmail.delegates if reads_grants else ():
            _sort_delegate(delegate, directory, reading, grants, special)
        for grant, trustee in grants_of(gmail.inside, TrusteeId(str(row["id"])), directory, outsiders):
            grants.add(grant)
            reading.trustees |= {trustee.id: trustee} if trustee is not None else {}
        for sender in senders.get(key, ()):
            grants.add(Grant(sender.holder, Right.SEND_AS))
            if sender.status != ACCEPTED:
                special.append(SpecialEntry(sender.holder, sender.words))
        reading.mailboxes[key] = ObservedMailbox(
            str(row["id"]),
            accounts.address_of(row),
            GOOGLE_DELEGATED,
            settings,
            frozenset(grants) if reads_grants else None,
            tuple(sorted(special, key=lambda entry: (entry.trustee, entry.text))),
            facts | {Fact.HAS_MAILBOX: gmail.has_mail and row.get("isMailboxSetup") is True} | gmail.facts,
            gmail.inside.read,
            entries_of(gmail.inside),
        )
        others = (everybody_at(domain) for domain, _ in gmail.inside.domains)
        reading.trustees |= {one.id: one for one in others}
    return reading


async def _gmail(
    google: Google, key: Address, row: Fields, scope: Scope, content: frozenset[Field], directory: Directory
) -> Gmail:
    """Return what Gmail holds, and who can use the calendar; the calls for one mailbox are made one after another."""
    reads_delegates = wants_grants(scope, key)
    rights, needed = scope.inside_of(key), scope.inside.get(key, frozenset())
    if not (reads_delegates or content or rights):
        return Gmail()
    if row.get("suspended") or row.get("archived"):
        if scope.mailboxes is None:
            return Gmail(was_read=False)
        raise ObserveError(
            where=f"{key} · members",
            why="The account is suspended or archived: nobody can act as it, and mail is rejected.",
            hint="Activate it at admin.google.com > Directory > Users, or leave it out:\n"
            f"    {{command}} --exclude {key}",
        )
    if row.get("isMailboxSetup") is False:
        return _not_set_up(content, rights)  # no licence yet: nobody can have access
    gmail = Gmail()
    subject = accounts.address_of(row).key
    try:
        if reads_delegates:
            gmail.delegates = await read_delegates(google, subject)
        own = frozenset(
            name
            for name in content
            if (name not in PRESENTATION or scope.wants(name, key)) and not scope.skips(name, key)
        )
        gmail.content, gmail.facts = await read_content(
            google, subject, own, with_counts=Fact.FOLDER_ITEMS in scope.facts
        )
        wanted = frozenset(name for name in CALENDAR if scope.wants(name, key))
        levels, rules = await read_calendar(
            google, subject, wanted, directory.domains, scope.dispensable, rights=rights, needed=needed
        )
        gmail.content |= levels
        gmail.inside = await read_inside(google, subject, rules, rights, needed, directory.domains)
    except Refused as error:
        if error.code != NO_MAIL:
            raise
        if "isMailboxSetup" not in row:
            return _not_set_up(content, rights)
        if scope.mailboxes is None:
            return Gmail(was_read=False, has_mail=False)  # set up before, and disabled now: what it holds is not known
        raise
    return gmail


def _not_set_up(content: frozenset[Field], rights: frozenset[Right]) -> Gmail:
    return Gmail(content={name: EMPTY[name] for name in content}, inside=Inside(read=rights & {*LEVELLED}))


def wants_grants(scope: Scope, key: Address) -> bool:
    """Return whether the delegates of a mailbox are read."""
    return scope.grants_of is None or key in scope.grants_of


async def read_delegates(google: Google, subject: str) -> list[Delegate]:
    """Return the delegates of a mailbox: one page, whatever their number."""
    call = "gmail.users.settings.delegates.list"
    data = await google.read(
        GMAIL,
        lambda service: service.users().settings().delegates().list(userId="me"),
        call,
        subject=subject,
        mailbox=subject,
    )
    return reduced(list_of(data, "delegates", call, subject), call, _delegate, subject)


def _delegate(row: Row) -> Delegate:
    return Delegate(intern(text_of(row, "delegateEmail")), intern(text_of(row, "verificationStatus")))


async def _read_unknown_people(
    google: Google, directory: Directory, gmail_of: Mapping[Address, Gmail], *, with_targets: bool
) -> None:
    """Read the delegates that no list contained, and the people of the organisation to whom mail is forwarded."""
    addresses = {address for gmail in gmail_of.values() for address in gmail.addresses}
    inside = {address for gmail in gmail_of.values() for address in gmail.inside.addresses}
    addresses |= {address for address in inside if address.domain in directory.domains}
    if with_targets:
        targets = {Address.of(text) for gmail in gmail_of.values() for text in forwarded_to(gmail.content)}
        addresses |= {address for address in targets if address.domain in directory.domains}
    if not directory.is_whole:
        await look_up_users(google, directory, sorted(one for one in addresses if one not in directory.owner))
    if missing := sorted(address for address in addresses if address not in directory.owner):
        await read_groups(google, directory, missing)  # the console accepts groups as delegates; the API does not


def _leave_out_unclear(directory: Directory, scope: Scope, gmail_of: dict[Address, Gmail], unread: UnreadLog) -> None:
    """Take the mailboxes with a delegate or forwarding target of whom nothing is known after an error."""
    for address, error in sorted(directory.unknown.items()):
        for key, gmail in gmail_of.items():
            targets = (Address.of(text) for text in forwarded_to(gmail.content))
            if address in (*gmail.addresses, *gmail.inside.addresses) or address in targets:
                take((key,), address, error, scope, unread)
                gmail_of[key] = Gmail(was_read=False)


def _sort_delegate(
    delegate: Delegate, directory: Directory, reading: DelegatedReading, grants: set[Grant], special: list[SpecialEntry]
) -> None:
    address = Address.of(delegate.address)
    identity = TrusteeId(directory.owner.get(address, address.key))
    if identity not in directory.users and identity not in directory.groups:
        reading.trustees[identity] = Trustee(identity, TrusteeKind.ORPHAN, address, is_enabled=False)
    if delegate.status == ACCEPTED:
        grants.add(Grant(identity, Right.FULL_ACCESS))
    else:
        right = Right.FULL_ACCESS if delegate.status == PENDING else None
        text = mark("{status} invitation of {address} as delegate", status=delegate.status, address=address.text)
        special.append(SpecialEntry(identity, text, revocable=right, replaced_by=Right.FULL_ACCESS))
