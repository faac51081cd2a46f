"""Delegates, members' send-as addresses, roles in a group."""

from __future__ import annotations

from dataclasses import replace

from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.errors import Ambiguous, Conflict, NotFound, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.until import NEVER
from sharedbox_cli.providers.columns import Body, part_of, request_body
from sharedbox_cli.providers.google_workspace.apply.ends import is_over, set_end
from sharedbox_cli.providers.google_workspace.apply.inside import change_inside
from sharedbox_cli.providers.google_workspace.apply.writer import Writer, identity_of
from sharedbox_cli.providers.google_workspace.ends import ENDS
from sharedbox_cli.providers.google_workspace.group_columns import MEMBER, ROLES
from sharedbox_cli.providers.google_workspace.observe.content import read_senders
from sharedbox_cli.providers.google_workspace.observe.groups import read_members
from sharedbox_cli.providers.google_workspace.observe.mailboxes import ACCEPTED, read_delegates
from sharedbox_cli.providers.google_workspace.observe.members import (
    NO_PLUS,
    Member,
    is_outsider,
    member_of,
    outsider_id,
)
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY
from sharedbox_cli.providers.safe_write import already, done, failed, outcome_of


async def change_grant(writer: Writer, change: Change) -> Outcome:
    """Grant or revoke one right, or change the role, the level or the delivery of somebody."""
    is_revocation = change.kind is Kind.REVOKE
    match _party(change).right:
        case Right.FULL_ACCESS:
            return await (_remove_delegate(writer, change) if is_revocation else _add_delegate(writer, change))
        case Right.SEND_AS:
            return await (_remove_sender(writer, change) if is_revocation else _add_sender(writer, change))
        case Right.MEMBER | Right.MANAGER | Right.OWNER:
            return await (_remove_member(writer, change) if is_revocation else _add_member(writer, change))
        case Right.CALENDAR | Right.CONTACTS:
            return await change_inside(writer, change, _party(change))
        case right:
            message = f"{right} is not a right of Google Workspace"
            raise ValueError(message)


def _party(change: Change) -> Party:
    if change.party is None:
        message = f"{change.key} is not about a trustee"
        raise ValueError(message)
    return change.party


def _address(change: Change) -> str:
    """Return what names the trustee: the address, or the id where no address is known."""
    party = _party(change)
    return party.address.key if party.address is not None else str(party.id)


async def _add_delegate(writer: Writer, change: Change) -> Outcome:
    try:
        await writer.gmail(
            lambda users: users.settings().delegates().create(userId="me", body={"delegateEmail": _address(change)}),
            "gmail.users.settings.delegates.create",
            change.mailbox,
        )
    except Conflict:
        if await _is_accepted(writer, change):
            return already("this delegate exists already")
        await _remove_delegate(writer, change)  # an invitation from the web that is pending, rejected or expired
        await writer.gmail(
            lambda users: users.settings().delegates().create(userId="me", body={"delegateEmail": _address(change)}),
            "gmail.users.settings.delegates.create",
            change.mailbox,
        )
    return done()


async def _is_accepted(writer: Writer, change: Change) -> bool:
    delegates = await read_delegates(writer.google, change.mailbox.key)
    return any(delegate.address.lower() == _address(change) and delegate.status == ACCEPTED for delegate in delegates)


async def _remove_delegate(writer: Writer, change: Change) -> Outcome:
    deletion = writer.gmail(
        lambda users: users.settings().delegates().delete(userId="me", delegateEmail=_address(change)),
        "gmail.users.settings.delegates.delete",
        change.mailbox,
    )
    return await writer.remove(deletion, lambda: _is_delegate(writer, change), "this delegate had been removed already")


async def _is_delegate(writer: Writer, change: Change) -> bool:
    delegates = await read_delegates(writer.google, change.mailbox.key)
    return any(delegate.address.lower() == _address(change) for delegate in delegates)


async def _add_sender(writer: Writer, change: Change) -> Outcome:
    """Add the address of the mailbox to a member's own account, as a send-as address."""
    member = Address.of(_address(change))
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
        Address.of(_address(change)),
    )
    return await writer.remove(
        deletion, lambda: _is_sender(writer, change), "this send-as address had been removed already"
    )


async def _is_sender(writer: Writer, change: Change) -> bool:
    senders = await read_senders(writer.google, _address(change))
    return any(str(sender.get("sendAsEmail", "")).lower() == change.mailbox.key for sender in senders)


async def _add_member(writer: Writer, change: Change) -> Outcome:
    """Add a member to the group, or change one, with the time at which Google ends the membership.

    An end is cleared before a role that has none, and set after one that has it.
    """
    if (over := is_over(writer, change)) is not None:
        return over
    ends = part_of(change.after, ENDS.keys())
    if ends and (change.kind is Kind.UPDATE and ends.keys() == change.after.keys()):
        return await set_end(writer, change, _address(change), ends)
    if ends.get(Field.UNTIL) == NEVER:
        cleared = await set_end(writer, change, _address(change), ends)
        if not cleared.is_success:
            return cleared
    outcome = await _put_member(writer, change)
    if not outcome.is_success or ends.get(Field.UNTIL) in (None, NEVER):
        return outcome
    try:
        ended = await set_end(writer, change, _address(change), ends)
    except Ambiguous:
        raise
    except SharedboxError as error:
        return _without_end(outcome_of(error))
    if ended.status is Status.SKIPPED:  # by the edition: the membership is there all the same
        return done(ended.reason)
    return ended if ended.is_success else _without_end(ended)


def _without_end(outcome: Outcome) -> Outcome:
    """Return the failure to set an end: it also says that the person has access without an end."""
    reason = f"the membership is there, but Google does not end it: {outcome.reason}"
    return replace(outcome, status=Status.FAILED, reason=reason)


async def _put_member(writer: Writer, change: Change) -> Outcome:
    """Add a member to the group, or give an existing member the role and the delivery that were requested."""
    party, group = _party(change), identity_of(writer, change)
    directory = part_of(change.after, MEMBER.keys())
    body: Body = {"role": ROLES[party.right], **request_body(MEMBER, change.before, directory)}
    key: str | None = None
    if change.kind is not Kind.UPDATE:
        try:
            await writer.directory(
                lambda service: service.members().insert(groupKey=group, body={**body, "email": _address(change)}),
                "directory.members.insert",
                change.mailbox,
            )
            return done()
        except NotFound as error:
            if "+" not in _address(change):
                raise
            writer.ambiguous.add(change.mailbox)
            return failed(error, f"{_address(change)} was not found: {NO_PLUS}")
        except Conflict as error:
            member = await _listed(writer, change)
            if member is None:
                writer.ambiguous.add(change.mailbox)
                return failed(error, "is a member already, under another address")
            if member.role == body["role"] and "delivery_settings" not in body:
                return already("this member has the role already")
            key = member.id
    key = key or await _key(writer, change)
    await writer.directory(  # not patch, which leaves delivery_settings as they are (discovery document, Member)
        lambda service: service.members().update(groupKey=group, memberKey=key, body=body),
        "directory.members.update",
        change.mailbox,
    )
    return done()


async def _key(writer: Writer, change: Change) -> str:
    """Return what names a member: always Google's id, as it finds some outsiders by no address."""
    party = _party(change)
    if party.id and not is_outsider(party.id):
        return party.id
    member = await _listed(writer, change)
    return member.id if member is not None else _address(change)


async def _by_id(writer: Writer, change: Change) -> Member | None:
    """Return the member of a change by one request, or nothing; nothing proves no absence."""
    group, key = identity_of(writer, change), _party(change).id
    if is_outsider(key):
        return None
    try:
        row = await writer.google.read(
            DIRECTORY, lambda service: service.members().get(groupKey=group, memberKey=key), "directory.members.get"
        )
    except NotFound:
        return None
    return member_of(row)


async def _listed(writer: Writer, change: Change) -> Member | None:
    """Return the member of a change from the list of direct members, or nothing."""
    party, group = _party(change), identity_of(writer, change)
    same = {party.id, outsider_id(party.address)} if party.address is not None else {party.id}
    return next((member for member in await read_members(writer.google, group) if _ids_of(member) & same), None)


def _ids_of(member: Member) -> set[TrusteeId]:
    ids = {TrusteeId(member.id)}
    return ids | {outsider_id(Address.of(member.email))} if member.email else ids


async def _remove_member(writer: Writer, change: Change) -> Outcome:
    """Remove a member from the group, unless they have another role by now."""
    group, party = identity_of(writer, change), _party(change)
    if change.mailbox in writer.ambiguous and is_outsider(party.id):
        why = f"{_address(change)} may be the member of {change.mailbox} that could not be added under another address"
        return Outcome(Status.FAILED, f"{why}. Use the address that the group has in the spec")
    member = await _by_id(writer, change) or await _listed(writer, change)
    if member is None:
        return already("this member had been removed already")
    if member.role != ROLES[party.right]:
        return already(f"this member has the role {member.role.lower()} by now")
    deletion = writer.directory(
        lambda service: service.members().delete(groupKey=group, memberKey=member.id),
        "directory.members.delete",
        change.mailbox,
    )
    return await writer.remove(deletion, lambda: _is_listed(writer, change), "this member had been removed already")


async def _is_listed(writer: Writer, change: Change) -> bool:
    return await _listed(writer, change) is not None
