"""Reads the folders of mailboxes, what is in them, and whose entries these are: each of it once in a reading.

A spec that manages levels, one that names folders, a rule that names one and an audit may all want the same folder.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sharedbox_cli.providers.microsoft365 import folders
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Command, fields
from sharedbox_cli.providers.microsoft365.folder_rights import Folder
from sharedbox_cli.providers.microsoft365.observe.folder_entries import SELECTED, RawEntry, entry_of_person, raw_entry
from sharedbox_cli.providers.microsoft365.observe.folder_everybody import Clash, clashes_in, separated
from sharedbox_cli.providers.microsoft365.observe.folder_lists import (
    PERMISSION_CALL,
    STATISTICS_CALL,
    collect_whole,
    statistics_of,
)
from sharedbox_cli.providers.microsoft365.observe.folder_names import Ids, find_names
from sharedbox_cli.providers.responses import Failure, Fields

Lists = dict[str, list[Fields] | Failure]
Entries = dict[str, list[RawEntry] | Failure]
Question = tuple[str, str]
"""The identity of a folder, and the id of a person who may have an entry in it."""


class FolderReader:
    """What was read of folders so far. Every question that was answered is not sent again."""

    def __init__(self, exchange: ExchangeAdmin, whole: Collection[str] = ()) -> None:
        """`whole`: the ids of the mailboxes of which all folders will be needed."""
        self.exchange = exchange
        self._whole = whole
        self._lists: Lists = {}
        self._entries: Entries = {}
        self._answers: dict[Question, list[RawEntry] | Failure] = {}
        self._ids: dict[str, Ids] = {}
        self._names_failed: dict[str, Failure] = {}

    async def lists(self, ids: Iterable[str]) -> Lists:
        """Return all folders of each mailbox, by its id, or why they could not be read."""
        return await self.lists_of(dict.fromkeys(ids, frozenset(Folder)))

    async def lists_of(self, wanted: Mapping[str, Collection[Folder]]) -> Lists:
        """Return the folders of mailboxes, by id: at least the wanted ones, if the mailbox has them."""
        commands: dict[str, Command] = {}
        for key, kinds in wanted.items():
            if key not in self._lists:
                commands[key] = (STATISTICS_CALL, statistics_of(key, Folder if key in self._whole else kinds))
        read = fields(STATISTICS_CALL)
        found = await collect_whole(self.exchange, commands, read, select=folders.PROPERTIES, what=STATISTICS_CALL)
        self._lists |= {key: result for key, result in found.items() if "FolderScope" not in commands[key][1]}
        return {key: found[key] if key in found else self._lists[key] for key in wanted}

    async def entries(self, identities: Iterable[str]) -> Entries:
        """Return the entries of each folder, by its identity, or why they could not be read."""
        wanted = tuple(dict.fromkeys(identities))
        commands: dict[str, Command] = {
            one: (PERMISSION_CALL, {"Identity": one, "ResultSize": "Unlimited"})
            for one in wanted
            if one not in self._entries
        }
        found = await collect_whole(self.exchange, commands, raw_entry, select=SELECTED, what="rights in folders")
        self._entries |= found
        clashes = {
            one: found_ for one, result in found.items() if isinstance(result, list) and (found_ := clashes_in(result))
        }
        self._entries |= await self._separated(clashes)
        return {one: self._entries[one] for one in wanted}

    async def _separated(self, clashes: Mapping[str, Collection[Clash]]) -> Entries:
        """Return the entries of folders in which somebody has the name of an entry for everybody."""
        ids, _ = await self.names(clash.name for many in clashes.values() for clash in many)
        questions = [
            (one, who) for one, many in clashes.items() for clash in many for who in ids.get(clash.name.casefold(), ())
        ]
        answers = await self.answers(questions)
        found: Entries = {}
        for one, many in clashes.items():
            entries = self._entries[one]
            held = [
                answer[0]
                for (where, _), answer in answers.items()
                if where == one and isinstance(answer, list) and len(answer) == 1
            ]
            found[one] = separated(entries, many, held) if isinstance(entries, list) else entries
        return found

    async def answers(self, questions: Iterable[Question]) -> dict[Question, list[RawEntry] | Failure]:
        """Return the entry of each person in a folder, or why there is none: no entry is an error of the service."""
        wanted = tuple(dict.fromkeys(questions))
        open_ones = [question for question in wanted if question not in self._answers]
        commands: dict[str, Command] = {
            str(number): (PERMISSION_CALL, {"Identity": folder, "User": who})
            for number, (folder, who) in enumerate(open_ones)
        }
        found = await collect_whole(self.exchange, commands, entry_of_person, select=SELECTED, what="people in folders")
        self._answers |= {question: found[str(number)] for number, question in enumerate(open_ones)}
        return {question: self._answers[question] for question in wanted}

    async def names(self, names: Iterable[str]) -> tuple[Ids, Mapping[str, Failure]]:
        """Return the ids of everybody with each name, and why a name could not be looked up (see `find_names`)."""
        wanted = {name for name in names if name.strip()}
        new = sorted(wanted - self._ids.keys() - self._names_failed.keys())
        found, errors = await find_names(self.exchange, new) if new else ({}, {})
        for name in new:
            if name in errors:
                self._names_failed[name] = errors[name]
            else:
                ids = found.get(name.casefold())
                self._ids[name] = {name.casefold(): ids} if ids else {}
        known = {key: ids for name in wanted for key, ids in self._ids.get(name, {}).items()}
        return known, {name: self._names_failed[name] for name in sorted(wanted & self._names_failed.keys())}
