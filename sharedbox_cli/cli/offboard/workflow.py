"""A person is taken out of the specs of a folder. Everything is read back before it is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.apply_changed import apply_changed
from sharedbox_cli.cli.edits import Edits, text_of
from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.errors import ExitCode, SpecError, UsageError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards import GUARDS
from sharedbox_cli.core.guards_input import Waivers
from sharedbox_cli.core.identity import Address, AddressInvalid
from sharedbox_cli.core.model import Desired, DesiredGrant, DesiredMailbox, MembersMode
from sharedbox_cli.core.offboarding import STAYS, access_of, handed_over
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.export.document import member_lines
from sharedbox_cli.language.export.edit import CannotEdit, Wanted, edited
from sharedbox_cli.language.export.edit_person import without_person
from sharedbox_cli.language.files import spec_files
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.reports.views.next_step import apply_command
from sharedbox_cli.reports.views.offboarding import offboarding_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.run_settings import RunSettings
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.language.export.yaml import Tree
    from sharedbox_cli.reports.render import PlainOutput

NOBODY_LEFT = "nobody else could read it: name a successor, or remove the mailbox"


@dataclass(slots=True)
class _Work:
    """The texts of files, before and after, and why some files keep the person."""

    old: dict[Path, str] = field(default_factory=dict)
    new: dict[Path, str] = field(default_factory=dict)
    kept: dict[Path, str] = field(default_factory=dict)
    """The files that keep the person, with the reason."""

    @property
    def changed(self) -> Mapping[Path, str]:
        """Return the files that differ."""
        return {path: text for path, text in self.new.items() if text != self.old[path]}


def offboard_person(
    session: Session,
    folder: Path,
    person: str,
    successor: str | None,
    output: PlainOutput,
    settings: RunSettings | None = None,
    *,
    writes: bool,
) -> int:
    """Show or write the specs without a person, apply them if there are settings, and return the exit code.

    Raises UsageError, SpecError, and with settings what an apply raises.
    """
    waivers = Waivers.parse(settings.allow if settings else (), GUARDS)
    leaver = _address(person, "ADDRESS")
    heir = _address(successor, "--successor") if successor else None
    if leaver == heir:
        raise UsageError("the successor is the person who leaves", where=f"--successor {successor}")
    desired = session.desired([folder])
    access = access_of(desired, leaver)
    last = [desired.mailboxes[one.mailbox] for one in access if one.is_last]
    work = _work(folder, last, leaver, heir)
    after = _read_back(session, folder, work)
    _verify(desired, after, leaver, heir, {mailbox.address for mailbox in last})
    by_hand = dict(_left(after, work, leaver, {mailbox.address for mailbox in last}))
    changed = _changed(desired, after)
    by_hand |= {key: STAYS for key in changed - by_hand.keys() if _keeps_others(desired.mailboxes[key], leaver)}
    edits = Edits(work.old, work.new)
    if writes:
        edits.write(folder)
    names = [address.text for address in changed]
    command = apply_command(folder, names, session.profile_options) if writes and changed else ""
    report = offboarding_report(
        leaver, heir, access, by_hand, edits.diff(), command, is_written=writes, is_applied=settings is not None
    )
    show(session.terminal, report, output)
    code = ExitCode.PARTLY if by_hand else ExitCode.OK
    if settings is None:
        return code
    settings = replace(settings, output=output, again=command)
    return apply_changed(session.basis, after.part(changed), waivers, settings, session.capabilities) or code


def _changed(before: Desired, after: Desired) -> frozenset[Address]:
    """Return the mailboxes whose access differs."""
    return frozenset(
        key for key, old in before.mailboxes.items() if _access_in(old) != _access_in(after.mailboxes[key])
    )


def _keeps_others(mailbox: DesiredMailbox, leaver: Address) -> bool:
    """Return whether a right that its spec does not give stays in the tenant. One that has ended is revoked anyway."""
    has_rights = any(grant.trustee == leaver for grant in mailbox.grants or ())
    return has_rights and mailbox.members_mode is MembersMode.AT_LEAST


def _access_in(mailbox: DesiredMailbox) -> tuple[frozenset[DesiredGrant], frozenset[DesiredGrant]]:
    return frozenset(mailbox.grants or ()), frozenset(mailbox.expired)


def _address(text: str, where: str) -> Address:
    try:
        return Address.parse(text)
    except AddressInvalid as error:
        raise UsageError("not an address", where=f"{where} {text}", why=str(error)) from error


def _work(folder: Path, last: Sequence[DesiredMailbox], leaver: Address, heir: Address | None) -> _Work:
    """Return the changed files. A file that cannot be edited, or has the last reader of a mailbox, keeps the person."""
    work = _Work()
    for path in spec_files(folder):
        work.old[path] = work.new[path] = text_of(path)
    # from the end of each file, so that the lines of the other documents stay where they are
    for mailbox in sorted(last, key=lambda one: -one.place.line):
        reason = NOBODY_LEFT if heir is None else _hand_over(work, mailbox, leaver, heir)
        if reason:
            work.kept |= {Path(grant.place.file): reason for grant in handed_over(mailbox, leaver)}
    for path, text in work.new.items():
        if path in work.kept or leaver.key not in text.lower():
            continue
        try:
            work.new[path] = without_person(text, leaver.key)
        except CannotEdit as error:
            work.kept[path] = str(error)
    return work


def _hand_over(work: _Work, mailbox: DesiredMailbox, leaver: Address, heir: Address) -> str:
    """Give the successor the same rights on one mailbox, and return why that is not possible, or nothing."""
    path = Path(mailbox.place.file)
    line = next(iter(member_lines(handed_over(mailbox, leaver), (), {})))
    wanted = {"user": heir.text, **{key: value for key, value in _plain(line).items() if key == "rights"}}
    try:
        work.new[path] = edited(work.new[path], mailbox.place.line, Wanted(members={heir.key: wanted}))
    except CannotEdit as error:
        return f"the successor cannot be added to {path}: {error}"
    return ""


def _plain(line: Tree) -> Mapping[str, Tree]:
    return line if isinstance(line, Mapping) else {}


def _read_back(session: Session, folder: Path, work: _Work) -> Desired:
    """Return what the changed files say. Raises UsageError."""
    try:
        return resolve(load_specs([folder], work.changed), session.capabilities, utc_now())
    except SpecError as error:
        problem = error.problems[0]
        why = work.kept.get(Path(problem.place.file), problem.why)
        raise UsageError("the specs cannot be changed", where=str(problem.place), why=why) from error


def _verify(before: Desired, after: Desired, leaver: Address, heir: Address | None, last: Collection[Address]) -> None:
    """Only the person may lose rights, and only the successor may get some, where nobody else is. Raises UsageError."""
    for address, old in before.mailboxes.items():
        new = after.mailboxes[address]
        had, has = set(old.grants or ()), set(new.grants or ())
        is_kept = _settings_in(new) == _settings_in(old) and {grant for grant in had if grant.trustee != leaver} <= has
        gained = {grant.trustee for grant in has - had}
        if not is_kept or gained - ({heir} if address in last else set()):
            raise UsageError(
                "the specs cannot be changed", where=str(address), why="Others would lose or get something."
            )


def _settings_in(mailbox: DesiredMailbox) -> dict[Field, Value]:
    """Return the settings that do not follow from who shares the mail."""
    return {name: value for name, value in mailbox.settings.items() if name not in mailbox.shared_out}


def _left(after: Desired, work: _Work, leaver: Address, last: Collection[Address]) -> Iterator[tuple[Address, str]]:
    """Yield each mailbox on which the person still has a right, with the reason."""
    for address, mailbox in sorted(after.mailboxes.items(), key=lambda item: item[0]):
        files = [
            Path(grant.place.file) for grant in (*(mailbox.grants or ()), *mailbox.expired) if grant.trustee == leaver
        ]
        if files:
            reason = next(
                (work.kept[path] for path in files if path in work.kept), "the file names the person otherwise"
            )
            others = "the same file or team is needed for a mailbox that nobody else could read"
            yield address, others if reason == NOBODY_LEFT and address not in last else reason
