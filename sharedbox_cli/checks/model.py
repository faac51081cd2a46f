"""What a rule is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sharedbox_cli.checks import limits
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import (
    Desired,
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
    desired: Desired = field(default_factory=Desired)

    def holders(self, right: Right) -> list[Trustee]:
        """Return who holds a right directly."""
        ids = [grant.trustee for grant in self.box.grants or () if grant.right is right]
        return sorted((self.trustee(one) for one in ids), key=lambda item: item.id)

    def trustee(self, identity: TrusteeId) -> Trustee:
        """Return a trustee; an unknown one is a deleted account."""
        return self.world.trustees.get(identity) or Trustee(identity, TrusteeKind.ORPHAN)

    def people(self, *rights: Right) -> set[TrusteeId]:
        """Return everybody who holds one of some rights here (none named: any), groups resolved."""
        found: set[TrusteeId] = set()
        for grant in self.box.grants or ():
            kind = self.trustee(grant.trustee).kind
            if rights and grant.right not in rights:
                continue
            if kind is TrusteeKind.GROUP:
                found |= self.world.members.get(grant.trustee, frozenset())
            elif kind is not TrusteeKind.ORPHAN:
                found.add(grant.trustee)
        return found

    def readers(self) -> set[TrusteeId]:
        """Return everybody who can open the mailbox and read what comes in."""
        return {one for one in self.people(Right.FULL_ACCESS, Right.READ) if self.trustee(one).is_enabled}

    def place(self, path: str = "", who: str = "") -> Place:
        """Return where the spec says something (of a member: on its own line), or where it begins."""
        if self.spec is None:
            return NOWHERE
        if path == "members":
            for wish in (*(self.spec.grants or ()), *self.spec.expired):
                if wish.trustee.key == who.lower() and wish.place.file:
                    return wish.place
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
    is_of_spec: bool = False
    """Whether it also looks at a mailbox that exists in a spec alone."""
    verified: str = limits.VERIFIED
    """When its source was last read."""

    def findings(self, subject: Subject) -> Iterable[Finding]:
        """Return what it finds on one mailbox."""
        for who, summary, why in self.look(subject):
            yield Finding(
                self.id, self.severity, subject.box.address.text, summary, why, self.mend, self.source, who,
                subject.place(self.path, who),
            )  # fmt: skip


def name_of(trustee: Trustee) -> str:
    """Return whom a finding is about."""
    return str(trustee.address or trustee.name or trustee.id)
