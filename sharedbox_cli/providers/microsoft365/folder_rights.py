"""Who can use a folder of a mailbox: the roles of Exchange, and our levels.

learn.microsoft.com/powershell/module/exchangepowershell/{get,add,set}-mailboxfolderpermission, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.levels import PARTIAL
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.observed import LevelSpan
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Column, Columns, Row, UnknownForm
from sharedbox_cli.providers.forms import object_in, optional_text, shown, text_of, texts_of
from sharedbox_cli.providers.microsoft365.folders import for_cmdlets
from sharedbox_cli.providers.microsoft365.quirks import is_orphan, split_rights

DEFAULT, ANONYMOUS = "Default", "Anonymous"
SPECIAL = {DEFAULT.lower(): DEFAULT, ANONYMOUS.lower(): ANONYMOUS}
"""The entries for everybody in the organisation, and for everybody else: every folder has both."""
_ORPHAN = "NT:"
"""What a row has before the SID of a deleted account. No such row was recorded."""
_VISIBLE = "FolderVisible"
_READ = frozenset({_VISIBLE, "ReadItems"})
_OWN = _READ | {"CreateItems", "DeleteOwnedItems"}
_AUTHOR = _OWN | {"EditOwnedItems"}
_EDITOR = _AUTHOR | {"DeleteAllItems", "EditAllItems"}
_NONE, _REVIEWER = "None", "Reviewer"
ROLES: Mapping[str, frozenset[str]] = {
    _NONE: frozenset(),
    "Contributor": frozenset({"CreateItems", _VISIBLE}),
    _REVIEWER: _READ,
    "NonEditingAuthor": _OWN,
    "Author": _AUTHOR,
    "PublishingAuthor": _AUTHOR | {"CreateSubfolders"},
    "Editor": _EDITOR,
    "PublishingEditor": _EDITOR | {"CreateSubfolders"},
    "Owner": _EDITOR | {"CreateSubfolders", "FolderContact", "FolderOwner"},
    "AvailabilityOnly": frozenset({"AvailabilityOnly"}),
    "LimitedDetails": frozenset({"LimitedDetails"}),
}
"""The rights of each role. Two roles exist in calendars only, and are rights of their own."""
_RIGHTS = frozenset().union(*ROLES.values())
LEVELS: Mapping[str, str] = {
    "none": _NONE,
    "availability": "AvailabilityOnly",
    "details": "LimitedDetails",
    "reader": _REVIEWER,
    "editor": "Editor",
}
"""Our levels and the roles of Exchange. Every other set of rights keeps the words of Exchange."""
_WORDS = {role: level for level, role in LEVELS.items()}


class Folder(Enum):
    """A folder in which rights are managed: its `FolderType`, which is English in every language."""

    CALENDAR = "Calendar"
    CONTACTS = "Contacts"
    INBOX = "Inbox"
    ROOT = "Root"


FOLDER_OF: Mapping[Right, Folder] = {
    Right.CALENDAR: Folder.CALENDAR,
    Right.CONTACTS: Folder.CONTACTS,
    Right.READ: Folder.INBOX,
}
"""The folder in which a right is. Reading mail also needs the root to be visible."""
SETTING_OF: Mapping[Field, tuple[Folder, str]] = {
    Field.CALENDAR_DEFAULT: (Folder.CALENDAR, DEFAULT),
    Field.CALENDAR_ANONYMOUS: (Folder.CALENDAR, ANONYMOUS),
    Field.CONTACTS_DEFAULT: (Folder.CONTACTS, DEFAULT),
}
"""The folder of a setting, and the entry in it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a folder's permissions. The user is a display name, and does not say who it is."""

    user: str
    rights: frozenset[str]
    everybody: str = ""
    """The entry for everybody that it is: `Default` or `Anonymous`. Empty: that of somebody."""

    @property
    def sid(self) -> str:
        """Return the SID of a deleted account; empty for everybody else."""
        return sid_in(self.user)

    @property
    def word(self) -> str:
        """Return the level, or the words of Exchange for other rights."""
        return word_of(self.rights)

    @property
    def is_nothing(self) -> bool:
        """Return whether the entry allows nothing: it keeps somebody out who would have what everybody has."""
        return not self.rights

    @property
    def reads(self) -> bool:
        """Return whether items can be read."""
        return "ReadItems" in self.rights


def sid_in(user: str) -> str:
    """Return the SID if a row has nothing else of a deleted account. People choose their names: `NT:Ann` is one."""
    text = user[len(_ORPHAN) :] if user[: len(_ORPHAN)].upper() == _ORPHAN else user
    return text if is_orphan(text) else ""


def unresolved_id(user: str) -> TrusteeId:
    """Return the id of a trustee of whom only the name is known: no name can be the id of somebody else."""
    return TrusteeId(sid_in(user) or f"name:{user}")


def entry_of(row: Row) -> Entry:
    """Return a row. Raises KeyError, UnknownForm."""
    name, everybody = user_in(row)
    return Entry(name, rights_of(row), everybody)


def user_in(row: Row) -> tuple[str, str]:
    """Return the name in a row, and the entry for everybody that has this name. Raises KeyError, UnknownForm.

    PowerShell shows an object with a type here. JSON was recorded with the name alone, which a person can have as well.
    """
    user = row["User"]
    if not isinstance(user, Mapping):
        name = text_of(row, "User")
        return name, SPECIAL.get(name.lower(), "")
    kind = user.get("UserType")
    kind = kind.get("Value") if isinstance(kind, Mapping) else kind
    return text_of(user, "DisplayName"), str(kind) if kind in SPECIAL.values() else ""


def words_in(row: Row, key: str) -> frozenset[str]:
    """Return words that are a list, or one text: both forms occur in public clients. Raises KeyError, UnknownForm."""
    value = row[key]
    return split_rights([value] if isinstance(value, str) else texts_of(row, key))


def rights_of(row: Row) -> frozenset[str]:
    """Return the single rights of a row. Raises KeyError, UnknownForm."""
    return expanded(words_in(row, "AccessRights"))


def expanded(words: Iterable[str]) -> frozenset[str]:
    """Return the single rights of roles and rights. Raises UnknownForm."""
    names = frozenset(words)
    if not names:
        message = "`AccessRights` is empty"
        raise UnknownForm(message)
    if unknown := sorted(names - ROLES.keys() - _RIGHTS):
        message = f"`AccessRights` has {shown(unknown[0])}, which is not a right in a folder"
        raise UnknownForm(message)
    return frozenset().union(*(ROLES.get(name, frozenset({name})) for name in names))


def word_of(rights: frozenset[str]) -> str:
    """Return the level with these rights, or the role of Exchange, or the rights."""
    role = next((name for name, own in ROLES.items() if own == rights), "")
    return _WORDS.get(role, role) or ", ".join(sorted(rights))


def span_of(word: str) -> LevelSpan | None:
    """Return what words of Exchange allow, between our levels; nothing for one of these, and for unknown words."""
    try:
        rights = expanded(split_rights([word]))
    except UnknownForm:
        return None
    if word in LEVELS:
        return None
    least = next(level for level in reversed(tuple(LEVELS)) if ROLES[LEVELS[level]] <= rights)
    most = next((level for level in LEVELS if rights <= _allowed(level)), "")
    return LevelSpan(least, most)


def _allowed(level: str) -> frozenset[str]:
    """Return all rights that a level includes: whoever reads a calendar sees when it is busy."""
    lower = list(LEVELS)[: list(LEVELS).index(level) + 1]
    return frozenset[str]().union(*(ROLES[LEVELS[one]] for one in lower))


def access_rights(word: Value) -> list[str]:
    """Return what a cmdlet takes for a level, or for words of Exchange. Raises SharedboxError."""
    names = [LEVELS[str(word)]] if word in LEVELS else sorted(split_rights([str(word)]))
    if not names or any(name not in ROLES and name not in _RIGHTS for name in names):
        raise SharedboxError("the change cannot be sent", why=f"`{word}` is not a right in a folder.")
    return names


def inbox_rights(detail: str) -> list[str]:
    """Return what a cmdlet takes for reading mail, or for other words of Exchange. Raises SharedboxError."""
    return access_rights("reader" if detail in ("", PARTIAL) else detail)


class Reader(NamedTuple):
    """What somebody can do in the inbox and at the root: together, that is reading mail."""

    inbox: Entry
    sees_root: bool

    @property
    def detail(self) -> str:
        """Return nothing for reading alone; otherwise what is more, or that it does not work in every client."""
        if self.inbox.word != "reader":
            return self.inbox.word
        return "" if self.sees_root else PARTIAL


def sees(entry: Entry | None) -> bool:
    """Return whether an entry shows the folder itself."""
    return entry is not None and _VISIBLE in entry.rights


VISIBLE = [_VISIBLE]
"""What a cmdlet takes for seeing a folder, and nothing in it."""


def is_only_visible(entry: Entry) -> bool:
    """Return whether an entry shows the folder, and allows nothing else."""
    return entry.rights == {_VISIBLE}


def _level(name: Field) -> Column:
    def read(row: Row) -> Value:
        rights = object_in(row, "AccessRights")
        return str(rights[str(name)])

    return Column(("AccessRights",), read)


def settings_row(entries: Mapping[Folder, list[Entry]]) -> Row:
    """Return the levels of everybody in a form that columns read: by the name of the setting."""
    found = {}
    for name, (folder, who) in SETTING_OF.items():
        for entry in entries.get(folder, ()):
            if entry.everybody == who:
                found[str(name)] = entry.word
    return {"AccessRights": found}


FOLDER_RIGHTS: Columns = {name: _level(name) for name in SETTING_OF}
"""From the rights in one folder: each entry is written by a separate request."""


class Place(NamedTuple):
    """Where a folder is: the id that the permission cmdlets take, and the path in the mailbox's language."""

    id: str
    path: str

    def identity(self, mailbox: str) -> str:
        """Return the folder for a cmdlet."""
        return f"{mailbox}:{self.id}"

    def by_path(self, mailbox: str) -> str:
        r"""Return the folder by its path: `box:\Kalender`."""
        return f"{mailbox}:\\{for_cmdlets(self.path)}"


ROOT = Place("\\", "/")
STATISTICS = ("FolderId", "FolderPath", "FolderType")


def places_of(rows: Iterable[Row]) -> dict[Folder, Place]:
    """Return the folders of a mailbox by their types. Raises UnknownForm."""
    kinds = {kind.value: kind for kind in Folder if kind is not Folder.ROOT}
    found = {Folder.ROOT: ROOT}
    for row in rows:
        kind = kinds.get(optional_text(row, "FolderType"))
        if kind is not None:
            found.setdefault(kind, Place(text_of(row, "FolderId"), text_of(row, "FolderPath")))
    return found
