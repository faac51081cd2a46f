"""Who can do what: by mailbox, by person, or as a matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import assert_never

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.change_words import RIGHT_WORDS, right_words
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Fact, ObservedMailbox, Right
from sharedbox_cli.core.open_access import IN_FORCE, WAYS, Audience, Entry
from sharedbox_cli.core.values import KIND_GROUP, KIND_USER, Value
from sharedbox_cli.reports.document import Deferred, Gap, Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.access import AccessJson, AuditedMailboxJson, AuditJson
from sharedbox_cli.reports.views.arrangement import Arrangement

_LETTERS = {
    Right.FULL_ACCESS: "F",
    Right.READ: "R",
    Right.SEND_AS: "S",
    Right.SEND_ON_BEHALF: "B",
    Right.MEMBER: "m",
    Right.MANAGER: "M",
    Right.OWNER: "O",
    Right.OTHER: "?",
}
_KINDS: Mapping[Value, str] = {KIND_USER: "a person's mailbox", KIND_GROUP: "a plain group"}
_ALWAYS_EXPLAINED = (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF, Right.READ)
"""Rights whose letter the legend always explains. The others are explained if somebody has them."""


@dataclass(frozen=True, slots=True)
class _Audit:
    """The rows and mailboxes to arrange. If there are several platforms, a mailbox is shown with its platform."""

    rows: Sequence[AccessRow]
    mailboxes: Sequence[ObservedMailbox]

    @property
    def is_mixed(self) -> bool:
        return len({mailbox.platform for mailbox in self.mailboxes}) > 1

    def name(self, mailbox: str, platform: str) -> str:
        return f"{mailbox} ({platform})" if self.is_mixed else mailbox

    def ids(self) -> dict[str, str]:
        """Return the IDs of holders who look like another one: a name can be any text, also an address."""
        holders = defaultdict(set)
        for row in self.rows:
            holders[row.person].add(row.holder)
        return {
            row.holder: f" [{row.trustee_id}]"
            for row in self.rows
            if len(holders[row.person]) > 1 and not row.holder.startswith("user:")
        }


def access_report(
    rows: Sequence[AccessRow], arrangement: Arrangement, mailboxes: Sequence[ObservedMailbox], notes: Sequence[str] = ()
) -> Report:
    """Return the audit in one arrangement. The data is the same in all; what no format uses is not computed."""
    ordered = sorted(mailboxes, key=_mailbox_key)
    audit = cache(lambda: _Audit(tuple(rows), ordered))
    data: AuditJson = {
        "mailboxes": Deferred(lambda: map(_mailbox_data, ordered)),
        "rows": Deferred(lambda: map(row_data, rows)),
        "notes": list(notes),
    }
    quiet = tuple(Line(note, Tone.QUIET) for note in notes)
    return Report(
        "audit",
        data,
        Deferred(lambda: _sections(audit(), arrangement)),
        Deferred(lambda: (*quiet, Line(_summary(audit())))),
        _flat(rows),
        "Who can do what",
    )


def _mailbox_data(mailbox: ObservedMailbox) -> AuditedMailboxJson:
    return {"mailbox": mailbox.address.text, "platform": str(mailbox.platform), "is_read": mailbox.grants is not None}


def _sections(audit: _Audit, arrangement: Arrangement) -> tuple[Section, ...]:
    match arrangement:
        case Arrangement.MAILBOX:
            return _by_mailbox(audit)
        case Arrangement.PERSON:
            return _by_person(audit)
        case Arrangement.MATRIX:
            return _matrix(audit)
        case _:
            assert_never(arrangement)


def _mailbox_key(mailbox: ObservedMailbox) -> tuple[str, str]:
    return mailbox.address.key, str(mailbox.platform)


def _summary(audit: _Audit) -> str:
    rows = audit.rows
    kinds = {row.holder: row.kind for row in rows if row.entry is not Entry.SIGN_IN}
    words = {
        "user": ("person", "people"),
        "group": ("group", "groups"),
        "application": ("application", "applications"),
        "orphan": ("deleted account", "deleted accounts"),
    }
    counts = [_counted(len(audit.mailboxes), "mailbox", "mailboxes")]
    if audit.is_mixed:
        counts[-1] += f" on {len({mailbox.platform for mailbox in audit.mailboxes})} platforms"
    if unread := sum(mailbox.grants is None for mailbox in audit.mailboxes):
        counts[-1] += f" ({unread} not read)"
    for kind, (one, many) in words.items():
        if count := sum(held_kind == kind for held_kind in kinds.values()):
            counts.append(_counted(count, one, many))
    if others := sum(kind not in words and not isinstance(kind, Audience) for kind in kinds.values()):
        counts.append(_counted(others, "other", "others"))
    entries = [row for row in rows if row.entry == "grant"]
    granted = [row for row in entries if row.can_hold]
    counts.append(_counted(len(granted), "right", "rights"))
    if through := sum(bool(row.via) for row in granted):
        counts[-1] += f" ({through} through groups)"
    if void := len(entries) - len(granted):
        counts.append(_counted(void, "right of a group that cannot hold it", "rights of groups that cannot hold them"))
    if ways := sum(row.entry in WAYS for row in rows):
        counts.append(_counted(ways, "other way to read", "other ways to read"))
    if invitations := sum(row.entry is Entry.INVITATION for row in rows):
        counts.append(_counted(invitations, "pending invitation", "pending invitations"))
    if special := len(rows) - len(entries) - ways - invitations:
        counts.append(_counted(special, "deny, inherited or unknown entry", "deny, inherited or unknown entries"))
    return f"{', '.join(counts)}."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def row_data(row: AccessRow) -> AccessJson:
    """Return one row for JSON."""
    return {
        "mailbox": row.mailbox,
        "platform": row.platform,
        "person": row.person,
        "name": row.name,
        "trustee_id": row.trustee_id,
        "kind": str(row.kind),
        "right": str(row.right),
        "detail": row.detail,
        "via": list(row.via),
        "is_enabled": row.is_enabled,
        "is_guest": row.is_guest,
        "is_external": row.is_external,
        "entry": str(row.entry),
        "automapping": row.automapping,
        "is_resolved": row.is_resolved,
        "can_hold": row.can_hold,
        "address": row.address,
    }


def _marks(row: AccessRow) -> str:
    marks = [
        "deleted account" if row.kind == "orphan" else "",
        row.entry if row.entry not in IN_FORCE else "",
        "guest" if row.is_guest else "outside the organisation" if row.is_external and row.address else "",
        "disabled" if not row.is_enabled and row.kind != "orphan" else "",
        str(row.kind) if row.kind in ("group", "application") else "",
        "not resolved" if row.kind == "other" and row.entry == "grant" else "",
        "" if row.can_hold else "cannot hold rights",
        "" if row.is_resolved else "members not read",
        f"as {row.address}" if row.address and row.address != row.person else "",
    ]
    return ", ".join(mark for mark in marks if mark)


def _may(row: AccessRow) -> str:
    """Return the words of a right, or the text of an entry that is none."""
    if row.entry in WAYS:
        return RIGHT_WORDS[row.right]
    return right_words(row.right, row.detail) if row.entry == "grant" else row.detail


def _through(row: AccessRow) -> str:
    """Return the groups that give a right, or the setting that does."""
    return row.detail if row.entry in WAYS else " > ".join(row.via)


def _who(row: AccessRow) -> str:
    return f"{row.name} <{row.person}>" if row.name and row.name != row.person else row.person


def _collected(
    rows: Sequence[AccessRow], key: Callable[[AccessRow], tuple[str, ...]], shown: Callable[[AccessRow], str]
) -> list[tuple[str, str, str, str]]:
    """Return one line for all rights of one holder that come the same way."""
    groups: dict[tuple[tuple[str, ...], str, str, str], list[str]] = {}
    for row in rows:
        words = _may(row)
        groups.setdefault((key(row), shown(row), _through(row), _marks(row)), []).append(words)
    return [(who, ", ".join(rights), via, marks) for (_, who, via, marks), rights in groups.items()]


def _by_mailbox(audit: _Audit) -> tuple[Section, ...]:
    rows_of = defaultdict(list)
    for row in audit.rows:
        rows_of[row.mailbox_key].append(row)
    sections = []
    ids = audit.ids()
    for mailbox in audit.mailboxes:
        heading, mine = audit.name(mailbox.address.text, str(mailbox.platform)), rows_of.get(_mailbox_key(mailbox), [])
        kind = _KINDS.get(mailbox.settings.get(Field.KIND))
        parts: list[Line | Table] = [Line(f"not a shared mailbox but {kind}", Tone.QUIET)] if kind else []
        if mailbox.grants is None:
            why = ": its account is suspended" if mailbox.facts.get(Fact.IS_SUSPENDED) else ""
            parts.append(Line(f"not read{why}", Tone.CHANGE))
        elif all(row.entry in WAYS for row in mine):
            parts.append(Line("no members", Tone.CHANGE))
        if mine:
            lines = _collected(mine, lambda row: (row.holder,), lambda row: f"{_who(row)}{ids.get(row.holder, '')}")
            parts.append(Table(("who", "may", "through", "note"), tuple(lines)))
        sections.append(Section(heading, tuple(parts)))
    return tuple(sections)


def _by_person(audit: _Audit) -> tuple[Section, ...]:
    rows_of = defaultdict(list)
    for row in audit.rows:
        rows_of[row.person, row.holder].append(row)
    sections, ids = [], audit.ids()
    for (_, holder), mine in sorted(rows_of.items()):
        lines = _collected(mine, lambda row: row.mailbox_key, lambda row: audit.name(row.mailbox, row.platform))
        name = next((_who(row) for row in mine if row.name), _who(mine[0]))
        table = Table(("mailbox", "may", "through", "note"), tuple(lines))
        sections.append(Section(f"{name}{ids.get(holder, '')}", (table,)))
    return tuple(sections)


def _matrix(audit: _Audit) -> tuple[Section, ...]:
    held = defaultdict(set)
    for row in audit.rows:
        if row.entry in IN_FORCE:
            held[row.holder, row.mailbox_key].add(_LETTERS[row.right])
    people, ids = sorted({(row.person, row.holder) for row in audit.rows}), audit.ids()
    columns = tuple(str(number + 1) for number in range(len(audit.mailboxes)))
    cells = tuple(
        (
            f"{person}{ids.get(holder, '')}",
            *("".join(sorted(held[holder, _mailbox_key(mailbox)])) or _nothing(mailbox) for mailbox in audit.mailboxes),
        )
        for person, holder in people
    )
    legend = tuple(
        Line(f"{number + 1}  {audit.name(mailbox.address.text, str(mailbox.platform))}")
        for number, mailbox in enumerate(audit.mailboxes)
    )
    return (
        Section("Mailboxes", (*legend, Line(_letters(audit), Tone.QUIET))),
        Section("Rights", (Table(("who", *columns), cells),)),
    )


def _nothing(mailbox: ObservedMailbox) -> str:
    return "." if mailbox.grants is not None else "-"


def _letters(audit: _Audit) -> str:
    """Return the legend of a matrix."""
    held = {row.right for row in audit.rows if row.entry in IN_FORCE}
    explained = [*_ALWAYS_EXPLAINED, *(right for right in (Right.MEMBER, Right.MANAGER, Right.OWNER) if right in held)]
    words = [f"{_LETTERS[right]} {RIGHT_WORDS[right]}" for right in (*explained, Right.OTHER)]
    return ", ".join([*words, *(("- not read",) if any(mailbox.grants is None for mailbox in audit.mailboxes) else ())])


def _flat(rows: Sequence[AccessRow]) -> Table:
    headers = ("mailbox", "platform", "person", "name", "kind", "right", "through", "entry", "enabled", "guest")
    return Table(headers, Deferred(lambda: map(_cells, rows)), gap_row=_gap_cells)


def _gap_cells(gap: Gap) -> tuple[str, ...]:
    """Return the row of something that was not read: it has no person, so it is not taken for a right."""
    name = "" if gap.kind == "platform" else gap.name
    return (name, gap.platform, "", "", gap.kind, f"{gap.summary}. {gap.why}".strip(), "", "not read", "", "")


def _cells(row: AccessRow) -> tuple[str, ...]:
    return (
        row.mailbox,
        row.platform,
        row.person,
        row.name,
        str(row.kind),
        _may(row),
        " > ".join(row.via),
        str(row.entry),
        "yes" if row.is_enabled else "no",
        "yes" if row.is_guest else "no",
    )
