"""Get-, New-, Remove-Mailbox, Undo-SoftDeletedMailbox, Enable- and Disable-Mailbox (archive), statistics."""

from __future__ import annotations

import json
import sqlite3
import uuid

from sharedbox_cli.emulator.microsoft import replication
from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets.addresses import (
    NAME_MAX,
    require_alias,
    require_display_name,
    require_free,
    require_free_alias,
    require_name,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.entries import add_self
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import (
    CmdletError,
    bad_parameter,
    not_found,
    not_modelled,
    refused,
    taken,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.forms import NO_GUID, date_text, size_text
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import (
    MAILBOXES,
    doc_of,
    find_mailbox,
    find_soft_deleted,
    guid_of,
    is_inactive,
    is_kept,
    is_visible,
    legacy_dn,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.mailbox_rows import Rows
from sharedbox_cli.emulator.microsoft.exchange_admin.opath import matcher
from sharedbox_cli.emulator.microsoft.exchange_admin.plans import has_plan_two
from sharedbox_cli.emulator.microsoft.exchange_admin.replicas import as_seen


def get_mailbox(call: Call) -> Result:
    """Return mailboxes: one by identity, or all that match."""
    test = matcher(call.text("Filter"))
    identity = call.text("Identity")
    if identity:
        mailbox = _found(call, identity)
        if not _fits(call, mailbox):
            raise not_found(identity)
        rows = as_seen(call, [Rows(call, mailbox["id"]).row(mailbox)])
    else:
        builder = Rows(call)
        rows = as_seen(call, [builder.row(mailbox) for mailbox in listed(call) if _fits(call, mailbox)])
    return Result(in_order(call, [row for row in rows if test(row)]))


def _found(call: Call, identity: str) -> sqlite3.Row:
    """Return the mailbox with an identity: active, soft-deleted or inactive, as the caller asks. Raises CmdletError."""
    if call.has("SoftDeletedMailbox"):
        return find_soft_deleted(call, identity)
    inactive = [] if not (call.has("InactiveMailboxOnly") or call.has("IncludeInactiveMailbox")) else _inactive(call)
    names = ("id", "guid", "cn", "alias", "mail", "upn", "display_name")
    for row in inactive:
        if identity.lower() in {str(row[name]).lower() for name in names} | {guid_of(row["id"])}:
            return row
    if call.has("InactiveMailboxOnly"):
        raise not_found(identity)
    return find_mailbox(call, identity)


def _inactive(call: Call) -> list[sqlite3.Row]:
    return [row for row in call.tenant.rows(MAILBOXES + "o.deleted_at is not null order by m.cn") if is_inactive(row)]


def listed(call: Call) -> list[sqlite3.Row]:
    """Return all mailboxes of a state: active and visible, soft-deleted and retained, or inactive."""
    if call.has("InactiveMailboxOnly"):
        return _inactive(call)
    if call.has("SoftDeletedMailbox"):
        rows = call.tenant.rows(MAILBOXES + "o.deleted_at is not null order by m.cn")
        return [row for row in rows if is_kept(call, row)]
    rows = call.tenant.rows(MAILBOXES + "o.deleted_at is null order by m.cn")
    more = _inactive(call) if call.has("IncludeInactiveMailbox") else []
    return [*(row for row in rows if is_visible(call, row)), *more]


def _fits(call: Call, mailbox: sqlite3.Row) -> bool:
    wanted = call.parameters.get("RecipientTypeDetails")
    if wanted and mailbox["type"] not in wanted:
        return False
    return not call.has("Archive") or doc_of(mailbox).get("ArchiveGuid", NO_GUID) != NO_GUID


def in_order(call: Call, rows: list[Row]) -> list[Row]:
    """Return rows sorted by the property that the caller names."""
    name = call.text("SortBy")
    if not name:
        return rows
    if rows and name not in rows[0]:
        raise bad_parameter(f"The property '{name}' can't be sorted by.")
    return sorted(rows, key=lambda row: str(row[name]).lower())


def new_mailbox(call: Call) -> Result:
    """Create a shared mailbox and its account."""
    if not call.has("Shared"):
        raise not_modelled("New-Mailbox other than -Shared")
    name, address = call.text("Name"), call.text("PrimarySmtpAddress")
    alias = call.text("Alias") or address.partition("@")[0] or "".join(name.split())
    address = address or f"{alias}@{call.tenant.domains()[0]}"
    if not name or len(name) > NAME_MAX:
        raise bad_parameter(f"The length of the property is too long. The maximum length is {NAME_MAX}. Name: {name}")
    require_alias(alias)
    require_display_name(call.text("DisplayName") or name)
    require_free(call, address)
    require_free_alias(call, alias)
    require_name(call, name)
    mailbox = _made(call, name, alias, address)
    return Result([Rows(call, mailbox["id"]).row(mailbox)], effect=f"create mailbox {address.lower()}")


def _made(call: Call, name: str, alias: str, address: str) -> sqlite3.Row:
    tenant = call.tenant
    doc = {"account_enabled": tenant.meta("new_shared_enabled", "1") == "1"}
    own = f"{alias}@{tenant.initial_domain}"
    aliases = [] if own.lower() == address.lower() else [own]
    title = call.text("DisplayName") or name
    upn = own if tenant.meta("new_upn") == "alias" else address
    identity = tenant.add_object("user", title, address, upn=upn, doc=doc, aliases=aliases)
    tenant.run(
        "insert into mailboxes values (?, ?, ?, ?, 'SharedMailbox', '{}', 0, 0, ?, ?)",
        identity,
        str(uuid.uuid4()),
        name,
        alias,
        call.now,
        call.now + tenant.lag("create"),
    )
    replication.show_later(tenant, "directory", identity, {replication.IS_THERE: False})
    add_self(call, identity)
    tenant.run("insert or replace into exchange_anchors values (?, ?)", identity, call.anchor)
    return _written(call, identity)


def _written(call: Call, identity: str) -> sqlite3.Row:
    row = call.tenant.row(MAILBOXES + "m.id = ?", identity)
    if row is None:
        raise not_found(identity)
    return row


def require_cloud(mailbox: sqlite3.Row, cmdlet: str) -> None:
    """Raise CmdletError if a mailbox is mastered on premises."""
    if doc_of(mailbox, "user_doc").get("on_premises"):
        raise refused(
            f"The operation on mailbox \"{mailbox['cn']}\" failed because it's out of the current user's write scope. "
            f"The action '{cmdlet}' can't be performed because the object is being synchronized from your on-premises "
            "organization."
        )


def remove_mailbox(call: Call) -> Result:
    """Soft-delete a mailbox. It can be restored for 30 days."""
    mailbox = find_mailbox(call, call.text("Identity"))
    require_cloud(mailbox, call.cmdlet)
    replication.show_later(call.tenant, "directory", mailbox["id"], {"deletedDateTime": None})
    call.tenant.run("update objects set deleted_at = ? where id = ?", call.now, mailbox["id"])
    return Result(effect=f"delete mailbox {mailbox['mail'].lower()}")


def undo_soft_deleted(call: Call) -> Result:
    """Restore a soft-deleted mailbox. Its address must still be free.

    Assumed: one whose account was deleted in the directory is restored there, and refused here.
    """
    mailbox = find_soft_deleted(call, call.text("SoftDeletedObject"))
    if doc_of(mailbox, "user_doc").get("deleted_in_directory"):
        raise refused(
            f'The mailbox "{mailbox["cn"]}" was deleted with its account. Restore the account in the directory instead.'
        )
    owner = next(iter(call.tenant.owners(mailbox["mail"])), None)
    if owner is not None:
        raise taken(mailbox["mail"], legacy_dn(owner["id"]))
    if call.text("Name"):
        require_name(call, call.text("Name"), mailbox["id"])
        call.tenant.run("update mailboxes set cn = ? where id = ?", call.text("Name"), mailbox["id"])
    if call.text("DisplayName"):
        require_display_name(call.text("DisplayName"))
        call.tenant.run("update objects set name = ? where id = ?", call.text("DisplayName"), mailbox["id"])
    replication.show_later(
        call.tenant, "directory", mailbox["id"], {"deletedDateTime": replication.moment(mailbox["deleted_at"])}
    )
    call.tenant.run("update objects set deleted_at = null where id = ?", mailbox["id"])
    visible = call.now + call.tenant.lag("create")
    call.tenant.run("update mailboxes set visible_at = ? where id = ?", visible, mailbox["id"])
    call.tenant.run("insert or replace into exchange_anchors values (?, ?)", mailbox["id"], call.anchor)
    back = _written(call, mailbox["id"])
    return Result([Rows(call, back["id"]).row(back)], effect=f"restore mailbox {back['mail'].lower()}")


def enable_mailbox(call: Call) -> Result:
    """Enable the archive of a mailbox: without a licence as well, unless `archive_without_licence` is `0`."""
    mailbox = find_mailbox(call, call.text("Identity"))
    if not call.has("Archive"):
        raise not_modelled("Enable-Mailbox other than -Archive")
    require_cloud(mailbox, call.cmdlet)
    if call.tenant.meta("archive_without_licence") == "0" and not has_plan_two(call.tenant, mailbox["id"]):
        raise refused("The archive requires an Exchange Online Plan 2 license or Exchange Online Archiving.")
    own = doc_of(mailbox)
    if own.get("ArchiveGuid", NO_GUID) != NO_GUID:
        raise refused(f'The mailbox "{mailbox["cn"]}" already has an archive.')
    name = call.parameters.get("ArchiveName") or [f"In-Place Archive - {mailbox['display_name']}"]
    own |= {"ArchiveStatus": "Active", "ArchiveGuid": str(uuid.uuid4()), "ArchiveName": name}
    call.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(own), mailbox["id"])
    return Result(
        [Rows(call, mailbox["id"]).row(_written(call, mailbox["id"]))], effect=f"archive {mailbox['mail'].lower()}"
    )


def disable_mailbox(call: Call) -> Result:
    """Disable the archive of a mailbox."""
    mailbox = find_mailbox(call, call.text("Identity"))
    if not call.has("Archive"):
        raise not_modelled("Disable-Mailbox other than -Archive")
    require_cloud(mailbox, call.cmdlet)
    own = doc_of(mailbox)
    if own.get("ArchiveGuid", NO_GUID) == NO_GUID:
        raise refused(f'The mailbox "{mailbox["cn"]}" doesn\'t have an archive.')
    own |= {"ArchiveStatus": "None", "ArchiveGuid": NO_GUID, "ArchiveName": []}
    call.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(own), mailbox["id"])
    return Result(effect=f"no archive {mailbox['mail'].lower()}")


def statistics(call: Call) -> Result:
    """Return the size and item count of one mailbox. A mailbox that nobody opened has none, and a warning says so."""
    identity, with_deleted = call.text("Identity"), call.has("IncludeSoftDeletedRecipients")
    try:
        mailbox = find_mailbox(call, identity)
    except CmdletError as error:
        if not with_deleted or error.status != 404:
            raise
        mailbox = find_soft_deleted(call, identity)
    if not mailbox["used_bytes"] and not mailbox["items"]:
        who = f"'{mailbox['cn']}' ('{mailbox['guid']}')"
        text = f"The user hasn't logged on to mailbox {who}, so there is no data to return."
        return Result(warnings=[f"{text} After the user logs on, this warning will no longer appear."])
    return Result(
        [
            {
                "Identity": mailbox["guid"],
                "DisplayName": mailbox["display_name"],
                "MailboxGuid": mailbox["guid"],
                "MailboxTypeDetail": mailbox["type"],
                "TotalItemSize": size_text(mailbox["used_bytes"]),
                "TotalDeletedItemSize": size_text(0),
                "ItemCount": mailbox["items"],
                "DeletedItemCount": 0,
                "LastLogonTime": date_text(call.now - 86400),
            }
        ]
    )
