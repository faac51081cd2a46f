"""How far access reaches: people whom nobody lists, and the folders of a mailbox."""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """People whom nobody lists."""

    ORGANIZATION = "organization"
    ANYONE = "anyone"


class Reach(StrEnum):
    """Which folders a reading looks into."""

    NONE = ""
    MAIN = "main"
    """The root, the inbox, the calendar and the contacts."""
    EVERY = "every"


class FolderKind(StrEnum):
    """Which folder of a mailbox it is."""

    INBOX = "inbox"
    CALENDAR = "calendar"
    CONTACTS = "contacts"
    OTHER = ""
