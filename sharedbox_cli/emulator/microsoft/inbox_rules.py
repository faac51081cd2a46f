"""The inbox rules of a mailbox, which Graph and Exchange show in different ways.

A rule is stored with the parameters of New-InboxRule. A recipient is `id:` with the id of an object, `smtp:` with an
address of another organisation, or `ex:` with a LegacyExchangeDN that nobody has any more. A folder is its id.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from typing import Any

from sharedbox_cli.emulator.microsoft import folders
from sharedbox_cli.emulator.tenant import Tenant

TABLES = (
    "create table if not exists inbox_rules (number text primary key, mailbox_id text not null, name text not null, "
    "priority integer not null, enabled integer not null, kind text not null, problem text not null, "
    "doc text not null)",
    "create index if not exists inbox_rules_mailbox on inbox_rules (mailbox_id)",
)
SERVER, CLIENT, CLIENT_OFF, HIDDEN = "server", "client", "client-off", "hidden"
"""What runs a rule: the server; only Outlook, where the rule is on or off; or the server, and no client shows it."""
RECIPIENTS = frozenset(
    {"From", "SentTo", "ForwardTo", "ForwardAsAttachmentTo", "RedirectTo", "ExceptIfFrom", "ExceptIfSentTo"}
)
FOLDERS = frozenset({"MoveToFolder", "CopyToFolder"})
ACTIONS = frozenset(
    {
        *FOLDERS,
        "ApplyCategory",
        "ApplySystemCategory",
        "ClearCategories",
        "ClearFlag",
        "CompleteFlag",
        "DeleteMessage",
        "DeleteSystemCategory",
        "DisplayAlert",
        "FlagMessage",
        "ForwardAsAttachmentTo",
        "ForwardTo",
        "MarkAsRead",
        "MarkImportance",
        "PermanentDelete",
        "PinMessage",
        "PlaySound",
        "RedirectTo",
        "SoftDeleteMessage",
        "StopProcessingRules",
    }
)
"""The parameters that say what happens to a message. All others, except names and priorities, are conditions."""
QUOTA_BYTES = 256 * 1024
_OVERHEAD = 120
"""The bytes of a rule besides its texts. Assumed: no page says how the size of a rule is counted."""
_ABOVE = 2**63
"""Rule ids are unsigned numbers of 64 bits, most of them above this one."""


def prepare(tenant: Tenant) -> None:
    """Create the tables."""
    for sql in TABLES:
        tenant.run(sql)


def rules_of(tenant: Tenant, mailbox: str, *kinds: str) -> list[sqlite3.Row]:
    """Return the rules of some kinds, in the order in which they run."""
    sql = "select * from inbox_rules where mailbox_id = ? order by priority, rowid"
    return [row for row in tenant.rows(sql, mailbox) if row["kind"] in kinds]


def add(
    tenant: Tenant,
    mailbox: str,
    name: str,
    *,
    priority: int | None = None,
    is_enabled: bool = True,
    kind: str = SERVER,
    problem: str = "",
    **parameters: Any,
) -> str:
    """Add a rule, by default as the last one, and return its number. A priority that is taken shifts the others.

    Assumed: no page says so. `rule_priorities` of the tenant (`equal`): two rules can have the same priority.
    """
    there = rules_of(tenant, mailbox, SERVER)
    last = there[-1]["priority"] + 1 if there else 1
    place = last if priority is None else priority
    shift(tenant, mailbox, place)
    count = tenant.row("select count(*) count from inbox_rules")
    seed = f"{mailbox}/{name}/{count['count'] if count else 0}".encode()
    number = str(_ABOVE + (zlib.crc32(seed) << 24) + zlib.adler32(seed) % 2**24)
    sql = "insert into inbox_rules values (?, ?, ?, ?, ?, ?, ?, ?)"
    tenant.run(sql, number, mailbox, name, place, int(is_enabled), kind, problem, json.dumps(parameters))
    return number


def shift(tenant: Tenant, mailbox: str, priority: int) -> None:
    """Move the rules from a priority on by one, if there is one with it."""
    if tenant.meta("rule_priorities") == "equal":
        return
    if any(row["priority"] == priority for row in rules_of(tenant, mailbox, SERVER)):
        sql = "update inbox_rules set priority = priority + 1 where mailbox_id = ? and kind = ? and priority >= ?"
        tenant.run(sql, mailbox, SERVER, priority)


def delete_client_rules(tenant: Tenant, mailbox: str) -> bool:
    """Delete the rules that only Outlook knows, as every write by a cmdlet does, and return whether there were any."""
    there = bool(rules_of(tenant, mailbox, CLIENT, CLIENT_OFF))
    tenant.run("delete from inbox_rules where mailbox_id = ? and kind in (?, ?)", mailbox, CLIENT, CLIENT_OFF)
    return there


def problem_of(tenant: Tenant, row: sqlite3.Row) -> str:
    """Return why a rule does not run: an error that it was stored with, or a folder that was deleted."""
    known = {
        folder["id"]
        for folder in folders.below(tenant, row["mailbox_id"], folders.root_of(tenant, row["mailbox_id"])["id"])
    }
    named = {value for name, value in parameters_of(row).items() if name in FOLDERS}
    return str(row["problem"]) or ("FolderNotFound" if named - known else "")


def parameters_of(row: sqlite3.Row) -> dict[str, Any]:
    """Return the parameters of a rule, without its name and priority."""
    found: dict[str, Any] = json.loads(row["doc"])
    return found


def used_bytes(tenant: Tenant, mailbox: str) -> int:
    """Return the size of the enabled rules of a mailbox."""
    rows = [row for row in rules_of(tenant, mailbox, SERVER) if row["enabled"]]
    return sum(_OVERHEAD + 2 * len(row["name"]) + _size(parameters_of(row)) for row in rows)


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_size(item) for item in value.values())
    if isinstance(value, list):
        return sum(_size(item) for item in value)
    return 2 * len(value) if isinstance(value, str) else 8


def path_of(tenant: Tenant, mailbox: str, folder: str) -> str:
    r"""Return the path of a folder, with `\` between the names; empty if it was deleted."""
    root, steps = folders.root_of(tenant, mailbox)["id"], []
    row = tenant.row("select * from folders where id = ?", folder)
    while row is not None and row["id"] != root:
        steps.append(str(row["name"]))
        row = tenant.row("select * from folders where id = ?", row["parent_id"])
    return "\\".join(reversed(steps))


def capitals(text: str) -> str:
    """Return a text in capital letters, as .NET writes them: one letter for each, and `ß` has none."""
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)
