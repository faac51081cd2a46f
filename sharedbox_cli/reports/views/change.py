"""One change as data: the same keys in a plan, in a run and in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.core.change import Change, no_inverse_because
from sharedbox_cli.core.change_words import words
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.reports.shapes.plan import ChangeJson, RecordedChangeJson, TrusteeJson


def change_data(change: Change) -> ChangeJson:
    """Return a change with its words and whether it can be reversed."""
    return {
        "key": change.key,
        "words": words(change),
        "is_reversible": not no_inverse_because(change),
        **recorded_change(to_plain(change)),
    }


def recorded_change(plain: Mapping[str, Any]) -> RecordedChangeJson:
    """Return a change as the journal records it, in the keys of the public format."""
    place = plain.get("place") or {}
    return {
        "kind": plain["kind"],
        "mailbox": plain["mailbox"],
        "platform": plain["platform"],
        "mailbox_id": plain.get("mailbox_id") or "",
        "created_by": plain.get("how") or "",
        "before": dict(plain.get("before") or {}),
        "after": dict(plain.get("after") or {}),
        "trustee": _trustee(plain.get("party")),
        "risk": plain.get("risk", "low"),
        "why": plain.get("why", ""),
        "needs": list(plain.get("needs") or ()),
        "file": place.get("file", ""),
        "line": place.get("line", 0),
        "column": place.get("column", 0),
    }


def _trustee(party: Mapping[str, Any] | None) -> TrusteeJson | None:
    if party is None:
        return None
    return {
        "id": party["id"],
        "kind": party["kind"],
        "address": party["address"] or "",
        "name": party["name"],
        "right": party["right"],
        "detail": party["detail"],
    }
