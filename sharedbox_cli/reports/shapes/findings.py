"""The findings of `check`."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.header import PlaceJson
from sharedbox_cli.reports.shapes.words import Counts


class FindingJson(PlaceJson):
    """One finding."""

    check: Annotated[str, "The ID of the check."]
    severity: Annotated[str, "`note`, `warning` or `error`."]
    mailbox: Annotated[str, "The primary address; empty if the finding is about the tenant."]
    platform: Annotated[str, "The platform of the mailbox."]
    subject: Annotated[str, "The trustee, licence or address that it is about."]
    summary: Annotated[str, "The finding, in fixed words."]
    why: str
    hint: Annotated[str, "How to fix it."]
    source: Annotated[str, "The page that the check is based on."]


class FindingsJson(TypedDict):
    """The findings of all checks."""

    counts: Annotated[Counts, "Findings by severity."]
    checked_mailboxes: int
    findings: list[FindingJson]
    not_checked: Annotated[list[str], "IDs of checks whose data was not read."]
