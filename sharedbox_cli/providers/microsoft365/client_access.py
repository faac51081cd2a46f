"""Which programs can open a mailbox: read by Get-CASMailbox, written by Set-CASMailbox.

learn.microsoft.com/powershell/module/exchangepowershell/set-casmailbox, read 2026-11.
"""

from __future__ import annotations

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import ORGANIZATION, Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row, UnknownForm, switch
from sharedbox_cli.providers.forms import flag_of

_SMTP = "SmtpClientAuthenticationDisabled"


def _smtp_auth(row: Row) -> Value:
    """Return whether it is enabled; null: as the organisation has set it. Raises KeyError if it was left out."""
    return ORGANIZATION if row[_SMTP] is None else not flag_of(row, _SMTP)


def _set_smtp_auth(_: Value, after: Value) -> Body:
    if not isinstance(after, bool) and after != ORGANIZATION:
        message = f"it cannot be `{after}`"
        raise UnknownForm(message)
    return {_SMTP: None if after == ORGANIZATION else not after}


ACCESS: Columns = {
    Field.ACCESS_WEB: switch("OWAEnabled"),
    Field.ACCESS_MOBILE: switch("ActiveSyncEnabled"),
    Field.ACCESS_MAPI: switch("MAPIEnabled"),
    Field.ACCESS_IMAP: switch("ImapEnabled"),
    Field.ACCESS_POP: switch("PopEnabled"),
    Field.ACCESS_SMTP_AUTH: Column((_SMTP,), _smtp_auth, _set_smtp_auth, is_optional=True),
}
"""All of them in one call."""
