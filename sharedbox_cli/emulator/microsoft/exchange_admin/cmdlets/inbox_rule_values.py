"""What the parameters of an inbox rule accept."""

from __future__ import annotations

import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft import folders, inbox_rules
from sharedbox_cli.emulator.microsoft.exchange_admin import forms
from sharedbox_cli.emulator.microsoft.exchange_admin.binding import facts
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call
from sharedbox_cli.emulator.microsoft.exchange_admin.conversion import Edit
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError, bad_value, not_found, refused
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import find_mailbox, find_object

_WORD_MOST = 255
_SIZES = ("WithinSizeRangeMinimum", "WithinSizeRangeMaximum")
_DATES = ("ReceivedAfterDate", "ReceivedBeforeDate")


def checked(
    call: Call, mailbox: sqlite3.Row, given: dict[str, Any], before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return parameters as they are stored: recipients and folders by id, sizes in bytes. Raises CmdletError."""
    held = before or {}
    found = {name: _value(call, mailbox, name, value, held.get(name)) for name, value in given.items()}
    whole = {**held, **found}
    for prefix in ("", "ExceptIf"):
        least, most = (whole.get(f"{prefix}{name}") for name in _SIZES)
        if (least is None) is not (most is None):
            raise refused(f"The parameters {prefix}{_SIZES[0]} and {prefix}{_SIZES[1]} have to be used together.")
        if least is not None and most is not None and least > most:
            raise refused(f"{prefix}{_SIZES[0]} can't be larger than {prefix}{_SIZES[1]}.")
        after, until = (whole.get(f"{prefix}{name}") for name in _DATES)
        if after is not None and until is not None and after > until:
            raise refused(f"{prefix}{_DATES[0]} can't be later than {prefix}{_DATES[1]}.")
    return found


def _value(call: Call, mailbox: sqlite3.Row, name: str, value: Any, held: Any) -> Any:
    if isinstance(value, Edit):
        gone = {text.lower() for text in value.remove}
        value = [*(one for one in held or () if one.lower() not in gone), *value.add]
    if value is None:
        return None
    if name in inbox_rules.RECIPIENTS:
        return list(dict.fromkeys(_recipient(call, text) for text in value))
    if name in inbox_rules.FOLDERS:
        return _folder(call, mailbox, value)
    if name.endswith("HasClassification") and value:
        raise not_found(value[0])
    if name == "FlagMessage":
        return _flag(value)
    if name.endswith(_SIZES):
        return forms.size_bytes(value)
    if isinstance(value, list) and any(len(text) > _WORD_MOST for text in value):
        raise bad_value(f"The length of a word in {name} is too long. The maximum length is {_WORD_MOST}.")
    if isinstance(value, list) and call.tenant.meta("rule_words") == "upper" and name.endswith("ContainsWords"):
        return [inbox_rules.capitals(text) for text in value]
    return value


def _flag(text: str) -> str:
    """Return a flag as it is spelled. Assumed: the flags that FlaggedForAction looks for."""
    listed = facts()["New-InboxRule"]["parameters"]["FlaggedForAction"]["values"]
    found = next((flag for flag in listed if flag.lower() == text.lower()), None)
    if found is None:
        raise bad_value(f"The value '{text}' isn't valid for FlagMessage: {', '.join(listed)}.")
    return str(found)


def _recipient(call: Call, text: str) -> str:
    try:
        row = find_object(call, text)
    except CmdletError:
        if forms.is_smtp(text) and text.rpartition("@")[2].lower() not in call.tenant.domains():
            return f"smtp:{text}"
        raise
    if not row["mail"]:
        raise refused(f"The recipient '{text}' isn't mail-enabled.")
    return f"id:{row['id']}"


def _folder(call: Call, mailbox: sqlite3.Row, text: str) -> str:
    r"""Return the id of a folder that `MAILBOX:\PATH` names in the language of the mailbox.

    Whether the service accepts `MAILBOX:FOLDERID`, too, is not known: it is refused. So is a path without a mailbox,
    which is in the mailbox of the caller: an application has none.
    """
    owner, mark, path = text.partition(":\\")
    if not (owner and mark) or find_mailbox(call, owner)["id"] != mailbox["id"]:
        raise not_found(text)
    folder = folders.at_path(call.tenant, mailbox["id"], path) if path else None
    if folder is None:
        raise not_found(text)
    if folder["class"] not in ("", folders.MAIL):
        raise refused(f"The folder '{text}' isn't a mail folder, so a rule can't put messages into it.")
    return str(folder["id"])
