"""What earlier runs did, by whatever profile: a tenant stays the same when a file under review renames its profile.

Each profile has its own journal, for `history`. What guards and plans remember comes from all journals of the folder
(docs/decisions/0017-memory-belongs-to-the-tenant.md).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sharedbox_cli.core.access_why import Granted, GrantKey
from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.recent import NOTHING, RecentAccess
from sharedbox_cli.core.record import CompleteRun
from sharedbox_cli.engine.granted import newest_grants_of
from sharedbox_cli.engine.journal import Journal

_Known = TypeVar("_Known")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What earlier runs did, as far as plans and guards ask."""

    automapping: Mapping[tuple[str, str], bool]
    """The automapping of each grant of full access, by (mailbox ID, trustee ID)."""
    complete_runs: tuple[CompleteRun, ...]
    """The last complete runs, of all profiles of the state folder."""
    continued: frozenset[str]
    """Keys of the revocations that an unfinished run was allowed, and did not do."""
    managed_on: Mapping[Address, Platform]
    """The platform on which earlier runs changed each mailbox last."""
    recent: Mapping[Address, RecentAccess]
    """What runs of the last days changed in the access to each mailbox."""
    readers: frozenset[Address]
    """The mailboxes on which earlier runs allowed somebody to read mail alone: only there, it is looked for without a
    spec that gives it."""


def recorded(journal: Path, profile: str) -> Recorded:
    """Return what the journals of the folder record. One that cannot be read adds nothing."""
    return Recorded(
        automapping(journal),
        complete_runs(journal),
        _continued(journal, profile),
        managed_on(journal),
        recent_access(journal),
        readers_of(journal),
    )


def _continued(journal: Path, profile: str) -> frozenset[str]:
    with contextlib.suppress(JournalError, OSError):
        if journal.is_file():
            with Journal.open(journal, for_writing=False) as own:
                return own.continued(profile)
    return frozenset()


def recent_access(journal: Path) -> dict[Address, RecentAccess]:
    """Return what the runs of the last days changed in the access to each mailbox."""
    found: dict[Address, RecentAccess] = {}
    for known in _of_each(journal, lambda one, profile: one.recent_access(profile)):
        for address, access in known.items():
            earlier = found.get(address, NOTHING)
            found[address] = RecentAccess(
                earlier.revoked | access.revoked, earlier.granted | access.granted, earlier.ending | access.ending
            )
    return found


def managed_on(journal: Path) -> dict[Address, Platform]:
    """Return the platform on which each mailbox was changed last; by this profile, where it did."""
    found: dict[Address, Platform] = {}
    for known in _of_each(journal, lambda one, profile: one.managed_on(profile)):
        found |= known
    return found


def complete_runs(journal: Path) -> tuple[CompleteRun, ...]:
    """Return the last complete run of each profile on each set of tenants."""
    return tuple(run for known in _of_each(journal, lambda one, _: one.complete_runs()) for run in known)


def automapping(journal: Path) -> dict[tuple[str, str], bool]:
    """Return the automapping of each grant of full access, by (mailbox ID, trustee ID)."""
    recorded: dict[tuple[str, str], bool] = {}
    steps = [step for known in _of_each(journal, lambda one, _: one.automapping()) for step in known]
    for step in sorted(steps, key=lambda one: one.at):
        if step.is_on is None:
            recorded.pop(step.grant, None)
        else:
            recorded[step.grant] = step.is_on
    return recorded


def readers_of(journal: Path) -> frozenset[Address]:
    """Return the mailboxes on which runs allowed somebody to read mail alone, and did not revoke it again."""
    steps = [step for known in _of_each(journal, lambda one, _: one.readers()) for step in known]
    latest = {step.reader: step.can_read for step in sorted(steps, key=lambda one: one.at)}
    return frozenset(Address.of(mailbox) for (mailbox, _), can_read in latest.items() if can_read)


def granted(journal: Path, tenants: Mapping[str, str]) -> dict[GrantKey, Granted]:
    """Return who granted each right in some tenants, given by platform. Raises JournalError."""
    steps = [step for known in _of_each(journal, lambda one, _: one.done()) for step in known]
    return newest_grants_of(steps, tenants)


def is_plan_used(journal: Path, plan_id: str) -> bool:
    """Return whether a saved plan was applied already, by any profile."""
    return any(_of_each(journal, lambda one, _: one.is_plan_used(plan_id)))


def has_written_since(journal: Path, since: datetime) -> bool:
    """Return whether any run sent a change, or ended, after a time: what was read then can be out of date."""
    return any(_of_each(journal, lambda one, _: one.has_written_since(since)))


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
