"""Saved observations and the journal: what an audit keeps, and what it knows from before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.core.access_diff import exactly, snapshot_of
from sharedbox_cli.core.access_why import Seen
from sharedbox_cli.core.model import Platform

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sharedbox_cli.cli.audit.selection import Scopes
    from sharedbox_cli.core.access import AccessRow
    from sharedbox_cli.core.access_why import Granted, GrantKey, MailboxKey
    from sharedbox_cli.engine.observations import PastState
    from sharedbox_cli.providers.reading import Reading

    Sightings = dict[tuple[MailboxKey, Hashable], Seen]


def keep(path: Path, profile: str, reading: Reading, scopes: Scopes, rows: Sequence[AccessRow]) -> int:
    """Save a reading, and return how many platforms it is of. Raises ObservationsError.

    `rows` are those that every reading finds: a later one without the others must not look like a loss.
    """
    from sharedbox_cli import __version__
    from sharedbox_cli.engine.kept import Kept
    from sharedbox_cli.engine.observations import Observations

    kept = [
        Kept(
            observed.tenant_id,
            observed.tenant_name,
            str(platform),
            observed.read_at,
            profile,
            __version__,
            snapshot_of(platform, observed, rows, is_whole=scopes.get(platform) is None),
            {(one.address.key, str(platform)): one.address.text for one in observed.mailboxes.values()},
        )
        for platform, observed in sorted(reading.observations.items())
    ]
    with Observations.open(path, for_writing=True) as observations:
        observations.save(kept)
    return len(kept)


def past_states(path: Path, moment: datetime) -> tuple[PastState, ...]:
    """Return the saved states of a time, of every platform that was read by then. Raises ObservationsError."""
    from sharedbox_cli.engine.observations import Observations

    if not path.exists():
        return ()
    with Observations.open(path, for_writing=False) as observations:
        return observations.at(moment)


def seen_before(states: Iterable[PastState], reading: Reading, rows: Iterable[AccessRow]) -> Sightings:
    """Return when each right was seen first: in a saved reading, or in this one."""
    mine = [
        state
        for state in states
        if (observed := reading.observations.get(Platform(state.platform))) and observed.tenant_id == state.tenant_id
    ]
    seen = seen_in(mine)
    known = {(box.address.lower(), state.platform): box for state in mine for box in state.mailboxes}
    whole = {state.platform for state in mine if state.has_whole}
    platforms = {state.platform for state in mine}
    for row in rows if mine else ():
        if row.platform not in platforms:
            continue
        box, key = known.get(row.mailbox_key), (row.mailbox_key, exactly(row))
        if key not in seen:
            is_new = box.read_at is not None if box else row.platform in whole
            seen[key] = Seen(reading.observations[Platform(row.platform)].read_at, is_new)
    return seen


def seen_in(states: Iterable[PastState]) -> Sightings:
    """Return when each right was seen first, in saved readings."""
    return {
        (one.row.mailbox_key, exactly(one.row)): Seen(one.first_seen, one.is_start_known)
        for state in states
        for one in state.rows
    }


def granted_by_us(journal: Path, reading: Reading) -> Mapping[GrantKey, Granted]:
    """Return who granted which right with sharedbox, by whatever profile. Raises JournalError for the own journal."""
    from sharedbox_cli.engine.journal import Journal
    from sharedbox_cli.engine.memory import granted

    if journal.exists():
        Journal.open(journal, for_writing=False).close()
    return granted(journal, {str(platform): one.tenant_id for platform, one in reading.observations.items()})
