"""Delegates, members' send-as addresses, roles in a group."""

from __future__ import annotations

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Conflict
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.google_workspace.apply.inside import change_inside
from sharedbox_cli.providers.google_workspace.apply.members import add_member, address_of, party_of, remove_member
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe.content import read_senders
from sharedbox_cli.providers.google_workspace.observe.mailboxes import ACCEPTED, read_delegates
from sharedbox_cli.providers.safe_write import already, done


async def change_grant(writer: Writer, change: Change) -> Outcome:
    """Grant or revoke one right, or change the role, the level or the delivery of somebody."""
    is_revocation = change.kind is Kind.REVOKE
    match party_of(change).right:
        case Right.FULL_ACCESS:
            return await (_remove_delegate(writer, change) if is_revocation else _add_delegate(writer, change))
        case Right.SEND_AS:
            return await (_remove_sender(writer, change) if is_revocation else _add_sender(writer, change))
        case Right.MEMBER | Right.MANAGER | Right.OWNER:
            return await (remove_member(writer, change) if is_revocation else add_member(writer, change))
        case Right.CALENDAR | Right.CONTACTS:
            return await change_inside(writer, change, party_of(change))
        case right:
            message = f"{right} is not a right of Google Workspace"
            raise ValueError(message)


async def _add_delegate(writer: Writer, change: Change) -> Outcome:
    try:
        await writer.gmail(
            lambda users: users.settings().delegates().create(userId="me", body={"delegateEmail": address_of(change)}),
            "gmail.users.settings.delegates.create",
            change.mailbox,
        )
    except Conflict:
        if await _is_accepted(writer, change):
            return already("this delegate exists already")
        await _remove_delegate(writer, change)  # an invitation from the web that is pending, rejected or expired
        await writer.gmail(
            lambda users: users.settings().delegates().create(userId="me", body={"delegateEmail": address_of(change)}),
            "gmail.users.settings.delegates.create",
            change.mailbox,
        )
    return done()


async def _is_accepted(writer: Writer, change: Change) -> bool:
    delegates = await read_delegates(writer.google, change.mailbox.key)
    return any(delegate.address.lower() == address_of(change) and delegate.status == ACCEPTED for delegate in delegates)


async def _remove_delegate(writer: Writer, change: Change) -> Outcome:
    deletion = writer.gmail(
        lambda users: users.settings().delegates().delete(userId="me", delegateEmail=address_of(change)),
        "gmail.users.settings.delegates.delete",
        change.mailbox,
    )
    return await writer.remove(deletion, lambda: _is_delegate(writer, change), "this delegate had been removed already")


async def _is_delegate(writer: Writer, change: Change) -> bool:
    delegates = await read_delegates(writer.google, change.mailbox.key)
    return any(delegate.address.lower() == address_of(change) for delegate in delegates)


async def _add_sender(writer: Writer, change: Change) -> Outcome:
    """Add the address of the mailbox to a member's own account, as a send-as address."""
    member = Address.of(address_of(change))
    body = {"sendAsEmail": change.mailbox.key, "treatAsAlias": False}
    try:
        sender = await writer.gmail(
            lambda users: users.settings().sendAs().create(userId="me", body=body),
            "gmail.users.settings.sendAs.create",
            member,
        )
    except Conflict:
        return already("this send-as address exists already")
    if sender.get("verificationStatus") != ACCEPTED:
        return Outcome(Status.UNKNOWN, f"{change.mailbox} received a mail with a code, which must be confirmed")
    return done()


async def _remove_sender(writer: Writer, change: Change) -> Outcome:
    deletion = writer.gmail(
        lambda users: users.settings().sendAs().delete(userId="me", sendAsEmail=change.mailbox.key),
        "gmail.users.settings.sendAs.delete",
        Address.of(address_of(change)),
    )
    return await writer.remove(
        deletion, lambda: _is_sender(writer, change), "this send-as address had been removed already"
    )


async def _is_sender(writer: Writer, change: Change) -> bool:
    senders = await read_senders(writer.google, address_of(change))
    return any(str(sender.get("sendAsEmail", "")).lower() == change.mailbox.key for sender in senders)
