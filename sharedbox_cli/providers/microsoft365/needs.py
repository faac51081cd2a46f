"""What each key needs on Microsoft 365, to read and to write: application permissions, and roles of Exchange.

learn.microsoft.com/graph/permissions-reference and …/exchange/permissions-exo/feature-permissions, read 2026-11. Which
role sets a retention policy or the audit log is not published for each parameter: the role of Set-Mailbox is assumed.
A Global Reader cannot read rules: the role that writes them is assumed (…/exchangepowershell/get-inboxrule).
A setting of a column table belongs to one call, so all of its settings need the same.
"""

from __future__ import annotations

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import LEVELLED
from sharedbox_cli.core.needs import DELETE, MAILBOX, MEMBERS, WARN_AT, Needs, NeedsTable, same
from sharedbox_cli.providers.microsoft365 import columns
from sharedbox_cli.providers.microsoft365.auto_reply import AUTO_REPLY
from sharedbox_cli.providers.microsoft365.categories import CATEGORIES
from sharedbox_cli.providers.microsoft365.client_access import ACCESS
from sharedbox_cli.providers.microsoft365.folder_rights import FOLDER_RIGHTS
from sharedbox_cli.providers.microsoft365.folders import FOLDERS
from sharedbox_cli.providers.microsoft365.regional import REGIONAL
from sharedbox_cli.providers.microsoft365.rules import RULES

EXCHANGE_APP = "Exchange.ManageAsApp"
VIEW_RECIPIENTS, VIEW_CONFIGURATION = "View-Only Recipients", "View-Only Configuration"
RECIPIENTS, CREATION, HOLDS = "Mail Recipients", "Mail Recipient Creation", "Legal Hold"
EXCHANGE_ROLES = (VIEW_RECIPIENTS, VIEW_CONFIGURATION, RECIPIENTS, CREATION, HOLDS)
"""Roles of Exchange, which a role group holds. Every other name is an application permission."""

_USERS, _GROUPS, _ORGANIZATION = "User.Read.All", "GroupMember.Read.All", "Organization.Read.All"
_SIZES = "Reports.Read.All"
_CMDLETS = (EXCHANGE_APP, VIEW_RECIPIENTS)
_BY_CMDLET = Needs(_CMDLETS, (RECIPIENTS,))
_PEOPLE = Needs((*_CMDLETS, _USERS, _GROUPS), (RECIPIENTS,))

NEEDS: NeedsTable = {
    MAILBOX: Needs((EXCHANGE_APP, VIEW_RECIPIENTS, VIEW_CONFIGURATION, _USERS), (CREATION,)),
    DELETE: Needs((_USERS, _GROUPS, _ORGANIZATION, _SIZES), (CREATION,)),
    MEMBERS: _PEOPLE,
    **same((f"{right}.{who}" for right in LEVELLED for who in ("members", "people")), _PEOPLE),
    WARN_AT: Needs((_SIZES,)),
    **same(columns.MAILBOX, _BY_CMDLET),
    **same((Field.HOLD, Field.HOLD_DURATION), Needs(_CMDLETS, (RECIPIENTS, HOLDS))),
    **same(ACCESS, _BY_CMDLET),
    **same(AUTO_REPLY, _BY_CMDLET),
    **same(REGIONAL, _BY_CMDLET),
    **same(columns.SIGN_IN, Needs((_USERS,), ("User.EnableDisableAccount.All",))),
    **same(columns.LICENCE, Needs((_USERS, _GROUPS, _ORGANIZATION, _SIZES), ("LicenseAssignment.ReadWrite.All",))),
    **same(CATEGORIES, Needs(("MailboxSettings.Read",), ("MailboxSettings.ReadWrite",))),
    **same(FOLDER_RIGHTS, _BY_CMDLET),
    **same(FOLDERS, Needs(_CMDLETS, ("Mail.ReadWrite",))),
    **same(RULES, Needs((*_CMDLETS, RECIPIENTS, "MailboxSettings.Read"), (RECIPIENTS,))),
}
