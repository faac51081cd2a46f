"""An inbox rule as Get-InboxRule returns it."""

from __future__ import annotations

import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft import inbox_rules
from sharedbox_cli.emulator.microsoft.exchange_admin import forms
from sharedbox_cli.emulator.microsoft.exchange_admin.binding import facts
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.folder_identity import folder_id
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import legacy_dn

OOF_RULES = tuple(
    f"Microsoft.Exchange.OOF.{part}.Global"
    for part in ("KnownExternalSenders", "AllExternalSenders", "InternalSenders")
)
"""The hidden rules of a mailbox that replies automatically."""
_NAMED_NULLS = {
    "WithImportance": "NullImportance",
    "ExceptIfWithImportance": "NullImportance",
    "MarkImportance": "NullImportance",
    "WithSensitivity": "NullSensitivity",
    "ExceptIfWithSensitivity": "NullSensitivity",
    "MessageTypeMatches": "NullInboxRuleMessageType",
    "ExceptIfMessageTypeMatches": "NullInboxRuleMessageType",
    "FlaggedForAction": "NullInboxRuleMessageFlag",
    "ExceptIfFlaggedForAction": "NullInboxRuleMessageFlag",
}
_NOT_A_VALUE = frozenset({"Name", "Priority", "Mailbox", "Identity", "Confirm", "Force", "WhatIf", "FromMessageId"})


def _idle(call: Call) -> Row:
    """Return the properties without a value. Assumed: they are left out, as in the one recorded row.

    `rule_nulls` of the tenant chooses the other forms: `null`, or `named` as the web client's own service writes them.
    """
    form = call.tenant.meta("rule_nulls")
    if not form:
        return {}
    names = [name for name in facts()["New-InboxRule"]["parameters"] if name not in _NOT_A_VALUE]
    idle: Row = {}
    for name in names:
        kind = facts()["New-InboxRule"]["parameters"][name]["type"]
        if kind == "Boolean":
            idle[name] = False
        elif kind != "SwitchParameter":
            idle[name] = _NAMED_NULLS.get(name) if form == "named" else None
    return idle


def rule_row(call: Call, mailbox: sqlite3.Row, row: sqlite3.Row) -> Row:
    """Return a rule with its conditions and actions."""
    problem = inbox_rules.problem_of(call.tenant, row)
    values = {name: _shown(call, mailbox, name, value) for name, value in inbox_rules.parameters_of(row).items()}
    return {
        "Description": f"Wenn die Nachricht …: {row['name']}",
        "Enabled": bool(row["enabled"]),
        **_head(call, mailbox, row["name"], row["number"], row["priority"]),
        "ErrorType": problem or "None",
        "InError": bool(problem),
        **_idle(call),
        **{name: _listed(call, value) for name, value in values.items() if value is not None},
    }


def _listed(call: Call, value: Any) -> Any:
    """Return a value; with `rule_lists` (`text`), a list of one element as this element."""
    is_alone = isinstance(value, list) and len(value) == 1
    return value[0] if is_alone and call.tenant.meta("rule_lists") == "text" else value


def hidden_row(call: Call, mailbox: sqlite3.Row, name: str, place: int) -> Row:
    """Return a rule of the service itself. Nothing marks it as hidden."""
    head = _head(call, mailbox, name, str(2**63 + 7 + place), place)
    return {"Description": "", "Enabled": True, **head, "ErrorType": "None", "InError": False, **_idle(call)}


def _head(call: Call, mailbox: sqlite3.Row, name: str, number: str, priority: int) -> Row:
    r"""Return what every rule has. The page says `ALIAS\NUMBER` for the identity (`rule_identity`: `alias`)."""
    owner = mailbox["alias"] if call.tenant.meta("rule_identity") == "alias" else mailbox["id"]
    return {
        "Identity": f"{owner}\\{number}",
        "Name": name,
        "Priority": priority,
        "RuleIdentity": int(number),
        "SupportedByTask": True,
        "MailboxOwnerId": mailbox["id"],
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


def _shown(call: Call, mailbox: sqlite3.Row, name: str, value: Any) -> Any:
    if name in inbox_rules.RECIPIENTS:
        return [_recipient(call, text) for text in value]
    if name in inbox_rules.FOLDERS:
        return _folder(call, mailbox, value)
    return forms.size_text(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _recipient(call: Call, text: str) -> str:
    """Return `"NAME" [EX:LEGACYDN]` for a recipient of the tenant, and `"ADDRESS" [SMTP:ADDRESS]` for another one."""
    kind, _, value = text.partition(":")
    if kind == "smtp":
        return f'"{value}" [SMTP:{value}]'
    if kind == "ex":
        return f'"{value.rpartition("cn=")[2]}" [EX:{value}]'
    row = call.tenant.object(value)
    return f'"{row["name"] if row else value}" [EX:{legacy_dn(value)}]'


def _folder(call: Call, mailbox: sqlite3.Row, folder: str) -> str | None:
    r"""Return a folder; nothing if it was deleted. Assumed: `ALIAS:\PATH`, as parameters are written.

    No answer is recorded. `rule_folder_form` of the tenant chooses the other forms: `name`, `id`, `identity`.
    """
    path = inbox_rules.path_of(call.tenant, mailbox["id"], folder)
    if not path:
        return None
    match call.tenant.meta("rule_folder_form"):
        case "name":
            return path.rpartition("\\")[2]
        case "id":
            return f"{mailbox['alias']}:{folder_id(folder)}"
        case "identity":
            return f"{mailbox['alias']}\\{path}"
        case _:
            return f"{mailbox['alias']}:\\{path}"
