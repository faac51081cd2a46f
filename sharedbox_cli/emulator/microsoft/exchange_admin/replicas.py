"""The lag of settings: readers see the previous values until it is over (`lag:settings`, seconds)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Row


def show_later(call: Call, mailbox: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Show the previous values to readers until the lag is over."""
    lag = call.tenant.lag("settings")
    if not lag:
        return
    changed = [name for name in after if before.get(name) != after[name]]
    call.tenant.many(
        "insert into exchange_before values (?, ?, ?, ?)",
        [(mailbox, name, json.dumps(before.get(name)), call.now + lag) for name in changed],
    )


def as_seen(call: Call, rows: Iterable[Row]) -> list[Row]:
    """Return rows of mailboxes as readers see them now."""
    mailboxes = list(rows)
    old: dict[str, dict[str, Any]] = {}
    # The oldest write that is not visible yet has precedence, so it comes last.
    for line in call.tenant.rows("select * from exchange_before where until > ? order by until desc", call.now):
        old.setdefault(line["mailbox_id"], {})[line["property"]] = json.loads(line["value"])
    for row in mailboxes if old else ():
        row |= {name: value for name, value in old.get(row["ExternalDirectoryObjectId"], {}).items() if name in row}
    return mailboxes
