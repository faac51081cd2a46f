"""What `check` and `audit` say."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sharedbox_cli.core.location import NOWHERE, Place


class Severity(StrEnum):
    """How bad it is; ordered by `rank`."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """Return 0 for the mildest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's word on one mailbox (or on the tenant, where `mailbox` is empty)."""

    rule: str
    severity: Severity
    mailbox: str
    summary: str
    why: str
    hint: str
    source: str
    """Page of the vendor, or of this project, that the rule rests on."""
    subject: str = ""
    """The trustee, licence or address that it is about."""
    place: Place = field(default=NOWHERE)
    platform: str = ""
    """Of the mailbox: an address can be one in two clouds."""
