"""What a rule is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import (
    DesiredMailbox,
    Fact,
    Field,
    Grant,
    Observed,
    ObservedMailbox,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.place import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Subject:
    """One mailbox with its spec, where it has one, and the tenant around it."""

    box: ObservedMailbox
    spec: DesiredMailbox | None
    world: Observed
    now: datetime

    def holders(self, right: Right) -> list[Trustee]:
        """Return who holds a right directly."""
        ids = [grant.trustee for grant in self.box.grants or () if grant.right is right]
        return sorted((self.trustee(one) for one in ids), key=lambda item: item.id)

    def trustee(self, identity: TrusteeId) -> Trustee:
        """Return a trustee; an unknown one is a deleted account."""
        return self.world.trustees.get(identity) or Trustee(identity, TrusteeKind.ORPHAN)

    def people(self) -> set[TrusteeId]:
        """Return everybody who may do something here, groups resolved."""
        found: set[TrusteeId] = set()
        for grant in self.box.grants or ():
            if self.trustee(grant.trustee).kind is TrusteeKind.GROUP:
                found |= self.world.members.get(grant.trustee, frozenset())
            elif self.trustee(grant.trustee).kind is TrusteeKind.USER:
                found.add(grant.trustee)
        return found

    def place(self, path: str = "") -> Place:
        """Return where the spec says something, or where it begins."""
        if self.spec is None:
            return NOWHERE
        return self.spec.places.get(path, self.spec.place)

    def grants(self) -> list[Grant]:
        """Return the grants, sorted."""
        return sorted(self.box.grants or (), key=lambda item: (item.trustee, item.right))


Need = Fact | Field | str
"""What a rule cannot do without; `grants` and `members` by name."""
Look = Callable[[Subject], Iterable[tuple[str, str, str]]]
"""Returns (subject, summary, why) for each thing found."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its function finds, the rest explains."""

    id: str
    severity: Severity
    looks_for: str
    mend: str
    source: str
    look: Look
    needs: frozenset[Need] = field(default_factory=frozenset)
    path: str = ""
    """The key of the spec that it is about."""

    def findings(self, subject: Subject) -> Iterable[Finding]:
        """Return what it finds on one mailbox."""
        for who, summary, why in self.look(subject):
            yield Finding(
                self.id, self.severity, subject.box.address.text, summary, why, self.mend, self.source, who,
                subject.place(self.path),
            )  # fmt: skip


def name_of(trustee: Trustee) -> str:
    """Return whom a finding is about."""
    return str(trustee.address or trustee.name or trustee.id)
