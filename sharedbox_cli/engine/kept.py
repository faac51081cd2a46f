"""Keeps one reading in the saved observations. Only what changed since the reading before is written."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.access_diff import MailboxKey, Snapshot, exactly, holder_of, is_through
from sharedbox_cli.core.errors import ObservationsError
from sharedbox_cli.engine.observed_rows import form_of, row_of, storable


@dataclass(frozen=True, slots=True)
class Kept:
    """One reading of one platform, to be kept."""

    tenant_id: str
    tenant_name: str
    platform: str
    read_at: datetime
    profile: str
    tool_version: str
    snapshot: Snapshot
    names: Mapping[MailboxKey, str]
    """The addresses of the mailboxes, as they are written."""


class Saving:
    """One reading that is being kept."""

    def __init__(self, connection: sqlite3.Connection, kept: Kept) -> None:
        self._run = connection.execute
        self._kept = kept
        self._scope = 0
        self._number = 0

    def save(self, path: Path) -> None:
        """Write what changed since the reading before."""
        kept = self._kept
        where = (kept.tenant_id, kept.platform)
        self._run("insert or ignore into scopes (tenant, platform) values (?, ?)", where)
        self._scope = self._run("select id from scopes where tenant = ? and platform = ?", where).fetchone()[0]
        last = self._run(
            "select number, read_at from readings where scope = ? order by number desc limit 1", (self._scope,)
        ).fetchone()
        if last is not None and last["read_at"] > stored_instant(kept.read_at):
            raise ObservationsError(
                where=str(path),
                why=f"The newest saved reading is of {last['read_at'][:19]} UTC, which is later than this one.",
                hint="Check the clock of this computer.",
            )
        self._number = last["number"] + 1 if last is not None else 1
        self._run(
            "insert into readings values (?, ?, ?, ?, ?, ?, ?)",
            (
                self._scope,
                self._number,
                stored_instant(kept.read_at),
                storable(kept.tenant_name),
                kept.profile,
                kept.tool_version,
                kept.snapshot.is_whole,
            ),
        )
        self._mailboxes()

    def _mailboxes(self) -> None:
        kept, snapshot = self._kept, self._kept.snapshot
        rows: dict[MailboxKey, dict[Hashable, AccessRow]] = defaultdict(dict)
        for row in snapshot.rows:
            rows[row.mailbox_key][exactly(row)] = row
        groups = snapshot.unknown_groups()
        open_ones = self._run(
            "select id, key from mailboxes where scope = ? and gone is null", (self._scope,)
        ).fetchall()
        known = {row["key"]: row["id"] for row in open_ones}
        for key in sorted(snapshot.mailboxes):
            if key[1] != kept.platform:
                continue
            if key[0] not in known:
                known[key[0]] = self._run(
                    "insert into mailboxes (scope, key, address, first_seen) values (?, ?, ?, ?)",
                    (self._scope, key[0], storable(kept.names[key]), self._number),
                ).lastrowid
            if snapshot.knows(key):
                self._rows(known[key[0]], rows.get(key, {}), groups)
                self._cover(known[key[0]])
        for row in open_ones:
            key = (row["key"], kept.platform)
            if key not in snapshot.mailboxes and snapshot.knows(key):
                self._end_mailbox(row["id"])

    def _cover(self, mailbox: int) -> None:
        """Note that a mailbox was read completely."""
        extended = self._run(
            "update coverage set last = ?1 where mailbox = ?2 and last = ?1 - 1", (self._number, mailbox)
        )
        if not extended.rowcount:
            self._run("insert into coverage values (?, ?, ?)", (mailbox, self._number, self._number))

    def _last_seen(self, mailbox: int) -> int:
        found = self._run("select max(last) from coverage where mailbox = ?", (mailbox,)).fetchone()[0]
        return int(found or self._number)

    def _end_mailbox(self, mailbox: int) -> None:
        self._run("update mailboxes set gone = ? where id = ?", (self._number, mailbox))
        for row in self._run("select id from access where mailbox = ? and ended is null", (mailbox,)).fetchall():
            self._end(row["id"], mailbox)

    def _end(self, access: int, mailbox: int) -> None:
        """End a right: this reading shows that it is not there any more."""
        values = (self._number, self._last_seen(mailbox), access)
        self._run("update access set ended = ?, last_seen = ? where id = ?", values)
        self._run("update states set ended = ? where access = ? and ended is null", (self._number, access))

    def _rows(self, mailbox: int, rows: dict[Hashable, AccessRow], groups: frozenset[tuple[str, str]]) -> None:
        left = dict(rows)
        for old in self._run(
            "select a.*, s.first_seen since, s.form number, f.form from access a "
            "join states s on s.access = a.id and s.ended is null join forms f on f.id = s.form "
            "where a.mailbox = ? and a.ended is null",
            (mailbox,),
        ).fetchall():
            before = row_of(old, "", self._kept.platform)
            row = left.pop(exactly(before), None)
            if row is None:
                if not is_through(before, groups):
                    self._end(old["id"], mailbox)
            elif form_of(row) != old["form"]:
                self._run("update states set ended = ? where access = ? and ended is null", (self._number, old["id"]))
                self._state(old["id"], row)
        for row in left.values():
            access = self._run(
                "insert into access (mailbox, trustee_id, right, via, entry, detail, first_seen) "
                "values (?, ?, ?, ?, ?, ?, ?)",
                (
                    mailbox,
                    storable(holder_of(row)[1]),
                    str(row.right),
                    json.dumps(row.via),
                    str(row.entry),
                    json.dumps(row.detail),
                    self._number,
                ),
            ).lastrowid
            self._state(int(access or 0), row)

    def _state(self, access: int, row: AccessRow) -> None:
        """Start a state of a right, with what is known of its holder."""
        form = form_of(row)
        self._run("insert or ignore into forms (form) values (?)", (form,))
        number = self._run("select id from forms where form = ?", (form,)).fetchone()[0]
        self._run("insert or replace into states values (?, ?, ?, null)", (access, number, self._number))


def stored_instant(moment: datetime) -> str:
    """Return a time as it is stored: texts that sort like times."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
