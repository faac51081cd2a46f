"""The report for a browser: what an audit or a check has read, as numbers, questions, findings and pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.access_filter import Expired
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.figures import Figures, MailboxFigures
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.core.model import TrusteeKind
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.core.sizes import gb
from sharedbox_cli.core.texts import plural, shown, tr, tr_count
from sharedbox_cli.reports.document import Case, Tone
from sharedbox_cli.reports.page import FoundBy, Link, Page, PageMailbox, Tile
from sharedbox_cli.reports.views.access_words import kind_words, mailbox_key, unread_words
from sharedbox_cli.reports.views.page_answers import answers_of
from sharedbox_cli.reports.views.page_changes import Changed
from sharedbox_cli.reports.views.page_charts import Places, charts_of
from sharedbox_cli.reports.views.page_lines import Access, access_of


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks found in the same reading."""

    findings: Sequence[Finding] = ()
    not_checked: Sequence[str] = ()
    cases: Sequence[Case] = ()
    figures: Figures = field(default_factory=Figures)


@dataclass(frozen=True, slots=True)
class PageInput:
    """What a report for a browser is made of. What is None was not asked for, and the report does not show it."""

    title: str
    mailboxes: Sequence[ObservedMailbox]
    rows: Sequence[AccessRow] | None = None
    checked: Checked | None = None
    selected: str = ""
    notes: tuple[str, ...] = ()
    expired: Expired = frozenset()
    has_specs: bool = False
    is_of_rows: bool = False
    """Whether rows were chosen too, so that only their mailboxes are shown."""
    changed: Changed | None = None


def page_of(given: PageInput) -> Page:
    """Return the report."""
    rows = None if given.rows is None else tuple(given.rows)
    ordered = sorted(given.mailboxes, key=mailbox_key)
    if given.is_of_rows and rows is not None:
        held = {row.mailbox_key for row in rows}
        ordered = [mailbox for mailbox in ordered if mailbox_key(mailbox) in held or mailbox.grants is None]
    places = {mailbox_key(mailbox): place for place, mailbox in enumerate(ordered)}
    access = None if rows is None else access_of(rows, places, given.expired)
    checked = _of_shown(given.checked, places) if given.checked and given.is_of_rows else given.checked
    findings, figures = (checked.findings, checked.figures) if checked else (None, None)
    return Page(
        title=tr(given.title),
        tiles=tuple(_tiles(len(ordered), access, findings)),
        charts=tuple(charts_of(figures, findings, access, places)),
        answers=tuple(answers_of(access, figures, findings, places, given.changed, has_specs=given.has_specs)),
        found=None if checked is None else tuple(_found(checked, places)),
        not_checked=tuple(checked.not_checked) if checked else (),
        mailboxes=tuple(_mailbox(one, figures) for one in ordered),
        holders=access.holders if access else (),
        lines=access.lines if access else None,
        more_headers=access.more_headers if access else (),
        selected=given.selected,
        notes=given.notes,
        listed=len(given.mailboxes),
        read=sum(mailbox.grants is not None for mailbox in given.mailboxes),
        is_mixed=len({mailbox.platform for mailbox in ordered}) > 1,
    )


def _of_shown(checked: Checked, places: Places) -> Checked:
    """Return the findings on the mailboxes that are shown."""
    shown = tuple(item for item in checked.findings if (item.mailbox.lower(), item.platform) in places)
    return replace(checked, findings=shown)


def _mailbox(mailbox: ObservedMailbox, figures: Figures | None) -> PageMailbox:
    name = mailbox.settings.get(Field.DISPLAY_NAME)
    known = figures.mailboxes.get(mailbox_key(mailbox)) if figures else None
    words = tuple(_words(mailbox, known))
    is_read = mailbox.grants is not None
    return PageMailbox(
        mailbox.address.text, str(mailbox.platform), name if isinstance(name, str) else "", is_read, words
    )


def _words(mailbox: ObservedMailbox, known: MailboxFigures | None) -> Iterator[str]:
    if kind := kind_words(mailbox):
        yield kind
    if mailbox.grants is None:
        yield unread_words(mailbox)
    if known is None:
        return
    if known.readers is not None:
        one, many = plural("{count} person can open it", "{count} people can open it")
        yield tr_count(one, many, known.readers) if known.readers else tr("nobody can open it")
    if known.used_bytes is not None:
        used, quota = known.used_bytes, known.quota_bytes
        share = 100 * used // quota if quota else 0
        yield tr("{used} of {quota} ({share} %)", used=gb(used), quota=gb(quota), share=share) if quota else gb(used)
    if known.licences:
        yield tr("licence {names}", names=", ".join(known.licences))


def _tiles(mailboxes: int, access: Access | None, findings: Sequence[Finding] | None) -> Iterator[Tile]:
    yield Tile(mailboxes, tr_count("mailbox", "mailboxes", mailboxes), "mailboxes")
    if access is not None:
        risky = {risk: {line.holder for line in access.lines if risk in line.risks} for risk in Risk}
        others = access.others
        kinds = Counter(holder.kind for place, holder in enumerate(access.holders) if place in others)
        people, groups = kinds[TrusteeKind.USER], kinds[TrusteeKind.GROUP]
        yield Tile(people, tr_count("person", "people", people), "people")
        yield Tile(groups, tr_count("group", "groups", groups), "q-groups")
        outside = len(risky[Risk.EXTERNAL] | risky[Risk.GUEST])
        yield Tile(outside, tr("from outside"), "q-external", Tone.CHANGE if outside else Tone.GOOD)
        gone = len(risky[Risk.DISABLED] | risky[Risk.DELETED])
        yield Tile(gone, tr("disabled or deleted"), "q-disabled", Tone.CHANGE if gone else Tone.GOOD)
        wide = len({line.mailbox for line in access.lines if Risk.WIDE in line.risks})
        yield Tile(wide, tr("open to everybody"), "q-wide", Tone.RISK if wide else Tone.GOOD)
    if findings is not None:
        errors = sum(item.severity is Severity.ERROR for item in findings)
        yield Tile(errors, tr_count("error", "errors", errors), "findings", Tone.RISK if errors else Tone.GOOD)
        warnings = sum(item.severity is Severity.WARNING for item in findings)
        tone = Tone.CHANGE if warnings else Tone.GOOD
        yield Tile(warnings, tr_count("warning", "warnings", warnings), "findings", tone)


def _found(checked: Checked, places: Places) -> Iterator[FoundBy]:
    """Yield the findings by check and hint, the worst first."""
    titles = {case.id: case.title for case in checked.cases}
    groups: dict[tuple[str, Severity, str, str], list[Finding]] = {}
    for item in checked.findings:
        groups.setdefault((item.check, item.severity, item.hint, item.source), []).append(item)
    ordered = sorted(groups.items(), key=lambda pair: (-pair[0][1].rank, *pair[0]))
    for (check, severity, hint, source), items in ordered:
        linked = tuple((item, _link(item, places)) for item in items)
        yield FoundBy(check, shown(titles.get(check, items[0].summary)), str(severity), hint, source, linked)


def _link(item: Finding, places: Places) -> Link | None:
    place = places.get((item.mailbox.lower(), item.platform))
    return None if place is None else Link(place)
