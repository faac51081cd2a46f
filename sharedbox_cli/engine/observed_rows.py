"""Rows of an audit as they are stored: what identifies them in columns, and what else is known in one text."""

from __future__ import annotations

import json
import sqlite3

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.model import Right, TrusteeKind
from sharedbox_cli.core.open_access import Audience, Entry

_PLAIN = ("person", "name", "trustee_id", "is_enabled", "is_guest", "automapping", "is_resolved", "address")
_MORE = ("can_hold", "holder", "is_external")


def form_of(row: AccessRow) -> str:
    """Return what is known of the holder of a row: the same for each of their mailboxes."""
    found = {name: getattr(row, name) for name in (*_PLAIN, *_MORE)}
    return json.dumps({**found, "kind": str(row.kind)}, sort_keys=True, separators=(",", ":"))


def row_of(stored: sqlite3.Row, mailbox: str, platform: str) -> AccessRow:
    """Return the row that was stored. Raises ValueError, KeyError, TypeError where the file was edited."""
    form = json.loads(stored["form"])
    kind = form["kind"]
    return AccessRow(
        mailbox=mailbox,
        platform=platform,
        kind=Audience(kind) if kind in set(Audience) else TrusteeKind(kind),
        right=Right(stored["right"]),
        detail=str(json.loads(stored["detail"])),
        via=tuple(map(str, json.loads(stored["via"]))),
        entry=Entry(stored["entry"]),
        **{name: form[name] for name in (*_PLAIN, *_MORE)},
    )


def storable(text: str) -> str:
    """Return a text that a database takes: half a character, which JSON can contain, is replaced."""
    return text.encode("utf-8", "replace").decode()
