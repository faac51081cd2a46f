"""Decisions as changes of specs. Everything is read back before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.edits import Edits, text_of
from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, Desired, DesiredGrant, DesiredMailbox, Platform
from sharedbox_cli.core.review import Decision, decided
from sharedbox_cli.core.shared_lines import Decided, SharedLine, shared_lines
from sharedbox_cli.language.export.document import member_lines
from sharedbox_cli.language.export.edit import CannotEdit, Wanted, edited
from sharedbox_cli.language.export.edit_person import without_person
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve

if TYPE_CHECKING:
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.language.export.yaml import Tree

Said = Sequence[tuple[DesiredGrant, Decision]]
"""The decisions on one mailbox that change its spec."""
NOT_THE_SAME = "somebody else would lose or get something: change the file by hand"


@dataclass(slots=True)
class Changes:
    """The new texts of files, and why some decisions need a person."""

    old: dict[Path, str] = field(default_factory=dict)
    new: dict[Path, str] = field(default_factory=dict)
    by_hand: dict[tuple[Address, Address], str] = field(default_factory=dict)
    """By mailbox and holder."""

    @property
    def edits(self) -> Edits:
        """Return the changes of files."""
        return Edits(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Specs:
    """The specs to change."""

    folder: Path
    desired: Desired
    capabilities: Mapping[Platform, Capabilities]
    now: datetime

    def changes(self, wanted: Decided) -> Changes:
        """Return the changed files: what people are left with is exactly what was decided."""
        lines = shared_lines(self.desired, wanted)
        made, said = self._without_lines(lines)
        of_lines = {(key, line.trustee) for line in lines for key in line.decided}
        possible, refused = self._parted(
            {key: [item for item in items if (key, item[0].trustee) not in of_lines] for key, items in wanted.items()}
        )
        made = self._changes(possible, made, said)
        made.by_hand |= refused
        return made

    def _without_lines(self, lines: Iterable[SharedLine]) -> tuple[Changes, Decided]:
        """Return the files without lines of teams that every mailbox says no to, and the decisions that are done."""
        # from the end of each file, so that the other lines stay where they are
        order = sorted(lines, key=lambda one: (one.place.file, -one.place.line))
        for at_once in (True, False):
            made, said = Changes(), dict[Address, Said]()
            for line in order:
                made, said = self._without(line, made, said, is_verified=not at_once)
            with suppress(CannotEdit, SpecError):
                self._verify(made, said)
                break
        return made, said

    def _without(
        self, line: SharedLine, made: Changes, said: Decided, *, is_verified: bool
    ) -> tuple[Changes, dict[Address, Said]]:
        """Return the files without one line, or with the reason to keep it."""
        path = Path(line.place.file)
        after = Changes(dict(made.old), dict(made.new), made.by_hand)
        also = {**said, **{key: [*said.get(key, ()), *items] for key, items in line.decided.items()}}
        why = line.why_not
        try:
            if path not in after.old:
                after.old[path] = after.new[path] = text_of(path)
            if not why:
                after.new[path] = without_person(after.new[path], line.trustee.key, line.place.line)
                if is_verified:
                    self._verify(after, also)
        except CannotEdit as error:
            why = f"{line.trustee} comes from {line.place}: {error}"
        except SpecError:
            why = f"{line.trustee} comes from {line.place}: {NOT_THE_SAME}"
        if not why:
            return after, also
        made.by_hand |= {(key, line.trustee): why for key, items in line.decided.items() if items}
        return made, dict(said)

    def after(self, made: Changes) -> Desired:
        """Return what the specs say with the changes of files. Raises SpecError."""
        return resolve(load_specs([self.folder], made.edits.changed), self.capabilities, self.now)

    def _parted(self, wanted: Decided) -> tuple[Decided, dict[tuple[Address, Address], str]]:
        """Return the decisions that can be written, and why others cannot: one person never holds up another."""
        possible: dict[Address, list[tuple[DesiredGrant, Decision]]] = {}
        refused: dict[tuple[Address, Address], str] = {}
        for key, decisions in wanted.items():
            mailbox = self.desired.mailboxes[key]
            after = decided(mailbox, decisions)
            for grant, decision in decisions:
                try:
                    self._line_of(mailbox, after, grant.trustee)
                except CannotEdit as error:
                    refused[key, grant.trustee] = str(error)
                else:
                    possible.setdefault(key, []).append((grant, decision))
        return possible, refused

    def _changes(self, wanted: Decided, before: Changes, said: Decided) -> Changes:
        # from the end of each file, so that the lines of the other documents stay where they are
        order = sorted(wanted, key=lambda key: (self.desired.mailboxes[key].place.file, -self._line(key)))
        for at_once in (True, False):
            made = Changes(dict(before.old), dict(before.new), dict(before.by_hand))
            done = dict(said)
            for key in order:
                texts = dict(made.new)
                also = {**done, key: [*done.get(key, ()), *wanted[key]]}
                try:
                    self._edit(made, self.desired.mailboxes[key], wanted[key])
                    if not at_once:
                        self._verify(made, also)
                except (CannotEdit, SpecError) as error:
                    made.new = texts
                    why = str(error) if isinstance(error, CannotEdit) else NOT_THE_SAME
                    made.by_hand |= {(key, grant.trustee): why for grant, _ in wanted[key]}
                else:
                    done = also
            with suppress(CannotEdit, SpecError):
                self._verify(made, done)
                break
        return made

    def _line(self, key: Address) -> int:
        return self.desired.mailboxes[key].place.line

    def _edit(self, made: Changes, mailbox: DesiredMailbox, decisions: Said) -> None:
        path = Path(mailbox.place.file)
        if path not in made.old:
            made.old[path] = made.new[path] = text_of(path)
        after = decided(mailbox, decisions)
        members = {
            trustee.key: self._line_of(mailbox, after, trustee) for trustee in {grant.trustee for grant, _ in decisions}
        }
        made.new[path] = edited(made.new[path], mailbox.place.line, Wanted(members=dict(sorted(members.items()))))

    @staticmethod
    def _line_of(before: DesiredMailbox, after: DesiredMailbox, trustee: Address) -> Mapping[str, Tree] | None:
        """Return what differs in the line of a member; None: the line goes. Raises CannotEdit."""
        old = [grant for grant in before.grants or () if grant.trustee == trustee]
        new = [grant for grant in after.grants or () if grant.trustee == trustee]
        if elsewhere := next((grant.place for grant in old if grant.place.file != before.place.file), None):
            raise CannotEdit(f"{trustee} comes from {elsewhere}: change it there, for all mailboxes that use it")
        _refuse_levels(trustee, old, new)
        if not new:
            return None
        lines = [*member_lines(new, (), {})]
        line = lines[0]
        if len(lines) > 1 or not isinstance(line, Mapping):
            raise CannotEdit(f"the rights of {trustee} do not end on one day: write a line for each")
        changed = {
            "rights": {grant.right for grant in old} != {grant.right for grant in new},
            "until": {grant.until for grant in old} != {grant.until for grant in new},
        }
        return {key: value for key, value in line.items() if changed.get(key, True)}

    def _verify(self, made: Changes, said: Decided) -> None:
        """Raise CannotEdit, SpecError if the files would not say exactly what was decided."""
        if not made.edits.changed:
            return
        after = self.after(made).mailboxes
        expected = {key: decided(one, said[key]) if key in said else one for key, one in self.desired.mailboxes.items()}
        if {key: _content(one) for key, one in after.items()} != {key: _content(one) for key, one in expected.items()}:
            raise CannotEdit(NOT_THE_SAME)


def _refuse_levels(trustee: Address, old: Sequence[DesiredGrant], new: Sequence[DesiredGrant]) -> None:
    """Raise CannotEdit where a line of `members` does not decide on a level alone, or would take one with it."""
    levels = [{grant for grant in grants if grant.right in LEVELLED} for grants in (old, new)]
    has_mail = [any(grant.right not in LEVELLED for grant in grants) for grants in (old, new)]
    if new and has_mail == [True, False]:
        raise CannotEdit(f"{trustee} would keep a level without being a member: name them in `calendar.people`")
    if levels[0] != levels[1] and (new or not has_mail[0]):
        raise CannotEdit(f"the level of {trustee} comes from `calendar` or `contacts`: change it there")


def _content(mailbox: DesiredMailbox) -> object:
    grants = None if mailbox.grants is None else frozenset(mailbox.grants)
    return replace(mailbox, grants=()), grants
