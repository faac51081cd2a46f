"""`import --from`: existing specs with other addresses of people, or for another platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.edits import text_of
from sharedbox_cli.cli.import_.adopt import existing_in
from sharedbox_cli.cli.import_.confirm import confirmed_all
from sharedbox_cli.cli.import_.elsewhere import moved_files, target_of
from sharedbox_cli.cli.import_.maps import map_of
from sharedbox_cli.cli.import_.update import Updates
from sharedbox_cli.cli.import_.workflow import write_files
from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.errors import ExitCode, UsageError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import DesiredMailbox, Platform, State
from sharedbox_cli.language.csv.moved_people import moved_people
from sharedbox_cli.language.csv.people_map import PeopleMap
from sharedbox_cli.language.export.folder import Adopted, lost_lines
from sharedbox_cli.language.export.readdress import readdressed
from sharedbox_cli.language.files import spec_files
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.reports.views.people_move import Converted, PeopleMove, people_move_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.import_.options import Choice
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.reports.render import PlainOutput


Mailboxes = Mapping[Address, DesiredMailbox]


def move_specs(
    session: Session, folder: Path, source: Path, people_file: Path | None, choice: Choice, output: PlainOutput
) -> int:
    """Rewrite specs for other addresses or another platform, and return the exit code. Raises UsageError, SpecError."""
    people = map_of(people_file) if people_file else None
    target = target_of(choice.target, session.capabilities)
    before = resolve(load_specs([source]), session.capabilities, utc_now()).mailboxes
    if not before:
        raise UsageError("no specs were found", where=str(source), hint="Name the folder of the specs.")
    if target is not None:
        move, updates = _converted(session, folder, source, before, people, target)
    else:
        move, updates = _readdressed(session, folder, source, before, people or PeopleMap())
    report = people_move_report(move, is_dry=choice.only_checks)
    if choice.only_checks:
        show(session.terminal, report, output)
        return ExitCode.FOUND if move.files else ExitCode.OK
    if updates.old:
        confirmed_all(session.terminal, updates.edits, is_confirmed=choice.is_confirmed)
        write_files(folder, {}, updates)
    else:
        write_files(folder, updates.texts, Updates())
    show(session.terminal, report, output)
    count = len(move.files)
    session.terminal.say(f"{count:,} file{'' if count == 1 else 's'} written to {folder}.")
    return ExitCode.OK


def _readdressed(
    session: Session, folder: Path, source: Path, before: Mailboxes, people: PeopleMap
) -> tuple[PeopleMove, Updates]:
    """Return the text of each file with other addresses: in place if both folders are the same, otherwise new files."""
    files = {path: text_of(path) for path in spec_files(source)}
    made = {path: readdressed(text, people.new) for path, text in files.items()}
    changed = {path: one.text for path, one in made.items() if one.text != files[path]}
    _verify(session, source, changed, before, people)
    is_in_place = folder.resolve() == source.resolve()
    texts = changed if is_in_place else {folder / path.relative_to(source): one.text for path, one in made.items()}
    if not is_in_place:
        _refuse_existing(texts)
    found = [(Place(str(path), item.line, item.column), item) for path, one in made.items() for item in one.found]
    move = PeopleMove(
        [(place, item.old, item.new) for place, item in found if item.new is not None],
        [(place, item.old) for place, item in found if item.new is None],
        [*map(str, texts)],
    )
    return move, Updates(texts=texts, old=files if is_in_place else {})


def _converted(
    session: Session, folder: Path, source: Path, before: Mailboxes, people: PeopleMap | None, target: Platform
) -> tuple[PeopleMove, Updates]:
    """Return new files for another platform. Raises UsageError if they would be in the folder of the old ones."""
    if folder.resolve() == source.resolve():
        why = "A mailbox has one spec. The new specs replace the old ones, after you have looked at them."
        raise UsageError("the same folder", where="--from --as", why=why, hint="Name a folder for the new specs.")
    present = [mailbox for mailbox in before.values() if mailbox.state is State.PRESENT]
    existing = existing_in(folder, session.capabilities, utc_now())
    adopted = [Adopted(mailbox) for mailbox in present]
    made = moved_files(folder, adopted, existing, session.capabilities, people, target, keeps_new=True)
    old = [grant for mailbox in present for grant in (*(mailbox.grants or ()), *mailbox.expired)]
    new = {(grant.place, grant.trustee.text): people.new(grant.trustee.key) if people else None for grant in old}
    from_platform = {(people and people.new(one.address.key)) or one.address.key: one.platform for one in present}
    move = PeopleMove(
        sorted((at, text, now) for (at, text), now in new.items() if now is not None and now != text.lower()),
        sorted((at, text) for (at, text), now in new.items() if people and now is None),
        [*map(str, made.texts)],
        [
            Converted(
                one.mailbox.address.text,
                from_platform[one.mailbox.address.key],
                one.mailbox.platform,
                str(made.of_mailboxes[one.mailbox.address]),
                lost_lines(one.notes),
            )
            for one in made.adopted
        ],
    )
    return move, Updates(texts=dict(made.texts))


def _verify(session: Session, source: Path, texts: Mapping[Path, str], before: Mailboxes, people: PeopleMap) -> None:
    """Read the new texts: everybody has the same rights, under the new address. Raises SpecError, UsageError."""
    after = resolve(load_specs([source], texts), session.capabilities, utc_now()).mailboxes
    moved = (moved_people(Adopted(one), lambda text: people.new(text) or text) for one in before.values())
    expected = [one.adopted.mailbox for one in moved]
    same = {one.address: _rights(one) for one in expected} == {key: _rights(one) for key, one in after.items()}
    if not same or len(expected) != len(after):
        raise UsageError(
            "the specs would not say the same",
            where=str(source),
            why="After the change, somebody would have other rights. Nothing was written.",
            hint="Look for people who become one, in teams and in mailboxes.",
        )


def _refuse_existing(targets: Iterable[Path]) -> None:
    for path in targets:
        if path.exists():
            why = "Files are only changed in the folder that they come from. Nothing was written."
            raise UsageError("a file exists already", where=str(path), why=why, hint="Name another folder.")


def _rights(mailbox: DesiredMailbox) -> frozenset[tuple[str, str, str]]:
    grants = (*(mailbox.grants or ()), *mailbox.expired)
    return frozenset((grant.trustee.key, str(grant.right), str(grant.until)) for grant in grants)
