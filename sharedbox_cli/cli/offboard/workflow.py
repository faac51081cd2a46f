"""A person is taken out of the specs of a folder. Everything is read back before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import refuse_links_out, replace_text, show
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.errors import ExitCode, SpecError, UsageError
from sharedbox_cli.core.identity import Address, AddressInvalid
from sharedbox_cli.core.model import Desired, DesiredMailbox
from sharedbox_cli.core.offboarding import Access, access_of, handed_over
from sharedbox_cli.language.export.document import member_lines
from sharedbox_cli.language.export.edit import CannotEdit, Wanted, edited, without_person
from sharedbox_cli.language.files import spec_files
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.reports.views.offboarding import offboarding_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.language.export.yaml import Tree
    from sharedbox_cli.reports.render import PlainOutput

NOBODY_LEFT = "nobody else could read it: name a successor, or remove the mailbox"


@dataclass(slots=True)
class _Work:
    """The texts of files, before and after, and the mailboxes that need a person."""

    old: dict[Path, str] = field(default_factory=dict)
    new: dict[Path, str] = field(default_factory=dict)
    by_hand: dict[Address, str] = field(default_factory=dict)

    @property
    def changed(self) -> Mapping[Path, str]:
        """Return the files that differ."""
        return {path: text for path, text in self.new.items() if text != self.old[path]}


def offboard_person(
    session: Session, folder: Path, person: str, successor: str | None, output: PlainOutput, *, writes: bool
) -> int:
    """Show or write the specs without a person, and return the exit code. Raises UsageError, SpecError."""
    leaver = _address(person, "ADDRESS")
    heir = _address(successor, "--successor") if successor else None
    if leaver == heir:
        raise UsageError("the successor is the person who leaves", where=f"--successor {successor}")
    desired = session.desired([folder])
    access = access_of(desired, leaver)
    work = _work(folder, desired, access, leaver, heir)
    _verify(session, folder, desired, work, leaver)
    if writes:
        refuse_links_out(folder, work.changed)
        for path, text in work.changed.items():
            _refuse_if_changed(path, work.old[path])
            replace_text(path, text)
    report = offboarding_report(leaver, heir, access, work.by_hand, _diff(work), is_written=writes)
    show(session.terminal, report, output)
    return ExitCode.PARTLY if work.by_hand else ExitCode.OK


def _address(text: str, where: str) -> Address:
    try:
        return Address.parse(text)
    except AddressInvalid as error:
        raise UsageError("not an address", where=f"{where} {text}", why=str(error)) from error


def _work(folder: Path, desired: Desired, access: Iterable[Access], leaver: Address, heir: Address | None) -> _Work:
    work = _Work()
    last = [desired.mailboxes[one.mailbox] for one in access if one.is_last]
    kept = set()
    if heir is None:
        work.by_hand |= {mailbox.address: NOBODY_LEFT for mailbox in last}
        kept = {grant.place.file for mailbox in last for grant in handed_over(mailbox, leaver)}
    named = {one.file: one.mailbox for one in access}
    for path in spec_files(folder):
        work.old[path] = work.new[path] = path.read_bytes().decode("utf-8")
    if heir is not None:
        _hand_over(work, last, leaver, heir)
    named = {one.file: one.mailbox for one in access}
    for path, text in work.new.items():
        if str(path) in kept or leaver.key not in text.lower():
            continue
        try:
            work.new[path] = without_person(text, leaver.key)
        except CannotEdit as error:
            if str(path) in named:
                work.by_hand[named[str(path)]] = str(error)
    return work


def _hand_over(work: _Work, mailboxes: Iterable[DesiredMailbox], leaver: Address, heir: Address) -> None:
    """Add the successor to mailboxes that nobody else could read, with the same rights.

    The documents of a file are changed from its end, so that the lines of the others stay where they are.
    """
    for mailbox in sorted(mailboxes, key=lambda one: -one.place.line):
        path = Path(mailbox.place.file)
        line = next(iter(member_lines(handed_over(mailbox, leaver), (), {})))
        wanted = {"user": heir.text, **{key: value for key, value in _plain(line).items() if key == "rights"}}
        try:
            work.new[path] = edited(work.new[path], mailbox.place.line, Wanted(members={heir.key: wanted}))
        except CannotEdit as error:
            work.by_hand[mailbox.address] = str(error)


def _plain(line: Tree) -> Mapping[str, Tree]:
    return line if isinstance(line, Mapping) else {}


def _verify(session: Session, folder: Path, before: Desired, work: _Work, leaver: Address) -> None:
    """Read the new texts: only the person may be missing. Raises UsageError."""
    try:
        after = resolve(load_specs([folder], work.changed), session.capabilities, utc_now())
    except SpecError as error:
        problem = error.problems[0]
        raise UsageError("the specs cannot be changed", where=str(problem.place), why=problem.why) from error
    for address, old in before.mailboxes.items():
        new = after.mailboxes[address]
        kept = {grant for grant in old.grants or () if grant.trustee != leaver}
        if new.settings != old.settings or not kept <= set(new.grants or ()):
            raise UsageError("the specs cannot be changed", where=str(address), why="Others would lose something.")


def _refuse_if_changed(path: Path, text: str) -> None:
    if path.read_bytes().decode("utf-8") != text:
        raise UsageError("the file was changed meanwhile", where=str(path), hint="Run the command again.")


def _diff(work: _Work) -> str:
    parts: list[str] = []
    for path, text in sorted(work.changed.items()):
        old, new = work.old[path].splitlines(), text.splitlines()
        parts += unified_diff(old, new, str(path), str(path), lineterm="")
    return "\n".join(parts)
