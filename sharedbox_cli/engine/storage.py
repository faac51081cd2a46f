"""The files of the journal and of saved observations: private, complete, as durable as their file system allows.

sqlite.org/wal.html and sqlite.org/pragma.html, read 2026-11: WAL works on one host only. With synchronous below FULL,
a power failure can undo commits.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
from dataclasses import dataclass
from pathlib import Path

from sharedbox_cli.core.errors import JournalError, ObservationsError

SCHEMA_VERSION = 1
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_ALLOWED = """
create table if not exists allowed (run text not null references runs (id), key text not null, primary key (run, key))
"""
"""Came later, and versions that do not know it can still use the journal."""
_SCHEMA = f"""
create table runs (
  id text primary key, profile text not null, tenants text not null, plan_id text not null, documents integer not null,
  tool_version text not null, who text not null, host text not null, pid integer not null, waivers text not null,
  started_at text not null, ended_at text, state text not null);
create table steps (
  run text not null references runs (id), seq integer not null, key text not null, change text not null,
  inverse text not null, request_id text not null, intent_at text not null, status text, reason text,
  vendor_id text, mailbox_id text, outcome_at text, primary key (run, seq));
create table probe (id integer primary key check (id = 1), at text not null);
{_ALLOWED};
"""
BUSY_SECONDS = 5.0
"""How long to wait for another process that writes to the same file."""
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"})


@dataclass(frozen=True, slots=True)
class Layout:
    """What is in a file, and the error for one that cannot be used."""

    error: type[JournalError | ObservationsError]
    version: int
    schema: str
    later: str = ""
    """What came later, and does not disturb versions that do not know it."""


JOURNAL = Layout(JournalError, SCHEMA_VERSION, _SCHEMA, _ALLOWED)


def open_journal(path: Path, *, for_writing: bool) -> sqlite3.Connection:
    """Return a connection to the journal, which is created and migrated if needed. Raises JournalError."""
    return open_database(path, JOURNAL, for_writing=for_writing)


def open_database(path: Path, layout: Layout, *, for_writing: bool) -> sqlite3.Connection:
    """Return a connection to a file, which is created and migrated if needed. Raises the error of its layout."""
    try:
        _prepare(path, layout, for_writing=for_writing)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
        try:
            connection.row_factory = sqlite3.Row
            if for_writing:
                _settings(connection, path)
            _migrate(connection, path, layout, for_writing=for_writing)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", None) in _DAMAGED:
            raise _damaged(path, layout, for_writing=for_writing) from error
        raise layout.error(
            where=str(path),
            why=f"{type(error).__name__}: {error}",
            hint="Set SHAREDBOX_STATE_DIR to another folder, or fix this one.",
        ) from error
    return connection


def _prepare(path: Path, layout: Layout, *, for_writing: bool) -> None:
    if for_writing:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_folder(path.parent, layout)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    details = path.lstat()
    if not stat.S_ISREG(details.st_mode):
        raise layout.error(where=str(path), why="It is not a regular file.", hint="Move it to another folder.")
    if hasattr(os, "getuid") and details.st_uid != os.getuid():
        raise layout.error(where=str(path), why="It belongs to another user.", hint="Use your own state directory.")
    if details.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise layout.error(where=str(path), why="Other users can write to it.", hint=f"chmod 600 {path}")


def _check_folder(folder: Path, layout: Layout) -> None:
    """Refuse a folder in which other users could replace the file."""
    details = folder.stat()
    if hasattr(os, "getuid") and details.st_uid not in (os.getuid(), 0):
        raise layout.error(where=str(folder), why="It belongs to another user.", hint="Use your own state directory.")
    is_open = details.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not details.st_mode & stat.S_ISVTX
    if is_open and os.name == "posix":
        raise layout.error(where=str(folder), why="Other users can create files in it.", hint=f"chmod go-w {folder}")


def _settings(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("pragma foreign_keys = on")
    mode = "delete" if is_on_network(path) else "wal"
    answer = connection.execute(f"pragma journal_mode = {mode}").fetchone()[0]
    connection.execute(f"pragma synchronous = {'full' if answer == 'wal' else 'extra'}")


def is_on_network(path: Path, mounts: Path = Path("/proc/mounts")) -> bool:
    """Return whether a file is on a network file system, where WAL is not safe."""
    try:
        lines = [line.split() for line in mounts.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return False
    target = str(path.resolve())
    holding = [line for line in lines if len(line) > 2 and target.startswith(line[1].rstrip("/") + "/")]
    return bool(holding) and max(holding, key=lambda line: len(line[1]))[2] in _NETWORK


def _migrate(connection: sqlite3.Connection, path: Path, layout: Layout, *, for_writing: bool) -> None:
    version = connection.execute("pragma user_version").fetchone()[0]
    if version > layout.version:
        why = f"It was created by a newer version (schema {version}; this version supports {layout.version})."
        raise layout.error(where=str(path), why=why, hint="Update sharedbox.")
    if version:
        if for_writing and connection.execute("pragma quick_check(1)").fetchone()[0] != "ok":
            raise _damaged(path, layout, for_writing=True)
        if for_writing and layout.later:
            connection.execute(layout.later)
        return
    if connection.execute("select 1 from sqlite_master").fetchone():
        raise layout.error(
            where=str(path), why="It is the database of another program.", hint="Move it to another folder."
        )
    connection.execute("begin immediate")
    for statement in layout.schema.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"pragma user_version = {layout.version}")
    connection.execute("commit")


def _damaged(path: Path, layout: Layout, *, for_writing: bool) -> JournalError | ObservationsError:
    """Return the error for a damaged file. Before it is written to, one copy of it is kept."""
    aside = path.with_name(f"{path.name}.damaged")
    if for_writing and not aside.exists():
        with contextlib.suppress(OSError):
            shutil.copy2(path, aside)
    kept = f"a copy is in {aside}" if aside.exists() else "it was not changed"
    why = f"It is damaged; {kept}."
    return layout.error(where=str(path), why=why, hint="Move it to another folder: the clouds hold the state.")
