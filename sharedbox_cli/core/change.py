"""One step on one mailbox: what it does, its risk, what it needs first, and its inverse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from sharedbox_cli.core.fields import Field, has_ensured, topic_of
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.levels import rises
from sharedbox_cli.core.location import NOWHERE, Place
from sharedbox_cli.core.model import Platform, Right, TrusteeKind
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.until import is_later
from sharedbox_cli.core.values import ALLOWED, Value


class Kind(StrEnum):
    """The verbs of a change."""

    CREATE = "create"
    UPDATE = "update"
    GRANT = "grant"
    REVOKE = "revoke"
    DELETE = "delete"
    LICENCE = "licence"


class Risk(IntEnum):
    """What a change can do to people: nothing noticeable, something to know, something to decide."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


NEW = "new"
RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Party:
    """The trustee and right of a grant or revocation."""

    id: TrusteeId
    right: Right
    address: Address | None = None
    name: str = ""
    kind: TrusteeKind = TrusteeKind.USER
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One reversible step. `before` and `after` hold the settings that it changes, and no others."""

    kind: Kind
    phase: Phase
    mailbox: Address
    platform: Platform
    mailbox_id: str = ""
    """The platform's immutable id; empty until the mailbox is created."""
    how: str = ""
    """Of a creation: `new` or `restore` (from soft deletion)."""
    before: Mapping[Field, Value] = field(default_factory=dict)
    after: Mapping[Field, Value] = field(default_factory=dict)
    party: Party | None = None
    risk: Risk = Risk.LOW
    why: str = ""
    """For people: `expired on 2027-03-31`, `not in the spec` …"""
    needs: tuple[str, ...] = ()
    """Keys of changes that must have succeeded before."""
    moved: Address | None = None
    """The address that moves: one change takes it from a mailbox, and the next gives it to another."""
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def is_release(self) -> bool:
        """Return whether this change takes a moving address from the mailbox that has it."""
        return self.moved is not None and self.kind is Kind.UPDATE and self.moved.key not in aliases_of(self.after)

    @property
    def key(self) -> str:
        """Return the key of this change within its plan."""
        parts: list[str] = [str(self.kind), self.mailbox.key]
        if self.party:
            parts += [str(self.party.right), self.party.detail, str(self.party.id)]
        if self.kind in (Kind.UPDATE, Kind.LICENCE):
            parts.append("+".join(sorted(self.after)))
            parts.append(self.moved.key if self.moved else "")
        return " ".join(part for part in parts if part)

    @property
    def order(self) -> tuple[int, bool, str, bool, int, str, str]:
        """Return the position of this change in a plan: phase, mailbox, topic or right, trustee.

        The two changes that move an address come after the others of their phase, one right after the other.
        """
        party = self.party
        rank = right_rank(party.right) if party else topic_of(self.after).rank
        if self.phase is Phase.REVOKE:
            rank = -rank
        who = f"{party.address.key if party.address else ''} {party.id}" if party else ""
        name = self.moved.key if self.moved else self.mailbox.key
        return (int(self.phase), self.moved is not None, name, not self.is_release, rank, who, self.key)


_RIGHTS_IN_ORDER = (
    Right.FULL_ACCESS,
    Right.READ,
    Right.SEND_AS,
    Right.SEND_ON_BEHALF,
    Right.OWNER,
    Right.MANAGER,
    Right.MEMBER,
    Right.CALENDAR,
    Right.CONTACTS,
    Right.OTHER,
)


def aliases_of(settings: Mapping[Field, Value]) -> frozenset[str]:
    """Return the aliases among some settings; none if they are not among them."""
    value = settings.get(Field.ALIASES)
    return frozenset(map(str, value)) if isinstance(value, tuple) else frozenset()


def right_rank(right: Right) -> int:
    """Return the order in which rights are granted; they are revoked in reverse order."""
    return _RIGHTS_IN_ORDER.index(right)


def inverse(change: Change) -> Change | None:
    """Return the change that restores the state before, or nothing if no change can."""
    back = {"needs": (), "before": change.after, "after": change.before, "why": change.why}
    match change.kind:
        case Kind.CREATE:
            return replace(
                change, kind=Kind.DELETE, phase=Phase.DELETE, needs=(), risk=Risk.HIGH, before=change.after, after={}
            )
        case Kind.DELETE:
            return replace(
                change,
                kind=Kind.CREATE,
                phase=Phase.CREATE,
                how=RESTORE,
                needs=(),
                risk=Risk.MEDIUM,
                before={},
                after=change.before,
            )
        case Kind.GRANT:
            return replace(change, kind=Kind.REVOKE, phase=Phase.REVOKE, risk=Risk.MEDIUM, **back)  # type: ignore[arg-type]
        case Kind.REVOKE:
            return replace(change, kind=Kind.GRANT, phase=Phase.GRANT, risk=Risk.MEDIUM, **back)  # type: ignore[arg-type]
        case Kind.UPDATE | Kind.LICENCE:
            if set(change.before) != set(change.after) or has_ensured(change.after):
                return None
            if change.party is not None and Field.ROLE in change.after:
                return _role_back(change)
            if change.party is not None and Field.LEVEL in change.after:
                return _level_back(change)
            if change.party is not None and Field.UNTIL in change.after:
                is_longer = is_later(change.before[Field.UNTIL], change.after[Field.UNTIL])
                return replace(change, phase=Phase.GRANT if is_longer else Phase.REVOKE, **back)  # type: ignore[arg-type]
            phase = _phase_of_settings(change.before, change.kind, change.phase)
            return replace(change, phase=phase, **back)  # type: ignore[arg-type]


def _role_back(change: Change) -> Change | None:
    if change.party is None:
        return None
    party = replace(change.party, right=Right(str(change.before[Field.ROLE])))
    phase = Phase.GRANT if change.phase is Phase.REVOKE else Phase.REVOKE
    return replace(change, needs=(), before=change.after, after=change.before, party=party, phase=phase)


def _level_back(change: Change) -> Change | None:
    if change.party is None:
        return None
    before = change.before[Field.LEVEL]
    party = replace(change.party, detail=str(before))
    phase = Phase.GRANT if rises(change.after[Field.LEVEL], before) else Phase.REVOKE
    return replace(change, needs=(), before=change.after, after=change.before, party=party, phase=phase)


def _phase_of_settings(after: Mapping[Field, Value], kind: Kind, phase: Phase) -> Phase:
    if kind is Kind.LICENCE:
        return Phase.LICENCE_UP if phase is Phase.LICENCE_DOWN else Phase.LICENCE_DOWN
    if Field.SIGN_IN in after:
        return Phase.SETTINGS if after[Field.SIGN_IN] == ALLOWED else Phase.BLOCK_SIGN_IN
    return phase


def no_inverse_because(change: Change) -> str:
    """Return why a change cannot be undone, or nothing if it can."""
    if inverse(change) is not None:
        return ""
    if has_ensured(change.after):
        return "folders and tags may contain mail now"
    return "the state before is not known: the mailbox was created in the same run"
