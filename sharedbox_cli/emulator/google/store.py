"""The Google part of a tenant: accounts, groups and Gmail settings, in the file of the tenant."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sharedbox_cli.emulator.tenant import Tenant

SCHEMA = """
create table if not exists g_domains (name text primary key, is_primary integer not null default 0);
create table if not exists g_users (
  id text primary key, email text not null, doc text not null, created_at real not null, deleted_at real,
  visible_at real not null default 0, ready_at real not null default 0, used_mb integer);
create index if not exists g_users_email on g_users (email);
create table if not exists g_groups (
  id text primary key, email text not null, doc text not null, settings text not null, created_at real not null,
  visible_at real not null default 0);
create index if not exists g_groups_email on g_groups (email);
create table if not exists g_released (key text not null, until real not null);
create table if not exists g_names (key text primary key, owner text not null, kind text not null, role text not null);
create index if not exists g_names_owner on g_names (owner);
create table if not exists g_members (
  group_id text not null, member_id text not null, email text, type text not null, role text not null,
  delivery text not null default 'ALL_MAIL', visible_at real not null default 0, gone_at real);
create index if not exists g_members_group on g_members (group_id);
create table if not exists g_ends (group_id text not null, member_id text not null, ends_at real not null,
  primary key (group_id, member_id));
create index if not exists g_ends_at on g_ends (ends_at);
create index if not exists g_members_member on g_members (member_id);
create table if not exists g_gmail (user_id text primary key, doc text not null);
create table if not exists g_items (
  seq integer primary key, user_id text not null, kind text not null, key text not null, doc text not null);
create unique index if not exists g_items_key on g_items (user_id, kind, key);
create table if not exists g_seats (product text not null, sku text not null, seats integer not null,
  primary key (product, sku));
create table if not exists g_licences (product text not null, sku text not null, user_id text not null,
  primary key (product, user_id));
create index if not exists g_licences_user on g_licences (user_id);
create table if not exists g_orgunits (path text primary key, id text not null);
create table if not exists g_policies (id text primary key, doc text not null);
create table if not exists g_stale (
  id text not null, kind text not null, doc text not null, until real not null, primary key (id, kind));
create table if not exists g_activities (
  seq integer primary key, at real not null, actor text not null, event text not null, parameters text not null);
create table if not exists g_service_accounts (
  email text primary key, client_id text not null, scopes text not null, is_admin integer not null default 0,
  keys text not null default '{}', signers text not null default '[]');
"""


def outsider_id(address: str) -> str:
    """Return the id of an external member: 21 digits that belong to no account. Gmail ignores dots in an address."""
    local, _, domain = address.lower().partition("@")
    if domain in ("gmail.com", "googlemail.com"):
        address = f"{local.replace('.', '')}@gmail.com"
    number = int(hashlib.sha256(address.lower().encode()).hexdigest(), 16)
    return f"1{number % 10**20:020d}"


class Store:
    """Stores rows in the terms of Google's APIs. Use it while you hold the lock of the tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        tenant.script(SCHEMA)
        self.rows, self.row, self.run = tenant.rows, tenant.row, tenant.run

    @property
    def now(self) -> float:
        """Return the time of the tenant in seconds."""
        return self.tenant.clock.now()

    @property
    def customer(self) -> str:
        """Return the id of the customer."""
        return self.tenant.meta("google:customer")

    @property
    def is_there(self) -> bool:
        """Return whether this tenant has a Google part."""
        return bool(self.customer)

    def domains(self) -> list[str]:
        """Return the verified domains, the primary one first."""
        return [row["name"] for row in self.rows("select name from g_domains order by is_primary desc, name")]

    def owner(self, address: str) -> sqlite3.Row | None:
        """Return the owner of an address: a row of `owner`, `kind` (user, group) and `role` (primary, alias)."""
        return self.row("select * from g_names where key = ?", address.lower())

    def user(self, key: str) -> sqlite3.Row | None:
        """Return an active account by id, primary address or alias. A new account is not visible for a while."""
        name = self.owner(key)
        identity = name["owner"] if name is not None and name["kind"] == "user" else key
        return self.row("select * from g_users where id = ? and deleted_at is null", identity)

    def group(self, key: str) -> sqlite3.Row | None:
        """Return a group by id, address or alias."""
        name = self.owner(key)
        identity = name["owner"] if name is not None and name["kind"] == "group" else key
        return self.row("select * from g_groups where id = ?", identity)

    def aliases(self, owner: str) -> list[str]:
        """Return the aliases of an account or group, sorted."""
        rows = self.rows("select key from g_names where owner = ? and role = 'alias' order by key", owner)
        return [row["key"] for row in rows]

    def take(self, address: str, owner: str, kind: str, role: str) -> None:
        """Add an address to an account or group."""
        self.run("insert into g_names values (?, ?, ?, ?)", address.lower(), owner, kind, role)

    def free(self, address: str) -> None:
        """Remove an address."""
        self.run("delete from g_names where key = ?", address.lower())

    def save_user(self, identity: str, doc: Mapping[str, Any]) -> None:
        """Store the document of an account."""
        self.run("update g_users set doc = ? where id = ?", json.dumps(doc), identity)

    def stale(self, identity: str, kind: str) -> dict[str, Any] | None:
        """Return the previous document while a write is not visible yet, or None."""
        sql = "select doc from g_stale where id = ? and kind = ? and until > ?"
        row = self.row(sql, identity, kind, self.now)
        doc: dict[str, Any] | None = json.loads(row["doc"]) if row else None
        return doc

    def keep_stale(self, identity: str, kind: str, doc: Mapping[str, Any]) -> None:
        """Show the previous document until the lag of this kind is over."""
        if (lag := self.tenant.lag(f"google.{kind}")) and self.stale(identity, kind) is None:
            sql = "insert or replace into g_stale values (?, ?, ?, ?)"
            self.run(sql, identity, kind, json.dumps(doc), self.now + lag)

    def is_renaming(self, identity: str) -> bool:
        """Return whether a new primary address is not visible everywhere yet."""
        return self.stale(identity, "rename") is not None

    def members(self, group: str) -> list[sqlite3.Row]:
        """Return the direct members that are visible now."""
        return self.rows(
            "select * from g_members where group_id = ? and visible_at <= ? and (gone_at is null or gone_at > ?) "
            "order by member_id",
            group,
            self.now,
            self.now,
        )

    def member(self, group: str, identity: str) -> sqlite3.Row | None:
        """Return the last written state of a direct member, even if it is not visible yet."""
        sql = "select * from g_members where group_id = ? and member_id = ? and gone_at is null"
        return self.row(sql, group, identity)

    def has_end(self, group: str, identity: str) -> bool:
        """Return whether a membership has an end."""
        sql = "select 1 from g_ends where group_id = ? and member_id = ?"
        return self.row(sql, group, identity) is not None

    def end_memberships(self) -> list[sqlite3.Row]:
        """Remove the memberships whose end has come, and return them."""
        if self.row("select 1 from g_ends where ends_at <= ? limit 1", self.now) is None:
            return []
        rows = self.rows(
            "select m.group_id, m.member_id, m.email, e.ends_at from g_ends e join g_members m "
            "on m.group_id = e.group_id and m.member_id = e.member_id where e.ends_at <= ? and m.gone_at is null",
            self.now,
        )
        for row in rows:
            sql = "delete from g_members where group_id = ? and member_id = ?"
            self.run(sql, row["group_id"], row["member_id"])
        self.run("delete from g_ends where ends_at <= ?", self.now)
        return rows

    def inside(self, group: str) -> set[str]:
        """Return the ids of all direct and indirect members of a group, including groups."""
        rows = self.rows(
            "with recursive inside(id) as (select member_id from g_members where group_id = ? and gone_at is null "
            "union select m.member_id from g_members m join inside i on m.group_id = i.id where m.gone_at is null) "
            "select id from inside",
            group,
        )
        return {row["id"] for row in rows}

    def gmail(self, user: str) -> dict[str, Any]:
        """Return the settings that a mailbox has once."""
        row = self.row("select doc from g_gmail where user_id = ?", user)
        doc: dict[str, Any] = json.loads(row["doc"]) if row else {}
        return doc

    def save_gmail(self, user: str, doc: Mapping[str, Any]) -> None:
        """Store these settings."""
        self.run("insert or replace into g_gmail values (?, ?)", user, json.dumps(doc))

    def items(self, user: str, kind: str) -> list[dict[str, Any]]:
        """Return the entries of one list of a mailbox, in the order of creation."""
        rows = self.rows("select doc from g_items where user_id = ? and kind = ? order by seq", user, kind)
        return [json.loads(row["doc"]) for row in rows]

    def item(self, user: str, kind: str, key: str) -> dict[str, Any] | None:
        """Return one entry."""
        row = self.row("select doc from g_items where user_id = ? and kind = ? and key = ?", user, kind, key.lower())
        doc: dict[str, Any] | None = json.loads(row["doc"]) if row else None
        return doc

    def put(self, user: str, kind: str, key: str, doc: Mapping[str, Any]) -> None:
        """Add or replace one entry."""
        self.run(
            "insert into g_items (user_id, kind, key, doc) values (?, ?, ?, ?) "
            "on conflict (user_id, kind, key) do update set doc = excluded.doc",
            user,
            kind,
            key.lower(),
            json.dumps(doc),
        )

    def drop(self, user: str, kind: str, key: str) -> bool:
        """Remove one entry. Return whether it existed."""
        sql = "delete from g_items where user_id = ? and kind = ? and key = ?"
        return bool(self.run(sql, user, kind, key.lower()))

    def skus_of(self, user: str) -> Sequence[str]:
        """Return the licences of an account."""
        return [row["sku"] for row in self.rows("select sku from g_licences where user_id = ?", user)]

    def new_number(self, kind: str) -> int:
        """Return the next number of a kind."""
        number = int(self.tenant.meta(f"google:next:{kind}", "1")) + 1
        self.tenant.set_meta(f"google:next:{kind}", str(number))
        return number

    def new_user_id(self) -> str:
        """Return a new account id: 21 digits."""
        return str(100_000_000_000_000_000_000 + 7919 * self.new_number("user"))
