"""Members of a group: added with a role, a delivery and an end, changed and removed."""

from __future__ import annotations

from dataclasses import replace

from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.errors import Ambiguous, Conflict, NotFound, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.until import NEVER, end_of, end_words
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Body, part_of, request_body
from sharedbox_cli.providers.google_workspace.apply.ends import add_with_end, is_over, set_end
from sharedbox_cli.providers.google_workspace.apply.writer import Writer, identity_of
from sharedbox_cli.providers.google_workspace.ends import ENDS
from sharedbox_cli.providers.google_workspace.group_columns import MEMBER, ROLES
from sharedbox_cli.providers.google_workspace.observe.groups import read_members
from sharedbox_cli.providers.google_workspace.observe.members import (
    NO_PLUS,
    Member,
    is_outsider,
    member_of,
    outsider_id,
)
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY
from sharedbox_cli.providers.safe_write import already, done, failed, outcome_of
from sharedbox_cli.providers.transport import SETTLE_SECONDS

_ENDLESS = "the person is a member, but Google does not end the membership"


def party_of(change: Change) -> Party:
    """Return the trustee of a change."""
    if change.party is None:
        message = f"{change.key} is not about a trustee"
        raise ValueError(message)
    return change.party


def address_of(change: Change) -> str:
    """Return what names the trustee: the address, or the id where no address is known."""
    party = party_of(change)
    return party.address.key if party.address is not None else str(party.id)


async def add_member(writer: Writer, change: Change) -> Outcome:
    """Add a member to the group, or change one, with the time at which Google ends the membership.

    A new member with an end is never there without it. An end is cleared before a role that has none, and set after
    one that has it: until then, the person has the access that was there before, or less.
    """
    if (over := is_over(writer, change)) is not None:
        return over
    ends = part_of(change.after, ENDS.keys())
    if ends and (change.kind is Kind.UPDATE and ends.keys() == change.after.keys()):
        return await _move_end(writer, change, ends)
    has_end = ends.get(Field.UNTIL) not in (None, NEVER)
    if has_end and change.kind is not Kind.UPDATE:
        return await _add_ending(writer, change, ends)
    if ends.get(Field.UNTIL) == NEVER:
        cleared = await _move_end(writer, change, ends)
        if not cleared.is_success:
            return cleared
    outcome = await _put_member(writer, change)
    return await _end_of_member(writer, change, ends) if outcome.is_success and has_end else outcome


async def _add_ending(writer: Writer, change: Change, ends: dict[Field, Value]) -> Outcome:
    """Add a member together with the end of the membership, and then set what only the Directory can set."""
    try:
        refused = await add_with_end(writer, change, address_of(change), ends)
    except NotFound as error:
        return _is_not_found(writer, change, error)
    except Conflict as error:
        member = await _listed_patiently(writer, change)
        if member is None:
            return _is_another(writer, change, error)
        outcome = await _change_existing(writer, change, member)
        return await _end_of_member(writer, change, ends) if outcome.is_success else outcome
    if refused is not None and refused.status is not Status.SKIPPED:
        return refused
    if refused is not None:  # by the edition: without ends, access begins all the same
        outcome = await _put_member(writer, change)
        return replace(outcome, reason=refused.reason) if outcome.is_success else outcome
    body = request_body(MEMBER, change.before, part_of(change.after, MEMBER.keys()))
    if body:
        try:
            await _update_new(writer, change, {"role": ROLES[party_of(change).right], **body})
        except SharedboxError as error:
            return _failure(error, "the membership and its end are there, but its delivery was not set")
    return done()


async def _update_new(writer: Writer, change: Change, body: Body) -> None:
    """Update a member whom Cloud Identity just added: the Directory may know of them later."""
    for wait in (*SETTLE_SECONDS[:4], None):
        try:
            await _update(writer, change, await _key(writer, change), body)
        except NotFound:
            if wait is None:
                raise
            await writer.clock.sleep(wait)
        else:
            return


async def _listed_patiently(writer: Writer, change: Change) -> Member | None:
    """Return a member who is there already, or nothing; lists may show a new one later."""
    for wait in (*SETTLE_SECONDS[:4], None):
        member = await _listed(writer, change)
        if member is not None or wait is None:
            return member
        await writer.clock.sleep(wait)
    return None


async def _end_of_member(writer: Writer, change: Change, ends: dict[Field, Value]) -> Outcome:
    """Set the end of somebody who is a member now; a failure also says that the access has no end."""
    try:
        ended = await set_end(writer, change, address_of(change), ends)
    except SharedboxError as error:
        return _failure(error, _ENDLESS)
    if ended.status is Status.SKIPPED:  # by the edition: the membership is there all the same
        return done(ended.reason)
    return ended if ended.is_success else replace(ended, reason=f"{_ENDLESS}: {ended.reason}")


async def _move_end(writer: Writer, change: Change, ends: dict[Field, Value]) -> Outcome:
    """Set or clear the end of a member; a failure also says what stays."""
    held = change.before.get(Field.UNTIL)
    stays = f"still ends this access after {end_words(held)}" if end_of(held) else "does not end this access"
    try:
        outcome = await set_end(writer, change, address_of(change), ends)
    except SharedboxError as error:
        return _failure(error, f"Google {stays}")
    is_failure = outcome.status is Status.FAILED
    return replace(outcome, reason=f"Google {stays}: {outcome.reason}") if is_failure else outcome


def _failure(error: SharedboxError, stays: str) -> Outcome:
    """Return a failure that also says what stays. Raises Ambiguous: doubt is settled by reading."""
    if isinstance(error, Ambiguous):
        raise error
    outcome = outcome_of(error)
    return replace(outcome, status=Status.FAILED, reason=f"{stays}: {outcome.reason}")


async def _put_member(writer: Writer, change: Change) -> Outcome:
    """Add a member to the group, or give an existing member the role and the delivery that were requested."""
    group, body = identity_of(writer, change), _body(change)
    if change.kind is Kind.UPDATE:
        await _update(writer, change, await _key(writer, change), body)
        return done()
    try:
        await writer.directory(
            lambda service: service.members().insert(groupKey=group, body={**body, "email": address_of(change)}),
            "directory.members.insert",
            change.mailbox,
        )
    except NotFound as error:
        return _is_not_found(writer, change, error)
    except Conflict as error:
        member = await _listed(writer, change)
        return await _change_existing(writer, change, member) if member else _is_another(writer, change, error)
    return done()


def _body(change: Change) -> Body:
    directory = part_of(change.after, MEMBER.keys())
    return {"role": ROLES[party_of(change).right], **request_body(MEMBER, change.before, directory)}


async def _change_existing(writer: Writer, change: Change, member: Member) -> Outcome:
    """Give somebody who is a member already the role and the delivery that were requested."""
    body = _body(change)
    if member.role == body["role"] and "delivery_settings" not in body:
        return already("this member has the role already")
    await _update(writer, change, member.id, body)
    return done()


def _is_not_found(writer: Writer, change: Change, error: NotFound) -> Outcome:
    """Return the failure to add an address that Google never finds; for any other, raise the error."""
    if "+" not in address_of(change):
        raise error
    writer.ambiguous.add(change.mailbox)
    return failed(error, f"{address_of(change)} was not found: {NO_PLUS}")


def _is_another(writer: Writer, change: Change, error: Conflict) -> Outcome:
    """Return the failure to add somebody whom no list shows under this address."""
    writer.ambiguous.add(change.mailbox)
    return failed(error, "is a member already, under another address")


async def _update(writer: Writer, change: Change, key: str, body: Body) -> None:
    group = identity_of(writer, change)
    await writer.directory(  # not patch, which leaves delivery_settings as they are (discovery document, Member)
        lambda service: service.members().update(groupKey=group, memberKey=key, body=body),
        "directory.members.update",
        change.mailbox,
    )


async def _key(writer: Writer, change: Change) -> str:
    """Return what names a member: always Google's id, as it finds some outsiders by no address."""
    party = party_of(change)
    if party.id and not is_outsider(party.id):
        return party.id
    member = await _listed(writer, change)
    return member.id if member is not None else address_of(change)


async def _by_id(writer: Writer, change: Change) -> Member | None:
    """Return the member of a change by one request, or nothing; nothing proves no absence."""
    group, key = identity_of(writer, change), party_of(change).id
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
    party, group = party_of(change), identity_of(writer, change)
    same = {party.id, outsider_id(party.address)} if party.address is not None else {party.id}
    return next((member for member in await read_members(writer.google, group) if _ids_of(member) & same), None)


def _ids_of(member: Member) -> set[TrusteeId]:
    ids = {TrusteeId(member.id)}
    return ids | {outsider_id(Address.of(member.email))} if member.email else ids


async def remove_member(writer: Writer, change: Change) -> Outcome:
    """Remove a member from the group, unless they now have another role."""
    group, party = identity_of(writer, change), party_of(change)
    if change.mailbox in writer.ambiguous and is_outsider(party.id):
        why = (
            f"{address_of(change)} may be the member of {change.mailbox} that could not be added under another address"
        )
        return Outcome(Status.FAILED, f"{why}. Use the address that the group has in the spec")
    member = await _by_id(writer, change) or await _listed(writer, change)
    if member is None:
        return already("this member had been removed already")
    if member.role != ROLES[party.right]:
        return already(f"this member now has the role {member.role.lower()}")
    deletion = writer.directory(
        lambda service: service.members().delete(groupKey=group, memberKey=member.id),
        "directory.members.delete",
        change.mailbox,
    )
    return await writer.remove(deletion, lambda: _is_listed(writer, change), "this member had been removed already")


async def _is_listed(writer: Writer, change: Change) -> bool:
    return await _listed(writer, change) is not None
