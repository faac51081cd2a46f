"""Set-Mailbox: settings, names, addresses, delegates, conversion. A call changes everything or nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from sharedbox_cli.emulator.microsoft import inbox_rules
from sharedbox_cli.emulator.microsoft.exchange_admin import entries, senders
from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.addresses import (
    require_alias,
    require_display_name,
    require_free_alias,
    require_name,
    set_addresses,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.mailboxes import require_cloud
from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.organization import is_audit_disabled, retention_policy
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.conversion import Edit
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_value, not_modelled, refused
from sharedbox_cli.emulator.microsoft.exchange_admin.forms import (
    date_text,
    is_smtp,
    size_bytes,
    size_text,
    span_seconds,
    span_text,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import MAILBOXES, doc_of, find_mailbox, find_object
from sharedbox_cli.emulator.microsoft.exchange_admin.mailbox_rows import SETTINGS, Rows
from sharedbox_cli.emulator.microsoft.exchange_admin.plans import has_plan_two
from sharedbox_cli.emulator.microsoft.exchange_admin.replicas import show_later

NOTHING = "The command completed successfully but no settings of '{}' have been modified."
_TYPES = {"Shared": "SharedMailbox", "Regular": "UserMailbox", "Room": "RoomMailbox", "Equipment": "EquipmentMailbox"}
_RETAIN_MOST_SECONDS = 30 * 86400
_MESSAGE_MOST_BYTES = 150 * 1024**2
PARAMETERS = frozenset(
    {
        *SETTINGS,
        "Identity",
        "Confirm",
        "Force",
        "DisplayName",
        "Name",
        "Alias",
        "EmailAddresses",
        "GrantSendOnBehalfTo",
        "ForwardingAddress",
        "Type",
        "AccountDisabled",
        *senders.PARAMETERS,
    }
)

MASTERED = frozenset(
    {
        "DisplayName",
        "Name",
        "Alias",
        "EmailAddresses",
        "HiddenFromAddressListsEnabled",
        "ForwardingAddress",
        "RequireSenderAuthenticationEnabled",
        "SimpleDisplayName",
        "Type",
        "AccountDisabled",
        "ModerationEnabled",
        "SendModerationNotifications",
        *senders.PARAMETERS,
        *(f"CustomAttribute{number}" for number in range(1, 16)),
    }
)
"""What the on-premises directory is authoritative for. Assumed: it refuses the whole call, and no other parameter."""


def set_mailbox(call: Call) -> Result:
    """Change settings of one mailbox."""
    mailbox = find_mailbox(call, call.text("Identity"))
    if call.parameters.keys() & MASTERED:
        require_cloud(mailbox, call.cmdlet)
    before = Rows(call, mailbox["id"]).row(mailbox)
    changed = _set_settings(call, mailbox) + _set_names(call, mailbox)
    if set_addresses(call, mailbox):
        changed.append("EmailAddresses")
    changed += _set_on_behalf(call, mailbox)
    changed += _set_kind(call, mailbox)
    if not changed:
        return Result(warnings=[NOTHING.format(mailbox["cn"])])
    _keep_for_readers(call, mailbox["id"], before)
    return Result(effect=f"set {mailbox['mail'].lower()} {' '.join(sorted(changed))}")


def _keep_for_readers(call: Call, identity: str, before: Row) -> None:
    mailbox = call.tenant.row(MAILBOXES + "m.id = ?", identity)
    if mailbox is None:
        return
    after = Rows(call, identity).row(mailbox)
    # Delegates have a separate lag.
    rest = {name: value for name, value in after.items() if not name.startswith("GrantSendOnBehalfTo")}
    show_later(call, identity, before, rest)


def _set_settings(call: Call, mailbox: sqlite3.Row) -> list[str]:
    own = doc_of(mailbox)
    wanted = {name: _kept(name, value) for name, value in call.parameters.items() if name in SETTINGS}
    if "ForwardingAddress" in call.parameters:
        target = call.text("ForwardingAddress")
        wanted["ForwardingAddress"] = find_object(call, target)["id"] if target else None
    if wanted.get("AuditEnabled") is False and not is_audit_disabled(call):
        del wanted["AuditEnabled"]  # it has no effect
    if wanted.get("RetentionPolicy"):
        wanted["RetentionPolicy"] = retention_policy(call, wanted["RetentionPolicy"])
    changed = [name for name, value in wanted.items() if own.get(name, SETTINGS.get(name)) != value]
    if wanted.get("LitigationHoldEnabled") and not has_plan_two(call.tenant, mailbox["id"]):
        raise refused("Litigation hold requires an Exchange Online Plan 2 license or Exchange Online Archiving.")
    own |= {name: wanted[name] for name in changed}
    changed += senders.set_lists(call, own)
    if not changed:
        return []
    senders.require_moderator(own)
    if "LitigationHoldEnabled" in changed:
        is_on = own["LitigationHoldEnabled"]
        own |= {
            "LitigationHoldDate": date_text(call.now) if is_on else None,
            "LitigationHoldOwner": "admin" if is_on else "",
        }
    call.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(own), mailbox["id"])
    return changed


def _kept(name: str, value: Any) -> Any:
    """Return a value in the form in which Get-Mailbox returns it."""
    form = _FORMS.get(name)
    return form(value) if form else "" if value is None and SETTINGS[name] == "" else value


def _forwarding(value: str | None) -> str | None:
    if not value:
        return None
    address = value.partition(":")[2] if value.lower().startswith("smtp:") else value
    if not is_smtp(address):
        raise bad_value(f"The value '{value}' isn't valid for property ForwardingSmtpAddress.")
    return f"smtp:{address}"


def _hold_duration(value: int | str) -> str:
    if isinstance(value, int):
        return span_text(value * 86400)
    seconds = span_seconds(value)
    return "Unlimited" if seconds is None else span_text(seconds)


def _retention(value: str) -> str:
    seconds = span_seconds(value)
    if seconds is None or seconds > _RETAIN_MOST_SECONDS:
        raise bad_value(f"The value '{value}' isn't valid for property RetainDeletedItemsFor: at most 30 days.")
    return span_text(seconds)


def _size(value: int | str) -> str:
    size = value if isinstance(value, int) else size_bytes(value)
    if size is None or size > _MESSAGE_MOST_BYTES:
        raise bad_value(f"The value '{value}' isn't valid for the size of a message: at most 150 MB.")
    return size_text(size)


def _rules_quota(value: int | str) -> str:
    size = value if isinstance(value, int) else size_bytes(value)
    if size is None or not _RULES_LEAST_BYTES <= size <= inbox_rules.QUOTA_BYTES:
        raise bad_value(f"The value '{value}' isn't valid for RulesQuota: from 32 KB to 256 KB.")
    return size_text(size)


_RULES_LEAST_BYTES = 32 * 1024
_FORMS: dict[str, Callable[[Any], Any]] = {
    "ForwardingSmtpAddress": _forwarding,
    "LitigationHoldDuration": _hold_duration,
    "MaxReceiveSize": _size,
    "MaxSendSize": _size,
    "RetainDeletedItemsFor": _retention,
    "RulesQuota": _rules_quota,
}


def _set_names(call: Call, mailbox: sqlite3.Row) -> list[str]:
    changed = []
    for name, column in (("DisplayName", "display_name"), ("Name", "cn"), ("Alias", "alias")):
        if name not in call.parameters or call.text(name) == mailbox[column]:
            continue
        if not call.text(name):
            raise bad_value(f"The property {name} can't be empty.")
        changed.append(name)
    if "DisplayName" in changed:
        require_display_name(call.text("DisplayName"))
        call.tenant.run("update objects set name = ? where id = ?", call.text("DisplayName"), mailbox["id"])
    if "Name" in changed:
        require_name(call, call.text("Name"), mailbox["id"])
        call.tenant.run("update mailboxes set cn = ? where id = ?", call.text("Name"), mailbox["id"])
    if "Alias" in changed:
        require_alias(call.text("Alias"))
        require_free_alias(call, call.text("Alias"), mailbox["id"])
        call.tenant.run("update mailboxes set alias = ? where id = ?", call.text("Alias"), mailbox["id"])
    return changed


def _set_kind(call: Call, mailbox: sqlite3.Row) -> list[str]:
    changed = []
    if "Type" in call.parameters:
        kind = _TYPES.get(call.text("Type"))
        if kind is None:
            raise not_modelled(f"Set-Mailbox -Type {call.text('Type')}")
        if kind != mailbox["type"]:
            call.tenant.run("update mailboxes set type = ? where id = ?", kind, mailbox["id"])
            changed.append("Type")
    user = doc_of(mailbox, "user_doc")
    if "AccountDisabled" in call.parameters:
        enabled = not call.parameters["AccountDisabled"]
        if user.get("account_enabled", True) is not enabled:
            doc = json.dumps(user | {"account_enabled": enabled})
            call.tenant.run("update objects set doc = ? where id = ?", doc, mailbox["id"])
            changed.append("AccountDisabled")
    return changed


def _set_on_behalf(call: Call, mailbox: sqlite3.Row) -> list[str]:
    if "GrantSendOnBehalfTo" not in call.parameters:
        return []
    value = call.parameters["GrantSendOnBehalfTo"]
    rows = entries.held(call, entries.SEND_ON_BEHALF, mailbox["id"])
    held = {row["trustee_id"] for row in rows}
    named = value.add if isinstance(value, Edit) else value or []
    wanted = {row["id"]: row for row in (entries.find_trustee(call, entries.SEND_ON_BEHALF, text) for text in named)}
    gone = {find_object(call, text)["id"] for text in value.remove} if isinstance(value, Edit) else held
    remove = gone - set(wanted)
    for row in rows:
        if row["trustee_id"] in remove:
            entries.end(call, row)
    added = sorted(set(wanted) - held)
    for identity in added:
        entries.insert(call, mailbox["id"], entries.SEND_ON_BEHALF, wanted[identity], "", deny=False, automapping=None)
    moved = [*(f"+{one}" for one in added), *(f"-{one}" for one in sorted(remove & held))]
    return [f"GrantSendOnBehalfTo{' '.join(moved)}"] if moved else []
