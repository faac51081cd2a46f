"""What changed in who may do what, between two readings. What one of them does not know is never called a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.change import right_rank
from sharedbox_cli.core.model import READING, Platform, Right, TrusteeKind
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.open_access import IN_FORCE, WAYS, Audience, Entry

MailboxKey = tuple[str, str]
"""The address in lower case, and the platform."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Who may do what, as one reading found it."""

    tenants: Mapping[str, str]
    """The ids of the tenants that were read, by platform."""
    mailboxes: Mapping[MailboxKey, bool]
    """Every mailbox of the reading, and whether its grants could be read."""
    rows: Sequence[AccessRow]
    unread: frozenset[tuple[str, str]] = frozenset()
    """Platform and name, in lower case, of every object that could not be read."""
    vague: frozenset[str] = frozenset()
    """Platforms on which an object could not be read of which only the ID is known: a mailbox may be missing."""
    is_whole: bool = True
    """Whether the reading was of all mailboxes: one that is not in it does not exist."""

    def knows(self, mailbox: MailboxKey) -> bool:
        """Return whether it is known who has access to a mailbox, if the mailbox exists."""
        address, platform = mailbox
        if platform not in self.tenants or (platform, address) in self.unread:
            return False
        return self.mailboxes.get(mailbox, self.is_whole and platform not in self.vague)

    def unknown_groups(self) -> frozenset[tuple[str, str]]:
        """Return the platforms and names of the groups whose members were not read."""
        rows = (row for row in self.rows if row.kind is TrusteeKind.GROUP and not row.is_resolved)
        names = ((row.platform, name.lower()) for row in rows for name in (row.address, row.name, row.trustee_id))
        return self.unread | frozenset(name for name in names if name[1])


def snapshot_of(platform: Platform, observed: Observed, rows: Sequence[AccessRow], *, is_whole: bool) -> Snapshot:
    """Return the part of a reading for one platform."""
    mine = [mailbox for mailbox in observed.mailboxes.values() if mailbox.platform == platform]
    unread = observed.unread_mailboxes
    return Snapshot(
        {str(platform): observed.tenant_id},
        {(one.address.key, str(platform)): one.grants is not None and one.address not in unread for one in mine},
        [row for row in rows if row.platform == platform],
        *unread_names(
            (str(platform), item.kind, item.name, item.mailbox.key if item.mailbox else None)
            for item in observed.unread
        ),
        is_whole=is_whole,
    )


class UnreadNames(NamedTuple):
    """What is known of objects that could not be read: names, and platforms on which some have none."""

    names: frozenset[tuple[str, str]]
    vague: frozenset[str]


def unread_names(items: Iterable[tuple[str, str, str, str | None]]) -> UnreadNames:
    """Return the names of unread objects, each given as platform, kind, name, and its address if it is a mailbox."""
    names: set[tuple[str, str]] = set()
    vague: set[str] = set()
    for platform, kind, name, mailbox in items:
        if kind in _NO_OBJECT:
            continue
        names |= {(platform, text.lower()) for text in (name, mailbox) if text}
        if mailbox is None and "@" not in name:
            vague.add(platform)
    return UnreadNames(frozenset(names), frozenset(vague))


_NO_OBJECT = ("check", "product")
"""Words for what could not be read and is no account, group or mailbox."""


class Word(StrEnum):
    """What happened to a right."""

    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One right that came, went, or is another one now."""

    before: AccessRow | None
    after: AccessRow | None
    changed: tuple[str, ...] = ()
    """The parts of the row that differ."""
    has_otherwise: bool = False
    """Whether the holder has the same right another way: after it was lost, or before it was gained."""

    @property
    def word(self) -> Word:
        """Return what happened."""
        return Word.GAINED if self.before is None else Word.LOST if self.after is None else Word.CHANGED

    @property
    def row(self) -> AccessRow:
        """Return the row as it is now, or as it was."""
        row = self.after or self.before
        assert row is not None  # noqa: S101 - one of the two is always there
        return row

    @property
    def is_of_account(self) -> bool:
        """Return whether only the account of the holder changed, and not the right."""
        return self.word is Word.CHANGED and not set(self.changed) & set(_OF_RIGHT)


@dataclass(frozen=True, slots=True)
class AccessDiff:
    """All differences of two readings."""

    rows: tuple[RowChange, ...]
    came: tuple[MailboxKey, ...]
    went: tuple[MailboxKey, ...]
    not_compared: Mapping[MailboxKey, str]
    """Mailboxes that one of the readings does not know, and which: `old`, `new` or `both`."""
    uncertain: tuple[AccessRow, ...]
    """Rights through groups whose members one of the readings does not know."""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing changed."""
        return not (self.rows or self.came or self.went)


_OF_RIGHT = ("right", "via", "entry", "detail", "can_hold", "automapping")
_OF_ACCOUNT = ("kind", "is_enabled", "is_guest", "is_external", "name", "address")
_SENDING = frozenset({Right.SEND_AS, Right.SEND_ON_BEHALF})


def compare(old: Snapshot, new: Snapshot) -> AccessDiff:
    """Return what changed on the mailboxes that both readings know."""
    every = sorted(old.mailboxes.keys() | new.mailboxes.keys())
    blind = {key: _blind(old, new, key) for key in every}
    known = [key for key in every if not blind[key]]
    rows_before, rows_after = _by_mailbox(old.rows), _by_mailbox(new.rows)
    unknown_before, unknown_after = old.unknown_groups(), new.unknown_groups()
    changes: list[RowChange] = []
    uncertain: list[AccessRow] = []
    for key in known:
        before, after = rows_before.get(key, ()), rows_after.get(key, ())
        pairs, lost, gained = _matched(before, after, unknown_before, unknown_after, uncertain)
        changes += _changes(pairs, lost, gained, before, after)
    return AccessDiff(
        tuple(sorted(changes, key=_order)),
        tuple(key for key in known if key not in old.mailboxes),
        tuple(key for key in known if key not in new.mailboxes),
        {key: where for key, where in blind.items() if where},
        tuple(uncertain),
    )


def holder_of(row: AccessRow) -> tuple[str, str]:
    """Return what identifies the holder of a row in every reading of the same tenant."""
    if isinstance(row.kind, Audience):
        return str(row.kind), row.trustee_id
    if row.entry in WAYS and row.entry is not Entry.SIGN_IN:
        return "at", row.address or row.person.lower()  # the target of a setting is an address
    return "id", row.trustee_id or row.address or row.person.lower()


def _blind(old: Snapshot, new: Snapshot, key: MailboxKey) -> str:
    knows_old, knows_new = old.knows(key), new.knows(key)
    return "" if knows_old and knows_new else "new" if knows_old else "old" if knows_new else "both"


def _by_mailbox(rows: Iterable[AccessRow]) -> dict[MailboxKey, list[AccessRow]]:
    found: dict[MailboxKey, list[AccessRow]] = defaultdict(list)
    for row in rows:
        found[row.mailbox_key].append(row)
    return found


_Pair = tuple[AccessRow, AccessRow]
_Key = Callable[[AccessRow], Hashable]


def _family(right: Right) -> str:
    return "reading" if right in READING else "sending" if right in _SENDING else str(right)


def exactly(row: AccessRow) -> Hashable:
    """Return what identifies a row on its mailbox."""
    return holder_of(row), row.right, row.via, row.entry, row.detail


_NEARLY: tuple[_Key, ...] = (
    lambda row: (holder_of(row), row.right, row.via, row.entry),
    lambda row: (holder_of(row), row.right, row.entry),
    lambda row: (holder_of(row), row.right),
    lambda row: (holder_of(row), row.entry, _family(row.right)),
)
"""What makes two rows the same one although something in them changed, the closest first."""


def _matched(
    before: Sequence[AccessRow],
    after: Sequence[AccessRow],
    unknown_before: frozenset[tuple[str, str]],
    unknown_after: frozenset[tuple[str, str]],
    uncertain: list[AccessRow],
) -> tuple[list[_Pair], list[AccessRow], list[AccessRow]]:
    """Return the rows that belong together, those that are gone, and those that are new."""
    pairs, lost, gained = _paired(before, after, exactly)
    uncertain += [row for row in lost if is_through(row, unknown_after)]
    uncertain += [row for row in gained if is_through(row, unknown_before)]
    lost = [row for row in lost if not is_through(row, unknown_after)]
    gained = [row for row in gained if not is_through(row, unknown_before)]
    for key in _NEARLY:
        if not (lost and gained):
            break
        more, lost, gained = _paired(lost, gained, key)
        pairs += more
    return pairs, lost, gained


def _paired(
    before: Iterable[AccessRow], after: Iterable[AccessRow], key: _Key
) -> tuple[list[_Pair], list[AccessRow], list[AccessRow]]:
    waiting: dict[Hashable, list[AccessRow]] = defaultdict(list)
    for row in before:
        waiting[key(row)].append(row)
    pairs, gained = [], []
    for row in after:
        if same := waiting.get(key(row)):
            pairs.append((same.pop(0), row))
        else:
            gained.append(row)
    return pairs, [row for rows in waiting.values() for row in rows], gained


def is_through(row: AccessRow, groups: frozenset[tuple[str, str]]) -> bool:
    """Return whether a right comes through one of some groups."""
    return any((row.platform, group.lower()) in groups for group in row.via)


def _changes(
    pairs: Iterable[_Pair],
    lost: Iterable[AccessRow],
    gained: Iterable[AccessRow],
    before: Iterable[AccessRow],
    after: Iterable[AccessRow],
) -> Iterator[RowChange]:
    had, have = _held(before), _held(after)
    for old, new in pairs:
        if parts := changed_parts(old, new):
            yield RowChange(old, new, parts)
    for row in lost:
        yield RowChange(row, None, has_otherwise=(holder_of(row), row.right) in have)
    for row in gained:
        yield RowChange(None, row, has_otherwise=(holder_of(row), row.right) in had)


def _held(rows: Iterable[AccessRow]) -> set[tuple[tuple[str, str], Right]]:
    return {(holder_of(row), row.right) for row in rows if row.entry in IN_FORCE and row.can_hold}


def changed_parts(old: AccessRow, new: AccessRow) -> tuple[str, ...]:
    """Return the names of the parts that differ. What one of the rows does not know does not differ."""
    is_known = TrusteeKind.OTHER not in (old.kind, new.kind) or old.kind == new.kind
    names = (*_OF_RIGHT, *(_OF_ACCOUNT if is_known else ()))
    return tuple(
        name
        for name in names
        if getattr(old, name) != getattr(new, name)
        and not (name == "automapping" and None in (old.automapping, new.automapping))
    )


def _order(change: RowChange) -> tuple[MailboxKey, str, int, tuple[str, ...], str, str, str]:
    row = change.row
    return row.mailbox_key, row.person, right_rank(row.right), row.via, row.entry, row.detail, change.word
