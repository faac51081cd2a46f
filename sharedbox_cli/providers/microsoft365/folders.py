"""Mail folders: a mailbox names its own folders in its language, and a spec names them in English.

Get-MailboxFolderStatistics says by `FolderType` which folder is the inbox (`Posteingang`), and needs no permission to
read mail (learn.microsoft.com/powershell/module/exchangepowershell/get-mailboxfolderstatistics, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Column, Columns, Row
from sharedbox_cli.providers.forms import number_of, optional_text, rows_in, text_of

LIST = "mailFolders"
"""The property under which the rows of the folders are read."""
PROPERTIES = ("FolderPath", "FolderType", "ContainerClass", "FolderId", "ItemsInFolder")
USER_CREATED = "User Created"
DELETED = "DeletedItems"
WELL_KNOWN: Mapping[str, tuple[str, str]] = {
    "Inbox": ("Inbox", "inbox"),
    "Archive": ("Archive", "archive"),
    "Drafts": ("Drafts", "drafts"),
    "SentItems": ("Sent Items", "sentitems"),
    "JunkEmail": ("Junk Email", "junkemail"),
    "Outbox": ("Outbox", "outbox"),
    "CommunicatorHistory": ("Conversation History", "conversationhistory"),
    DELETED: ("Deleted Items", "deleteditems"),
}
"""By `FolderType`: the name in a spec, and the name that Graph accepts in place of an id."""
GONE = WELL_KNOWN[DELETED][0]
GRAPH_NAMES = dict(WELL_KNOWN.values())
"""By the name in a spec."""
_BY_LOWER = {name.casefold(): name for name in GRAPH_NAMES}
SLASH = "\uf8ff"
"""What `FolderPath` has for a slash in a name, which no path of a spec can have."""


def for_cmdlets(path: str) -> str:
    r"""Return a `FolderPath` as cmdlets take it: `Kalender\Q1/Q2`, in which a slash belongs to a name."""
    return path.lstrip("/").replace("/", "\\").replace(SLASH, "/")


def spelled(path: str) -> str:
    """Return a path of a spec with the usual spelling of a well-known folder: `inbox/Orders` is `Inbox/Orders`."""
    first, mark, rest = path.partition("/")
    return f"{_BY_LOWER.get(first.casefold(), first)}{mark}{rest}"


def well_known(name: str) -> str:
    """Return the well-known folder that a name of a spec means, or nothing."""
    return _BY_LOWER.get(name.casefold(), "")


@dataclass(frozen=True, slots=True)
class Tree:
    """The mail folders of one mailbox."""

    own: Mapping[str, str]
    """The name in a spec of each well-known folder, by the name that the mailbox has for it, in lower case."""
    paths: tuple[str, ...]
    """The paths of the folders that people created, as a spec names them."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many items are in each of them, where that was understood."""

    @property
    def known(self) -> dict[str, str]:
        """Return all paths by their text in lower case: names in two cases are one folder."""
        return {path.casefold(): path for path in (*self.own.values(), *self.paths)}


def tree_of(rows: Iterable[Row]) -> Tree:
    """Return the folders of a mailbox. Raises UnknownForm."""
    listed = [(text_of(row, "FolderPath").lstrip("/"), text_of(row, "FolderType"), row) for row in rows]
    own = {path.casefold(): WELL_KNOWN[kind][0] for path, kind, _ in listed if kind in WELL_KNOWN and "/" not in path}
    created = [(path, row) for text, kind, row in listed if kind == USER_CREATED and (path := _path(text, row, own))]
    counts = {path: count for path, row in created if (count := items_in(row)) is not None}
    return Tree(own, tuple(sorted({path for path, _ in created})), counts)


def items_in(row: Row) -> int | None:
    """Return how many items are directly in a folder. In which form JSON has the number is not known: one that is not
    understood is left out, as nothing depends on it.
    """
    try:
        return number_of(row, "ItemsInFolder")
    except (KeyError, ValueError):
        return None


def is_for_mail(row: Row) -> bool:
    """Return whether a folder contains messages: not a calendar, or people. Raises UnknownForm."""
    content = optional_text(row, "ContainerClass")
    return not content or content.startswith("IPF.Note")


def _path(text: str, row: Row, own: Mapping[str, str]) -> str:
    """Return a path as a spec names it; nothing for a folder that no spec can mean.

    These are: other content than mail, deleted folders, a slash in a name, and a folder that is named like the
    well-known folder of another language.
    """
    first, mark, rest = text.partition("/")
    name = own.get(first.casefold(), first)
    is_other = first.casefold() not in own and name.casefold() in {item.casefold() for item in own.values()}
    if not is_for_mail(row) or SLASH in text or is_other or name == GONE:
        return ""
    return f"{name}{mark}{rest}"


def prefixes(path: str) -> Iterator[str]:
    """Yield the folders above a path, from the top, and the path itself."""
    steps = path.split("/")
    return ("/".join(steps[:count]) for count in range(1, len(steps) + 1))


def _folders(row: Row) -> Value:
    return tree_of(rows_in(row, LIST)).paths


def _items(row: Row) -> Value:
    return tuple(sorted(tree_of(rows_in(row, LIST)).counts.items()))


FOLDERS: Columns = {Field.FOLDERS: Column((LIST,), _folders)}
"""From one list per mailbox: each folder is created by a separate request."""
FOLDER_FACTS: Mapping[Fact, Column] = {Fact.FOLDER_ITEMS: Column((LIST,), _items)}
"""From the same list."""
