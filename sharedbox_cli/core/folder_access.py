"""What people can do in single folders of a mailbox. Specs manage some of it; an audit shows all of it."""

from __future__ import annotations

from collections.abc import Iterator

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.observed import FolderEntry, ObservedMailbox
from sharedbox_cli.core.reach import Audience, FolderKind
from sharedbox_cli.core.texts import mark


def folder_words(entry: FolderEntry) -> str:
    """Return the folder and the level."""
    return mark("folder {folder}: {level}", folder=entry.folder, level=entry.level)


_SETTINGS = {
    (FolderKind.CALENDAR, Audience.ORGANIZATION): Field.CALENDAR_DEFAULT,
    (FolderKind.CALENDAR, Audience.ANYONE): Field.CALENDAR_ANONYMOUS,
    (FolderKind.CONTACTS, Audience.ORGANIZATION): Field.CONTACTS_DEFAULT,
}
"""The settings that say the same as an entry for everybody."""


def entries_beside(mailbox: ObservedMailbox) -> Iterator[FolderEntry]:
    """Yield the entries that neither a setting nor a grant of the same reading says already."""
    granted = {(grant.trustee, grant.right) for grant in mailbox.grants or ()}
    for entry in mailbox.folders or ():
        if entry.audience is not None:
            setting = _SETTINGS.get((entry.kind, entry.audience))
            is_known = setting is not None and setting in mailbox.settings
        else:
            is_known = (entry.trustee, _GRANTS.get(entry.kind)) in granted
        if not is_known:
            yield entry


_GRANTS = {FolderKind.INBOX: Right.READ, FolderKind.CALENDAR: Right.CALENDAR, FolderKind.CONTACTS: Right.CONTACTS}
"""The right of which a grant says the same as an entry of a person."""
