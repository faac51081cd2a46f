"""The folders of a mailbox, which Graph and Exchange show in different ways.

A mailbox gets its default folders, in its language, when they are first asked for (`folder_language` of the tenant: the
first language of all mailboxes, `en` unless set).
"""

from __future__ import annotations

import sqlite3
import uuid

from sharedbox_cli.emulator.tenant import Tenant

TABLES = (
    "create table if not exists folders (id text primary key, mailbox_id text not null, parent_id text not null, "
    "name text not null, type text not null, class text not null, hidden integer not null default 0, "
    "items integer not null default 0, unread integer not null default 0)",
    "create index if not exists folders_parent on folders (mailbox_id, parent_id)",
)
USER = "User Created"
ROOT = "Root"
MAIL, CALENDAR, CONTACTS = "IPF.Note", "IPF.Appointment", "IPF.Contact"
DEFAULTS: tuple[tuple[str, str, str, str], ...] = (
    (ROOT, "", "Top of Information Store", "Oberste Ebene des Informationsspeichers"),
    ("Inbox", MAIL, "Inbox", "Posteingang"),
    ("Drafts", MAIL, "Drafts", "Entwürfe"),
    ("SentItems", MAIL, "Sent Items", "Gesendete Elemente"),
    ("DeletedItems", MAIL, "Deleted Items", "Gelöschte Elemente"),
    ("JunkEmail", MAIL, "Junk Email", "Junk-E-Mail"),
    ("Outbox", MAIL, "Outbox", "Postausgang"),
    ("Archive", MAIL, "Archive", "Archiv"),
    ("CommunicatorHistory", MAIL, "Conversation History", "Aufgezeichnete Unterhaltungen"),
    ("Calendar", CALENDAR, "Calendar", "Kalender"),
    ("Contacts", CONTACTS, "Contacts", "Kontakte"),
    ("Tasks", "IPF.Task", "Tasks", "Aufgaben"),
    ("Notes", "IPF.StickyNote", "Notes", "Notizen"),
    ("Journal", "IPF.Journal", "Journal", "Journal"),
)
"""Type, class, English name and German name of the folders that every mailbox has."""


def prepare(tenant: Tenant) -> None:
    """Create the tables."""
    for sql in TABLES:
        tenant.run(sql)


def root_of(tenant: Tenant, mailbox: str) -> sqlite3.Row:
    """Return the root folder of a mailbox, which gets its default folders now if it has none."""
    sql = "select * from folders where mailbox_id = ? and type = ?"
    row = tenant.row(sql, mailbox, ROOT)
    if row is None:
        is_german = tenant.meta("folder_language", "en").startswith("de")
        top = ""
        for kind, content, english, german in DEFAULTS:
            added = add(tenant, mailbox, top, german if is_german else english, kind, content)
            top = top or added
        row = tenant.row(sql, mailbox, ROOT)
    assert row is not None  # noqa: S101 - it was just added
    return row


def add(
    tenant: Tenant,
    mailbox: str,
    parent: str,
    name: str,
    kind: str = USER,
    content: str = MAIL,
    *,
    is_hidden: bool = False,
) -> str:
    """Add a folder, and return its id."""
    identity = f"AQMk{uuid.uuid4().hex}"
    sql = "insert into folders values (?, ?, ?, ?, ?, ?, ?, 0, 0)"
    tenant.run(sql, identity, mailbox, parent, name, kind, content, int(is_hidden))
    return identity


def children(tenant: Tenant, mailbox: str, parent: str) -> list[sqlite3.Row]:
    """Return the folders directly below another one."""
    return tenant.rows("select * from folders where mailbox_id = ? and parent_id = ? order by rowid", mailbox, parent)


def below(tenant: Tenant, mailbox: str, parent: str) -> list[sqlite3.Row]:
    """Return all folders below another one, each after its parent."""
    found: list[sqlite3.Row] = []
    for row in children(tenant, mailbox, parent):
        found += [row, *below(tenant, mailbox, row["id"])]
    return found
