"""Delegates, members' send-as addresses, roles in a group."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Conflict, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.google_workspace.apply.writer import Writer, identity_of
from sharedbox_cli.providers.google_workspace.observe.groups import DELIVERY
from sharedbox_cli.providers.google_workspace.observe.mailboxes import ACCEPTED, read_delegates
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.safe_write import already, done, failed

ROLES = {Right.MEMBER: "MEMBER", Right.MANAGER: "MANAGER", Right.OWNER: "OWNER"}
_WIRE_DELIVERY = {ours: theirs for theirs, ours in DELIVERY.items()}


async def change_grant(writer: Writer, change: Change) -> Outcome:
    """Give or take one right."""
    if change.party is None:
        message = "a grant is about somebody"
        raise ValueError(message)
    gives = change.kind is not Kind.REVOKE
    if change.party.right in ROLES:
        return await (_join(writer, change) if gives else _leave(writer, change))
    if change.party.right is Right.SEND_AS:
        return await (_let_send(writer, change) if gives else _stop_sending(writer, change))
    return await (_delegate(writer, change) if gives else _undelegate(writer, change))


def _address(change: Change) -> str:
    party = change.party
    return party.address.key if party is not None and party.address is not None else str(party.id if party else "")


async def _delegate(writer: Writer, change: Change) -> Outcome:
    try:
        await writer.gmail(
            lambda users: users.settings().delegates().create(userId="me", body={"delegateEmail": _address(change)}),
            "gmail.users.settings.delegates.create",
            change.mailbox,
        )
    except Conflict:
        if await _is_accepted(writer, change):
            return already("is a delegate already")
        await _undelegate(writer, change)  # an invitation of the web that waits, was refused or ran out
        await writer.gmail(
            lambda users: users.settings().delegates().create(userId="me", body={"delegateEmail": _address(change)}),
            "gmail.users.settings.delegates.create",
            change.mailbox,
        )
    return done()


async def _is_accepted(writer: Writer, change: Change) -> bool:
    items = await read_delegates(writer.google, change.mailbox.key)
    return any(
        str(item["delegateEmail"]).lower() == _address(change) and item.get("verificationStatus", ACCEPTED) == ACCEPTED
        for item in items
    )


async def _undelegate(writer: Writer, change: Change) -> Outcome:
    try:
        await writer.gmail(
            lambda users: users.settings().delegates().delete(userId="me", delegateEmail=_address(change)),
            "gmail.users.settings.delegates.delete",
            change.mailbox,
        )
    except NotFound:
        return already("was no delegate any more")
    return done()


async def _let_send(writer: Writer, change: Change) -> Outcome:
    """Give a member the mailbox's address as a send-as address of their own."""
    member = Address.of(_address(change))
    body = {"sendAsEmail": change.mailbox.key, "treatAsAlias": False}
    try:
        made = await writer.gmail(
            lambda users: users.settings().sendAs().create(userId="me", body=body),
            "gmail.users.settings.sendAs.create",
            member,
        )
    except Conflict:
        return already("has this send-as address")
    if made.get("verificationStatus") == "pending":
        return Outcome(Status.UNKNOWN, f"a mail with a code went to {change.mailbox}: it must be confirmed")
    return done()


async def _stop_sending(writer: Writer, change: Change) -> Outcome:
    try:
        await writer.gmail(
            lambda users: users.settings().sendAs().delete(userId="me", sendAsEmail=change.mailbox.key),
            "gmail.users.settings.sendAs.delete",
            Address.of(_address(change)),
        )
    except NotFound:
        return already("had no such send-as address")
    return done()


async def _join(writer: Writer, change: Change) -> Outcome:
    """Put somebody into the group; who is in it gets the role, and the delivery that was asked for."""
    party, group = change.party, identity_of(writer, change)
    body: dict[str, Any] = {"role": ROLES[party.right] if party else "MEMBER"}
    if wished := change.after.get(Field.DELIVERY):
        body["delivery_settings"] = _WIRE_DELIVERY.get(str(wished), str(wished))
    if change.kind is not Kind.UPDATE:
        try:
            await writer.directory(
                lambda service: service.members().insert(groupKey=group, body={**body, "email": _address(change)}),
                "directory.members.insert",
                change.mailbox,
            )
            return done()
        except Conflict as error:
            row = await member_of(writer, group, _key(change))
            if row is None:
                return failed(error)
            if row.get("role") == body["role"] and "delivery_settings" not in body:
                return already("has this role")
    await writer.directory(  # not patch: it leaves delivery_settings as they are (discovery document, Member)
        lambda service: service.members().update(groupKey=group, memberKey=_key(change), body=body),
        "directory.members.update",
        change.mailbox,
    )
    return done()


def _key(change: Change) -> str:
    """Return what names a member: the id where Google gave it, else the address."""
    identity = str(change.party.id) if change.party else ""
    return _address(change) if identity.startswith("external:") or not identity else identity


async def member_of(writer: Writer, group: str, key: str) -> Fields | None:
    """Return one direct member, or nothing."""
    try:
        return await writer.google.read(
            DIRECTORY, lambda service: service.members().get(groupKey=group, memberKey=key), "directory.members.get"
        )
    except NotFound:
        return None


async def _leave(writer: Writer, change: Change) -> Outcome:
    """Take somebody out of the group, unless they have another role by now."""
    group, party = identity_of(writer, change), change.party
    row = await member_of(writer, group, _key(change))
    if row is None:
        return already("is no member any more")
    if party is not None and row.get("role") != ROLES[party.right]:
        return already(f"has the role {str(row.get('role', '')).lower()} by now")
    try:
        await writer.directory(
            lambda service: service.members().delete(groupKey=group, memberKey=_key(change)),
            "directory.members.delete",
            change.mailbox,
        )
    except NotFound:
        return already("is no member any more")
    return done()
