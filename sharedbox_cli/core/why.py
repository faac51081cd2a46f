"""Why somebody has a right, and since when: one row of an audit can say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SPEC, SERVICE = "spec", "service"
"""Who ends a right: an apply of its spec, or the service itself."""


class InSpec(StrEnum):
    """Whether a spec allows a right."""

    YES = "yes"
    NO = "no"
    UNMANAGED = "unmanaged"
    """No spec says anything about it."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a right is there. What is empty is not known."""

    reason: str = ""
    owner: str = ""
    until: datetime | None = None
    until_source: str = ""
    """Who ends it then: `spec`, or `service` where the service itself does so."""
    spec: str = ""
    """File and line of the spec that gives it."""
    in_spec: InSpec | None = None
    """None: nobody asked."""
    first_seen: datetime | None = None
    is_start_known: bool = False
    """Whether it came after the first saved reading of its mailbox, or it is known who granted it."""
    granted_at: datetime | None = None
    granted_by: str = ""
    granted_run: str = ""
    """The run of sharedbox that granted it."""
    granted_source: str = ""
    """Where this is known from: `sharedbox` is the journal, `google` Google's log of administrators."""

    @property
    def since(self) -> datetime | None:
        """Return since when it is known to be there."""
        known = [moment for moment in (self.first_seen, self.granted_at) if moment is not None]
        return min(known, default=None)
