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

    @classmethod
    def of(cls, *, inside: bool, every_folder: bool) -> Reach:
        """Return the folders that two options ask for; the second one includes the first."""
        return cls.EVERY if every_folder else cls.MAIN if inside else cls.NONE


class FolderKind(StrEnum):
    """Which folder of a mailbox it is."""

    INBOX = "inbox"
    CALENDAR = "calendar"
    CONTACTS = "contacts"
    OTHER = ""
