"""What a rule is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sharedbox_cli.checks import limits
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.location import NOWHERE, Place
from sharedbox_cli.core.model import (
    READING,
    Desired,
    DesiredMailbox,
    Fact,
    Grant,
    Observed,
    ObservedMailbox,
    Platform,
    Right,
    Trustee,
    TrusteeKind,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """One mailbox with its spec, where it has one, and the tenant around it."""

    mailbox: ObservedMailbox
    spec: DesiredMailbox | None
    observed: Observed
    now: datetime
    desired: Desired = field(default_factory=Desired)
    observations: Mapping[Platform, Observed] = field(default_factory=dict)
    """All that was read: an address can be a mailbox in two clouds."""

    def holders(self, right: Right) -> list[Trustee]:
        """Return who holds a right directly."""
        ids = [grant.trustee for grant in self.mailbox.grants or () if grant.right is right]
        return sorted((self.trustee(one) for one in ids), key=lambda item: item.id)

    def trustee(self, identity: TrusteeId) -> Trustee:
        """Return a trustee; an unknown one is a deleted account."""
        return self.observed.trustees.get(identity) or Trustee(identity, TrusteeKind.ORPHAN)

    def people(self, *rights: Right) -> set[TrusteeId]:
        """Return everybody who holds one of some rights here (none named: any), groups resolved."""
        found: set[TrusteeId] = set()
        for grant in self.mailbox.grants or ():
            kind = self.trustee(grant.trustee).kind
            if rights and grant.right not in rights:
                continue
            if kind is TrusteeKind.GROUP:
                found |= self.observed.members.get(grant.trustee, frozenset())
            elif kind is not TrusteeKind.ORPHAN:
                found.add(grant.trustee)
        return found

    def readers(self) -> set[TrusteeId]:
        """Return everybody who can open the mailbox and read what comes in."""
        return {one for one in self.people(*READING) if self.trustee(one).is_enabled}

    def is_for_everybody(self) -> bool:
        """Return whether all accounts of the organisation are in it."""
        return any(entry.is_everybody for entry in self.mailbox.special)

    def is_outside(self, address: str) -> bool:
        """Return whether an address is of a domain that is not the tenant's."""
        return "@" in address and address.rpartition("@")[2].lower() not in self.observed.domains

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
        return sorted(self.mailbox.grants or (), key=lambda item: (item.trustee, item.right))


Need = Fact | Field | str
"""What a rule cannot do without; `grants` and `members` by name."""
Detector = Callable[[Subject], Iterable[tuple[str, str, str]]]
"""Returns (subject, summary, why) for each thing found."""


@dataclass(frozen=True, slots=True)
class Here:
    """What is different about a rule on one platform; what is empty is as everywhere."""

    hint: str = ""
    source: str = ""
    needs: frozenset[Need] | None = None


_AS_EVERYWHERE = Here()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its function finds, the rest explains."""

    id: str
    severity: Severity
    title: str
    hint: str
    source: str
    look: Detector
    needs: frozenset[Need] = field(default_factory=frozenset)
    path: str = ""
    """The key of the spec that it is about."""
    is_of_spec: bool = False
    """Whether it also looks at a mailbox that exists in a spec alone."""
    verified: str = limits.VERIFIED
    """When its source was last read."""

    platforms: frozenset[Platform] | None = None
    """The only platforms it is for; None: all, those of plug-ins too."""
    not_on: frozenset[Platform] = frozenset()
    """Platforms it says nothing of."""
    on: Mapping[Platform, Here] = field(default_factory=dict)
    uses: frozenset[Need] = frozenset()
    """What it looks at where it was read, and can do without."""
    is_of_tenant: bool = False
    """Whether it is about what all mailboxes share: asked once."""

    def is_for(self, platform: Platform) -> bool:
        """Return whether the rule says something of a platform."""
        return platform not in self.not_on and (self.platforms is None or platform in self.platforms)

    def needs_on(self, platform: Platform) -> frozenset[Need]:
        """Return what it cannot do without on a platform."""
        needs = self.on.get(platform, _AS_EVERYWHERE).needs
        return self.needs if needs is None else needs

    def findings(self, subject: Subject) -> Iterable[Finding]:
        """Return what it finds on one mailbox, or on the tenant around it."""
        platform = subject.mailbox.platform
        here = self.on.get(platform, _AS_EVERYWHERE)
        mailbox = "" if self.is_of_tenant else subject.mailbox.address.text
        for who, summary, why in self.look(subject):
            yield Finding(
                self.id,
                self.severity,
                mailbox,
                summary,
                why,
                here.hint or self.hint,
                here.source or self.source,
                who,
                subject.place(self.path, who),
                str(platform),
            )


def name_of(trustee: Trustee) -> str:
    """Return whom a finding is about."""
    return str(trustee.address or trustee.name or trustee.id)


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else many}"
