"""The lists of recipients of Set-Mailbox: who can send to a mailbox, who moderates it, and who needs no approval."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.conversion import Edit
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_parameter, refused
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import find_object
from sharedbox_cli.emulator.microsoft.exchange_admin.recipient_text import recipient_text
from sharedbox_cli.emulator.tenant import Tenant

_BOTH = "SendersOrMembers"
UNIONS = {f"{name}{_BOTH}": (name, f"{name}DLMembers") for name in ("AcceptMessagesOnlyFrom", "RejectMessagesFrom")}
"""Each list of people and groups, with its two parts: people, and groups."""
MODERATORS, BYPASS = "ModeratedBy", f"BypassModerationFrom{_BOTH}"
STORED = (*UNIONS, MODERATORS, BYPASS)
PARTS = {part: union for union, parts in UNIONS.items() for part in parts}
"""Parts are parameters as well. A call names a list or its parts, not both."""
PARAMETERS = frozenset({*STORED, *PARTS})
_NAMED = tuple(f"AcceptMessagesOnlyFrom{part}WithDisplayNames" for part in ("", "DLMembers", _BOTH))
"""Recorded as empty, whatever is in the lists."""


def set_lists(call: Call, own: dict[str, Any]) -> list[str]:
    """Change the lists in the document of a mailbox, and return the names of those that changed. Raises CmdletError."""
    changed = []
    for name in STORED:
        parts = [part for part, union in PARTS.items() if union == name and part in call.parameters]
        if parts and name in call.parameters:
            raise bad_parameter(f"You can't use the parameters {name} and {parts[0]} in one command.")
        before = list(own.get(name, ()))
        after = _edited(call, call.parameters[name], before) if name in call.parameters else before
        for part in parts:
            after = _with_part(call, part, after)
        if set(after) != set(before):
            own[name] = after
            changed.append(name)
    return changed


def _with_part(call: Call, part: str, held: list[str]) -> list[str]:
    """Return a list with other people, or other groups."""
    is_group = part.endswith("DLMembers")
    same = [one for one in held if _is_group(call.tenant, one) is is_group]
    wanted = _edited(call, call.parameters[part], same)
    if any(_is_group(call.tenant, one) is not is_group for one in wanted):
        raise refused(f"A recipient of {part} has the wrong type.")
    return [*(one for one in held if one not in same), *wanted]


def _edited(call: Call, value: Any, before: list[str]) -> list[str]:
    kept: list[str] = []
    if isinstance(value, Edit):
        gone = {find_object(call, text)["id"] for text in value.remove}
        value, kept = value.add, [one for one in before if one not in gone]
    return list(dict.fromkeys([*kept, *(_recipient(call, text) for text in value or ())]))


def _recipient(call: Call, text: str) -> str:
    row = find_object(call, text)
    if not row["mail"]:
        raise refused(f"The recipient '{text}' isn't mail-enabled.")
    return str(row["id"])


def _is_group(tenant: Tenant, identity: str) -> bool:
    row = tenant.object(identity)
    return row is not None and row["kind"] == "group"


def require_moderator(own: dict[str, Any]) -> None:
    """Raise CmdletError for a moderated mailbox without a moderator."""
    if own.get("ModerationEnabled") and not own.get(MODERATORS):
        raise refused("To enable moderation, you need to specify at least one moderator (ModeratedBy).")


def list_rows(tenant: Tenant, own: dict[str, Any]) -> Row:
    """Return the lists as Get-Mailbox has them."""
    row: Row = {name: [recipient_text(tenant, one) for one in own.get(name, ())] for name in STORED}
    for part, union in PARTS.items():
        is_group = part.endswith("DLMembers")
        held = [one for one in own.get(union, ()) if _is_group(tenant, one) is is_group]
        row[part] = [recipient_text(tenant, one) for one in held]
    return row | {name: [] for name in _NAMED}
