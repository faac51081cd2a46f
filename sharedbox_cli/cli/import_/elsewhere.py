"""Mailboxes for another tenant or platform: other addresses of people, and the closest rights and settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.import_.adopt import NewFiles, files_of
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.convert import moved_to
from sharedbox_cli.core.convert_notes import Note
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.model import Platform
from sharedbox_cli.language.csv.moved_people import MovedPeople, moved_people
from sharedbox_cli.language.export.expressible import writable
from sharedbox_cli.language.export.folder import Adopted
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.language.resolve import resolve

if TYPE_CHECKING:
    from sharedbox_cli.cli.import_.adopt import AbilityTable, Existing
    from sharedbox_cli.language.csv.people_map import PeopleMap

_NO_KEY = " Leave the key out."


def target_of(name: str | None, capabilities: AbilityTable) -> Platform | None:
    """Return the platform that `--as` names. Raises UsageError."""
    if name is None:
        return None
    if name not in capabilities:
        hint = nearest(name, capabilities) or f"The platforms are: {', '.join(capabilities)}."
        raise UsageError("no such platform", where=f"--as {name}", hint=hint)
    return Platform(name)


def moved_files(
    folder: Path,
    adopted: Sequence[Adopted],
    existing: Existing,
    capabilities: AbilityTable,
    people: PeopleMap | None,
    target: Platform | None,
    *,
    keeps_new: bool = False,
) -> NewFiles:
    """Return the files of mailboxes elsewhere. People without a counterpart are left out, and named.

    Raises SpecError, and UsageError if two mailboxes would have one address.
    """
    moved = [moved_people(one, people.new) if people else MovedPeople(one) for one in adopted]
    addresses = Counter(one.adopted.mailbox.address for one in moved)
    if twice := [address.text for address, count in addresses.items() if count > 1]:
        why = f"Two mailboxes would be {twice[0]}."
        raise UsageError("two mailboxes with the same address", where="--people", why=why, hint="Keep one of them.")
    here = existing.desired.mailboxes
    new = [one.adopted for one in moved if one.adopted.mailbox.address not in here]
    converted = [_converted(one, target, capabilities) for one in new]
    made = files_of(folder, converted, existing, capabilities, {}, keeps_new=keeps_new)
    if made.texts:
        resolve(load_specs([folder], made.texts), capabilities, utc_now())
    without = tuple(sorted({text for one in moved for text in one.without}))
    return replace(made, without=without, skipped=tuple(here[address] for address in addresses if address in here))


def _converted(one: Adopted, target: Platform | None, capabilities: AbilityTable) -> Adopted:
    if target is None or target == one.mailbox.platform:
        return one
    moved = moved_to(one.mailbox, capabilities[one.mailbox.platform], capabilities[target])
    mailbox, left = writable(moved.mailbox, capabilities, utc_now())
    notes = [*one.notes, *moved.notes, *(Note(item.key, item.what, item.why, is_lost=True) for item in left)]
    return Adopted(mailbox, [replace(note, why=note.why.removesuffix(_NO_KEY)) for note in notes])
