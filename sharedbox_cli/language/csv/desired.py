"""A mailbox of CSV files as a spec for a platform, with everything that the platform does not have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.convert import moved_to
from sharedbox_cli.core.convert_notes import Moved, Note
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import DesiredGrant, DesiredMailbox, Platform, Right
from sharedbox_cli.core.until import end_of_day, until_words
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.csv.columns import LABEL, Use
from sharedbox_cli.language.csv.model import CsvMailbox, Person
from sharedbox_cli.language.export.expressible import writable
from sharedbox_cli.language.export.folder import Adopted

_SETTINGS = {
    Use.DISPLAY_NAME: Field.DISPLAY_NAME,
    Use.HIDDEN: Field.HIDDEN,
    Use.FORWARDING: Field.FORWARDING_TO,
    Use.SENT_AS: Field.SENT_AS,
    Use.SENT_ON_BEHALF: Field.SENT_ON_BEHALF,
}
_NO_KEY = " Leave the key out."
_NO_PLATFORM = Platform("csv")


def adopted_from(mailbox: CsvMailbox, table: Capabilities, now: datetime, *, is_members_only: bool = False) -> Adopted:
    """Return a mailbox as a spec of a platform can express it; what is lost becomes notes.

    A mailbox without people does not manage its members: an empty cell must not revoke anything.
    """
    notes: list[Note] = []
    grants = [grant for person in mailbox.people.values() for grant in _grants(person, now, notes)]
    neutral = DesiredMailbox(
        mailbox.address,
        _NO_PLATFORM,
        settings={} if is_members_only else _settings(mailbox),
        grants=tuple(sorted(grants, key=lambda grant: (grant.trustee.key, str(grant.right)))) if grants else None,
        labels=_labels(mailbox),
    )
    moved = _moved(neutral, table)
    expressible, left = writable(moved.mailbox, {table.platform: table}, now)
    notes += [Note(item.key, item.what, item.why, is_lost=True) for item in left]
    notes += [Note("members", text, "no counterpart in the map of people.", is_lost=True) for text in mailbox.unmapped]
    return Adopted(expressible, [replace(note, why=note.why.removesuffix(_NO_KEY)) for note in (*moved.notes, *notes)])


def _moved(mailbox: DesiredMailbox, table: Capabilities) -> Moved:
    """Return the mailbox with the rights and settings of a platform: files use the words of all of them."""
    neutral = Capabilities(_NO_PLATFORM, "CSV", (), default_rights=table.default_rights)
    return moved_to(mailbox, neutral, table)


def _labels(mailbox: CsvMailbox) -> dict[str, str]:
    values = sorted(mailbox.values.items())
    return {key.removeprefix(LABEL): str(value) for key, (value, _) in values if key.startswith(LABEL)}


def _settings(mailbox: CsvMailbox) -> dict[Field, Value]:
    settings: dict[Field, Value] = {}
    for use, name in _SETTINGS.items():
        if use in mailbox.values:
            value = mailbox.values[use][0]
            settings[name] = value if isinstance(value, bool) else str(value)
    if mailbox.aliases:
        settings[Field.ALIASES] = tuple(sorted(mailbox.aliases))
    return settings


def _grants(person: Person, now: datetime, notes: list[Note]) -> Iterator[DesiredGrant]:
    day, reason = person.terms.get(Use.UNTIL), person.terms.get(Use.REASON)
    until = end_of_day(day[0]) if day and isinstance(day[0], date) else None
    if until is not None and until <= now:
        why = f"access ended: until {until_words(until)}."
        notes.append(Note("members", str(person.address), why, is_lost=True))
        return
    automapping = person.terms.get(Use.AUTOMAPPING)
    for right in sorted(person.rights):
        grant = DesiredGrant(
            person.address, person.kind, right, until=until, reason=str(reason[0]) if reason else "", place=person.place
        )
        if right is Right.FULL_ACCESS and automapping is not None:
            grant = replace(grant, automapping=bool(automapping[0]))
        yield grant
