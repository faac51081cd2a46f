"""What `check` reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sharedbox_cli.core.location import NOWHERE, Place
from sharedbox_cli.core.texts import mark_in, tr_in


class Severity(StrEnum):
    """How serious a finding is. The order is `rank`."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """Return 0 for the least serious."""
        return list(Severity).index(self)


def severity_words(severity: str) -> str:
    """Return a severity in the language of the report."""
    return tr_in("severity", _SEVERITIES[Severity(severity)])


_SEVERITIES = {
    Severity.NOTE: mark_in("severity", "note"),
    Severity.WARNING: mark_in("severity", "warning"),
    Severity.ERROR: mark_in("severity", "error"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check reports about one mailbox, or about the tenant if `mailbox` is empty."""

    check: str
    severity: Severity
    mailbox: str
    summary: str
    why: str
    hint: str
    source: str
    """The page of the vendor, or of this project, that the check is based on."""
    subject: str = ""
    """The trustee, licence or address that the finding is about."""
    place: Place = field(default=NOWHERE)
    platform: str = ""
    """The platform of the mailbox. The same address can be a mailbox in two clouds."""
