"""The archive of a mailbox: enabled where a licence includes it, and disabled. A mailbox itself is never disabled."""

from __future__ import annotations

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.microsoft365.apply.active_plan import has_plan
from sharedbox_cli.providers.microsoft365.apply.mailboxes import identity_of
from sharedbox_cli.providers.microsoft365.apply.writer import Writer, outcome_of_reply
from sharedbox_cli.providers.microsoft365.retention import has_archive

_NO_PLAN = (
    "no licence of the mailbox includes an archive. Assign `storage.licence: exchange-online-plan-2`, or Plan 1 with "
    "Exchange Online Archiving"
)


async def set_archive(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Enable or disable the archive.

    The service may enable one without a licence (microsoft-365-docs#8211), so the licence is verified here.
    """
    parameters = {"Identity": identity_of(change), "Archive": True, "Confirm": False}
    if await _has_archive(writer, change) is change.after[Field.ARCHIVE]:
        return Outcome(Status.ALREADY_SO)  # the service refuses to enable one that is there, or to disable none
    if not change.after[Field.ARCHIVE]:
        return outcome_of_reply(await writer.cmdlet("Disable-Mailbox", parameters, change.mailbox, request_id))
    if not await has_plan(writer, change):
        return Outcome(Status.FAILED, _NO_PLAN)
    return outcome_of_reply(await writer.cmdlet("Enable-Mailbox", parameters, change.mailbox, request_id))


async def _has_archive(writer: Writer, change: Change) -> bool:
    row = await writer.mailbox_row(identity_of(change), (Field.ARCHIVE,))
    return row is not None and bool(has_archive(row))
