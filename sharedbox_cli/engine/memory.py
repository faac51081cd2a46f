"""What earlier runs did to mailboxes, by whatever profile: a file under review must not forget it with a new name."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.recent import NOTHING, RecentAccess
from sharedbox_cli.engine.journal import Journal

_Known = TypeVar("_Known")


def recent_access(journal: Path) -> dict[Address, RecentAccess]:
    """Return what the runs of the last days changed in the access to each mailbox."""
    found: dict[Address, RecentAccess] = {}
    for known in _of_each(journal, Journal.recent_access):
        for address, one in known.items():
            earlier = found.get(address, NOTHING)
            found[address] = RecentAccess(earlier.revoked | one.revoked, earlier.granted | one.granted)
    return found


def managed_on(journal: Path) -> dict[Address, Platform]:
    """Return the platform on which each mailbox was changed last; by this profile, where it did."""
    found: dict[Address, Platform] = {}
    for known in _of_each(journal, Journal.managed_on):
        found |= known
    return found


def _of_each(own: Path, read: Callable[[Journal, str], _Known]) -> Iterator[_Known]:
    """Yield what each journal of the folder knows that can be read; the own one is the last."""
    others: list[Path] = []
    with contextlib.suppress(OSError):
        others = sorted(path for path in own.parent.glob(f"*{own.suffix}") if path != own)
    for path in (*others, own):
        known = None
        with contextlib.suppress(JournalError, OSError):
            if path.is_file():
                with Journal.open(path, for_writing=False) as journal:
                    known = read(journal, path.stem)
        if known is not None:
            yield known
