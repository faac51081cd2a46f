"""What changed lately, as the answer to a question of the report for a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sharedbox_cli.core.access_diff import AccessDiff, Word
from sharedbox_cli.core.texts import tr, tr_count
from sharedbox_cli.reports.document import Tone
from sharedbox_cli.reports.page import Answer, Cell, Link, PageTable
from sharedbox_cli.reports.views.access_diff import change_words
from sharedbox_cli.reports.views.heads import heads
from sharedbox_cli.reports.views.page_charts import Places

_MINUTES = "%Y-%m-%d %H:%M"
_ONE_READING = timedelta(hours=1)
"""Platforms that were read within this time were read together."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The difference to an earlier reading. Without a difference: there is none to compare with."""

    since: Mapping[str, datetime] = field(default_factory=dict)
    """When each platform was read then."""
    diff: AccessDiff | None = None
    problem: str = ""
    """Why the saved readings could not be read."""


def changed_answer(changed: Changed, places: Places) -> Answer:
    """Return who gained and who lost access. Accounts that changed alone are not in it."""
    if changed.diff is None:
        why = changed.problem or tr("no earlier reading is saved. `sharedbox audit --save` saves one.")
        return Answer("changes", tr("What has changed lately?"), tr("Not known: {why}", why=why), tone=Tone.QUIET)
    first = min(changed.since.values())
    question = tr("What has changed since {moment} UTC?", moment=first.strftime(_MINUTES))
    rows = [change for change in changed.diff.rows if not change.is_of_account]
    diff, came = changed.diff, [key for key in changed.diff.came if key in places]
    later = (
        tr("{platform}: since {moment} UTC.", platform=name, moment=moment.strftime(_MINUTES))
        for name, moment in sorted(changed.since.items())
        if moment - first > _ONE_READING
    )
    words = " ".join([*_words(diff, Counter(change.word for change in rows), len(came)), *later])
    mailboxes = [(key, tr("new mailbox")) for key in came] + [(key, tr("no longer a mailbox")) for key in diff.went]
    if not (rows or mailboxes):
        return Answer("changes", question, words, tone=Tone.GOOD)
    cells: list[tuple[Cell, ...]] = [(_mailbox(key, key[0], places), what, *[""] * 4) for key, what in mailboxes]
    cells += [(_mailbox(change.row.mailbox_key, change.row.mailbox, places), *change_words(change)) for change in rows]
    table = PageTable(heads("mailbox", "change", "who", "may", "through", "note"), cells)
    return Answer("changes", question, words, table, Tone.CHANGE)


def _mailbox(key: tuple[str, str], name: str, places: Places) -> Cell:
    place = places.get(key)
    return name if place is None else Link(place)


def _words(diff: AccessDiff, counts: Counter[Word], came: int) -> Iterator[str]:
    gained, lost, other = counts[Word.GAINED], counts[Word.LOST], counts[Word.CHANGED]
    if not (gained or lost or other or came or diff.went):
        yield tr("Nothing has changed in who can do what.")
    if gained:
        yield tr_count("{count} right gained.", "{count} rights gained.", gained)
    if lost:
        yield tr_count("{count} right lost.", "{count} rights lost.", lost)
    if other:
        yield tr_count("{count} right changed.", "{count} rights changed.", other)
    if came:
        yield tr_count("{count} new mailbox.", "{count} new mailboxes.", came)
    if diff.went:
        yield tr_count("{count} mailbox is gone.", "{count} mailboxes are gone.", len(diff.went))
    if diff.not_compared:
        yield tr_count(
            "{count} mailbox was not compared, as one of the readings does not know it.",
            "{count} mailboxes were not compared, as one of the readings does not know them.",
            len(diff.not_compared),
        )
