"""What `import` takes, and what it does with it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

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
    updates: bool = False
    only_checks: bool = False

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
