"""A mailbox as Get-Mailbox returns it."""

from __future__ import annotations

import sqlite3
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.forms import (
    GIB,
    NO_GUID,
    date_text,
    distinguished,
    size_text,
    span_text,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import HOLDS, doc_of, guid_of, is_inactive, legacy_dn
from sharedbox_cli.emulator.microsoft.exchange_admin.plans import licensed
from sharedbox_cli.emulator.microsoft.exchange_admin.recipient_text import recipient_text
from sharedbox_cli.emulator.microsoft.exchange_admin.senders import list_rows
from sharedbox_cli.emulator.microsoft.licensing import UNLICENSED

SETTINGS: dict[str, Any] = {
    "HiddenFromAddressListsEnabled": False,
    "MessageCopyForSentAsEnabled": False,
    "MessageCopyForSendOnBehalfEnabled": False,
    "MessageCopyForSMTPClientSubmissionEnabled": True,
    "ForwardingSmtpAddress": None,
    "DeliverToMailboxAndForward": False,
    "LitigationHoldEnabled": False,
    "LitigationHoldDuration": "Unlimited",
    "SingleItemRecoveryEnabled": True,
    "RetainDeletedItemsFor": span_text(14 * 86400),
    "RetentionHoldEnabled": False,
    "RequireSenderAuthenticationEnabled": False,
    "AuditEnabled": True,
    "MailTip": None,
    "MaxSendSize": size_text(35 * 1024**2),
    "MaxReceiveSize": size_text(36 * 1024**2),
    "RulesQuota": size_text(256 * 1024),
    "ModerationEnabled": False,
    "RetentionComment": "",
    "RetentionPolicy": "Default MRM Policy",
    "RetentionUrl": "",
    "SendModerationNotifications": "Always",
    "SimpleDisplayName": "",
    **{f"CustomAttribute{number}": "" for number in range(1, 16)},
}
"""Properties that Set-Mailbox stores unchanged, with the values of a new mailbox."""
_FIXED: dict[str, Any] = {
    "IsMailboxEnabled": True,
    "IsResource": False,
    "UseDatabaseQuotaDefaults": False,
    "RecipientLimits": "500",
    "AuditLogAgeLimit": "90.00:00:00",
    "AutoExpandingArchiveEnabled": False,
    "DefaultAuditSet": ["Admin", "Delegate", "Owner"],
    "ProtocolSettings": ["IMAP4§1§§§§§§§§§", "POP3§1§§§§§§§§§"],
}


ENDED: dict[str, Any] = {
    "LitigationHoldEnabled": False,
    "LitigationHoldDate": None,
    "LitigationHoldOwner": "",
    "ArchiveStatus": "None",
    "ArchiveGuid": NO_GUID,
    "ArchiveName": [],
}
"""What hold and archive become when their licence is taken."""


def effective(own: dict[str, Any], now: float) -> dict[str, Any]:
    """Return the document of a mailbox without the features whose licence was taken. Assumed: they end with it."""
    at = own.get(UNLICENSED)
    return own if at is None or at > now else {**own, **ENDED}


class Rows:
    """Builds rows of one mailbox or of all. All mailboxes need as many queries as one."""

    def __init__(self, call: Call, mailbox: str = "") -> None:
        self._call = call
        self._with_names = call.has("IncludeGrantSendOnBehalfToWithDisplayNames")
        tenant = call.tenant
        self._organization = tenant.id
        self._zone_hours = int(tenant.meta("zone_hours", "0"))
        one = "where id = ?" if mailbox else "where ? = ''"
        self._addresses: dict[str, list[str]] = {}
        for row in tenant.rows(f"select id, prefix, text from addresses {one} order by id, prefix, key", mailbox):
            self._addresses.setdefault(row["id"], []).append(f"{row['prefix']}:{row['text']}")
        self._behalf: dict[str, list[sqlite3.Row]] = {}
        for row in _on_behalf(call, mailbox):
            self._behalf.setdefault(row["mailbox_id"], []).append(row)
        self._licensed, self._plan_two = licensed(tenant, mailbox)

    def row(self, mailbox: sqlite3.Row) -> Row:
        """Return one mailbox."""
        own = effective(doc_of(mailbox), self._call.now)
        settings = {name: own.get(name, default) for name, default in SETTINGS.items()}
        return {
            **self._identity(mailbox),
            **settings,
            **self._state(mailbox, own),
            **self._quota(mailbox["id"]),
            **self._delegates(mailbox["id"]),
            **list_rows(self._call.tenant, own),
            **_FIXED,
        }

    def _identity(self, mailbox: sqlite3.Row) -> Row:
        name = mailbox["cn"]
        place = name if mailbox["deleted_at"] is None else f"Soft Deleted Objects\\{name}"
        return {
            "Identity": place,
            "Id": place,
            "Name": name,
            "DistinguishedName": distinguished(name, self._organization),
            "LegacyExchangeDN": legacy_dn(mailbox["id"]),
            "Guid": guid_of(mailbox["id"]),
            "ExternalDirectoryObjectId": mailbox["id"],
            "ExchangeGuid": mailbox["guid"],
            "Alias": mailbox["alias"],
            "DisplayName": mailbox["display_name"],
            "PrimarySmtpAddress": mailbox["mail"],
            "WindowsEmailAddress": mailbox["mail"],
            "UserPrincipalName": mailbox["upn"],
            "EmailAddresses": self._addresses.get(mailbox["id"], []),
        }

    def _state(self, mailbox: sqlite3.Row, own: dict[str, Any]) -> Row:
        user = doc_of(mailbox, "user_doc")
        return {
            "RecipientType": "UserMailbox",
            "RecipientTypeDetails": mailbox["type"],
            "IsShared": mailbox["type"] == "SharedMailbox",
            "AccountDisabled": not user.get("account_enabled", True),
            "IsDirSynced": bool(user.get("on_premises")),
            "ForwardingAddress": self._recipient(own.get("ForwardingAddress")),
            **{name: own.get(name, default) for name, default in HOLDS.items()},
            "LitigationHoldDate": own.get("LitigationHoldDate"),
            "LitigationHoldOwner": own.get("LitigationHoldOwner", ""),
            "ArchiveStatus": own.get("ArchiveStatus", "None"),
            "ArchiveGuid": own.get("ArchiveGuid", NO_GUID),
            "ArchiveState": "None" if own.get("ArchiveGuid", NO_GUID) == NO_GUID else "Local",
            "ArchiveName": own.get("ArchiveName", []),
            "IsInactiveMailbox": is_inactive(mailbox),
            "IsSoftDeletedByRemove": mailbox["deleted_at"] is not None and not user.get("deleted_in_directory"),
            "IsSoftDeletedByDisable": mailbox["deleted_at"] is not None and bool(user.get("deleted_in_directory")),
            "WhenCreated": date_text(mailbox["created_at"], self._zone_hours),
            "WhenCreatedUTC": date_text(mailbox["created_at"]),
            "WhenMailboxCreated": date_text(mailbox["created_at"]),
            "WhenSoftDeleted": None if mailbox["deleted_at"] is None else date_text(mailbox["deleted_at"]),
        }

    def _recipient(self, identity: str | None) -> str | None:
        return recipient_text(self._call.tenant, identity) if identity else None

    def _quota(self, identity: str) -> Row:
        most = 100 * GIB if identity in self._plan_two else 50 * GIB
        return {
            "ProhibitSendReceiveQuota": size_text(most),
            "ProhibitSendQuota": size_text(most * 99 // 100),
            "IssueWarningQuota": size_text(most * 98 // 100),
            "SKUAssigned": True if identity in self._licensed else None,
        }

    def _delegates(self, identity: str) -> Row:
        behalf = self._behalf.get(identity, [])
        return {
            "GrantSendOnBehalfTo": [guid_of(row["trustee_id"]) for row in behalf],
            "GrantSendOnBehalfToWithDisplayNames": [_with_name(row) for row in behalf] if self._with_names else None,
        }


def _with_name(row: sqlite3.Row) -> str:
    """Return an entry of send on behalf with its display name. Assumed: this form is known from one parser only."""
    return f"({row['mail'] or ''}, {row['name']})"


def _on_behalf(call: Call, mailbox: str) -> list[sqlite3.Row]:
    one = "and p.mailbox_id = ?" if mailbox else "and ? = ''"
    return call.tenant.rows(
        "select p.mailbox_id, p.trustee_id, o.name, o.mail from permissions p join objects o on o.id = p.trustee_id "
        f"where p.right = 'send_on_behalf' {one} and p.visible_at <= ? and (p.gone_at is null or p.gone_at > ?) "
        "and o.deleted_at is null order by o.name",
        mailbox,
        call.now,
        call.now,
    )
