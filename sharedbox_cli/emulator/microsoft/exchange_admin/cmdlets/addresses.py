"""The names and addresses that a mailbox can have, and changes to its list of addresses."""

from __future__ import annotations

import re
import sqlite3

from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call
from sharedbox_cli.emulator.microsoft.exchange_admin.conversion import Edit
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_value, not_accepted, refused, soft_deleted, taken
from sharedbox_cli.emulator.microsoft.exchange_admin.forms import is_smtp
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import keeps_address, legacy_dn

NAME_MAX = 64
DISPLAY_NAME_MAX = 256
_ALIAS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*")
Entry = tuple[str, str]
"""A prefix (`SMTP` for the primary) and an address."""


def require_alias(alias: str) -> None:
    """Raise CmdletError for an alias with invalid characters, or with more than 64 characters."""
    if len(alias) > NAME_MAX or not _ALIAS.fullmatch(alias):
        raise bad_value(f"The value '{alias}' isn't valid for property Alias: it has invalid characters or length.")


def require_free_alias(call: Call, alias: str, own: str = "") -> None:
    """Raise CmdletError for an alias that another recipient has: it is an address of the initial domain as well."""
    address = f"{alias}@{call.tenant.initial_domain}"
    row = call.tenant.row(
        "select m.id from mailboxes m join objects o on o.id = m.id where lower(m.alias) = lower(?) and m.id <> ? "
        "and o.deleted_at is null",
        alias,
        own,
    )
    if row is not None:
        raise taken(address, legacy_dn(row["id"]))
    require_free(call, address, own)


def require_display_name(name: str) -> None:
    """Raise CmdletError for a display name with more than 256 characters."""
    if len(name) > DISPLAY_NAME_MAX:
        raise bad_value(f"The length of the property is too long. The maximum length is {DISPLAY_NAME_MAX}.")


def require_name(call: Call, name: str, own: str = "") -> None:
    """Raise CmdletError for a name that another active mailbox has. A deleted mailbox does not reserve its name."""
    if len(name) > NAME_MAX:
        raise bad_value(f"The length of the property is too long. The maximum length is {NAME_MAX}. Name: {name}")
    row = call.tenant.row(
        "select m.id, o.deleted_at from mailboxes m join objects o on o.id = m.id where lower(m.cn) = lower(?) "
        "and m.id <> ?",
        name,
        own,
    )
    if row is None:
        return
    if row["deleted_at"] is None:
        raise refused(f"The name '{name}' is already being used. Please try another name.")
    call.tenant.run("update mailboxes set cn = ? where id = ?", f"Soft Deleted {row['id']}", row["id"])


def require_free(call: Call, address: str, own: str = "") -> None:
    """Raise CmdletError for an address of another domain, or one that another object has or had in the last 30 days."""
    domain = address.rpartition("@")[2].lower()
    if domain not in call.tenant.domains():
        raise not_accepted(domain)
    for row in call.tenant.owners(address):
        if row["id"] != own:
            raise taken(address, legacy_dn(row["id"]))
    sql = "select owner from exchange_released where key = ? and owner <> ? and until > ?"
    if released := call.tenant.row(sql, address.lower(), own, call.now):
        raise taken(address, legacy_dn(released["owner"]))
    if any(keeps_address(call, row["id"]) and row["id"] != own for row in call.tenant.owners(address, living=False)):
        raise soft_deleted(address)


def set_addresses(call: Call, mailbox: sqlite3.Row) -> bool:
    """Change the addresses of a mailbox. Return whether anything changed."""
    if "EmailAddresses" not in call.parameters:
        return False
    value = call.parameters["EmailAddresses"]
    before = [
        (row["prefix"], row["text"])
        for row in call.tenant.rows("select prefix, text from addresses where id = ? order by rowid", mailbox["id"])
    ]
    after = _edited(before, value) if isinstance(value, Edit) else _whole(value or [])
    known = {_key(entry) for entry in before}
    for prefix, text in after:
        if prefix.lower() == "smtp" and _key((prefix, text)) not in known:
            require_free(call, text, mailbox["id"])
    after = _with_initial(before, after, call.tenant.initial_domain)
    if after == before:
        return False
    call.tenant.run("delete from addresses where id = ?", mailbox["id"])
    for prefix, text in after:
        call.tenant.add_address(mailbox["id"], prefix, text)
    _release_later(call, mailbox["id"], {_key(entry) for entry in before} - {_key(entry) for entry in after})
    primary = next(text for prefix, text in after if prefix == "SMTP")
    if primary != mailbox["mail"]:
        call.tenant.run("update objects set mail = ? where id = ?", primary, mailbox["id"])
    return True


def _release_later(call: Call, owner: str, gone: set[Entry]) -> None:
    """Keep released addresses from others until the lag is over (`lag:addresses`). Assumed."""
    lag = call.tenant.lag("addresses")
    if lag:
        rows = [(key, owner, call.now + lag) for _, key in sorted(gone)]
        call.tenant.many("insert into exchange_released values (?, ?, ?)", rows)


def _with_initial(before: list[Entry], after: list[Entry], initial: str) -> list[Entry]:
    """Return the addresses with those of the initial domain, which the service adds again if they are removed."""
    kept = [entry for entry in before if entry[0].lower() == "smtp" and entry[1].lower().endswith(f"@{initial}")]
    left = {_key(entry) for entry in after}
    return [*after, *(("smtp", text) for prefix, text in kept if _key((prefix, text)) not in left)]


def _key(entry: Entry) -> Entry:
    return entry[0].lower(), entry[1].lower()


def _parsed(text: str) -> Entry:
    prefix, mark, address = text.partition(":")
    if not mark:
        prefix, address = "smtp", text
    if prefix.lower() == "smtp" and not is_smtp(address):
        raise bad_value(f"The address '{text}' is invalid: it isn't a proxy address.")
    return prefix, address


def _edited(before: list[Entry], edit: Edit) -> list[Entry]:
    after = list(before)
    for text in edit.remove:
        key = _key(_parsed(text))
        if any(prefix == "SMTP" and _key((prefix, own)) == key for prefix, own in after):
            raise refused("The primary SMTP address can't be removed.")
        after = [entry for entry in after if _key(entry) != key]
    for text in edit.add:
        entry = _parsed(text)
        if entry[0] == "SMTP" and ("SMTP", entry[1]) not in after:
            after = [("smtp", own) if prefix == "SMTP" else (prefix, own) for prefix, own in after]
            after = [entry, *(one for one in after if _key(one) != _key(entry))]
        elif _key(entry) not in {_key(one) for one in after}:
            after.append(entry)
    return after


def _whole(texts: list[str]) -> list[Entry]:
    """Return a list that replaces all addresses. Entries that it does not contain are lost, including SIP and X500."""
    after = list(dict.fromkeys(_parsed(text) for text in texts))
    if sum(prefix == "SMTP" for prefix, _ in after) != 1:
        raise refused("There must be exactly one primary SMTP address.")
    if len({_key(entry) for entry in after}) != len(after):
        raise refused("An address is listed twice.")
    return after
