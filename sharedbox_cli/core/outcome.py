"""What became of a change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The five ways a change can end."""

    DONE = "done"
    ALREADY_SO = "already_so"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change; `reason` is for people, `request_id` for the vendor's support."""

    status: Status
    reason: str = ""
    request_id: str = ""
    mailbox_id: str = ""
    """Of a creation: the immutable id of what was made."""
    stops_run: bool = False
    """Whether going on is pointless for every other change too (a lost role, a broken service)."""
    is_denial: bool = False
    """Whether a role, scope or token was refused for the whole run."""

    @property
    def is_success(self) -> bool:
        """Return whether the wanted state is there."""
        return self.status in (Status.DONE, Status.ALREADY_SO)


class Effect(StrEnum):
    """What a reading says of one change."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCLEAR = "unclear"
