"""Vendor numbers, each with its page and the day it was read."""

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
FORWARDING = "https://learn.microsoft.com/defender-office-365/outbound-spam-policies-external-email-forwarding"

UNLICENSED_BYTES = 50 * GIB
"""Storage without a licence (ABOUT_SHARED, read 2026-11)."""
PLAN_2_BYTES = 100 * GIB
"""Storage with Exchange Online Plan 2 (ABOUT_SHARED, read 2026-11)."""
MOST_USERS = 25
"""Users at the same time; beyond, connections fail and mail is doubled (ABOUT_SHARED, read 2026-11)."""
MOST_ENTRIES = 500
"""Permission entries of one mailbox (FULL_ACCESS, read 2026-11)."""
WARN_PERCENT = 80
"""Where a spec does not say `warn_at`."""
EXPIRES_SOON_DAYS = 7
