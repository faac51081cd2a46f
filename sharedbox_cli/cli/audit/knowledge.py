"""What is known about why and since when rights are there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sharedbox_cli.cli.audit.keep import granted_by_us, past_states, seen_before
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.access_why import Reasons, owners_of, since, spec_grants
from sharedbox_cli.reports.document import Deferred
from sharedbox_cli.reports.views.access import Background

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sharedbox_cli.core.access import AccessRow
    from sharedbox_cli.core.access_filter import RowFilter
    from sharedbox_cli.core.model import Desired
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.views.access import Selected

_NOTHING_MORE = Background()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The reasons for rights, and how far back saved observations go."""

    reasons: Reasons = field(default_factory=Reasons)
    known_since: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def data(self) -> Mapping[str, object]:
        """Return the keys of the JSON."""
        return {"known_since": {name: moment.isoformat() for name, moment in self.known_since.items()}}


@dataclass(frozen=True, slots=True)
class Part:
    """The rows to show, and what the report says about the choice."""

    rows: Sequence[AccessRow]
    selected: Selected
    background: Background = _NOTHING_MORE
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Everything:
    """All rows of a reading."""

    rows: Sequence[AccessRow]
    knowledge: Knowledge | None = None
    """What the rows say about why they are there; None: nobody asked."""

    def part(self, chosen: RowFilter, selected: Selected, moment: datetime | None) -> Part:
        """Return the rows that are chosen and, with a time, those that came then or later."""
        if self.knowledge is None:
            return Part(Deferred(lambda: chosen.of(self.rows)) if chosen else self.rows, selected)
        rows, data = tuple(chosen.of(self.rows)), self.knowledge.data
        if moment is None:
            return Part(rows, selected, Background(has_why=True, data=data))
        stamp = moment.isoformat()
        return Part(
            tuple(since(rows, moment)),
            selected.with_option("since", stamp),
            Background(has_why=True, data={**data, "since": stamp}),
            tuple(since_notes(rows, moment, self.knowledge)),
        )


def know(
    observations: Path, journal: Path, reading: Reading, rows: Sequence[AccessRow], desired: Desired | None
) -> Knowledge:
    """Return what saved observations, the journal and specs know. Raises ObservationsError, JournalError."""
    states = past_states(observations, utc_now())
    reasons = Reasons(granted=granted_by_us(journal), seen=seen_before(states, reading, rows))
    if desired is not None:
        reasons = replace(reasons, specs=spec_grants(desired, reading.observations), owners=owners_of(desired))
    return Knowledge(reasons, {state.platform: state.known_since for state in states})


def since_notes(rows: Sequence[AccessRow], moment: datetime, knowledge: Knowledge) -> Iterator[str]:
    """Yield how far back the knowledge goes, and how many rights may be newer than a time."""
    for platform, start in sorted(knowledge.known_since.items()):
        yield f"{platform}: saved observations go back to {start:%Y-%m-%d %H:%M} UTC."
    if not knowledge.known_since:
        yield "No observations are saved: only what sharedbox granted is known. To save them from now on, use --save."
    unknown = 0
    for row in rows:
        why = row.why
        if why is None or why.is_start_known:
            continue
        unknown += why.first_seen is None or why.first_seen >= moment
    if unknown:
        words = "1 right was" if unknown == 1 else f"{unknown:,} rights were"
        yield (
            f"{words} there already when the mailbox was read for the first time, after {moment:%Y-%m-%d %H:%M} UTC. "
            "Not shown: it is not known since when."
        )
