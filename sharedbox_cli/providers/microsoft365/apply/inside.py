"""Settings inside a mailbox that other cmdlets than Set-Mailbox write."""

from __future__ import annotations

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.providers.columns import request_body
from sharedbox_cli.providers.microsoft365.apply.mailboxes import identity_of
from sharedbox_cli.providers.microsoft365.apply.writer import Writer, outcome_of_reply
from sharedbox_cli.providers.microsoft365.auto_reply import AUTO_REPLY, reply_body
from sharedbox_cli.providers.microsoft365.client_access import ACCESS
from sharedbox_cli.providers.microsoft365.observe.inside import REPLY, read_one
from sharedbox_cli.providers.microsoft365.regional import REGIONAL


async def set_auto_reply(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Write the automatic reply: its state depends on settings that stay, so they are read first."""
    identity = identity_of(change)
    where = str(change.mailbox)
    current = await read_one(writer.exchange, REPLY, identity, AUTO_REPLY, where)
    body = reply_body(change.after, current, writer.clock.now())
    parameters = {"Identity": identity, **body}
    reply = await writer.cmdlet("Set-MailboxAutoReplyConfiguration", parameters, change.mailbox, request_id)
    return outcome_of_reply(reply)


async def set_access(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Write which programs can open the mailbox, in one call."""
    parameters = {"Identity": identity_of(change), **request_body(ACCESS, change.before, change.after)}
    return outcome_of_reply(await writer.cmdlet("Set-CASMailbox", parameters, change.mailbox, request_id))


async def set_language(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Set the language, in which folders keep their names."""
    parameters = {"Identity": identity_of(change), **request_body(REGIONAL, change.before, change.after)}
    reply = await writer.cmdlet("Set-MailboxRegionalConfiguration", parameters, change.mailbox, request_id)
    return outcome_of_reply(reply)
