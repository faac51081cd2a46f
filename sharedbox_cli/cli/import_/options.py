"""What `import` takes, and what it does with it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from sharedbox_cli.core.identity import Address


@dataclass(frozen=True, slots=True)
class Choice:
    """The options of an import, with patterns in lower case."""

    mailboxes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    is_members_only: bool = False
    reads_all: bool = False
    """Whether settings are read that take a request for every few mailboxes."""
    updates: bool = False
    only_checks: bool = False
    is_confirmed: bool = False
    """Whether existing files are changed without a question."""
    target: str | None = None
    """The platform of the new specs, if it is another one."""

    def passes(self, address: Address) -> bool:
        """Return whether the options choose an address."""
        is_named = not self.mailboxes or any(fnmatchcase(address.key, pattern) for pattern in self.mailboxes)
        return is_named and not any(fnmatchcase(address.key, pattern) for pattern in self.excluded)


@dataclass(frozen=True, slots=True)
class CsvChoice:
    """The options of an import from CSV files."""

    files: tuple[Path, ...] = ()
    columns: tuple[str, ...] = ()
    """As `NAME=FIELD`."""
    domain: str | None = None
    people: Path | None = None
    ignored: tuple[str, ...] = ()
    """Lines, as `LINE` or `FILE:LINE`."""


def refuse_mixed(choice: Choice, lists: CsvChoice, source: Path | None) -> None:
    """Raise UsageError for options that say nothing together."""
    csv_only = (("--column", lists.columns), ("--domain", lists.domain), ("--ignore", lists.ignored))
    for option, value in csv_only:
        if value and not lists.files:
            raise UsageError(f"{option} without a CSV file", where=option, hint="Name the file with `--csv`.")
    if source is not None and lists.files:
        raise UsageError("two sources", where="--from --csv", hint="Use one of them.")
    if source is not None and lists.people is None and choice.target is None:
        why = "Specs are read to give people other addresses, or for another platform."
        raise UsageError("nothing to change", where="--from", why=why, hint="Add `--people` or `--as`.")
    if choice.target is not None and lists.files:
        why = "A CSV file does not name a platform."
        raise UsageError("--as with a CSV file", where="--as", why=why, hint="Use `--platform`.")
    if choice.updates and (lists.files or lists.people is not None or choice.target):
        why = "`--update` compares specs with the tenant that they describe."
        raise UsageError("--update without a tenant", where="--update", why=why, hint="Leave it out.")
    if source is not None and (
        choice.mailboxes or choice.excluded or choice.platforms or choice.is_members_only or choice.reads_all
    ):
        raise UsageError("an option that has no effect", where="--from", why="All specs of the folder are rewritten.")
