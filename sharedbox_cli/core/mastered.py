"""Settings that another directory is authoritative for: the service refuses to change them, so no plan promises it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.model import DesiredMailbox, Fact
from sharedbox_cli.core.observed import ObservedMailbox

DELETION = "state"
"""The key of a spec that deletes a mailbox, as the providers name it among the mastered settings."""
_KEYS: Mapping[str, str] = {"kind": "platform"}
"""The key of a spec that a setting follows from."""


def mastered_hints(current: ObservedMailbox | None) -> Mapping[str, str]:
    """Return what to do instead, by the setting that cannot be changed here."""
    pairs = current.facts.get(Fact.MASTERED) if current else None
    found = pairs if isinstance(pairs, tuple) else ()
    return {str(pair[0]): pair[1] for pair in found if isinstance(pair, tuple) and isinstance(pair[1], str)}


def mastered_problems(
    mailbox: DesiredMailbox, current: ObservedMailbox | None, changes: Sequence[Change]
) -> Iterator[Problem]:
    """Yield a problem for each change that only the other directory can make."""
    hints = mastered_hints(current)
    for change in changes if hints else ():
        names = [DELETION] if change.kind is Kind.DELETE else [] if change.party else [*map(str, change.after)]
        for name in names:
            if name in hints:
                key = _KEYS.get(name, name)
                why = f"An on-premises directory is authoritative for `{key}` of {mailbox.address}."
                place = mailbox.places.get(key, mailbox.place)
                yield Problem(place, "mastered on premises", why, hints[name])
