"""Limits of the vendors. Each one has its source page and the month in which the page was read."""

from __future__ import annotations

GIB = 1024**3

VERIFIED = "2026-11"
"""The month in which all pages below were last read."""

ABOUT_SHARED = "https://learn.microsoft.com/microsoft-365/admin/email/about-shared-mailboxes"
REMOVE_LICENCE = "https://learn.microsoft.com/microsoft-365/admin/email/remove-license-from-shared-mailbox"
CONVERT = "https://learn.microsoft.com/microsoft-365/admin/email/convert-user-mailbox-to-shared-mailbox"
FULL_ACCESS = "https://learn.microsoft.com/powershell/module/exchangepowershell/add-mailboxpermission"
SET_MAILBOX = "https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox"
LIMITS = "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits"
DOMAINS = (
    "https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-accepted-domains/manage-accepted-domains"
)
CLIENT_ACCESS = "https://learn.microsoft.com/powershell/module/exchangepowershell/set-casmailbox"
AUTO_REPLY = "https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailboxautoreplyconfiguration"
INBOX_RULES = "https://learn.microsoft.com/powershell/module/exchangepowershell/new-inboxrule"
GMAIL_FILTERS = "https://developers.google.com/workspace/gmail/api/guides/filter_settings"
FOLDERS_OF_OUTLOOK = frozenset(
    {"Archive", "Conversation History", "Deleted Items", "Drafts", "Inbox", "Junk Email", "Outbox", "Sent Items"}
)
"""Folders that every mailbox of Microsoft 365 has, as a spec names them (Graph, well-known folder names)."""
RULES_QUOTA_BYTES = 256 * 1024
"""Of the rules of a mailbox that are on (Set-Mailbox, `RulesQuota`)."""
FORWARDING = "https://learn.microsoft.com/defender-office-365/outbound-spam-policies-external-email-forwarding"

DELEGATES = "https://support.google.com/a/answer/7223765"
SENDERS_API = "https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.sendAs"
DELEGATES_API = "https://developers.google.com/workspace/gmail/api/guides/delegate_settings"
SENDERS_API = "https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.sendAs"
FORWARDING_API = "https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings/getAutoForwarding"
USERS_API = "https://developers.google.com/workspace/admin/directory/reference/rest/v1/users"
MEMBERS_API = "https://developers.google.com/workspace/admin/directory/v1/guides/manage-group-members"
GROUP_SETTINGS = "https://developers.google.com/workspace/admin/groups-settings/v1/reference/groups"
GROUP_MEMBERS = "https://support.google.com/a/answer/6261712"
COLLABORATIVE = "https://support.google.com/a/users/answer/10375787"
POLICIES = "https://cloud.google.com/identity/docs/concepts/supported-policy-api-settings"
SUSPENDED = "https://knowledge.workspace.google.com/kb/how-to-route-emails-sent-to-a-suspended-user-000005596"
LICENSING = "https://developers.google.com/workspace/admin/licensing/v1/how-tos/products"
USAGE = "https://developers.google.com/workspace/admin/reports/v1/appendix/usage/user/accounts"
POOL = "https://developers.google.com/workspace/admin/reports/v1/appendix/usage/customer/accounts"
FOLDER_PERMISSIONS = "https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailboxfolderpermission"
CALENDAR_SHARING = "https://developers.google.com/workspace/calendar/api/concepts/sharing"
GOOGLE_ALIASES = "https://developers.google.com/workspace/admin/directory/v1/guides/manage-user-aliases"

UNLICENSED_BYTES = 50 * GIB
"""Storage without a licence (ABOUT_SHARED, read 2026-11)."""
PLAN_2_BYTES = 100 * GIB
"""Storage with Exchange Online Plan 2 (ABOUT_SHARED, read 2026-11)."""
MOST_USERS = 25
"""Users at the same time. With more, connections fail and messages are duplicated (ABOUT_SHARED, read 2026-11)."""
MOST_ENTRIES = 500
"""Permission entries per mailbox (FULL_ACCESS, read 2026-11)."""
WARN_PERCENT = 80
"""The threshold if a spec has no `warn_at`."""
EXPIRES_SOON_DAYS = 7
DOCUMENTED_DELEGATES = 25
"""Delegates per mailbox according to the API guide (DELEGATES_API, read 2026-11)."""
DELEGATES_AT_ONCE = 40
"""Delegates who can use a mailbox at the same time, fewer if programs use it too (DELEGATES, read 2026-11)."""
MOST_DELEGATES = 1000
"""Delegates per mailbox (DELEGATES, read 2026-11). The two pages differ, so a check reports each limit."""
SUSPENDED_OF_THREE = 2
"""If two of three members are suspended, mail to the group bounces (GROUP_MEMBERS, read 2026-11)."""
SHARE_PERCENT = 10
"""Share of the pooled storage above which one mailbox is worth a look. Our own choice, not a vendor's limit."""
