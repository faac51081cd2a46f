r"""The folders that rules name: `MAILBOX:\Posteingang\Orders` for the cmdlets, `Inbox/Orders` in a spec.

How Get-InboxRule writes a folder is not documented. All forms that were seen or are likely are read: a path with or
without the mailbox, the id of the folder, and its name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sharedbox_cli.providers.columns import Row
from sharedbox_cli.providers.forms import optional_text, text_of
from sharedbox_cli.providers.microsoft365.folders import for_cmdlets, is_for_mail, tree_of


@dataclass(frozen=True, slots=True)
class RuleFolders:
    """The folders of one mailbox, by the texts that rules have for them, in lower case."""

    by_path: Mapping[str, str]
    r"""The path in a spec of each folder, by its own path with `\`."""
    by_id: Mapping[str, str]
    by_name: Mapping[str, tuple[str, ...]]
    own: Mapping[str, str]
    """The path in the language of the mailbox of each folder that a spec can list, by its path in a spec."""

    def is_listed(self, path: str) -> bool:
        """Return whether a path is of a folder that a spec can list: one for mail, and not one that was deleted."""
        return path.casefold() in self.own

    def named(self, text: str) -> str:
        """Return the path in a spec of the folder that a rule names; a name of several folders says so."""
        _, _, rest = text.partition(":")
        if rest and rest.casefold() in self.by_id:
            return self.by_id[rest.casefold()]
        inner = rest.removeprefix("\\") if rest else text
        is_path = bool(rest) or "\\" in inner
        for path in (inner, inner.partition("\\")[2], text) if is_path else ():
            if path.casefold() in self.by_path:
                return self.by_path[path.casefold()]
        found = self.by_name.get(inner.casefold(), ())
        if len(found) == 1:
            return found[0]
        return f"{inner} (one of {len(found)} folders)" if found else inner.replace("\\", "/")

    def written(self, mailbox: str, path: str) -> str:
        """Return what a parameter says for a path of a spec; nothing if there is no such folder."""
        own = self.own.get(path.casefold())
        return f"{mailbox}:\\{own}" if own else ""


def folders_of(rows: Iterable[Row]) -> RuleFolders:
    """Return the folders of a mailbox. Raises UnknownForm."""
    rows = tuple(rows)
    tree = tree_of(rows)
    names, known = tree.own, tree.known
    by_path: dict[str, str] = {}
    by_id: dict[str, str] = {}
    by_name: dict[str, list[str]] = {}
    own: dict[str, str] = {}
    for row in rows:
        text = text_of(row, "FolderPath").lstrip("/")
        first, mark, rest = text.partition("/")
        path = f"{names.get(first.casefold(), first)}{mark}{rest}"
        theirs = for_cmdlets(text)
        by_path.setdefault(theirs.casefold(), path)
        if is_for_mail(row):  # a calendar or contacts with the same name is no place for messages
            by_name.setdefault(theirs.rpartition("\\")[2].casefold(), []).append(path)
        if identity := optional_text(row, "FolderId"):
            by_id[identity.casefold()] = path
        if path.casefold() in known:
            own.setdefault(path.casefold(), theirs)
    return RuleFolders(by_path, by_id, {name: tuple(paths) for name, paths in by_name.items()}, own)
