"""The folders of a mailbox, which Graph and Exchange show in different ways.

A mailbox gets its default folders, in its language, when they are first asked for: `FolderLanguage` of the mailbox, or
`folder_language` of the tenant, or English.
"""

from __future__ import annotations

import json
import sqlite3
import uuid

from sharedbox_cli.emulator.tenant import Tenant

TABLES = (
    "create table if not exists folders (id text primary key, mailbox_id text not null, parent_id text not null, "
    "name text not null, type text not null, class text not null, hidden integer not null default 0, "
    "items integer not null default 0, unread integer not null default 0)",
    "create index if not exists folders_parent on folders (mailbox_id, parent_id)",
    "create table if not exists folder_rights (folder_id text not null, who text not null, rights text not null, "
    "flags text not null default '', primary key (folder_id, who))",
)
"""An entry of `folder_rights` is of a SID, of `Default` or of `Anonymous`."""
USER = "User Created"
ROOT = "Root"
MAIL, CALENDAR, CONTACTS = "IPF.Note", "IPF.Appointment", "IPF.Contact"
LANGUAGE = "FolderLanguage"
"""The key of a mailbox's document with the language of its folders."""
LANGUAGES = ("en", "de", "fr")
DEFAULTS: tuple[tuple[str, str, tuple[str, str, str]], ...] = (
    (
        ROOT,
        "",
        ("Top of Information Store", "Oberste Ebene des Informationsspeichers", "Haut de la banque d'informations"),
    ),
    ("Inbox", MAIL, ("Inbox", "Posteingang", "Boîte de réception")),
    ("Drafts", MAIL, ("Drafts", "Entwürfe", "Brouillons")),
    ("SentItems", MAIL, ("Sent Items", "Gesendete Elemente", "Éléments envoyés")),
    ("DeletedItems", MAIL, ("Deleted Items", "Gelöschte Elemente", "Éléments supprimés")),
    ("JunkEmail", MAIL, ("Junk Email", "Junk-E-Mail", "Courrier indésirable")),
    ("Outbox", MAIL, ("Outbox", "Postausgang", "Boîte d'envoi")),
    ("Archive", MAIL, ("Archive", "Archiv", "Archive")),
    (
        "CommunicatorHistory",
        MAIL,
        ("Conversation History", "Aufgezeichnete Unterhaltungen", "Historique des conversations"),
    ),
    ("Calendar", CALENDAR, ("Calendar", "Kalender", "Calendrier")),
    ("Contacts", CONTACTS, ("Contacts", "Kontakte", "Contacts")),
    ("Tasks", "IPF.Task", ("Tasks", "Aufgaben", "Tâches")),
    ("Notes", "IPF.StickyNote", ("Notes", "Notizen", "Notes")),
    ("Journal", "IPF.Journal", ("Journal", "Journal", "Journal")),
)
"""Type, class and names of the folders that every mailbox has, in each language."""
BIRTHDAYS = ("Birthdays", "Geburtstage", "Anniversaires")
"""The second calendar of every mailbox, below the first one. Its type is that of a user's folder."""


def prepare(tenant: Tenant) -> None:
    """Create the tables."""
    for sql in TABLES:
        tenant.run(sql)


def root_of(tenant: Tenant, mailbox: str) -> sqlite3.Row:
    """Return the root folder of a mailbox, which gets its default folders now if it has none."""
    sql = "select * from folders where mailbox_id = ? and type = ?"
    row = tenant.row(sql, mailbox, ROOT)
    if row is None:
        _add_defaults(tenant, mailbox)
        row = tenant.row(sql, mailbox, ROOT)
    assert row is not None  # noqa: S101 - it was just added
    return row


def _add_defaults(tenant: Tenant, mailbox: str) -> None:
    place = _language_of(tenant, mailbox)
    top, calendar = "", ""
    for kind, content, names in DEFAULTS:
        added = add(tenant, mailbox, top, names[place], kind, content, identity=_id(mailbox, kind))
        top = top or added
        calendar = added if kind == "Calendar" else calendar
    add(tenant, mailbox, calendar, BIRTHDAYS[place], content=CALENDAR, identity=_id(mailbox, BIRTHDAYS[0]))


def _id(mailbox: str, kind: str) -> str:
    """Return the id of a default folder, which is the same in each tenant from one seed."""
    return f"AQMk{uuid.uuid5(uuid.NAMESPACE_OID, f'{mailbox}/{kind}').hex}"


def _language_of(tenant: Tenant, mailbox: str) -> int:
    row = tenant.row("select doc from mailboxes where id = ?", mailbox)
    own = json.loads(row["doc"]).get(LANGUAGE, "") if row else ""
    language = str(own or tenant.meta("folder_language")).partition("-")[0].lower()
    return LANGUAGES.index(language) if language in LANGUAGES else 0


def add(
    tenant: Tenant,
    mailbox: str,
    parent: str,
    name: str,
    kind: str = USER,
    content: str = MAIL,
    *,
    is_hidden: bool = False,
    identity: str = "",
) -> str:
    """Add a folder, and return its id. It gets the rights of the folder that it is in, once."""
    identity = identity or f"AQMk{uuid.uuid4().hex}"
    sql = "insert into folders values (?, ?, ?, ?, ?, ?, ?, 0, 0)"
    tenant.run(sql, identity, mailbox, parent, name, kind, content, int(is_hidden))
    copied = "insert into folder_rights select ?, who, rights, flags from folder_rights where folder_id = ?"
    tenant.run(copied, identity, parent)
    return identity


def children(tenant: Tenant, mailbox: str, parent: str) -> list[sqlite3.Row]:
    """Return the folders directly below another one."""
    return tenant.rows("select * from folders where mailbox_id = ? and parent_id = ? order by rowid", mailbox, parent)


def at_path(tenant: Tenant, mailbox: str, path: str) -> sqlite3.Row | None:
    r"""Return the folder at a path with `\`, in the language of the mailbox; the root without a path."""
    folder: sqlite3.Row | None = root_of(tenant, mailbox)
    for name in path.split("\\") if path else ():
        if folder is None:
            return None
        rows = children(tenant, mailbox, folder["id"])
        folder = next((row for row in rows if row["name"].casefold() == name.casefold()), None)
    return folder


def below(tenant: Tenant, mailbox: str, parent: str) -> list[sqlite3.Row]:
    """Return all folders below another one, each after its parent."""
    found: list[sqlite3.Row] = []
    for row in children(tenant, mailbox, parent):
        found += [row, *below(tenant, mailbox, row["id"])]
    return found
