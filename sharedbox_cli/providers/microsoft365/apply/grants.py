"""Give and take rights, one a call: "already so" is success."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.errors import NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.microsoft365.apply.mailboxes import HASH_TABLE, identity_of
from sharedbox_cli.providers.microsoft365.apply.writer import Writer, outcome_of_reply


async def grant(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Give one right to one trustee."""
    party = _party(change)
    base: dict[str, Any] = {"Identity": identity_of(change)}
    more: dict[str, Any]
    match party.right:
        case Right.FULL_ACCESS:
            more = {"User": party.id, "AccessRights": ["FullAccess"], "InheritanceType": "All"}
            if (wish := change.after.get(Field.AUTOMAPPING)) is not None:
                more["AutoMapping"] = bool(wish)
            name = "Add-MailboxPermission"
        case Right.SEND_AS:
            more = {"Trustee": party.id, "AccessRights": ["SendAs"], "Confirm": False}
            name = "Add-RecipientPermission"
        case _:
            more = {"GrantSendOnBehalfTo": {"@odata.type": HASH_TABLE, "Add": [party.id]}}
            name = "Set-Mailbox"
    return outcome_of_reply(await writer.cmdlet(name, base | more, change.mailbox, request_id))


async def revoke(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Take one right from one trustee; one who is gone has none."""
    party = _party(change)
    base: dict[str, Any] = {"Identity": identity_of(change)}
    more: dict[str, Any]
    match party.right:
        case Right.FULL_ACCESS:
            more = {"User": party.id, "AccessRights": ["FullAccess"], "InheritanceType": "All", "Confirm": False}
            name = "Remove-MailboxPermission"
        case Right.SEND_AS:
            more = {"Trustee": party.id, "AccessRights": ["SendAs"], "Confirm": False}
            name = "Remove-RecipientPermission"
        case _:
            more = {"GrantSendOnBehalfTo": {"@odata.type": HASH_TABLE, "Remove": [party.id]}}
            name = "Set-Mailbox"
    return outcome_of_reply(await writer.cmdlet(name, base | more, change.mailbox, request_id))


async def automapping(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Switch automapping of one trustee: it can only be said while granting, so full access is taken and given."""
    taken = await revoke(writer, change, request_id)
    if taken.status not in (Status.DONE, Status.ALREADY_SO):
        return taken
    for number in range(3):
        try:
            given = await grant(writer, change, request_id)
        except NotFound:
            if number == 2:
                raise
            await writer.clock.sleep(2.0)
            continue
        if given.status is Status.DONE:
            return given
        await writer.clock.sleep(2.0 * (number + 1))  # the revocation is not everywhere yet
    return Outcome(Status.DONE, "full access was there again before automapping could be said", taken.request_id)


def _party(change: Change) -> Party:
    if change.party is None or change.kind not in (Kind.GRANT, Kind.REVOKE, Kind.UPDATE):
        message = f"{change.key} is not about a trustee"
        raise ValueError(message)
    return change.party
