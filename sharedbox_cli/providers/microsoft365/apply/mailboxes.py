"""Make, restore, convert, change and delete mailboxes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.change import RESTORE, Change
from sharedbox_cli.core.errors import Conflict, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import ALLOWED, COPY_BOTH, Value
from sharedbox_cli.providers.microsoft365.apply.writer import Writer, outcome_of_reply
from sharedbox_cli.providers.microsoft365.quirks import unique_name
from sharedbox_cli.providers.safe_write import failed

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

HASH_TABLE = "#Exchange.GenericHashTable"


async def create(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Make a mailbox, or bring one back; then wait until it can be read."""
    if change.how == RESTORE:
        return await _restore(writer, change, request_id)
    address = change.mailbox
    parameters = {
        "Shared": True,
        "Name": unique_name(address.text),
        "DisplayName": str(change.after.get(Field.DISPLAY_NAME) or address.local),
        "Alias": address.local,
        "PrimarySmtpAddress": address.text,
    }
    is_repeated = address in writer.started
    writer.started.setdefault(address, writer.clock.now())
    try:
        reply = await writer.exchange.write("New-Mailbox", parameters, address.text, request_id)
    except Conflict as error:
        # An earlier request of ours may have landed late; anything else that is there is not ours.
        row = await writer.wait_until_visible(address) if is_repeated else None
        if row is not None and writer.is_made(change, row):
            return await _seen(writer, change, str(row["ExternalDirectoryObjectId"]), error.request_id)
        return failed(error)
    identity = str(reply.rows[0].get("ExternalDirectoryObjectId") or "") if reply.rows else ""
    return await _seen(writer, change, identity, reply.request_id)


async def _restore(writer: Writer, change: Change, request_id: str) -> Outcome:
    parameters = {"SoftDeletedObject": change.mailbox_id, "Confirm": False}
    reply = await writer.exchange.write("Undo-SoftDeletedMailbox", parameters, change.mailbox.text, request_id)
    return await _seen(writer, change, change.mailbox_id, reply.request_id)


async def _seen(writer: Writer, change: Change, identity: str, request_id: str) -> Outcome:
    writer.made[change.mailbox] = identity
    row = await writer.wait_until_visible(change.mailbox)
    if row is None:
        return Outcome(Status.UNKNOWN, "made, and not visible after five minutes", request_id, identity)
    identity = writer.made[change.mailbox] = str(row["ExternalDirectoryObjectId"])
    return Outcome(Status.DONE, request_id=request_id, mailbox_id=identity)


async def convert(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Turn a user mailbox into a shared one."""
    parameters = {"Identity": change.mailbox_id, "Type": "Shared"}
    return outcome_of_reply(await writer.cmdlet("Set-Mailbox", parameters, change.mailbox, request_id))


async def update(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Change settings: one call for all that Exchange keeps; sign-in is Graph's."""
    if Field.SIGN_IN in change.after:
        return await _sign_in(writer, change, request_id)
    wanted = _parameters(change)
    if not wanted:
        return Outcome(Status.ALREADY_SO)  # a new mailbox has no alias that would have to go
    parameters = {"Identity": identity_of(change), **wanted}
    return outcome_of_reply(await writer.cmdlet("Set-Mailbox", parameters, change.mailbox, request_id))


def identity_of(change: Change) -> str:
    """Return what names the mailbox to Exchange: its id, or its address while the id is not known."""
    return change.mailbox_id or change.mailbox.text


def _parameters(change: Change) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in change.after.items():
        match name:
            case Field.DISPLAY_NAME:
                found["DisplayName"] = value
            case Field.HIDDEN:
                found["HiddenFromAddressListsEnabled"] = value
            case Field.SENT_AS:
                found["MessageCopyForSentAsEnabled"] = value == COPY_BOTH
            case Field.SENT_ON_BEHALF:
                found["MessageCopyForSendOnBehalfEnabled"] = value == COPY_BOTH
            case Field.ALIASES:
                if aliases := _alias_changes(change.before.get(name, ()), value):
                    found["EmailAddresses"] = {"@odata.type": HASH_TABLE, **aliases}
            case _:
                message = f"{name} is not a setting of Set-Mailbox"
                raise ValueError(message)
    return found


def _alias_changes(before: Value, after: Value) -> dict[str, Any]:
    """Return what to add and remove: the list also holds SIP and X500 entries, so it is never overwritten."""
    old = set(before) if isinstance(before, tuple) else set()
    new = set(after) if isinstance(after, tuple) else set()
    found: dict[str, Any] = {}
    if add := sorted(f"smtp:{item}" for item in new - old):
        found["Add"] = add
    if remove := sorted(f"smtp:{item}" for item in old - new):
        found["Remove"] = remove
    return found


async def _sign_in(writer: Writer, change: Change, request_id: str) -> Outcome:
    wanted = change.after[Field.SIGN_IN] == ALLOWED
    identity = change.mailbox_id or writer.made.get(change.mailbox, "")
    waits = iter((1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0, 120.0))
    while True:
        try:
            answer = await writer.graph.write(
                lambda: patch(writer, identity, accountEnabled=wanted),
                "PATCH /users/{id}",
                change.mailbox.text,
                request_id,
            )
        except NotFound:
            wait = next(waits, None)
            if change.mailbox not in writer.made or wait is None:
                raise
            await writer.clock.sleep(wait)
            continue
        return Outcome(Status.DONE, request_id=answer.headers.get("request-id", ""))


def patch(writer: Writer, identity: str, **values: Any) -> RequestInformation:
    """Return the request that changes an account's own properties."""
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    builder = writer.graph.client.users.by_user_id(identity)
    info = RequestInformation(Method.PATCH, builder.url_template, builder.path_parameters)
    info.set_stream_content(json.dumps(values).encode(), "application/json")
    return info


async def delete(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Delete softly; one that is gone is fine."""
    try:
        parameters = {"Identity": change.mailbox_id, "Confirm": False}
        reply = await writer.exchange.write("Remove-Mailbox", parameters, change.mailbox.text, request_id)
    except NotFound as error:
        return Outcome(Status.ALREADY_SO, "it was gone already", error.request_id)
    return outcome_of_reply(reply)
