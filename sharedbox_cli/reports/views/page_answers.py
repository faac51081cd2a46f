"""The questions of an auditor and what the data say, for the report for a browser."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sharedbox_cli.core.figures import Figures
from sharedbox_cli.core.finding import Finding
from sharedbox_cli.core.model import Right, TrusteeKind
from sharedbox_cli.core.open_access import Entry
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.reports.document import Tone
from sharedbox_cli.reports.page import Answer, Cell, Link, PageLine, PageTable
from sharedbox_cli.reports.views.page_charts import WASTED, Places, wasted_words
from sharedbox_cli.reports.views.page_lines import Access
from sharedbox_cli.reports.views.page_words import counted

_LINE_HEADERS = ("who", "mailbox", "may", "through", "note")


@dataclass(frozen=True, slots=True)
class _Question:
    """A question that lines of access answer."""

    key: str
    question: str
    fits: Callable[[PageLine], bool]
    none: str
    tone: Tone
    risk: Risk | None = None
    is_of_mailboxes: bool = False
    """Whether only the mailboxes count, not the holders."""


_OF_LINES = (
    _Question(
        "external",
        "Who from outside has access?",
        lambda line: bool({Risk.EXTERNAL, Risk.GUEST} & line.risks),
        "Nobody from outside the organisation.",
        Tone.CHANGE,
        Risk.EXTERNAL,
    ),
    _Question(
        "disabled",
        "Which disabled accounts still have access?",
        lambda line: Risk.DISABLED in line.risks,
        "No disabled account.",
        Tone.CHANGE,
        Risk.DISABLED,
    ),
    _Question(
        "deleted",
        "Which deleted accounts are still listed?",
        lambda line: Risk.DELETED in line.risks,
        "No deleted account.",
        Tone.CHANGE,
        Risk.DELETED,
    ),
    _Question(
        "wide",
        "What is open to everybody?",
        lambda line: Risk.WIDE in line.risks,
        "No mailbox is open to everybody in the organisation or on the web.",
        Tone.RISK,
        Risk.WIDE,
        is_of_mailboxes=True,
    ),
    _Question(
        "forwarding",
        "Does mail leave the mailboxes by forwarding or rules?",
        lambda line: line.entry in (Entry.FORWARDING, Entry.RULE),
        "No forwarding and no rule that forwards was found.",
        Tone.CHANGE,
    ),
    _Question(
        "sign-in",
        "Can somebody sign in to a mailbox's own account?",
        lambda line: line.entry == Entry.SIGN_IN,
        "No mailbox account with open sign-in was found.",
        Tone.CHANGE,
        is_of_mailboxes=True,
    ),
    _Question(
        "invitations",
        "Which invitations are pending?",
        lambda line: line.entry == Entry.INVITATION,
        "No invitation is pending.",
        Tone.CHANGE,
    ),
)


def answers_of(
    access: Access | None,
    figures: Figures | None,
    findings: Sequence[Finding] | None,
    places: Places,
    *,
    has_specs: bool,
) -> Iterator[Answer]:
    """Yield the answers, the most asked first."""
    if access is not None:
        yield from (_of_lines(item, access) for item in _OF_LINES[:3])
        yield _expired(access, has_specs=has_specs)
        yield from (_of_lines(item, access) for item in _OF_LINES[3:])
        yield _applications(access)
        yield _groups(access)
        yield _senders(access)
    if figures is not None:
        yield _alone(figures, places)
    if findings is not None:
        yield _wasted(figures, findings, places)


def _of_lines(item: _Question, access: Access) -> Answer:
    chosen = [line for line in access.lines if item.fits(line)]
    if not chosen:
        return Answer(item.key, item.question, item.none, tone=Tone.GOOD, risk=item.risk)
    words = f"{_mailboxes(chosen)}." if item.is_of_mailboxes else _spread(chosen)
    return Answer(item.key, item.question, words, _table(chosen), item.tone, item.risk)


def _mailboxes(lines: Sequence[PageLine]) -> str:
    return counted(len({line.mailbox for line in lines}), "mailbox", "mailboxes")


def _spread(lines: Sequence[PageLine]) -> str:
    holders, mailboxes = len({line.holder for line in lines}), len({line.mailbox for line in lines})
    return (
        f"{counted(holders, 'holder of access', 'holders of access')} on {counted(mailboxes, 'mailbox', 'mailboxes')}."
    )


def _table(lines: Sequence[PageLine]) -> PageTable:
    ordered = sorted(lines, key=lambda line: (line.holder, line.mailbox))
    return PageTable(
        _LINE_HEADERS,
        [(Link(None, line.holder), Link(line.mailbox), line.may, line.via, line.note) for line in ordered],
    )


def _expired(access: Access, *, has_specs: bool) -> Answer:
    question = "Which access should have ended and is still there?"
    if not has_specs:
        hint = "Not known: the report was made without --specs, which compares the dates in specs."
        return Answer("expired", question, hint, tone=Tone.QUIET)
    fits = _Question("expired", question, lambda line: Risk.EXPIRED in line.risks, "None.", Tone.RISK, Risk.EXPIRED)
    return _of_lines(fits, access)


def _applications(access: Access) -> Answer:
    of_application = {place for place, one in enumerate(access.holders) if one.kind == TrusteeKind.APPLICATION}
    fits = _Question(
        "applications",
        "Which applications have access?",
        lambda line: line.holder in of_application,
        "No application has a right on a mailbox.",
        Tone.CHANGE,
    )
    return _of_lines(fits, access)


def _groups(access: Access) -> Answer:
    """Return what comes through groups: one row per outer group."""
    people: Mapping[str, set[int]] = defaultdict(set)
    mailboxes: Mapping[str, set[int]] = defaultdict(set)
    inner: Mapping[str, set[str]] = defaultdict(set)
    for line in access.lines:
        if line.via and line.entry == Entry.GRANT:
            group, _, rest = line.via.partition(" > ")
            people[group].add(line.holder)
            mailboxes[group].add(line.mailbox)
            if rest:
                inner[group].add(rest)
    question = "What comes through groups?"
    if not people:
        return Answer("groups", question, "No access comes through groups.", tone=Tone.GOOD)
    holders = {one.shown: place for place, one in enumerate(access.holders) if one.kind == TrusteeKind.GROUP}
    rows: list[tuple[Cell, ...]] = []
    for group in sorted(people):
        place = holders.get(group.lower(), holders.get(group))
        name: Cell = group if place is None else Link(None, place)
        nested = "; ".join(sorted(inner[group])) if group in inner else ""
        rows.append((name, f"{len(people[group]):,}", f"{len(mailboxes[group]):,}", nested))
    everyone = len(set().union(*people.values()))
    words = (
        f"{counted(everyone, 'person has', 'people have')} access through {counted(len(people), 'group', 'groups')}."
    )
    return Answer("groups", question, words, PageTable(("group", "people", "mailboxes", "groups inside"), rows))


def _senders(access: Access) -> Answer:
    sending = {Right.SEND_AS, Right.SEND_ON_BEHALF}
    chosen = [line for line in access.lines if sending & line.rights]
    if not chosen:
        words = "Nobody has send as or send on behalf. On some platforms, full access includes sending."
        return Answer("sending", "Who can send in the name of a mailbox?", words)
    return Answer("sending", "Who can send in the name of a mailbox?", _spread(chosen), _table(chosen))


def _alone(figures: Figures, places: Places) -> Answer:
    rows: list[tuple[Cell, ...]] = []
    unread = 0
    for key, place in sorted(places.items(), key=lambda pair: pair[1]):
        readers = figures.mailboxes[key].readers if key in figures.mailboxes else None
        if readers is None:
            unread += 1
        elif readers < 2:
            rows.append((Link(place), "nobody" if readers == 0 else "one person"))
    question = "Which mailboxes have nobody, or only one person?"
    more = f" {counted(unread, 'mailbox was', 'mailboxes were')} not read." if unread else ""
    if not rows:
        return Answer("alone", question, f"Every mailbox that was read has at least two people.{more}", tone=Tone.GOOD)
    nobody = sum(cell == "nobody" for _, cell in rows)
    one = len(rows) - nobody
    parts = [
        "1 mailbox has nobody who can open it."
        if nobody == 1
        else f"{nobody:,} mailboxes have nobody who can open them."
        if nobody
        else "",
        f"{counted(one, 'mailbox has', 'mailboxes have')} one person." if one else "",
    ]
    words = f"{' '.join(filter(None, parts))}{more}"
    return Answer("alone", question, words, PageTable(("mailbox", "people who can open it"), rows), Tone.CHANGE)


def _wasted(figures: Figures | None, findings: Sequence[Finding], places: Places) -> Answer:
    question = "Which licences are wasted?"
    rows: list[tuple[Cell, ...]] = []
    for item in findings:
        if item.check in WASTED:
            key = (item.mailbox.lower(), item.platform)
            place = places.get(key)
            products = figures.mailboxes[key].licences if figures and key in figures.mailboxes else ()
            name: Cell = item.mailbox if place is None else Link(place)
            rows.append((name, item.subject or ", ".join(products), item.why))
    free = sum(pool.free for _, pool in figures.licences) if figures else 0
    seats = f" {counted(free, 'seat is', 'seats are')} paid for and not assigned." if free else ""
    if not rows:
        return Answer("licences", question, f"{wasted_words(0)}{seats}", tone=Tone.GOOD)
    mailboxes = len({row[0] for row in rows})
    words = f"{wasted_words(mailboxes)}{seats}"
    return Answer("licences", question, words, PageTable(("mailbox", "licence", "why"), rows), Tone.CHANGE)
