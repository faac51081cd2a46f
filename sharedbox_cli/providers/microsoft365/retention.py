"""What a mailbox keeps, how large its messages can be, and its audit log: read by Get-Mailbox.

learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox and enable-mailbox, read 2026-11.
"""

from __future__ import annotations

import re

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import NOT_KEPT, UNLIMITED, Value, whole_number
from sharedbox_cli.providers.columns import Body, Column, Columns, Row, UnknownForm, switch
from sharedbox_cli.providers.forms import flag_of, optional_text, shown, text_of
from sharedbox_cli.providers.microsoft365.quirks import size_bytes, span_seconds

DAY_SECONDS = 86400
MOST_RECOVERY_DAYS = 30
MOST_MESSAGE_BYTES = 150 * 1024**2
_DAYS = re.compile(r"([0-9]{1,5})d")
_NO_ARCHIVE = "00000000-0000-0000-0000-000000000000"


def has_archive(row: Row) -> Value:
    """Return whether it has an archive. `ArchiveStatus` can say `None` of one that exists (microsoft-365-docs#4128)."""
    return optional_text(row, "ArchiveGuid") not in ("", _NO_ARCHIVE) or optional_text(row, "ArchiveStatus") not in (
        "",
        "None",
    )


def days_text(text: str) -> str:
    """Return a .NET span of whole days as `14d`; any other span as the service writes it."""
    seconds = span_seconds(text)
    return text if seconds is None or seconds % DAY_SECONDS else f"{seconds // DAY_SECONDS}d"


def _span(value: Value) -> str:
    """Return days as a .NET span, and a text of the service unchanged. Raises UnknownForm."""
    match = _DAYS.fullmatch(str(value))
    if match:
        return f"{int(match[1])}.00:00:00"
    if span_seconds(str(value)) is None:
        message = f"`{value}` is not a number of days"
        raise UnknownForm(message)
    return str(value)


def _deleted_items(row: Row) -> Value:
    return days_text(text_of(row, "RetainDeletedItemsFor"))


def _item_recovery(row: Row) -> Value:
    return _deleted_items(row) if flag_of(row, "SingleItemRecoveryEnabled") else NOT_KEPT


def _keep_items(_: Value, after: Value) -> Body:
    if after == NOT_KEPT:
        return {"SingleItemRecoveryEnabled": False}
    return {"SingleItemRecoveryEnabled": True, "RetainDeletedItemsFor": _span(after)}


def _hold_duration(row: Row) -> Value:
    """Return how long a hold keeps a message. It is not established whether the service writes a span or a number."""
    value = row["LitigationHoldDuration"]
    if value is None or value == "":
        return UNLIMITED
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        message = f"It is {shown(value)}, not a time span."
        raise UnknownForm(message)
    days = whole_number(str(value))
    text = days_text(str(value)) if days is None else f"{days}d"
    return UNLIMITED if text.lower() == UNLIMITED else text


def _keep_for(_: Value, after: Value) -> Body:
    match = _DAYS.fullmatch(str(after))
    return {"LitigationHoldDuration": "Unlimited" if after == UNLIMITED else int(match[1]) if match else _span(after)}


def _named(name: str) -> Column:
    """Return a text that null clears."""
    return Column((name,), lambda row: optional_text(row, name), lambda _, after: {name: after or None}, True)


def _size(name: str) -> Column:
    """Return a size in bytes, which the service writes as `35 MB (36,700,160 bytes)`."""

    def read(row: Row) -> Value:
        text = text_of(row, name)
        if text.lower() == UNLIMITED:
            return UNLIMITED
        size = size_bytes(text)
        if size is None:
            message = f"It is {shown(text)}, not a size in bytes."
            raise UnknownForm(message)
        return size

    def write(_: Value, after: Value) -> Body:
        if isinstance(after, int) and not isinstance(after, bool):
            return {name: f"{after // 1024}KB" if after % 1024 == 0 else f"{after}B"}
        if after != UNLIMITED:
            message = f"`{after}` is not a size"
            raise UnknownForm(message)
        return {name: "Unlimited"}

    return Column((name,), read, write)


RETENTION: Columns = {
    Field.HOLD: switch("LitigationHoldEnabled"),
    Field.HOLD_DURATION: Column(("LitigationHoldDuration",), _hold_duration, _keep_for, is_optional=True),
    Field.HOLD_NOTE: _named("RetentionComment"),
    Field.ITEM_RECOVERY: Column(("SingleItemRecoveryEnabled", "RetainDeletedItemsFor"), _item_recovery, _keep_items),
    Field.DELETED_ITEMS: Column(
        ("RetainDeletedItemsFor",), _deleted_items, lambda _, after: {"RetainDeletedItemsFor": _span(after)}
    ),
    Field.RETENTION_POLICY: _named("RetentionPolicy"),
    Field.SEND_LIMIT: _size("MaxSendSize"),
    Field.RECEIVE_LIMIT: _size("MaxReceiveSize"),
    Field.AUDIT_LOG: switch("AuditEnabled"),
}
"""Written by Set-Mailbox."""
ARCHIVE: Columns = {Field.ARCHIVE: Column(("ArchiveGuid", "ArchiveStatus"), has_archive, is_optional=True)}
"""Written by Enable-Mailbox and Disable-Mailbox."""
