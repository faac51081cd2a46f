"""What years leave inside the mailboxes of a grown tenant: folders in other languages, and rights in folders."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sharedbox_cli.emulator.microsoft import folder_rights, folders
from sharedbox_cli.emulator.microsoft.folder_rights import ANONYMOUS, DEFAULT, ROLES
from sharedbox_cli.emulator.tenant import Tenant

ORPHAN = "S-1-5-21-3623811015-3361044348-30300820-1009"
"""A person whose account was purged before the tenant had mailboxes that anybody remembers."""
NAMESAKES = (6, 7)
"""The numbers of two people with one display name."""
Granted = tuple[str, str, str]
"""A folder's type, an address (or `Default`, `Anonymous`, a SID) and a role."""


def language_of(number: int) -> str:
    """Return the language of the folders of a mailbox."""
    return {2: "de-DE", 5: "fr-FR"}.get(number % 6, "en-US")


def fill(tenant: Tenant, number: int, mailbox: str, people: Sequence[str], group: str) -> list[Granted]:
    """Give the rights in the folders of one mailbox, and return them."""
    first, second = people[number % len(people)], people[(number + 5) % len(people)]
    granted: list[tuple[str, str, str]] = []
    match number % 10:
        case 1:
            granted = [("Inbox", DEFAULT, "Reviewer")] if number % 50 == 1 else []
        case 2:
            granted = [("Calendar", ANONYMOUS, "AvailabilityOnly")] if number % 50 == 2 else []
        case 3:
            granted = [("Calendar", first, "Editor"), ("Calendar", second, "Reviewer")]
            granted += [("Calendar", DEFAULT, "LimitedDetails")] if number % 20 == 3 else []
        case 5:
            granted = [("Inbox", people[place], "Reviewer") for place in NAMESAKES]
        case 6:
            granted = [("Contacts", DEFAULT, "Reviewer"), ("Contacts", first, "PublishingAuthor")]
        case 7:
            granted = [("Calendar", group, "Author")]
        case 8:
            granted = [("Calendar", ORPHAN, "Reviewer"), ("Calendar", first, "AvailabilityOnly")]
    if not granted:
        return []
    root = folders.root_of(tenant, mailbox)
    of_type = {row["type"]: row for row in folders.children(tenant, mailbox, root["id"])}
    return [_give(tenant, of_type[kind], who, role) for kind, who, role in granted]


def _give(tenant: Tenant, folder: sqlite3.Row, who: str, role: str) -> Granted:
    row = tenant.object(who)
    folder_rights.write(tenant, folder["id"], row["sid"] if row else who, ROLES[role])
    return folder["type"], row["mail"].lower() if row else who, role
