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
from sharedbox_cli.core.texts import mark, number, plural, tr, tr_count
from sharedbox_cli.reports.document import Tone
from sharedbox_cli.reports.page import Answer, Cell, Link, PageLine, PageTable
from sharedbox_cli.reports.views.heads import heads
from sharedbox_cli.reports.views.page_changes import Changed, changed_answer
from sharedbox_cli.reports.views.page_charts import WASTED, Places, wasted_words
from sharedbox_cli.reports.views.page_lines import Access
from sharedbox_cli.reports.views.page_words import mailboxes_words, on_words


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
        mark("Who from outside has access?"),
        lambda line: bool({Risk.EXTERNAL, Risk.GUEST} & line.risks),
        mark("Nobody from outside the organisation."),
        Tone.CHANGE,
        Risk.EXTERNAL,
    ),
    _Question(
        "disabled",
        mark("Which disabled accounts still have access?"),
        lambda line: Risk.DISABLED in line.risks,
        mark("No disabled account."),
        Tone.CHANGE,
        Risk.DISABLED,
    ),
    _Question(
        "deleted",
        mark("Which deleted accounts are still listed?"),
        lambda line: Risk.DELETED in line.risks,
        mark("No deleted account."),
        Tone.CHANGE,
        Risk.DELETED,
    ),
    _Question(
        "wide",
        mark("What is open to everybody?"),
        lambda line: Risk.WIDE in line.risks,
        mark("No mailbox is open to everybody in the organisation or on the web."),
        Tone.RISK,
        Risk.WIDE,
        is_of_mailboxes=True,
    ),
    _Question(
        "forwarding",
        mark("Does mail leave the mailboxes by forwarding or rules?"),
        lambda line: line.entry in (Entry.FORWARDING, Entry.RULE),
        mark("No forwarding and no rule that forwards was found."),
        Tone.CHANGE,
    ),
    _Question(
        "sign-in",
        mark("Can somebody sign in to a mailbox's own account?"),
        lambda line: line.entry == Entry.SIGN_IN,
        mark("No mailbox account with open sign-in was found."),
        Tone.CHANGE,
        is_of_mailboxes=True,
    ),
    _Question(
        "invitations",
        mark("Which invitations are pending?"),
        lambda line: line.entry == Entry.INVITATION,
        mark("No invitation is pending."),
        Tone.CHANGE,
    ),
)


def answers_of(
    access: Access | None,
    figures: Figures | None,
    findings: Sequence[Finding] | None,
    places: Places,
    changed: Changed | None = None,
    *,
    has_specs: bool,
) -> Iterator[Answer]:
    """Yield the answers, the most asked first."""
    if changed is not None:
        yield changed_answer(changed, places)
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
        return Answer(item.key, tr(item.question), tr(item.none), tone=Tone.GOOD, risk=item.risk)
    words = tr("{mailboxes}.", mailboxes=_mailboxes(chosen)) if item.is_of_mailboxes else _spread(chosen)
    return Answer(item.key, tr(item.question), words, _table(chosen), item.tone, item.risk)


def _mailboxes(lines: Sequence[PageLine]) -> str:
    return mailboxes_words(len({line.mailbox for line in lines}))


def _spread(lines: Sequence[PageLine]) -> str:
    holders, mailboxes = len({line.holder for line in lines}), len({line.mailbox for line in lines})
    who = tr_count("{count} holder of access", "{count} holders of access", holders)
    return tr("{holders} on {mailboxes}.", holders=who, mailboxes=on_words(mailboxes))


def _table(lines: Sequence[PageLine]) -> PageTable:
    ordered = sorted(lines, key=lambda line: (line.holder, line.mailbox))
    return PageTable(
        heads("who", "mailbox", "may", "through", "note"),
        [(Link(None, line.holder), Link(line.mailbox), line.may, line.via, line.note) for line in ordered],
    )


def _expired(access: Access, *, has_specs: bool) -> Answer:
    question = mark("Which access should have ended and is still there?")
    if not has_specs:
        hint = tr("Not known: the report was made without --specs, which compares the dates in specs.")
        return Answer("expired", tr(question), hint, tone=Tone.QUIET)
    fits = _Question(
        "expired", question, lambda line: Risk.EXPIRED in line.risks, mark("None."), Tone.RISK, Risk.EXPIRED
    )
    return _of_lines(fits, access)


def _applications(access: Access) -> Answer:
    of_application = {place for place, one in enumerate(access.holders) if one.kind == TrusteeKind.APPLICATION}
    fits = _Question(
        "applications",
        mark("Which applications have access?"),
        lambda line: line.holder in of_application,
        mark("No application has a right on a mailbox."),
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
    question = tr("What comes through groups?")
    if not people:
        return Answer("groups", question, tr("No access comes through groups."), tone=Tone.GOOD)
    holders = {one.shown: place for place, one in enumerate(access.holders) if one.kind == TrusteeKind.GROUP}
    rows: list[tuple[Cell, ...]] = []
    for group in sorted(people):
        place = holders.get(group.lower(), holders.get(group))
        name: Cell = group if place is None else Link(None, place)
        nested = "; ".join(sorted(inner[group])) if group in inner else ""
        rows.append((name, number(len(people[group])), number(len(mailboxes[group])), nested))
    everyone = len(set().union(*people.values()))
    through = tr_count("through {count} group", "through {count} groups", len(people))
    one, many = plural("{count} person has access {through}.", "{count} people have access {through}.")
    words = tr_count(one, many, everyone, through=through)
    return Answer("groups", question, words, PageTable(heads("group", "people", "mailboxes", "groups inside"), rows))


def _senders(access: Access) -> Answer:
    question = tr("Who can send in the name of a mailbox?")
    sending = {Right.SEND_AS, Right.SEND_ON_BEHALF}
    chosen = [line for line in access.lines if sending & line.rights]
    if not chosen:
        words = tr("Nobody has send as or send on behalf. On some platforms, full access includes sending.")
        return Answer("sending", question, words)
    return Answer("sending", question, _spread(chosen), _table(chosen))


def _alone(figures: Figures, places: Places) -> Answer:
    rows: list[tuple[Cell, ...]] = []
    unread = nobody = 0
    for key, place in sorted(places.items(), key=lambda pair: pair[1]):
        readers = figures.mailboxes[key].readers if key in figures.mailboxes else None
        if readers is None:
            unread += 1
        elif readers < 2:
            rows.append((Link(place), tr("nobody") if readers == 0 else tr("one person")))
            nobody += readers == 0
    question = tr("Which mailboxes have nobody, or only one person?")
    more = f" {tr_count('{count} mailbox was not read.', '{count} mailboxes were not read.', unread)}" if unread else ""
    if not rows:
        words = tr("Every mailbox that was read has at least two people.")
        return Answer("alone", question, f"{words}{more}", tone=Tone.GOOD)
    alone, parts = len(rows) - nobody, []
    if nobody:
        one, many = plural(
            "{count} mailbox has nobody who can open it.", "{count} mailboxes have nobody who can open them."
        )
        parts.append(tr_count(one, many, nobody))
    if alone:
        parts.append(tr_count("{count} mailbox has one person.", "{count} mailboxes have one person.", alone))
    table = PageTable(heads("mailbox", "people who can open it"), rows)
    return Answer("alone", question, f"{' '.join(parts)}{more}", table, Tone.CHANGE)


def _wasted(figures: Figures | None, findings: Sequence[Finding], places: Places) -> Answer:
    question = tr("Which licences are wasted?")
    rows: list[tuple[Cell, ...]] = []
    for item in findings:
        if item.check in WASTED:
            key = (item.mailbox.lower(), item.platform)
            place = places.get(key)
            products = figures.mailboxes[key].licences if figures and key in figures.mailboxes else ()
            name: Cell = item.mailbox if place is None else Link(place)
            rows.append((name, item.subject or ", ".join(products), item.why))
    free = sum(pool.free for _, pool in figures.licences) if figures else 0
    one, many = plural("{count} seat is paid for and not assigned.", "{count} seats are paid for and not assigned.")
    seats = f" {tr_count(one, many, free)}" if free else ""
    if not rows:
        return Answer("licences", question, f"{wasted_words(0)}{seats}", tone=Tone.GOOD)
    mailboxes = len({row[0] for row in rows})
    words = f"{wasted_words(mailboxes)}{seats}"
    return Answer("licences", question, words, PageTable(heads("mailbox", "licence", "why"), rows), Tone.CHANGE)
