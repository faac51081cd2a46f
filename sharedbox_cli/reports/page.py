"""What a report for a browser shows: mailboxes, holders, lines of access, questions, pictures and findings.

A view fills it in, and the format HTML draws it. All texts are as they came from the cloud: the format makes them safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sharedbox_cli.core.finding import Finding
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.reports.tone import Tone


class Link(NamedTuple):
    """A mailbox or a holder in a cell. The format links it with what it says about it elsewhere."""

    mailbox: int | None
    """Its place in `Page.mailboxes`."""
    holder: int | None = None
    """Its place in `Page.holders`."""


Cell = str | Link


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of texts and links."""

    headers: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Bar:
    """One number of a picture."""

    label: Cell
    value: float
    words: str
    """The number in words, such as `42.0 of 50 GB`."""
    limit: float | None = None
    """What the number is compared with; the bar shows its share."""
    tone: Tone = Tone.PLAIN
    cells: tuple[str, ...] = ()
    """The row of the table, after the label."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of numbers, with the same numbers as a table."""

    key: str
    title: str
    description: str
    """The main point in one sentence."""
    headers: tuple[str, ...]
    bars: tuple[Bar, ...]
    mark: tuple[float, str] | None = None
    """A number that all are compared with, and its name."""
    more: str = ""
    """What is left out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of an auditor and what the data say."""

    key: str
    question: str
    answer: str
    table: PageTable | None = None
    tone: Tone = Tone.PLAIN
    risk: Risk | None = None
    """The filter of the search that shows the same lines."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A number of the overview and the answer that it leads to."""

    number: int
    label: str
    target: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class PageMailbox:
    """A mailbox and what is known about it in words."""

    address: str
    platform: str
    name: str
    is_read: bool
    words: tuple[str, ...] = ()
    """Facts: what it is, its size, its readers, its licences."""


@dataclass(frozen=True, slots=True)
class PageHolder:
    """A person, group, application or audience that has access."""

    key: str
    shown: str
    """The address, or what there is."""
    name: str
    kind: str
    trustee_id: str = ""
    """Only where two holders look the same."""


class PageLine(NamedTuple):
    """All rights of one holder on one mailbox that come the same way."""

    mailbox: int
    holder: int
    rights: frozenset[Right]
    may: str
    via: str
    note: str
    risks: frozenset[Risk]
    entry: str
    """Where the access comes from: a word of `Entry`."""
    more: tuple[str, ...] = ()
    """The cells of `Page.more_headers`."""


@dataclass(frozen=True, slots=True)
class FoundBy:
    """The findings of one check that have the same hint."""

    check: str
    title: str
    severity: str
    hint: str
    source: str
    findings: tuple[tuple[Finding, Link | None], ...]
    """Each with its mailbox, if that is in the report."""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the report for a browser shows."""

    title: str
    tiles: tuple[Tile, ...] = ()
    charts: tuple[Chart, ...] = ()
    answers: tuple[Answer, ...] = ()
    found: tuple[FoundBy, ...] | None = None
    """None: nothing was checked."""
    not_checked: tuple[str, ...] = ()
    mailboxes: tuple[PageMailbox, ...] = ()
    holders: tuple[PageHolder, ...] = ()
    lines: tuple[PageLine, ...] | None = None
    """Sorted by mailbox and holder. None: the report is not about access."""
    more_headers: tuple[str, ...] = ()
    selected: str = ""
    notes: tuple[str, ...] = ()
    listed: int = 0
    """All mailboxes that were read or not, also those that the report does not show."""
    read: int = 0
    is_mixed: bool = False
    """Whether there are several platforms."""
