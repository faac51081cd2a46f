"""A saved state, as of some time. No cloud is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sharedbox_cli.cli.audit.keep import past_states, seen_in
from sharedbox_cli.cli.audit.selection import refuse_unknown_people
from sharedbox_cli.core.access_diff import exactly
from sharedbox_cli.core.access_why import Reasons
from sharedbox_cli.core.errors import NotFound, UsageError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.texts import number, tr
from sharedbox_cli.reports.document import Origin, Tenant
from sharedbox_cli.reports.views.access import TITLE, Background, access_report
from sharedbox_cli.reports.views.page import PageInput, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sharedbox_cli.cli.audit.selection import Choice
    from sharedbox_cli.core.model import Desired, Grant
    from sharedbox_cli.engine.observations import PastState, SeenMailbox
    from sharedbox_cli.reports.document import Report
    from sharedbox_cli.reports.views.arrangement import Arrangement

    Boxes = dict[tuple[str, str], tuple[PastState, SeenMailbox]]

_MOST_NAMES = 10


@dataclass(frozen=True, slots=True)
class Past:
    """A time of which a state is saved."""

    file: Path
    profile: str
    moment: datetime

    def report(
        self, arrangement: Arrangement, choice: Choice, desired: Desired | None, platforms: Sequence[str]
    ) -> Report:
        """Return the audit of the saved state. Raises UsageError, NotFound, ObservationsError."""
        known = past_states(self.file, self.moment)
        states = [state for state in known if not platforms or state.platform in platforms]
        if not states:
            raise _nothing_known(self.file, self.moment)
        _refuse_unknown(choice, states)
        boxes = {
            (box.address.lower(), state.platform): (state, box)
            for state in states
            for box in state.mailboxes
            if _is_chosen(box.address.lower(), state.platform, choice, desired)
        }
        rows = [one.row for state in states for one in state.rows if one.row.mailbox_key in boxes]
        explained = tuple(Reasons(seen=seen_in(states)).of(rows, exactly))
        chosen = choice.rows_filter(None, {})
        refuse_unknown_people(chosen.people, explained)
        shown = tuple(chosen.of(explained))
        mailboxes = [
            ObservedMailbox("", Address.of(box.address), Platform(state.platform), grants=_read(box))
            for state, box in boxes.values()
        ]
        notes = (*_notes(states, self.moment, platforms), *_older(boxes))
        content = PageInput(TITLE, mailboxes, shown, None, choice.selected().words, notes)
        background = self._background(states, boxes)
        report = access_report(
            shown, arrangement, mailboxes, notes, choice.selected(), lambda: page_of(content), background
        )
        tenants = {state.platform: Tenant(state.tenant_id, state.tenant_name) for state in states}
        origin = Origin(self.profile, tenants, min(state.read_at for state in states))
        return replace(report.based_on(origin), title="Who could do what")

    def _background(self, states: Sequence[PastState], boxes: Boxes) -> Background:
        return Background(
            has_why=True,
            data={
                "as_of": self.moment.isoformat(),
                "known_since": {state.platform: state.known_since.isoformat() for state in states},
            },
            read_at={key: box.read_at.isoformat() if box.read_at else None for key, (_, box) in boxes.items()},
        )


def _read(box: SeenMailbox) -> frozenset[Grant] | None:
    """Return no grants for a mailbox that was read, as its rows are known; None for one that never was."""
    return frozenset() if box.read_at else None


def _nothing_known(file: Path, moment: datetime) -> UsageError:
    from sharedbox_cli.engine.observations import Observations

    start = ""
    if file.exists():
        with Observations.open(file, for_writing=False) as observations:
            first = min(observations.known_since().values(), default=None)
        start = f"The first saved reading is of {first:%Y-%m-%d %H:%M} UTC." if first else ""
    return UsageError(
        "nothing is known about that time",
        where=f"--as-of {moment:%Y-%m-%dT%H:%M:%SZ}",
        why=start or "No observations are saved.",
        hint="Save them regularly:\n    sharedbox audit --save",
    )


def _is_chosen(key: str, platform: str, choice: Choice, desired: Desired | None) -> bool:
    patterns = [text.strip().lower() for text in choice.mailboxes]
    if patterns and not any(fnmatchcase(key, pattern) for pattern in patterns):
        return False
    if any(fnmatchcase(key, text.strip().lower()) for text in choice.excluded):
        return False
    if not choice.labels:
        return True
    mailbox = desired.mailboxes.get(Address.of(key)) if desired else None
    if mailbox is None or str(mailbox.platform) != platform:
        return False
    wanted = (text.partition("=")[::2] for text in choice.labels)
    return all(mailbox.labels.get(name) == value for name, value in wanted)


def _refuse_unknown(choice: Choice, states: Sequence[PastState]) -> None:
    """Refuse a pattern that no saved mailbox matches: a typing error must not look like good news."""
    keys = [box.address.lower() for state in states for box in state.mailboxes]
    for pattern in (*choice.mailboxes, *choice.excluded):
        if not any(fnmatchcase(key, pattern.strip().lower()) for key in keys):
            raise NotFound(
                "no such mailbox",
                mailbox=pattern,
                why=f"None of the {len(keys):,} mailboxes that were saved by then has this address. "
                "Aliases are not saved.",
            )


_MINUTES = "%Y-%m-%d %H:%M"


def _notes(states: Sequence[PastState], moment: datetime, platforms: Sequence[str]) -> Iterator[str]:
    for state in states:
        yield tr(
            "{platform}: as of {moment} UTC, read at {read_at} UTC. Saved observations go back to {known_since} UTC.",
            platform=state.platform,
            moment=moment.strftime(_MINUTES),
            read_at=state.read_at.strftime(_MINUTES),
            known_since=state.known_since.strftime(_MINUTES),
        )
    for platform in sorted(set(platforms) - {state.platform for state in states}):
        yield tr("{platform}: nothing was saved by then.", platform=platform)


def _older(boxes: Boxes) -> Iterator[str]:
    """Yield which mailboxes the newest reading did not read."""
    names = sorted(key for (key, _), (state, box) in boxes.items() if box.read_at and box.read_at < state.read_at)
    if names:
        more = len(names) - _MOST_NAMES
        shown = ", ".join(names[:_MOST_NAMES])
        if more > 0:
            shown = tr("{name} and {count} more", name=shown, count=number(more))
        yield tr("From an earlier reading, as the newest one did not read them completely: {names}.", names=shown)
