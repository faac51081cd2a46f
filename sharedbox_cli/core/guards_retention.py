"""Guard on what keeps mail: an archive, a hold, the days in which deleted mail can be recovered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.values import NOT_KEPT, UNLIMITED, Value

_SPANS = {
    Field.HOLD_DURATION: "mail on hold would be kept for {after} instead of {before}",
    Field.ITEM_RECOVERY: "deleted mail could be recovered for {after} instead of {before}",
    Field.DELETED_ITEMS: "deleted mail would be kept for {after} instead of {before}",
}
_SWITCHES = {
    Field.ARCHIVE: "the archive would be disconnected, and it could be connected again for 30 days only",
    Field.HOLD: "the litigation hold would end, and mail that only the hold keeps would be deleted",
    Field.AUDIT_LOG: "the audit log would be turned off",
}


def retention_drop(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse to keep mail for a shorter time than before, unless it is allowed by name."""
    for change in facts.plan.changes:
        is_there = change.mailbox in facts.observations[change.platform].mailboxes
        if change.kind is Kind.UPDATE and is_there and change.party is None:
            where = str(change.mailbox)
            for words in _kept_for_less(change):
                yield Refusal("retention-drop", f"{where}: {words}", 1, "0", f"retention-drop={where}", where)


def _kept_for_less(change: Change) -> Iterator[str]:
    """Yield each way in which mail would be kept for less; a value that was not read can be the longest."""
    for name, words in _SWITCHES.items():
        if change.after.get(name) is False and change.before.get(name, True):
            yield words
    for name, words in _SPANS.items():
        if name in change.after:
            before, after = change.before.get(name, UNLIMITED), change.after[name]
            if _days(after, unknown=0) < _days(before, unknown=_FOREVER):
                yield words.format(before=_span(before), after=_span(after))
    before, after = change.before.get(Field.RETENTION_POLICY, ""), change.after.get(Field.RETENTION_POLICY)
    if after:
        earlier = f"instead of `{before}`" if before else "and had none"
        yield f"it would follow the retention policy `{after}` {earlier}; the policy can delete mail earlier"


_FOREVER = float("inf")


def _days(value: Value, *, unknown: float) -> float:
    if value in (UNLIMITED, NOT_KEPT):
        return _FOREVER if value == UNLIMITED else 0
    found = re.fullmatch(r"(\d+)d", str(value))
    return int(found[1]) if found else unknown


def _span(value: Value) -> str:
    found = re.fullmatch(r"(\d+)d", str(value))
    if found:
        return f"{int(found[1])} day{'' if found[1] == '1' else 's'}"
    return {UNLIMITED: "an unlimited time", NOT_KEPT: "no time"}.get(str(value), f"`{value}`")
