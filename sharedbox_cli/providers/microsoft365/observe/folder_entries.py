"""Rows of folder rights, and what people can do with them.

learn.microsoft.com/powershell/module/exchangepowershell/add-mailboxfolderpermission, read 2026-11.
"""

from __future__ import annotations

from typing import NamedTuple

from sharedbox_cli.core.model import Right
from sharedbox_cli.core.open_access import Audience
from sharedbox_cli.providers.microsoft365.folder_rights import (
    ANONYMOUS,
    DEFAULT,
    Entry,
    expanded,
    sid_in,
    user_in,
    words_in,
)
from sharedbox_cli.providers.responses import Row

_AUDIENCES = {DEFAULT: Audience.ORGANIZATION, ANONYMOUS: Audience.ANYONE}
SELECTED = ("User", "AccessRights", "SharingPermissionFlags")
NOTHING, USUAL = "None", "AvailabilityOnly"
_READING = frozenset(
    {"Reviewer", "NonEditingAuthor", "Author", "PublishingAuthor", "Editor", "PublishingEditor", "Owner", "ReadItems"}
)
_FLAGS = "SharingPermissionFlags"
_LOCAL = "@local"
"""The entries of the owners and members of a group: `owner@local`."""


class RawEntry(NamedTuple):
    """One row: a name, the rights, and what an editor of a calendar can do as a delegate."""

    who: str
    rights: tuple[str, ...]
    flags: tuple[str, ...]
    everybody: str = ""
    """The entry for everybody that it is: `Default` or `Anonymous`. Empty: that of somebody."""

    @property
    def name(self) -> str:
        """Return the name to compare with others."""
        return self.who.casefold()

    @property
    def audience(self) -> Audience | None:
        """Return whom the entry means, if it is everybody."""
        return _AUDIENCES.get(self.everybody)

    @property
    def sid(self) -> str:
        """Return what is left of a deleted account, if that is all."""
        return sid_in(self.who)

    @property
    def is_person(self) -> bool:
        """Return whether the name is that of somebody."""
        return self.audience is None and not self.sid and not self.who.lower().endswith(_LOCAL)

    @property
    def level(self) -> str:
        """Return what the entry allows, in the words of the platform."""
        return ", ".join((*self.rights, *self.flags))

    def of_somebody(self) -> RawEntry:
        """Return the entry of a person who has the name of everybody."""
        return self._replace(everybody="")

    @property
    def entry(self) -> Entry:
        """Return the entry with its single rights. Raises UnknownForm for a right that no folder has."""
        return Entry(self.who, expanded(self.rights), self.everybody)

    def gives_more_than_usual(self, content: str) -> bool:
        """Return whether somebody can do something. That colleagues see who is busy is usual."""
        is_usual = self.audience is Audience.ORGANIZATION and is_calendar(content) and self.rights == (USUAL,)
        return bool(self.rights) and self.rights != (NOTHING,) and not is_usual

    def right_in(self, content: str) -> Right:
        """Return the right that the entry gives in a folder: reading only where somebody can read mail."""
        if is_calendar(content):
            return Right.CALENDAR
        if content.startswith("IPF.Contact"):
            return Right.CONTACTS
        is_mail = content.startswith("IPF.Note")
        return Right.READ if is_mail and _READING.intersection(self.rights) else Right.OTHER


def is_calendar(content: str) -> bool:
    """Return whether a folder with this content is a calendar."""
    return content.startswith("IPF.Appointment")


def raw_entry(row: Row) -> RawEntry:
    """Return one row. Raises KeyError, UnknownForm."""
    flags = () if row.get(_FLAGS) is None else sorted(words_in(row, _FLAGS) - {NOTHING})
    name, everybody = user_in(row)
    return RawEntry(name, tuple(sorted(words_in(row, "AccessRights"))), tuple(flags), everybody)


def entry_of_person(row: Row) -> RawEntry:
    """Return the row that answers a question about one person, who can have the name of everybody."""
    return raw_entry(row).of_somebody()
