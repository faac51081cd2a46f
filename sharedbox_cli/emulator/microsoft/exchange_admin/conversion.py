"""Converts JSON to the .NET types of parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin import forms
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError, bad_parameter
from sharedbox_cli.emulator.microsoft.folder_rights import RIGHTS, ROLES

HASH_TABLE = "#Exchange.GenericHashTable"
_LISTS = frozenset({"MultiValuedProperty", "ProxyAddressCollection"})
_NULLABLE = frozenset(
    {
        "String",
        "SmtpAddress",
        "ProxyAddress",
        "RecipientIdParameter",
        "MailboxPolicyIdParameter",
        "CultureInfo",
        *_LISTS,
    }
)
"""Parameters for which null clears the property. For other parameters, and for the identity, null is rejected.

Assumed for a culture: no page says so.
"""
_TRI_STATE = frozenset({"EwsEnabled", "SmtpClientAuthenticationDisabled"})
"""Switches of a mailbox for which null means: as the organisation has set it."""
_INT_MOST = 2**31 - 1
_DIGITS_MOST = len(str(_INT_MOST))


@dataclass(frozen=True, slots=True)
class Edit:
    """A hash table with the values to add to a list and to remove from it."""

    add: tuple[str, ...]
    remove: tuple[str, ...]


_LISTED: dict[str, tuple[str, ...]] = {
    "MailboxFolderAccessRight": (*ROLES, *RIGHTS),
    "ElcFolderType": (
        "All",
        "Archive",
        "Calendar",
        "Contacts",
        "ConversationHistory",
        "DeletedItems",
        "Drafts",
        "Inbox",
        "JunkEmail",
        "Journal",
        "LegacyArchiveJournals",
        "ManagedCustomFolder",
        "NonIpmRoot",
        "Notes",
        "Outbox",
        "Personal",
        "RecoverableItems",
        "RssSubscriptions",
        "SentItems",
        "SyncIssues",
        "Tasks",
    ),
}
"""Values of types that the pages list in their text (get-mailboxfolderstatistics, add-mailboxfolderpermission)."""
_FLAGS = frozenset({"MailboxFolderPermissionFlags"})
"""Types whose values can be combined, with commas."""


def converted(name: str, detail: Mapping[str, Any], value: Any) -> Any:
    """Return a value as the type of its parameter: bool, int, text, list or Edit. Raises CmdletError."""
    kind = str(detail["type"]).removeprefix("System.")
    if value is None:
        if name in _TRI_STATE:
            return None
        if detail.get("required") or detail.get("values") or name == "Identity" or kind not in _NULLABLE:
            raise bad_parameter(f"Cannot bind argument to parameter '{name}' because it is null.")
        return None
    if kind in ("SwitchParameter", "Boolean"):
        if not isinstance(value, bool):
            raise _untransformed(name, "Cannot convert value to type System.Boolean.")
        return value
    if kind.endswith("[]") or kind in _LISTS:
        return _many(name, kind, detail, value)
    if kind in ("Int32", "UInt32"):
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _INT_MOST:
            raise _untransformed(name, "Cannot convert value to type System.Int32.")
        return value
    if kind == "Unlimited":
        return _unlimited(name, value)
    if not isinstance(value, str):
        raise _untransformed(name, f"Cannot convert value to type {kind}.")
    if not value and (detail.get("required") or kind.endswith("IdParameter")):
        raise bad_parameter(f"Cannot bind argument to parameter '{name}' because it is an empty string.")
    return _text(name, kind, detail, value)


def _untransformed(name: str, text: str) -> CmdletError:
    return bad_parameter(f"Cannot process argument transformation on parameter '{name}'. {text}")


def _unlimited(name: str, value: Any) -> int | str:
    if isinstance(value, str) and value.lower() == "unlimited":
        return "Unlimited"
    if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS_MOST:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _INT_MOST:
        return value
    if isinstance(value, str) and name != "ResultSize" and _is_size_or_span(value):
        return value
    raise _untransformed(name, f"Cannot convert value '{value}' to type Unlimited.")


def _is_size_or_span(text: str) -> bool:
    return forms.size_bytes(text) is not None or forms.span_seconds(text) is not None


def _many(name: str, kind: str, detail: Mapping[str, Any], value: Any) -> list[str] | Edit:
    if isinstance(value, Mapping):
        if kind not in _LISTS:
            raise _untransformed(name, f"Cannot convert hash table to type {kind}.")
        return _edit(name, detail, value)
    items = value if isinstance(value, list) else [value]
    if detail.get("required") and not items:
        raise bad_parameter(f"Cannot bind argument to parameter '{name}' because it is an empty collection.")
    return [_item(name, kind, detail, item) for item in items]


def _item(name: str, kind: str, detail: Mapping[str, Any], item: Any) -> str:
    if not isinstance(item, str) or not item:
        raise _untransformed(name, f"Cannot convert value to type {kind}.")
    return _text(name, kind.removesuffix("[]"), detail, item)


def _edit(name: str, detail: Mapping[str, Any], value: Mapping[str, Any]) -> Edit:
    if value.get("@odata.type") != HASH_TABLE:
        raise _untransformed(name, f"A hash table needs @odata.type {HASH_TABLE}.")
    parts: dict[str, tuple[str, ...]] = {"add": (), "remove": ()}
    for key, items in value.items():
        if key == "@odata.type":
            continue
        if key.lower() not in parts:
            raise _untransformed(name, f"A hash table takes Add and Remove, not '{key}'.")
        listed = items if isinstance(items, list) else [items]
        parts[key.lower()] = tuple(_item(name, "MultiValuedProperty", detail, item) for item in listed)
    if not any(parts.values()):
        raise _untransformed(name, "A hash table needs something to add or to remove.")
    return Edit(parts["add"], parts["remove"])


_FORMS: dict[str, Callable[[str], bool]] = {
    "Guid": forms.is_guid,
    "SmtpAddress": forms.is_smtp,
    "DateTime": forms.is_date,
    "ExDateTime": forms.is_date,
    "TimeSpan": lambda text: forms.span_seconds(text) is not None,
    "EnhancedTimeSpan": lambda text: forms.span_seconds(text) is not None,
    "ByteQuantifiedSize": lambda text: forms.size_bytes(text) is not None,
}


def _text(name: str, kind: str, detail: Mapping[str, Any], value: str) -> str:
    listed = detail.get("values") or _LISTED.get(kind)
    if listed and kind in _FLAGS and "," in value:
        single = {**detail, "values": listed}
        return ", ".join(_text(name, "", single, part.strip()) for part in value.split(","))
    if listed:
        spelling = {one.lower(): one for one in listed}.get(value.lower())
        if spelling is None:
            choices = ", ".join(listed)
            raise bad_parameter(f"Cannot bind parameter '{name}': '{value}' is not one of {choices}.")
        return str(spelling)
    form = _FORMS.get(kind)
    if form is not None and not form(value):
        raise _untransformed(name, f"Cannot convert value '{value}' to type {kind}.")
    return value
