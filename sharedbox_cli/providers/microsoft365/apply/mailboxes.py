"""Create, restore, convert, update and delete mailboxes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.change import RESTORE, Change, aliases_of
from sharedbox_cli.core.errors import Conflict, NotFound, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.columns import request_body
from sharedbox_cli.providers.microsoft365.apply.active_plan import has_plan
from sharedbox_cli.providers.microsoft365.apply.recipients import with_recipients
from sharedbox_cli.providers.microsoft365.apply.writer import Writer, outcome_of_reply
from sharedbox_cli.providers.microsoft365.columns import MAILBOX, SIGN_IN
from sharedbox_cli.providers.microsoft365.forwarding import KEEP_COPY
from sharedbox_cli.providers.microsoft365.observe.address_holders import known, read_deleted_holders, read_holders
from sharedbox_cli.providers.microsoft365.quirks import unique_name
from sharedbox_cli.providers.safe_write import failed

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

_ACCOUNT_WAITS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0, 120.0)
"""Seconds between attempts while the directory does not know the account of a new mailbox."""


async def create(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Create a mailbox, or restore a soft-deleted one; then wait until it can be read."""
    if change.how == RESTORE:
        return await _restore(writer, change, request_id)
    address = change.mailbox
    # The alias becomes an address of the tenant's initial domain, so it is unique in the tenant as well.
    name = unique_name(address.text)
    parameters = {
        "Shared": True,
        "Name": name,
        "DisplayName": str(change.after.get(Field.DISPLAY_NAME) or address.local),
        "Alias": name,
        "PrimarySmtpAddress": address.text,
    }
    is_repeated = address in writer.started
    writer.started.setdefault(address, writer.clock.now())
    try:
        reply = await writer.once_released(
            change, lambda: writer.exchange.write("New-Mailbox", parameters, address.text, request_id)
        )
    except Conflict as error:
        # An earlier request of this run may have taken effect late; any other object there is not ours.
        row = await writer.wait_until_visible(address) if is_repeated else None
        if row is not None and writer.is_created(change, row):
            return await _created(writer, change, str(row["ExternalDirectoryObjectId"]), error.request_id)
        return await _taken(writer, change, {address}, error)
    identity = str(reply.rows[0].get("ExternalDirectoryObjectId") or "") if reply.rows else ""
    return await _created(writer, change, identity, reply.request_id)


async def _restore(writer: Writer, change: Change, request_id: str) -> Outcome:
    if not change.mailbox_id:
        return Outcome(Status.FAILED, "several soft-deleted mailboxes have this address, and none was chosen")
    parameters = {"SoftDeletedObject": change.mailbox_id, "Confirm": False}
    reply = await writer.exchange.write("Undo-SoftDeletedMailbox", parameters, change.mailbox.text, request_id)
    return await _created(writer, change, change.mailbox_id, reply.request_id)


async def _created(writer: Writer, change: Change, identity: str, request_id: str) -> Outcome:
    writer.created[change.mailbox] = identity
    row = await writer.wait_until_visible(change.mailbox)
    if row is None:
        return Outcome(Status.UNKNOWN, "created, but not visible after five minutes", request_id, identity)
    identity = writer.created[change.mailbox] = str(row["ExternalDirectoryObjectId"])
    return Outcome(Status.DONE, request_id=request_id, mailbox_id=identity)


async def update(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Write all settings of the mailbox in one call; a conversion is one of them."""
    settings = request_body(MAILBOX, change.before, change.after)
    if not settings:
        return Outcome(Status.ALREADY_SO)  # a new mailbox has no aliases to remove
    settings = await with_recipients(writer.exchange, settings)
    if change.after.get(Field.FORWARDING_TO) and not change.before.get(Field.FORWARDING_TO):
        settings.setdefault(KEEP_COPY, True)  # a mailbox that did not forward would keep nothing
    if change.after.get(Field.HOLD) and change.mailbox in writer.licensed:
        await has_plan(writer, change)
    parameters = {"Identity": identity_of(change), **settings}
    try:
        reply = await writer.once_released(
            change, lambda: writer.cmdlet("Set-Mailbox", parameters, change.mailbox, request_id)
        )
    except Conflict as error:
        new = aliases_of(change.after) - aliases_of(change.before)
        return await _taken(writer, change, set(map(Address.of, new)), error)
    return outcome_of_reply(reply)


async def _taken(writer: Writer, change: Change, addresses: set[Address], error: Conflict) -> Outcome:
    """Return the failure for an address that somebody else has, with the holder's name instead of the service's."""
    try:
        living = {at: known(one) for at, one in (await read_holders(writer.exchange, addresses)).items()}
        found = {**await read_deleted_holders(writer.exchange, addresses), **living}
    except SharedboxError:
        return failed(error)
    others = sorted({(at, one.kind, one.name, one.address) for at, many in found.items() for one in many})
    who = "; ".join(
        f"{at} belongs to the {kind} `{name}` ({owner})" for at, kind, name, owner in others if owner != change.mailbox
    )
    if not who:
        return failed(error)
    return Outcome(Status.FAILED, f"address is taken. {who}. Plan again to see what can be done.", error.request_id)


def identity_of(change: Change) -> str:
    """Return what identifies the mailbox to Exchange: its id, or its address while the id is not known."""
    return change.mailbox_id or change.mailbox.text


async def update_sign_in(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Block or allow sign-in of the mailbox's account; wait for an account that this run created."""
    properties = request_body(SIGN_IN, change.before, change.after)
    identity = change.mailbox_id or writer.created.get(change.mailbox, "")
    waits = iter(_ACCOUNT_WAITS)
    while True:
        try:
            answer = await writer.graph.write(
                lambda: patch(writer, identity, **properties), "PATCH /users/{id}", change.mailbox.text, request_id
            )
        except NotFound:
            wait = next(waits, None)
            if change.mailbox not in writer.created or wait is None:
                raise
            await writer.clock.sleep(wait)
            continue
        return Outcome(Status.DONE, request_id=answer.headers.get("request-id", ""))


def patch(writer: Writer, identity: str, **properties: Any) -> RequestInformation:
    """Return the request that changes properties of an account."""
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    builder = writer.graph.client.users.by_user_id(identity)
    info = RequestInformation(Method.PATCH, builder.url_template, builder.path_parameters)
    info.set_stream_content(json.dumps(properties).encode(), "application/json")
    return info


async def delete(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Delete the mailbox softly; one that does not exist any more counts as done."""
    try:
        parameters = {"Identity": change.mailbox_id, "Confirm": False}
        reply = await writer.exchange.write("Remove-Mailbox", parameters, change.mailbox.text, request_id)
    except NotFound as error:
        return Outcome(Status.ALREADY_SO, "it was deleted already", error.request_id)
    return outcome_of_reply(reply)
