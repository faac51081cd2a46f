"""What people can do in single folders, for an audit: one read per mailbox, and one per folder, ten per request.

A row names its holder with the display name alone, which several people can have. Asking for the entry of each of them
shows who it is (learn.microsoft.com/powershell/module/exchangepowershell/get-mailboxfolderpermission,
read 2026-11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Trustee, TrusteeKind
from sharedbox_cli.core.observed import FolderEntry
from sharedbox_cli.providers.microsoft365.folder_rights import unresolved_id
from sharedbox_cli.providers.microsoft365.observe.folder_entries import RawEntry
from sharedbox_cli.providers.microsoft365.observe.folder_names import Ids
from sharedbox_cli.providers.microsoft365.observe.folder_reader import FolderReader, Question
from sharedbox_cli.providers.microsoft365.observe.folder_rights import ListedFolder, ReadFolders
from sharedbox_cli.providers.microsoft365.observe.people import People
from sharedbox_cli.providers.unread import UnreadLog


class Held(NamedTuple):
    """An entry of a folder, with the id of its holder, if that is known."""

    folder: ListedFolder
    entry: RawEntry
    holder: str = ""


@dataclass(slots=True)
class FolderAccess:
    """The entries of each mailbox that was read."""

    of: dict[Address, list[Held]] = field(default_factory=dict)

    @property
    def holders(self) -> frozenset[str]:
        """Return the ids of everybody who was found."""
        return frozenset(one.holder for many in self.of.values() for one in many if one.holder)


async def find_holders(
    reader: FolderReader, read: ReadFolders, ids: Mapping[Address, str], unread: UnreadLog
) -> FolderAccess:
    """Return the entries in the folders that an audit reads, with whose they are. `ids`: of the mailboxes.

    Somebody whose name cannot be looked up ends in `unread`. Raises CloudError.
    """
    spots = [(address, folder, many) for address, listed in read.audited.items() for folder, many in listed]
    people = (entry.who for _, _, many in spots for entry in many if entry.is_person)
    names, errors = await reader.names(people)
    for name, error in errors.items():
        unread.add("person", name, error)
    unclear: dict[str, set[str]] = {}
    for address, folder, many in spots:
        counts = Counter(entry.name for entry in many if entry.is_person)
        unclear[folder.identity(ids[address])] = {
            name for name, count in counts.items() if len(names.get(name, ())) > 1 or (name in names and count > 1)
        }
    asked = await _ask(reader, unclear, names)
    access = FolderAccess({address: [] for address in read.audited})
    for address, folder, many in spots:
        access.of[address] += _held(folder, many, names, asked.get(folder.identity(ids[address]), {}))
    return access


def trustees_in(access: FolderAccess, people: People) -> dict[TrusteeId, Trustee]:
    """Return the holders of entries who are not known already: deleted ones, and those who were not found."""
    found = {}
    for one in (one for many in access.of.values() for one in many):
        identity = _id_of(one)
        if identity and identity not in people.trustees:
            kind = TrusteeKind.ORPHAN if one.entry.sid else TrusteeKind.OTHER
            found[identity] = Trustee(identity, kind, name="" if one.entry.sid else one.entry.who)
    return found


def entries_of(access: FolderAccess, mailbox: Address) -> tuple[FolderEntry, ...] | None:
    """Return what people can do in the folders of a mailbox; entries that allow nothing are left out."""
    if mailbox not in access.of:
        return None
    return tuple(
        FolderEntry(
            one.folder.name,
            one.folder.place,
            one.entry.level,
            one.entry.right_in(one.folder.content),
            _id_of(one),
            one.entry.audience,
            one.folder.items,
        )
        for one in access.of[mailbox]
        if one.entry.gives_more_than_usual(one.folder.content)
    )


def _id_of(one: Held) -> TrusteeId:
    """Return the id of a holder. Somebody who was not found is known by the name alone, which can be any text."""
    if one.entry.audience is not None:
        return TrusteeId("")
    return TrusteeId(one.holder) or unresolved_id(one.entry.who)


Asked = Mapping[str, list[tuple[str, RawEntry]]]
"""By name: the entries of people with this name in one folder, each with the id."""


async def _ask(reader: FolderReader, unclear: Mapping[str, Iterable[str]], names: Ids) -> dict[str, Asked]:
    """Ask for the entry of each of the people who have one name, by the identity of the folder."""
    about: dict[Question, str] = {
        (folder, who): name for folder, many in unclear.items() for name in sorted(many) for who in names[name]
    }
    asked: dict[str, dict[str, list[tuple[str, RawEntry]]]] = {
        folder: {name: [] for name in many} for folder, many in unclear.items()
    }
    for question, result in (await reader.answers(about)).items():
        if isinstance(result, list) and len(result) == 1:
            asked[question[0]][about[question]].append((question[1], result[0]))
    return dict(asked)


def _held(folder: ListedFolder, many: Iterable[RawEntry], names: Ids, asked: Asked) -> Iterator[Held]:
    """Yield the entries of a folder with their holders. Of people with one name, each entry is somebody's once."""
    left = {name: list(found) for name, found in asked.items()}
    for entry in many:
        if not entry.is_person:
            yield Held(folder, entry)
            continue
        if entry.name not in left:
            found = names.get(entry.name, ())
            yield Held(folder, entry, found[0] if len(found) == 1 else "")
            continue
        own = next((one for one in left[entry.name] if one[1].level == entry.level), None)
        if own is not None:
            left[entry.name].remove(own)
        yield Held(folder, entry, own[0] if own else "")
