"""The data of a report for a browser: what the script searches, and what the SHA-256 in the report is of."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.core.model import READING, Right
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.core.texts import mark, tr
from sharedbox_cli.reports.document import Line, Report, Section
from sharedbox_cli.reports.formats.html.chart import cell_text
from sharedbox_cli.reports.header import header
from sharedbox_cli.reports.page import Page
from sharedbox_cli.reports.safe import one_line
from sharedbox_cli.reports.views.access_words import right_name

RIGHTS = tuple(Right)
RISKS = tuple(Risk)
LETTERS: Mapping[Right, str] = {
    Right.FULL_ACCESS: "F",
    Right.READ: "R",
    Right.SEND_AS: "S",
    Right.SEND_ON_BEHALF: "B",
    Right.MEMBER: "M",
    Right.MANAGER: "G",
    Right.OWNER: "O",
    Right.CALENDAR: "C",
    Right.CONTACTS: "A",
    Right.OTHER: "X",
}
"""One letter for each right in the matrix; the place is the one in `RIGHTS`."""
RISK_WORDS: Mapping[Risk, str] = {
    Risk.GUEST: mark("guests"),
    Risk.DISABLED: mark("disabled accounts"),
    Risk.DELETED: mark("deleted accounts"),
    Risk.EXTERNAL: mark("from outside the organisation"),
    Risk.EXPIRED: mark("ended in the specs"),
    Risk.WIDE: mark("open to everybody"),
}


@dataclass(frozen=True, slots=True)
class Payload:
    """The data as text for the file, and their SHA-256."""

    encoded: str
    """JSON, compressed by gzip, in base64."""
    sha256: str
    """Of the JSON."""
    rights: tuple[tuple[int, str], ...]
    """The choices of the search: a mask of rights, and words."""
    risks: tuple[tuple[int, str, str], ...]
    """The same for risks, with their names."""
    letters: tuple[tuple[str, str], ...]
    """The letters of rights in the matrix, in the order of `RIGHTS`."""


def payload_of(report: Report, page: Page) -> Payload:
    """Return the data. The same data give the same bytes."""
    text = json.dumps(data_of(report, page), sort_keys=True, separators=(",", ":")).encode("ascii")
    encoded = base64.b64encode(gzip.compress(text, mtime=0)).decode("ascii")
    used = {right for line in page.lines or () for right in line.rights}
    letters = tuple((letter, right_name(right)) for right, letter in LETTERS.items())
    return Payload(encoded, hashlib.sha256(text).hexdigest(), tuple(_rights(used)), tuple(_risks()), letters)


def _rights(used: Collection[Right]) -> Iterator[tuple[int, str]]:
    """Yield the rights that occur, after those that include reading."""
    yield _mask(RIGHTS, READING), tr("any right to read")
    for place, right in enumerate(RIGHTS):
        if right in used:
            yield 1 << place, right_name(right)


def _risks() -> Iterator[tuple[int, str, str]]:
    yield _mask(RISKS, RISKS), "any", tr("any risk")
    for place, risk in enumerate(RISKS):
        yield 1 << place, str(risk), tr(RISK_WORDS[risk])


def data_of(report: Report, page: Page) -> dict[str, Any]:
    """Return everything that the report shows. Texts are kept once, and lines are columns of numbers."""
    return {
        "header": header(report),
        "selected": page.selected,
        "listed": page.listed,
        "read": page.read,
        "notes": list(page.notes),
        "mailboxes": [
            [one_line(item.address), item.platform, one_line(item.name), item.is_read, *map(one_line, item.words)]
            for item in page.mailboxes
        ],
        "holders": [
            [one_line(item.shown), one_line(item.name), item.kind, one_line(item.trustee_id)] for item in page.holders
        ],
        "lines": _columns(page),
        "findings": [
            [group.check, group.severity, item.mailbox, item.platform, item.subject, item.summary, item.why]
            for group in page.found or ()
            for item, _ in group.findings
        ],
        "numbers": [
            [chart.key, [[cell_text(bar.label, page), bar.value, bar.limit, *bar.cells] for bar in chart.bars]]
            for chart in page.charts
        ],
        "background": [_section(section) for section in report.background],
        "answers": [[answer.key, answer.answer] for answer in page.answers],
    }


def _section(section: Section) -> list[Any]:
    parts = [
        part.text if isinstance(part, Line) else [list(part.headers), *map(list, part.rows)] for part in section.parts
    ]
    return [section.heading, parts]


def _columns(page: Page) -> dict[str, Any]:
    lines = page.lines or ()
    texts = {name: _Texts(getattr(line, name) for line in lines) for name in ("may", "via", "note", "entry")}
    more = [_Texts(line.more[place] for line in lines) for place in range(len(page.more_headers))]
    return {
        "mailbox": [line.mailbox for line in lines],
        "holder": [line.holder for line in lines],
        "rights": [_mask(RIGHTS, line.rights) for line in lines],
        "risks": [_mask(RISKS, line.risks) for line in lines],
        **{name: known.places(getattr(line, name) for line in lines) for name, known in texts.items()},
        **{f"{name}_texts": known.shown for name, known in texts.items()},
        "more": [known.places(line.more[place] for line in lines) for place, known in enumerate(more)],
        "more_texts": [known.shown for known in more],
        "letters": [LETTERS[right] for right in RIGHTS],
    }


class _Texts:
    """Texts that occur often, each once, sorted: the place of a text is its rank."""

    def __init__(self, texts: Iterable[str]) -> None:
        known = sorted(set(texts))
        self.shown = [one_line(text) for text in known]
        self._place = {text: place for place, text in enumerate(known)}

    def places(self, texts: Iterable[str]) -> list[int]:
        return [self._place[text] for text in texts]


def _mask(every: Sequence[Right] | Sequence[Risk], chosen: Iterable[Right | Risk]) -> int:
    """Return a number with one bit for each of some words."""
    own = set(chosen)
    return sum(1 << place for place, word in enumerate(every) if word in own)
