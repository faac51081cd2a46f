"""What the two kinds of shared mailbox of Google Workspace support. Pages read in 2026-11. Loads no SDK."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.capability import Capabilities, can, cannot
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Platform, Right
from sharedbox_cli.core.texts import mark
from sharedbox_cli.providers.google_workspace import gmail_filters, needs
from sharedbox_cli.providers.google_workspace.calendar_columns import CALENDAR, LEVELS
from sharedbox_cli.providers.google_workspace.gmail_columns import PRESENTATION
from sharedbox_cli.providers.google_workspace.rule_capabilities import RULE_ROWS
from sharedbox_cli.providers.google_workspace.skus import SKUS
from sharedbox_cli.providers.google_workspace.spec_problems import collaborative_problems, delegated_problems

_DIRECTORY = "https://developers.google.com/workspace/admin/directory/reference/rest/v1/"
_GMAIL = "https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings"
_LABELS = "https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.labels"
_SETTINGS = "https://developers.google.com/workspace/admin/groups-settings/v1/reference/groups"
_DELEGATION = "https://support.google.com/a/answer/7223765"
_INBOX = "https://support.google.com/a/users/answer/10375787"
_ACL = "https://developers.google.com/workspace/calendar/api/v3/reference/acl"
_CONTACTS = "https://developers.google.com/workspace/admin/contact-delegation/guides/manage-contact-delegates"
_ENDS = "https://cloud.google.com/identity/docs/how-to/manage-expirations"
_LICENSING = "https://developers.google.com/workspace/admin/licensing/v1/how-tos/products"

_DELEGATED = (
    can("display_name", "the name of the account; every message shows it", f"{_DIRECTORY}users"),
    can("aliases", "further addresses of the account, at most 30", f"{_DIRECTORY}users.aliases"),
    can("hidden_from_address_lists", "left out of the organisation's directory", f"{_DIRECTORY}users"),
    can(
        "sign_in",
        "only `blocked`, which means hardened: a password that nobody knows, no recovery data, all sessions and tokens "
        "ended. Google has no switch that blocks sign-in and keeps mail flowing; suspending would reject mail. "
        "sharedbox never allows sign-in again: reset the password at admin.google.com",
        f"{_DIRECTORY}users",
    ),
    can("members[].user", "an active account of the organisation, by its primary address", _DELEGATION),
    cannot("members[].group", "the API accepts no groups as delegates. List the people, or use a team.", _DELEGATION),
    can(
        "members[].rights.full_access",
        "delegate: reads, deletes and sends as the mailbox from Gmail; recipients may see who sent a message",
        f"{_GMAIL}.delegates",
    ),
    can(
        "members[].rights.send_as",
        "the address of the mailbox as a sender in the member's own Gmail; delegates do not need it",
        f"{_GMAIL}.sendAs",
    ),
    can(
        "members[].rights.calendar_only", "no mail: the calendar at the level of `calendar.members`, or `editor`", _ACL
    ),
    cannot("members[].rights.send_on_behalf", "a delegate sends as the mailbox. Use `full_access`.", _DELEGATION),
    cannot("members[].rights.read", "a delegate can do everything. Use `full_access`.", _DELEGATION),
    cannot("sent_items", "the mailbox always keeps what a delegate sends. Leave the key out.", _DELEGATION),
    can(
        "senders",
        "further addresses to send from, each with a signature; some must be confirmed by their owner",
        f"{_GMAIL}.sendAs",
    ),
    can(
        "folders",
        "labels that must exist, nested by `/` with the labels above them; other labels stay, as they hold mail",
        _LABELS,
    ),
    can("tags", "labels with a colour that must exist; other labels stay", _LABELS),
    can("rules", "filters; Gmail stores no name for them, so the name exists in the spec only", f"{_GMAIL}.filters"),
    *RULE_ROWS,
    can("workflow", "labels for each member, with filters", f"{_GMAIL}.filters"),
    can(
        "workflow.assign_by",
        "a filter compares whole words, so it cannot divide all senders among members as `round-robin` does. Write "
        "`rules` with the domains of customers, or `tags`",
        f"{_GMAIL}.filters",
    ),
    can("auto_reply", "vacation responder with one text for everyone", _GMAIL),
    cannot("auto_reply.external", "there is one text for everyone. Write it as `internal`.", _GMAIL),
    can(
        "forwarding",
        "to a confirmed address; an outside address first receives a message with a code",
        f"{_GMAIL}.forwardingAddresses",
    ),
    can(
        "language",
        "the language of Gmail; a variant that Gmail does not offer becomes the nearest one, such as `de` for `de-AT`",
        "https://developers.google.com/workspace/gmail/api/guides/language-settings",
    ),
    can(
        "signature",
        "of the mailbox's own address, in Gmail on the web; up to 10,000 characters of HTML, compared as people see it",
        f"{_GMAIL}.sendAs",
    ),
    can("calendar.default", "of the primary calendar, for the domains of the organisation", _ACL),
    can("calendar.anonymous", "publishes the primary calendar; an administrator can limit that", _ACL),
    can("calendar.members", "the primary calendar is shared with each member, without a mail to them", _ACL),
    can("calendar.people", "it is shared with people and groups of the organisation, without a mail to them", _ACL),
    can("calendar.people[].group", "a group of the organisation: its people see the calendar once they add it", _ACL),
    can("contacts.members", "delegates of the contacts, in Google Contacts on the web; only `editor`", _CONTACTS),
    can("contacts.people", "delegates of the contacts who are not members; only `editor`", _CONTACTS),
    can("contacts.people[].user", "another active account of the organisation, by its primary address", _CONTACTS),
    cannot(
        "contacts.people[].group",
        "Google shares contacts with single accounts only. List the people, or use a team.",
        _CONTACTS,
    ),
    cannot(
        "contacts.default",
        "Google shares contacts with single accounts only. Write `contacts: {members: editor}`.",
        _CONTACTS,
    ),
    can("access.imap", "IMAP on or off", _GMAIL),
    can("access.pop", "POP on or off", _GMAIL),
    cannot("access.web", "Gmail on the web cannot be disabled for one mailbox. Leave the key out."),
    cannot("access.mobile", "it is set per organisational unit, in the Admin console. Leave the key out."),
    cannot("access.mapi", "it is a protocol of Exchange. Leave the key out."),
    can(
        "storage.warn_at",
        "the share of the pooled storage, or of the account's own limit, above which `check` warns",
        "https://developers.google.com/workspace/admin/reports/v1/appendix/usage/user/accounts",
    ),
    can("storage.licence", "a licence that includes Gmail; without one, no mail is received", _LICENSING),
    can("google.org_unit", "the organisational unit, which must exist; it decides the policies", f"{_DIRECTORY}users"),
    cannot(
        "google.show_delegate",
        "no API sets or reads whether recipients see who sent a message. An administrator chooses it at "
        "admin.google.com > Apps > Google Workspace > Gmail > User settings > Mail delegation. Leave the key out.",
        _DELEGATION,
    ),
    can("state", "`absent` deletes the account; it can be restored for 20 days", f"{_DIRECTORY}users/undelete"),
)

_NO_ACCOUNT = mark("a group has no account. Leave the key out.")
_NO_CONTENT = mark("no API reaches the conversations of a group. Leave the key out, or use google-delegated.")

_COLLABORATIVE = (
    can("display_name", "the name of the group", f"{_DIRECTORY}groups"),
    can("aliases", "further addresses of the group", f"{_DIRECTORY}groups.aliases"),
    can("hidden_from_address_lists", "left out of the organisation's directory", _SETTINGS),
    cannot("sign_in", _NO_ACCOUNT),
    can("members[].user", "anyone; outside people need `group: {external_members: true}`", f"{_DIRECTORY}members"),
    can(
        "members[].group",
        "a group inside the group, always as `member`: its people are members too",
        f"{_DIRECTORY}members",
    ),
    can(
        "members[].rights.member",
        "reads, takes and answers conversations; the default right of a member",
        f"{_DIRECTORY}members",
    ),
    can("members[].rights.manager", "also approves messages and members", f"{_DIRECTORY}members"),
    can("members[].rights.owner", "also changes settings; a group should have one", f"{_DIRECTORY}members"),
    cannot(
        "members[].rights.read",
        "a group has one role per member: `member`, `manager` or `owner`. "
        "Use `group: {viewing: …}` to choose who can read.",
    ),
    cannot(
        "members[].rights.send_as",
        "a group has one role per member: `member`, `manager` or `owner`. "
        "Use `group: {post_as_group: true}` to send as the group.",
    ),
    cannot(
        "members[].rights.send_on_behalf",
        "a group has one role per member: `member`, `manager` or `owner`. Use `group: {post_as_group: true}`.",
    ),
    can(
        "members[].delivery",
        "`all`, `daily`, `digest`, `none` or `disabled`; reading it costs one call per member",
        f"{_DIRECTORY}members",
    ),
    cannot("sent_items", "the conversations of the group hold what members send. Leave the key out.", _INBOX),
    *(cannot(path, _NO_CONTENT) for path in ("folders", "tags", "rules", "senders")),
    cannot(
        "workflow",
        "no API assigns conversations. Members do it in Google Groups: open a conversation, and choose Take or Assign. "
        "Leave the key out, or use google-delegated.",
        _INBOX,
    ),
    cannot("auto_reply", "the Groups Settings API cannot set one reliably. Leave the key out.", _SETTINGS),
    cannot("forwarding", "Use a member instead: `{user: …, delivery: all}`.", _INBOX),
    cannot("language", "everybody sees Google Groups in their own language. Leave the key out."),
    cannot("signature", "everybody signs with their own signature. Leave the key out, or use google-delegated."),
    cannot("contacts", "a group has no contacts. Leave the key out, or use google-delegated."),
    cannot("calendar", "a group has no calendar. Leave the key out, or use google-delegated."),
    cannot("access", _NO_ACCOUNT),
    cannot("storage", "a group uses no storage and no licence. Leave the key out.", _INBOX),
    cannot("google", _NO_ACCOUNT),
    can(
        "members[].until",
        "the first apply after it removes the member; with `group: {enforce_until: true}`, Google does so itself",
        _ENDS,
    ),
    can(
        "group.enforce_until",
        "Google itself ends the access of members after `until`, and sends the owners a mail 72 hours before; managers "
        "and owners stay. Only Enterprise Standard and Plus, Enterprise for Education and Cloud Identity Premium have "
        "it; in other editions, the first apply after `until` ends the access",
        _ENDS,
    ),
    can("group", "Groups Settings; for the values of a new inbox, see docs/how-to/google-workspace.md", _SETTINGS),
    can(
        "state",
        "only `present`: a deleted group cannot be restored, and sharedbox deletes nothing permanently. "
        "Delete it at admin.google.com > Directory > Groups",
        f"{_DIRECTORY}groups/delete",
    ),
)

CAPABILITIES: Mapping[Platform, Capabilities] = {
    GOOGLE_DELEGATED: Capabilities(
        GOOGLE_DELEGATED,
        mark("Google Workspace account with delegates"),
        _DELEGATED,
        values={
            "sign_in": ("blocked",),
            "workflow.assign_by": ("rules", "tags"),
            "storage.licence": ("none", *SKUS.values()),
            "calendar.default": tuple(LEVELS),
            "calendar.anonymous": ("none", "availability", "reader"),
            "calendar.members": tuple(LEVELS),
            "contacts.members": ("none", "editor"),
        },
        default_rights=(Right.FULL_ACCESS,),
        labels_are_shared=True,
        read_singly=frozenset({*CALENDAR, *PRESENTATION}),
        audited_rights=frozenset({Right.CALENDAR}),
        audited_inside_rights=frozenset({Right.CONTACTS}),
        canonical=gmail_filters.canonical,
        spec_problems=delegated_problems,
        needs=needs.DELEGATED,
        not_audited=mark(
            "whether people send as a mailbox from their own Gmail is not read. Delegates may always send as it."
        ),
        afterwards=mark(
            "Gmail shows the mailbox to a delegate after a minute, sometimes a day. New aliases take as long."
        ),
    ),
    GOOGLE_COLLABORATIVE: Capabilities(
        GOOGLE_COLLABORATIVE,
        mark("Google Group as collaborative inbox"),
        _COLLABORATIVE,
        values={"state": ("present",)},
        read_singly=frozenset({Field.UNTIL}),
        default_rights=(Right.MEMBER,),
        group_rights=(Right.MEMBER,),
        spec_problems=collaborative_problems,
        needs=needs.COLLABORATIVE,
        afterwards=mark("Google Groups shows new members and settings within minutes. New addresses take up to a day."),
    ),
}
