"""What Google Workspace's two kinds of shared mailbox can do; pages read 2026-11. Loads no SDK."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.capability import Capabilities, Capability
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Platform, Right
from sharedbox_cli.providers.google_workspace import gmail_filters
from sharedbox_cli.providers.google_workspace.skus import SKUS

_DIRECTORY = "https://developers.google.com/workspace/admin/directory/reference/rest/v1/"
_GMAIL = "https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings"
_LABELS = "https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.labels"
_SETTINGS = "https://developers.google.com/workspace/admin/groups-settings/v1/reference/groups"
_DELEGATION = "https://support.google.com/a/answer/7223765"
_INBOX = "https://support.google.com/a/users/answer/10375787"
_LICENSING = "https://developers.google.com/workspace/admin/licensing/v1/how-tos/products"
_LATER = "it is part of the language, and this version does not manage it yet. Leave the key out."


def _can(path: str, meaning: str, source: str) -> Capability:
    return Capability(path, True, meaning, source)


def _cannot(path: str, meaning: str, source: str = "") -> Capability:
    return Capability(path, False, meaning, source)


def _role_rows() -> tuple[Capability, ...]:
    why = "roles belong to groups. Use `full_access`, or the platform google-collaborative."
    return tuple(_cannot(f"members[].rights.{role}", why) for role in ("member", "manager", "owner"))


_DELEGATED = (
    _can("display_name", "the account's name; it goes out with every message", f"{_DIRECTORY}users"),
    _can("aliases", "further addresses of the account, 30 at most", f"{_DIRECTORY}users.aliases"),
    _can("hidden_from_address_lists", "left out of the organisation's directory", f"{_DIRECTORY}users"),
    _can(
        "sign_in",
        "only `blocked`, and it means hardened: a password nobody knows, no recovery data, sessions and tokens ended. "
        "Google has no switch that lets mail in and people out; suspending would reject the mail. Nothing is opened "
        "again by sharedbox: reset the password at admin.google.com",
        f"{_DIRECTORY}users",
    ),
    _can("members[].user", "an active account of the organisation, by its primary address", _DELEGATION),
    _cannot(
        "members[].group", "the API takes no groups as delegates. List the people, or name them as a team.", _DELEGATION
    ),
    _can(
        "members[].rights.full_access",
        "delegate: reads, deletes and sends as the mailbox from Gmail; recipients may see who sent it",
        f"{_GMAIL}.delegates",
    ),
    _can(
        "members[].rights.send_as",
        "the mailbox's address as a sender in the member's own Gmail; delegates do not need it",
        f"{_GMAIL}.sendAs",
    ),
    _cannot("members[].rights.send_on_behalf", "use `full_access`: a delegate sends as the mailbox.", _DELEGATION),
    _cannot("members[].rights.read", "a delegate may do everything. Use `full_access`, or leave it out.", _DELEGATION),
    *_role_rows(),
    _cannot("members[].automapping", "it is a feature of Outlook. Leave the key out."),
    _cannot("members[].delivery", "it belongs to members of a group. Leave the key out."),
    _can("members[].until", "kept by sharedbox: past it, the next apply revokes", _DELEGATION),
    _can("members_mode", "`exact` or `at-least`", _DELEGATION),
    _cannot("sent_items", "what a delegate sends is always kept in its own Sent. Leave the key out.", _DELEGATION),
    _can(
        "senders", "further addresses that the mailbox sends from; others may have to confirm them", f"{_GMAIL}.sendAs"
    ),
    _can("folders", "labels that must be there, nested by `/`; others stay, as they hold mail", _LABELS),
    _can("tags", "labels with a colour; likewise", _LABELS),
    _can("rules", "filters; they have no names, so the name stays in the spec", f"{_GMAIL}.filters"),
    _can("auto_reply", "vacation responder: one text for all", _GMAIL),
    _cannot("auto_reply.external", "there is one text for everybody. Write it as `internal`.", _GMAIL),
    _can(
        "forwarding",
        "to a confirmed address; an outside one gets a mail with a code first",
        f"{_GMAIL}.forwardingAddresses",
    ),
    _can("access.imap", "IMAP on or off", _GMAIL),
    _can("access.pop", "POP on or off", _GMAIL),
    _cannot("access.web", "Gmail on the web cannot be switched off for one mailbox. Leave the key out."),
    _cannot("access.mobile", "it is set for organisational units, in the console. Leave the key out."),
    _cannot("access.mapi", "it is a protocol of Exchange. Leave the key out."),
    _can(
        "storage.warn_at",
        "share of the pooled storage, or of the account's own limit, above which `check` warns",
        "https://developers.google.com/workspace/admin/reports/v1/appendix/usage/user/accounts",
    ),
    _can("storage.licence", "one with Gmail; without, no mail is received", _LICENSING),
    _can("google.org_unit", "the organisational unit, which must exist; policies hang on it", f"{_DIRECTORY}users"),
    _cannot(
        "google.show_delegate",
        "no API sets or reads whether recipients see who sent a message. An administrator chooses it at "
        "admin.google.com > Apps > Google Workspace > Gmail > User settings > Mail delegation. Leave the key out.",
        _DELEGATION,
    ),
    _can("state", "`absent` deletes the account: it can be brought back for 20 days", f"{_DIRECTORY}users/undelete"),
    _cannot("group", "it describes a group. Use the platform google-collaborative, or leave the key out."),
    *(_cannot(name, _LATER) for name in ("calendar", "contacts", "retention")),
)

_NO_ACCOUNT = "a group has no account of its own. Leave the key out."
_NO_CONTENT = "no API reaches the conversations of a group. Leave the key out, or use google-delegated."
_NO_RIGHT = "somebody has one role in a group: `member`, `manager` or `owner`."

_COLLABORATIVE = (
    _can("display_name", "the group's name", f"{_DIRECTORY}groups"),
    _can("aliases", "further addresses of the group", f"{_DIRECTORY}groups.aliases"),
    _can("hidden_from_address_lists", "left out of the organisation's directory", _SETTINGS),
    _cannot("sign_in", _NO_ACCOUNT),
    _can("members[].user", "anybody; people outside need `group: {external_members: true}`", f"{_DIRECTORY}members"),
    _can("members[].group", "a group inside the group: its people are members too", f"{_DIRECTORY}members"),
    _can(
        "members[].rights.member",
        "reads, takes and answers conversations; what a member gets by default",
        f"{_DIRECTORY}members",
    ),
    _can("members[].rights.manager", "also approves messages and members", f"{_DIRECTORY}members"),
    _can("members[].rights.owner", "also changes settings; a group should have one", f"{_DIRECTORY}members"),
    _cannot("members[].rights.full_access", _NO_RIGHT),
    _cannot("members[].rights.read", f"{_NO_RIGHT} Who may read is `group: {{viewing: …}}`."),
    _cannot("members[].rights.send_as", f"{_NO_RIGHT} Sending as the group is `group: {{post_as_group: true}}`."),
    _cannot("members[].rights.send_on_behalf", f"{_NO_RIGHT} Use `group: {{post_as_group: true}}`."),
    _cannot("members[].automapping", "it is a feature of Outlook. Leave the key out."),
    _can(
        "members[].delivery",
        "`all`, `daily`, `digest`, `none` or `disabled`; reading it costs a call a member",
        f"{_DIRECTORY}members",
    ),
    _can("members[].until", "kept by sharedbox: past it, the next apply revokes", _INBOX),
    _can("members_mode", "`exact` or `at-least`", _INBOX),
    _cannot("sent_items", "what members send stands in the group's conversations. Leave the key out.", _INBOX),
    *(_cannot(name, _NO_CONTENT) for name in ("folders", "tags", "rules", "senders")),
    _cannot("auto_reply", "the Groups Settings API has none that can be set reliably. Leave the key out.", _SETTINGS),
    _cannot("forwarding", "make the other address a member: `{user: …, delivery: all}`.", _INBOX),
    _cannot("access", _NO_ACCOUNT),
    _cannot("storage", "a group takes no storage and no licence. Leave the key out.", _INBOX),
    _cannot("google", _NO_ACCOUNT),
    _can(
        "group",
        "Groups Settings, in our words; what a new inbox is made with: docs/how-to/google-workspace.md",
        _SETTINGS,
    ),
    _can(
        "state",
        "only `present`: a deleted group cannot be brought back, and sharedbox deletes nothing for good. "
        "Delete it at admin.google.com > Directory > Groups",
        f"{_DIRECTORY}groups/delete",
    ),
    *(_cannot(name, _LATER) for name in ("calendar", "contacts", "retention")),
)

CAPABILITIES: Mapping[Platform, Capabilities] = {
    GOOGLE_DELEGATED: Capabilities(
        GOOGLE_DELEGATED,
        "Google Workspace account with delegates",
        _DELEGATED,
        values={"sign_in": ("blocked",), "storage.licence": ("none", *SKUS.values())},
        default_rights=(Right.FULL_ACCESS,),
        canonical=gmail_filters.canonical,
        not_audited=(
            "whether people send as a mailbox from their own Gmail is not read. Delegates may always send as it."
        ),
        afterwards="Gmail shows a delegate the mailbox after a minute, at times a day; new aliases take as long.",
    ),
    GOOGLE_COLLABORATIVE: Capabilities(
        GOOGLE_COLLABORATIVE,
        "Google Group as collaborative inbox",
        _COLLABORATIVE,
        values={"state": ("present",)},
        default_rights=(Right.MEMBER,),
        afterwards="Google Groups shows new members and settings within minutes; new addresses take up to a day.",
    ),
}
