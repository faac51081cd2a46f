"""Who can use the calendar and the contacts of a mailbox, as changes of its spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.levels import EDITOR, NO_LEVEL
from sharedbox_cli.core.model import LEVELLED, DesiredGrant, DesiredMailbox, MembersMode, Right
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.language.export.edit import CannotEdit
from sharedbox_cli.language.export.nodes import levels_in

if TYPE_CHECKING:
    from sharedbox_cli.language.export.yaml import Tree

    Line = Mapping[str, Tree] | None


@dataclass(slots=True)
class Levels:
    """What a document should say about levels."""

    members: dict[Right, str] = field(default_factory=dict)
    """The level of all members."""
    people: dict[str, dict[str, Line]] = field(default_factory=dict)
    """By right and address in lower case: an entry of `people`, or None for one that goes."""
    leaving: set[str] = field(default_factory=set)
    """Members, in lower case, who had only a level and have none."""


def levels_wanted(
    text: str,
    mailbox: DesiredMailbox,
    real: DesiredMailbox,
    observed: Observed,
    changes: Sequence[Change],
    moved: frozenset[Address],
) -> Levels:
    """Return the changes of levels; `moved`: who starts or ends being a member. Raises CannotEdit."""
    levels = Levels()
    for right in sorted(mailbox.levels):
        touched = set(moved)
        for change in changes:
            if change.party is not None and change.party.right is right:
                if change.party.address is None:
                    raise CannotEdit(f"somebody without an address is in the {right}")
                touched.add(change.party.address)
        if touched:
            if right not in real.levels:
                raise CannotEdit(f"somebody can use the {right} in a way that is none of the levels of a spec")
            _Section(text, mailbox, real, observed, right).add_to(levels, touched)
    return levels


class _Section:
    """One right with levels: what the file says, and what the tenant has."""

    def __init__(
        self, text: str, mailbox: DesiredMailbox, real: DesiredMailbox, observed: Observed, right: Right
    ) -> None:
        self._right = right
        self._level, own = levels_in(text, mailbox.place.line, str(right))
        self._own = {_primary(Address.of(key), observed): (key, level) for key, level in own.items() if key}
        self._has = {grant.trustee: grant for grant in real.grants or () if grant.right is right}
        before = _with_mail(mailbox.grants or (), observed)
        self._mail = _with_mail(real.grants or (), observed) if mailbox.has_members else frozenset()
        if mailbox.members_mode is MembersMode.AT_LEAST:
            self._mail &= before
        self._only = frozenset(
            who
            for grant in mailbox.grants or ()
            if grant.right is right is Right.CALENDAR
            and (who := _primary(grant.trustee, observed)) not in {*self._own, *before, *self._mail}
        )

    def add_to(self, levels: Levels, touched: set[Address]) -> None:
        """Add what differs for some people."""
        gone = {who for who in self._only & touched if who not in self._has}
        levels.leaving |= {who.key for who in gone}
        followers = {*(self._only - gone), *(self._mail - self._own.keys() if self._level is not None else ())}
        wrong = sorted(who for who in followers & touched if self._real(who) != self._said(who))
        if wrong:
            found = {self._real(who) for who in followers | (self._mail - self._own.keys())}
            if len(found) > 1:
                raise CannotEdit(
                    f"members differ from one another in the {self._right} ({wrong[0]}: {self._real(wrong[0])}): "
                    f"change `{self._right}.members`, or name them in `{self._right}.people`"
                )
            levels.members[self._right] = found.pop()
        people = {
            key: line
            for who in sorted(touched - followers - gone)
            for key, line in self._entry(who, levels.members.get(self._right, self._level)).items()
        }
        if people:
            levels.people[str(self._right)] = people

    def _entry(self, who: Address, of_members: str | None) -> dict[str, Line]:
        """Return what differs in the entry of somebody."""
        wanted = self._real(who)
        key, level = self._own.get(who, ("", NO_LEVEL))
        if wanted == level:
            return {}
        if key and wanted == NO_LEVEL and (of_members is None or who not in self._mail):
            return {key: None}
        if key:
            return {key: {"level": wanted}}
        return {who.key: {str(self._has[who].kind): who.text, "level": wanted}}

    def _real(self, who: Address) -> str:
        return self._has[who].detail if who in self._has else NO_LEVEL

    def _said(self, who: Address) -> str:
        return self._level or (EDITOR if who in self._only else NO_LEVEL)


def _with_mail(grants: Sequence[DesiredGrant], observed: Observed) -> frozenset[Address]:
    return frozenset(_primary(grant.trustee, observed) for grant in grants if grant.right not in LEVELLED)


def _primary(address: Address, observed: Observed) -> Address:
    """Return the address by which a reading knows somebody whom a spec may name by another one."""
    known = observed.trustees.get(observed.directory[address]) if address in observed.directory else None
    return known.address if known is not None and known.address is not None else address
