"""`import --from`: existing specs with the new addresses of people, in place or in another folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.import_.maps import map_of
from sharedbox_cli.cli.import_.update import Updates
from sharedbox_cli.cli.import_.workflow import write_files
from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.errors import ExitCode, UsageError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import DesiredMailbox
from sharedbox_cli.language.csv.moved_people import moved_people
from sharedbox_cli.language.export.folder import Adopted
from sharedbox_cli.language.export.readdress import readdressed
from sharedbox_cli.language.files import spec_files
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.reports.views.people_move import people_move_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.import_.options import Choice
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.language.csv.people_map import PeopleMap
    from sharedbox_cli.reports.render import PlainOutput


def move_specs(
    session: Session, folder: Path, source: Path, people_file: Path, choice: Choice, output: PlainOutput
) -> int:
    """Rewrite the addresses of people in specs, and return the exit code. Raises UsageError, SpecError.

    If both folders are the same, files are changed in place; otherwise new ones are written.
    """
    people = map_of(people_file)
    now = utc_now()
    before = resolve(load_specs([source]), session.capabilities, now).mailboxes
    if not before:
        raise UsageError("no specs were found", where=str(source), hint="Name the folder of the specs.")
    files = {path: path.read_bytes() for path in spec_files(source)}
    made = {path: readdressed(raw.decode("utf-8"), people.new) for path, raw in files.items()}
    is_in_place = folder.resolve() == source.resolve()
    texts = {path: one.text for path, one in made.items() if one.text.encode() != files[path]}
    _verify(session, source, texts, before, people)
    targets = texts if is_in_place else {folder / path.relative_to(source): one.text for path, one in made.items()}
    if not is_in_place:
        _refuse_existing(targets)
    show(session.terminal, people_move_report(made, [*map(str, targets)], is_dry=choice.only_checks), output)
    if choice.only_checks:
        return ExitCode.FOUND if targets else ExitCode.OK
    if is_in_place:
        write_files(folder, {}, Updates(texts=texts, old=files))
    else:
        write_files(folder, targets, Updates())
    session.terminal.say(f"{len(targets):,} file{'' if len(targets) == 1 else 's'} written to {folder}.")
    return ExitCode.OK


def _verify(
    session: Session,
    source: Path,
    texts: Mapping[Path, str],
    before: Mapping[Address, DesiredMailbox],
    people: PeopleMap,
) -> None:
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
