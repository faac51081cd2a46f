"""Who can send messages to a mailbox, and whose wait for approval: read by Get-Mailbox, written by Set-Mailbox.

learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox, read 2026-11. Recipients come back as names or
ids, and are compared as addresses (`observe/recipients.py`).
"""

from __future__ import annotations

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row, switch, words
from sharedbox_cli.providers.forms import texts_of
from sharedbox_cli.providers.microsoft365.recipients import address_to_write, named

ACCEPT, REJECT = "AcceptMessagesOnlyFromSendersOrMembers", "RejectMessagesFromSendersOrMembers"
"""Each is the union of two other properties: of people, and of members of groups."""
MODERATORS, BYPASS = "ModeratedBy", "BypassModerationFromSendersOrMembers"
LISTS = (ACCEPT, REJECT, MODERATORS, BYPASS)
_NOTICES: dict[Value, str] = {"always": "Always", "internal": "Internal", "never": "Never"}


def _list(name: str) -> Column:
    """Return a list of recipients, each with its name; null clears it."""

    def read(row: Row) -> Value:
        return tuple(named(item) for item in sorted(set(texts_of(row, name))))

    def write(_: Value, after: Value) -> Body:
        return {name: [address_to_write(item) for item in after] or None if isinstance(after, tuple) else None}

    return Column((name,), read, write)


INCOMING: Columns = {
    Field.ACCEPT_FROM: _list(ACCEPT),
    Field.REJECT_FROM: _list(REJECT),
    Field.MODERATED: switch("ModerationEnabled"),
    Field.MODERATORS: _list(MODERATORS),
    Field.BYPASS_MODERATION: _list(BYPASS),
    Field.NOTIFY_SENDERS: words("SendModerationNotifications", _NOTICES),
}
"""All of them in one call."""
