"""Get-, New-, Set-, Remove-, Enable- and Disable-InboxRule.

learn.microsoft.com/powershell/module/exchangepowershell/new-inboxrule, …/set-inboxrule, …/get-inboxrule, read 2026-11.
Recorded as JSON was one row, without the properties that have no value (2026-07).
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft import inbox_rules
from sharedbox_cli.emulator.microsoft.exchange_admin import forms
from sharedbox_cli.emulator.microsoft.exchange_admin.access import WRITERS
from sharedbox_cli.emulator.microsoft.exchange_admin.binding import facts
from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.inbox_rule_rows import OOF_RULES, hidden_row, rule_row
from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.inbox_rule_values import checked
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import RoleMissing, bad_value, not_found, refused
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import doc_of, find_mailbox

_ABOUT = frozenset({"Identity", "Mailbox", "Name", "Priority", "Confirm", "Force", "AlwaysDeleteOutlookRulesBlob"})
_UNMODELLED = frozenset({"FromMessageId", "ValidateOnly", "WhatIf"})
NEW = frozenset(facts()["New-InboxRule"]["parameters"]) - _UNMODELLED
SET = frozenset(facts()["Set-InboxRule"]["parameters"]) - _UNMODELLED
_BLOB = (
    "Your Outlook rules that run only in Outlook, and rules that were turned off in Outlook, are deleted "
    "because the rules were changed outside of Outlook."
)


def get_inbox_rule(call: Call) -> Result:
    """Return the rules of a mailbox. A Global Reader cannot read them: the form of the refusal is assumed."""
    if not call.roles & WRITERS:
        raise RoleMissing(call.cmdlet)
    mailbox = _mailbox(call)
    rows = [
        rule_row(call, mailbox, row) for row in inbox_rules.rules_of(call.tenant, mailbox["id"], inbox_rules.SERVER)
    ]
    if call.has("IncludeHidden"):
        hidden = [rule_row(call, mailbox, row) for row in inbox_rules.rules_of(call.tenant, mailbox["id"], "hidden")]
        is_away = doc_of(mailbox).get("AutoReply", {}).get("AutoReplyState", "Disabled") != "Disabled"
        names = ("Junk E-mail Rule", *(OOF_RULES if is_away else ()))
        rows = [*(hidden_row(call, mailbox, name, place) for place, name in enumerate(names)), *hidden, *rows]
    if identity := call.text("Identity"):
        rows = [row for row in rows if _is_named(row, identity)]
        if not rows:
            raise not_found(identity)
    return Result(rows)


def _is_named(row: dict[str, Any], identity: str) -> bool:
    text = identity.rpartition("\\")[2].lower()
    return text in (str(row["RuleIdentity"]), str(row["Name"]).lower())


def _mailbox(call: Call) -> sqlite3.Row:
    r"""Return the mailbox of a call: by `Mailbox`, or by the first part of `MAILBOX\RULE`.

    Without both it is the caller's own mailbox, which an application does not have.
    """
    owner = call.text("Mailbox") or call.text("Identity").rpartition("\\")[0]
    if not owner:
        raise refused("The mailbox of the caller couldn't be determined. Specify the Mailbox parameter.")
    return find_mailbox(call, owner)


def _rule(call: Call, mailbox: sqlite3.Row) -> sqlite3.Row:
    text = call.text("Identity").rpartition("\\")[2].lower()
    rows = inbox_rules.rules_of(call.tenant, mailbox["id"], inbox_rules.SERVER)
    found = [row for row in rows if text in (row["number"], row["name"].lower())]
    if not found:
        raise not_found(call.text("Identity"))
    if len(found) > 1:
        raise refused(f'There are multiple rules with the name "{found[0]["name"]}". Use the rule\'s identity.')
    return found[0]


def new_inbox_rule(call: Call) -> Result:
    """Create a rule, by default as the last one, with StopProcessingRules on (assumed)."""
    mailbox = _mailbox(call)
    _check_name(call.text("Name"))
    given = checked(call, mailbox, {name: value for name, value in call.parameters.items() if name not in _ABOUT})
    given.setdefault("StopProcessingRules", True)
    _require_action(given)
    warnings = _before_write(call, mailbox)
    number = inbox_rules.add(call.tenant, mailbox["id"], call.text("Name"), priority=_priority(call), **_stored(given))
    _require_quota(call, mailbox)
    row = call.tenant.row("select * from inbox_rules where number = ?", number)
    assert row is not None  # noqa: S101 - it was just added
    answer = rule_row(call, mailbox, row)
    if call.tenant.meta("new_rule_identity") == "other":  # seen in the answers of another client
        answer["Identity"] += "0"
    return Result([answer], warnings, effect=f"new rule {call.text('Name')} of {mailbox['mail'].lower()}")


def _stored(given: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters with a value. A size of 0 is one."""
    return {name: value for name, value in given.items() if value not in (None, []) and value is not False}


def _priority(call: Call) -> int | None:
    value = call.parameters.get("Priority")
    if value is not None and value < 1:
        raise bad_value("The property Priority can't be less than 1.")
    return value


def _check_name(name: str) -> None:
    if not name.strip():
        raise bad_value("The property Name can't be empty.")
    if len(name) > 512:
        raise bad_value("The length of the property is too long. The maximum length is 512.")


def _require_action(parameters: dict[str, Any]) -> None:
    if not _stored(parameters).keys() & (inbox_rules.ACTIONS - {"StopProcessingRules"}):
        raise refused("The rule needs at least one action.")


def set_inbox_rule(call: Call) -> Result:
    """Change the given parameters of a rule; null and false take a condition or an action away."""
    mailbox = _mailbox(call)
    row = _rule(call, mailbox)
    before = inbox_rules.parameters_of(row)
    given = {name: value for name, value in call.parameters.items() if name not in _ABOUT}
    after = _stored({**before, **checked(call, mailbox, given, before)})
    _require_action(after)
    name = call.text("Name") if "Name" in call.parameters else row["name"]
    _check_name(name)
    priority = _priority(call)
    warnings = _before_write(call, mailbox)
    sql = "update inbox_rules set name = ?, doc = ?, problem = '' where number = ?"
    call.tenant.run(sql, name, json.dumps(after), row["number"])
    is_movable = call.tenant.meta("rule_priorities") != "fixed"
    if priority is not None and priority != row["priority"] and is_movable:
        inbox_rules.shift(call.tenant, mailbox["id"], priority)
        call.tenant.run("update inbox_rules set priority = ? where number = ?", priority, row["number"])
    _require_quota(call, mailbox)
    return Result([], warnings, effect=f"set rule {name} of {mailbox['mail'].lower()}")


def remove_inbox_rule(call: Call) -> Result:
    """Delete a rule."""
    mailbox = _mailbox(call)
    row = _rule(call, mailbox)
    warnings = _before_write(call, mailbox)
    call.tenant.run("delete from inbox_rules where number = ?", row["number"])
    return Result([], warnings, effect=f"remove rule {row['name']} of {mailbox['mail'].lower()}")


def enable_inbox_rule(call: Call) -> Result:
    """Enable a rule."""
    return _switch(call, 1)


def disable_inbox_rule(call: Call) -> Result:
    """Disable a rule."""
    return _switch(call, 0)


def _switch(call: Call, enabled: int) -> Result:
    mailbox = _mailbox(call)
    row = _rule(call, mailbox)
    warnings = _before_write(call, mailbox)
    call.tenant.run("update inbox_rules set enabled = ? where number = ?", enabled, row["number"])
    _require_quota(call, mailbox)
    word = "enable" if enabled else "disable"
    return Result([], warnings, effect=f"{word} rule {row['name']} of {mailbox['mail'].lower()}")


def _before_write(call: Call, mailbox: sqlite3.Row) -> list[str]:
    """Delete the rules of Outlook itself, as every write does, and return the warning about it.

    Whether the service asks without `Force` is not known (`rule_prompt` of the tenant): nobody can answer over HTTP.
    """
    there = bool(inbox_rules.rules_of(call.tenant, mailbox["id"], inbox_rules.CLIENT, inbox_rules.CLIENT_OFF))
    if there and call.tenant.meta("rule_prompt") == "1" and not call.has("Force"):
        raise refused(f"{_BLOB} A command that prompts the user failed because the host doesn't support it.")
    inbox_rules.delete_client_rules(call.tenant, mailbox["id"])
    return [_BLOB] if there and not call.has("AlwaysDeleteOutlookRulesBlob") else []


def _require_quota(call: Call, mailbox: sqlite3.Row) -> None:
    most = forms.size_bytes(str(doc_of(mailbox).get("RulesQuota", ""))) or inbox_rules.QUOTA_BYTES
    if inbox_rules.used_bytes(call.tenant, mailbox["id"]) > most:
        raise refused("The rules of the mailbox exceed the quota for rules (RulesQuota).")
