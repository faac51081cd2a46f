"""The state of one tenant in SQLite, either in a file, so that demo tenants persist, or in memory.

Replication: a write becomes visible after a lag on the emulator's clock (`lag:create`, `lag:grant`, seconds). Rows
have `visible_at` and `gone_at`, and reads return what is visible now.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sharedbox_cli.emulator.clock import Clock

SCHEMA = """
create table if not exists meta (key text primary key, value text not null);
create table if not exists domains (name text primary key, is_default integer not null default 0);
create table if not exists objects (
  id text primary key, kind text not null, sid text not null, upn text, mail text, name text not null,
  doc text not null default '{}', created_at real not null, deleted_at real);
create index if not exists objects_upn on objects (lower(upn));
create index if not exists objects_name on objects (lower(name));
create index if not exists objects_sid on objects (sid);
create table if not exists addresses (
  key text not null, prefix text not null, text text not null, id text not null);
create index if not exists addresses_key on addresses (key);
create index if not exists addresses_id on addresses (id);
create table if not exists members (
  group_id text not null, member_id text not null, primary key (group_id, member_id));
create table if not exists mailboxes (
  id text primary key, guid text not null, cn text not null, alias text not null, type text not null,
  doc text not null default '{}', used_bytes integer not null default 0, items integer not null default 0,
  created_at real not null, visible_at real not null default 0);
create unique index if not exists mailboxes_cn on mailboxes (lower(cn));
create table if not exists permissions (
  mailbox_id text not null, right text not null, trustee_id text, sid text not null, rights text not null,
  deny integer not null default 0, inherited integer not null default 0, automapping integer,
  has_address integer not null default 1, visible_at real not null default 0, gone_at real);
create index if not exists permissions_mailbox on permissions (mailbox_id, right);
create table if not exists skus (
  id text primary key, part text not null, plans text not null, enabled integer not null);
create table if not exists licences (user_id text not null, sku_id text not null, by_group text);
create unique index if not exists licences_once on licences (user_id, sku_id, ifnull(by_group, ''));
create table if not exists disabled_plans (
  user_id text not null, sku_id text not null, plan_id text not null, by_group text);
create table if not exists apps (client_id text primary key, object_id text not null, name text not null,
  secret text, secret_expires real, doc text not null default '{}');
"""


class Tenant:
    """Stores rows. Only the services know what they mean. Use it while you hold `lock`."""

    def __init__(self, path: str = ":memory:", clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma synchronous=off")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def script(self, sql: str) -> None:
        """Execute several statements, for example the tables of another cloud."""
        self._connection.executescript(sql)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def run(self, sql: str, *values: Any) -> int:
        """Execute a statement and return the number of affected rows."""
        return self._connection.execute(sql, values).rowcount

    def many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for many rows."""
        self._connection.executemany(sql, values)

    def changes(self) -> tuple[int, int]:
        """Return a version that changes with every write, by this process or another one."""
        version: int = self._connection.execute("pragma data_version").fetchone()[0]
        return self._connection.total_changes, version

    def meta(self, key: str, default: str = "") -> str:
        """Return a setting of the tenant."""
        row = self.row("select value from meta where key = ?", key)
        return row["value"] if row else default

    def set_meta(self, key: str, value: str) -> None:
        """Store a setting of the tenant."""
        self.run("insert or replace into meta values (?, ?)", key, value)

    def lag(self, kind: str) -> float:
        """Return the lag of a kind of write, in seconds."""
        return float(self.meta(f"lag:{kind}", "0"))

    @property
    def id(self) -> str:
        """Return the GUID of the tenant."""
        return self.meta("id")

    @property
    def name(self) -> str:
        """Return the name of the organisation."""
        return self.meta("name")

    def domains(self) -> list[str]:
        """Return the accepted domains, with the initial domain."""
        names = [row["name"] for row in self.rows("select name from domains order by is_default desc, name")]
        return names if self.initial_domain in names or not names else [*names, self.initial_domain]

    @property
    def initial_domain(self) -> str:
        """Return the domain that the tenant began with: every mailbox of Exchange has an address there."""
        row = self.row("select name from domains order by is_default desc, name limit 1")
        own = row["name"].partition(".")[0] if row else "tenant"
        return self.meta("initial_domain", f"{own}.onmicrosoft.com")

    def add_object(
        self,
        kind: str,
        name: str,
        mail: str | None,
        *,
        upn: str | None = None,
        doc: dict[str, Any] | None = None,
        identity: str = "",
        sid: str = "",
        aliases: Sequence[str] = (),
    ) -> str:
        """Add a user, group or contact with its addresses, and return the id."""
        identity = identity or str(uuid.uuid4())
        self.run(
            "insert into objects values (?, ?, ?, ?, ?, ?, ?, ?, null)",
            identity,
            kind,
            sid or self.new_sid(),
            upn,
            mail,
            name,
            json.dumps(doc or {}),
            self.clock.now(),
        )
        if mail:
            self.add_address(identity, "SMTP", mail)
        for alias in aliases:
            prefix, mark, rest = alias.partition(":")
            self.add_address(identity, prefix if mark else "smtp", rest if mark else alias)
        return identity

    def new_sid(self) -> str:
        """Return an unused security identifier."""
        number = int(self.meta("next_rid", "1105"))
        self.set_meta("next_rid", str(number + 1))
        return f"S-1-5-21-3623811015-3361044348-30300820-{number}"

    def add_address(self, identity: str, prefix: str, text: str) -> None:
        """Add an address to an object."""
        self.run("insert into addresses values (?, ?, ?, ?)", text.lower(), prefix, text, identity)

    def addresses(self, identity: str) -> list[str]:
        """Return all addresses of an object with their prefixes, primary first."""
        rows = self.rows("select prefix, text from addresses where id = ? order by prefix, key", identity)
        return [f"{row['prefix']}:{row['text']}" for row in rows]

    def owners(self, address: str, *, living: bool = True) -> list[sqlite3.Row]:
        """Return the objects that have an address."""
        state = "is null" if living else "is not null"
        return self.rows(
            f"select o.* from addresses a join objects o on o.id = a.id "
            f"where a.key = ? and lower(a.prefix) = 'smtp' and o.deleted_at {state}",
            address.lower(),
        )

    def object(self, identity: str) -> sqlite3.Row | None:
        """Return an active object by id."""
        return self.row("select * from objects where id = ? and deleted_at is null", identity)

    def members_of(self, group: str) -> set[str]:
        """Return the ids of all effective members of a group, without nested groups."""
        rows = self.rows(
            "with recursive inside(id) as (select member_id from members where group_id = ? union "
            "select m.member_id from members m join inside i on m.group_id = i.id) "
            "select i.id from inside i join objects o on o.id = i.id where o.kind = 'user' and o.deleted_at is null",
            group,
        )
        return {row["id"] for row in rows}
