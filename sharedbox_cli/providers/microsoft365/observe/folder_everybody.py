"""Separates the entries for everybody from people who have their names: a row has a display name, and no type.

The service spells both in one way. Where that leaves several rows, the people with this name are asked for by id: the
row that is none of theirs is for everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.providers.microsoft365.folder_rights import SPECIAL
from sharedbox_cli.providers.microsoft365.observe.folder_entries import RawEntry
from sharedbox_cli.providers.microsoft365.observe.folder_lists import PERMISSION_CALL


class Clash(NamedTuple):
    """A name of everybody that several rows have: the places of those that can be meant."""

    name: str
    places: tuple[int, ...]


def clashes_in(entries: list[RawEntry]) -> list[Clash]:
    """Return the names of everybody that people in a folder have, too. Rows in another spelling are theirs."""
    clashes = []
    for name in SPECIAL.values():
        rows = [place for place, entry in enumerate(entries) if entry.everybody == name]
        exact = [place for place in rows if entries[place].who == name]
        if len(exact) == 1:
            for place in rows:
                entries[place] = entries[place] if place in exact else entries[place].of_somebody()
        elif len(rows) > 1:
            clashes.append(Clash(name, tuple(exact or rows)))
    return clashes


def separated(
    entries: list[RawEntry], clashes: Iterable[Clash], held: Collection[RawEntry]
) -> list[RawEntry] | ObserveError:
    """Return the entries of a folder, given those of the people who have the name of everybody, or an error."""
    settled = list(entries)
    for clash in clashes:
        own = [entry.level for entry in held if entry.name == clash.name.casefold()]
        left = []
        for place in clash.places:
            if settled[place].level in own:
                own.remove(settled[place].level)
                settled[place] = settled[place].of_somebody()
            else:
                left.append(place)
        if len({settled[place].level for place in left}) != 1:
            return _undecided(clash)
        others = [place for place, entry in enumerate(settled) if entry.everybody == clash.name and place != left[0]]
        for place in others:
            settled[place] = settled[place].of_somebody()
    return settled


def _undecided(clash: Clash) -> ObserveError:
    return ObserveError(
        where=PERMISSION_CALL,
        why=f"A folder has {len(clash.places)} entries named {clash.name}, and only one of them is for everybody.",
        hint="Change the display name of the account that has this name.",
    )
