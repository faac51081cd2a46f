"""The result of a change."""

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
    """The result of one change; `reason` is for people, `request_id` for the vendor's support."""

    status: Status
    reason: str = ""
    request_id: str = ""
    mailbox_id: str = ""
    """Of a creation: the immutable id of the new mailbox."""
    stops_run: bool = False
    """Whether every other change would fail too (a missing role, a broken service)."""
    is_denial: bool = False
    """Whether a role, scope or token was refused for the whole run."""

    @property
    def is_success(self) -> bool:
        """Return whether the desired state is reached."""
        return self.status in (Status.DONE, Status.ALREADY_SO)


class Effect(StrEnum):
    """The effect of one change, as read."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCLEAR = "unclear"
