"""What a shared mailbox of Microsoft 365 can do; pages read 2026-11."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.capability import Capabilities, Capability
from sharedbox_cli.core.model import MICROSOFT365, Platform

_ABOUT = "https://learn.microsoft.com/microsoft-365/admin/email/about-shared-mailboxes"
_CMDLET = "https://learn.microsoft.com/powershell/module/exchangepowershell/"
_LATER = "it is part of the language, and this version does not manage it yet. Leave the key out."


def _can(path: str, meaning: str, source: str = _ABOUT) -> Capability:
    return Capability(path, True, meaning, source)


ROWS = (
    _can("display_name", "display name of the mailbox", f"{_CMDLET}set-mailbox"),
    _can("aliases", "further SMTP addresses; SIP, SPO and X500 entries are left alone", f"{_CMDLET}set-mailbox"),
    _can("hidden_from_address_lists", "left out of address lists, within a day", f"{_CMDLET}set-mailbox"),
    _can("sign_in", "the mailbox's own account; it should always be blocked"),
    _can("members[].user", "a user with a mailbox, or a mail user", f"{_CMDLET}add-mailboxpermission"),
    _can(
        "members[].group", "a mail-enabled security group; no automapping through it", f"{_CMDLET}add-mailboxpermission"
    ),
    _can(
        "members[].rights.full_access", "full access: open, read, delete; not send", f"{_CMDLET}add-mailboxpermission"
    ),
    _can(
        "members[].rights.send_as",
        "send as the mailbox; up to an hour until it works",
        f"{_CMDLET}add-recipientpermission",
    ),
    _can("members[].rights.send_on_behalf", "send on behalf of the mailbox", f"{_CMDLET}set-mailbox"),
    Capability(
        "members[].rights.read",
        False,
        "reading without more is folder permissions there, which this version does not manage yet. "
        "Use `full_access`, or leave the member out.",
        f"{_CMDLET}add-mailboxfolderpermission",
    ),
    *(
        Capability(f"members[].rights.{role}", False, "roles belong to groups. Use `full_access` and `send_as`.")
        for role in ("member", "manager", "owner")
    ),
    Capability("members[].delivery", False, "it belongs to members of a Google Group. Leave the key out."),
    _can(
        "members[].automapping",
        "Outlook adds the mailbox by itself; can be set, cannot be read",
        f"{_CMDLET}add-mailboxpermission",
    ),
    _can("members[].until", "kept by sharedbox: past it, the next apply revokes"),
    _can("members_mode", "`exact` or `at-least`"),
    _can("sent_items.send_as", "a copy in the mailbox's own Sent Items", f"{_CMDLET}set-mailbox"),
    _can("sent_items.send_on_behalf", "a copy in the mailbox's own Sent Items", f"{_CMDLET}set-mailbox"),
    _can("storage.warn_at", "share of the quota above which `check` warns"),
    _can("storage.licence", "50 GB without a licence; more, archive and hold need Plan 2"),
    _can("state", "`absent` is a soft delete: restorable for 30 days", f"{_CMDLET}remove-mailbox"),
    Capability("senders", False, "a mailbox sends from its primary address there. Use `aliases` for incoming mail."),
    Capability("google", False, "it describes an account of Google Workspace. Leave the key out."),
    Capability("group", False, "it describes a Google Group. Leave the key out."),
    *(
        Capability(name, False, _LATER)
        for name in (
            "calendar",
            "contacts",
            "folders",
            "tags",
            "rules",
            "auto_reply",
            "forwarding",
            "access",
            "retention",
        )
    ),
)

CAPABILITIES: Mapping[Platform, Capabilities] = {
    MICROSOFT365: Capabilities(
        MICROSOFT365,
        "Microsoft 365 shared mailbox",
        ROWS,
        values={"storage.licence": ("none", "exchange-online-plan-1", "exchange-online-plan-2")},
        afterwards="Outlook shows automapped mailboxes after 30 to 60 minutes; send as works after up to 60.",
    )
}
