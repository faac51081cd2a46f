"""The input of guards: the plan, its observations, the limits of the profile, and the waivers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sharedbox_cli.core.errors import Refusal, UsageError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.recent import RecentAccess
from sharedbox_cli.core.values import whole_number

ALSO_CALLED: Mapping[str, str] = {"external": "external-trustee", "wide": "wide-trustee"}
"""Short names of guards on the command line."""
_WAIVER_HINT = "Use the waiver that the refusal shows: `mass-revocation=12`, `convert=orders@contoso.example`."


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """The numbers of a profile; a spec cannot loosen them."""

    mass_revocation_percent: int = 30
    mass_revocation_most: int = 100
    mailbox_revocation_percent: int = 50
    percent_from: int = 10
    """Percentages are of this number of grants at least."""
    min_mailboxes: int = 1
    licence_drop_gib: int = 49
    external_domains: frozenset[str] = frozenset()
    """Domains of partners, whose people may get rights."""
    wide_members: int = 500
    """A group with more effective members than this counts as nearly everybody."""


@dataclass(frozen=True, slots=True)
class Waivers:
    """What `--allow` names: a guard, and the number or the address up to which it may pass."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, texts: Iterable[str], known: Iterable[str]) -> Waivers:
        """Return the waivers of a command line: `NAME`, `NAME=N` or `NAME=ADDRESS` (`:` also works).

        Raises UsageError for a guard that does not exist: a mistyped waiver must not look like one.
        """
        numbers: dict[str, int] = {}
        addresses: dict[str, set[str]] = {}
        plain: set[str] = set()
        names = sorted(known)
        for text in texts:
            name, size = _split(text)
            name = ALSO_CALLED.get(name, name)
            if name not in names:
                raise UsageError("no such guard", where=f"--allow {text}", why=f"There are: {', '.join(names)}.")
            if not size:
                plain.add(name)
            elif (number := whole_number(size)) is not None:
                numbers[name] = max(numbers.get(name, 0), number)
            elif "@" not in size:
                why = f"`{size}` is neither a number nor an address."
                raise UsageError("not a size of a guard", where=f"--allow {text}", why=why, hint=_WAIVER_HINT)
            else:
                addresses.setdefault(name, set()).add(size.lower())
        return cls(numbers, {name: frozenset(found) for name, found in addresses.items()}, frozenset(plain))

    def passes(self, refusal: Refusal) -> bool:
        """Return whether a refusal is waived: by its number or a larger one, by its address, or by name alone."""
        name, _, size = refusal.waiver.partition("=")
        if not name:
            return False
        if not size:
            return name in self.plain
        if (number := whole_number(size)) is not None:
            return self.numbers.get(name, -1) >= number
        return size.lower() in self.addresses.get(name, frozenset())

    def names(self, waiver: str) -> bool:
        """Return whether a waiver was given in full: a guard and an address, in any case."""
        name, _, size = waiver.partition("=")
        return size.lower() in self.addresses.get(name, frozenset())

    def texts(self) -> tuple[str, ...]:
        """Return the waivers as written on a command line, sorted: for the journal."""
        found = [*self.plain, *(f"{name}={number}" for name, number in self.numbers.items())]
        found += [f"{name}={one}" for name, many in self.addresses.items() for one in many]
        return tuple(sorted(found))


def _split(text: str) -> tuple[str, str]:
    cut = min((text.find(mark) for mark in "=:" if mark in text), default=len(text))
    return text[:cut].strip(), text[cut + 1 :].strip()


@dataclass(frozen=True, slots=True)
class GuardInput:
    """Everything that guards read."""

    plan: Plan
    observations: Mapping[Platform, Observed]
    now: datetime
    limits: GuardLimits = field(default_factory=GuardLimits)
    waivers: Waivers = field(default_factory=Waivers)
    expected_tenants: Mapping[Platform, str] = field(default_factory=dict)
    """The tenant that the profile names, by platform: an id or a domain."""
    last_managed: int | None = None
    """How many documents the last run of this profile managed; None: no journal."""
    continued: frozenset[str] = frozenset()
    """Keys of the revocations that passed the guards of a run that did not finish, and are still to be done."""
    managed_on: Mapping[Address, Platform] = field(default_factory=dict)
    """The platform on which earlier runs changed each mailbox last."""
    recent: Mapping[Address, RecentAccess] = field(default_factory=dict)
    """What runs of the last days changed in the access to each mailbox."""
    exists_on: Mapping[Address, Platform] = field(default_factory=dict)
    """The other platform on which a mailbox exists that the plan creates."""
