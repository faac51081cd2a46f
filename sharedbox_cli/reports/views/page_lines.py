"""The access of an audit as holders and lines, for the report for a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.access_filter import Expired, risks_of
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.open_access import Entry
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.core.texts import mark, shown, tr
from sharedbox_cli.core.until import until_words
from sharedbox_cli.core.why import InSpec, Why
from sharedbox_cli.reports.page import PageHolder, PageLine
from sharedbox_cli.reports.views.access_words import marks_of, may_words, person_words, through_words
from sharedbox_cli.reports.views.heads import heads

_UNKNOWN = Why()
_IN_SPEC: Mapping[InSpec | None, str] = {
    InSpec.YES: mark("yes"),
    InSpec.NO: mark("no"),
    InSpec.UNMANAGED: mark("not managed"),
    None: "",
}


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _since(why: Why) -> str:
    if why.since is None:
        return ""
    return _day(why.since) if why.is_start_known else tr("before {day}", day=_day(why.since))


_MORE: Sequence[tuple[str, Callable[[Why], str]]] = (
    ("since", _since),
    ("granted by", lambda why: why.granted_by),
    ("in specs", lambda why: tr(_IN_SPEC[why.in_spec])),
    ("reason", lambda why: why.reason),
    ("until", lambda why: until_words(why.until) if why.until else ""),
    ("spec", lambda why: why.spec),
)
"""The columns that not every audit has, and their cells."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who has access, and each line of it."""

    holders: tuple[PageHolder, ...]
    lines: tuple[PageLine, ...]
    more_headers: tuple[str, ...] = ()

    @property
    def others(self) -> frozenset[int]:
        """Return the places of the holders that are more than the own account of a mailbox."""
        return frozenset(line.holder for line in self.lines if line.entry != Entry.SIGN_IN)


def access_of(rows: Sequence[AccessRow], places: Mapping[tuple[str, str], int], expired: Expired) -> Access:
    """Return holders sorted by what is shown, and lines sorted by mailbox and holder.

    `places` has the place of each mailbox; rows of others are left out.
    """
    kept = [row for row in rows if row.mailbox_key in places]
    holders = _holders(kept)
    index = {holder.key: place for place, holder in enumerate(holders)}
    shown = _columns(kept)
    groups: dict[tuple[int, int, str, str, str, tuple[str, ...]], tuple[list[str], set[Right], set[Risk]]] = {}
    for row in kept:
        more = tuple(words(row.why or _UNKNOWN) for _, words in shown)
        key = (places[row.mailbox_key], index[row.holder], through_words(row), marks_of(row), str(row.entry), more)
        words, rights, risks = groups.setdefault(key, ([], set(), set()))
        if (may := may_words(row)) not in words:
            words.append(may)
        rights.add(row.right)
        risks |= risks_of(row, expired)
    lines = (
        PageLine(mailbox, holder, frozenset(rights), ", ".join(words), via, note, frozenset(risks), entry, more)
        for (mailbox, holder, via, note, entry, more), (words, rights, risks) in groups.items()
    )
    ordered = sorted(lines, key=lambda line: (*line[:2], line.via, line.note, line.entry, line.more))
    return Access(holders, tuple(ordered), heads(*(header for header, _ in shown)))


def _columns(rows: Sequence[AccessRow]) -> tuple[tuple[str, Callable[[Why], str]], ...]:
    """Return the further columns in which something is known."""
    reasons = {row.why for row in rows if row.why is not None}
    return tuple((header, words) for header, words in _MORE if any(words(why) for why in reasons))


def _holders(rows: Sequence[AccessRow]) -> tuple[PageHolder, ...]:
    """Return each holder once. Where two look the same, their ids are shown: a name can be any text."""
    found: dict[str, AccessRow] = {}
    looks: dict[str, set[str]] = {}
    others = {row.holder for row in rows if row.entry is not Entry.SIGN_IN}
    for row in rows:
        looks.setdefault(row.person, set()).add(row.holder)
        known = found.get(row.holder)
        if known is None or (row.name and not known.name):
            found[row.holder] = row
    return tuple(
        PageHolder(
            key=row.holder,
            shown=person_words(row),
            name=shown(row.name) if row.name != row.person and row.holder in others else "",
            kind=str(row.kind),
            trustee_id=row.trustee_id if len(looks[row.person]) > 1 and not row.holder.startswith("user:") else "",
        )
        for row in sorted(found.values(), key=lambda row: (row.person, row.holder))
    )
