"""A report as one HTML file: no network, readable without script, and searched with the script in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from sharedbox_cli import __version__
from sharedbox_cli.core.finding import severity_words
from sharedbox_cli.core.texts import GROUP, Language, language, number, tr, tr_count
from sharedbox_cli.reports.document import Line, Report
from sharedbox_cli.reports.formats.html.chart import drawing_of
from sharedbox_cli.reports.formats.html.payload import payload_of
from sharedbox_cli.reports.page import Link, Page, PageHolder, PageLine, PageMailbox
from sharedbox_cli.reports.safe import one_line
from sharedbox_cli.reports.views.heads import head, heads

MOST_PERSON_LINES = 10_000
"""Up to this many lines, each person has a section in the file. Above it, the script makes the sections from the
data: twice as many sections would make the file slow to open."""
MOST_ANSWER_ROWS = 200
"""Rows below one question; the search shows all of them."""
FEW_ROWS = 12
"""Tables up to this length are open from the start."""
SHORT_TEXT = 18
"""Texts up to this length, such as `before 2026-11-27`, stay on one line."""
_ROW_STEPS = (2, 5, 12, 25, 60, 150, 400)
"""Steps for the estimated height of a section that is not drawn yet."""


def html_parts(report: Report) -> Iterator[str]:
    """Yield the file in parts, in ASCII: it means the same in every encoding that a shell may write."""
    environment = _environment()
    values = {"report": report, "version": __version__, "policy": _policy(), "style": _text("report.css")}
    if report.page is None:
        name, more = "sections.html", _section_values()
    else:
        name, more = "page.html", _page_values(report, report.page())
    for part in environment.get_template(name).generate(**values, **more):
        yield part if part.isascii() else part.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _page_values(report: Report, page: Page) -> dict[str, object]:
    payload = payload_of(report, page)
    lines = page.lines or ()
    return {
        **_section_values(),
        "page": page,
        "payload": payload,
        "script": _text("report.js"),
        "by_mailbox": {place: list(mine) for place, mine in groupby(lines, key=lambda line: line.mailbox)},
        "by_holder": _by_holder(lines),
        "findings_of": _findings_of(page),
        "gaps": tuple(report.origin.gaps),
        "population": _population(report, page),
        "has_people": len(lines) <= MOST_PERSON_LINES,
        "drawing_of": lambda chart: drawing_of(chart, page),
        "height": _height,
        "label": _label,
        "is_link": lambda cell: isinstance(cell, Link),
        "most_rows": MOST_ANSWER_ROWS,
        "few_rows": FEW_ROWS,
        "short": SHORT_TEXT,
        "group": "," if language() is Language.ENGLISH else GROUP,
    }


class Population(NamedTuple):
    """How many mailboxes there are, and which of them were not read for a reason that is no gap."""

    listed: int
    read: int
    shown: int
    unread: tuple[PageMailbox, ...]


def _population(report: Report, page: Page) -> Population:
    """Return the numbers. A mailbox that could not be read may be missing in the page."""
    gaps = {(gap.platform, gap.name.lower()) for gap in report.origin.gaps if gap.kind == "mailbox"}
    present = {(mailbox.platform, mailbox.address.lower()) for mailbox in page.mailboxes}
    partly = sum(mailbox.is_read and (mailbox.platform, mailbox.address.lower()) in gaps for mailbox in page.mailboxes)
    unread = tuple(
        mailbox
        for mailbox in page.mailboxes
        if not mailbox.is_read and (mailbox.platform, mailbox.address.lower()) not in gaps
    )
    return Population(page.listed + len(gaps - present), page.read - partly, len(page.mailboxes), unread)


def _by_holder(lines: tuple[PageLine, ...]) -> dict[int, list[PageLine]]:
    if len(lines) > MOST_PERSON_LINES:
        return {}
    found: dict[int, list[PageLine]] = {}
    for line in lines:
        found.setdefault(line.holder, []).append(line)
    return found


def _findings_of(page: Page) -> dict[int, list[tuple[str, str, str]]]:
    """Return severity, summary and reason of the findings on each mailbox."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    for group in page.found or ():
        for item, link in group.findings:
            if link is not None and link.mailbox is not None:
                found.setdefault(link.mailbox, []).append((group.severity, item.summary, item.why))
    return found


def _label(holder: PageHolder) -> str:
    return holder.name or holder.shown


def _height(rows: int) -> int:
    """Return the class of a section with about this many rows."""
    return next((step for step in _ROW_STEPS if rows <= step), _ROW_STEPS[-1])


def _section_values() -> dict[str, object]:
    return {"is_line": lambda part: isinstance(part, Line)}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sharedbox_cli.reports.formats.html"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_finalize,
    )
    environment.filters["code"] = _code
    environment.filters["number"] = number
    environment.globals |= {
        "_": _tr,
        "ngettext": tr_count,
        "language": language,
        "html": _html,
        "link": _link,
        "unseen": Markup('<span class="unseen">{}</span>').format,
        "bdi": lambda text: Markup("<bdi>{}</bdi>").format(one_line(text)),
        "head": head,
        "heads": heads,
        "severity_words": severity_words,
    }
    return environment


def _tr(template: str, **fields: object) -> str:
    """Return one of our texts. What comes from filters is markup, and is a text again in it."""
    return str(tr(template, **fields))


def _html(text: str, **fields: object) -> Markup:
    """Return a text of ours with markup in its fields; other fields are made safe."""
    safe = {name: value if isinstance(value, Markup) else one_line(str(value)) for name, value in fields.items()}
    return escape(text).format(**safe)


def _link(target: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(target, text)


def _finalize(value: object) -> object:
    """Show what moves or hides text as an escape. Jinja escapes the result for HTML afterwards."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _code(text: str) -> Markup:
    """Return text in which what is between backticks is code."""
    parts = one_line(text).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


@cache
def _text(name: str) -> Markup:
    """Return the style or the script: constants, so that the policy can name their hashes."""
    return Markup(files(__package__).joinpath(name).read_text("utf-8"))  # noqa: S704 - our own files


@cache
def _policy() -> Markup:
    script, style = (_hash(_text(name)) for name in ("report.js", "report.css"))
    return Markup(  # noqa: S704 - hashes
        f"default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
