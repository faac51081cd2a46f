"""What changed between two audits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.access_diff import AccessDiff, MailboxKey, RowChange, Word
from sharedbox_cli.core.change_words import RIGHT_WORDS
from sharedbox_cli.reports.document import Deferred, Line, Report, Section, Table, Tone
from sharedbox_cli.reports.saved_audit import SavedAudit
from sharedbox_cli.reports.shapes.access_diff import (
    AccessChangeJson,
    AuditDiffJson,
    ComparedAuditJson,
    MailboxChangeJson,
)
from sharedbox_cli.reports.views.access_table import HEADERS, cells_of, row_data
from sharedbox_cli.reports.views.access_words import marks_of, may_words, through_words, who_words

MOST_NAMES = 20
"""How many mailboxes of one kind are listed for people. Data has all of them."""
_TONES = {Word.GAINED: Tone.RISK, Word.LOST: Tone.GOOD, Word.CHANGED: Tone.CHANGE}
_PARTS = {
    "is_enabled": ("disabled", "enabled"),
    "is_guest": ("no guest", "guest"),
    "is_external": ("inside", "from outside"),
    "can_hold": ("cannot hold rights", "can hold rights"),
    "automapping": ("automapping off", "automapping on"),
}
_MISSING = {"old": "the old audit", "new": "the new audit", "both": "either audit"}


@dataclass(frozen=True, slots=True)
class Compared:
    """Two audits and their differences."""

    old: SavedAudit
    new: SavedAudit
    diff: AccessDiff
    notes: tuple[str, ...] = ()

    @property
    def is_mixed(self) -> bool:
        """Return whether several platforms were compared."""
        return len(self.old.tenants.keys() & self.new.tenants.keys()) > 1

    def name(self, key: MailboxKey) -> str:
        """Return a mailbox, with its platform if there are several."""
        address = self.new.names.get(key) or self.old.names[key]
        return f"{address} ({key[1]})" if self.is_mixed else address


def access_diff_report(compared: Compared) -> Report:
    """Return what changed, by mailbox."""
    diff, tenants = compared.diff, compared.old.tenants.keys() & compared.new.tenants.keys()
    data: AuditDiffJson = {
        "tenants": {
            name: {"id": one.id, "name": one.name} for name, one in compared.new.tenants.items() if name in tenants
        },
        "old": _audit_data(compared.old),
        "new": _audit_data(compared.new),
        "changes": Deferred(lambda: map(_change_data, diff.rows)),
        "mailboxes": list(_mailboxes_data(compared)),
        "not_compared": Deferred(lambda: map(row_data, diff.uncertain)),
        "notes": list(compared.notes),
    }
    notes = tuple(Line(note, Tone.CHANGE) for note in compared.notes)
    stamp = Line(_stamp(compared), Tone.QUIET)
    return Report(
        "audit-diff",
        data,
        Deferred(lambda: tuple(_sections(compared))),
        (*notes, Line(_summary(diff)), stamp),
        _flat(compared),
        "What changed in who can do what",
    )


def _audit_data(audit: SavedAudit) -> ComparedAuditJson:
    return {
        "file": audit.file,
        "read_at": audit.read_at.isoformat(),
        "profile": audit.profile,
        "tool_version": audit.tool_version,
        "selection": {name: list(values) for name, values in audit.selection.items()},
    }


def _change_data(change: RowChange) -> AccessChangeJson:
    return {
        "change": str(change.word),
        "changed": list(change.changed),
        "has_otherwise": change.has_otherwise,
        "before": row_data(change.before) if change.before else None,
        "after": row_data(change.after) if change.after else None,
    }


def _mailboxes_data(compared: Compared) -> Iterator[MailboxChangeJson]:
    diff = compared.diff
    kinds = [(key, "came", "") for key in diff.came] + [(key, "went", "") for key in diff.went]
    kinds += [(key, "not_compared", where) for key, where in diff.not_compared.items()]
    for key, change, where in sorted(kinds):
        address = compared.new.names.get(key) or compared.old.names[key]
        yield {"mailbox": address, "platform": key[1], "change": change, "missing_in": where}


def _sections(compared: Compared) -> Iterator[Section]:
    diff = compared.diff
    marks = {**dict.fromkeys(diff.came, "new mailbox"), **dict.fromkeys(diff.went, "no longer a mailbox")}
    changes: dict[MailboxKey, list[RowChange]] = {key: [] for key in sorted(marks)}
    for change in diff.rows:
        if not change.is_of_account:
            changes.setdefault(change.row.mailbox_key, []).append(change)
    for key, mine in sorted(changes.items()):
        mark = (Line(marks[key], Tone.CHANGE),) if key in marks else ()
        rows = tuple(_words(change) for change in mine)
        tones = tuple(_TONES[change.word] for change in mine)
        table = (Table(("change", "who", "may", "through", "note"), rows, tones),) if rows else ()
        yield Section(compared.name(key), (*mark, *table))
    if accounts := tuple(_accounts(diff)):
        yield Section("Accounts that changed", (Table(("who", "now", "before", "rights"), accounts),))
    yield from _not_compared(compared)


def _words(change: RowChange) -> tuple[str, ...]:
    row = change.row
    notes = [marks_of(row)]
    if change.word is Word.CHANGED and change.before is not None:
        notes += [f"before: {_before(name, change.before)}" for name in change.changed]
    elif change.has_otherwise:
        notes.append("still has it another way" if change.word is Word.LOST else "had it another way")
    return str(change.word), who_words(row), may_words(row), through_words(row), ", ".join(filter(None, notes))


def _before(name: str, row: AccessRow) -> str:
    """Return what a part of a row was."""
    if name == "via":
        return f"through {' > '.join(row.via)}" if row.via else "direct"
    if name == "right":
        return RIGHT_WORDS[row.right]
    if name == "entry":
        return "a direct grant" if row.entry == "grant" else str(row.entry)
    return _part(name, row)


def _part(name: str, row: AccessRow) -> str:
    value = getattr(row, name)
    if name in _PARTS:
        return "unknown" if value is None else _PARTS[name][bool(value)]
    return str(value) or f"no {name}"


def _accounts(diff: AccessDiff) -> Iterator[tuple[str, ...]]:
    """Yield each account that changed, once, with the number of its rights."""
    counts: Counter[tuple[str, ...]] = Counter()
    for change in diff.rows:
        if change.is_of_account and change.before and change.after:
            now = ", ".join(_part(name, change.after) for name in change.changed)
            before = ", ".join(_part(name, change.before) for name in change.changed)
            counts[who_words(change.after), now, before] += 1
    for words, count in sorted(counts.items()):
        yield (*words, str(count))


def _not_compared(compared: Compared) -> Iterator[Section]:
    by_place: dict[str, list[MailboxKey]] = defaultdict(list)
    for key, where in compared.diff.not_compared.items():
        by_place[where].append(key)
    for where, keys in sorted(by_place.items()):
        names = [Line(compared.name(key)) for key in keys[:MOST_NAMES]]
        if more := len(keys) - MOST_NAMES:
            names += [Line(f"and {more:,} more (-o json has all)")] if more > 0 else []
        known = "is known" if where == "both" else "is not known"
        heading = f"Not compared: who has access {known} in {'neither audit' if where == 'both' else _MISSING[where]}"
        yield Section(heading, tuple(names), Tone.CHANGE)
    if groups := sorted({(row.mailbox_key, row.via) for row in compared.diff.uncertain}):
        lines = [Line(f"{compared.name(key)}: through {' > '.join(via)}") for key, via in groups[:MOST_NAMES]]
        if (more := len(groups) - MOST_NAMES) > 0:
            lines.append(Line(f"and {more:,} more (-o json has all)"))
        yield Section("Not compared: one audit does not know the members of these groups", tuple(lines), Tone.CHANGE)


def _summary(diff: AccessDiff) -> str:
    counts = Counter(change.word for change in diff.rows)
    accounts = sum(change.is_of_account for change in diff.rows)
    holders = len({change.row.holder for change in diff.rows if change.is_of_account})
    words = [
        _counted(counts[Word.GAINED], "right gained", "rights gained"),
        _counted(counts[Word.LOST], "right lost", "rights lost"),
        _counted(counts[Word.CHANGED] - accounts, "right changed", "rights changed"),
        _counted(holders, "account changed", "accounts changed"),
        _counted(len(diff.came), "new mailbox", "new mailboxes"),
        _counted(len(diff.went), "mailbox gone", "mailboxes gone"),
        _counted(len(diff.not_compared), "mailbox not compared", "mailboxes not compared"),
    ]
    text = ", ".join(filter(None, words))
    return f"{text}." if text and not diff.is_empty else f"No differences{f'; {text}' if text else ''}."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""


def _stamp(compared: Compared) -> str:
    old, new = compared.old, compared.new
    tenants = ", ".join(dict.fromkeys(one.name for name, one in new.tenants.items() if name in old.tenants))
    return f"Read at {old.read_at:%Y-%m-%d %H:%M:%S} and at {new.read_at:%Y-%m-%d %H:%M:%S} UTC from {tenants}."


_DIFF_HEADERS = ("change", "changed", "before", "has_otherwise", "old_read_at", "new_read_at")


def _flat(compared: Compared) -> Table:
    return Table((*_DIFF_HEADERS, *HEADERS), Deferred(lambda: _flat_rows(compared)))


def _flat_rows(compared: Compared) -> Iterator[tuple[str, ...]]:
    stamp = (compared.old.read_at.isoformat(), compared.new.read_at.isoformat())
    for change in compared.diff.rows:
        before = ""
        if change.word is Word.CHANGED and change.before is not None:
            row = change.before
            before = ", ".join(_before(name, row) for name in change.changed)
        known = (str(change.word), " ".join(change.changed), before, "yes" if change.has_otherwise else "no")
        yield (*known, *stamp, *cells_of(change.row))
    rest = [""] * (len(HEADERS) - 2)
    for item in _mailboxes_data(compared):
        yield (item["change"], "", item["missing_in"], "", *stamp, item["mailbox"], item["platform"], *rest)
    for row in compared.diff.uncertain:
        yield ("not_compared", "", "", "", *stamp, *cells_of(row))
