"""An access review: its sheets, and what owners decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import DesiredGrant
from sharedbox_cli.core.review import Decision, Grant, Result, ReviewRow
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.review import DecisionJson, DecisionsJson, OpenJson, ReviewedJson, SheetsJson
from sharedbox_cli.reports.views.file_changes import diff_section
from sharedbox_cli.reports.views.next_step import next_lines


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of one owner."""

    owner: str
    file: str
    rows: Sequence[ReviewRow]

    @property
    def mailboxes(self) -> int:
        """Return how many mailboxes it has."""
        return len({row.grant[:2] for row in self.rows})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision, and what becomes of it."""

    decision: Decision
    result: Result
    why: str = ""
    grant: DesiredGrant | None = None
    """The grant of the spec that it changes."""

    @property
    def is_accepted(self) -> bool:
        """Return whether the decision counts, also where a person has to carry it out."""
        return self.result not in (Result.OWN, Result.CHANGED)

    @property
    def needs_a_person(self) -> bool:
        """Return whether somebody has to do something."""
        is_half_done = self.result is Result.REMOVED and bool(self.why)
        return is_half_done or self.result in (Result.OWN, Result.CHANGED, Result.BY_HAND)


def sheets_report(sheets: Sequence[Sheet]) -> Report:
    """Return the files that were written."""
    data: SheetsJson = {
        "sheets": [
            {"owner": one.owner, "file": one.file, "mailboxes": one.mailboxes, "rows": len(one.rows)} for one in sheets
        ]
    }
    rows = tuple((one.owner or "(no owner)", str(one.mailboxes), str(len(one.rows)), one.file) for one in sheets)
    sections = (Section("Sheets", (Table(("owner", "mailboxes", "rights", "file"), rows),)),) if rows else ()
    summary = [Line(f"{_count(len(sheets), 'sheet')} written.", Tone.GOOD)]
    if sheets:
        summary.append(Line("Owners fill in `decision`. Then read them: sharedbox review read FILE..."))
    return Report("review-sheets", data, sections, tuple(summary))


def decisions_report(
    outcomes: Sequence[Outcome],
    left: Sequence[tuple[Place, Grant]],
    diff: str,
    recorded: int,
    next_command: str,
    *,
    is_written: bool,
    is_applied: bool = False,
) -> Report:
    """Return what owners decided, what is open, and how the files change."""
    data: DecisionsJson = {
        "decisions": [_decision(one) for one in outcomes],
        "open": [_open(place, grant) for place, grant in left],
        "diff": diff,
        "recorded": recorded,
        "is_written": is_written,
        "next_command": next_command,
    }
    said = Line(_summary(outcomes, left, recorded, is_written=is_written, has_changes=bool(diff)))
    summary = (said, *next_lines(next_command, is_applied=is_applied))
    return Report("review-decisions", data, tuple(_sections(outcomes, left, diff)), summary)


def _reviewed(grant: Grant) -> ReviewedJson:
    return {
        "mailbox": grant.mailbox,
        "platform": grant.platform,
        "person": grant.person,
        "right": grant.right,
        "through": grant.through,
    }


def _decision(one: Outcome) -> DecisionJson:
    return {
        **_reviewed(one.decision.grant),
        "decision": one.decision.words,
        "reviewer": one.decision.reviewer,
        "note": one.decision.note,
        "result": str(one.result),
        "why": one.why,
    }


def _open(place: Place, grant: Grant) -> OpenJson:
    return {**_reviewed(grant), "file": place.file, "line": place.line, "column": place.column}


def _sections(outcomes: Sequence[Outcome], left: Sequence[tuple[Place, Grant]], diff: str) -> Iterator[Section]:
    rows = tuple(
        (
            one.decision.grant.mailbox,
            one.decision.grant.person,
            one.decision.grant.right,
            one.decision.words,
            one.result,
        )
        for one in outcomes
    )
    if rows:
        yield Section("Decisions", (Table(("mailbox", "person", "right", "decision", "result"), rows),))
    if diff:
        yield diff_section("Files", diff)
    if lines := tuple(
        Line(f"{one.decision.place}: {_words(one.decision.grant)}: {one.why}", Tone.RISK) for one in outcomes if one.why
    ):
        yield Section("To look at", lines)
    if left:
        yield Section("Open", tuple(Line(f"{place}: {_words(grant)}", Tone.CHANGE) for place, grant in left))


def _words(grant: Grant) -> str:
    through = f" through {grant.through}" if grant.through else ""
    return f"{grant.mailbox}, {grant.person}, {grant.right}{through}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _summary(
    outcomes: Sequence[Outcome],
    left: Sequence[tuple[Place, Grant]],
    recorded: int,
    *,
    is_written: bool,
    has_changes: bool,
) -> str:
    counts = Counter(one.result for one in outcomes)
    parts = ", ".join(f"{counts[result]:,} {result}" for result in Result if counts[result])
    text = f"{_count(len(outcomes), 'decision')}{f': {parts}' if parts else ''}. {len(left):,} open."
    if not has_changes and not recorded:
        return f"{text} Nothing to change."
    if not is_written:
        return f"{text} Nothing is written yet: add `--write`."
    return f"{text} {_count(recorded, 'decision')} recorded."
