"""Grant and revoke rights, one per call: "already so" is success."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.core.change import Change, Party
from sharedbox_cli.core.errors import CloudError, NotFound
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.columns import request_body
from sharedbox_cli.providers.microsoft365.apply.mailboxes import identity_of
from sharedbox_cli.providers.microsoft365.apply.writer import Writer, outcome_of_reply
from sharedbox_cli.providers.microsoft365.columns import GRANT, HASH_TABLE
from sharedbox_cli.providers.microsoft365.exchange_admin import Reply

_CMDLETS: Mapping[Right, tuple[str, str]] = {
    Right.FULL_ACCESS: ("Add-MailboxPermission", "Remove-MailboxPermission"),
    Right.SEND_AS: ("Add-RecipientPermission", "Remove-RecipientPermission"),
    Right.SEND_ON_BEHALF: ("Set-Mailbox", "Set-Mailbox"),
}
"""The cmdlet that grants each right, and the cmdlet that revokes it."""


async def grant(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Grant one right to one trustee."""
    party = _party(change)
    parameters = {"Identity": identity_of(change), **_entry(party, "Add"), **request_body(GRANT, {}, change.after)}
    if party.right is Right.SEND_AS:
        parameters["Confirm"] = False
    return outcome_of_reply(await _sent(writer, _CMDLETS[party.right][0], parameters, change, request_id))


async def _sent(writer: Writer, cmdlet: str, parameters: dict[str, Any], change: Change, request_id: str) -> Reply:
    """Send a cmdlet. An error names the trustee by its address or name: an id says nothing to anybody."""
    try:
        return await writer.cmdlet(cmdlet, parameters, change.mailbox, request_id)
    except CloudError as error:
        party = _party(change)
        error.why = error.why.replace(str(party.id), str(party.address or party.name or party.id))
        raise


async def revoke(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Revoke one right of one trustee; a deleted trustee has none."""
    party = _party(change)
    parameters = {"Identity": identity_of(change), **_entry(party, "Remove")}
    if party.right is not Right.SEND_ON_BEHALF:
        parameters["Confirm"] = False
    return outcome_of_reply(await _sent(writer, _CMDLETS[party.right][1], parameters, change, request_id))


def _entry(party: Party, verb: str) -> dict[str, Any]:
    """Return the parameters that name the right and its trustee."""
    match party.right:
        case Right.FULL_ACCESS:
            return {"User": party.id, "AccessRights": ["FullAccess"], "InheritanceType": "All"}
        case Right.SEND_AS:
            return {"Trustee": party.id, "AccessRights": ["SendAs"]}
        case Right.SEND_ON_BEHALF:
            return {"GrantSendOnBehalfTo": {"@odata.type": HASH_TABLE, verb: [party.id]}}
        case _:
            message = f"{party.right} is not a right of a mailbox"
            raise ValueError(message)


async def set_automapping(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Switch automapping of one trustee: it is a parameter of granting, so full access is revoked and granted again."""
    revoked = await revoke(writer, change, request_id)
    if not revoked.is_success:
        return revoked
    for number in range(3):
        try:
            granted = await grant(writer, change, request_id)
        except NotFound:
            if number == 2:
                raise
            await writer.clock.sleep(2.0)
            continue
        if granted.status is Status.DONE:
            return granted
        await writer.clock.sleep(2.0 * (number + 1))  # the revocation is not effective everywhere yet
    reason = "full access was there again before automapping could be set"
    return Outcome(Status.DONE, reason, revoked.request_id)


def _party(change: Change) -> Party:
    if change.party is None:
        message = f"{change.key} is not about a trustee"
        raise ValueError(message)
    return change.party
