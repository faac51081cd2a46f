"""What a shared mailbox of Microsoft 365 supports. Pages read in 2026-11."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.capability import Capabilities, can, cannot
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.html_text import visible_lines
from sharedbox_cli.core.levels import LEVELS, NO_LEVEL
from sharedbox_cli.core.model import MICROSOFT365, Platform
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.microsoft365.auto_reply import AUTO_REPLY, TEXTS
from sharedbox_cli.providers.microsoft365.categories import CATEGORIES
from sharedbox_cli.providers.microsoft365.folder_rights import FOLDER_OF, FOLDER_RIGHTS
from sharedbox_cli.providers.microsoft365.folders import FOLDERS, GRAPH_NAMES, spelled
from sharedbox_cli.providers.microsoft365.needs import NEEDS
from sharedbox_cli.providers.microsoft365.regional import REGIONAL
from sharedbox_cli.providers.microsoft365.rule_capabilities import RULE_ROWS
from sharedbox_cli.providers.microsoft365.rules import RULES, canonical_rules
from sharedbox_cli.providers.microsoft365.spec_problems import spec_problems

_ABOUT = "https://learn.microsoft.com/microsoft-365/admin/email/about-shared-mailboxes"
_CMDLET = "https://learn.microsoft.com/powershell/module/exchangepowershell/"
_MAILBOX = f"{_CMDLET}set-mailbox"
_CAS = f"{_CMDLET}set-casmailbox"
_ARCHIVE = f"{_CMDLET}enable-mailbox"
_HOLD = "https://learn.microsoft.com/purview/ediscovery-create-a-litigation-hold"
_REPLY = f"{_CMDLET}set-mailboxautoreplyconfiguration"
_PERMISSION = f"{_CMDLET}add-mailboxpermission"

_FOLDER = "https://learn.microsoft.com/graph/api/mailfolder-post-childfolders"
_CATEGORY = "https://learn.microsoft.com/graph/api/resources/outlookcategory"
_FOLDER_PERMISSION = f"{_CMDLET}add-mailboxfolderpermission"
_LEVELS_OF_CALENDAR = mark(
    "AvailabilityOnly, LimitedDetails, Reviewer or Editor of the calendar; nobody gets an invitation"
)
_LEVELS_OF_CONTACTS = mark("Reviewer or Editor of the contacts")
_PLANS = "https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference"

ROWS = (
    can("display_name", "display name of the mailbox", _MAILBOX),
    can("aliases", "further SMTP addresses; SIP, SPO and X500 entries are not touched", _MAILBOX),
    can("hidden_from_address_lists", "removed from address lists within a day", _MAILBOX),
    can("sign_in", "sign-in of the mailbox's own account, which should always be blocked", _ABOUT),
    can("members[].user", "a user with a mailbox, or a mail user", _PERMISSION),
    can("members[].group", "a mail-enabled security group; automapping does not work through it", _PERMISSION),
    can("members[].rights.full_access", "full access: open, read and delete, but not send", _PERMISSION),
    can("members[].rights.send_as", "send as the mailbox; takes up to an hour", f"{_CMDLET}add-recipientpermission"),
    can("members[].rights.send_on_behalf", "send on behalf of the mailbox", _MAILBOX),
    can(
        "members[].rights.read",
        "Reviewer of the inbox, and the root is visible; folders below it get the right only if they are created later",
        _FOLDER_PERMISSION,
    ),
    can(
        "members[].rights.calendar_only",
        "no mail: the calendar at the level of `calendar.members`, or `editor`",
        _FOLDER_PERMISSION,
    ),
    can("members[].automapping", "Outlook adds the mailbox automatically; it can be set but not be read", _PERMISSION),
    can("sent_items.send_as", "a copy in the Sent Items folder of the mailbox", _MAILBOX),
    can("sent_items.send_on_behalf", "a copy in the Sent Items folder of the mailbox", _MAILBOX),
    can("storage.warn_at", "the share of the quota above which `check` warns", _ABOUT),
    can("storage.licence", "50 GB without a licence; more storage, an archive or a hold needs Plan 2", _ABOUT),
    can(
        "storage.suite", "the product that may be assigned or removed although it includes more than a mailbox", _PLANS
    ),
    can("state", "`absent` is a soft delete: the mailbox can be restored for 30 days", f"{_CMDLET}remove-mailbox"),
    can("forwarding.to", "any address; to a recipient of the tenant, it follows a change of the address", _MAILBOX),
    can("forwarding.keep_copy", "without a copy, the mailbox keeps nothing of what is forwarded", _MAILBOX),
    can("access.web", "Outlook on the web and the new Outlook for Windows", _CAS),
    can("access.mobile", "mail apps of phones (ActiveSync); Outlook for phones has its own switch, which stays", _CAS),
    can("access.mapi", "Outlook for Windows (MAPI)", _CAS),
    can("access.imap", "IMAP clients", _CAS),
    can("access.pop", "POP clients", _CAS),
    can("access.smtp_auth", "SMTP AUTH; `true` allows it even if the organisation has disabled it", _CAS),
    can("incoming.accept_from", "only these recipients of the tenant can send to it; `[]` is everyone", _MAILBOX),
    can("incoming.reject_from", "these recipients of the tenant cannot send to it", _MAILBOX),
    can("incoming.moderated", "messages wait until a moderator approves them", _MAILBOX),
    can("incoming.moderators", "who approves messages", _MAILBOX),
    can("incoming.bypass_moderation", "whose messages need no approval", _MAILBOX),
    can("incoming.notify_senders", "which senders learn that their message was rejected", _MAILBOX),
    can("message_limits.send", "up to 150MB", _MAILBOX),
    can("message_limits.receive", "up to 150MB", _MAILBOX),
    can("retention.archive", "an archive mailbox, which needs Plan 2, or Plan 1 with Archiving", _ARCHIVE),
    can("retention.litigation_hold", "keeps all messages; needs Plan 2, or Plan 1 with Archiving", _HOLD),
    can("retention.hold_duration", "from the date of a message; `unlimited`: until the hold ends", _HOLD),
    can("retention.hold_note", "shown in Outlook to those who open the mailbox", _MAILBOX),
    can("retention.single_item_recovery", "up to 30 days; for longer, use a hold or a retention policy", _MAILBOX),
    can("retention.deleted_items", "up to 30 days", _MAILBOX),
    can("retention.policy", "the name of a retention policy of Exchange (messaging records management)", _MAILBOX),
    can(
        "audit_log",
        "Exchange ignores `false` while the organisation audits its mailboxes. Leave the key out, or write `true`",
        "https://learn.microsoft.com/purview/audit-mailboxes",
    ),
    can("auto_reply.enabled", "replies automatically; nobody has to sign in", _REPLY),
    can("auto_reply.internal", "the reply to people of the organisation; HTML is compared as people see it", _REPLY),
    can("auto_reply.external", "the reply to people outside", _REPLY),
    can("auto_reply.audience", "who outside gets a reply; `organization`: nobody", _REPLY),
    can("auto_reply.start", "needs `enabled: true` and an `end`", _REPLY),
    can("auto_reply.end", "without `start`, the window begins when the change is applied", _REPLY),
    cannot("auto_reply.subject", "a reply has the subject of the message. Write `internal` and `external`."),
    can(
        "calendar.default", "the entry `Default` of the calendar, which is found in every language", _FOLDER_PERMISSION
    ),
    can("calendar.anonymous", "the entry `Anonymous` of the calendar", _FOLDER_PERMISSION),
    *(can(f"calendar.{key}", _LEVELS_OF_CALENDAR, _FOLDER_PERMISSION) for key in ("members", "people")),
    can("contacts.default", "the entry `Default` of the contacts", _FOLDER_PERMISSION),
    *(can(f"contacts.{key}", _LEVELS_OF_CONTACTS, _FOLDER_PERMISSION) for key in ("members", "people")),
    can("folders", "mail folders that must exist; `Inbox` is the inbox in every language; none is deleted", _FOLDER),
    can("tags", "Outlook categories with a colour that must exist; other categories stay", _CATEGORY),
    can(
        "language",
        "a language with its region, such as `de-DE`; folders keep their names",
        f"{_CMDLET}set-mailboxregionalconfiguration",
    ),
    cannot(
        "signature",
        "Outlook keeps signatures with the people who write, not with the mailbox. Use a mail flow rule that adds a "
        "disclaimer to what the mailbox sends, and leave the key out.",
        f"{_CMDLET}new-transportrule",
    ),
    can(
        "workflow",
        "a category for each member, with folders and inbox rules; `round-robin` goes by the last character before the "
        "`@` of the sender",
        _CATEGORY,
    ),
    cannot("senders", "a mailbox sends from its primary address. Use `aliases` for incoming mail."),
    *RULE_ROWS,
)


def canonical(name: Field, value: Value) -> Value:
    """Return a desired value as the platform reports it: of a reply, what people see; well-known folders as usual."""
    if name is Field.FOLDERS and isinstance(value, tuple):
        return tuple(sorted({spelled(str(path)) for path in value}))
    if name is Field.RULES:
        return canonical_rules(value)
    return visible_lines(value) if name in TEXTS and isinstance(value, str) else value


_CONTACTS = (NO_LEVEL, "reader", "editor")
CAPABILITIES: Mapping[Platform, Capabilities] = {
    MICROSOFT365: Capabilities(
        MICROSOFT365,
        mark("Microsoft 365 shared mailbox"),
        ROWS,
        values={
            "storage.licence": ("none", "exchange-online-plan-1", "exchange-online-plan-2"),
            "audit_log": ("true",),
            "calendar.default": LEVELS,
            "calendar.anonymous": LEVELS[:-1],
            "calendar.members": LEVELS,
            "contacts.default": _CONTACTS,
            "contacts.members": _CONTACTS,
        },
        read_singly=frozenset({*AUTO_REPLY, *REGIONAL, *CATEGORIES, *FOLDERS, *RULES, *FOLDER_RIGHTS}),
        rules_share_names=True,
        built_in_folders=frozenset(GRAPH_NAMES),
        inside=frozenset(FOLDER_OF),
        spec_problems=spec_problems,
        needs=NEEDS,
        canonical=canonical,
        audited_inside=frozenset({*RULES, *FOLDER_RIGHTS}),
        not_audited=mark("apps with access to all mailboxes are not read."),
        not_audited_outside=mark(
            "rights in folders, calendars and contacts, inbox rules, and apps with access to all mailboxes are not "
            "read. To read what is inside mailboxes, add --inside."
        ),
        afterwards=mark(
            "Outlook shows automapped mailboxes after 30 to 60 minutes. Send as takes up to an hour to work."
        ),
    )
}
