"""An audit as a matrix of people and mailboxes. A person reads it, so it is bounded: the widest access stays."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.model import LEVELLED, ROLES, Right
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.open_access import IN_FORCE
from sharedbox_cli.core.texts import listed, number, tr
from sharedbox_cli.reports.document import Deferred, Line, Section, Table, Tone
from sharedbox_cli.reports.views.access_words import Audit, mailbox_key, person_words, right_name
from sharedbox_cli.reports.views.heads import head

MOST_MAILBOXES = 40
MOST_PEOPLE = 100
_LETTERS = {
    Right.FULL_ACCESS: "F",
    Right.READ: "R",
    Right.SEND_AS: "S",
    Right.SEND_ON_BEHALF: "B",
    Right.MEMBER: "m",
    Right.MANAGER: "M",
    Right.OWNER: "O",
    Right.CALENDAR: "C",
    Right.CONTACTS: "A",
    Right.OTHER: "?",
}
_ALWAYS_EXPLAINED = (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF, Right.READ)
"""Rights whose letter the legend always explains. The others are explained if somebody has them."""


_Holder = tuple[str, str]
"""The name that is shown, and what identifies the holder."""


def matrix_sections(audit: Audit) -> tuple[Section, ...]:
    """Return a legend and the matrix. Of many mailboxes and people, those with the most access are shown."""
    held = _held(audit.rows)
    mailboxes = _most_held(audit, held)
    people = _most_reaching(audit, held, mailboxes)
    columns = tuple(str(number + 1) for number in range(len(mailboxes)))
    ids = audit.ids()
    shown = {row.holder: person_words(row) for row in audit.rows}
    cells = tuple(
        (f"{shown[holder]}{ids.get(holder, '')}", *(_cell(held, holder, mailbox) for mailbox in mailboxes))
        for _, holder in people
    )
    legend = tuple(
        Line(f"{number + 1}  {audit.name(mailbox.address.text, str(mailbox.platform))}")
        for number, mailbox in enumerate(mailboxes)
    )
    left = _left_out(audit, len(mailboxes), len({row.holder for row in audit.rows}) - len(people))
    return (
        Section(tr("Mailboxes"), (*legend, Line(_letters(audit), Tone.QUIET))),
        Section(tr("Rights"), (Table((head("who"), *columns), cells), *left)),
    )


def matrix_table(audit: Audit) -> Table:
    """Return the whole matrix: one row per person, one column per mailbox."""
    held, ids = _held(audit.rows), audit.ids()
    people = sorted({(row.person, row.holder) for row in audit.rows})
    names = (audit.name(mailbox.address.text, str(mailbox.platform)) for mailbox in audit.mailboxes)
    rows = Deferred(
        lambda: (
            (f"{person}{ids.get(holder, '')}", *(_cell(held, holder, mailbox) for mailbox in audit.mailboxes))
            for person, holder in people
        )
    )
    return Table(("who", *names), rows)


_Held = dict[tuple[str, tuple[str, str]], set[str]]


def _held(rows: Sequence[AccessRow]) -> _Held:
    """Return the letters of each holder on each mailbox."""
    held: _Held = defaultdict(set)
    for row in rows:
        if row.entry in IN_FORCE:
            held[row.holder, row.mailbox_key].add(_LETTERS[row.right])
    return held


def _cell(held: _Held, holder: str, mailbox: ObservedMailbox) -> str:
    found = held.get((holder, mailbox_key(mailbox)))
    return "".join(sorted(found)) if found else "." if mailbox.grants is not None else "-"


def _most_held(audit: Audit, held: _Held) -> Sequence[ObservedMailbox]:
    """Return the mailboxes to show, in their order: of many, those that the most people can reach."""
    if len(audit.mailboxes) <= MOST_MAILBOXES:
        return audit.mailboxes
    counts = Counter(key for _, key in held)
    ranked = sorted(audit.mailboxes, key=lambda mailbox: (-counts[mailbox_key(mailbox)], mailbox_key(mailbox)))
    kept = {mailbox_key(mailbox) for mailbox in ranked[:MOST_MAILBOXES]}
    return [mailbox for mailbox in audit.mailboxes if mailbox_key(mailbox) in kept]


def _most_reaching(audit: Audit, held: _Held, mailboxes: Sequence[ObservedMailbox]) -> Sequence[_Holder]:
    """Return the people to show, in their order: of many, those who can reach the most of the mailboxes shown."""
    shown = {mailbox_key(mailbox) for mailbox in mailboxes}
    counts = Counter(holder for holder, key in held if key in shown)
    people = sorted({(row.person, row.holder) for row in audit.rows})
    if len(mailboxes) < len(audit.mailboxes):
        people = [one for one in people if counts[one[1]]]
    if len(people) <= MOST_PEOPLE:
        return people
    return sorted(sorted(people, key=lambda one: (-counts[one[1]], one))[:MOST_PEOPLE])


def _left_out(audit: Audit, columns: int, people: int) -> Iterator[Line]:
    """Return what a bounded matrix does not show, and how to see it."""
    mailboxes = len(audit.mailboxes) - columns
    if mailboxes or people:
        counts = []
        if mailboxes:
            every = number(len(audit.mailboxes))
            counts.append(tr("{count} of {all} mailboxes", count=number(mailboxes), all=every))
        if people:
            every = number(len({row.holder for row in audit.rows}))
            counts.append(tr("{count} of {all} people and groups", count=number(people), all=every))
        text = tr(
            "Left out of this matrix: {what}, those with the least access. To choose others, use --mailbox, --person "
            "or --only. For all of them, use -o csv.",
            what=listed(counts),
        )
        yield Line(text, Tone.CHANGE)


def _letters(audit: Audit) -> str:
    """Return the legend of a matrix."""
    held = {row.right for row in audit.rows if row.entry in IN_FORCE}
    explained = [*_ALWAYS_EXPLAINED, *(right for right in (*ROLES, *LEVELLED) if right in held)]
    words = [f"{_LETTERS[right]} {right_name(right)}" for right in (*explained, Right.OTHER)]
    return ", ".join(
        [*words, *((f"- {tr('not read')}",) if any(mailbox.grants is None for mailbox in audit.mailboxes) else ())]
    )
