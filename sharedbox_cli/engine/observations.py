"""Saved observations: who had access, and from when to when. What does not change is stored once.

A reading ends a right only if it read the mailbox completely. What it could not read, or did not select, stays open.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.errors import ObservationsError
from sharedbox_cli.engine.kept import Kept, Saving, stored_instant
from sharedbox_cli.engine.observed_rows import row_of
from sharedbox_cli.engine.storage import Layout, open_database

_SCHEMA = """
create table scopes (id integer primary key, tenant text not null, platform text not null, unique (tenant, platform));
create table readings (
  scope integer not null references scopes (id), number integer not null, read_at text not null,
  tenant_name text not null, profile text not null, tool_version text not null, is_whole integer not null,
  primary key (scope, number));
create table mailboxes (
  id integer primary key, scope integer not null references scopes (id), key text not null, address text not null,
  first_seen integer not null, gone integer);
create index mailboxes_by_key on mailboxes (scope, key);
create table coverage (
  mailbox integer not null references mailboxes (id), first integer not null, last integer not null,
  primary key (mailbox, first));
create table access (
  id integer primary key, mailbox integer not null references mailboxes (id), trustee_id text not null,
  right text not null, via text not null, entry text not null, detail text not null,
  first_seen integer not null, last_seen integer, ended integer);
create index access_by_mailbox on access (mailbox);
create table forms (id integer primary key, form text not null unique);
create table states (
  access integer not null references access (id), form integer not null references forms (id),
  first_seen integer not null, ended integer, primary key (access, first_seen));
"""
LAYOUT = Layout(ObservationsError, 1, _SCHEMA)
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


@dataclass(frozen=True, slots=True)
class SeenRow:
    """One right, and when it was seen first."""

    row: AccessRow
    first_seen: datetime
    is_start_known: bool
    """False: it was there when its mailbox was read for the first time, and may be much older."""


@dataclass(frozen=True, slots=True)
class SeenMailbox:
    """One mailbox."""

    address: str
    read_at: datetime | None
    """The newest complete reading of it up to then; None: it was never read completely."""


@dataclass(frozen=True, slots=True)
class PastState:
    """What is known of one platform at one time."""

    tenant_id: str
    tenant_name: str
    platform: str
    read_at: datetime
    """The newest reading up to that time."""
    known_since: datetime
    """The first saved reading."""
    has_whole: bool
    """Whether a reading up to then was of all mailboxes: one that is not known yet is new."""
    mailboxes: tuple[SeenMailbox, ...]
    rows: tuple[SeenRow, ...]


class Observations:
    """One file per profile. Use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path, *, for_writing: bool) -> Observations:
        """Return the observations at a path. Raises ObservationsError."""
        try:
            return cls(open_database(path, LAYOUT, for_writing=for_writing), path)
        except ObservationsError as error:
            if isinstance(error.__cause__, sqlite3.Error):
                raise named(error.__cause__, path, error) from error
            raise

    def __enter__(self) -> Observations:
        """Return the observations."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._connection.close()

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            if self._connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("rollback")
            raise named(error, self._path) from error

    def save(self, readings: Sequence[Kept]) -> None:
        """Keep some readings, all or none of them. Raises ObservationsError."""
        with self._guarded() as connection:
            connection.execute("begin immediate")
            try:
                for kept in readings:
                    Saving(connection, kept).save(self._path)
            except ObservationsError:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    def at(self, moment: datetime) -> tuple[PastState, ...]:
        """Return the state of each platform at a time, of the tenant that was read last. Raises ObservationsError."""
        with self._guarded() as connection:
            newest: dict[str, sqlite3.Row] = {}
            for row in connection.execute(
                "select scope, tenant, platform, max(number) number, read_at, tenant_name from readings "
                "join scopes on id = scope where read_at <= ? group by scope order by read_at",
                (stored_instant(moment),),
            ):
                newest[row["platform"]] = row
            return tuple(self._state(connection, newest[name]) for name in sorted(newest))

    def known_since(self) -> dict[str, datetime]:
        """Return the time of the first saved reading, by platform. Raises ObservationsError."""
        with self._guarded() as connection:
            rows = connection.execute(
                "select platform, min(read_at) at from readings join scopes on id = scope group by platform"
            )
            return {row["platform"]: datetime.fromisoformat(row["at"]) for row in rows}

    def _state(self, connection: sqlite3.Connection, newest: sqlite3.Row) -> PastState:
        scope, number = newest["scope"], newest["number"]
        times = {
            row["number"]: datetime.fromisoformat(row["read_at"])
            for row in connection.execute("select number, read_at from readings where scope = ?", (scope,))
        }
        covered = connection.execute(
            "select m.id, m.address, m.first_seen, min(c.first) first, max(min(c.last, ?1)) newest from mailboxes m "
            "left join coverage c on c.mailbox = m.id and c.first <= ?1 where m.scope = ?2 "
            "and m.first_seen <= ?1 and (m.gone is null or m.gone > ?1) group by m.id order by m.key",
            (number, scope),
        ).fetchall()
        whole = connection.execute(
            "select min(number) from readings where scope = ? and is_whole", (scope,)
        ).fetchone()[0]
        boxes = {row["id"]: row for row in covered}
        rows = []
        for row in connection.execute(
            "select a.*, f.form from access a join states s on s.access = a.id join forms f on f.id = s.form "
            "join mailboxes m on m.id = a.mailbox where m.scope = ?2 and a.first_seen <= ?1 "
            "and (a.ended is null or a.ended > ?1) and s.first_seen <= ?1 and (s.ended is null or s.ended > ?1)",
            (number, scope),
        ):
            box = boxes.get(row["mailbox"])
            if box is None:
                continue
            is_new_mailbox = whole is not None and box["first_seen"] > whole
            is_known = row["first_seen"] > (box["first"] or 0) or is_new_mailbox
            found = row_of(row, box["address"], newest["platform"])
            rows.append(SeenRow(found, times[row["first_seen"]], is_known))
        mailboxes = tuple(
            SeenMailbox(row["address"], times[row["newest"]] if row["newest"] else None) for row in covered
        )
        return PastState(
            newest["tenant"],
            newest["tenant_name"],
            newest["platform"],
            times[number],
            min(times.values()),
            whole is not None and whole <= number,
            mailboxes,
            tuple(sorted(rows, key=lambda seen: (seen.row.mailbox_key, seen.row.person, seen.row[4:10]))),
        )


def named(error: Exception, path: Path, known: ObservationsError | None = None) -> ObservationsError:
    """Return the error for a file that cannot be used."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _BUSY:
        why, hint = "Another run is using it.", "Run the same command again later."
        return ObservationsError(where=str(path), why=why, hint=hint)
    if known is not None:
        return known
    if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
        return ObservationsError(where=str(path), why="The disk is full.", hint="Free some space, and run it again.")
    why = f"It is damaged, or was edited ({type(error).__name__}: {error})."
    return ObservationsError(where=str(path), why=why, hint="Move it away. --save starts a new one.")
