"""Who may do what: by mailbox, by person, or as a matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.change import right_words
from sharedbox_cli.core.model import Right
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone

_LETTERS = {
    Right.FULL_ACCESS: "F", Right.READ: "R", Right.SEND_AS: "S", Right.SEND_ON_BEHALF: "B", Right.MEMBER: "m",
    Right.MANAGER: "M", Right.OWNER: "O", Right.OTHER: "?",
}  # fmt: skip


def access_report(rows: Sequence[AccessRow], arrangement: str, mailboxes: Sequence[str]) -> Report:
    """Return the audit in one arrangement; the data is the same in all."""
    makers: dict[str, Callable[[Sequence[AccessRow]], tuple[Section, ...]]] = {
        "mailbox": lambda found: _by_mailbox(found, mailboxes), "person": _by_person, "matrix": _matrix,
    }  # fmt: skip
    summary = (Line(_summary(rows, mailboxes)),)
    data = {"mailboxes": list(mailboxes), "rows": [row_data(row) for row in rows]}
    return Report("audit", data, makers[arrangement](rows), summary, _flat(rows), "Who may do what")


def _summary(rows: Sequence[AccessRow], mailboxes: Sequence[str]) -> str:
    kinds = {row.person: row.kind for row in rows}
    words = {
        "user": ("person", "people"),
        "group": ("group", "groups"),
        "orphan": ("deleted account", "deleted accounts"),
    }
    counts = [_counted(len(mailboxes), "mailbox", "mailboxes")]
    for kind, (one, many) in words.items():
        if count := sum(found == kind for found in kinds.values()):
            counts.append(_counted(count, one, many))
    if others := sum(kind not in words for kind in kinds.values()):
        counts.append(_counted(others, "other", "others"))
    granted = [row for row in rows if row.entry == "grant"]
    counts.append(_counted(len(granted), "right", "rights"))
    if through := sum(bool(row.via) for row in granted):
        counts[-1] += f" ({through} through groups)"
    if special := len(rows) - len(granted):
        counts.append(_counted(special, "deny, inherited or unknown entry", "deny, inherited or unknown entries"))
    return f"{', '.join(counts)}."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def row_data(row: AccessRow) -> dict[str, object]:
    """Return one row for JSON."""
    return {
        "mailbox": row.mailbox, "platform": row.platform, "person": row.person, "name": row.name,
        "trustee_id": row.trustee_id, "kind": str(row.kind), "right": str(row.right), "detail": row.detail,
        "via": list(row.via), "is_enabled": row.is_enabled, "is_guest": row.is_guest, "entry": row.entry,
        "automapping": row.automapping, "is_resolved": row.is_resolved,
    }  # fmt: skip


def _marks(row: AccessRow) -> str:
    marks = [
        "deleted account" if row.kind == "orphan" else "",
        row.entry if row.entry != "grant" else "",
        "guest" if row.is_guest else "",
        "disabled" if not row.is_enabled else "",
        "group" if row.kind == "group" else "",
        "" if row.is_resolved else "members not read",
    ]
    return ", ".join(mark for mark in marks if mark)


def _may(row: AccessRow) -> str:
    """Return a right; an entry that is no grant keeps its own words."""
    return right_words(row.right, row.detail) if row.entry == "grant" else row.detail


def _who(row: AccessRow) -> str:
    return f"{row.name} <{row.person}>" if row.name and row.name != row.person else row.person


def _collected(rows: Sequence[AccessRow], key: Callable[[AccessRow], str]) -> list[tuple[str, str, str, str]]:
    """Return one line for all rights of one holder that came the same way."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        words = _may(row)
        groups.setdefault((key(row), " > ".join(row.via), _marks(row)), []).append(words)
    return [(who, ", ".join(rights), via, marks) for (who, via, marks), rights in groups.items()]


def _by_mailbox(rows: Sequence[AccessRow], mailboxes: Sequence[str]) -> tuple[Section, ...]:
    found = defaultdict(list)
    for row in rows:
        found[row.mailbox.lower()].append(row)
    sections = []
    for mailbox in mailboxes:
        mine = found.get(mailbox.lower())
        if not mine:
            sections.append(Section(mailbox, (Line("nobody", Tone.CHANGE),)))
            continue
        table = Table(("who", "may", "through", "note"), tuple(_collected(mine, _who)))
        sections.append(Section(mailbox, (table,)))
    return tuple(sections)


def _by_person(rows: Sequence[AccessRow]) -> tuple[Section, ...]:
    found = defaultdict(list)
    for row in rows:
        found[row.person].append(row)
    return tuple(
        Section(
            _who(mine[0]), (Table(("mailbox", "may", "through", "note"), tuple(_collected(mine, lambda r: r.mailbox))),)
        )
        for _, mine in sorted(found.items())
    )


def _matrix(rows: Sequence[AccessRow]) -> tuple[Section, ...]:
    mailboxes = sorted({row.mailbox for row in rows})
    people = sorted({row.person for row in rows})
    held = defaultdict(set)
    for row in rows:
        if row.entry == "grant":
            held[row.person, row.mailbox].add(_LETTERS[row.right])
    columns = tuple(str(number + 1) for number in range(len(mailboxes)))
    cells = tuple((person, *("".join(sorted(held[person, box])) or "." for box in mailboxes)) for person in people)
    legend = tuple(Line(f"{number + 1}  {box}") for number, box in enumerate(mailboxes))
    letters = Line("F full access, S send as, B send on behalf, R read, ? another right", Tone.QUIET)
    return (Section("Mailboxes", (*legend, letters)), Section("Rights", (Table(("who", *columns), cells),)))


def _flat(rows: Sequence[AccessRow]) -> Table:
    headers = ("mailbox", "platform", "person", "name", "kind", "right", "through", "entry", "enabled", "guest")
    cells = tuple(
        (
            row.mailbox, row.platform, row.person, row.name, str(row.kind), _may(row),
            " > ".join(row.via), row.entry, "yes" if row.is_enabled else "no", "yes" if row.is_guest else "no",
        )
        for row in rows
    )  # fmt: skip
    return Table(headers, cells)
