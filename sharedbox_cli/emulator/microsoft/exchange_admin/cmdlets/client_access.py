"""Get- and Set-CASMailbox: the protocols that can open a mailbox."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.mailbox_settings import NOTHING
from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.mailboxes import in_order, listed
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import not_found
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import MAILBOXES, doc_of, find_mailbox, guid_of
from sharedbox_cli.emulator.microsoft.exchange_admin.opath import matcher
from sharedbox_cli.emulator.microsoft.exchange_admin.replicas import as_seen, show_later

DOORS: dict[str, Any] = {
    "ActiveSyncEnabled": True,
    "EwsAllowEntourage": None,
    "EwsAllowMacOutlook": None,
    "EwsAllowOutlook": None,
    "EwsEnabled": True,
    "ImapEnabled": True,
    "MAPIEnabled": True,
    "MacOutlookEnabled": True,
    "OWAEnabled": True,
    "OWAforDevicesEnabled": True,
    "OneWinNativeOutlookEnabled": True,
    "OutlookMobileEnabled": True,
    "PopEnabled": True,
    "SmtpClientAuthenticationDisabled": None,
    "UniversalOutlookEnabled": True,
}
"""The protocols that can be enabled and disabled, with the values of a new mailbox."""


_READ_ONLY: dict[str, Any] = {
    "ECPEnabled": True,
    "EwsAllowList": [],
    "EwsApplicationAccessPolicy": None,
    "EwsBlockList": [],
    "OwaMailboxPolicy": "OwaMailboxPolicy-Default",
    "PublicFolderClientAccess": False,
}
"""Properties that no modelled parameter sets. ECPEnabled is not a parameter of the cloud cmdlet at all."""


def get_cas_mailbox(call: Call) -> Result:
    """Return the client access settings of one mailbox, or of all that match."""
    test = matcher(call.text("Filter"))
    wanted = call.parameters.get("RecipientTypeDetails")
    identity = call.text("Identity")
    mailboxes = [find_mailbox(call, identity)] if identity else listed(call)
    fitting = [mailbox for mailbox in mailboxes if not wanted or mailbox["type"] in wanted]
    if identity and not fitting:
        raise not_found(identity)
    rows = as_seen(call, [_row(mailbox) for mailbox in fitting])
    return Result(in_order(call, [row for row in rows if test(row)]))


def _row(mailbox: sqlite3.Row) -> Row:
    own = doc_of(mailbox).get("ClientAccess", {})
    return {
        "Identity": mailbox["cn"],
        "Id": mailbox["cn"],
        "Name": mailbox["cn"],
        "DisplayName": mailbox["display_name"],
        "PrimarySmtpAddress": mailbox["mail"],
        "Guid": guid_of(mailbox["id"]),
        "ExternalDirectoryObjectId": mailbox["id"],
        "RecipientTypeDetails": mailbox["type"],
        **{name: own.get(name, default) for name, default in DOORS.items()},
        **_READ_ONLY,
    }


def set_cas_mailbox(call: Call) -> Result:
    """Enable and disable protocols of one mailbox."""
    mailbox = find_mailbox(call, call.text("Identity"))
    before = _row(mailbox)
    changed = [name for name in DOORS if name in call.parameters and before[name] != call.parameters[name]]
    if not changed:
        return Result(warnings=[NOTHING.format(mailbox["cn"])])
    own = doc_of(mailbox)
    own["ClientAccess"] = own.get("ClientAccess", {}) | {name: call.parameters[name] for name in changed}
    call.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(own), mailbox["id"])
    after = call.tenant.row(MAILBOXES + "m.id = ?", mailbox["id"])
    if after is not None:
        show_later(call, mailbox["id"], before, _row(after))
    return Result(effect=f"set {mailbox['mail'].lower()} {' '.join(changed)}")
