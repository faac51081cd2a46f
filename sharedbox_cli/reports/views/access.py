"""Who can do what: by mailbox, by person, or as a matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import assert_never

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.open_access import WAYS, Audience, Entry
from sharedbox_cli.core.texts import mark, plural, tr, tr_count
from sharedbox_cli.reports.document import Deferred, Line, Records, Report, Section, Table, Tone
from sharedbox_cli.reports.page import Page
from sharedbox_cli.reports.shapes.access import INSTANTS, AccessJson, AuditedMailboxJson, AuditJson
from sharedbox_cli.reports.views.access_matrix import matrix_sections, matrix_table
from sharedbox_cli.reports.views.access_table import flat_table, row_data
from sharedbox_cli.reports.views.access_words import (
    Audit,
    counted_words,
    kind_words,
    mailbox_key,
    marks_of,
    through_words,
    unread_words,
    who_words,
    why_words,
)
from sharedbox_cli.reports.views.arrangement import Arrangement
from sharedbox_cli.reports.views.heads import heads

TITLE = mark("Who can do what")


@dataclass(frozen=True, slots=True)
class Selected:
    """What an audit was limited to."""

    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The values of each option, by its name."""
    is_of_rows: bool = False
    """Whether rows were chosen too: a mailbox without any of them is not one without members."""

    def with_option(self, name: str, value: str) -> Selected:
        """Return the same with one more option that chooses rows."""
        return Selected({**self.options, name: (value,)}, is_of_rows=True)

    @property
    def is_part(self) -> bool:
        """Return whether the headings alone do not show what was selected."""
        return any(name != "mailbox" or any("*" in text for text in values) for name, values in self.options.items())

    @property
    def words(self) -> str:
        """Return the options in one line."""
        return ", ".join(f"{name} {value}" for name, values in self.options.items() for value in values)


@dataclass(frozen=True, slots=True)
class Background:
    """What an audit says besides the rows: about the past, and about specs."""

    has_why: bool = False
    """Whether rows say why and since when they are there."""
    data: Mapping[str, object] = field(default_factory=dict)
    """Further keys of the JSON."""
    read_at: Mapping[tuple[str, str], str | None] | None = None
    """The reading that each mailbox comes from, by address in lower case and platform; None: this one."""
    sections: tuple[Section, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    """Further rows of CSV."""


_EVERYTHING = Selected()
_NOTHING_MORE = Background()


def access_report(
    rows: Sequence[AccessRow],
    arrangement: Arrangement,
    mailboxes: Sequence[ObservedMailbox],
    notes: Sequence[str] = (),
    selected: Selected = _EVERYTHING,
    page: Callable[[], Page] | None = None,
    background: Background = _NOTHING_MORE,
) -> Report:
    """Return the audit in one arrangement. What no format uses is not computed."""
    ordered = sorted(mailboxes, key=mailbox_key)
    audit = cache(lambda: Audit(tuple(rows), ordered))
    arranged = rows if arrangement is Arrangement.MAILBOX else Deferred(lambda: sorted(rows, key=_by_holder))
    data: AuditJson = {
        "by": str(arrangement),
        "selection": {name: list(values) for name, values in selected.options.items()},
        "mailboxes": Deferred(lambda: (_mailbox_data(one, background) for one in ordered)),
        "rows": Deferred(lambda: map(row_data, arranged)),
        "notes": list(notes),
    }
    lines = [Line(note, Tone.QUIET) for note in notes]
    part = tr("Selected: {options}.", options=selected.words) if selected.is_part else ""
    flat = (
        matrix_table(audit())
        if arrangement is Arrangement.MATRIX
        else flat_table(arranged, has_why=background.has_why, more=background.cells)
    )
    return Report(
        "audit",
        {**data, **background.data},
        Deferred(lambda: (*_sections(audit(), arrangement, selected), *background.sections)),
        Deferred(lambda: (*lines, Line(f"{_summary(audit())} {part}".rstrip()))),
        flat,
        tr(TITLE),
        background=background.sections,
        page=page,
        records=Records(AccessJson, data["rows"], INSTANTS),
        is_evidence=True,
    )


def _by_holder(row: AccessRow) -> tuple[str, str, str, str]:
    return row.person, row.holder, *row.mailbox_key


def _mailbox_data(mailbox: ObservedMailbox, background: Background) -> AuditedMailboxJson:
    data: AuditedMailboxJson = {
        "mailbox": mailbox.address.text,
        "platform": str(mailbox.platform),
        "is_read": mailbox.grants is not None,
    }
    if background.read_at is not None:
        data["read_at"] = background.read_at.get(mailbox_key(mailbox))
    return data


def _sections(audit: Audit, arrangement: Arrangement, selected: Selected) -> tuple[Section, ...]:
    if selected.is_of_rows:
        held = {row.mailbox_key for row in audit.rows}
        shown = [one for one in audit.mailboxes if mailbox_key(one) in held or one.grants is None]
        audit = replace(audit, mailboxes=shown)
        if not audit.rows:
            return (Section("", (Line(tr("Nothing matches."), indent=0),)),)
    match arrangement:
        case Arrangement.MAILBOX:
            return _by_mailbox(audit, is_whole=not selected.is_of_rows)
        case Arrangement.PERSON:
            return _by_person(audit)
        case Arrangement.MATRIX:
            return matrix_sections(audit)
        case _:
            assert_never(arrangement)


def _summary(audit: Audit) -> str:
    rows = audit.rows
    kinds = {row.holder: row.kind for row in rows if row.entry is not Entry.SIGN_IN}
    counts = [_mailboxes_words(audit)]
    for kind, words in _HOLDERS.items():
        if count := sum(held_kind == kind for held_kind in kinds.values()):
            counts.append(words(count))
    if others := sum(kind not in _HOLDERS and not isinstance(kind, Audience) for kind in kinds.values()):
        counts.append(tr_count("{count} other", "{count} others", others, count=others))
    entries = [row for row in rows if row.entry == "grant"]
    granted = [row for row in entries if row.can_hold]
    rights = tr_count("{count} right", "{count} rights", len(granted), count=len(granted))
    if through := sum(bool(row.via) for row in granted):
        rights = tr("{rights} ({count} through groups)", rights=rights, count=through)
    counts.append(rights)
    if void := len(entries) - len(granted):
        one, many = plural(
            "{count} right of a group that cannot hold it", "{count} rights of groups that cannot hold them"
        )
        counts.append(tr_count(one, many, void, count=void))
    if ways := sum(row.entry in WAYS for row in rows):
        counts.append(tr_count("{count} other way to read", "{count} other ways to read", ways, count=ways))
    if inside := sum(row.entry is Entry.FOLDER for row in rows):
        one, many = plural("{count} right in a single folder", "{count} rights in single folders")
        counts.append(tr_count(one, many, inside, count=inside))
    if invited := sum(row.entry is Entry.INVITATION for row in rows):
        counts.append(tr_count("{count} pending invitation", "{count} pending invitations", invited, count=invited))
    if special := len(rows) - len(entries) - ways - inside - invited:
        one, many = plural("{count} deny, inherited or unknown entry", "{count} deny, inherited or unknown entries")
        counts.append(tr_count(one, many, special, count=special))
    return f"{', '.join(counts)}."


_HOLDERS: Mapping[str, Callable[[int], str]] = {
    "user": lambda count: tr_count("{count} person", "{count} people", count, count=count),
    "group": lambda count: tr_count("{count} group", "{count} groups", count, count=count),
    "application": lambda count: tr_count("{count} application", "{count} applications", count, count=count),
    "orphan": lambda count: tr_count("{count} deleted account", "{count} deleted accounts", count, count=count),
}


def _mailboxes_words(audit: Audit) -> str:
    count, platforms = len(audit.mailboxes), len({mailbox.platform for mailbox in audit.mailboxes})
    words = tr_count("{count} mailbox", "{count} mailboxes", count, count=count)
    if audit.is_mixed:
        words = tr("{mailboxes} on {count} platforms", mailboxes=words, count=platforms)
    if unread := sum(mailbox.grants is None for mailbox in audit.mailboxes):
        words = tr("{mailboxes} ({count} not read)", mailboxes=words, count=unread)
    return words


def _collected(
    first: str,
    rows: Sequence[AccessRow],
    key: Callable[[AccessRow], tuple[str, ...]],
    shown: Callable[[AccessRow], str],
) -> Table:
    """Return one line for all rights of one holder that come the same way."""
    groups: dict[tuple[tuple[str, ...], str, str, str, str], list[str]] = {}
    for row in rows:
        words, why = counted_words(row), why_words(row.why) if row.why else ""
        groups.setdefault((key(row), shown(row), through_words(row), marks_of(row), why), []).append(words)
    lines = [(who, ", ".join(rights), via, marks, why) for (_, who, via, marks, why), rights in groups.items()]
    if any(why for *_, why in lines):
        return Table(heads(first, "may", "through", "note", "why and since when"), tuple(lines))
    return Table(heads(first, "may", "through", "note"), tuple(line[:4] for line in lines))


def _by_mailbox(audit: Audit, *, is_whole: bool) -> tuple[Section, ...]:
    rows_of = defaultdict(list)
    for row in audit.rows:
        rows_of[row.mailbox_key].append(row)
    sections = []
    ids = audit.ids()
    for mailbox in audit.mailboxes:
        heading, mine = audit.name(mailbox.address.text, str(mailbox.platform)), rows_of.get(mailbox_key(mailbox), [])
        kind = kind_words(mailbox)
        parts: list[Line | Table] = [Line(kind, Tone.QUIET)] if kind else []
        if mailbox.grants is None:
            parts.append(Line(unread_words(mailbox), Tone.CHANGE))
        elif is_whole and all(row.entry in WAYS or row.entry is Entry.FOLDER for row in mine):
            parts.append(Line(tr("no members"), Tone.CHANGE))
        if mine:
            parts.append(
                _collected(
                    "who", mine, lambda row: (row.holder,), lambda row: f"{who_words(row)}{ids.get(row.holder, '')}"
                )
            )
        sections.append(Section(heading, tuple(parts)))
    return tuple(sections)


def _by_person(audit: Audit) -> tuple[Section, ...]:
    rows_of = defaultdict(list)
    for row in audit.rows:
        rows_of[row.person, row.holder].append(row)
    sections, ids = [], audit.ids()
    for (_, holder), mine in sorted(rows_of.items()):
        table = _collected(
            "mailbox", mine, lambda row: row.mailbox_key, lambda row: audit.name(row.mailbox, row.platform)
        )
        name = next((who_words(row) for row in mine if row.name), who_words(mine[0]))
        sections.append(Section(f"{name}{ids.get(holder, '')}", (table,)))
    return tuple(sections)
