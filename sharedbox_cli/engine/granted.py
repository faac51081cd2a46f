"""Who granted which right, as far as the journal knows: each grant that sharedbox made and did not revoke again."""

from __future__ import annotations

import json
from datetime import datetime

from sharedbox_cli.core.access_why import Granted, GrantKey
from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Right
from sharedbox_cli.engine.journal import Journal


def granted(journal: Journal) -> dict[GrantKey, Granted]:
    """Return the newest grant of each right. Raises JournalError."""
    found: dict[GrantKey, Granted] = {}
    try:
        for row in journal.done():
            change = json.loads(row["change"])
            party = change["party"]
            if party is None:
                continue
            mailbox, platform = change["mailbox"].lower(), change["platform"]
            key = (mailbox, platform, party["id"], Right(party["right"]), party["detail"])
            if change["kind"] == Kind.REVOKE:
                found.pop(key, None)
            elif change["kind"] == Kind.GRANT or Field.ROLE in change["after"]:
                by = f"{row['who']} on {row['host']}"
                found[key] = Granted(datetime.fromisoformat(row["at"]), by, row["run"])
    except (ValueError, KeyError, TypeError) as error:
        why = f"A change in it has another form ({type(error).__name__})."
        raise JournalError("cannot read the journal", why=why) from error
    return found
