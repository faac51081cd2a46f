"""Folder to documents: every file read, every problem of a run at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.language.files import DEFAULTS, TEAMS, Files, FoundFile
from sharedbox_cli.language.models.base import WORD, WORD_MAX
from sharedbox_cli.language.models.mailbox import NEEDED_BY_ABSENT, Defaults, Mailbox
from sharedbox_cli.language.models.members import Team
from sharedbox_cli.language.problems import raise_if_any
from sharedbox_cli.language.validate import validated, warnings
from sharedbox_cli.language.yaml_source import Document, read_documents
from sharedbox_cli.language.yaml_source import Path as ValuePath

MAX_DOCUMENTS = 5_000


@dataclass(frozen=True, slots=True)
class LoadedMailbox:
    """One document, and the folders whose defaults and teams are for it, the widest first."""

    document: Document
    folders: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class LoadedTeam:
    """A team of a teams.yaml."""

    team: Team
    document: Document
    path: ValuePath


@dataclass(slots=True)
class LoadedSpecs:
    """Everything that was read, valid by itself; what belongs together is resolved later."""

    documents: list[LoadedMailbox] = field(default_factory=list)
    defaults: dict[Path, Document] = field(default_factory=dict)
    """By folder."""
    teams: dict[Path, dict[str, LoadedTeam]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    def teams_for(self, mailbox: LoadedMailbox) -> dict[str, LoadedTeam]:
        """Return the teams that a document can name; of two with one name, the nearer folder's."""
        found: dict[str, LoadedTeam] = {}
        for folder in mailbox.folders:
            found |= self.teams.get(folder, {})
        return found


def load_specs(paths: Sequence[Path]) -> LoadedSpecs:
    """Return the documents of files and folders. Raises SpecError with every problem of every file.

    Each folder's `_defaults.yaml` and `teams.yaml` are for it and for all below. Folders above a named path
    count too, up to the one that holds `.git` or `sharedbox.yaml`; where there is none, the named folder (or
    the folder of the named file) is the top.
    """
    files = Files()
    loaded = LoadedSpecs()
    problems: list[Problem] = []
    odd: list[Problem] = []
    files.add_all(paths)
    for file in files.found:
        text = files.text(file.path)
        if text is None:
            continue
        documents, unreadable = read_documents(text, str(file.path))
        odd += [warning for document in documents for warning in warnings(document)]
        if not documents and not unreadable and file.role != TEAMS:
            odd.append(Problem(Place(str(file.path)), "an empty file", "Nothing stands in it but comments."))
        lines = {problem.place.line for problem in unreadable}
        found = _load(loaded, file, documents)
        problems += unreadable
        problems += [problem for problem in found if problem.place.line not in lines]
    raise_if_any((*files.problems, *problems))
    loaded.warnings = tuple(sorted(set(odd)))
    return loaded


def _load(loaded: LoadedSpecs, file: FoundFile, documents: list[Document]) -> list[Problem]:
    if file.role == DEFAULTS:
        return _load_defaults(loaded, file, documents)
    if file.role == TEAMS:
        return _load_teams(loaded, file, documents)
    return _load_mailboxes(loaded, file, documents)


def _load_mailboxes(loaded: LoadedSpecs, file: FoundFile, documents: list[Document]) -> list[Problem]:
    if len(documents) > MAX_DOCUMENTS:
        why = f"A file has at most {MAX_DOCUMENTS:,} documents."
        return [Problem(documents[MAX_DOCUMENTS].place, "too many documents", why)]
    problems = []
    for document in documents:
        _, found = validated(Mailbox, document)
        found += _lost_with_the_mailbox(document)
        problems += found
        if not found:
            loaded.documents.append(LoadedMailbox(document, file.folders))
    return problems


def _lost_with_the_mailbox(document: Document) -> list[Problem]:
    data = document.data
    if not isinstance(data, dict) or data.get("state") != "absent":
        return []
    why = "The mailbox is to be absent, so this would be applied to nothing."
    hint = "Leave the key out, or keep the mailbox."
    return [
        Problem(document.keys[key,], "nothing to apply it to", f"`{key}`: {why}", hint, document.place_of(("state",)))
        for key in data
        if key in Mailbox.model_fields and key not in NEEDED_BY_ABSENT
    ]


def _load_defaults(loaded: LoadedSpecs, file: FoundFile, documents: list[Document]) -> list[Problem]:
    folder = file.folders[-1]
    if len(documents) > 1:
        return [Problem(documents[1].place, "one document too many", "`_defaults.yaml` has one.")]
    if folder in loaded.defaults:
        other = loaded.defaults[folder].place
        return [Problem(Place(str(file.path)), "two files of defaults", "A folder has one.", "Join them.", other)]
    problems: list[Problem] = []
    for document in documents:
        _, problems = validated(Defaults, document)
        loaded.defaults[folder] = document
    return problems


def _load_teams(loaded: LoadedSpecs, file: FoundFile, documents: list[Document]) -> list[Problem]:
    problems: list[Problem] = []
    teams = loaded.teams.setdefault(file.folders[-1], {})
    for document in documents:
        if not isinstance(document.data, dict):
            problems.append(Problem(document.place, "wrong type", "teams.yaml is a mapping of team names."))
            continue
        _wrap_lists(document)
        for name, body in document.data.items():
            where = document.keys[name,]
            if name in teams:
                other = teams[name].document.keys[name,]
                why = f"`{name}` stands twice."
                problems.append(Problem(where, "two teams of one name", why, "Join them.", other))
                continue
            problems += _load_team(teams, document, name, body)
    return problems


def _load_team(teams: dict[str, LoadedTeam], document: Document, name: str, body: object) -> list[Problem]:
    where = document.keys[name,]
    if not re.fullmatch(WORD, name) or len(name) > WORD_MAX:
        why = f"`{name[:64]}`: a team's name is made of small letters, digits and hyphens."
        return [Problem(where, "not a team's name", why)]
    if body is None or body == {} or (isinstance(body, dict) and body.get("members", ...) in ([], None)):
        why = f"`{name}` has nobody: every mailbox that names it would lose its members."
        return [Problem(where, "an empty team", why, "List its people under `members`, or delete the team.")]
    team, problems = validated(Team, document, (name,))
    if team is not None:
        teams[name] = LoadedTeam(team, document, (name,))
    return problems


def _wrap_lists(document: Document) -> None:
    """Read each plain list as the members of a team, places moved along."""
    lists = {name for name, body in document.data.items() if isinstance(body, list)}
    for table in (document.values, document.keys):
        moved = {path: place for path, place in table.items() if path[:1] and path[0] in lists and len(path) > 1}
        for path, place in moved.items():
            table[path[0], "members", *path[1:]] = place
    for name in lists:
        document.values[name, "members"] = document.values[name,]
        document.data[name] = {"members": document.data[name]}
