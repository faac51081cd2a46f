"""The company that every seeded tenant belongs to, and the record of what a seed created."""

from __future__ import annotations

from dataclasses import dataclass, field

DOMAIN = "contoso.example"
OTHER_DOMAIN = "contoso-mail.example"
TENANT_ID = "0f1d2c3b-4a59-4687-9786-a5b4c3d2e1f0"
NAME = "Contoso"
MICROSOFT365, GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE = "microsoft365", "google-delegated", "google-collaborative"
PLATFORMS = (MICROSOFT365, GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE)
DEFAULT_PLATFORMS = (MICROSOFT365,)
"""The platforms to seed by default."""
CLOUDS = "Microsoft 365 and Google Workspace"
SPECS = ("mailboxes", "google", "support")
"""The folders of `examples/` that describe this company."""


@dataclass(slots=True)
class Seeded:
    """What a seed created: every explicit grant of an existing trustee. Tests use it to prove completeness."""

    mailboxes: list[str] = field(default_factory=list)
    grants: set[tuple[str, str, str]] = field(default_factory=set)
    """(mailbox address, trustee address, right), in lower case."""
    inside: set[tuple[str, str, str, str]] = field(default_factory=set)
    """(mailbox address, type of the folder, trustee, role): an address, `Default`, `Anonymous` or a SID."""
    orphans: int = 0
    denies: int = 0

    def add(self, other: Seeded) -> None:
        """Add what was granted on another platform."""
        self.mailboxes += other.mailboxes
        self.grants |= other.grants
        self.inside |= other.inside
        self.orphans += other.orphans
        self.denies += other.denies
