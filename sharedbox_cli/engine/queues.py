"""The order of a run: one queue for mailboxes whose changes need each other, and the state of each mailbox in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status

Queue = list[tuple[int, Change]]
"""Changes with their numbers in the plan, in its order."""


def queues(changes: Sequence[Change]) -> list[Queue]:
    """Return the changes in queues that can run at the same time: no change needs one of another queue."""
    owner = {change.key: change.mailbox for change in changes}
    joined: dict[Address, Address] = {}

    def root(mailbox: Address) -> Address:
        while (above := joined.get(mailbox, mailbox)) != mailbox:
            mailbox = above
        return mailbox

    for change in changes:
        for key in change.needs:
            mine, other = root(change.mailbox), root(owner.get(key, change.mailbox))
            if mine != other:
                joined[mine] = other
    found: dict[Address, Queue] = {}
    for number, change in enumerate(changes):
        found.setdefault(root(change.mailbox), []).append((number, change))
    return list(found.values())


@dataclass(slots=True)
class Progress:
    """What one queue has done so far."""

    done: dict[str, Outcome] = field(default_factory=dict)
    """Outcomes by the key of the change."""
    ids: dict[Address, str] = field(default_factory=dict)
    """Of each mailbox that this run created."""
    doubts: dict[Address, str] = field(default_factory=dict)
    """Why nothing more may be sent to a mailbox."""

    def unmet(self, change: Change) -> str:
        """Return why a change cannot be sent after what was done, or nothing."""
        if doubt := self.doubts.get(change.mailbox):
            return doubt
        unmet = [key for key in change.needs if key not in self.done or not self.done[key].is_success]
        return f"needs `{unmet[0]}`" if unmet else ""

    def note(self, change: Change, outcome: Outcome) -> None:
        """Keep the outcome of a change, and what follows from it for the other changes of its mailbox."""
        self.done[change.key] = outcome
        if outcome.mailbox_id:
            self.ids[change.mailbox] = outcome.mailbox_id
        if outcome.status is Status.UNKNOWN:
            self.doubts[change.mailbox] = "the outcome of an earlier change is not known"
        elif change.kind is Kind.CREATE and not outcome.is_success:
            self.doubts.setdefault(change.mailbox, f"needs `{change.key}`")
