"""Every setting of a shared mailbox, as Exchange Online and Entra hold it.

Properties and parameters: learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox and
…/graph/api/resources/user, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, Fact, Platform
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.values import ALLOWED, BLOCKED, COPY_BOTH, COPY_SENDER, KIND_SHARED, KIND_USER, Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row, UnknownForm, switch, text, words
from sharedbox_cli.providers.forms import (
    instant_text,
    moment_of,
    optional_flag,
    optional_text,
    optional_texts,
    text_of,
    texts_of,
)
from sharedbox_cli.providers.microsoft365.auto_reply import AUTO_REPLY
from sharedbox_cli.providers.microsoft365.categories import CATEGORIES
from sharedbox_cli.providers.microsoft365.client_access import ACCESS
from sharedbox_cli.providers.microsoft365.folder_rights import FOLDER_RIGHTS, entry_of
from sharedbox_cli.providers.microsoft365.folders import FOLDERS
from sharedbox_cli.providers.microsoft365.forwarding import FORWARDING, INSIDE, OUTSIDE, forwarding_target
from sharedbox_cli.providers.microsoft365.incoming import INCOMING
from sharedbox_cli.providers.microsoft365.plans import licence_of
from sharedbox_cli.providers.microsoft365.quirks import size_bytes, smtp_addresses
from sharedbox_cli.providers.microsoft365.regional import REGIONAL
from sharedbox_cli.providers.microsoft365.retention import ARCHIVE, RETENTION, has_archive
from sharedbox_cli.providers.microsoft365.rules import RULES

HASH_TABLE = "#Exchange.GenericHashTable"
IDENTITY = ("Identity", "ExternalDirectoryObjectId", "PrimarySmtpAddress", "RecipientTypeDetails", "IsDirSynced")
"""What identifies a mailbox: always asked for."""
ON_BEHALF = ("GrantSendOnBehalfTo", "GrantSendOnBehalfToWithDisplayNames")
"""Who may send on behalf of a mailbox: asked for with its grants."""
OTHER_KIND = "other"
"""A room, a resource …: no mailbox that this tool manages."""
_KINDS = {"SharedMailbox": KIND_SHARED, "UserMailbox": KIND_USER}
_TYPES: Mapping[Value, str] = {KIND_SHARED: "Shared", KIND_USER: "Regular"}
_COPY: Mapping[Value, bool] = {COPY_SENDER: False, COPY_BOTH: True}


CREATED = ("WhenCreated", "WhenCreatedUTC")
"""When a mailbox was created: in the time zone of a server, and in UTC."""


def created_at(row: Row) -> datetime | None:
    """Return when a mailbox was created (UTC), or nothing if that is not known."""
    for name in reversed(CREATED):
        try:
            return moment_of(str(row.get(name) or ""))
        except ValueError:
            continue
    return None


def _created_text(row: Row) -> Value:
    moment = created_at(row)
    return instant_text(moment) if moment else ""


def _convert(_: Value, after: Value) -> Body:
    """Return the type for a conversion: into a shared mailbox, or back by an undo."""
    if after not in _TYPES:
        message = f"a mailbox cannot be converted to `{after}`"
        raise UnknownForm(message)
    return {"Type": _TYPES[after]}


def _alias_changes(before: Value, after: Value) -> Body:
    """Return what to add and remove: the list also holds SIP and X500 entries, so it is never overwritten."""
    old = set(before) if isinstance(before, tuple) else set()
    new = set(after) if isinstance(after, tuple) else set()
    changes = {
        "Add": sorted(f"smtp:{address}" for address in new - old),
        "Remove": sorted(f"smtp:{address}" for address in old - new),
    }
    named = {verb: addresses for verb, addresses in changes.items() if addresses}
    return {"EmailAddresses": {"@odata.type": HASH_TABLE, **named}} if named else {}


HOLDS = (
    "LitigationHoldEnabled",
    "InPlaceHolds",
    "ComplianceTagHoldApplied",
    "DelayHoldApplied",
    "DelayReleaseHoldApplied",
)
"""Every property that says that a mailbox is on hold."""
_SWITCHED = tuple(name for name in HOLDS if name != "InPlaceHolds")


def _is_on_hold(row: Row) -> Value:
    """Return whether any hold applies. An entry of `InPlaceHolds` that starts with `-` excludes the mailbox."""
    holds = optional_texts(row, "InPlaceHolds")
    return any(not hold.startswith("-") for hold in holds) or any(optional_flag(row, name) for name in _SWITCHED)


MAILBOX: Columns = {
    Field.KIND: Column(
        ("RecipientTypeDetails",), lambda row: _KINDS.get(text_of(row, "RecipientTypeDetails"), OTHER_KIND), _convert
    ),
    Field.DISPLAY_NAME: text("DisplayName"),
    Field.ALIASES: Column(
        ("EmailAddresses",), lambda row: smtp_addresses(texts_of(row, "EmailAddresses"))[1], _alias_changes
    ),
    Field.HIDDEN: switch("HiddenFromAddressListsEnabled"),
    Field.SENT_AS: words("MessageCopyForSentAsEnabled", _COPY),
    Field.SENT_ON_BEHALF: words("MessageCopyForSendOnBehalfEnabled", _COPY),
    **FORWARDING,
    **INCOMING,
    **RETENTION,
    **ARCHIVE,
}
"""Read by Get-Mailbox, written by Set-Mailbox: all of them in one call, except the archive."""

SIGN_IN: Columns = {Field.SIGN_IN: words("accountEnabled", {ALLOWED: True, BLOCKED: False})}
"""Of the account (`users/{id}`): written by a PATCH."""


def _known_with_products(_: Row) -> Value:
    message = "It is known only together with the products of the tenant."
    raise UnknownForm(message)


LICENCE: Columns = {
    Field.LICENCE: Column(("assignedPlans",), licence_of, is_optional=True),
    Field.PRODUCT: Column(("licenseAssignmentStates",), _known_with_products, is_optional=True),
}
"""Of the account: written by `assignLicense`, which names the product to add and the products to remove."""

GRANT: Columns = {
    Field.AUTOMAPPING: Column(
        ("AutoMapping",), lambda row: row["AutoMapping"], lambda _, after: {"AutoMapping": bool(after)}
    ),
    Field.LEVEL: Column(("AccessRights",), lambda row: entry_of(row).word),
}
"""Of one grant: a parameter of Add-MailboxPermission that no cmdlet returns, and the rights in a folder."""

_THERE = mark("Change it in the on-premises directory, or leave the key out.")
MASTERED: tuple[tuple[str, str], ...] = (
    (str(Field.DISPLAY_NAME), _THERE),
    (str(Field.ALIASES), _THERE),
    (str(Field.HIDDEN), _THERE),
    (str(Field.FORWARDING_TO), _THERE),
    *((str(name), _THERE) for name in INCOMING),
    (str(Field.ARCHIVE), mark("Run `Enable-RemoteMailbox -Archive` or `Disable-RemoteMailbox -Archive` there.")),
    (str(Field.SIGN_IN), mark("Disable the account in the on-premises directory.")),
    (
        str(Field.KIND),
        mark("Run `Set-RemoteMailbox -Type Shared` there, and plan again after the next synchronisation."),
    ),
    ("state", mark("Remove the mailbox there (`Remove-RemoteMailbox`), or remove its spec.")),
)
"""What only the on-premises directory can change for a synchronised mailbox, with what to do there
(learn.microsoft.com/exchange/hybrid-deployment; Partner-Center-PowerShell#409, read 2026-11)."""


def is_synchronised(row: Row) -> bool:
    """Return whether an on-premises directory is authoritative for a mailbox."""
    return row.get("IsDirSynced") is True


ACCOUNT: Columns = {**SIGN_IN, **LICENCE}
COLUMNS: Mapping[Platform, Columns] = {
    MICROSOFT365: {
        **MAILBOX,
        **ACCOUNT,
        **GRANT,
        **ACCESS,
        **AUTO_REPLY,
        **REGIONAL,
        **CATEGORIES,
        **FOLDERS,
        **RULES,
        **FOLDER_RIGHTS,
    }
}

FACTS: Mapping[Fact, Column] = {
    Fact.HAS_ARCHIVE: Column(("ArchiveGuid", "ArchiveStatus"), has_archive, is_optional=True),
    Fact.ON_HOLD: Column(HOLDS, _is_on_hold, is_optional=True),
    Fact.FORWARDING_TO: Column((OUTSIDE, INSIDE), forwarding_target, is_optional=True),
    Fact.QUOTA_BYTES: Column(
        ("ProhibitSendReceiveQuota",),
        lambda row: size_bytes(optional_text(row, "ProhibitSendReceiveQuota")),
        is_optional=True,
    ),
    Fact.RULES_QUOTA_BYTES: Column(
        ("RulesQuota",), lambda row: size_bytes(optional_text(row, "RulesQuota")), is_optional=True
    ),
    Fact.CREATED_AT: Column(CREATED, _created_text, is_optional=True),
    Fact.ON_PREMISES: switch("IsDirSynced", is_optional=True),
}
"""What Get-Mailbox returns beyond settings."""
