"""An audit that was saved as JSON, as the values that it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.access_diff import MailboxKey, Snapshot, unread_names
from sharedbox_cli.core.model import Right, TrusteeKind
from sharedbox_cli.core.open_access import Audience, Entry
from sharedbox_cli.reports.document import Tenant
from sharedbox_cli.reports.read_back import Misfit, edited, read_document

_AUDIENCES = frozenset(map(str, Audience))
OF_ROWS = frozenset({"person", "right", "only", "since"})
"""Options that leave out rows of the mailboxes that were read."""


@dataclass(frozen=True, slots=True)
class SavedAudit:
    """One saved audit."""

    file: str
    snapshot: Snapshot
    tenants: Mapping[str, Tenant]
    names: Mapping[MailboxKey, str]
    """The addresses of the mailboxes, as they are written."""
    profile: str
    tool_version: str
    read_at: datetime
    selection: Mapping[str, Sequence[str]]
    inside: str
    """The folders that were read, or nothing."""
    is_complete: bool
    """Whether every platform and every object was read."""


def read_audit(path: Path) -> SavedAudit:
    """Return a saved audit. Raises UsageError."""
    data = read_document(path, "audit")
    try:
        return _audit_of(str(path), data)
    except Misfit as error:
        raise edited(path, "audit", str(error)) from error


def _audit_of(file: str, data: Mapping[str, Any]) -> SavedAudit:
    names = {(item["mailbox"].lower(), item["platform"]): item["mailbox"] for item in data["mailboxes"]}
    rows = tuple(row_of(item, f"rows[{number}]") for number, item in enumerate(data["rows"]))
    for number, row in enumerate(rows):
        if row.mailbox_key not in names:
            message = f"`rows[{number}].mailbox` is none of the mailboxes."
            raise Misfit(message)
    tenants = {platform: Tenant(one["id"], one["name"]) for platform, one in data["tenants"].items()}
    selection = {name: tuple(values) for name, values in data["selection"].items()}
    left_out = {item["platform"] for item in data["left_out"]}
    snapshot = Snapshot(
        {platform: tenant.id for platform, tenant in tenants.items() if platform not in left_out},
        {(item["mailbox"].lower(), item["platform"]): item["is_read"] for item in data["mailboxes"]},
        rows,
        *unread_names((item["platform"], item["kind"], item["name"], item["mailbox"]) for item in data["not_read"]),
        is_whole=not selection.keys() - OF_ROWS,
    )
    return SavedAudit(
        file,
        snapshot,
        tenants,
        names,
        data["profile"],
        data["tool_version"],
        _instant(data["read_at"]),
        selection,
        data.get("inside", ""),
        not (data["left_out"] or data["not_read"]),
    )


def _instant(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    message = "`read_at` is not an instant."
    raise Misfit(message)


def row_of(data: Mapping[str, Any], where: str) -> AccessRow:
    """Return the row that was written as JSON. Raises Misfit."""
    word = data["kind"]
    kind = Audience(word) if word in _AUDIENCES else _word(TrusteeKind, word, f"{where}.kind")
    return AccessRow(
        mailbox=data["mailbox"],
        platform=data["platform"],
        person=data["person"],
        name=data["name"],
        trustee_id=data["trustee_id"],
        kind=kind,
        right=_word(Right, data["right"], f"{where}.right"),
        detail=data["detail"],
        via=tuple(data["via"]),
        is_enabled=data["is_enabled"],
        is_guest=data["is_guest"],
        entry=_word(Entry, data["entry"], f"{where}.entry"),
        automapping=data["automapping"],
        is_resolved=data["is_resolved"],
        address=data["address"],
        can_hold=data["can_hold"],
        holder=_holder(kind, data),
        is_external=data["is_external"],
    )


W = TypeVar("W", Right, Entry, TrusteeKind)


def _word(kind: type[W], text: str, where: str) -> W:
    try:
        return kind(text)
    except ValueError as error:
        message = f"`{where}` is {text[:40]!r}, which this version does not know."
        raise Misfit(message) from error


def _holder(kind: TrusteeKind | Audience, data: Mapping[str, Any]) -> str:
    """Return the key of the holder: accounts of one person are shown with the same address on all platforms."""
    if kind is TrusteeKind.USER and data["address"]:
        return f"user:{data['person']}"
    return f"{kind}:{data['trustee_id'] or data['person']}"
