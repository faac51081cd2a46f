"""Forwarding of all mail: to a recipient of the tenant, or to any address.

learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox, read 2026-11. If both are set, the service uses
only the recipient, so each write sets the one and clears the other.
"""

from __future__ import annotations

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row
from sharedbox_cli.providers.forms import flag_of, optional_text
from sharedbox_cli.providers.microsoft365.recipients import address_to_write, named

INSIDE, OUTSIDE, KEEP_COPY = "ForwardingAddress", "ForwardingSmtpAddress", "DeliverToMailboxAndForward"


def forwarding_target(row: Row) -> Value:
    """Return the address that mail is forwarded to, or the name of a recipient (`recipients.named`)."""
    if name := optional_text(row, INSIDE):
        return named(name)
    target = optional_text(row, OUTSIDE)
    return target.partition(":")[2] if target.lower().startswith("smtp:") else target


def _target(row: Row) -> Value:
    target = forwarding_target(row)
    return target.lower() if isinstance(target, str) else target


def _keeps_copy(row: Row) -> Value:
    """Return whether the mailbox keeps its mail: without forwarding it does, whatever the switch of the copy says."""
    return flag_of(row, KEEP_COPY) or not forwarding_target(row)


def _forward_to(_: Value, after: Value) -> Body:
    """Return the part that forwards to an address; `apply/recipients.py` names a recipient of the tenant instead."""
    return {OUTSIDE: address_to_write(after) if after else None, INSIDE: None}


FORWARDING: Columns = {
    Field.FORWARDING_TO: Column((OUTSIDE, INSIDE), _target, _forward_to, is_optional=True),
    Field.FORWARDING_KEEP_COPY: Column(
        (KEEP_COPY, OUTSIDE, INSIDE), _keeps_copy, lambda _, after: {KEEP_COPY: after}, is_optional=True
    ),
}
"""Of the mailbox: read by Get-Mailbox, written by Set-Mailbox."""
