"""Who granted which right, as far as journals know: each grant that sharedbox made and did not revoke again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from sharedbox_cli.core.access_why import Granted, GrantKey
from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Right


def newest_grants_of(steps: Iterable[sqlite3.Row], tenants: Mapping[str, str]) -> dict[GrantKey, Granted]:
    """Return the newest grant of each right in some tenants, given by platform. Raises JournalError."""
    found: dict[GrantKey, Granted] = {}
    try:
        for row in sorted(steps, key=lambda step: str(step["at"])):
            change = json.loads(row["change"])
            party, platform = change["party"], change["platform"]
            if party is None or json.loads(row["tenants"]).get(platform) != tenants.get(platform, ""):
                continue
            key = (change["mailbox"].lower(), platform, party["id"], Right(party["right"]), party["detail"])
            if change["kind"] == Kind.REVOKE:
                found.pop(key, None)
            elif change["kind"] == Kind.GRANT or {Field.ROLE, Field.LEVEL} & change["after"].keys():
                by = f"{row['who']} on {row['host']}"
                found[key] = Granted(datetime.fromisoformat(row["at"]), by, row["run"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"A change in it has another form ({type(error).__name__})."
        raise JournalError("cannot read the journal", why=why) from error
    return found
