"""What changed since a saved reading of about a week ago, for the report for a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.access_diff import Snapshot, compare, snapshot_of
from sharedbox_cli.core.errors import ObservationsError
from sharedbox_cli.core.model import Platform
from sharedbox_cli.reports.views.page_changes import Changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from sharedbox_cli.cli.audit.selection import Scopes
    from sharedbox_cli.core.access import AccessRow
    from sharedbox_cli.engine.observations import PastState
    from sharedbox_cli.providers.reading import Reading

PERIOD = timedelta(days=7)


def changed_recently(path: Path, reading: Reading, scopes: Scopes, rows: Sequence[AccessRow]) -> Changed:
    """Return what changed since the newest reading that was saved a week ago, or since the first one after that."""
    try:
        states = [state for state in _past(path, reading) if _is_earlier(state, reading)]
    except ObservationsError as error:
        return Changed(problem=f"{error.summary}. {error.why}")
    if not states:
        return Changed()
    pairs = [_pair(state, reading, scopes, rows) for state in states]
    diff = compare(_merged(old for old, _ in pairs), _merged(new for _, new in pairs))
    return Changed({state.platform: state.read_at for state in states}, diff)


def _past(path: Path, reading: Reading) -> Iterator[PastState]:
    """Yield the state of each platform a week ago, or at its first saved reading if that is newer."""
    from sharedbox_cli.engine.observations import Observations

    if not path.exists():
        return
    week_ago = utc_now() - PERIOD
    with Observations.open(path, for_writing=False) as observations:
        moments = {
            name: max(week_ago, first)
            for name, first in observations.known_since().items()
            if Platform(name) in reading.observations
        }
        for moment in sorted({*moments.values()}):
            yield from (state for state in observations.at(moment) if moments.get(state.platform) == moment)


def _is_earlier(state: PastState, reading: Reading) -> bool:
    now = reading.observations.get(Platform(state.platform))
    return now is not None and now.tenant_id == state.tenant_id and state.read_at < now.read_at


def _pair(state: PastState, reading: Reading, scopes: Scopes, rows: Sequence[AccessRow]) -> tuple[Snapshot, Snapshot]:
    """Return one platform then and now; then only the mailboxes of now, if these were chosen."""
    platform = Platform(state.platform)
    is_whole = scopes.get(platform) is None
    new = snapshot_of(platform, reading.observations[platform], rows, is_whole=is_whole)
    boxes = {(box.address.lower(), state.platform): box.read_at is not None for box in state.mailboxes}
    kept = {key: known for key, known in boxes.items() if is_whole or key in new.mailboxes}
    old_rows = [one.row for one in state.rows if one.row.mailbox_key in kept]
    return Snapshot({state.platform: state.tenant_id}, kept, old_rows, is_whole=state.has_whole), new


def _merged(parts: Iterable[Snapshot]) -> Snapshot:
    """Return several platforms as one. A mailbox that is not in it exists only if all were read completely."""
    every = list(parts)
    return Snapshot(
        {name: tenant for one in every for name, tenant in one.tenants.items()},
        {key: known for one in every for key, known in one.mailboxes.items()},
        [row for one in every for row in one.rows],
        frozenset().union(*(one.unread for one in every)),
        frozenset().union(*(one.vague for one in every)),
        is_whole=all(one.is_whole for one in every),
    )
