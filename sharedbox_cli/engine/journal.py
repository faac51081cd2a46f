"""The journal: each intent is stored durably before its request is sent, and each outcome after it."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import socket
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sharedbox_cli.core.change import Change, Kind, inverse, no_inverse_because
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.core.plan import GOOD_FOR, Plan
from sharedbox_cli.core.recent import SPAN, RecentAccess, RecentStep, recent_access
from sharedbox_cli.core.record import AutomappingStep, CompleteRun, ReaderStep, RunRecord, StepRecord
from sharedbox_cli.engine.storage import open_journal


class Journal:
    """One file per profile, with one writer. Use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, *, for_writing: bool) -> Journal:
        """Return the journal at a path. Raises JournalError."""
        return cls(open_journal(path, for_writing=for_writing))

    def __enter__(self) -> Journal:
        """Return the journal."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file when no other thread is writing, because SQLite would crash the process."""
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection.execute("begin immediate")
                yield self._connection
                self._connection.execute("commit")
            except sqlite3.Error as error:
                self._undo()
                raise JournalError(
                    why=f"{type(error).__name__}: {error}", hint="Check whether the disk is full."
                ) from error
            except BaseException:
                self._undo()
                raise

    def _undo(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("rollback")

    def _read(self, query: str, values: tuple[str, ...] = ()) -> list[sqlite3.Row]:
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise JournalError("cannot read the journal", why=f"{type(error).__name__}: {error}") from error

    def probe(self) -> None:
        """Prove that a row can be stored durably. Raises JournalError."""
        with self._writing() as connection:
            connection.execute("insert or replace into probe values (1, ?)", (_now(),))

    def begin_run(self, plan: Plan, plan_id: str, profile: str, waivers: tuple[str, ...]) -> str:
        """Return the ID of a new run."""
        run = str(uuid.uuid4())
        with self._writing() as connection:
            connection.execute(
                "insert into runs values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, 'running')",
                (
                    run,
                    profile,
                    json.dumps(to_plain(plan.tenants)),
                    plan_id,
                    plan.desired.total or 0,
                    plan.tool_version,
                    _user(),
                    socket.gethostname(),
                    os.getpid(),
                    json.dumps(waivers),
                    _now(),
                ),
            )
            connection.executemany(
                "insert or ignore into allowed values (?, ?)",
                [(run, change.key) for change in plan.changes if change.kind is Kind.REVOKE],
            )
        return run

    def intend(self, run: str, seq: int, change: Change) -> str:
        """Store the intent of a change durably and return its request ID. Raises JournalError."""
        request = str(uuid.uuid4())
        back = inverse(change)
        undo = {"change": to_plain(_stored(back))} if back else {"because": no_inverse_because(change)}
        with self._writing() as connection:
            connection.execute(
                "insert into steps values (?, ?, ?, ?, ?, ?, ?, null, null, null, null, null)",
                (run, seq, change.key, json.dumps(to_plain(_stored(change))), json.dumps(undo), request, _now()),
            )
        return request

    def conclude(self, run: str, seq: int, outcome: Outcome) -> None:
        """Store the outcome of a change. Raises JournalError."""
        with self._writing() as connection:
            connection.execute(
                "update steps set status = ?, reason = ?, vendor_id = ?, mailbox_id = ?, outcome_at = ? "
                "where run = ? and seq = ?",
                (outcome.status, outcome.reason, outcome.request_id, outcome.mailbox_id, _now(), run, seq),
            )

    def skip(self, run: str, skipped: Iterable[tuple[int, Change, Outcome]]) -> None:
        """Store the changes that were not sent, in one commit: a run that stops must not need one commit per change."""
        at = _now()
        rows = [
            (run, seq, change.key, json.dumps(to_plain(_stored(change))), at, outcome.status, outcome.reason, at)
            for seq, change, outcome in skipped
        ]
        with self._writing() as connection:
            connection.executemany("insert into steps values (?, ?, ?, ?, '', '', ?, ?, ?, '', '', ?)", rows)

    def end_run(self, run: str, state: str) -> None:
        """Close a run: `complete`, `partly`, `stopped`."""
        with self._writing() as connection:
            connection.execute("update runs set ended_at = ?, state = ? where id = ?", (_now(), state, run))

    def runs(self, start: str = "", limit: int | None = None) -> tuple[RunRecord, ...]:
        """Return the runs, newest first: those whose ID starts with `start`, at most `limit` of them."""
        rows = self._read(
            "select * from runs where substr(id, 1, length(?1)) = ?1 order by started_at desc, rowid desc "
            "limit cast(?2 as integer)",
            (start, str(-1 if limit is None else limit)),
        )
        return tuple(self._record(row) for row in rows)

    def count_runs(self) -> int:
        """Return how many runs there are."""
        return int(self._read("select count(*) n from runs")[0]["n"])

    def _record(self, row: sqlite3.Row) -> RunRecord:
        counts = self._read(
            "select coalesce(status, 'open') status, count(*) n from steps where run = ? group by 1", (row["id"],)
        )
        return RunRecord(
            row["id"],
            row["profile"],
            json.loads(row["tenants"]),
            row["plan_id"],
            row["documents"],
            row["tool_version"],
            row["who"],
            row["host"],
            tuple(json.loads(row["waivers"])),
            row["started_at"],
            row["ended_at"] or "",
            row["state"],
            {item["status"]: item["n"] for item in counts},
        )

    def steps(self, run: str) -> tuple[StepRecord, ...]:
        """Return the changes of a run, in order."""
        rows = self._read("select * from steps where run = ? order by seq", (run,))
        return tuple(
            StepRecord(
                row["seq"],
                row["key"],
                json.loads(row["change"]),
                row["status"] or "",
                row["reason"] or "",
                row["vendor_id"] or "",
                row["intent_at"],
                row["outcome_at"] or "",
            )
            for row in rows
        )

    def is_plan_used(self, plan_id: str) -> bool:
        """Return whether a plan was applied already: a plan can be applied once."""
        return bool(self._read("select 1 from runs where plan_id = ? limit 1", (plan_id,)))

    def complete_runs(self) -> tuple[CompleteRun, ...]:
        """Return the last complete run of each profile on each set of tenants, of those that knew their documents."""
        rows = self._read(
            "select profile, tenants, documents, max(started_at) started_at from runs "
            "where state = 'complete' and documents > 0 group by profile, tenants"
        )
        return tuple(
            CompleteRun(
                row["profile"], frozenset(json.loads(row["tenants"]).values()), int(row["documents"]), row["started_at"]
            )
            for row in rows
        )

    def continued(self, profile: str) -> frozenset[str]:
        """Return the keys of the revocations that the guards allowed to runs of a day that did not finish.

        Those that were done are not among them: if they are needed again, the guards decide again.
        """
        if not self._read("select 1 from sqlite_master where name = 'allowed'"):
            return frozenset()  # an earlier version wrote this journal
        since = (datetime.now(UTC) - GOOD_FOR).isoformat()
        rows = self._read(
            "select key from allowed join runs on id = run "
            "where profile = ? and state <> 'complete' and started_at > ? and not exists ("
            "select 1 from steps where steps.run = allowed.run and steps.key = allowed.key and status = 'done')",
            (profile, since),
        )
        return frozenset(row["key"] for row in rows)

    def managed_on(self, profile: str) -> dict[Address, Platform]:
        """Return the platform on which each mailbox was changed last, without mailboxes that were deleted there."""
        rows = self._read(
            "select json_extract(change, '$.mailbox') mailbox, json_extract(change, '$.platform') platform, "
            "json_extract(change, '$.kind') kind from steps join runs on id = run "
            "where profile = ? and status in ('done', 'already_so') order by intent_at, seq",
            (profile,),
        )
        last = {Address.of(row["mailbox"]): (row["kind"], Platform(row["platform"])) for row in rows}
        return {mailbox: platform for mailbox, (kind, platform) in last.items() if kind != Kind.DELETE}

    def recent_access(self, profile: str) -> dict[Address, RecentAccess]:
        """Return what the runs of the last days changed in the access to each mailbox."""
        rows = self._read(
            "select change, waivers from steps join runs on id = run "
            "where profile = ? and status = 'done' and intent_at > ? order by intent_at, seq",
            (profile, (datetime.now(UTC) - SPAN).isoformat()),
        )
        return recent_access(RecentStep(json.loads(row["change"]), tuple(json.loads(row["waivers"]))) for row in rows)

    def done(self) -> list[sqlite3.Row]:
        """Return every change that was made, in order, with its run, who made it, and when."""
        return self._read(
            "select change, run, who, host, tenants, coalesce(outcome_at, intent_at) at from steps "
            "join runs on id = run where status = 'done' order by intent_at, seq"
        )

    def has_written_since(self, since: datetime) -> bool:
        """Return whether a run sent a change, or ended, after a time: what was read then can be out of date."""
        at = since.astimezone(UTC).isoformat()
        return bool(
            self._read(
                "select 1 from runs where started_at > ?1 or ended_at > ?1 union all "
                "select 1 from steps where intent_at > ?1 or outcome_at > ?1 limit 1",
                (at,),
            )
        )

    def automapping(self) -> tuple[AutomappingStep, ...]:
        """Return what was done to grants of full access, in order: no platform reports their automapping."""
        rows = self._read(
            "select change, mailbox_id, intent_at from steps where status in ('done') and key like '%full_access%' "
            "order by intent_at, seq"
        )
        steps = []
        for row in rows:
            change = json.loads(row["change"])
            if change["party"] is None or change["party"]["right"] != "full_access":
                continue  # an address can contain these words too
            key = (change["mailbox_id"] or row["mailbox_id"] or "", change["party"]["id"])
            is_on = None if change["kind"] == "revoke" else bool(change["after"].get("automapping", True))
            steps.append(AutomappingStep(row["intent_at"], key, is_on))
        return tuple(steps)

    def readers(self) -> tuple[ReaderStep, ...]:
        """Return who was allowed to read mail alone, in order, and who no longer is."""
        rows = self._read(
            "select change, intent_at from steps where status = 'done' and key like '% read %' order by intent_at, seq"
        )
        steps = []
        for row in rows:
            change = json.loads(row["change"])
            if change["party"] is not None and change["party"]["right"] == "read":  # a name can contain the word too
                reader = (change["mailbox"].lower(), change["party"]["id"])
                steps.append(ReaderStep(row["intent_at"], reader, change["kind"] != "revoke"))
        return tuple(steps)


def _stored(change: Change) -> Change:
    """Return the part of a change to store: what undo needs. Nothing in it is secret."""
    return replace(change, needs=())


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
