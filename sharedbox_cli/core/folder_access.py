"""What people can do in single folders of a mailbox. Specs manage some of it; an audit shows all of it."""

from __future__ import annotations

from collections.abc import Iterator

from sharedbox_cli.core.model import Right
from sharedbox_cli.core.observed import FolderEntry, ObservedMailbox
from sharedbox_cli.core.open_access import LEVEL_AUDIENCES
from sharedbox_cli.core.reach import FolderKind
from sharedbox_cli.core.texts import mark


def folder_words(entry: FolderEntry) -> str:
    """Return the folder and the level."""
    return mark("folder {folder}: {level}", folder=entry.folder, level=entry.level)


_SETTINGS = {(FolderKind(name.partition(".")[0]), audience): name for name, audience in LEVEL_AUDIENCES.items()}
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
