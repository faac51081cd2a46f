"""Delegated mailboxes: accounts, their delegates, and what Gmail keeps for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sharedbox_cli.core.errors import CloudError, Refused
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_DELEGATED,
    Field,
    Grant,
    ObservedMailbox,
    Right,
    SpecialEntry,
    Trustee,
    TrusteeKind,
    Value,
)
from sharedbox_cli.providers.answers import Fields
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace import accounts
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.errors import NO_MAIL
from sharedbox_cli.providers.google_workspace.observe.content import CONTENT, EMPTY, read_content
from sharedbox_cli.providers.google_workspace.observe.directory import Directory, read_user
from sharedbox_cli.providers.google_workspace.scopes import GMAIL

ACCEPTED = "accepted"


@dataclass(slots=True)
class Gmail:
    """What Gmail told of one mailbox."""

    delegates: list[Fields] = field(default_factory=list)
    content: dict[Field, Value] = field(default_factory=dict)
    was_read: bool = True


@dataclass(slots=True)
class DelegatedReading:
    """All mailboxes of a reading, and the holders that were found beside the directory."""

    boxes: dict[Address, ObservedMailbox] = field(default_factory=dict)
    trustees: dict[TrusteeId, Trustee] = field(default_factory=dict)


async def read_delegated(
    google: Google, directory: Directory, scope: Scope, rows: Mapping[Address, Fields]
) -> DelegatedReading:  # fmt: skip
    """Return the mailboxes of some accounts. Raises CloudError, ObserveError."""
    content = scope.fields & CONTENT
    told = await asyncio.gather(*(_gmail(google, key, row, scope, content) for key, row in rows.items()))
    by_box = dict(zip(rows, told, strict=True))
    await _read_strangers(google, directory, by_box)
    senders = await _read_senders(google, directory, scope, by_box)
    reading = DelegatedReading()
    for key, row in rows.items():
        gmail = by_box[key]
        settings = accounts.settings_of(row, scope.fields, google.shared_units) | gmail.content
        reads_grants = (scope.grants_of is None or key in scope.grants_of) and gmail.was_read
        grants: set[Grant] = set()
        special: list[SpecialEntry] = []
        for item in gmail.delegates if reads_grants else ():
            _sort_delegate(item, directory, reading, grants, special)
        grants |= {Grant(holder, Right.SEND_AS) for holder, box in senders if box == key}
        reading.boxes[key] = ObservedMailbox(
            str(row["id"]), accounts.address_of(row), GOOGLE_DELEGATED, settings,
            frozenset(grants) if reads_grants else None,
            tuple(sorted(special, key=lambda entry: (entry.trustee, entry.text))), accounts.facts_of(row),
        )  # fmt: skip
    return reading


async def _gmail(google: Google, key: Address, row: Fields, scope: Scope, content: frozenset[Field]) -> Gmail:
    """Return what Gmail tells; the calls of one mailbox come one after another."""
    wants_grants = scope.grants_of is None or key in scope.grants_of
    if not (wants_grants or content):
        return Gmail()
    if row.get("suspended") or row.get("archived"):
        return Gmail(was_read=False)
    if not row.get("isMailboxSetup"):
        return _fresh(content)  # no licence yet: nobody can have been let in
    gmail = Gmail()
    subject = accounts.address_of(row).key
    try:
        if wants_grants:
            gmail.delegates = await read_delegates(google, subject)
        gmail.content = await read_content(google, subject, content)
    except Refused as error:
        if error.code != NO_MAIL:
            raise
        return _fresh(content)
    return gmail


def _fresh(content: frozenset[Field]) -> Gmail:
    return Gmail(content={name: EMPTY[name] for name in content})


async def read_delegates(google: Google, subject: str) -> list[Fields]:
    """Return the delegates of a mailbox: one page, whatever their number."""
    data = await google.read(
        GMAIL, lambda service: service.users().settings().delegates().list(userId="me"),
        "gmail.users.settings.delegates.list", subject=subject, mailbox=subject,
    )  # fmt: skip
    return [Fields(item, "gmail.users.settings.delegates.list") for item in data.get("delegates", ())]


async def _read_strangers(google: Google, directory: Directory, told: Mapping[Address, Gmail]) -> None:
    """Ask who the delegates are that no list named; nobody where the whole list was read."""
    if directory.is_whole:
        return
    addresses = {Address.of(str(item["delegateEmail"])) for gmail in told.values() for item in gmail.delegates}
    missing = sorted(address for address in addresses if address not in directory.owner)
    for row in await asyncio.gather(*(read_user(google, address.text) for address in missing)):
        if row is not None:
            directory.add_user(row)


def _sort_delegate(
    item: Fields, directory: Directory, reading: DelegatedReading, grants: set[Grant], special: list[SpecialEntry]
) -> None:  # fmt: skip
    address = Address.of(str(item["delegateEmail"]))
    identity = TrusteeId(directory.owner.get(address, address.key))
    if identity not in directory.users and identity not in directory.groups:
        reading.trustees[identity] = Trustee(identity, TrusteeKind.ORPHAN, address, is_enabled=False)
    status = str(item.get("verificationStatus", ACCEPTED))
    if status == ACCEPTED:
        grants.add(Grant(identity, Right.FULL_ACCESS))
    else:
        special.append(SpecialEntry(identity, f"{status} invitation of {address.text} as delegate"))


async def _read_senders(
    google: Google, directory: Directory, scope: Scope, told: Mapping[Address, Gmail]
) -> list[tuple[TrusteeId, Address]]:
    """Return who may send as a mailbox from an own account: asked of members that specs name, and of delegates."""
    if Right.SEND_AS not in scope.rights:
        return []
    people = {directory.owner[address] for address in scope.trustees if address in directory.owner}
    for gmail in told.values():
        addresses = (Address.of(str(item["delegateEmail"])) for item in gmail.delegates)
        people |= {directory.owner[address] for address in addresses if address in directory.owner}
    rows = [row for key in sorted(people) if (row := directory.users.get(key)) is not None and _reads_mail(row)]
    lists = await asyncio.gather(*(_senders(google, row) for row in rows))
    found = []
    for row, items in zip(rows, lists, strict=True):
        for item in items:
            address = Address.of(str(item.get("sendAsEmail", "")))
            if address in told and address != accounts.address_of(row):
                found.append((TrusteeId(str(row["id"])), address))
    return found


def _reads_mail(row: Fields) -> bool:
    return bool(row.get("isMailboxSetup")) and not row.get("suspended")


async def _senders(google: Google, row: Fields) -> list[dict[str, Any]]:
    subject = accounts.address_of(row).key
    try:
        data = await google.read(
            GMAIL, lambda service: service.users().settings().sendAs().list(userId="me"),
            "gmail.users.settings.sendAs.list", subject=subject, mailbox=subject,
        )  # fmt: skip
    except CloudError as error:
        if error.code == NO_MAIL:
            return []
        raise
    return list(data.get("sendAs", ()))
