"""Who can do what in a folder, which Exchange and Graph show in different ways.

Every folder has an entry for everybody in the organisation (`Default`) and one for everybody else (`Anonymous`).
learn.microsoft.com/powershell/module/exchangepowershell/add-mailboxfolderpermission, read 2026-11.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from sharedbox_cli.emulator.microsoft import folders
from sharedbox_cli.emulator.tenant import Tenant

DEFAULT, ANONYMOUS = "Default", "Anonymous"
SPECIAL = (DEFAULT, ANONYMOUS)
NONE, EDITOR = "None", "Editor"
DELEGATE, PRIVATE = "Delegate", "CanViewPrivateItems"
OF_CALENDARS = ("AvailabilityOnly", "LimitedDetails")
"""Roles that only calendars have."""
_READ = frozenset({"FolderVisible", "ReadItems"})
_OWN = _READ | {"CreateItems", "DeleteOwnedItems"}
_AUTHOR = _OWN | {"EditOwnedItems"}
_EDITOR = _AUTHOR | {"DeleteAllItems", "EditAllItems"}
ROLES: dict[str, frozenset[str]] = {
    NONE: frozenset(),
    "Contributor": frozenset({"CreateItems", "FolderVisible"}),
    "Reviewer": _READ,
    "NonEditingAuthor": _OWN,
    "Author": _AUTHOR,
    "PublishingAuthor": _AUTHOR | {"CreateSubfolders"},
    EDITOR: _EDITOR,
    "PublishingEditor": _EDITOR | {"CreateSubfolders"},
    "Owner": _EDITOR | {"CreateSubfolders", "FolderContact", "FolderOwner"},
    **{name: frozenset({name}) for name in OF_CALENDARS},
}
"""The rights of each role. Those of calendars are rights of their own."""
RIGHTS = tuple(sorted(ROLES["Owner"]))


@dataclass(frozen=True, slots=True)
class Entry:
    """What one trustee can do. `who` is a SID, `Default` or `Anonymous`."""

    who: str
    rights: frozenset[str]
    flags: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Return the role with exactly these rights, or the rights."""
        return next(([role] for role, rights in ROLES.items() if rights == self.rights), sorted(self.rights))


def entries_of(tenant: Tenant, folder: sqlite3.Row) -> list[Entry]:
    """Return the entries of a folder: everybody first."""
    stored = {row["who"]: _entry(row) for row in _rows(tenant, folder["id"])}
    everybody = [stored.pop(who, _usual(folder, who)) for who in SPECIAL]
    return [*everybody, *stored.values()]


def _rows(tenant: Tenant, folder: str) -> list[sqlite3.Row]:
    return tenant.rows("select * from folder_rights where folder_id = ? order by rowid", folder)


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(row["who"], frozenset(row["rights"].split()), tuple(row["flags"].split()))


def _usual(folder: sqlite3.Row, who: str) -> Entry:
    """Return what a new folder allows everybody: in calendars, colleagues see who is busy."""
    is_open = who == DEFAULT and folder["class"] == folders.CALENDAR
    return Entry(who, ROLES["AvailabilityOnly" if is_open else NONE])


def entry_of(tenant: Tenant, folder: sqlite3.Row, who: str) -> Entry | None:
    """Return the entry of one trustee."""
    return next((entry for entry in entries_of(tenant, folder) if entry.who == who), None)


def write(tenant: Tenant, folder: str, who: str, rights: Collection[str], flags: Collection[str] = ()) -> None:
    """Write the entry of one trustee, who keeps the place in the list."""
    tenant.run(
        "insert into folder_rights values (?, ?, ?, ?) on conflict (folder_id, who) do update set "
        "rights = excluded.rights, flags = excluded.flags",
        folder,
        who,
        " ".join(sorted(rights)),
        " ".join(flags),
    )


def remove(tenant: Tenant, folder: str, who: str) -> None:
    """Remove the entry of one trustee."""
    tenant.run("delete from folder_rights where folder_id = ? and who = ?", folder, who)
