"""What changed between two audits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.access import AccessJson
from sharedbox_cli.reports.shapes.header import TenantJson
from sharedbox_cli.reports.shapes.words import Instant, Mailbox, Platform


class ComparedAuditJson(TypedDict):
    """One of the two audits."""

    file: Annotated[str, "The file."]
    read_at: Instant
    profile: Annotated[str, "The profile that was used."]
    tool_version: Annotated[str, "The version of sharedbox that wrote it."]
    selection: Annotated[dict[str, list[str]], "What the options limited the audit to; empty if it is of everything."]


class AccessChangeJson(TypedDict):
    """One right that came, went, or is another one now."""

    change: Annotated[str, "`gained`, `lost` or `changed`."]
    changed: Annotated[list[str], "The keys of the row that differ; empty unless the change is `changed`."]
    has_otherwise: Annotated[
        bool, "Whether the holder has the same right another way: after it was lost, or before it was gained."
    ]
    before: Annotated[AccessJson | None, "The row of the old audit; null if it was gained."]
    after: Annotated[AccessJson | None, "The row of the new audit; null if it was lost."]


class MailboxChangeJson(TypedDict):
    """A mailbox that is in one of the audits alone, or could not be compared."""

    mailbox: Mailbox
    platform: Platform
    change: Annotated[str, "`came`, `went` or `not_compared`."]
    missing_in: Annotated[str, "`old`, `new` or `both`: the audit that does not know who has access; otherwise empty."]


class AuditDiffJson(TypedDict):
    """What changed between two audits."""

    tenants: Annotated[dict[str, TenantJson], "The tenants that were compared, by platform."]
    old: ComparedAuditJson
    new: ComparedAuditJson
    changes: Annotated[Sequence[AccessChangeJson], "One row per right that differs."]
    mailboxes: Annotated[Sequence[MailboxChangeJson], "Mailboxes that came, went or were not compared."]
    not_compared: Annotated[
        Sequence[AccessJson], "Rights through groups whose members one of the audits does not know."
    ]
    notes: Annotated[list[str], "What limits the comparison."]
