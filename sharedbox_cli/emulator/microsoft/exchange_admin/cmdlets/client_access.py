"""Get- and Set-CASMailbox: by which doors a mailbox is opened."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.mailbox_settings import NOTHING
from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.mailboxes import in_order, listed
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import not_found
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import MAILBOXES, doc_of, find_mailbox
from sharedbox_cli.emulator.microsoft.exchange_admin.opath import matcher
from sharedbox_cli.emulator.microsoft.exchange_admin.replicas import as_seen, show_later

DOORS: dict[str, Any] = {
    "ActiveSyncEnabled": True,
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
"""What can be opened and closed, with the values of a new mailbox."""


def get_cas_mailbox(call: Call) -> Result:
    """Return client access of one mailbox, or of all that fit."""
    test = matcher(call.text("Filter"))
    wanted = call.parameters.get("RecipientTypeDetails")
    identity = call.text("Identity")
    boxes = [find_mailbox(call, identity)] if identity else listed(call)
    fitting = [box for box in boxes if not wanted or box["type"] in wanted]
    if identity and not fitting:
        raise not_found(identity)
    rows = as_seen(call, [_row(box) for box in fitting])
    return Result(in_order(call, [row for row in rows if test(row)]))


def _row(box: sqlite3.Row) -> Row:
    own = doc_of(box).get("ClientAccess", {})
    return {
        "Identity": box["cn"],
        "Name": box["cn"],
        "DisplayName": box["display_name"],
        "PrimarySmtpAddress": box["mail"],
        "Guid": box["id"],
        "ExternalDirectoryObjectId": box["id"],
        "RecipientTypeDetails": box["type"],
        **{name: own.get(name, default) for name, default in DOORS.items()},
    }


def set_cas_mailbox(call: Call) -> Result:
    """Open and close doors of one mailbox."""
    box = find_mailbox(call, call.text("Identity"))
    before = _row(box)
    changed = [name for name in DOORS if name in call.parameters and before[name] != call.parameters[name]]
    if not changed:
        return Result(warnings=[NOTHING.format(box["cn"])])
    own = doc_of(box)
    own["ClientAccess"] = own.get("ClientAccess", {}) | {name: call.parameters[name] for name in changed}
    call.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(own), box["id"])
    after = call.tenant.row(MAILBOXES + "m.id = ?", box["id"])
    if after is not None:
        show_later(call, box["id"], before, _row(after))
    return Result(effect=f"set {box['mail'].lower()} {' '.join(changed)}")
