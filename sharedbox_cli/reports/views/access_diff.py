"""What changed between two audits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.access_diff import AccessDiff, MailboxKey, RowChange, Word
from sharedbox_cli.core.texts import mark, mark_in, number, tr, tr_count, tr_in
from sharedbox_cli.reports.document import Deferred, Line, Report, Section, Table, Tone
from sharedbox_cli.reports.saved_audit import SavedAudit
from sharedbox_cli.reports.shapes.access_diff import (
    AccessChangeJson,
    AuditDiffJson,
    ComparedAuditJson,
    MailboxChangeJson,
)
from sharedbox_cli.reports.views.access_table import HEADERS, cells_of, row_data
from sharedbox_cli.reports.views.access_words import (
    entry_words,
    marks_of,
    may_words,
    right_name,
    through_words,
    who_words,
)
from sharedbox_cli.reports.views.heads import heads

MOST_NAMES = 20
"""How many mailboxes of one kind are listed for people. Data has all of them."""
_TONES = {Word.GAINED: Tone.RISK, Word.LOST: Tone.GOOD, Word.CHANGED: Tone.CHANGE}
_PARTS = {
    "is_enabled": (mark("disabled"), mark("enabled")),
    "is_guest": (mark("no guest"), mark("guest")),
    "is_external": (mark("inside"), mark("from outside")),
    "can_hold": (mark("cannot hold rights"), mark("can hold rights")),
    "automapping": (mark("automapping off"), mark("automapping on")),
}
_EMPTY = {"name": mark("no name"), "address": mark("no address"), "detail": mark("no detail")}
_CHANGES = {
    Word.GAINED: mark_in("change", "gained"),
    Word.LOST: mark_in("change", "lost"),
    Word.CHANGED: mark_in("change", "changed"),
}
_NOT_COMPARED = {
    "old": mark("Not compared: who has access is not known in the old audit"),
    "new": mark("Not compared: who has access is not known in the new audit"),
    "both": mark("Not compared: who has access is known in neither audit"),
}


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
        tr("What changed in who can do what"),
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
    marks = {**dict.fromkeys(diff.came, tr("new mailbox")), **dict.fromkeys(diff.went, tr("no longer a mailbox"))}
    changes: dict[MailboxKey, list[RowChange]] = {key: [] for key in sorted(marks)}
    for change in diff.rows:
        if not change.is_of_account:
            changes.setdefault(change.row.mailbox_key, []).append(change)
    for key, mine in sorted(changes.items()):
        mark = (Line(marks[key], Tone.CHANGE),) if key in marks else ()
        rows = tuple(change_words(change) for change in mine)
        tones = tuple(_TONES[change.word] for change in mine)
        table = (Table(heads("change", "who", "may", "through", "note"), rows, tones),) if rows else ()
        yield Section(compared.name(key), (*mark, *table))
    if accounts := tuple(_accounts(diff)):
        yield Section(tr("Accounts that changed"), (Table(heads("who", "now", "before", "rights"), accounts),))
    yield from _not_compared(compared)


def change_words(change: RowChange) -> tuple[str, ...]:
    """Return what happened, to whom, the right, the groups that give it, and a note."""
    row = change.row
    notes = [marks_of(row)]
    if change.word is Word.CHANGED and change.before is not None:
        notes += [tr("before: {what}", what=_before(name, change.before)) for name in change.changed]
    elif change.has_otherwise:
        notes.append(tr("still has it another way") if change.word is Word.LOST else tr("had it another way"))
    return (
        tr_in("change", _CHANGES[change.word]),
        who_words(row),
        may_words(row),
        through_words(row),
        ", ".join(filter(None, notes)),
    )


def _before(name: str, row: AccessRow) -> str:
    """Return what a part of a row was."""
    if name == "via":
        return tr("through {path}", path=" > ".join(row.via)) if row.via else tr("direct")
    if name == "right":
        return right_name(row.right)
    if name == "entry":
        return tr("a direct grant") if row.entry == "grant" else entry_words(row.entry)
    return _part(name, row)


def _part(name: str, row: AccessRow) -> str:
    value = getattr(row, name)
    if name in _PARTS:
        return tr("unknown") if value is None else tr(_PARTS[name][bool(value)])
    return str(value) or (tr(_EMPTY[name]) if name in _EMPTY else f"no {name}")


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
            names += [_more(more)] if more > 0 else []
        yield Section(tr(_NOT_COMPARED[where]), tuple(names), Tone.CHANGE)
    if groups := sorted({(row.mailbox_key, row.via) for row in compared.diff.uncertain}):
        lines = [_through(compared.name(key), via) for key, via in groups[:MOST_NAMES]]
        if (more := len(groups) - MOST_NAMES) > 0:
            lines.append(_more(more))
        heading = tr("Not compared: one audit does not know the members of these groups")
        yield Section(heading, tuple(lines), Tone.CHANGE)


def _more(count: int) -> Line:
    return Line(tr("and {count} more (-o json has all)", count=number(count)))


def _through(mailbox: str, via: tuple[str, ...]) -> Line:
    return Line(tr("{mailbox}: through {path}", mailbox=mailbox, path=" > ".join(via)))


def _summary(diff: AccessDiff) -> str:
    counts = Counter(change.word for change in diff.rows)
    accounts = sum(change.is_of_account for change in diff.rows)
    holders = len({change.row.holder for change in diff.rows if change.is_of_account})
    words: list[tuple[int, Callable[[int], str]]] = [
        (counts[Word.GAINED], lambda n: tr_count("{count} right gained", "{count} rights gained", n)),
        (counts[Word.LOST], lambda n: tr_count("{count} right lost", "{count} rights lost", n)),
        (counts[Word.CHANGED] - accounts, lambda n: tr_count("{count} right changed", "{count} rights changed", n)),
        (holders, lambda n: tr_count("{count} account changed", "{count} accounts changed", n)),
        (len(diff.came), lambda n: tr_count("{count} new mailbox", "{count} new mailboxes", n)),
        (len(diff.went), lambda n: tr_count("{count} mailbox gone", "{count} mailboxes gone", n)),
        (
            len(diff.not_compared),
            lambda n: tr_count("{count} mailbox not compared", "{count} mailboxes not compared", n),
        ),
    ]
    text = ", ".join(say(count) for count, say in words if count)
    if text and not diff.is_empty:
        return f"{text}."
    return tr("No differences; {rest}.", rest=text) if text else tr("No differences.")


def _not_compared_words(count: int) -> str:
    return tr_count("{count} mailbox not compared", "{count} mailboxes not compared", count)


def _stamp(compared: Compared) -> str:
    old, new = compared.old, compared.new
    tenants = ", ".join(dict.fromkeys(one.name for name, one in new.tenants.items() if name in old.tenants))
    return tr(
        "Read at {old} and at {new} UTC from {tenants}.",
        old=old.read_at.strftime(_SECONDS),
        new=new.read_at.strftime(_SECONDS),
        tenants=tenants,
    )


_SECONDS = "%Y-%m-%d %H:%M:%S"
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
