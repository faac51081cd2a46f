"""The cmdlets and parameters that are modelled. For others the emulator answers 501, never a false success."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sharedbox_cli.emulator.microsoft.exchange_admin.cmdlets import (
    auto_reply,
    client_access,
    folder_permissions,
    folders,
    inbox_rules,
    mailbox_settings,
    mailboxes,
    organization,
    permissions,
    recipients,
    regional,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """A cmdlet and the parameters that are modelled."""

    act: Callable[[Call], Result]
    parameters: frozenset[str]


def _of(act: Callable[[Call], Result], parameters: str) -> Cmdlet:
    return Cmdlet(act, frozenset(parameters.split()))


_ACE = "Identity AccessRights User Deny InheritanceType Confirm"
_FOLDER = "Identity User AccessRights SharingPermissionFlags SendNotificationToUser Confirm"
_SEND_AS = "Identity AccessRights Trustee Confirm"

CMDLETS: dict[str, Cmdlet] = {
    "Get-Mailbox": _of(
        mailboxes.get_mailbox,
        "Identity Filter ResultSize RecipientTypeDetails SoftDeletedMailbox InactiveMailboxOnly "
        "IncludeInactiveMailbox Archive SortBy "
        "IncludeGrantSendOnBehalfToWithDisplayNames",
    ),
    "New-Mailbox": _of(mailboxes.new_mailbox, "Shared Name DisplayName Alias PrimarySmtpAddress Confirm Force"),
    "Set-Mailbox": Cmdlet(mailbox_settings.set_mailbox, mailbox_settings.PARAMETERS),
    "Remove-Mailbox": _of(mailboxes.remove_mailbox, "Identity Confirm Force"),
    "Undo-SoftDeletedMailbox": _of(mailboxes.undo_soft_deleted, "SoftDeletedObject Name DisplayName Confirm"),
    "Enable-Mailbox": _of(mailboxes.enable_mailbox, "Identity Archive ArchiveName Confirm Force"),
    "Disable-Mailbox": _of(mailboxes.disable_mailbox, "Identity Archive Confirm"),
    "Get-MailboxStatistics": _of(mailboxes.statistics, "Identity IncludeSoftDeletedRecipients"),
    "Get-MailboxPermission": _of(
        permissions.get_mailbox_permission,
        "Identity User ResultSize IncludeUnresolvedPermissions IncludeSoftDeletedUserPermissions",
    ),
    "Add-MailboxPermission": _of(permissions.add_mailbox_permission, f"{_ACE} AutoMapping"),
    "Remove-MailboxPermission": _of(permissions.remove_mailbox_permission, f"{_ACE} ClearAutoMapping"),
    "Get-RecipientPermission": _of(
        permissions.get_recipient_permission,
        "Identity AccessRights Trustee ResultSize IncludeTrusteeWithPrimarySmtpAddress",
    ),
    "Add-RecipientPermission": _of(permissions.add_recipient_permission, _SEND_AS),
    "Remove-RecipientPermission": _of(permissions.remove_recipient_permission, f"{_SEND_AS} Deny"),
    "Get-CASMailbox": _of(client_access.get_cas_mailbox, "Identity Filter ResultSize RecipientTypeDetails SortBy"),
    "Set-CASMailbox": Cmdlet(client_access.set_cas_mailbox, frozenset({"Identity", "Confirm", *client_access.DOORS})),
    "Get-MailboxAutoReplyConfiguration": _of(auto_reply.get_auto_reply, "Identity ResultSize"),
    "Set-MailboxAutoReplyConfiguration": Cmdlet(auto_reply.set_auto_reply, auto_reply.PARAMETERS),
    "Get-MailboxRegionalConfiguration": _of(regional.get_regional, "Identity"),
    "Set-MailboxRegionalConfiguration": Cmdlet(
        regional.set_regional, frozenset({"Identity", "Confirm", *regional.SETTINGS})
    ),
    "Get-MailboxFolderStatistics": _of(folders.get_folder_statistics, "Identity FolderScope ResultSize"),
    "Get-MailboxFolderPermission": _of(folder_permissions.get_folder_permission, "Identity User ResultSize"),
    "Add-MailboxFolderPermission": _of(folder_permissions.add_folder_permission, _FOLDER),
    "Set-MailboxFolderPermission": _of(folder_permissions.set_folder_permission, _FOLDER),
    "Remove-MailboxFolderPermission": _of(folder_permissions.remove_folder_permission, "Identity User Confirm"),
    "Get-InboxRule": _of(inbox_rules.get_inbox_rule, "Identity Mailbox IncludeHidden ResultSize"),
    "New-InboxRule": Cmdlet(inbox_rules.new_inbox_rule, inbox_rules.NEW),
    "Set-InboxRule": Cmdlet(inbox_rules.set_inbox_rule, inbox_rules.SET),
    **{
        name: _of(act, "Identity Mailbox Confirm Force AlwaysDeleteOutlookRulesBlob")
        for name, act in (
            ("Remove-InboxRule", inbox_rules.remove_inbox_rule),
            ("Enable-InboxRule", inbox_rules.enable_inbox_rule),
            ("Disable-InboxRule", inbox_rules.disable_inbox_rule),
        )
    },
    "Get-Recipient": _of(
        recipients.get_recipient,
        "Identity Filter ResultSize RecipientType RecipientTypeDetails IncludeSoftDeletedRecipients SortBy",
    ),
    "Get-User": _of(recipients.get_user, "Identity Filter ResultSize RecipientTypeDetails"),
    "Get-Group": _of(recipients.get_group, "Identity Filter ResultSize RecipientTypeDetails"),
    "Get-AcceptedDomain": _of(organization.get_accepted_domain, "Identity ResultSize"),
    "Get-RetentionPolicy": _of(organization.get_retention_policy, "Identity"),
    "Get-TransportConfig": _of(organization.get_transport_config, ""),
    "Get-OrganizationConfig": _of(organization.get_organization_config, ""),
    "Get-ManagementRoleAssignment": _of(organization.get_management_role_assignment, "Identity Role RoleAssignee"),
}
UNLISTED: dict[str, Cmdlet] = {"Get-ServicePrincipal": _of(recipients.get_service_principal, "Identity")}
"""Modelled cmdlets that the published facts leave out."""
