"""What is known about why and since when rights are there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sharedbox_cli.cli.audit.keep import granted_by_us, past_states, seen_before
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.access_against import Judge, judged
from sharedbox_cli.core.access_why import (
    Reasons,
    logged_grants,
    newest_grants,
    owners_of,
    service_ends,
    since,
    spec_grants,
)
from sharedbox_cli.core.texts import tr, tr_count
from sharedbox_cli.reports.document import Deferred
from sharedbox_cli.reports.views.access import Background
from sharedbox_cli.reports.views.access_against import against_sections, against_words, missing_cells, missing_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sharedbox_cli.cli.grant_logs import GrantLogs
    from sharedbox_cli.core.access import AccessRow
    from sharedbox_cli.core.access_against import Missing
    from sharedbox_cli.core.access_filter import RowFilter
    from sharedbox_cli.core.access_inside import Inside
    from sharedbox_cli.core.access_why import Granted, GrantKey
    from sharedbox_cli.core.model import Desired, Platform
    from sharedbox_cli.core.observed import Observed
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.views.access import Selected

_NOTHING_MORE = Background()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The reasons for rights, and how far back saved observations go."""

    reasons: Reasons = field(default_factory=Reasons)
    known_since: Mapping[str, datetime] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What could not be found out."""

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
    missing: Sequence[Missing] | None = None
    """What specs give and nobody has. None: nobody asked."""

    def against(self, desired: Desired, observations: Mapping[Platform, Observed]) -> Everything:
        """Return the rows with whether the specs allow each, and what is missing."""
        judge = Judge(desired, observations)
        return replace(self, rows=tuple(judged(self.rows, judge)), missing=judge.missing)

    def part(self, chosen: RowFilter, selected: Selected, moment: datetime | None) -> Part:
        """Return the rows that are chosen and, with a time, those that came then or later."""
        if self.knowledge is None:
            return Part(Deferred(lambda: chosen.of(self.rows)) if chosen else self.rows, selected)
        rows = tuple(chosen.of(self.rows))
        part = Part(rows, selected, Background(has_why=True, data=self.knowledge.data), self.knowledge.notes)
        if moment is not None:
            stamp = moment.isoformat()
            part = Part(
                tuple(since(rows, moment)),
                selected.with_option("since", stamp),
                Background(has_why=True, data={**self.knowledge.data, "since": stamp}),
                (*since_notes(rows, moment, self.knowledge), *self.knowledge.notes),
            )
        return part if self.missing is None else _with_missing(part, _chosen_missing(self.missing, chosen))


def _chosen_missing(missing: Sequence[Missing], chosen: RowFilter) -> Sequence[Missing]:
    """Return what is missing, of the people and rights that are chosen."""
    if not chosen:
        return missing
    grants = ((one, one.grant) for one in missing if not chosen.risks)
    return [
        one
        for one, grant in grants
        if grant is not None
        and (not chosen.rights or grant.right in chosen.rights)
        and (not chosen.people or any(person.fits_text(grant.trustee.key) for person in chosen.people))
    ]


def _with_missing(part: Part, missing: Sequence[Missing]) -> Part:
    background = replace(
        part.background,
        data={**part.background.data, "missing": [missing_data(one) for one in missing]},
        sections=tuple(against_sections(part.rows, missing)),
        cells=tuple(missing_cells(one) for one in missing),
    )
    return replace(part, background=background, notes=(*part.notes, against_words(part.rows, missing)))


def know(
    observations: Path,
    journal: Path,
    reading: Reading,
    rows: Sequence[AccessRow],
    desired: Desired | None,
    logs: GrantLogs,
    is_inside: Inside,
) -> Knowledge:
    """Return what saved observations, the journal and specs know. Raises ObservationsError, JournalError.

    Saved observations know nothing of what only a reading inside mailboxes finds.
    """
    states = past_states(observations, utc_now())
    theirs: dict[GrantKey, Granted] = {}
    for name, entries in logs.entries.items():
        theirs |= logged_grants(entries, reading.observations, name)
    granted = newest_grants(granted_by_us(journal, reading), theirs)
    reasons = Reasons(granted=granted, seen=seen_before(states, reading, (row for row in rows if not is_inside(row))))
    reasons = replace(reasons, ends=service_ends(reading.observations))
    if desired is not None:
        reasons = replace(reasons, specs=spec_grants(desired, reading.observations), owners=owners_of(desired))
    return Knowledge(reasons, {state.platform: state.known_since for state in states}, logs.notes)


def since_notes(rows: Sequence[AccessRow], moment: datetime, knowledge: Knowledge) -> Iterator[str]:
    """Yield how far back the knowledge goes, and how many rights may be newer than a time."""
    for platform, start in sorted(knowledge.known_since.items()):
        when = f"{start:%Y-%m-%d %H:%M}"
        yield tr("{platform}: saved observations go back to {when} UTC.", platform=platform, when=when)
    if not knowledge.known_since:
        yield tr(
            "No observations are saved: only what the journal knows is shown. To save them from now on, use --save."
        )
    unknown = 0
    for row in rows:
        why = row.why
        if why is None or why.is_start_known:
            continue
        unknown += why.first_seen is None or why.first_seen >= moment
    if unknown:
        when = f"{moment:%Y-%m-%d %H:%M}"
        yield tr_count(
            "{count} right was there already when the mailbox was read for the first time, after {when} UTC. "
            "Not shown: it is not known since when.",
            "{count} rights were there already when the mailbox was read for the first time, after {when} UTC. "
            "Not shown: it is not known since when.",
            unknown,
            when=when,
        )
