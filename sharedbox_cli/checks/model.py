"""The definition of a check, and the data that a check reads."""

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
    Platform,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.texts import shown


@dataclass(frozen=True, slots=True)
class Subject:
    """One mailbox, its spec if it has one, and the tenant that it belongs to."""

    mailbox: ObservedMailbox
    spec: DesiredMailbox | None
    observed: Observed
    now: datetime
    desired: Desired = field(default_factory=Desired)
    observations: Mapping[Platform, Observed] = field(default_factory=dict)
    """All observations, per platform. The same address can be a mailbox in two clouds."""

    def holders(self, right: Right) -> list[Trustee]:
        """Return the trustees that hold a right directly."""
        ids = [grant.trustee for grant in self.mailbox.grants or () if grant.right is right]
        return sorted((self.trustee(identity) for identity in ids), key=lambda trustee: trustee.id)

    def trustee(self, identity: TrusteeId) -> Trustee:
        """Return a trustee. An unknown id belongs to a deleted account."""
        return self.observed.trustees.get(identity) or Trustee(identity, TrusteeKind.ORPHAN)

    def people(self, *rights: Right) -> set[TrusteeId]:
        """Return everyone who holds one of these rights (default: any right), directly or through a group."""
        people: set[TrusteeId] = set()
        for grant in self.mailbox.grants or ():
            trustee = self.trustee(grant.trustee)
            if rights and grant.right not in rights:
                continue
            if trustee.kind is TrusteeKind.GROUP and trustee.is_security:
                people |= self.observed.members.get(grant.trustee, frozenset())
            elif trustee.kind is TrusteeKind.USER:
                people.add(grant.trustee)
        return people

    def readers(self) -> set[TrusteeId]:
        """Return everyone who can sign in, open the mailbox and read its mail."""
        return {identity for identity in self.people(*READING) if self.trustee(identity).is_enabled}

    def holders_of_kind(self, kind: TrusteeKind) -> list[Trustee]:
        """Return the holders of a kind that have any right, sorted."""
        holders = (
            self.trustee(identity) for identity in sorted({grant.trustee for grant in self.mailbox.grants or ()})
        )
        return [holder for holder in holders if holder.kind is kind]

    def is_for_everybody(self) -> bool:
        """Return whether all accounts of the organisation are members."""
        return any(entry.is_everybody for entry in self.mailbox.special)

    def is_outside(self, address: str) -> bool:
        """Return whether the domain of an address does not belong to the tenant."""
        return "@" in address and address.rpartition("@")[2].lower() not in self.observed.domains

    def place(self, path: str = "", who: str = "") -> Place:
        """Return the line of the spec that holds a key (for a member: its own line), or the spec's first line."""
        if self.spec is None:
            return NOWHERE
        if path == "members":
            for grant in (*(self.spec.grants or ()), *self.spec.expired):
                if grant.trustee.key == who.lower() and grant.place.file:
                    return grant.place
        return self.spec.places.get(path, self.spec.place)

    def grants(self) -> list[Grant]:
        """Return the grants, sorted."""
        return sorted(self.mailbox.grants or (), key=lambda grant: (grant.trustee, grant.right))


Need = Fact | Field | str
"""Something that a check has to read: a fact, a field, or the word `grants` or `members`."""
Detections = Iterable[tuple[str, str, str] | tuple[str, str, str, str]]
"""One (subject, summary, why) per problem, and a hint where that of the check does not help. The subject is the
trustee, licence or address that has the problem."""
Detector = Callable[[Subject], Detections]
"""Returns the problems of one mailbox."""


@dataclass(frozen=True, slots=True)
class PlatformOverride:
    """What differs on one platform. An empty value means: same as on the other platforms."""

    hint: str = ""
    source: str = ""
    needs: frozenset[Need] | None = None


_NO_OVERRIDE = PlatformOverride()


@dataclass(frozen=True, slots=True)
class Check:
    """One check: a detector, and the texts that explain what it detects."""

    id: str
    """Stable: people use it in filters and in code scanning."""
    severity: Severity
    title: str
    """What the check looks for."""
    hint: str
    """How to fix it."""
    source: str
    """The page that the check is based on."""
    detect: Detector
    needs: frozenset[Need] = field(default_factory=frozenset)
    """What has to be read before the check can run."""
    path: str = ""
    """The key of the spec that the check is about."""
    is_of_spec: bool = False
    """Whether the check also runs on a mailbox that exists only in a spec."""
    verified: str = limits.VERIFIED
    """The month in which the source was last read."""

    platforms: frozenset[Platform] | None = None
    """The platforms that the check runs on. None: all platforms, including those of plug-ins."""
    not_on: frozenset[Platform] = frozenset()
    """Platforms that the check does not run on."""
    overrides: Mapping[Platform, PlatformOverride] = field(default_factory=dict)
    uses: frozenset[Need] = frozenset()
    """What the check uses if it was read. The check also runs without it. A setting is read only where the spec has the
    key of the check, unless another check needs it."""
    is_of_tenant: bool = False
    """Whether the check is about the tenant, not about one mailbox. It then runs once per tenant."""
    plugin: str = ""
    """The plug-in of another package that the check comes from. The registry sets it."""

    def is_for(self, platform: Platform) -> bool:
        """Return whether the check runs on a platform."""
        return platform not in self.not_on and (self.platforms is None or platform in self.platforms)

    def is_about(self, name: Field) -> bool:
        """Return whether a setting belongs to the key of the check."""
        return f"{name}.".startswith(f"{self.path}.")

    def needs_on(self, platform: Platform) -> frozenset[Need]:
        """Return what has to be read on a platform before the check can run."""
        needs = self.overrides.get(platform, _NO_OVERRIDE).needs
        return self.needs if needs is None else needs

    def findings(self, subject: Subject) -> Iterable[Finding]:
        """Return the findings on one mailbox, or on its tenant."""
        platform = subject.mailbox.platform
        override = self.overrides.get(platform, _NO_OVERRIDE)
        mailbox = "" if self.is_of_tenant else subject.mailbox.address.text
        for who, summary, why, *hints in self.detect(subject):
            yield Finding(
                self.id,
                self.severity,
                mailbox,
                summary,
                why,
                "".join(hints) or shown(override.hint or self.hint),
                override.source or self.source,
                who,
                subject.place(self.path, who),
                str(platform),
            )


def name_of(trustee: Trustee) -> str:
    """Return the address of a trustee, or its name or id if it has no address."""
    return str(trustee.address or trustee.name or trustee.id)


def sentence(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return f"{text[:1].upper()}{text[1:]}"
